"""The model's stations as a picture: who hands work to whom, how large each is, and how busy at the highest level."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle

from firstbell.models.study import SizingRow, Study
from firstbell.reports.canvas import Plot, drawing
from firstbell.reports.languages import ENGLISH, Language
from firstbell.reports.levels import comparable_levels
from firstbell.reports.names import station_name
from firstbell.reports.numbers import count, exact, learners, percent
from firstbell.reports.palette import INK, MUTED, OTHER_STATION, STATIONS

_WIDTH, _HEIGHT = 3.0, 1.35
# Where boxes stand (column, row), and who hands work on to whom: requests come in by the delivery.
_PLACES = {"delivery": (1, 0.0), "app": (2, 0.0), "auth": (3, 0.9), "database": (3, -0.9)}
_PATHS = (("learners", "delivery"), ("delivery", "app"), ("app", "auth"), ("app", "database"))
_COLUMN, _ROW = 4.1, 1.0


@dataclass(frozen=True, kw_only=True)
class Station:
    """A station: cores in service and servers, None where they were not sized, and the busy share of its cores."""

    name: str
    cores: float | None
    servers: float | None
    utilization: float

    def size(self, language: Language) -> str:
        """How large it is, in words."""
        known = ((self.cores, "cores"), (self.servers, "servers"))
        return ", ".join(exact(number, unit, language=language) for number, unit in known if number is not None)


@dataclass(frozen=True, kw_only=True)
class Stations:
    """All stations at a number of learners; ``sized`` is whether they are those of the system that is to be bought."""

    learners: int
    sized: bool
    stations: tuple[Station, ...]


def stations_of(study: Study) -> Stations | None:
    """Those of the sized system at the highest level, else the measured ones; None where neither is known."""
    for forecast in reversed(study.forecast):
        system = forecast.sized_system
        if system is not None and system.utilization:
            rows = {row.item: row for row in study.sizing if row.level == forecast.level}
            found = tuple(_sized(name, busy, rows) for name, busy in system.utilization.items() if name != "host")
            return Stations(learners=forecast.learners, sized=True, stations=found)
    measured = [level for level in comparable_levels(study) if level.stations]
    if not measured:
        return None
    found = tuple(
        Station(name=name, cores=None, servers=None, utilization=result.utilization)
        for name, result in measured[-1].stations.items()
        if name != "host"
    )
    return Stations(learners=measured[-1].learners, sized=False, stations=found)


def station_plot(found: Stations | None, *, language: Language = ENGLISH) -> Plot | None:
    """A box a station with its bar; None where there is nothing to draw."""
    if found is None or not found.stations:
        return None
    places = _places(found.stations)
    rows = [row for _, row in places.values()]
    columns = max(column for column, _ in places.values())
    with drawing(640, 90 + 62 * (max(rows) - min(rows) + 1.4)) as canvas:
        axes = canvas.axes
        axes.set_axis_off()
        axes.set_xlim(-0.1, columns * _COLUMN + _WIDTH + 0.1)
        axes.set_ylim(min(rows) * _ROW * 2 - _HEIGHT, max(rows) * _ROW * 2 + _HEIGHT)
        there = language.text("{count} in session", count=count(found.learners, language=language))
        _box(axes, places["learners"], language.text("learners"), there, None, language)
        for station in found.stations:
            name = station_name(station.name, language=language)
            _box(axes, places[station.name], name, station.size(language), station, language)
        for giver, taker in _paths(found.stations):
            _arrow(axes, places[giver], places[taker])
        listed = "; ".join(_told(each, language) for each in found.stations)
        description = language.text(
            "Learners ask the delivery, which hands on to the application, and that to the others. {stations}.",
            stations=listed,
        )
        title = language.text("The stations at {learners}", learners=learners(found.learners, language=language))
        return canvas.plot(key="stations", title=title, description=description)


def _told(station: Station, language: Language) -> str:
    size = station.size(language)
    name = station_name(station.name, language=language)
    return language.text(
        "{station} busy {share}",
        station=f"{name} ({size})" if size else name,
        share=percent(station.utilization, language=language),
    )


def _sized(name: str, utilization: float, rows: dict[str, SizingRow]) -> Station:
    cores, servers = (rows.get(f"{name}_{what}") for what in ("cores", "nodes"))
    return Station(
        name=name,
        cores=None if cores is None else cores.quantity,
        servers=None if servers is None else servers.quantity,
        utilization=utilization,
    )


def _places(stations: tuple[Station, ...]) -> dict[str, tuple[int, float]]:
    """Stations that are not known by name stand one below the other beside the learners."""
    unknown = [station.name for station in stations if station.name not in _PLACES]
    below = -1.8 if len(unknown) < len(stations) else 0.0
    others = {name: (1, below - 1.0 * row) for row, name in enumerate(unknown)}
    known = {station.name: _PLACES[station.name] for station in stations if station.name in _PLACES}
    return {"learners": (0, 0.0), **known, **others}


def _paths(stations: tuple[Station, ...]) -> list[tuple[str, str]]:
    names = {"learners", *(station.name for station in stations)}
    unknown = [station.name for station in stations if station.name not in _PLACES]
    return [path for path in _PATHS if names.issuperset(path)] + [("learners", name) for name in unknown]


def _corner(place: tuple[int, float]) -> tuple[float, float]:
    column, row = place
    return column * _COLUMN, row * 2 * _ROW - _HEIGHT / 2


def _box(
    axes: Axes, place: tuple[int, float], name: str, words: str, station: Station | None, language: Language
) -> None:
    left, bottom = _corner(place)
    axes.add_patch(
        FancyBboxPatch(
            (left, bottom), _WIDTH, _HEIGHT, boxstyle="round,pad=0,rounding_size=0.12", facecolor="#ffffff",
            edgecolor=INK, linewidth=1.2,
        )
    )  # fmt: skip
    axes.text(left + 0.15, bottom + _HEIGHT - 0.16, name.capitalize(), va="top", fontweight="bold")
    axes.text(left + 0.15, bottom + _HEIGHT - 0.58, words, va="top", fontsize=9.5, color=MUTED)
    if station is None:
        return
    colour, hatch = STATIONS.get(station.name, OTHER_STATION)
    whole = _WIDTH - 1.25
    axes.add_patch(
        Rectangle((left + 0.15, bottom + 0.14), whole, 0.26, facecolor="#ffffff", edgecolor=INK, linewidth=0.8)
    )
    busy = min(station.utilization, 1.0) * whole
    axes.add_patch(
        Rectangle((left + 0.15, bottom + 0.14), busy, 0.26, facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.8)
    )
    axes.text(
        left + _WIDTH - 0.15, bottom + 0.27, percent(station.utilization, language=language), va="center", ha="right"
    )


def _arrow(axes: Axes, giver: tuple[int, float], taker: tuple[int, float]) -> None:
    left, bottom = _corner(giver)
    to_left, to_bottom = _corner(taker)
    start, end = (left + _WIDTH, bottom + _HEIGHT / 2), (to_left, to_bottom + _HEIGHT / 2)
    axes.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1.2})
