"""`firstbell gate`: the verdict for continuous integration."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.consoles import table_console
from firstbell.cli.profiles import find_workload
from firstbell.cli.records import digests_in
from firstbell.models.comparison.digest import Digest
from firstbell.models.objectives.verdict import verdict_of
from firstbell.models.problems import InputError
from firstbell.models.workload import read_workload
from firstbell.models.workload.gate import Gate
from firstbell.models.workload.reading import read_slo
from firstbell.reports.ci.checks import GateReport, report_of, report_of_failure
from firstbell.reports.ci.code_quality import code_quality
from firstbell.reports.ci.gate_document import gate_document
from firstbell.reports.ci.gate_table import print_gate
from firstbell.reports.ci.github import annotations
from firstbell.reports.ci.jenkins import performance_csv
from firstbell.reports.ci.junit import junit_xml
from firstbell.reports.ci.load_performance import load_performance
from firstbell.reports.ci.markdown import gate_markdown

SUMMARY = "GITHUB_STEP_SUMMARY"


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """What is written for which system, wherever it was asked for."""

    junit: Path | None
    markdown: Path | None
    github: bool
    gitlab: Path | None
    jenkins: Path | None
    slo: Path | None

    def write(self, report: GateReport, runs: tuple[Digest, ...] = ()) -> None:
        """Write all that was asked for.

        A gate that could not judge writes as well: systems read these files and not the exit code, and must not find
        those of the time before.
        """
        slo = "slo.yaml" if self.slo is None else str(self.slo)
        comment = gate_markdown(report)
        if self.junit is not None:
            self.junit.write_text(junit_xml(report), encoding="utf-8")
        if self.markdown is not None:
            self.markdown.write_text(comment, encoding="utf-8")
        if self.jenkins is not None:
            self.jenkins.write_text(performance_csv(runs), encoding="utf-8")
        if self.gitlab is not None:
            self.gitlab.mkdir(parents=True, exist_ok=True)
            _dump(self.gitlab / "code-quality.json", code_quality(report, slo))
            _dump(self.gitlab / "load-performance.json", load_performance(report, runs))
        if self.github:
            typer.echo(annotations(report, slo), err=True, nl=False)
            if os.environ.get(SUMMARY):
                with Path(os.environ[SUMMARY]).open("a", encoding="utf-8") as summary:
                    summary.write(comment)


def _dump(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def gate(
    run: Annotated[
        Path | None, typer.Argument(help="A run's folder, a folder of several, or a baseline's file.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="The same of the state before; left out: only absolute objectives.")
    ] = None,
    slo: Annotated[
        Path | None, typer.Option(help="Objectives (slo.yaml); left out: those of the run's own profile.")
    ] = None,
    workload: Annotated[
        str | None, typer.Option(help="The run's profile, where it is no longer where the run found it.")
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Allow for different machines by the reference task.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML here.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write a comment in Markdown here.")] = None,
    github: Annotated[
        bool, typer.Option("--github", help="Print annotations; the summary goes to $GITHUB_STEP_SUMMARY.")
    ] = False,
    gitlab: Annotated[
        Path | None, typer.Option(help="Write load-performance.json and code-quality.json into this folder.")
    ] = None,
    jenkins: Annotated[Path | None, typer.Option(help="Write the Performance plugin's CSV here.")] = None,
    check: Annotated[Path | None, typer.Option(help="Only read these objectives and say what is wrong.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the tables.")] = False,
) -> None:
    """Judge a run: 0 it holds, 1 it falls short, 2 the input is wrong, 3 the measurement says nothing.

    Example: firstbell gate pair/head --baseline pair/base --slo slo.yaml --junit gate.xml

    Example: firstbell gate run --slo slo.yaml --json

    Example: firstbell gate --check slo.yaml
    """
    if check is not None:
        typer.echo(f"{check}: {len(read_slo(check).objectives)} objectives")
        return
    if run is None:
        what, remedy = "there is nothing to judge", "Give the folder that `firstbell run` or `firstbell pair` wrote"
        raise InputError.single(source="RUN", what=what, remedy=remedy)
    outputs = Outputs(junit=junit, markdown=markdown, github=github, gitlab=gitlab, jenkins=jenkins, slo=slo)
    try:
        asked = None if slo is None else read_slo(slo)
        runs = digests_in(run, workload=workload)
        before = () if baseline is None else digests_in(baseline, workload=workload)
        found = verdict_of(runs, before, _gate(asked, runs, workload, calibrate=calibrate), seed=seed)
    except InputError as error:
        outputs.write(report_of_failure(error.problems, error.exit_code))
        raise
    report = report_of(found)
    outputs.write(report, found.runs)
    if as_json:
        typer.echo(json.dumps(gate_document(report, found), indent=2))
    else:
        print_gate(report, table_console())
    raise typer.Exit(found.exit_code)


def _gate(asked: Gate | None, runs: tuple[Digest, ...], workload: str | None, *, calibrate: bool) -> Gate:
    """The file's; else the profile's part ``gate``; else one without objectives of its own."""
    found = asked if asked is not None else _of_profile(runs, workload)
    if not calibrate:
        return found
    return found.model_copy(update={"comparison": found.comparison.model_copy(update={"calibrate": True})})


def _of_profile(runs: tuple[Digest, ...], workload: str | None) -> Gate:
    try:
        profile = read_workload(find_workload(workload or runs[0].label.workload))
    except InputError:
        return Gate()  # a baseline's file may have come without its profile; its objectives are in it
    return profile.gate or Gate()
