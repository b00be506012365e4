"""People as the sheets tell them, each with the row that told of them."""

from dataclasses import dataclass

from firstbell.models.digital_ids.schools import School
from firstbell.models.digital_ids.transliteration import bare


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One learner of one row. ``parent`` is "" and ``grade`` None where the sheet doesn't tell."""

    file: str
    row: int
    name: str
    surname: str
    parent: str
    school: School
    grade: int | None

    @property
    def identity(self) -> tuple[str, str, str, str, int]:
        """What two rows of one person have in common, however the names are spelt."""
        return bare(self.name), bare(self.surname), bare(self.parent), self.school.id, self.grade or 0

    @property
    def place(self) -> str:
        return f"{self.file}:{self.row}"
