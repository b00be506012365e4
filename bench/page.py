"""docs/benchmarks.md, written from what the benchmarks found: a table a question, what it shows and what not."""

from collections.abc import Iterator, Mapping, Sequence

from bench.markdown import heading, paragraph
from bench.peers_section import cpu_ratio, peers_section
from bench.results import Found
from bench.sections import freeze_section, memory_section, scale_section, signed_bytes, soak_section
from bench.tools.firstbell_learners import FirstbellLearners
from firstbell.reports.markdown_table import table
from firstbell.reports.numbers import UNKNOWN, count, exact, moment, number, quantity, rate, seconds

_CPU_LIMIT = 1 / 3
_LEARNER_LIMIT_BYTES = {False: 20_000, True: 60_000}
_FREEZE_LIMIT_S = 9.0
_SCALE_LEARNERS, _SCALE_LATENESS_S, _SCALE_REQUESTS_PER_S = 115_000, 0.1, 6_000
_OF_EACH_RUN = ("python", "modules")  # of what is told of versions: benchmarks may have been run with different ones
_SECTIONS = {
    "peers": peers_section,
    "memory": memory_section,
    "freeze": freeze_section,
    "soak": soak_section,
    "scale": scale_section,
}


def page(results: Mapping[str, Found]) -> str:
    """The whole page, as Markdown; in place of a benchmark that was never run it says how to run it."""
    sections = [section(results.get(name)) for name, section in _SECTIONS.items()]
    parts = [_head(), _goals(results), *sections, _conditions(results)]
    return "\n".join(line for part in parts for line in part).rstrip() + "\n"


def _head() -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield from paragraph(
        "What our learners cost as a load generator, and whether their figures are true, beside what one would use",
        "instead. `make bench` runs everything but the soak in some 20 minutes and writes this page from",
        '[what it found](benchmarks/latest.json); `make bench ARGS="--only soak"` takes 50 minutes more. Load',
        "generators",
        "that are not installed are named as missing; `bench/install-peers.sh` installs them.",
    )


def _goals(results: Mapping[str, Found]) -> Iterator[str]:
    rows = [
        *_cpu_goals(results.get("peers")), *_memory_goals(results.get("memory")),
        _freeze_goal(results.get("freeze")), _soak_goal(results.get("soak")), *_scale_goals(results.get("scale")),
    ]  # fmt: skip
    yield from table(("What we ask of ourselves", "Found", "Result"), rows)


def _cpu_goals(found: Found | None) -> Iterator[Sequence[str]]:
    for point, name in (("paced", "at the same rate"), ("unpaced", "as fast as each goes")):
        ratio = None if found is None else cpu_ratio(found.outcome["tools"], point)
        holds = None if ratio is None else ratio <= _CPU_LIMIT
        yield f"At most a third of FastHttpUser's CPU a request, {name}", number(ratio, digits=2), _result(holds)


def _memory_goals(found: Found | None) -> Iterator[Sequence[str]]:
    ours = [] if found is None else [kind for kind in found.outcome if kind["name"] == FirstbellLearners.name]
    private_bytes = {kind["tls"]: kind["private_bytes"] for kind in ours}
    for tls, limit_bytes in _LEARNER_LIMIT_BYTES.items():
        each = private_bytes.get(tls)
        goal = f"At most {exact(limit_bytes, 'bytes')} a learner{' over TLS' if tls else ''}"
        yield goal, quantity(each, "bytes"), _result(None if each is None else each <= limit_bytes)


def _freeze_goal(found: Found | None) -> Sequence[str]:
    p99_s = None if found is None else found.outcome["firstbell"]["p99_s"]
    goal = f"p99 above {exact(_FREEZE_LIMIT_S, 's')} where the platform stood still for 10 s of 30"
    return goal, seconds(p99_s), _result(None if p99_s is None else p99_s > _FREEZE_LIMIT_S)


def _soak_goal(found: Found | None) -> Sequence[str]:
    if found is None:
        return "Memory does not grow in half an hour at 5,000 learners", UNKNOWN, UNKNOWN
    private, soak = found.outcome["private"], found.outcome["soak"]
    goal = f"Memory does not grow in {soak['minutes']:g} minutes at {count(soak['learners'])} learners"
    return goal, f"{signed_bytes(private['bytes_per_minute'])} a minute", _result(private["low"] <= 0)


def _scale_goals(found: Found | None) -> Iterator[Sequence[str]]:
    told = None if found is None else found.outcome
    valid = None if told is None else told["verdict"] == "valid" and told["asked"]["learners"] >= _SCALE_LEARNERS
    late_s = None if told is None else told["lateness_p99_s"]
    goal = f"{count(_SCALE_LEARNERS)} learners at once, valid: lateness p99 at most {exact(_SCALE_LATENESS_S, 's')}"
    yield goal, UNKNOWN if told is None else f"{told['verdict']}, {seconds(late_s)}", _result(valid)
    per_s = None if told is None else told["requests_per_s"]
    enough = None if per_s is None else bool(valid) and per_s >= _SCALE_REQUESTS_PER_S
    yield f"At least {count(_SCALE_REQUESTS_PER_S)} requests/s of theirs", rate(per_s), _result(enough)


def _result(holds: bool | None) -> str:
    return UNKNOWN if holds is None else "holds" if holds else "**falls short**"


def _conditions(results: Mapping[str, Found]) -> Iterator[str]:
    yield from heading("On what, and with what")
    rows = [
        (
            name, moment(found.run), f"`{found.command}`", found.machine["cpu"], found.machine["cores"],
            quantity(float(found.machine["memory_bytes"]), "bytes"), found.machine["system"], _python(found),
        )
        for name, found in results.items()
    ]  # fmt: skip
    yield from table(
        ("Benchmark", "Run", "Command", "Processor", "Cores", "Memory", "System", "Python, our modules"), rows
    )
    told = {name: version for found in results.values() for name, version in found.versions.items()}
    versions = {name: version for name, version in told.items() if name not in _OF_EACH_RUN}
    for tool in results["peers"].outcome["tools"] if "peers" in results else ():
        if tool["version"] and tool["version"] not in (versions.get("locust"), versions.get("firstbell")):
            versions[tool["name"]] = tool["version"]
    if versions:
        yield from paragraph(f"Versions: {', '.join(f'{name} {version}' for name, version in versions.items())}.")


def _python(found: Found) -> str:
    return ", ".join(found.versions.get(name, UNKNOWN) for name in _OF_EACH_RUN)
