"""Which layer a figure's uncertainty comes from, in words and cells: the same in every form of the report."""

from firstbell.models.study import LayerShares
from firstbell.reports.languages import ENGLISH, Language
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


def share_cells(shares: LayerShares | None, *, language: Language = ENGLISH) -> tuple[str, ...]:
    """A cell a layer, dashes where the figure is exact; a layer that nobody knows is not called nothing."""
    if shares is None:
        return (UNKNOWN,) * len(LAYERS)
    return tuple(_cell(share, language) for share in by_layer(shares).values())


def shares_in_words(shares: LayerShares | None, *, language: Language = ENGLISH) -> str:
    """The layers that matter, largest first: "stated inputs 74 %, fitted costs 25 %"."""
    if shares is None:
        return language.text("the figure is exact")
    known = {layer: share for layer, share in known_shares(shares).items() if share >= _LEAST}
    largest_first = sorted(known, key=lambda one: -known[one])
    words = ", ".join(
        f"{layer_name(layer, language=language)} {percent(known[layer], language=language)}" for layer in largest_first
    )
    unknown = [layer_name(layer, language=language) for layer, share in by_layer(shares).items() if share is None]
    if not unknown:
        return words or UNKNOWN
    lacking = listed(unknown, language=language)
    return language.text("{layers}; {unknown} not known", layers=words or UNKNOWN, unknown=lacking)


def _cell(share: float | None, language: Language) -> str:
    if share is None:
        return language.text("not known")
    return percent(share, language=language) if share >= _LEAST or share == 0 else "< 1\u202f%"
