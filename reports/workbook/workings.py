"""The sheet of workings that hold at every level: shares, ladder, month, mirror, and an edge's two addresses."""

from firstbell.models.sizing.bandwidth import DAY_S, MONTH_DAYS, SAMPLE_S
from firstbell.models.sizing.mirror import MOST_BUSY
from firstbell.models.workload import Workload
from firstbell.reports.workbook.formula import (
    Formula,
    largest,
    rounded_down,
    smallest,
    summed,
    summed_products,
    summed_where,
)
from firstbell.reports.workbook.inputs import Inputs
from firstbell.reports.workbook.section import Section
from firstbell.reports.workbook.sheet import Sheet
from firstbell.reports.workbook.two_addresses import two_addresses_hit_ratio

NAME = "Workings"
WIDTHS = (46, 18, 18, 18, 18, 18)
_CUTS = 60  # tries of one copy: at 40 % cut, the ones beyond are fewer than 1 in 10^23
_DOUBLINGS = 6


class Workings:
    """Writes section below section, and keeps what the levels need of them."""

    def __init__(self, sheet: Sheet, inputs: Inputs, workload: Workload) -> None:
        self._sheet, self._inputs, self._workload = sheet, inputs, workload
        self._section = Section(sheet, 3, len(WIDTHS))
        sheet.text(0, 0, "Workings for all levels", "title")
        sheet.across(1, 0, 5, "Nothing here is to be changed: all of it follows from the assumptions.")
        self._shares()
        self._ladder()
        self.billed_share, self.mean_share = self._month()
        self.mirror = self._mirror() if workload.sizing.mirror is not None else {}
        self.two_addresses_hit_ratio = two_addresses_hit_ratio(self._section, inputs)
        sheet.printed(NAME, repeated=(0, 0), frozen=(2, 1))

    def _shares(self) -> None:
        """Of the learners, by state: as parts of their sum, which is 1 in a profile."""
        keys = [key for key in self._inputs if key.startswith("states.") and key.endswith(".share")]
        self._section.heading("Shares of the learners", ("State", "Share as used"))
        raw = [self._inputs[key] for key in keys]
        total = self._section.line("sum of the shares in the assumptions", sum(raw[1:], raw[0]), "share")
        for key, share in zip(keys, raw, strict=True):
            cell = self._section.line(key.removeprefix("states.").removesuffix(".share"), share / total, "share")
            self._inputs.calculated(key, cell)
        self._section.gap()

    def _ladder(self) -> None:
        count = len(self._workload.content.ladder.rungs)
        rates = [self._inputs[f"content.ladder.rungs.{number}.bits_per_s"] for number in range(1, count + 1)]
        shares = [self._inputs[f"content.ladder.rungs.{number}.share"] for number in range(1, count + 1)]
        audio, overhead = self._inputs["content.ladder.audio_bits_per_s"], self._inputs["content.ladder.overhead"]
        self._section.heading("Ladder", ("", "Bitrate"))
        played = [rate * share for rate, share in zip(rates, shares, strict=True)]
        found = {
            "mean_bits_per_s": ("delivered to a learner whose video plays", sum(played[1:], played[0])),
            "whole_bits_per_s": ("stored, all rungs together", sum(rates[1:], rates[0])),
        }
        for name, (words, video) in found.items():
            key = f"content.ladder.{name}"
            self._inputs.calculated(
                key, self._sheet.named(key, self._section.line(words, (video + audio) * (1 + overhead), "bit/s"))
            )
        self._section.gap()

    def _month(self) -> tuple[Formula, Formula]:
        """The billed share of the peak and the mean one: samples of 5 minutes, the least of them on days off."""
        steps = sorted(enumerate(self._workload.day.steps, 1), key=lambda step: step[1].start)
        title = f"Samples of {SAMPLE_S // 60} minutes in a month of {MONTH_DAYS} days"
        self._section.heading(
            title, ("From", "Share of the peak", "Samples a day", "Samples a month", "Of this load or more")
        )
        school_days = smallest(rounded_down(self._inputs["day.school_days_per_month"]), MONTH_DAYS)
        first, starts = self._section.row, [_seconds(step.start) for _, step in steps]
        ends = [*starts[1:], starts[0] + DAY_S]
        shares, a_day = [], []
        for row, ((number, step), start_s, end_s) in enumerate(zip(steps, starts, ends, strict=True), first):
            self._sheet.text(row, 0, step.start)
            shares.append(self._sheet.formula(row, 1, self._inputs[f"day.steps.{number}.share"], unit="share"))
            samples = -(-end_s // SAMPLE_S) - -(-start_s // SAMPLE_S)
            a_day.append(self._sheet.number(row, 2, samples, look="still", unit="learners"))
        share_cells = self._sheet.column(first, shares, 1)
        least, a_whole_day = smallest(share_cells), DAY_S // SAMPLE_S
        off = self._line_at(first + len(steps), "days without school, at the least", least, a_whole_day)
        shares.append(off)
        months = [
            self._sheet.formula(row, 3, cell * school_days, unit="learners") for row, cell in enumerate(a_day, first)
        ]
        free_days = self._sheet.formula(
            first + len(steps), 3, a_whole_day * (MONTH_DAYS - school_days), unit="learners"
        )
        months.append(free_days)
        all_shares, weights = self._sheet.column(first, shares, 1), self._sheet.column(first, months, 3)
        above = [
            self._sheet.formula(row, 4, summed_where(all_shares, share, weights), unit="learners")
            for row, share in enumerate(shares, first)
        ]
        self._section.row = first + len(shares)
        left_out = self._section.line(
            "samples that a bill leaves out: the top 5 %", rounded_down(summed(weights) * 5 / 100), "learners"
        )
        # The largest load of which more samples are at or above it than are left out.
        billed = [(above_it > left_out) * share for above_it, share in zip(above, shares, strict=True)]
        billed_share = self._section.line("billed share of the peak", largest(*billed), "share")
        mean_share = self._section.line(
            "mean share of the peak", summed_products(all_shares, weights) / summed(weights), "share"
        )
        self._section.gap()
        return billed_share, mean_share

    def _line_at(self, row: int, words: str, share: Formula, samples: int) -> Formula:
        self._sheet.text(row, 0, words)
        self._sheet.number(row, 2, samples, look="still", unit="learners")
        return self._sheet.formula(row, 1, share, unit="share")

    def _mirror(self) -> dict[str, Formula]:
        """One copy with its cut tries, and the wait for those before it (M/G/1)."""
        read, own = self._inputs, "sizing.mirror."
        cut, pause_s, cv = read[f"{own}failure_share"], read[f"{own}backoff_s"], read[f"{own}item_bytes_cv"]
        self._section.heading("A mirror's copies", ("", "Value"))
        rate = self._section.line(
            "items published a second", read[f"{own}items_per_day"] / read[f"{own}published_within_s"]
        )
        size = self._section.line("bytes of an item", read["content.originals_bytes"] / read["content.videos"], "bytes")
        line_s = self._section.line("line alone, an item", size * 8 / read["sizing.bandwidth.mirror_bits_per_s"], "s")
        sent = self._section.line("bytes sent for each that arrives", 1 + cut / (2 * (1 - cut)))
        rising = [cut ** (tries + 1) * 2**tries for tries in range(_DOUBLINGS)]
        level = cut ** (_DOUBLINGS + 1) * 2**_DOUBLINGS / (1 - cut)
        pauses_s = self._section.line(
            "pauses between tries, an item", pause_s * (sum(rising[1:], rising[0]) + level), "s"
        )
        copy_s = self._section.line("copy of an item", line_s * sent + pauses_s, "s")
        busy = self._section.line("busy share of the mirror", rate * copy_s, "share")
        second_s2 = self._section.line("mean square of a copy", self._second_moment(line_s, cv, cut, pause_s))
        free = 2 * (1 - smallest(busy, MOST_BUSY))
        wait_s = self._section.line("wait for the items before it", rate * second_s2 / free, "s")
        self._section.row = max(self._section.row, self._tries_end) + 1
        return {
            "rate": rate, "size": size, "line_s": line_s, "sent": sent, "pauses_s": pauses_s, "copy_s": copy_s,
            "wait_s": wait_s,
        }  # fmt: skip

    def _second_moment(self, line_s: Formula, cv: Formula, cut: Formula, pause_s: Formula) -> Formula:
        """E[S²] = Σ_F (1 − p) p^F (E[L²] ((1 + F/2)² + F/12) + 2 E[L] (1 + F/2) P_F + P_F²), F tries cut."""
        first = self._section.row + 4
        for column, words in enumerate(("Tries cut", "Chance", "Pauses", "Its part"), 2):
            self._sheet.text(first - 1, column, words, "number_column")
        parts = []
        pauses = Formula.of(0)
        for cuts in range(_CUTS):
            row = first + cuts
            count = self._sheet.number(row, 2, cuts, look="still", unit="learners")
            chance = self._sheet.formula(row, 3, (1 - cut) * cut**count if cuts else 1 - cut)
            pauses = self._sheet.formula(row, 4, pauses, unit="s")
            factor = 1 + count / 2
            squares = line_s**2 * (1 + cv**2) * (factor**2 + count / 12)
            parts.append(self._sheet.formula(row, 5, chance * (squares + 2 * line_s * factor * pauses + pauses**2)))
            pauses = pauses + pause_s * 2 ** min(cuts, _DOUBLINGS)
        self._tries_end = first + _CUTS
        return summed(self._sheet.column(first, parts, 5))


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return 3600 * int(hours) + 60 * int(minutes)
