"""Workload profiles: their form, their checks, and how they are read."""

from firstbell.models.workload.profile import Workload
from firstbell.models.workload.reading import read_workload

__all__ = ["Workload", "read_workload"]
