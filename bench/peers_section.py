"""The sections on load generators side by side: what a request costs them, and whether their p99 is true."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bench.markdown import heading, never_run, paragraph
from bench.results import Found
from bench.tools.firstbell_client import FirstbellClient
from bench.tools.firstbell_learners import FirstbellLearners
from bench.tools.locust_users import FastHttpUser
from firstbell.reports.markdown_table import table
from firstbell.reports.numbers import UNKNOWN, count, number, rate, seconds

POINTS = ("paced", "unpaced")
_OURS = (FirstbellLearners.name, FirstbellClient.name)
_BOUND = 0.9

Tools = Sequence[Mapping[str, Any]]


def peers_section(found: Found | None) -> Iterator[str]:
    """What each costs, and what each says of a target whose response times are known."""
    yield from heading("What does a request cost the generator?")
    if found is None:
        yield from never_run("peers")
        return
    outcome, points = found.outcome, found.outcome["points"]
    tools: Tools = outcome["tools"]
    yield from _cost(tools, points)
    yield from heading("Is the reported p99 true?")
    yield from _truth(tools, points, outcome["true_p99_s"])


def cpu_ratio(tools: Tools, point: str) -> float | None:
    """Our learner's CPU a request over FastHttpUser's."""
    ours, stock = _cpu_s(tools, FirstbellLearners.name, point), _cpu_s(tools, FastHttpUser.name, point)
    return ours / stock if ours and stock else None


def displayed(name: str) -> str:
    """A tool's name; ours stand out."""
    return f"**{name}**" if name in _OURS else name


def _cost(tools: Tools, points: Mapping[str, Any]) -> Iterator[str]:
    yield from paragraph(
        "The same GET of a small answer over kept connections, each tool on one core and the target on another. Paced:",
        f"{count(points['requests_per_s'])} requests/s over {count(points['connections'])} connections. Unpaced: as",
        f"fast as each goes over as many. Medians of {_rounds(points)}, in which the tools take turns.",
    )
    stock = {point: _cpu_s(tools, FastHttpUser.name, point) for point in POINTS}
    header = (
        "Load generator", "CPU a request, paced", "of FastHttpUser's", "CPU a request, unpaced", "of FastHttpUser's",
        "Requests/s a core",
    )  # fmt: skip
    yield from table(header, [_cost_row(tool, stock) for tool in tools if not tool["problem"]])
    yield from paragraph(
        "CPU is that of the tool's processes by the kernel's clock, requests are those that the target counted, both",
        "within a window in which the tool is under way, so starting is left out. Requests/s a core is the inverse of",
        "the unpaced cost: what a core would do if it did nothing else.",
        _told_bound(tools),
    )
    yield from paragraph(
        "Paced figures are of the rate as much as of the tool: whoever spreads its requests evenly, as our learners,",
        "our client and Locust's users do here, goes to sleep and is woken for nearly each of them, which on a virtual",
        "machine takes longer than the request. hey, siege, JMeter, Tsung, autocannon and Artillery pace themselves",
        "in ways of their own; connections that go in lockstep are woken once for all of them, and look cheap.",
    )
    yield from paragraph(*_losses(tools))
    yield from paragraph(*_missing(tools))


def _rounds(points: Mapping[str, Any]) -> str:
    return "1 round" if points["rounds"] == 1 else f"{points['rounds']} rounds"


def _cost_row(tool: Mapping[str, Any], stock: Mapping[str, float | None]) -> Sequence[str]:
    cells: list[str] = []
    for point in POINTS:
        window, against = tool[point], stock[point]
        own = window["cpu_s_per_request"] if window else None
        cells += [seconds(own), number(own / against, digits=2) if own and against else UNKNOWN]
    unpaced = tool["unpaced"]
    return displayed(tool["name"]), *cells, rate(1 / unpaced["cpu_s_per_request"]) if unpaced else UNKNOWN


def _told_bound(tools: Tools) -> str:
    names = [tool["name"] for tool in tools if tool["unpaced"] and tool["unpaced"]["target_utilization"] > _BOUND]
    if not names:
        return "The target was never the bottleneck."
    return f"Unpaced, the target was what was busy against {', '.join(names)}, and more could have been sent."


def _losses(tools: Tools) -> Iterator[str]:
    ours = _cpu_s(tools, FirstbellLearners.name, "unpaced")
    cheaper = [
        tool["name"]
        for tool in tools
        if tool["name"] not in _OURS and tool["unpaced"] and ours and tool["unpaced"]["cpu_s_per_request"] < ours
    ]
    if cheaper:
        yield f"**Cheaper than our learner, unpaced: {', '.join(cheaper)}.** They are compiled, to machine code or by a"
        yield "virtual machine as they run. Ours is Python, and each request goes through a learner with a session and"
        yield "a schedule, and into a record of every sample; the difference of our two rows is what that takes beyond"
        yield "the HTTP client."


def _missing(tools: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for tool in tools:
        if tool["problem"]:
            first_line = str(tool["problem"]).splitlines()[0].removeprefix(f"{tool['name']} ")
            yield f"{tool['name']} is left out: {first_line} (`{tool['installed_by']}` installs it)."


def _truth(tools: Tools, points: Mapping[str, Any], true_s: float) -> Iterator[str]:
    timing = points["timing"]
    yield from paragraph(
        f"Here the target answers after a lognormal delay (median {seconds(timing['median_s'])}, σ",
        f"{timing['sigma']:g}) and stands still for {seconds(timing['stall_s'])} of every",
        f"{seconds(timing['cycle_s'])}. {count(points['requests_per_s'])} requests/s are asked for over",
        f"{count(points['stalled_connections'])} connections, through {points['stalled_s'] / timing['cycle_s']:.0f}",
        f"stalls. By that schedule, counted from when requests are due, **the p99 is {seconds(true_s)}**.",
    )
    header = ("Load generator", "Requests/s", "Its p99", "lowest to highest", "Error", "How it sends")
    yield from table(header, [_truth_row(tool, true_s) for tool in tools if not tool["problem"]])
    yield from paragraph(
        "The true value is computed, not measured (`bench/timing.py`): requests due at the fixed rate, one at a time",
        "on each connection, wait for the stall's end and then for their delay. A closed loop sends nothing while it",
        "waits, so a stall costs it one slow request a connection, whatever was due meanwhile: coordinated omission.",
        "What tools without a rate report answers another question, and stands here as they report it. siege and Tsung",
        "report no percentile.",
    )


def _truth_row(tool: Mapping[str, Any], true_s: float) -> Sequence[str]:
    p99_s = tool["p99_s"]
    name, requests, model = displayed(tool["name"]), rate(tool["stalled_requests_per_s"]), tool["model"]
    if p99_s is None:
        return name, requests, UNKNOWN, UNKNOWN, UNKNOWN, model
    spread = f"{seconds(tool['p99_lowest_s'])} to {seconds(tool['p99_highest_s'])}"
    error = f"{100 * (p99_s / true_s - 1):+.0f} %".replace("-", "−")
    return name, requests, seconds(p99_s), spread, error, model


def _cpu_s(tools: Tools, name: str, point: str) -> float | None:
    windows = [tool[point] for tool in tools if tool["name"] == name and tool[point]]
    return float(windows[0]["cpu_s_per_request"]) if windows else None
