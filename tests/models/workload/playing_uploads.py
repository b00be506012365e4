"""The shipped profile with its section on uploads, which stands behind # there."""

from pathlib import Path
from tempfile import TemporaryDirectory

from firstbell.models.workload import Workload, read_workload

PROFILE = Path(__file__).parents[3] / "fixtures/profiles/kosovo.yaml"
_FIRST = "  # uploads:\n"


def uploads_profile() -> str:
    """The text of the profile that plays uploads."""
    before, _, after = PROFILE.read_text(encoding="utf-8").partition(_FIRST)
    lines = after.split("\n")
    count = next(number for number, line in enumerate(lines) if not line.startswith("  #"))
    played = [line.replace("  # ", "  ", 1) for line in lines[:count]]
    return "\n".join([before + "  uploads:", *played, *lines[count:]])


def playing_uploads() -> Workload:
    """That profile, read from a file that is written for it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "playing-uploads.yaml"
        path.write_text(uploads_profile(), encoding="utf-8")
        return read_workload(path)
