"""The reference backend beside a study: it answers, and it is gone afterwards."""

import io
import json
import urllib.request
from pathlib import Path

import pytest
from rich.console import Console

from firstbell.cli.system_under_test import system_under_test


def test_a_target_that_was_named_is_taken_as_it_is(tmp_path: Path) -> None:
    quiet = Console(file=io.StringIO())
    with system_under_test("http://127.0.0.1:1", tmp_path / "b", accounts=1, seed=1, console=quiet) as url:
        assert url == "http://127.0.0.1:1"
    assert not (tmp_path / "b").exists()


def test_the_reference_backend_lives_as_long_as_it_is_needed(tmp_path: Path) -> None:
    quiet = Console(file=io.StringIO())
    with system_under_test("reference", tmp_path / "b", accounts=8, seed=1, console=quiet) as url:
        assert _health(url) == "ok"
    with pytest.raises(OSError, match="refused"):
        _health(url)


def test_the_reference_backend_is_stopped_whatever_goes_wrong_meanwhile(tmp_path: Path) -> None:
    quiet = Console(file=io.StringIO())
    urls = []

    def interrupted() -> None:
        with system_under_test("reference", tmp_path / "b", accounts=8, seed=1, console=quiet) as url:
            urls.append(url)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(OSError, match="refused"):
        _health(urls[0])


def _health(url: str) -> object:
    with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
        return json.load(answer)["status"]
