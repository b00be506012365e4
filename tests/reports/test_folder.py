"""What a report leaves on disk."""

from pathlib import Path

from firstbell.models.study import Study
from firstbell.reports.folder import write_report


def test_the_report_its_short_form_and_the_sizing_are_written_whole(study: Study, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "study"
    assert write_report(study, folder) == folder / "report.html"
    written = ["report.html", "report.md", "roll-out.csv", "sizing.csv"]
    assert sorted(path.name for path in folder.iterdir()) == written
    assert (folder / "report.html").read_text(encoding="utf-8").endswith("</html>\n")
