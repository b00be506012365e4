"""Mail, files and recorded lessons: what the accounts are entitled to beside what they are expected to use.

The office service keeps all of it, not the platform. What counts for a purchase is whether its pool is large enough.
"""

from collections.abc import Callable

from firstbell.models.figures import Array, Values
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, figure_terms
from firstbell.models.study import Rejected
from firstbell.models.traffic import in_state

_GROUP = "office"
_ASSUMED = "sizing.office"
_HOUR_S = 3600
_MONTH_DAYS = 30
_EVERY_ACCOUNT = "everybody with an account, at every level"
_LESSONS = "lessons in Teams at the day's peak"


def accounts(values: Values) -> Array:
    """Pupils with a digital ID, and teachers."""
    return values["population.digital_ids"] + values["population.teachers"]


def mail_entitled_bytes(values: Values) -> Array:
    return accounts(values) * values[f"{_ASSUMED}.mailbox_bytes"]


def mail_expected_bytes(values: Values) -> Array:
    return mail_entitled_bytes(values) * values[f"{_ASSUMED}.mailbox_fill"]


def drive_entitled_bytes(values: Values) -> Array:
    return accounts(values) * values[f"{_ASSUMED}.drive_bytes"]


def drive_expected_bytes(values: Values) -> Array:
    return drive_entitled_bytes(values) * values[f"{_ASSUMED}.drive_fill"]


def recorded_per_day_bytes(values: Values, learners: float) -> Array:
    """What the lessons of a school day leave behind: each lesson that is recorded once, whoever sits in it."""
    lessons = in_state(values, learners, "lesson") / values[f"{_ASSUMED}.lesson_learners"]
    recorded_s = lessons * values[f"{_ASSUMED}.recorded_share"] * values[f"{_ASSUMED}.lesson_hours_per_day"] * _HOUR_S
    return recorded_s * values[f"{_ASSUMED}.recording_bits_per_s"] / 8


def recordings_kept_bytes(values: Values, learners: float) -> Array:
    """What is there at once: as many come as go (Little's law, with the month's school days as the rate)."""
    days = values[f"{_ASSUMED}.recording_kept_days"] * values["day.school_days_per_month"] / _MONTH_DAYS
    return recorded_per_day_bytes(values, learners) * days


def office_rows(case: Case) -> list[Row]:
    """Nothing where the profile says nothing of the office service."""
    if case.assumed.workload.sizing.office is None:
        return []
    own = f"{_ASSUMED}.mailbox_bytes", f"{_ASSUMED}.drive_bytes", f"{_ASSUMED}.recording_kept_days"
    mailbox, drive, kept = (case.assumed.figures[key].estimate.source for key in own)
    return [
        _row(case, "accounts", "Accounts", "digital_ids + teachers", _EVERY_ACCOUNT, "case", accounts, unit="accounts"),
        _row(
            case, "mail_entitled_bytes", "Mail, as entitled", "accounts × mailbox_bytes", _EVERY_ACCOUNT, mailbox,
            mail_entitled_bytes,
        ),
        _row(
            case, "mail_expected_bytes", "Mail, as expected", "accounts × mailbox_bytes × mailbox_fill",
            _EVERY_ACCOUNT, "expected fill of the profile", mail_expected_bytes,
        ),
        _row(
            case, "drive_entitled_bytes", "Files in OneDrive, as entitled", "accounts × drive_bytes", _EVERY_ACCOUNT,
            drive, drive_entitled_bytes, rejected=(_pool(case),),
        ),
        _row(
            case, "drive_expected_bytes", "Files in OneDrive, as expected", "accounts × drive_bytes × drive_fill",
            _EVERY_ACCOUNT, "expected fill of the profile", drive_expected_bytes,
        ),
        _row(
            case, "recorded_per_day_bytes", "Recorded lessons, new on a school day",
            "learners × lesson share ÷ lesson_learners × recorded_share × lesson_hours_per_day"
            " × recording_bits_per_s ÷ 8",
            _LESSONS, "states of the profile; a recording's rate as published",
            lambda values: recorded_per_day_bytes(values, case.learners),
        ),
        _row(
            case, "recordings_kept_bytes", "Recorded lessons, kept at once",
            f"new on a school day × recording_kept_days × school_days_per_month ÷ {_MONTH_DAYS}",
            "days until a recording is deleted", kept, lambda values: recordings_kept_bytes(values, case.learners),
        ),
    ]  # fmt: skip


def _pool(case: Case) -> Rejected:
    each = float(case.values[f"{_ASSUMED}.drive_bytes"][0])
    reason = "seats of the free plan add nothing to the pool that all share (O365-EDU-Tools); ask for the pool's size"
    return Rejected(option=f"counting on {each / 1e12:g} TB for everybody", reason=reason)


def _row(
    case: Case,
    item: str,
    title: str,
    formula: str,
    binding: str,
    source: str,
    amount: Callable[[Values], Array],
    *,
    unit: str = "bytes",
    rejected: tuple[Rejected, ...] = (),
) -> Row:
    reading = case.reading()
    values = amount(reading)
    line = Line(
        group=_GROUP,
        item=f"office_{item}",
        title=title,
        unit=unit,
        formula=formula,
        binding=binding,
        source=source,
        rejected=rejected,
    )
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))
