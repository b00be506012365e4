"""What was wrong in the sheets: each fault with its place, what stood there, and whether it was repaired."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

# Faults of whole sheets.
SCAN = "scan"
UNREADABLE = "unreadable"
CHANGED_EXTENSION = "changed-extension"
ENCODING = "encoding"
NO_HEADINGS = "no-headings"
ALTERED_TEMPLATE = "altered-template"
UNKNOWN_TEMPLATE = "unknown-template"
# Faults of rows.
ONE_CELL = "one-cell"
SPECIAL_CHARACTERS = "special-characters"
SPACES_INSIDE = "spaces-inside-words"
CELL_PROPERTIES = "cell-properties"
MISSPELT_SCHOOL = "misspelt-school"
UNKNOWN_SCHOOL = "unknown-school"
NO_SCHOOL = "no-school"
NO_NAME = "no-name"
NO_GRADE = "no-grade"
WRONG_COLUMNS = "wrong-columns"
DUPLICATE = "duplicate"
SPELLING_VARIANT = "spelling-variant"
POSSIBLE_DUPLICATE = "possible-duplicate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One fault. ``row`` counts from 1, headings included, and is None for a whole file; ``column`` is the template's.

    ``became`` is what the value was repaired to; None where somebody must mend it.
    """

    fault: str
    file: str
    row: int | None
    column: str | None
    value: str
    reason: str
    became: str | None = None

    @property
    def repaired(self) -> bool:
        return self.became is not None


def counted(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    """How many of each fault were repaired and how many are left to people, sorted by fault."""
    repaired: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for finding in findings:
        (repaired if finding.repaired else left)[finding.fault] += 1
    return {fault: {"repaired": repaired[fault], "left": left[fault]} for fault in sorted(repaired | left)}
