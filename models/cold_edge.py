"""A cache that begins empty: how much it fetches while it fills, and what a herd for one new object does to its line.

Requests for each object come as a Poisson stream of its own (a stream of all requests, thinned by popularity), so an
object has been asked for by t with probability 1 − e^{−λt}: the coupon collector's problem in continuous time (Holst
1986; Flajolet, Gardy & Thimonier 1992). An object stays for the characteristic time T after a use (Che et al. 2002,
see ``cache``), which a cold cache has reached when it is full.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstbell.models.cache import LruCache
from firstbell.models.stations.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class ColdEdge:
    """``rates_per_s`` (n) at which objects of ``sizes_bytes`` (n) are asked for, from the moment at which it is empty.

    It holds ``capacity_bytes``; None: all of them. A fetch takes ``fetch_s`` = f: who asks meanwhile waits for it where
    it is ``coalesced``, else fetches as well. A request at u is then a miss where no other came from max(0, u − f − T)
    to u − f, with f = 0 for coalesced ones: with probability e^{−λ min((u − f)⁺, T)}.
    """

    rates_per_s: Floats
    sizes_bytes: Floats
    capacity_bytes: float | None = None
    coalesced: bool = True
    fetch_s: float = 0.0

    def __post_init__(self) -> None:
        check = Parameters("cold-edge").positive(capacity_bytes=self.capacity_bytes).not_negative(fetch_s=self.fetch_s)
        if not (np.all(self.rates_per_s >= 0) and np.isfinite(self.rates_per_s).all()):
            check.add("rates_per_s", None, "not rates of requests", "Give numbers of 0 or more.")
        if len(self.sizes_bytes) != len(self.rates_per_s):
            check.add("sizes_bytes", len(self.sizes_bytes), "not as many sizes as objects", "Give one for each object.")
        check.refuse()

    @property
    def filled_s(self) -> float:
        """T: when it is full, and for how long an object stays after a use; infinite where everything fits."""
        if self.capacity_bytes is None or self.capacity_bytes >= self.sizes_bytes.sum():
            return float("inf")
        cache = LruCache(popularity=self.rates_per_s, capacity=self.capacity_bytes, sizes=self.sizes_bytes)
        return cache.characteristic_time  # of rates, not shares: in seconds, not in requests

    def requests_by(self, time_s: float) -> float:
        """All requests in the first ``time_s``."""
        return float(self.rates_per_s.sum() * time_s)

    def fetches_by(self, time_s: float) -> float:
        """Fetches that were begun in the first ``time_s``: Σ λ min(t, f) + 1 − e^{−λm} + λ e^{−λT} (t − f − T)⁺ with
        m = min((t − f)⁺, T), which for f = 0 and T = ∞ is Σ 1 − e^{−λt}, the objects asked for by then."""
        return float(self._fetches(time_s, self._open_s).sum())

    def waiting_by(self, time_s: float) -> float:
        """Requests in the first ``time_s`` that came while a first one was being fetched, and waited for it."""
        if not self.coalesced:
            return 0.0
        return float((self._fetches(time_s, self.fetch_s) - self._fetches(time_s, 0.0)).sum())

    def origin_bytes_by(self, time_s: float) -> float:
        """Bytes of all fetches that were begun in the first ``time_s``."""
        return float(self._fetches(time_s, self._open_s) @ self.sizes_bytes)

    def hit_ratio_by(self, time_s: float) -> float:
        """Share of the requests in the first ``time_s`` that caused no fetch."""
        return 1.0 - self.fetches_by(time_s) / self.requests_by(time_s)

    @property
    def _open_s(self) -> float:
        """For so long after a first request others fetch as well."""
        return 0.0 if self.coalesced else self.fetch_s

    def _fetches(self, time_s: float, open_s: float) -> Floats:
        """(n) by object."""
        rates, stays_s = self.rates_per_s, self.filled_s
        while_open = rates * min(time_s, open_s)
        first = -np.expm1(-rates * min(max(time_s - open_s, 0.0), stays_s))
        full_s = max(time_s - open_s - stays_s, 0.0)
        again = rates * np.exp(-rates * stays_s) * full_s if full_s else np.zeros_like(rates)
        return np.asarray(while_open + first + again)


def herd_fetches(*, rate_per_s: float, alone_s: float) -> float:
    """How many fetch one new object without coalescing: e^{λs}, λ requests a second and s = ``alone_s`` the time of a
    fetch that has the line for itself.

    On a line that is shared evenly, the first fetch gets on by 1/N in a second while N are under way. By that clock
    requests come at λN, a Yule process from 1 (Yule 1925), whose mean after s is e^{λs}: exact for Poisson arrivals.
    """
    Parameters("cold-edge").not_negative(rate_per_s=rate_per_s, alone_s=alone_s).refuse()
    return float(np.exp(rate_per_s * alone_s))


def herd_fetch_s(*, rate_per_s: float, alone_s: float) -> float:
    """How long the first of that herd takes, and so all must wait: ∫₀ˢ e^{λv} dv = (e^{λs} − 1) / λ."""
    Parameters("cold-edge").positive(rate_per_s=rate_per_s).not_negative(alone_s=alone_s).refuse()
    return float(np.expm1(rate_per_s * alone_s) / rate_per_s)
