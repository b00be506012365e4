"""Each format, read as the system reads it for which it is."""

import csv
import io
import json
import re
from collections import Counter
from typing import Any
from xml.etree import ElementTree

import pytest

from firstbell.models.objectives.verdict import GateVerdict
from firstbell.reports.ci.checks import GateReport
from firstbell.reports.ci.code_quality import code_quality
from firstbell.reports.ci.gate_document import gate_document
from firstbell.reports.ci.github import annotations
from firstbell.reports.ci.jenkins import performance_csv
from firstbell.reports.ci.junit import junit_xml
from firstbell.reports.ci.load_performance import load_performance
from firstbell.reports.ci.markdown import gate_markdown

# What the schema of Jenkins' xUnit plugin (junit-10.xsd) allows: attributes and children by element.
JUNIT: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors", "disabled"}, {"testsuite"}),
    "testsuite": (
        {
            "name",
            "tests",
            "failures",
            "errors",
            "time",
            "disabled",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
        },
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "testcase": (
        {"name", "assertions", "time", "classname", "status"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


def read_junit(text: str) -> Counter[str]:
    """Cases by outcome; fails where the document is not as the schema wants it."""
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    for element in root.iter():
        attributes, children = JUNIT[element.tag]
        assert set(element.attrib) <= attributes
        assert {child.tag for child in element} <= children
    outcomes: Counter[str] = Counter()
    for suite in root:
        cases = suite.findall("testcase")
        assert all(case.get("name") and case.get("classname") for case in cases)
        found = Counter(
            next((child.tag for child in case if child.tag in ("failure", "error")), "passed") for case in cases
        )
        assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == tuple(
            str(number) for number in (len(cases), found["failure"], found["error"])
        )
        outcomes += found
    assert root.get("failures") == str(outcomes["failure"])
    return outcomes


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_junit_says_what_the_exit_code_says(code: int, reports: dict[int, GateReport]) -> None:
    found = read_junit(junit_xml(reports[code]))
    assert bool(found["failure"] or found["error"]) is (code != 0)
    if code == 1:
        assert found["failure"] >= 3
        assert found["error"] == 1
    if code in (2, 3):
        assert found["failure"] == 0
        assert found["passed"] == 0


# The runner's own reading of workflow commands (actions/runner, ActionCommand.cs): ::name key=value,…::data
COMMAND = re.compile(r"^::(error|warning|notice) ?([^:]*)::(.*)$")


def read_commands(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and words of each annotation; every line must be one."""
    found = []
    for line in text.splitlines():
        match = COMMAND.match(line)
        assert match is not None, line
        properties = dict(part.split("=", 1) for part in match[2].split(",")) if match[2] else {}
        assert set(properties) <= {"file", "line", "title"}
        found.append((match[1], {key: _unescaped(value) for key, value in properties.items()}, _unescaped(match[3])))
    return found


def _unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def test_annotations_are_read_by_the_runner_as_they_were_meant(reports: dict[int, GateReport]) -> None:
    (notice,) = read_commands(annotations(reports[0], "slo.yaml"))
    assert notice[0] == "notice"
    for code in (1, 2, 3):
        report = reports[code]
        head, *each = read_commands(annotations(report, "slo.yaml"))
        assert head[2] == report.headline
        assert [(level, where["file"], words) for level, where, words in each] == [
            ("error", "slo.yaml", check.says) for check in report.wrong
        ]


def test_code_quality_has_what_gitlab_wants_of_each_finding(reports: dict[int, GateReport]) -> None:
    assert code_quality(reports[0], "slo.yaml") == []
    for code in (1, 2, 3):
        found = code_quality(reports[code], "perf/slo.yaml")
        assert len({each["fingerprint"] for each in found}) == len(found) == len(reports[code].wrong)
        for each in found:
            assert set(each) == {"description", "check_name", "fingerprint", "severity", "location"}
            assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert each["location"] == {"path": "perf/slo.yaml", "lines": {"begin": 1}}
            assert each["description"]


def as_the_widget_reads(document: dict[str, Any]) -> dict[str, float]:
    """What GitLab's merge-request widget takes of k6's summary."""
    metrics = document["metrics"]
    checks = metrics["checks"]
    return {
        "RPS": metrics["http_reqs"]["rate"],
        "TTFB P90": metrics["http_req_waiting"]["p(90)"],
        "TTFB P95": metrics["http_req_waiting"]["p(95)"],
        "Checks": checks["passes"] / (checks["passes"] + checks["fails"]),
    }


def test_gitlabs_widget_finds_its_figures(reports: dict[int, GateReport], falls_short: GateVerdict) -> None:
    found = as_the_widget_reads(json.loads(json.dumps(load_performance(reports[1], falls_short.runs))))
    visits = sum(sum(each.visits) for run in falls_short.runs for each in run.activities)
    assert found["RPS"] == pytest.approx(visits / (3 * 24))
    assert 5 < found["TTFB P90"] < found["TTFB P95"] < 100
    assert 0 < found["Checks"] < 1
    nothing = load_performance(reports[2], ())
    assert nothing["metrics"]["http_reqs"]["count"] == 0
    assert nothing["metrics"]["http_req_waiting"] == {}


def as_the_performance_plugin_reads(text: str) -> list[tuple[int, int, str, bool, str]]:
    """As JMeterCsvParser does: the delimiter is the header's first character that is no letter, columns by name."""
    head = text.splitlines()[0]
    delimiter = next(character for character in head if not character.isalpha())
    rows = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    return [
        (int(row["timeStamp"]), int(row["elapsed"]), row["responseCode"], row["success"] == "true", row["label"])
        for row in rows
    ]


def test_jenkins_reads_every_visit(falls_short: GateVerdict) -> None:
    samples = as_the_performance_plugin_reads(performance_csv(falls_short.runs))
    visits = Counter({"page": 0})
    for run in falls_short.runs:
        for each in run.activities:
            visits[each.name] += sum(each.visits)
    assert Counter(label for *_, label in samples) == visits
    pages = sorted(elapsed for _, elapsed, _, _, label in samples if label == "page")
    assert pages[len(pages) // 2] == pytest.approx(27.5, abs=2)
    assert all(moment >= 1_000_000 for moment, *_ in samples)
    assert all(well and code == "200" for _, _, code, well, _ in samples)


def test_a_comment_has_the_verdict_the_culprit_and_how_sure_it_is(reports: dict[int, GateReport]) -> None:
    words = gate_markdown(reports[1]).replace("\u202f", " ").replace("\u00a0", " ")
    assert words.startswith("### ❌ firstbell: falls short\n")
    assert re.search(r"This change costs .* % \(.* to .* %\) of the learners that the platform can carry", words)
    assert re.search(
        r"page: processor time at database rose from [23]\.\d+ ms to [34]\.\d+ ms \(\+\d+ %, \d+ to \d+ %\)", words
    )
    assert "would have been found nine times in ten" in words
    widths = {line.count("|") for line in words.splitlines() if line.startswith("|")}
    assert widths == {4, 7}


def test_nothing_in_a_comment_becomes_markup(reports: dict[int, GateReport]) -> None:
    words = gate_markdown(reports[3])
    assert "<b>" not in words
    assert "&lt;b&gt;" in words


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_json_document_has_no_number_that_json_lacks(
    code: int, reports: dict[int, GateReport], falls_short: GateVerdict, holds: GateVerdict, invalid: GateVerdict
) -> None:
    verdict = {0: holds, 1: falls_short, 3: invalid}[code]
    told = json.loads(json.dumps(gate_document(reports[code], verdict), allow_nan=False))
    assert (told["exit_code"], told["holds"]) == (code, code == 0)
    if code == 1:
        assert told["comparison"]["culprit"]["activity"] == "page"
        assert told["comparison"]["culprit"]["station"] == "database"
        assert told["comparison"]["capacity"]["ratio"] < 1


def test_the_headline_says_what_holds_and_what_does_not(reports: dict[int, GateReport]) -> None:
    assert reports[0].headline == "It holds: 2 objectives, and nothing got surely worse than the baseline."
    assert "Missed: page: p95 < 10 ms, but it is" in reports[1].headline
    assert reports[2].headline == "Nothing could be judged: nowhere: there is no run record here. Run again"
    assert reports[3].headline.startswith("Nothing can be concluded: run-1 is generator-bound: late by 50 %")
