"""How long it takes until all schools' servers have brought a day's progress, which all of them begin at midnight.

A fluid: clocks, the platform's line and its writing go on beside one another, and the longest of them counts.
"""

from collections.abc import Collection
from functools import reduce

import numpy as np

from firstbell.models.figures import Array, Values
from firstbell.models.school_line import SYNC, box_sync_s

_WITHIN = 4.0
"""Standard deviations: 95 % of the clocks lie within two on either side of midnight."""


def clocks_s(values: Values) -> Array:
    """From the first server's midnight to the last one's."""
    return values[f"{SYNC}.clock_spread_s"] * _WITHIN


def written_s(values: Values) -> Array:
    """In which the platform keeps all events, one after another."""
    return _events(values) * values[f"{SYNC}.event_write_s"]


def carried_s(values: Values) -> Array:
    """In which they come in by one server's line."""
    return _events(values) * values[f"{SYNC}.event_bytes"] * 8 / values["sizing.servers.node_line_bits_per_s"]


def midnight_sync_s(values: Values, schools: Collection[str]) -> Array:
    """From the first server's waking until the last one's last event is kept; ``schools`` are the profile's kinds.

    The slowest line's own day comes on top: who wakes last has yet to send it.
    """
    lines_s = [box_sync_s(values[f"network.schools.{name}.up_bits_per_s"], values) for name in schools]
    together_s = np.maximum(clocks_s(values), np.maximum(written_s(values), carried_s(values)))
    return np.asarray(together_s + reduce(np.maximum, lines_s))


def _events(values: Values) -> Array:
    return values[f"{SYNC}.servers"] * values[f"{SYNC}.events"]
