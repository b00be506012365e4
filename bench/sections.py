"""The sections on memory, on a platform that stands still, on half an hour of learners, and on all of them at once."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.markdown import heading, never_run, paragraph
from bench.peers_section import displayed
from bench.results import Found
from firstbell.reports.markdown_table import table
from firstbell.reports.numbers import UNKNOWN, count, number, percent, quantity, rate, seconds

_SCHOOL_DAY_MINUTES = 480
_FULL_CORE = 0.9  # beyond, what waits for it grows without measure; a run that uses more of its generator is not valid


def memory_section(found: Found | None) -> Iterator[str]:
    """Bytes a user."""
    yield from heading("What does a learner take of the generator's memory?")
    if found is None:
        yield from never_run("memory")
        return
    rows = [
        (
            displayed(kind["name"]), "HTTPS" if kind["tls"] else "HTTP",
            quantity(kind["private_bytes"], "bytes"), quantity(kind["resident_bytes"], "bytes"),
            f"{count(kind['sizes']['few'])} and {count(kind['sizes']['many'])}",
            quantity(kind["process_bytes"], "bytes"),
        )
        for kind in found.outcome
    ]  # fmt: skip
    header = ("Kind of user", "Over", "A user, private", "A user, resident", "Sizes", "Process with the fewer")
    yield from table(header, rows)
    yield from paragraph(
        "Each user is signed in, keeps its connection and waits for its next poll. A user's memory is what the process",
        "with more users has more, over the number of users more. Private memory (USS) is shared with no other",
        "process. Not in it: what the kernel takes for sockets, which is the same for all, and what learners hold",
        "while an answer comes in. Over HTTPS all our learners of a process share one TLS context; each FastHttpUser",
        "makes one of its own, with the system's certificates in it, unless one is handed in.",
    )


def freeze_section(found: Found | None) -> Iterator[str]:
    """Our p99 and Locust's own for the same run."""
    yield from heading("What do percentiles say of a platform that stood still?")
    if found is None:
        yield from never_run("freeze")
        return
    outcome, freeze = found.outcome, found.outcome["freeze"]
    yield from paragraph(
        f"The reference backend is stopped for {seconds(outcome['stood_still_s'])} of {seconds(freeze['run_s'])}. Both",
        f"kinds of user poll in one process, {count(freeze['requests_per_s'])} requests/s each, over {freeze['users']}",
        "connections each.",
    )
    rows = [
        (title, count(outcome[key]["requests"]), *(seconds(outcome[key][name]) for name in ("p50_s", "p99_s", "max_s")))
        for title, key in (("**firstbell**", "firstbell"), ("Locust, of its FastHttpUser", "locust"))
    ]
    yield from table(("Reported by", "Requests", "p50", "p99", "Longest"), rows)
    yield from paragraph(
        "Both saw the same platform in the same seconds. Locust's users sent nothing while they waited, so the wait is",
        "in its figures once for each connection, and its p99 does not show it. Of ours,",
        f"{count(outcome['missed'])} were due and not begun when the run ended; they are on record as missed, and not",
        "in these percentiles.",
    )


def soak_section(found: Found | None) -> Iterator[str]:
    """Bytes a minute."""
    yield from heading("Does memory grow?")
    if found is None:
        yield from never_run("soak")
        return
    outcome, soak = found.outcome, found.outcome["soak"]
    yield from paragraph(
        f"{count(soak['learners'])} learners of the whole mix at {soak['pace']:g} times people's pace, for",
        f"{soak['minutes']:g} minutes once warm, with requests at {rate(outcome['requests_per_s'])} and",
        f"{percent(soak['byte_fraction'])} of each segment's bytes.",
        f"The run ended as *{outcome['status']}*, with {count(outcome['errors'])} errors in",
        f"{count(outcome['requests'])} requests.",
    )
    rows = [
        (
            title, f"{signed_bytes(grown['bytes_per_minute'])} a minute",
            f"{signed_bytes(grown['low'])} to {signed_bytes(grown['high'])}",
            quantity(grown["at_first_bytes"], "bytes"), quantity(grown["at_last_bytes"], "bytes"),
        )
        for title, grown in (("Private", outcome["private"]), ("Resident", outcome["resident"]))
    ]  # fmt: skip
    yield from table(("Memory", "Slope", "95 % interval", "First fifth", "Last fifth"), rows)
    yield from paragraph(
        f"All of the generator's processes, every {seconds(soak['look_every_s'])}, after",
        f"{seconds(outcome['warm_up_s'])} of warming up. The slope is Theil and Sen's, which single peaks can't turn.",
        "Its interval takes looks for independent; as memory's are not, it is too narrow rather than too wide.",
        _in_a_school_day(outcome["private"]),
    )


