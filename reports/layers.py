"""Which layer a figure's uncertainty comes from, in words and cells: the same in every form of the report."""

from firstbell.models.study import LayerShares
from firstbell.reports.names import layer_name, listed
from firstbell.reports.numbers import UNKNOWN, percent

LAYERS = tuple(LayerShares.model_fields)
_LEAST = 0.01  # a smaller share is told as such


def by_layer(shares: LayerShares) -> dict[str, float | None]:
    """Each layer's share."""
    return {layer: getattr(shares, layer) for layer in LAYERS}


def known_shares(shares: LayerShares) -> dict[str, float]:
    """Those that are known."""
    return {layer: share for layer, share in by_layer(shares).items() if share is not None}


def share_cells(shares: LayerShares | None) -> tuple[str, ...]:
    """A cell a layer, dashes where the figure is exact; a layer that nobody knows is not called nothing."""
    if shares is None:
        return (UNKNOWN,) * len(LAYERS)
    return tuple(_cell(share) for share in by_layer(shares).values())


def shares_in_words(shares: LayerShares | None) -> str:
    """The layers that matter, largest first: "stated inputs 74 %, fitted costs 25 %"."""
    if shares is None:
        return "the figure is exact"
    known = {layer: share for layer, share in known_shares(shares).items() if share >= _LEAST}
    told = [f"{layer_name(layer)} {percent(known[layer])}" for layer in sorted(known, key=lambda one: -known[one])]
    unknown = [layer_name(layer) for layer, share in by_layer(shares).items() if share is None]
    words = ", ".join(told) or UNKNOWN
    return f"{words}; {listed(unknown)} not known" if unknown else words


def _cell(share: float | None) -> str:
    if share is None:
        return "not known"
    return percent(share) if share >= _LEAST or share == 0 else "< 1\u202f%"
