"""JMeter's CSV, as the Performance plugin of Jenkins reads it: one sample a line, and its trend over builds.

A digest has times in bins, so that a sample's moment is its block's and its time its bin's, to 0.25 %. Milliseconds are
whole there: what took less than half of one is 0.
"""

import csv
import io
from collections.abc import Iterator, Sequence

import numpy as np

from firstbell.models.comparison.digest import ActivityDigest, Digest
from firstbell.models.comparison.histogram import middle_s

COLUMNS = ("timeStamp", "elapsed", "label", "responseCode", "success", "threadName")


def performance_csv(runs: Sequence[Digest]) -> str:
    """Every visit of every run, failed ones included; the label is the activity."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, run in enumerate(runs, start=1):
        for activity in run.activities:
            if activity.line is None:
                writer.writerows(_rows(run, activity, number))
    return text.getvalue()


def _rows(run: Digest, activity: ActivityDigest, number: int) -> Iterator[tuple[object, ...]]:
    name = f"run-{number}"
    for block, start_s in enumerate(run.start_s):
        moment = int(1000 * (run.label.begun_s + start_s))
        pairs = np.array(activity.response.blocks[block], dtype=np.int64).reshape(-1, 2)
        elapsed = np.round(1000 * middle_s(pairs[:, 0])).astype(int)
        for took, times in zip(elapsed.tolist(), pairs[:, 1].tolist(), strict=True):
            for _ in range(times):
                yield moment, took, activity.name, 200, "true", name
        for _ in range(activity.errors[block] + activity.missed[block]):
            yield moment, 0, activity.name, 500, "false", name
