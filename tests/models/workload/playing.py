"""The shipped profile with a section that says how a stated state is played, which stands behind # there."""

from pathlib import Path
from tempfile import TemporaryDirectory

from firstbell.cli.init import with_section
from firstbell.models.workload import Workload, read_workload

PROFILE = Path(__file__).parents[3] / "fixtures/profiles/kosovo.yaml"


def profile_with(*sections: str) -> str:
    """The text of the profile that has these sections, such as uploads."""
    text = PROFILE.read_text(encoding="utf-8")
    for section in sections:
        text = with_section(text, section)
    return text


def playing(section: str) -> Workload:
    """That profile, read from a file that is written for it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "playing.yaml"
        path.write_text(profile_with(section), encoding="utf-8")
        return read_workload(path)
