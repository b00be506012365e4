"""What pyproject.toml has no words for: FIRSTBELL_COMPILED=1 compiles the modules that each request goes through.

They are the same sources, compiled by mypyc: a request then costs the generator and the reference backend less of a
core. Whoever develops firstbell wants it interpreted, as a compiled module doesn't follow its source.
"""

import os
from pathlib import Path

from setuptools import Extension, setup

PACKAGES = ("models", "scenarios", "reports", "fixtures", "cli")
COMPILED = (
    *("alarm_clock", "attendance", "pacer", "player", "playhead", "playlists", "recorder", "schedule", "stream"),
    *("throughput", "visit"),
)
COMPILED_CLIENT = (
    *("body", "client", "connection", "exchange", "origin", "parser", "reactor", "reply", "request", "shaped", "sink"),
)
COMPILED_BACKEND = (
    *("application", "http_connection", "http_heads", "http_parser", "http_server", "inflow", "ledger", "ranges"),
    *("request", "routes", "stations", "streaming", "tokens", "video"),
)


def sources(namespace: Path) -> list[str]:
    """The files to compile, below a folder in which they have their packages' names."""
    package = namespace / "firstbell"
    package.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        link = package / name
        link.unlink(missing_ok=True)
        link.symlink_to(Path(name).absolute())
    folders = {
        "scenarios": COMPILED,
        "scenarios/http": COMPILED_CLIENT,
        "fixtures/backend": COMPILED_BACKEND,
    }
    return [str(package / folder / f"{name}.py") for folder, names in folders.items() for name in names]


def extensions() -> list[Extension]:
    from mypyc.build import mypycify

    namespace = Path("build/namespace").absolute()
    os.environ["MYPYPATH"] = str(namespace)
    options = ["--config-file", "pyproject.toml", "--cache-dir", "build/mypy_cache"]
    return mypycify([*options, *sources(namespace)], target_dir="build/compiled", group_name="firstbell")


setup(ext_modules=extensions() if os.environ.get("FIRSTBELL_COMPILED") == "1" else [])
