"""Where and how a record came about, in words: the machine, the backend's configuration, what was scaled down."""

from collections.abc import Iterator, Mapping

from firstbell.models.evidence import RunEvidence
from firstbell.models.record import RunRecord
from firstbell.reports.numbers import count


def machine_words(record: RunRecord) -> dict[str, str]:
    """The machine and the versions that made the record."""
    return {**record.manifest.machine, **record.manifest.versions}


def backend_words(record: RunRecord) -> dict[str, str]:
    """What the backend says of its own configuration; empty where it says nothing."""
    return _flat(record.manifest.backend)


def scaled_down(run: RunEvidence) -> Iterator[str]:
    """Everything in which the measurement was smaller, faster or nearer than the real thing."""
    plan, workload = run.record.plan, run.workload
    most = max((span.learners for span in run.spans), default=plan.peak_learners)
    contract = int(workload.levels.contract.value)
    yield (
        f"At most {count(most)} learners were in session at once, not {count(contract)}: what they cost was measured "
        "and the rest is a forecast."
    )
    if plan.pace != 1:
        yield (
            f"People's clocks (thinking, reading, length of views) ran {plan.pace:g} times as fast while measuring, so "
            "that few learners load the system like many. Video played at its true speed. Forecast and sizing use "
            "the true pace."
        )
    if plan.session_s != workload.session.length_s.value:
        yield (
            f"Sessions lasted {plan.session_s / plan.pace:g} s, not {workload.session.length_s.value:g} s, so that "
            "enough sign-ins were seen."
        )
    if plan.byte_fraction < 1:
        share = f"{plan.byte_fraction:.1%}"
        yield f"Of each video segment {share} of the bytes were fetched. The sizing uses the true bytes."
    if _on_this_machine(plan.target):
        yield (
            "Learners and platform ran on one machine over its loopback interface: no network, no distance, no "
            "content delivery network. Each side had cores of its own."
        )


def _on_this_machine(target: str) -> bool:
    return any(host in target for host in ("//127.", "//localhost", "//[::1]"))


def _flat(found: object, prefix: str = "") -> dict[str, str]:
    if not isinstance(found, Mapping):
        return {prefix.strip(): str(found)} if found is not None and prefix else {}
    words: dict[str, str] = {}
    for key, value in found.items():
        words |= _flat(value, f"{prefix} {str(key).replace('_', ' ')}")
    return words
