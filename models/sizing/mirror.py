"""The mirror that the content instances don't have: its time for the stock, and what lacks while it follows."""

from collections.abc import Callable

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.mirroring import copy_second_moment_s2, mean_pause_s, sent_per_byte
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, figure_terms
from firstbell.models.study import Rejected

MOST_BUSY = 0.99
"""A mirror busier than this has no settled lag worth telling; draws in which it is count as if it were this busy."""

_GROUP = "storage"
_ASSUMED = "sizing.mirror"
_RATE = "sizing.bandwidth.mirror_bits_per_s"
_DAY_S = 86_400


def mirror_s(values: Values) -> Array:
    """Time to bring all originals to the other instance, if nothing goes wrong."""
    return values["content.originals_bytes"] * 8 / values[_RATE]


def failing_mirror_s(values: Values) -> Array:
    """Mean time for the same where copies are cut and begin again."""
    failing = values[f"{_ASSUMED}.failure_share"]
    pauses_s = values["content.videos"] * mean_pause_s(failing, values[f"{_ASSUMED}.backoff_s"])
    return np.asarray(mirror_s(values) * sent_per_byte(failing) + pauses_s)


def delay_s(values: Values) -> Array:
    """Mean time from publishing an item to its being on both instances: lag, wait for those before it (M/G/1), copy."""
    return values[f"{_ASSUMED}.lag_s"] + _wait_s(values) + _copy_s(values)


def lacking_bytes(values: Values) -> Array:
    """Mean bytes that the other instance lacks during the hours of publishing (Little's law, weighted by size)."""
    failing, line_s = values[f"{_ASSUMED}.failure_share"], _line_s(values)
    before_s = values[f"{_ASSUMED}.lag_s"] + _wait_s(values) + mean_pause_s(failing, values[f"{_ASSUMED}.backoff_s"])
    by_size = 1 + values[f"{_ASSUMED}.item_bytes_cv"] ** 2
    return np.asarray(
        _items_per_s(values) * _item_bytes(values) * (before_s + by_size * line_s * sent_per_byte(failing))
    )


def by_hand_bytes(values: Values) -> Array:
    """Mean bytes that one instance lacks while each item is uploaded a second time by hand, over the whole day."""
    per_s = values[f"{_ASSUMED}.items_per_day"] / _DAY_S
    return np.asarray(per_s * _item_bytes(values) * values[f"{_ASSUMED}.by_hand_after_s"])


def mirror_rows(case: Case) -> list[Row]:
    """The time for the stock; and, where the profile says what is published, what lacks meanwhile."""
    stock = _row(case, _stock_line(), mirror_s)
    if case.assumed.workload.sizing.mirror is None:
        return [stock]
    return [
        stock,
        _row(case, _failing_stock_line(case), failing_mirror_s),
        _row(case, _delay_line(case), delay_s),
        _row(case, _lacking_line(case), lacking_bytes),
        _row(case, _by_hand_line(), by_hand_bytes),
    ]


def _items_per_s(values: Values) -> Array:
    return values[f"{_ASSUMED}.items_per_day"] / values[f"{_ASSUMED}.published_within_s"]


def _item_bytes(values: Values) -> Array:
    return values["content.originals_bytes"] / values["content.videos"]


def _line_s(values: Values) -> Array:
    """What the line alone takes for an item."""
    return _item_bytes(values) * 8 / values[_RATE]


def _copy_s(values: Values) -> Array:
    failing = values[f"{_ASSUMED}.failure_share"]
    return np.asarray(_line_s(values) * sent_per_byte(failing) + mean_pause_s(failing, values[f"{_ASSUMED}.backoff_s"]))


def _busy(values: Values) -> Array:
    return _items_per_s(values) * _copy_s(values)


def _wait_s(values: Values) -> Array:
    """λ E[S²] / (2 (1 − ρ))."""
    second_s2 = copy_second_moment_s2(
        line_s=_line_s(values),
        cv=values[f"{_ASSUMED}.item_bytes_cv"],
        failure_share=values[f"{_ASSUMED}.failure_share"],
        backoff_s=values[f"{_ASSUMED}.backoff_s"],
    )
    return np.asarray(_items_per_s(values) * second_s2 / (2 * (1 - np.minimum(_busy(values), MOST_BUSY))))


def _row(case: Case, line: Line, formula: Callable[[Values], Array]) -> Row:
    reading = case.reading()
    return Row(line=line, values=formula(reading), terms=figure_terms(case, reading.keys_read))


def _line(item: str, title: str, unit: str, formula: str, binding: str, rejected: tuple[Rejected, ...] = ()) -> Line:
    return Line(
        group=_GROUP,
        item=item,
        title=title,
        unit=unit,
        formula=formula,
        binding=binding,
        source="content, bandwidth and mirror assumptions of the profile",
        rejected=rejected,
    )


def _stock_line() -> Line:
    title, formula = "Time to mirror the originals to the other instance", "originals × 8 ÷ mirror_bits_per_s"
    return _line("mirror_s", title, "s", formula, "line between the instances")


def _failing_stock_line(case: Case) -> Line:
    failing = float(case.values[f"{_ASSUMED}.failure_share"][0])
    return _line(
        "failing_mirror_s",
        "The same, where copies are cut and begin again",
        "s",
        "originals × 8 ÷ mirror_bits_per_s × (1 + p ÷ 2(1 − p)) + videos × pauses; p: failure_share",
        f"of the copies {failing:.0%} are cut, at any byte of them",
        (Rejected(option="all in one copy", reason="one cut in all this time would begin it from the first byte"),),
    )


def _delay_line(case: Case) -> Line:
    busy = float(_busy(case.values)[0])
    formula = "lag_s + λ E[S²] ÷ 2(1 − ρ) + E[S]; S: copy with its cut tries, λ: items_per_day ÷ published_within_s"
    return _line(
        "mirror_delay_s",
        "From publishing to being on both instances, with a mirror, on average",
        "s",
        formula,
        f"a mirror that is {busy:.0%} busy; one busier than {MOST_BUSY:.0%} in a draw counts as {MOST_BUSY:.0%}",
    )


def _lacking_line(case: Case) -> Line:
    delay_s_ = float(delay_s(case.values)[0])
    return _line(
        "mirror_lacking_bytes",
        "What the other instance lacks while new content is published, with a mirror",
        "bytes",
        "λ × E[bytes × delay]",
        f"each item is there {delay_s_ / 60:.0f} min after it was published",
    )


def _by_hand_line() -> Line:
    return _line(
        "by_hand_lacking_bytes",
        "What an instance lacks while every item is uploaded twice by hand, as reported",
        "bytes",
        "items_per_day × bytes an item × by_hand_after_s ÷ 86,400",
        "how soon somebody uploads an item for the second time",
    )
