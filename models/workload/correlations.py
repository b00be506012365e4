"""Inputs that go together: where one of them is high, the other is likely to be."""

from pydantic import Field

from firstbell.models.workload.sourced import Source, Strict


class Correlation(Strict):
    """Two figures of the profile by their keys, and their rank correlation (Spearman)."""

    between: tuple[str, str]
    rank: float = Field(gt=-1, lt=1)
    source: Source
