"""Which account each learner signs in with: no two learners share one, in however many processes they live."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from firstbell.models.plan import Plan


@dataclass(kw_only=True, slots=True)
class Account:
    """An account. ``visits`` counts its visits over the whole run, whoever used it; ``user_name`` is None where it
    is a made-up one of the platform's own."""

    index: int
    user_name: str | None = None
    visits: int = 0

    @property
    def by_phone(self) -> bool:
        """Even accounts sign in by digital ID, odd ones by phone number."""
        return self.index % 2 == 1


@dataclass(kw_only=True)
class AccountBook:
    """The accounts of one process: every ``processes``-th of each kind, the kinds in the shares of the profile.

    ``user_names`` are those of the digital IDs in the platform's order, the first one's first; none: made-up ones.
    """

    first: int
    process: int
    processes: int
    digital_id_share: float
    user_names: Sequence[str] = ()
    _returned: deque[Account] = field(default_factory=deque, init=False)
    _taken: list[int] = field(default_factory=lambda: [0, 0], init=False)

    def take(self) -> Account:
        """An account that nobody uses; one that was given back before a fresh one."""
        if self._returned:
            return self._returned.popleft()
        # Kinds alternate evenly (Bresenham), so that a share holds for small numbers of learners as well.
        count = sum(self._taken)
        by_phone = math.floor((count + 1) * self.digital_id_share) == math.floor(count * self.digital_id_share)
        return self.take_kind(by_phone=by_phone)

    def take_kind(self, *, by_phone: bool) -> Account:
        """A fresh account that signs in this way."""
        place = self.process + self.processes * self._taken[by_phone]
        self._taken[by_phone] += 1
        index = self.first + 2 * place + by_phone
        named = bool(self.user_names) and not by_phone
        return Account(index=index, user_name=self.user_names[index // 2] if named else None)

    def give_back(self, account: Account) -> None:
        """The learner is gone; another one may sign in."""
        self._returned.append(account)


def accounts_needed(plan: Plan, digital_id_share: float) -> int:
    """How many accounts, counted from 0, a target must have for a plan."""
    # A process may hold one learner more than its part, and a stopped learner's account comes back a moment late. Of
    # each kind one more may be taken to read the other instance's catalogue, and one by who publishes.
    each = math.ceil(plan.people / plan.processes) + 2
    kind = math.ceil(each * max(digital_id_share, 1 - digital_id_share)) + (3 if plan.publishing else 2)
    # Schools' servers have accounts as well.
    kind += math.ceil(plan.syncing.servers / plan.processes) if plan.syncing else 0
    return plan.first_learner + 2 * plan.processes * kind
