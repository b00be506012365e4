"""How long a crowd takes to sign in under the limits of an identity provider."""

import random

import pytest

from firstbell.models.sign_in_time import SignInLimits, requests_with_mistakes

AZURE = SignInLimits(tenant_per_s=200, tenant_burst=200, address_requests=6_000, address_window_s=300)
"""Azure AD B2C's published limits: 200 requests a second of a tenant, 6,000 of an address in 5 minutes."""


def test_a_tenant_passes_the_published_number_of_sign_ins() -> None:
    """40 by user name a second, of 5 requests each (Azure AD B2C service limits), once the burst is used up."""
    tenant = SignInLimits(tenant_per_s=200)
    assert tenant.time_s(40 * 60 * 5) == pytest.approx(60)


def test_the_last_of_a_school_wait_for_a_window_of_their_own() -> None:
    assert AZURE.time_s(1_200 * 5) == pytest.approx((6_000 - 200) / 200)
    assert AZURE.time_s(1_201 * 5) == 300
    assert AZURE.time_s(2_000 * 7) == pytest.approx(600 + (2_000 - 200) / 200)


def test_a_share_of_the_tenant_takes_longer() -> None:
    tenth = SignInLimits(tenant_per_s=200, tenant_burst=200, tenant_share=0.1)
    assert tenth.time_s(5_000) == pytest.approx((5_000 - 20) / 20)


def test_as_many_have_passed_by_then_as_were_asked_for_and_no_sooner() -> None:
    dice = random.Random(5)
    for _ in range(300):
        tenant = {"tenant_per_s": dice.uniform(0.5, 500), "tenant_burst": dice.uniform(1, 500)}
        address = {"address_requests": dice.randint(1, 10_000), "address_window_s": dice.uniform(0.5, 600)}
        requests = dice.randint(1, 100_000)
        for limits in (SignInLimits(**tenant), SignInLimits(**address), SignInLimits(**tenant, **address)):
            time_s = limits.time_s(requests)
            assert limits.requests_at(time_s) >= requests * (1 - 1e-6)
            if time_s:
                assert limits.requests_at(time_s * (1 - 1e-6)) < requests * (1 + 1e-6)


def test_a_wrong_password_costs_one_request_more() -> None:
    assert requests_with_mistakes(5, 0.0) == 5
    assert requests_with_mistakes(5, 0.5) == 6


@pytest.mark.parametrize(
    "wrong", [{"tenant_per_s": 0}, {"address_requests": 0.5, "address_window_s": 1}, {"tenant_share": 0.0}]
)
def test_limits_that_let_nothing_pass_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        SignInLimits(**wrong)
