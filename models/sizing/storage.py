"""Storage: originals and ladder, in every instance and copy, grown over the years and filled to a limit."""

from collections.abc import Callable, Sequence

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.mirror import mirror_rows
from firstbell.models.sizing.rows import Line, Row, figure_terms
from firstbell.models.study import Rejected

_GROUP = "storage"
_ASSUMED = "sizing.storage"
_EVERY_LEVEL = "the same at every level: content is stored, whoever watches"
REED_SOLOMON = (8, 3)


def reed_solomon_copies(data_shards: int, parity_shards: int) -> float:
    """Raw bytes for each byte kept under erasure coding, as 3 is for three copies."""
    return (data_shards + parity_shards) / data_shards


def ladder_factor(rungs_bits_per_s: Sequence[float], source_bits_per_s: float, *, keep_source: bool = True) -> float:
    """Bytes of all rungs, and of the source where it is kept, over the source's bytes."""
    return sum(rungs_bits_per_s) / source_bits_per_s + (1.0 if keep_source else 0.0)


def grown(amount: Array | float, growth_per_year: Array | float, years: Array | float) -> Array:
    """An amount after years of compound growth."""
    return np.asarray(amount * (1 + np.asarray(growth_per_year)) ** years)


def raw(kept: Array | float, copies: Array | float, fill_limit: Array | float) -> Array:
    """Raw size of a store that keeps so much, so many times over, and is filled to its limit and no further."""
    return np.asarray(kept * np.asarray(copies) / fill_limit)


def originals_bytes(values: Values) -> Array:
    return values["content.originals_bytes"]


def ladder_bytes(values: Values) -> Array:
    """All rungs with one audio track of every video."""
    played_s = values["content.videos"] * values["content.mean_video_s"]
    return played_s * values["content.ladder.whole_bits_per_s"] / 8


def instance_bytes(values: Values) -> Array:
    """One instance holds originals and ladder."""
    return originals_bytes(values) + ladder_bytes(values)


def kept_bytes(values: Values) -> Array:
    """All instances, today."""
    return instance_bytes(values) * values[f"{_ASSUMED}.instances"]


def usable_bytes(values: Values) -> Array:
    """All instances, at the end of the years planned for."""
    return grown(kept_bytes(values), values[f"{_ASSUMED}.growth_per_year"], values[f"{_ASSUMED}.years"])


def raw_today_bytes(values: Values) -> Array:
    return raw(kept_bytes(values), values[f"{_ASSUMED}.copies"], values[f"{_ASSUMED}.fill_limit"])


def raw_bytes(values: Values) -> Array:
    return raw(usable_bytes(values), values[f"{_ASSUMED}.copies"], values[f"{_ASSUMED}.fill_limit"])


def backup_bytes(values: Values) -> Array:
    """Backups of the originals; the ladder can be encoded again."""
    years, growth = values[f"{_ASSUMED}.years"], values[f"{_ASSUMED}.growth_per_year"]
    kept = grown(originals_bytes(values) * values[f"{_ASSUMED}.backups"], growth, years)
    return raw(kept, 1.0, values[f"{_ASSUMED}.fill_limit"])


def storage_rows(case: Case) -> list[Row]:
    """What must be stored, as far as the profile tells: content, not the database, logs, mail or recordings."""
    return [
        _row(case, "originals", "Originals", "content.originals_bytes", originals_bytes),
        _row(case, "ladder", "All renditions", "videos × mean_video_s × Σ rungs, audio and overhead ÷ 8", ladder_bytes),
        _row(case, "instance", "One content instance, today", "originals + ladder", instance_bytes),
        _row(case, "kept", "All content instances, today", "(originals + ladder) × instances", kept_bytes),
        _row(case, "raw_today", "Raw disk for the content, today", "instances × copies ÷ fill_limit", raw_today_bytes),
        _usable(case),
        _raw(case),
        _backup(case),
        *mirror_rows(case),
    ]


def _row(case: Case, name: str, title: str, formula: str, size: Callable[[Values], Array]) -> Row:
    return _sized(case, _line(name, title, formula), size)


def _line(name: str, title: str, formula: str, rejected: tuple[Rejected, ...] = ()) -> Line:
    return Line(
        group=_GROUP,
        item=f"storage_{name}_bytes",
        title=title,
        unit="bytes",
        formula=formula,
        binding=_EVERY_LEVEL,
        source="content and storage assumptions of the profile",
        rejected=rejected,
    )


def _sized(case: Case, line: Line, size: Callable[[Values], Array]) -> Row:
    reading = case.reading()
    values = size(reading)
    return Row(line=line, values=values, terms=figure_terms(case, reading.keys_read))


def _usable(case: Case) -> Row:
    years = float(case.values[f"{_ASSUMED}.years"][0])
    instances = float(case.values[f"{_ASSUMED}.instances"][0])
    formula = "(originals + ladder) × instances × (1 + growth_per_year)^years"
    rejected: tuple[Rejected, ...] = ()
    if instances > 1:
        one = float(usable_bytes(case.values)[0]) / instances
        reason = "needs one catalogue for both sign-in routes, or a mirror between them; the platform has neither"
        rejected = (Rejected(option=f"one instance for all, {one / 1e12:.1f} TB", reason=reason),)
    title = f"All content instances, after {years:g} years (usable)"
    return _sized(case, _line("usable", title, formula, rejected), usable_bytes)


def _raw(case: Case) -> Row:
    years = float(case.values[f"{_ASSUMED}.years"][0])
    copies = float(case.values[f"{_ASSUMED}.copies"][0])
    coded = reed_solomon_copies(*REED_SOLOMON)
    smaller = float(raw_bytes(case.values)[0]) * coded / copies
    rejected: tuple[Rejected, ...] = ()
    if copies > coded:
        option = f"erasure coding {REED_SOLOMON[0]}+{REED_SOLOMON[1]}, {smaller / 1e12:.1f} TB"
        reason = "the profile asks for whole copies; coding saves disks, and costs CPU and slower repair"
        rejected = (Rejected(option=option, reason=reason),)
    title = f"Raw disk for the content, after {years:g} years"
    return _sized(case, _line("raw", title, "usable × copies ÷ fill_limit", rejected), raw_bytes)


def _backup(case: Case) -> Row:
    formula = "originals × backups × (1 + growth_per_year)^years ÷ fill_limit"
    without = Rejected(option="no backup", reason="copies follow every deletion at once; a backup doesn't")
    kept = float(case.values[f"{_ASSUMED}.backups"][0]) > 0
    line = _line("backup", "Raw disk for backups of the originals", formula, (without,) if kept else ())
    return _sized(case, line, backup_bytes)
