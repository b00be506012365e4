"""How long a directory takes to make accounts where it limits writes, and what its refusals ask for."""

import math
from dataclasses import dataclass

SOURCE = "Microsoft Graph throttling limits, identity and access: 3,000 writes per 150 s of a tenant"


@dataclass(frozen=True, kw_only=True)
class DirectoryLimit:
    """So many writes in each window, which begins with its first write. The default is Microsoft Graph's."""

    writes: int = 3_000
    window_s: float = 150.0

    def __post_init__(self) -> None:
        if self.writes < 1 or not 0 < self.window_s < math.inf:
            raise ValueError("a directory must allow a write at least, in a window above 0 s")

    def time_s(self, accounts: int, *, writes_an_account: float = 1.0, write_s: float = 0.0) -> float:
        """Until the last account is made, by one writer who waits ``write_s`` for each answer.

        n = accounts × writes an account. A writer too slow to fill a window is never refused: n s. Else all windows
        but the last pass L each, and what is left takes its own time: (⌈n / L⌉ − 1) W + (n − (⌈n / L⌉ − 1) L) s.
        A lower bound, as users' groups and licences are more writes, and others write to the same directory.
        """
        writes = accounts * writes_an_account
        if self.writes * write_s >= self.window_s:
            return writes * write_s
        full = max(math.ceil(writes / self.writes - 1e-9) - 1, 0)
        return full * self.window_s + (writes - full * self.writes) * write_s

    def accounts_at(self, time_s: float, *, writes_an_account: float = 1.0) -> int:
        """Accounts that are made after so long by a writer without delay: what ``time_s`` inverts."""
        windows = math.floor(time_s / self.window_s + 1e-9) + 1
        return math.floor(windows * self.writes / writes_an_account + 1e-9)
