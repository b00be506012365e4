"""Cores and nodes of each tier on a level's sheet: what each limit asks for, and which decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from firstbell.models.workload import Workload
from firstbell.reports.names import station_name
from firstbell.reports.workbook.demands import DemandCells
from firstbell.reports.workbook.formula import (
    Formula,
    largest,
    place_of,
    rounded_up,
    summed,
    summed_products,
    text_at,
    where,
)
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.section import Section
from firstbell.reports.workbook.waits import AllowanceCells, QueueCells, Waits

_SERVERS = "sizing.servers."


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Visits a second of every work (a range), any time or at first bell."""

    name: str
    visits_per_s: Formula


@dataclass(frozen=True, kw_only=True)
class TierCells:
    """What must be bought of a tier, and the limit that decides its cores, as a formula that gives its name."""

    cores: Formula
    nodes: Formula
    decides: Formula


@dataclass(frozen=True, kw_only=True)
class TierWriter:
    """Writes a block for each tier that has work to do."""

    section: Section
    inputs: Inputs
    demands: DemandCells
    workload: Workload
    waits: Waits
    moments: tuple[Moment, ...]
    edge_bits_per_s: Formula

    def written(self) -> Mapping[str, TierCells]:
        return {tier: self._tier(tier) for tier in self.demands.tiers}

    def _tier(self, tier: str) -> TierCells:
        self.section.heading(f"Cores, {station_name(tier)}", ("", "Value", "Limit"))
        limit = self.inputs[f"{_SERVERS}max_utilization"]
        queues = tuple(self._queue(tier, moment) for moment in self.moments)
        allowances = tuple(self._allowances(tier))
        first = self.section.row
        labels = [f"{queue.moment}: utilisation" for queue in queues]
        needs = [
            self.section.line(label, _at_utilization(queue, limit), "cores")
            for label, queue in zip(labels, queues, strict=True)
        ]
        enough = self.section.line("enough for the utilisation", largest(*needs), "cores")
        labels.append("utilisation")  # names stand beside all cells that are asked, and this one is never the first
        needs.append(enough)
        for label, fewest in self.waits.fewest_cores(tier, enough, queues, allowances):
            labels.append(label)
            needs.append(self.section.line(label, fewest, "cores"))
        asked = self.section.sheet.column(first, needs, 1)
        cores = self.section.line("cores in service", largest(asked), "cores")
        names = self.section.sheet.column(first, needs, 0)
        decides = self.section.line("decided by", text_at(labels, names.text, place_of(cores, asked)), "")
        nodes = self.section.line("servers, with the spare ones", self._nodes(tier, cores), "servers")
        self.section.gap()
        return TierCells(cores=cores, nodes=nodes, decides=decides)

    def _queue(self, tier: str, moment: Moment) -> QueueCells:
        """One queue of all the work: jobs of a work are equal in the mean, with the demands' variation among them."""
        visits, cpu_s = moment.visits_per_s, self.demands.cpu_s[tier]
        jobs, counts = self.demands.jobs[tier], self.demands.counts[tier]
        line = self.section.line
        erlangs = line(f"{moment.name}: cores kept busy", summed_products(visits, cpu_s))
        jobs_per_s = line(f"{moment.name}: jobs a second", summed_products(visits, jobs, counts))
        job_s = line(f"{moment.name}: CPU of a job", erlangs / jobs_per_s, "cpu")
        squares = summed(visits * cpu_s * cpu_s / jobs) * (1 + self.demands.scv) / jobs_per_s
        scv = where(job_s > 0, squares / job_s**2, 1) - 1
        return QueueCells(
            moment=moment.name, erlangs=erlangs, job_s=job_s, job_scv=line(f"{moment.name}: variation of a job", scv)
        )

    def _allowances(self, tier: str) -> list[AllowanceCells]:
        """What each objective on an activity that comes to this tier leaves for one wait here."""
        found = []
        for number, objective in enumerate(self.workload.objectives, 1):
            activity, percentile = objective.activity, objective.percentile
            if not activity or not percentile or tier not in self.demands.visited(activity):
                continue
            visited = self.demands.visited(activity)
            jobs = 1 if tier == "auth" else self.demands.requests[activity]
            limit = self.inputs[f"objectives.{number}.limit"]
            left_s = (limit - self.demands.base_s(activity, percentile)) / len(visited) / jobs
            name = f"p{percentile:g} of {activity}"
            cell = self.section.line(f"{name}: left for one wait", left_s, "cpu")
            found.append(AllowanceCells(name=name, percentile=percentile, wait_s=cell))
        return found

    def _nodes(self, tier: str, cores: Formula) -> Formula:
        key = f"{_SERVERS}node_line_bits_per_s"
        needed = [rounded_up(cores / self.inputs[f"{_SERVERS}cores_per_node"])]
        if tier == "delivery" and key in self.inputs:
            needed.append(rounded_up(self.edge_bits_per_s / self.inputs[key]))
        return largest(*needed) + self.inputs[f"{_SERVERS}spare_nodes"]


def _at_utilization(queue: QueueCells, limit: Formula) -> Formula:
    return largest(rounded_up(queue.erlangs / limit - 1e-9), 1)
