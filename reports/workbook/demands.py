"""The sheet of measured demands: CPU seconds of a visit by activity and station, and what the sizing makes of them."""

from typing import cast

import numpy as np

from firstbell.models.figures import Values, stated_names
from firstbell.models.fitted_model import ActivityModel, FittedModel
from firstbell.models.sizing import demands_of
from firstbell.models.sizing.case import Assumed, Case
from firstbell.models.sizing.demands import TIERS
from firstbell.models.sizing.work import work_at
from firstbell.models.traffic import ACTIVITIES, requests_per_visit
from firstbell.models.workload import Workload
from firstbell.reports.names import activity_name, station_name
from firstbell.reports.workbook.formula import Formula, exponential, largest, logarithm, normal_quantile, smallest
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.section import Section
from firstbell.reports.workbook.sheet import Sheet

NAME = "Demands"
WIDTHS = (32, *(14,) * 10)
_DRAWS = 256
_WORDS = (
    "CPU seconds of one visit. The yellow cells are what was fitted; change them, say after a new measurement, and the "
    "cores follow. The rest of this sheet is calculated."
)


class DemandCells:
    """What visits cost, cell by cell; ``works`` are the activities and the stated states, in the order of the rows.

    ``jobs`` and ``cpu_s`` are ranges over the works for a tier, ``counts`` is 1 for those that ever come to it.
    """

    def __init__(self, sheet: Sheet, inputs: Inputs, workload: Workload, model: FittedModel) -> None:
        self._sheet, self._inputs, self._model = sheet, inputs, model
        limit = workload.sizing.servers.max_utilization.value
        demands = demands_of(model.at_utilization(limit))
        self.scv = demands.service_scv
        self._segment_bytes = demands.segment_bytes
        assumed = Assumed.of(workload, demands, draws=_DRAWS, seed=1)
        case = Case(level="contract", learners=workload.levels.learners()["contract"], assumed=assumed)
        self.works = (*ACTIVITIES, *stated_names(assumed.values))
        self._pairs = {pair: values.any() for pair, values in assumed.demand_s.items()}
        # By the draws as well: what may cost something at a tier queues there.
        self._comes = {tier: {work.name for work in work_at(case, tier)} for tier in TIERS}
        self.tiers = tuple(tier for tier in TIERS if self._comes[tier])
        sheet.text(0, 0, "Measured demands", "title")
        sheet.across(1, 0, len(WIDTHS) - 1, _WORDS)
        self._section = Section(sheet, 3, len(WIDTHS))
        self._known = [a for name in ACTIVITIES for a in model.activities if a.name == name]
        self._busy_s = self._fitted()
        self._response_s = self._low_load()
        self.requests = {name: Formula.of(each) for name, each in requests_per_visit(cast(Values, inputs)).items()}
        self._bytes()
        self._as_sized()
        sheet.printed(NAME, repeated=(0, 0), frozen=(2, 1))

    def visited(self, activity: str) -> list[str]:
        """The tiers at which an activity costs anything."""
        return [tier for tier in TIERS if self._pairs.get((activity, tier))]

    def base_s(self, activity: str, percentile: float) -> Formula:
        """The response at low load: as measured, else the percentile of an exponential with the demands as its mean."""
        if activity in self._response_s:
            p50, p95 = self._response_s[activity]
            spread = logarithm(p95 / p50) / normal_quantile(0.95)
            return p50 * exponential(spread * normal_quantile(percentile / 100))
        costs = [self._busy_s[activity, tier] for tier in self.visited(activity)]
        return -float(np.log(1 - percentile / 100)) * sum(costs[1:], costs[0])

    def _fitted(self) -> dict[tuple[str, str], Formula]:
        """Demands on busy cores as cells to be changed, and below them those at the utilisation that is sized for."""
        stations = self._model.stations
        self._section.heading(
            f"Fitted from {self._model.quality.windows} windows of {self._model.quality.window_s:g} s: "
            "CPU seconds of a visit on busy cores",
            ("Activity", *map(station_name, stations)),
        )
        fitted = {(a.name, s): self._fitted_cell(a, s, row) for row, a in enumerate(self._known) for s in stations}
        self._section.row += len(self._known)
        self._sheet.text(self._section.row, 0, "more on idle cores, as a share")
        more = {
            station: self._sheet.number(
                self._section.row, column, self._model.coldness[column - 1], look="input", unit="share"
            )
            for column, station in enumerate(stations, 1)
        }
        self._section.row += 2
        self._intervals()
        self._section.heading(
            "The same at the highest utilisation that is sized for", ("Activity", *map(station_name, stations))
        )
        idle = 1 - smallest(largest(self._inputs["sizing.servers.max_utilization"], 0), 1)
        busy = {}
        for row, activity in enumerate(self._known, self._section.row):
            self._sheet.text(row, 0, activity_name(activity.name))
            for column, station in enumerate(stations, 1):
                raised = fitted[activity.name, station] * (1 + more[station] * idle)
                busy[activity.name, station] = self._sheet.formula(row, column, raised, unit="cpu")
        self._section.row += len(self._known) + 1
        return busy

    def _fitted_cell(self, activity: ActivityModel, station: str, row: int) -> Formula:
        column = self._model.stations.index(station)
        self._sheet.text(self._section.row + row, 0, activity_name(activity.name))
        return self._sheet.number(
            self._section.row + row, column + 1, activity.demand_s[column], look="input", unit="cpu"
        )

    def _intervals(self) -> None:
        stations = self._model.stations
        self._section.heading(
            "95 % intervals of the fitted demands, ms; they move no total here",
            ("Activity", *map(station_name, stations)),
        )
        for row, activity in enumerate(self._known, self._section.row):
            self._sheet.text(row, 0, activity_name(activity.name))
            for column, (low_s, high_s) in enumerate(activity.intervals_s, 1):
                self._sheet.text(row, column, f"{1e3 * low_s:.3g} to {1e3 * high_s:.3g}", "still")
        self._section.row += len(self._known) + 1

    def _low_load(self) -> dict[str, tuple[Formula, Formula]]:
        """Median and p95 of a visit where nobody waits: its CPU time, as varied as its factors say, and its latency."""
        known = [activity for activity in self._known if activity.total_demand_s > 0]
        self._section.heading(
            "Response where nobody waits", ("Activity", "factor, p50", "factor, p95", "latency", "p50", "p95")
        )
        found = {}
        for row, activity in enumerate(known, self._section.row):
            self._sheet.text(row, 0, activity_name(activity.name))
            factors = [float(f) for f in np.quantile(np.array(activity.factors), [0.5, 0.95])]
            p50, p95 = (self._sheet.number(row, 1 + at, factor, look="input") for at, factor in enumerate(factors))
            latency = self._sheet.number(row, 3, activity.latency_s, look="input", unit="cpu")
            costs = [self._busy_s[activity.name, station] for station in self._model.stations]
            total = sum(costs[1:], costs[0])
            median = self._sheet.formula(row, 4, p50 * total + latency, unit="cpu")
            found[activity.name] = (
                median, self._sheet.formula(row, 5, largest(median, p95 * total + latency), unit="cpu"),
            )  # fmt: skip
        self._section.row += len(known) + 1
        return found

    def _as_sized(self) -> None:
        """CPU seconds and jobs of each work at each tier, video's delivery with its true bytes."""
        tiers = self.tiers
        self._section.heading(
            "As sized: jobs and CPU seconds of a visit, and whether it comes to the tier",
            (
                "Work", "jobs, sign-in", "jobs, elsewhere", *(f"CPU s, {station_name(tier)}" for tier in tiers),
                *(f"at {station_name(tier)}" for tier in tiers),
            ),
        )  # fmt: skip
        first = self._section.row
        cells: dict[tuple[str, str], list[Formula]] = {}
        for row, work in enumerate(self.works, first):
            played = work in ACTIVITIES
            self._sheet.text(row, 0, activity_name(work))
            elsewhere = self.requests[work] if played else self._inputs[f"states.stated.{work}.requests"]
            written = {("jobs", "auth"): Formula.of(1) if played else elsewhere, ("jobs", "other"): elsewhere}
            written |= {("cpu", tier): self._cpu_s(work, tier) for tier in tiers}
            for column, (key, formula) in enumerate(written.items(), 1):
                unit = "cpu" if key[0] == "cpu" else "number"
                cells.setdefault(key, []).append(self._sheet.formula(row, column, formula, unit=unit))
            for column, tier in enumerate(tiers, 1 + len(written)):
                comes = float(work in self._comes[tier])
                cell = self._sheet.number(row, column, comes, look="still", unit="learners")
                cells.setdefault(("counts", tier), []).append(cell)
        columns = {key: self._sheet.column(first, found, at) for at, (key, found) in enumerate(cells.items(), 1)}
        self.cpu_s = {tier: columns["cpu", tier] for tier in tiers}
        self.jobs = {tier: columns["jobs", "auth" if tier == "auth" else "other"] for tier in tiers}
        self.counts = {tier: columns["counts", tier] for tier in tiers}
        self._section.row += len(self.works)

    def _bytes(self) -> None:
        """What a request costs the delivery, and a byte: what a segment costs beyond a poll is what its bytes cost."""
        nothing = Formula.of(0)
        request = self._busy_s.get(("poll", "delivery"), nothing)
        segment = self._busy_s.get(("segment", "delivery"), nothing)
        self._section.heading("What the delivery costs", ("", "CPU seconds"))
        self._true_bytes = self._section.line(
            "bytes of a segment at the ladder's mean",
            self._inputs["content.ladder.mean_bits_per_s"] * self._inputs["content.ladder.segment_s"] / 8,
            "bytes",
        )
        measured = self._true_bytes
        if self._segment_bytes:
            measured = self._section.given("bytes of a segment as measured", self._segment_bytes, "bytes")
        self._measured_bytes = measured
        self._request_s = self._section.line("a request", smallest(request, segment), "cpu")
        self._byte_s = self._section.line("a byte", largest(segment - request, 0) / measured, "tiny")
        self._section.row += 1

    def _cpu_s(self, work: str, tier: str) -> Formula:
        if work in ACTIVITIES:
            cost = self._busy_s.get((work, tier), Formula.of(0))
            if tier != "delivery" or not self._segment_bytes or work not in ("segment", "video_start"):
                return cost
            return largest(cost + self._byte_s * (self._true_bytes - self._measured_bytes), 0)
        path = f"states.stated.{work}"
        key = f"{path}.demand_s.{tier}"
        stated = self._inputs[key] if key in self._inputs else Formula.of(0)
        if tier != "delivery":
            return stated
        size = self._inputs[f"{path}.bytes_out"] + self._inputs[f"{path}.bytes_in"]
        return self._inputs[f"{path}.requests"] * self._request_s + self._byte_s * size + stated
