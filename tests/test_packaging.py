"""What an installation gets is what the repository holds: a wheel is built and compared with it, file by file."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("models", "scenarios", "reports", "fixtures", "cli")


def listed_by_git(*options: str) -> list[Path]:
    """Files of the repository, relative to its root; every file of an unpacked archive, which has no repository."""
    if not (ROOT / ".git").exists():
        return [path.relative_to(ROOT) for folder in FOLDERS for path in (ROOT / folder).rglob("*") if is_content(path)]
    command = ["git", "ls-files", "-z", *options, "--", *FOLDERS]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [Path(name) for name in names.split("\0") if name and (ROOT / name).is_file()]


def is_content(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names in a wheel built from a copy: setuptools leaves a `build` folder that would end up in the next wheel."""
    copy = tmp_path_factory.mktemp("source")
    for path in [
        *listed_by_git("--cached", "--others", "--exclude-standard"),
        *map(Path, ("pyproject.toml", "README.md", "LICENSE")),
    ]:
        (copy / path.parent).mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    build = "from setuptools import build_meta; print(build_meta.build_wheel('.'))"
    done = subprocess.run([sys.executable, "-c", build], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = copy.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_packages_is_in_the_wheel(packed: set[str]) -> None:
    tracked = listed_by_git() or listed_by_git("--others", "--exclude-standard")
    missing = {f"firstbell/{path.as_posix()}" for path in tracked} - packed
    assert missing == set()


def test_nothing_else_is_in_the_wheel(packed: set[str]) -> None:
    ours = {f"firstbell/{folder}" for folder in FOLDERS}
    foreign = {name for name in packed if "/".join(name.split("/")[:2]) not in ours and ".dist-info/" not in name}
    assert foreign == set()


def test_the_licence_and_the_command_are_in_the_wheel(packed: set[str]) -> None:
    described = {name.split("/", 1)[1] for name in packed if ".dist-info/" in name}
    assert {"licenses/LICENSE", "entry_points.txt"} <= described
