"""The code on the page about calibration runs as it stands there."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/calibration.md"


def test_the_code_on_the_page_about_calibration_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), {})
