"""What `firstbell size` prints: the rows by level, what moves them, how likely they are to be enough."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.table import Column, Table

from firstbell.models.school_line import SchoolLine
from firstbell.models.study import Due, LevelChance, RollOut, SizingRow, Swing
from firstbell.reports.answer import level_title
from firstbell.reports.chances import BOUGHT_AT, chance_sentence
from firstbell.reports.layers import LAYERS, share_cells
from firstbell.reports.names import group_name, layer_name
from firstbell.reports.numbers import count, interval, percent, quantity, unbroken
from firstbell.reports.roll_out import added_figure, due_figure, orders_of, stage_figure

_MOST_SWINGS = 12


def rows_table(rows: Sequence[SizingRow]) -> Table:
    """Every item at every level, most likely figure and interval."""
    levels = levels_of(rows)
    # What decides may differ from level to level: sizing.csv and --json have it for each of them.
    decided_by = ["Decided by"] if len(levels) == 1 else []
    table = Table("", *(unbroken(level_title(*level)) for level in levels), *decided_by, box=SIMPLE_HEAD)
    for group in dict.fromkeys(row.group for row in rows):
        table.add_row(f"[bold]{group_name(group)}[/bold]")
        for item in dict.fromkeys(row.item for row in rows if row.group == group):
            at = {row.level: row for row in rows if row.item == item}
            first = next(iter(at.values()))
            table.add_row(
                first.title, *(_figure(at.get(level)) for level, _ in levels), *[first.binding][: len(decided_by)]
            )
    return table


def machines_tables(rows: Sequence[SizingRow]) -> Iterator[Table]:
    """Which machines each tier's cost is made of, and at the highest level why not others."""
    levels = levels_of(rows)
    highest, learners = max(levels, key=lambda level: level[1])
    title = "Machines to buy, the spare ones with them: the cheapest that carry the tier"
    bought = Table("", *(unbroken(level_title(*level)) for level in levels), box=SIMPLE_HEAD, title=title,
                   title_justify="left")  # fmt: skip
    why_not = Table("", "Not bought", "because", box=SIMPLE_HEAD, title_justify="left",
                    title=f"Machines that were looked at for {count(learners)} learners")  # fmt: skip
    chosen = [row for row in rows if row.chosen]
    for item in dict.fromkeys(row.item for row in chosen):
        at = {row.level: row for row in chosen if row.item == item}
        tier = next(iter(at.values())).title.partition(", a month")[0]
        bought.add_row(tier, *(at[level].binding if level in at else "" for level, _ in levels))
        for first, each in enumerate(at[highest].rejected if highest in at else ()):
            why_not.add_row("" if first else tier, each.option, each.reason)
    yield bought
    yield why_not


def roll_out_tables(plan: RollOut) -> Iterator[Table]:
    """How many learners there are from when on; then, at the highest level, what must be ordered, a table a day."""
    stages = dict.fromkeys((each.stage, each.starts_on) for each in plan.levels)
    columns = (Column(f"{stage}\nfrom {day}", justify="right") for stage, day in stages)
    over_time = Table("", *columns, box=SIMPLE_HEAD, title="Learners in session over time", title_justify="left")
    for level in dict.fromkeys(each.level for each in plan.levels):
        at = {each.stage: each for each in plan.levels if each.level == level}
        over_time.add_row(level, *(unbroken(stage_figure(at[stage])) for stage, _ in stages))
    yield over_time
    highest = orders_of(plan)[-1]
    for (needed_on, occasion), dues in groupby(sorted(highest.due, key=_when), _when):
        days = (Column(name, no_wrap=True) for name in ("Order by", "at the safest"))
        due = Table("", *days, Column("In all", no_wrap=True), box=SIMPLE_HEAD, title_justify="left",
                    title=f"In service on {needed_on}, level {highest.level}: {occasion}")  # fmt: skip
        for each in dues:
            new = "" if each.added == each.quantity else f"\n{unbroken(added_figure(each))} new"
            figure = f"{unbroken(due_figure(each))}{new}"
            due.add_row(each.title, str(each.order_by), str(each.order_by_safe), figure)
        yield due


def _when(due: Due) -> tuple[date, str]:
    return due.needed_on, due.occasion


def layers_table(rows: Sequence[SizingRow]) -> Table:
    """Where the intervals come from, at the highest level: levels differ little in it."""
    highest = max(row.learners for row in rows)
    title = f"Share of the variance at {highest} learners, by where the uncertainty comes from"
    table = Table("", *map(layer_name, LAYERS), box=SIMPLE_HEAD, title=title, title_justify="left")
    for row in rows:
        if row.learners == highest and row.shares is not None:
            table.add_row(row.title, *map(unbroken, share_cells(row.shares)))
    return table


