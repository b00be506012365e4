"""A figure's uncertainty in layers, and the share of each in its variance.

- *measurement*: the processor time that was measured, known to its standard error;
- *parameters*: the demands fitted to it, by their bootstrap draws;
- *discrepancy*: what the model missed at levels that it had not seen;
- *stated*: what the profile states with an interval.

A layer counts by the variance that would go if it alone were known: the total effect of Homma & Saltelli 1996, by
Jansen's estimator (1999), half the mean square of what drawing it anew changes. Where layers act together (a product, a
whole number of cores) these add up to more than the variance, so shares are those of their sum.
"""

from collections.abc import Collection, Mapping

import numpy as np

from firstbell.models.figures import Array
from firstbell.models.study import LayerShares

LAYERS = tuple(LayerShares.model_fields)
PROBES = 1024  # draws that are drawn anew, layer by layer


def shares_of(values: Array, redrawn: Mapping[str, Array], *, unknown: Collection[str]) -> LayerShares | None:
    """Shares by the values (1 + draws,) and by those with one layer drawn anew (1 + probes,).

    None where the values do not vary. Layers that are ``unknown`` are None, and have no part in the sum.
    """
    moved = {layer: _moved(values, other) for layer, other in redrawn.items()}
    total = sum(moved.values())
    if total == 0:
        return None
    shares = {layer: moved.get(layer, 0.0) / total for layer in LAYERS}
    return LayerShares(**{layer: None if layer in unknown else share for layer, share in shares.items()})


def _moved(values: Array, other: Array) -> float:
    return float(np.mean((values[1 : len(other)] - other[1:]) ** 2)) / 2 if len(other) > 1 else 0.0
