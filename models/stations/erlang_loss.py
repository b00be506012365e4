"""Loss systems: M/M/c/c (Erlang B) and its finite-source sister (Engset).

B(A, 0) = 1, B(A, k) = A B(A, k−1) / (k + A B(A, k−1)) (Erlang 1917; the recursion keeps all digits at 115,000 servers).
"""

from dataclasses import dataclass

from numba import njit
from scipy.optimize import brentq

from firstbell.models.stations.parameters import MOST, Parameters


@njit(cache=True)
def erlang_b(offered_erlangs: float, servers: int) -> float:
    """Probability that an arrival finds all servers busy and is lost."""
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = offered_erlangs * blocking / (k + offered_erlangs * blocking)
    return blocking


@njit(cache=True)
def _servers_for(offered_erlangs: float, target_blocking: float) -> int:
    blocking = 1.0
    servers = 0
    while blocking > target_blocking:
        servers += 1
        blocking = offered_erlangs * blocking / (servers + offered_erlangs * blocking)
    return servers


@dataclass(frozen=True, kw_only=True)
class ErlangLoss:
    """M/M/c/c (insensitive, so M/G/c/c): ``offered_erlangs`` to ``servers``, those who find them busy are lost."""

    offered_erlangs: float
    servers: int

    def __post_init__(self) -> None:
        check = Parameters("erlang-b").not_negative(offered_erlangs=self.offered_erlangs)
        check.whole(servers=self.servers).refuse()

    @property
    def blocking(self) -> float:
        return float(erlang_b(float(self.offered_erlangs), int(self.servers)))

    @property
    def utilization(self) -> float:
        return self.offered_erlangs * (1.0 - self.blocking) / self.servers


def servers_for_blocking(*, offered_erlangs: float, target_blocking: float) -> int:
    """The fewest servers whose blocking does not exceed the target."""
    check = Parameters("erlang-b").positive(offered_erlangs=offered_erlangs)
    if offered_erlangs > MOST:
        check.add("offered_erlangs", offered_erlangs, f"more than {MOST:,} are not computed", "Scale the model down.")
    check.probability(target_blocking=target_blocking).refuse()
    return int(_servers_for(float(offered_erlangs), float(target_blocking)))


def offered_for_blocking(*, servers: int, target_blocking: float) -> float:
    """The load in erlangs that these servers block with exactly the target probability."""
    Parameters("erlang-b").whole(servers=servers).probability(target_blocking=target_blocking).refuse()
    most = servers / (1.0 - target_blocking) + 1.0  # carried load is at most c
    return float(brentq(lambda load: erlang_b(load, servers) - target_blocking, 1e-12, most, xtol=1e-13, rtol=1e-14))


@dataclass(frozen=True, kw_only=True)
class Engset:
    """M/M/c/c with ``sources`` learners, each offering ``idle_source_load_erlangs`` while it is idle (Engset 1918)."""

    idle_source_load_erlangs: float
    servers: int
    sources: int

    def __post_init__(self) -> None:
        check = Parameters("engset").positive(idle_source_load_erlangs=self.idle_source_load_erlangs)
        check.whole(servers=self.servers, sources=self.sources).refuse()

    @property
    def time_congestion(self) -> float:
        """Share of time that all servers are busy."""
        return _engset(self.idle_source_load_erlangs, self.servers, self.sources)

    @property
    def call_congestion(self) -> float:
        """Share of attempts that find all servers busy: what one source less sees."""
        return _engset(self.idle_source_load_erlangs, self.servers, self.sources - 1)


def _engset(load: float, servers: int, sources: int) -> float:
    congestion = 1.0
    for k in range(1, servers + 1):
        offered = max(sources - k + 1, 0) * load * congestion
        congestion = offered / (k + offered)
    return congestion
