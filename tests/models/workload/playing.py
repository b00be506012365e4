"""The shipped profile with a section that says how a stated state is played, which stands behind # there."""

from pathlib import Path
from tempfile import TemporaryDirectory

from firstbell.models.workload import Workload, read_workload

PROFILE = Path(__file__).parents[3] / "fixtures/profiles/kosovo.yaml"


def profile_with(section: str) -> str:
    """The text of the profile that has this section, such as uploads."""
    before, _, after = PROFILE.read_text(encoding="utf-8").partition(f"  # {section}:\n")
    lines = after.split("\n")
    count = next(number for number, line in enumerate(lines) if not line.startswith("  #   "))
    played = [line.replace("  # ", "  ", 1) for line in lines[:count]]
    return "\n".join([f"{before}  {section}:", *played, *lines[count:]])


def playing(section: str) -> Workload:
    """That profile, read from a file that is written for it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "playing.yaml"
        path.write_text(profile_with(section), encoding="utf-8")
        return read_workload(path)
