"""Workload profiles by name or by path."""

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from firstbell.models.problems import InputError

DEFAULT = "kosovo"


def find_workload(name_or_path: str) -> Path:
    """The file of a shipped profile, or the file that is named; raise InputError where there is neither.

    A shipped name wins over a file without an ending of the same name; `./kosovo` names the file.
    """
    shipped = shipped_profiles()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path)
    if path.is_file():
        return path
    raise _not_found(name_or_path, sorted(shipped), is_folder=path.is_dir())


def shipped_profiles() -> dict[str, Path]:
    """The profiles that come with firstbell, by name."""
    folder = Path(str(files("firstbell.fixtures"))) / "profiles"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_networks(name: str) -> Path:
    """The lines that come with a shipped profile, as its part ``network``."""
    return Path(str(files("firstbell.fixtures"))) / "networks" / f"{name}.yaml"


def find_prices(name_or_path: str) -> Path:
    """The file of a shipped catalogue of prices, or the file that is named; raise InputError where there is neither."""
    folder = Path(str(files("firstbell.fixtures"))) / "prices"
    shipped = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    path = shipped.get(name_or_path, Path(name_or_path))
    if path.is_file():
        return path
    remedy = f"Shipped: {', '.join(f'{name} ({file})' for name, file in shipped.items())}; copy it to start from"
    raise InputError.single(source=name_or_path, what="there is no such catalogue of prices", remedy=remedy)


def _not_found(asked: str, names: list[str], *, is_folder: bool) -> InputError:
    what = "this is a folder, not a workload profile" if is_folder else "there is no such file or shipped profile"
    close = get_close_matches(Path(asked).stem.lower(), names, n=1)
    guess = f"Did you mean {close[0]}? " if close else ""
    remedy = f"{guess}Shipped: {', '.join(names)}. `firstbell init` writes a profile of your own to start from"
    return InputError.single(source=asked, what=what, remedy=remedy)
