"""The road runs one way: who may import whom, and what nobody may."""

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("models", "scenarios", "reports", "fixtures", "cli")

# Which of our packages each may import; the longest prefix of a module's name counts.
MAY_IMPORT = {
    "firstbell.models": ("firstbell.models",),
    "firstbell.scenarios": ("firstbell.scenarios", "firstbell.models"),
    "firstbell.reports": ("firstbell.reports", "firstbell.models"),
    "firstbell.fixtures": ("firstbell.fixtures",),
    "firstbell.fixtures.backend": ("firstbell.fixtures.backend",),
    "firstbell.cli": ("firstbell",),
    "locustfile": ("firstbell.scenarios",),
}
LOAD_GENERATOR = ("locust", "gevent", "geventhttpclient")
NETWORK = ("requests", "httptools", "uvloop", "socket", "ssl", "asyncio", "http", "urllib.request")
PRESENTATION = ("matplotlib", "jinja2", "rich", "typer")
MUST_NOT_IMPORT = {
    "firstbell.models": LOAD_GENERATOR + NETWORK + PRESENTATION,
    "firstbell.reports": LOAD_GENERATOR,
    "firstbell.fixtures": LOAD_GENERATOR,
    "firstbell.cli": LOAD_GENERATOR,
}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def sources() -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    entry = ROOT / "locustfile.py"
    return [*found, entry] if entry.exists() else found


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts == ("locustfile",):
        return "locustfile"
    return ".".join(("firstbell", *parts)).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, relative imports resolved."""
    name = module_name(path)
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            imported = ".".join([*base, *([node.module] if node.module else [])])
            yield imported
            # `from firstbell import models` names its module only among what it takes.
            yield from (f"{imported}.{alias.name}" for alias in node.names if imported == "firstbell")


def is_in(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def rule_for(module: str, rules: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    matching = [package for package in rules if is_in(module, (package,))]
    return rules[max(matching, key=len)] if matching else ()


def findings(importer: str, imported: str) -> str | None:
    if imported == "firstbell":
        return None
    if is_in(imported, ("firstbell",)) and not is_in(imported, rule_for(importer, MAY_IMPORT)):
        return f"{importer} must not import {imported}"
    if is_in(imported, rule_for(importer, MUST_NOT_IMPORT)):
        return f"{importer} must not import {imported}"
    if is_in(imported, FOLDERS):
        return f"{importer} imports {imported} bare, which makes a second copy of every class"
    return None


def test_every_import_follows_the_table_of_the_design() -> None:
    found = [findings(module_name(path), imported) for path in sources() for imported in imports(path)]
    assert [finding for finding in found if finding] == []


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        ("firstbell.models.demand", "firstbell.reports.plots"),
        ("firstbell.models.demand", "matplotlib.pyplot"),
        ("firstbell.scenarios.player", "firstbell.cli.main"),
        ("firstbell.reports.html", "firstbell.scenarios.launch"),
        ("firstbell.fixtures.backend.routes", "firstbell.models.problems"),
        ("firstbell.cli.study", "gevent.monkey"),
        ("firstbell.scenarios.player", "models.problems"),
    ],
)
def test_an_import_against_the_table_is_found(importer: str, imported: str) -> None:
    assert findings(importer, imported) is not None


def test_relative_imports_are_seen_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    path = tmp_path / "models" / "sizing" / "servers.py"
    path.parent.mkdir(parents=True)
    path.write_text("from . import storage\nfrom ..networks import closed\nfrom firstbell import reports\n")
    assert list(imports(path)) == [
        "firstbell.models.sizing",
        "firstbell.models.networks",
        "firstbell",
        "firstbell.reports",
    ]


def test_modules_are_nouns_that_say_what_they_hold() -> None:
    named = [path for path in sources() if path.stem in SAYS_NOTHING or path.parent.name in SAYS_NOTHING]
    assert named == []


def test_every_source_file_is_in_a_listed_package() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    folders = {path.parent for path in sources() if path.parent != ROOT}
    held = {".".join(("firstbell", *folder.relative_to(ROOT).parts)) for folder in folders}
    assert held == listed


def test_the_analysis_never_loads_the_load_generator() -> None:
    analysis = [
        module_name(path)
        for path in sources()
        if is_in(module_name(path), ("firstbell.models", "firstbell.reports", "firstbell.cli"))
    ]
    script = f"""
import importlib, sys
for name in {analysis!r}:
    importlib.import_module(name)
print([name for name in {LOAD_GENERATOR!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")
