"""The roll-out: which part of the country comes when, and how long what is ordered takes to be there."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from firstbell.models.workload.sourced import Count, NotNegative, Share, Source, Strict, number_at


def _dated(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("this is no date: write it as 2027-09-01") from None
    return text


class Stage(Strict):
    """From a date on, so many municipalities take part: their share of the learners of every level."""

    title: str
    municipalities: Count
    population_share: Share
    starts_on: Annotated[str, AfterValidator(_dated)]
    date_source: Source

    @property
    def start(self) -> date:
        return date.fromisoformat(self.starts_on)


class LeadTimes(Strict):
    """Days from the order until it is in service: tender, delivery and setting up."""

    servers_days: NotNegative
    storage_days: NotNegative
    lines_days: NotNegative


class Rollout(Strict):
    """Stages by name, the earliest first; each takes in those before it."""

    stages: dict[str, Stage] = Field(min_length=1)
    lead: LeadTimes

    @classmethod
    def contradictions(cls, data: Mapping[str, object]) -> list[str]:
        stages = data.get("stages")
        if not isinstance(stages, Mapping):
            return []
        found = []
        starts = [str(each.get("starts_on")) for each in stages.values() if isinstance(each, Mapping)]
        if starts != sorted(set(starts)):
            found.append("each stage must start after the one before it")
        for key in ("municipalities", "population_share"):
            known = [number for each in stages.values() if (number := number_at(each, key)) is not None]
            if known != sorted(known):
                found.append(f"a stage takes in those before it: {key} must not fall")
        return found
