"""How long a crowd takes to sign in by an identity provider that limits requests: of its tenant, and of each address.

Fluid counts: requests that are wanted over those that are let pass. Everybody is there at once and asks again as soon
as Retry-After allows; what is refused costs nothing. The tenant's limit is a token bucket, which in a time t lets
B + R t requests pass; an address's is a fixed window: L requests in each W seconds, counted from its first one.
"""

import math
from dataclasses import dataclass

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class SignInLimits:
    """None where there is no such limit. ``tenant_share`` is the part of the tenant's rate that this crowd gets."""

    tenant_per_s: float | None = None
    tenant_burst: float = 0.0
    address_requests: float | None = None
    address_window_s: float = 0.0
    tenant_share: float = 1.0

    def __post_init__(self) -> None:
        if self.tenant_per_s is not None and self.tenant_per_s <= 0:
            raise ValueError(f"the tenant's rate must be above 0, not {self.tenant_per_s:g}")
        if self.address_requests is not None and (self.address_requests < 1 or self.address_window_s <= 0):
            raise ValueError("an address must be allowed a request at least, in a window above 0 s")
        if not 0 < self.tenant_share <= 1:
            raise ValueError(f"tenant_share must lie above 0 and at most at 1, not {self.tenant_share:g}")

    def time_s_at_tenant(self, requests: float) -> float:
        """(n − B) / R: until the tenant has let so many pass."""
        if self.tenant_per_s is None:
            return 0.0
        return max(requests - self.tenant_burst * self.tenant_share, 0.0) / (self.tenant_per_s * self.tenant_share)

    def time_s_at_address(self, requests: float) -> float:
        """(⌈n / L⌉ − 1) W: when the window begins in which the last of so many requests of one address passes."""
        if self.address_requests is None:
            return 0.0
        windows = math.ceil(requests / self.address_requests * (1 - _ROUNDING))
        return max(windows - 1, 0) * self.address_window_s

    def time_s(self, requests: float) -> float:
        """Until so many requests of one address have passed both limits.

        All windows before the last pass L each. What is left for the last one passes at the tenant's rate, which also
        has to let all of them pass: the later of the two is when it ends.
        """
        begins_s = self.time_s_at_address(requests)
        if not begins_s:
            return self.time_s_at_tenant(requests)
        assert self.address_requests is not None
        left = requests - begins_s / self.address_window_s * self.address_requests
        return max(self.time_s_at_tenant(requests), begins_s + self.time_s_at_tenant(left))

    def requests_at(self, time_s: float) -> float:
        """Requests of one address that have passed after so long: what ``time_s`` inverts."""
        tenant = math.inf
        if self.tenant_per_s is not None:
            tenant = self.tenant_share * (self.tenant_burst + self.tenant_per_s * time_s)
        if self.address_requests is None:
            return tenant
        windows = math.floor(time_s / self.address_window_s * (1 + _ROUNDING))
        fresh_s = time_s - windows * self.address_window_s
        in_last = self.address_requests
        if self.tenant_per_s is not None:
            in_last = min(in_last, self.tenant_share * (self.tenant_burst + self.tenant_per_s * fresh_s))
        return min(tenant, windows * self.address_requests + in_last)


def requests_with_mistakes(requests: float, failed_share: float) -> float:
    """Of a sign-in in which a share f of passwords is typed wrong: each wrong one is one request more, f / (1 − f)."""
    if not 0 <= failed_share < 1:
        raise ValueError(f"failed_share must lie from 0 to below 1, not {failed_share:g}")
    return requests + failed_share / (1 - failed_share)
