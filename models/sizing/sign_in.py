"""Signing in: logins a second at any time and at first bell, and what the identity provider makes of them."""

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.sign_in_time import SignInLimits
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, figure_terms
from firstbell.models.study import Rejected
from firstbell.models.traffic import VISITS

_GROUP = "sign-in"
_BURST = "sizing.first_bell"
_PROVIDER = "sizing.identity_provider"


def burst_logins_per_s(values: Values, share_of_contract: float) -> Array:
    """The peak of a burst of n logins, normal in time with standard deviation σ: n / (σ √(2π))."""
    logins = share_of_contract * values[f"{_BURST}.logins"]
    return np.asarray(logins / (values[f"{_BURST}.sigma_s"] * np.sqrt(2 * np.pi)))


def provider_requests_per_login(values: Values) -> Array:
    """Requests that a login makes at the identity provider, on average over both routes."""
    digital = values["session.digital_id_share"]
    by_id = digital * values[f"{_PROVIDER}.requests_per_digital_id_login"]
    return by_id + (1 - digital) * values[f"{_PROVIDER}.requests_per_phone_login"]


def sign_in_rows(case: Case) -> list[Row]:
    """Logins a second, and requests a second at the identity provider where the profile names one."""
    rows = [_steady(case), _first_bell(case)]
    if f"{_PROVIDER}.requests_per_s" in case.values:
        rows.append(_provider(case))
    if f"{_PROVIDER}.school_learners" in case.values:
        rows.append(_school(case))
    return rows


def _steady(case: Case) -> Row:
    reading = case.reading()
    logins = VISITS["login"](reading, case.learners)
    line = Line(
        group=_GROUP,
        item="logins_per_s",
        title="Logins a second, any time",
        unit="1/s",
        formula="learners ÷ session.length_s",
        binding="sessions end and begin evenly",
        source="Little's law, from the profile's session length",
    )
    return Row(line=line, values=logins, terms=figure_terms(case, reading.keys_read))


def _first_bell(case: Case) -> Row:
    reading = case.reading()
    logins = burst_logins_per_s(reading, case.share_of_contract)
    line = Line(
        group=_GROUP,
        item="first_bell_logins_per_s",
        title="Logins a second at first bell",
        unit="1/s",
        formula="first_bell.logins × learners ÷ contract level ÷ (first_bell.sigma_s × √(2π))",
        binding="first bell, or power returns",
        source="peak of a normal burst, retries not counted",
        rejected=(_evenly(case, float(logins[0])),),
    )
    return Row(line=line, values=logins, terms=figure_terms(case, reading.keys_read))


def _evenly(case: Case, burst: float) -> Rejected:
    steady = float(VISITS["login"](case.values, case.learners)[0])
    reason = f"at first bell {burst:.0f} come in a second, {burst / steady:.1f} times as many"
    return Rejected(option=f"{steady:.1f} logins a second, as at any time", reason=reason)


def _provider(case: Case) -> Row:
    reading = case.reading()
    burst = burst_logins_per_s(reading, case.share_of_contract)
    requests = burst * provider_requests_per_login(reading)
    limit = float(case.values[f"{_PROVIDER}.requests_per_s"][0])
    enough = float(requests[0]) <= limit
    line = Line(
        group=_GROUP,
        item="identity_provider_requests_per_s",
        title="Requests a second at the identity provider, first bell",
        unit="1/s",
        formula="first-bell logins × (digital_id_share × its requests + (1 − digital_id_share) × a phone login's)",
        binding=f"one tenant allows {limit:.0f} requests/s: {'enough' if enough else 'too few'}",
        source="the provider's published limits",
        rejected=() if enough else (_one_tenant(case, limit),),
    )
    keys = [*reading.keys_read, f"{_PROVIDER}.requests_per_s"]
    return Row(line=line, values=requests, terms=figure_terms(case, keys))


def _school(case: Case) -> Row:
    reading = case.reading()
    learners = reading[f"{_PROVIDER}.school_learners"]
    values = _school_sign_in_s(reading, learners)
    allowed, window_s = (
        float(case.values[f"{_PROVIDER}.{name}"][0]) for name in ("address_requests", "address_window_s")
    )
    asked = float(learners[0] * provider_requests_per_login(case.values)[0])
    line = Line(
        group=_GROUP,
        item="school_sign_in_s",
        title=f"A school of {float(learners[0]):.0f} behind one address, until all have signed in",
        unit="s",
        formula="(⌈n ÷ address_requests⌉ − 1) × address_window_s, the rest at requests_per_s; n = learners × requests",
        binding=f"it asks {asked:.0f} times; an address may {allowed:.0f} times in {window_s:.0f} s",
        source="the provider's published limits, nobody else signing in",
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _school_sign_in_s(values: Values, learners: Array) -> Array:
    """One at a time, as each draw may have other limits."""
    rate = values[f"{_PROVIDER}.requests_per_s"]
    rows = np.broadcast_arrays(
        learners * provider_requests_per_login(values),
        rate,
        values[f"{_PROVIDER}.address_requests"],
        values[f"{_PROVIDER}.address_window_s"],
    )
    return np.array(
        [
            SignInLimits(
                tenant_per_s=per_s, tenant_burst=per_s, address_requests=max(allowed, 1.0), address_window_s=window_s
            ).time_s(requests)
            for requests, per_s, allowed, window_s in zip(*(row.tolist() for row in rows), strict=True)
        ]
    )


def _one_tenant(case: Case, limit: float) -> Rejected:
    passed = limit / float(provider_requests_per_login(case.values)[0])
    logins = case.share_of_contract * float(case.values[f"{_BURST}.logins"][0])
    minutes = logins / passed / 60
    reason = f"passes {passed:.0f} logins a second, so that {logins:,.0f} take {minutes:.0f} min: raise it, or queue"
    return Rejected(option="one tenant of an identity provider", reason=reason)
