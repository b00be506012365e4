"""The median of values that do not weigh alike: half of all weight lies at values up to it."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """(rows,) of values and their weights (rows, columns); what is not known, NaN, weighs nothing."""
    weighing = np.where(np.isnan(values), 0.0, weights)
    order = np.argsort(values, axis=1)
    ordered, cumulated = (np.take_along_axis(each, order, axis=1) for each in (values, weighing))
    cumulated = np.cumsum(cumulated, axis=1)
    place = (cumulated < cumulated[:, -1:] / 2).sum(axis=1)
    return np.asarray(ordered[np.arange(len(ordered)), place])