def _in_a_school_day(private: Mapping[str, float]) -> str:
    share = private["bytes_per_minute"] * _SCHOOL_DAY_MINUTES / private["at_last_bytes"]
    if share <= 0:
        return "It does not point upwards."
    return f"At this slope, eight hours would add {percent(share)} to private memory."


def scale_section(found: Found | None) -> Iterator[str]:
    """All of the contract's learners at once."""
    yield from heading("How many learners at once, on one machine, beside the platform?")
    if found is None:
        yield from never_run("scale")
        return
    told, asked = found.outcome, found.outcome["asked"]
    yield from paragraph(
        f"{count(asked['learners'])} learners of the shipped profile at {number(asked['pace'])} times people's true",
        "pace (videos play at theirs at any), on one core, and the reference backend on the other:",
        f"{told['processes']} generator processes, {told['backend']['workers']} of the backend. Scaled down, and told",
        f"in the run's manifest: {percent(told['byte_fraction'])} of each segment's bytes, the password hash",
        f"({_hash(told['backend']['password_hash'])}), pages kept for {seconds(told['backend']['page_cache_s'])}, and",
        f"writes that gather for {seconds(told['backend']['commit_delay_s'])} to be made durable together.",
    )
    yield from table(("Quantity", "Found"), _scale_rows(told))
    yield from paragraph(*(f"{reason}." for reason in told["reasons"]))
    yield from paragraph(*_what_holds_it_back(told))


def _scale_rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Verdict", f"**{told['verdict']}**"
    yield "Everybody had signed in after", seconds(told["signed_in_s"])
    yield "Learners in session while measured, mean", count(round(told["in_session"]))
    yield "Measured for", seconds(told["asked"]["hold_s"])
    yield "Requests", rate(told["requests_per_s"])
    yield (
        "Requests of the whole run by outcome",
        ", ".join(f"{name} {count(n)}" for name, n in told["outcomes"].items()),
    )
    yield "Refused by the generator's own machine", count(told["failed_by_generator"])
    yield "Lateness, p50 and p99", f"{seconds(told['lateness_p50_s'])}, {seconds(told['lateness_p99_s'])}"
    yield "Request, p50 and p99", f"{seconds(told['request_p50_s'])}, {seconds(told['request_p99_s'])}"
    for name, key in (("Generator", "generator"), ("Backend", "backend")):
        cores, each_s = told[f"{key}_cores"], told[f"{key}_cpu_s"]
        yield f"{name}: of its core, CPU a request", f"{percent(cores)}, {seconds(each_s)}" if cores else UNKNOWN
    yield "Memory a learner in the generator", quantity(told["learner_bytes"], "bytes")


def _what_holds_it_back(told: Mapping[str, Any]) -> Iterator[str]:
    costs_s = {"generator": told["generator_cpu_s"], "backend": told["backend_cpu_s"]}
    carried = {name: _FULL_CORE / cost_s for name, cost_s in costs_s.items() if cost_s}
    if not carried:
        return
    yield f"What holds it back is processor time: at these costs a core that is busy for {percent(_FULL_CORE)} of its"
    yield "time carries " + ", ".join(f"{rate(per_s)} in the {name}" for name, per_s in carried.items()) + "."
    yield f"At people's true pace they would ask for {rate(told['true_requests_per_s'])}."


def _hash(told: Mapping[str, Any]) -> str:
    parameters = ",".join(f"{key}={value}" for key, value in told.items() if key != "scheme")
    return f"`{told['scheme']}:{parameters}`"


def signed_bytes(value: float) -> str:
    """Bytes more or less."""
    return f"{'−' if value < 0 else '+'}{quantity(abs(value), 'bytes')}"
