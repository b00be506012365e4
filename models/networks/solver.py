"""One entry for every network: picks a method, or takes the one asked for, and says which it was."""

from collections.abc import Callable

from firstbell.models.networks.approximate import aql, bard_schweitzer, decomposed, linearizer
from firstbell.models.networks.closed import ClosedAnswer, ClosedModel
from firstbell.models.networks.convolution import convolution, convolution_steps
from firstbell.models.networks.exact_mva import exact_mva
from firstbell.models.networks.fluid import fluid
from firstbell.models.networks.inversion import MOST_CLASSES, inversion, inversion_steps
from firstbell.models.networks.network import SOURCE, Network
from firstbell.models.networks.one_queue import fits_one_queue, one_queue
from firstbell.models.networks.results import solution_of
from firstbell.models.networks.solution import Solution, SolutionRefused
from firstbell.models.problems import InputError

Method = Callable[[ClosedModel], ClosedAnswer]

APPROXIMATIONS: dict[str, Method] = {"linearizer": linearizer, "aql": aql, "bard-schweitzer": bard_schweitzer}
EXACT: dict[str, Method] = {
    "exact-mva": exact_mva,
    "inversion": inversion,
    "convolution": convolution,
    "birth-death": one_queue,
}
METHODS: dict[str, Method] = {**EXACT, **APPROXIMATIONS, "fluid": fluid}

# about two seconds each on one core of 2020
MVA_STEPS = 2.0e9
CONVOLUTION_STEPS = 2.0e8
INVERSION_STEPS = 4.0e8
# below this share of two seconds nothing faster is looked for, as planning an inversion takes that long
AT_ONCE = 0.05
# numbers held at once, 8 bytes each
ROOM = 1.5e8
# what somebody who asks for an exact method by name may have to wait longer for
PATIENCE = 50.0


def solve(network: Network, method: str = "auto") -> Solution:
    """Throughputs, response times, queue lengths and utilisations of a network.

    ``auto`` takes an exact method where it is done in about two seconds, and Linearizer (or, where that breaks a law,
    AQL or Bard–Schweitzer) elsewhere, and wherever a first-come station has no product form: the approximations take
    account of it, and the exact methods would not. ``exact-mva`` on stations whose speed depends on the number present
    is answered by ``birth-death`` (one class, one queue) or ``convolution``, which are as exact and do not lose their
    digits; where it would take long, ``auto`` takes ``inversion`` if that is quicker. ``Solution.method`` says which
    was taken, and ``Solution.advice`` how far to trust it.

    Raises InputError for an unknown or unaffordable method, SolutionRefused when its answer breaks a law.
    """
    model = ClosedModel.of(network)
    if model.populations.size == 0:
        _known(method)
        taken = "product-form" if network.product_form else "decomposition"
        return solution_of(network, model, decomposed(model), method=taken, exact=network.product_form)
    if method == "auto":
        return _automatic(network, model)
    _known(method)
    if method in EXACT:
        return _exact(network, model, _affordable(model, method))
    return solution_of(network, model, METHODS[method](model), method=method, exact=False)


def _automatic(network: Network, model: ClosedModel) -> Solution:
    refusals = []
    for method in _exact_methods(model):
        try:
            return _exact(network, model, method)
        except SolutionRefused as refusal:
            refusals.append(str(refusal))
    for name, approximation in APPROXIMATIONS.items():
        try:
            return solution_of(network, model, approximation(model), method=name, exact=False)
        except (SolutionRefused, FloatingPointError) as refusal:
            refusals.append(str(refusal))
    raise SolutionRefused("; ".join(refusals))


def _exact_methods(model: ClosedModel) -> list[str]:
    """Those that ``auto`` can afford, the quickest first."""
    if any(model.first_come) or not model.whole:
        return []
    usual = _exact_method(model)
    efforts = {usual: _effort(model, usual)}
    if efforts[usual] > AT_ONCE and _can_invert(model):
        efforts["inversion"] = _effort(model, "inversion")
    return sorted((method for method, effort in efforts.items() if effort <= 1.0), key=lambda method: efforts[method])


def _can_invert(model: ClosedModel) -> bool:
    return model.fixed_rate and model.populations.size <= MOST_CLASSES


def _exact(network: Network, model: ClosedModel, method: str) -> Solution:
    return solution_of(network, model, EXACT[method](model), method=method, exact=network.product_form)


def _affordable(model: ClosedModel, method: str) -> str:
    """The exact method to take, unless it cannot be."""
    if not model.whole:
        shown = [float(each) for each in model.populations]
        raise InputError.single(
            source=SOURCE,
            key="classes",
            value=shown,
            what=f"{method} needs whole populations",
            remedy="Round them, or use linearizer.",
        )
    if method == "birth-death" and not fits_one_queue(model):
        raise _beyond(method, "birth-death is for one closed class and one queue")
    if method == "inversion" and not _can_invert(model):
        raise _beyond(method, f"inversion is for up to {MOST_CLASSES} closed classes and stations of one speed each")
    taken = _exact_method(model) if method == "exact-mva" else method
    if _effort(model, taken) > PATIENCE:
        raise InputError.single(
            source=SOURCE,
            key="method",
            value=method,
            what=f"so many customers would take {taken} too long, or more memory than there is",
            remedy="Use auto or linearizer.",
        )
    return taken


def _exact_method(model: ClosedModel) -> str:
    if model.fixed_rate:
        return "exact-mva"
    return "birth-death" if fits_one_queue(model) else "convolution"


def _beyond(method: str, what: str) -> InputError:
    return InputError.single(source=SOURCE, key="method", value=method, what=what, remedy="Use auto or convolution.")


def _effort(model: ClosedModel, method: str) -> float:
    """Work relative to what ``auto`` affords; infinite where the memory would not do."""
    stations, classes = model.demand_s.shape
    if method == "birth-death":
        return model.lattice_size / ROOM
    if method == "inversion":
        return inversion_steps(model) / INVERSION_STEPS
    if method == "exact-mva":
        room = stations * model.lattice_size / (model.populations.max() + 1.0)
        steps = model.lattice_size * classes * max(stations, 1) / MVA_STEPS
    else:
        room = 4.0 * model.lattice_size
        steps = convolution_steps(model) / CONVOLUTION_STEPS
    return float(steps) if room <= ROOM else float("inf")


def _known(method: str) -> None:
    names = ["auto", *METHODS]
    if method not in names:
        raise InputError.single(
            source=SOURCE,
            key="method",
            value=method,
            what="no such method",
            remedy=f"Use one of {', '.join(names)}, or simulation in a file.",
        )
