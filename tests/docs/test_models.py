"""The guide to the models: its code runs as it stands there."""

import re
from pathlib import Path

from firstbell.models.queueing_file import solve_document
from firstbell.models.strict_yaml import parse

GUIDE = Path(__file__).parents[2] / "docs" / "models.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_code_of_the_guide_runs_from_top_to_bottom() -> None:
    program = blocks("python")
    assert len(program) >= 9
    exec(compile("\n".join(program), str(GUIDE), "exec"), {})


def test_the_guides_file_is_a_model() -> None:
    (text,) = blocks("yaml")
    answer = solve_document(parse(text, source=GUIDE.name))
    assert answer["method"] == "linearizer"
    assert answer["exact"] is False  # because of the first-come lock with uneven services
    assert "lock" in answer["advice"][0]


def test_the_guide_links_to_pages_that_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert links
    assert all((GUIDE.parent / link).exists() for link in links)
