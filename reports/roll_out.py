"""The roll-out as comma-separated values: what must be ordered by when."""

import csv
import io
from dataclasses import astuple, fields

from firstbell.models.sizing.roll_out import Due, RollOut


def roll_out_csv(plan: RollOut) -> str:
    """A line for each purchase, the earliest order first; numbers in full, days as 2027-09-01."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(Due))
    writer.writerows(astuple(due) for due in plan.due)
    return text.getvalue()
