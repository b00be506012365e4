"""How a Locust process tells the one that launched it what went wrong: a marked line on standard error."""

import sys

_MARK = "firstbell: "


def complain(problem: str) -> None:
    """Tell the launching process, and whoever reads along."""
    for line in problem.splitlines():
        sys.stderr.write(f"{_MARK}{line}\n")
    sys.stderr.flush()


def complaint_in(line: str) -> str | None:
    """What a line of output complains about; None where it is something else."""
    return line.removeprefix(_MARK).strip() if line.startswith(_MARK) else None
