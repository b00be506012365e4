"""JUnit XML, as Jenkins, GitLab, GitHub's actions and most others read it."""

from xml.etree import ElementTree

from firstbell.reports.ci.checks import GateCheck, GateReport

_FORBIDDEN = {code: None for code in range(32) if code not in (9, 10, 13)}


def junit_xml(report: GateReport) -> str:
    """A suite for each group of checks. What could not be judged is an error, what was missed a failure."""
    root = ElementTree.Element("testsuites", {"name": "firstbell gate", **_counts(report.checks)})
    for group in dict.fromkeys(check.group for check in report.checks):
        checks = tuple(check for check in report.checks if check.group == group)
        suite = ElementTree.SubElement(
            root, "testsuite", {"name": f"firstbell.{group}", **_counts(checks), "skipped": "0"}
        )
        for check in checks:
            _case(suite, check)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(checks: tuple[GateCheck, ...]) -> dict[str, str]:
    return {
        "tests": str(len(checks)),
        "failures": str(sum(check.status == "failed" for check in checks)),
        "errors": str(sum(check.status == "unknown" for check in checks)),
        "time": "0",
    }


def _case(suite: ElementTree.Element, check: GateCheck) -> None:
    name, says = (text.translate(_FORBIDDEN) for text in (check.name, check.says))
    case = ElementTree.SubElement(suite, "testcase", classname=f"firstbell.{check.group}", name=name, time="0")
    if check.status == "failed":
        ElementTree.SubElement(case, "failure", message=says, type=check.group).text = says
    elif check.status == "unknown":
        ElementTree.SubElement(case, "error", message=says, type=check.group).text = says
    else:
        ElementTree.SubElement(case, "system-out").text = says