def school_lines_table(lines: Sequence[SchoolLine]) -> Table:
    """What a school's line carries at once, by the school's size and by each rule for its line."""
    title = "A school's line by size of school: what it carries at once, alone and beside one Teams lesson"
    names = ("Rule", "Line", "Videos", "beside", "Lessons, minimum", "recommended", "Quiz starts", "beside")
    table = Table("Pupils", *names, box=SIMPLE_HEAD, title=title, title_justify="left")
    for line in lines:
        counts = (
            line.streams, line.streams_beside_lesson, line.lessons_minimum, line.lessons_recommended,
            line.quiz_learners, line.quiz_learners_beside_lesson,
        )  # fmt: skip
        table.add_row(
            count(line.pupils), line.rule, unbroken(quantity(line.line_bits_per_s, "bit/s")), *map(count, counts)
        )
    return table


def chances_table(chances: Sequence[LevelChance]) -> Table:
    """How likely each level's purchase is to be enough, by the figure at which each line is bought."""
    title = "How likely a purchase is to be enough, servers, lines and disks all together"
    levels = list(dict.fromkeys((each.level, each.learners) for each in chances))
    table = Table("Every line bought at", *(level_title(*level) for level in levels), box=SIMPLE_HEAD, title=title,
                  title_justify="left")  # fmt: skip
    for bought, words in BOUGHT_AT.items():
        at = {each.level: each.chance for each in chances if each.bought == bought}
        table.add_row(words, *(percent(at[level]) for level, _ in levels))
    table.caption = chance_sentence(chances)
    table.caption_justify = "left"
    return table


def swings_tables(rows: Sequence[SizingRow], item: str) -> Iterator[Table]:
    """What each input alone makes of an item, the widest first."""
    for row in rows:
        if row.item != item:
            continue
        title = f"{row.title}, {level_title(row.level, row.learners)}: {_plain(row.quantity, row.unit)}"
        table = Table(Column("One input alone, all others likely", overflow="fold"), "at its low", "at its high", "",
                      box=SIMPLE_HEAD, title=title, title_justify="left")  # fmt: skip
        for swing in row.swings[:_MOST_SWINGS]:
            ends = (_plain(each, row.unit) for each in (swing.at_low, swing.at_high))
            table.add_row(swing.name, *ends, _bar(swing, row))
        yield table


def what_if_table(rows: Sequence[SizingRow], others: Sequence[SizingRow]) -> Table:
    """Both sizings side by side at the highest level, for the items that differ."""
    highest = max(row.learners for row in rows)
    table = Table("", "As the profile has it", "What if", "Change", box=SIMPLE_HEAD, title_justify="left",
                  title=f"What changes at {count(highest)} learners")  # fmt: skip
    before = {row.item: row for row in rows if row.learners == highest}
    after = {row.item: row for row in others if row.learners == highest}
    for item in dict.fromkeys((*before, *after)):
        one, other = before.get(item), after.get(item)
        if one is None or other is None or not _alike(one, other):
            title = (one or after[item]).title
            table.add_row(title, _figure(one), _figure(other), _change(one, other))
    if not table.rows:
        table.add_row("nothing", "", "", "")
    return table


def levels_of(rows: Sequence[SizingRow]) -> list[tuple[str, int]]:
    """Levels in the order of the rows."""
    return list(dict.fromkeys((row.level, row.learners) for row in rows))


def _alike(one: SizingRow, other: SizingRow) -> bool:
    return (one.quantity, one.low, one.high) == (other.quantity, other.low, other.high)


def _change(one: SizingRow | None, other: SizingRow | None) -> str:
    if one is None or other is None or one.quantity == 0:
        return ""
    change = other.quantity / one.quantity - 1
    return "the interval alone" if change == 0 else f"{'+' if change > 0 else '−'}{percent(abs(change))}"


def _figure(row: SizingRow | None) -> str:
    return "" if row is None else unbroken(interval(row.low, row.quantity, row.high, row.unit))


def _plain(value: float, unit: str) -> str:
    return unbroken(interval(value, value, value, unit))


def _bar(swing: Swing, row: SizingRow) -> str:
    widest = row.swings[0].width
    return "█" * max(round(20 * swing.width / widest), 1) if widest else ""
