"""What the parameters of a station must satisfy, told all at once."""

import math

from firstbell.models.problems import InputError, Problem

MOST = 10_000_000
"""More servers, places or objects than this are not computed: sums over them would take minutes, or all memory."""


LARGEST = 1e100
"""Rates and times beyond this, or its inverse, overflow when they are multiplied."""


class Parameters:
    """Collects what is wrong with a model's parameters; ``refuse`` raises InputError when anything was."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.problems: list[Problem] = []

    def positive(self, **values: float | None) -> "Parameters":
        for key, value in values.items():
            if value is not None and not (math.isfinite(value) and value > 0):
                self.add(key, value, "not a positive number", "Give a number above 0.")
            elif value is not None and not 1 / LARGEST <= value <= LARGEST:
                self.add(key, value, "beyond all that is computed", "Use another unit.")
        return self

    def not_negative(self, **values: float | None) -> "Parameters":
        for key, value in values.items():
            if value is not None and not (math.isfinite(value) and value >= 0):
                self.add(key, value, "not a number of 0 or more", "Give a number of 0 or more.")
        return self

    def whole(self, **values: float | None) -> "Parameters":
        for key, value in values.items():
            if value is None:
                continue
            if value > MOST:
                self.add(key, value, f"more than {MOST:,} are not computed", "Scale the model down.")
            elif not (value >= 1 and value == int(value)):
                self.add(key, value, "not a whole number of 1 or more", "Give 1, 2, 3, …")
        return self

    def probability(self, **values: float | None) -> "Parameters":
        for key, value in values.items():
            if value is not None and not 0 < value < 1:
                self.add(key, value, "not between 0 and 1", "Give a share such as 0.02.")
        return self

    def stable(self, key: str, utilization: float) -> "Parameters":
        """To be called once the other parameters are known to be sound."""
        if not self.problems and not utilization < 1:
            what = f"the station is unstable: utilisation {utilization:.4g}"
            self.add(key, utilization, what, "Lower the arrival rate or add servers.")
        return self

    def add(self, key: str, value: object, what: str, remedy: str) -> None:
        self.problems.append(Problem(source=self.model, key=key, value=repr(value), what=what, remedy=remedy))

    def refuse(self) -> None:
        if self.problems:
            raise InputError(self.problems)
