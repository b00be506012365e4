"""GitHub's workflow commands: annotations at the head of a run and in the files of a pull request."""

from firstbell.reports.ci.checks import GateReport

_TITLE = "firstbell gate"


def annotations(report: GateReport, slo: str) -> str:
    """An error for each check that did not pass, or one notice with the verdict."""
    if report.exit_code == 0:
        return f"::notice title={_TITLE}::{_data(report.headline)}\n"
    head = f"::error title={_TITLE}::{_data(report.headline)}\n"
    return head + "".join(
        f"::error file={_property(slo)},title={_property(f'{_TITLE}: {check.name}')}::{_data(check.says)}\n"
        for check in report.wrong
    )


def _data(text: str) -> str:
    """As the runner unescapes it (actions/toolkit, command.ts)."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
