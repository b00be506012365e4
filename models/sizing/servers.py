"""Servers: cores and nodes of each tier, with what decides them and what was turned down, and the rates they carry."""

from collections.abc import Sequence

import numpy as np

from firstbell.models.figures import Array, Values, stated_names
from firstbell.models.sizing.bandwidth import edge_line_bits_per_s, origin_line_bits_per_s
from firstbell.models.sizing.case import Case
from firstbell.models.sizing.rows import Line, Row, Term, derived_term, figure_terms
from firstbell.models.sizing.tiers import LINE, Allowance, Situation, Tier
from firstbell.models.sizing.waiting import cores_at_wait
from firstbell.models.sizing.work import Work
from firstbell.models.study import Rejected
from firstbell.models.traffic import VISITS, requests_per_visit, stated_visits

_GROUP = "servers"
_ASSUMED = "sizing.servers"
DURABLE = ("beacon", "quiz_start", "answer", "autosave", "submit")


def durable_writes_per_s(values: Values, learners: float) -> Array:
    """Beacons, saved answers and quizzes, and uploads where they are stated."""
    writes = np.sum([VISITS[name](values, learners) for name in DURABLE], axis=0)
    if "upload" in stated_names(values):
        writes = writes + stated_visits(values, learners, "upload")
    return np.asarray(writes)


def server_rows(case: Case, tiers: Sequence[Tier]) -> list[Row]:
    """Requests a second; cores and nodes by tier; writes of the database and connections of the delivery."""
    rows = [_requests(case), _writes(case)]
    for tier in tiers:
        rows += [_cores(case, tier), _nodes(case, tier)]
    return rows + [_connections(case, tier) for tier in tiers if tier.name == "delivery"]


def _requests(case: Case) -> Row:
    reading = case.reading()
    each = requests_per_visit(reading)
    played = [rate(reading, case.learners) * each[name] for name, rate in VISITS.items()]
    stated = [
        stated_visits(reading, case.learners, name) * reading[f"states.stated.{name}.requests"]
        for name in stated_names(reading)
    ]
    line = Line(
        group=_GROUP,
        item="requests_per_s",
        title="Requests a second, all kinds",
        unit="1/s",
        formula="Σ visits/s × requests per visit, over activities and stated states",
        binding="learners in session, by the mix of states",
        source="rates of the profile at the true pace",
    )
    return Row(line=line, values=np.sum(played + stated, axis=0), terms=figure_terms(case, reading.keys_read))


def _writes(case: Case) -> Row:
    reading = case.reading()
    writes = durable_writes_per_s(reading, case.learners)
    line = Line(
        group=_GROUP,
        item="database_durable_writes_per_s",
        title="Durable writes a second at the database",
        unit="1/s",
        formula="beacons + quiz starts + saved pages + autosaves + quizzes handed in + uploads, each one write",
        binding="no answer may be lost: each write is on disk before it is acknowledged",
        source="rates of the profile at the true pace; writes of one moment may share a commit",
    )
    return Row(line=line, values=writes, terms=figure_terms(case, reading.keys_read))


def _cores(case: Case, tier: Tier) -> Row:
    line = Line(
        group=_GROUP,
        item=f"{tier.name}_cores",
        title=f"Cores in service, {tier.name}",
        unit="cores",
        formula="⌈Σ visits/s × CPU s a visit ÷ max_utilization⌉, raised until every objective's wait fits (M/G/c)",
        binding=tier.binding,
        source=f"demands {case.assumed.demands.source}; rates of the profile",
        rejected=tuple(_rejected_cores(case, tier)),
        rests_on_demands=True,
    )
    terms = [*_work_terms(tier.work), *figure_terms(case, [f"{_ASSUMED}.max_utilization"])]
    return Row(line=line, values=tier.cores, terms=terms)


def _work_terms(work: tuple[Work, ...]) -> list[Term]:
    total = sum(float(each.erlangs[0]) for each in work)
    largest_first = sorted(work, key=lambda each: -float(each.erlangs[0]))
    return [term for each in largest_first for term in _rate_and_cpu(each, float(each.erlangs[0]) / total)]


def _rate_and_cpu(work: Work, part: float) -> list[Term]:
    rate_source = f"from {', '.join(work.keys)}"
    cpu = np.broadcast_to(work.demand_s, work.erlangs.shape)
    return [
        derived_term(f"{work.name}: visits a second", work.visits_per_s, unit="1/s", source=rate_source, part=part),
        derived_term(f"{work.name}: CPU of a visit", cpu, unit="s", source=work.source, part=part),
    ]


def _rejected_cores(case: Case, tier: Tier) -> list[Rejected]:
    cores = int(tier.cores[0])
    limit = float(case.values[f"{_ASSUMED}.max_utilization"][0])
    found = []
    if cores > 1:
        found.append(Rejected(option=_counted(cores - 1, "core"), reason=_why_not(tier, cores - 1, limit)))
    least = _least_for_objectives(tier)
    if tier.allowances and least < cores - 1:
        busy = max(_utilization(each, least) for each in tier.situations)
        reason = f"keeps every objective, but is busy {busy:.1%} of the time at its worst, above {limit:.0%}"
        found.append(Rejected(option=_counted(least, "core"), reason=reason))
    return found + [_out_of_reach(each) for each in tier.allowances if each.wait_s[0] <= 0]


def _why_not(tier: Tier, cores: int, limit: float) -> str:
    """The first limit that so many cores break."""
    for each in tier.situations:
        busy = _utilization(each, cores)
        if busy > limit + 1e-9:
            return f"{each.prefix}busy {busy:.2%} of the time, above {limit:.0%}"
    for each in tier.situations:
        for allowance in tier.allowances:
            wait_s = float(each.queue.waiting_s(cores, allowance.percentile)[0])
            allowed_s = float(allowance.usable_s[0])
            if wait_s > allowed_s:
                return f"{each.prefix}{allowance.name}: a wait of {wait_s:.3g} s here, where {allowed_s:.3g} s may be"
    return "keeps every limit"


def _utilization(situation: Situation, cores: int) -> float:
    return float(situation.queue.offered_erlangs[0]) / cores


def _least_for_objectives(tier: Tier) -> int:
    """The fewest cores that keep the objectives alone, whatever their utilisation."""
    first = np.array([True] + [False] * (len(tier.cores) - 1))
    least = 1
    for each in tier.situations:
        queue = each.queue.where(first)
        start = np.floor(queue.offered_erlangs) + 1
        for allowance in tier.allowances:
            cores = cores_at_wait(queue, allowance.percentile, allowance.usable_s[:1], start)
            least = max(least, int(cores[0]))
    return least


def _out_of_reach(allowance: Allowance) -> Rejected:
    objective = allowance.objective
    reason = f"takes {float(allowance.base_s[0]):.3g} s without any queue, above {objective.limit:g} s"
    return Rejected(option=f"more cores for {allowance.name}", reason=reason)


def _nodes(case: Case, tier: Tier) -> Row:
    formula = "⌈cores ÷ cores_per_node⌉ + spare_nodes"
    keys = [f"{_ASSUMED}.cores_per_node", f"{_ASSUMED}.spare_nodes"]
    if tier.name == "delivery" and f"{_ASSUMED}.node_line_bits_per_s" in case.values:
        formula = "max(⌈cores ÷ cores_per_node⌉, ⌈edge peak ÷ node_line_bits_per_s⌉) + spare_nodes"
        keys.append(f"{_ASSUMED}.node_line_bits_per_s")
    spare = int(case.values[f"{_ASSUMED}.spare_nodes"][0])
    failing = "" if spare == 0 else f"; {'one node' if spare == 1 else f'{spare} nodes'} may fail"
    line = Line(
        group=_GROUP,
        item=f"{tier.name}_nodes",
        title=f"Servers, {tier.name}",
        unit="servers",
        formula=formula,
        binding=tier.node_binding + failing,
        source="cores of the tier; size of a server from the profile",
        rejected=tuple(_rejected_nodes(case, tier, spare)),
        rests_on_demands=True,
    )
    cores = derived_term(f"{tier.name}_cores", tier.cores, unit="cores", source="the row above")
    return Row(line=line, values=tier.nodes, terms=[cores, *figure_terms(case, keys)])


def _rejected_nodes(case: Case, tier: Tier, spare: int) -> list[Rejected]:
    nodes = int(tier.nodes[0])
    size = int(case.values[f"{_ASSUMED}.cores_per_node"][0])
    found = []
    if spare:
        found.append(Rejected(option=_counted(nodes - 1, "server"), reason=_one_failed(tier, nodes - 2, size)))
    if nodes - spare > 1:
        few = nodes - spare - 1
        why = "their lines are too narrow for the peak" if tier.node_binding == LINE else _too_few(tier, few, size)
        found.append(Rejected(option=_counted(few, "server"), reason=f"even with all of them up {why}"))
    if tier.name == "delivery" and tier.node_binding == LINE:
        found.append(_behind_an_edge(case, spare))
    return found


def _behind_an_edge(case: Case, spare: int) -> Rejected:
    line = case.values[f"{_ASSUMED}.node_line_bits_per_s"]
    lines = int(np.ceil(origin_line_bits_per_s(case.values, case.learners) / line)[0])
    edge = float(edge_line_bits_per_s(case.values, case.learners)[0])
    reason = f"needs an edge service that is sold with {edge / 1e9:.1f} Gbit/s; the profile names none"
    return Rejected(option=f"{_counted(lines + spare, 'server')} behind an edge", reason=reason)


def _one_failed(tier: Tier, left: int, size: int) -> str:
    if left < 1:
        return "no spare: when it fails, the tier is gone"
    if tier.node_binding == LINE:
        return f"no spare: when one fails, the lines of {left} must carry the peak of {left + 1}"
    return f"no spare: when one fails, {_too_few(tier, left, size)}"


def _too_few(tier: Tier, nodes: int, size: int) -> str:
    return f"{nodes * size} cores are left of the {int(tier.cores[0])} needed"


def _connections(case: Case, tier: Tier) -> Row:
    spare = case.values[f"{_ASSUMED}.spare_nodes"]
    left: Array = np.maximum(tier.nodes - spare, 1.0)
    line = Line(
        group=_GROUP,
        item="delivery_connections_per_node",
        title="Connections a server, delivery, with the spare ones down",
        unit="connections",
        formula="⌈learners ÷ (delivery servers − spare_nodes)⌉",
        binding="each learner in session holds a connection",
        source="the level; connections within one process are limited by its file descriptors and its backlog",
        rests_on_demands=True,
    )
    nodes = derived_term("delivery_nodes", tier.nodes, unit="servers", source="the row of that name")
    return Row(
        line=line, values=np.ceil(case.learners / left), terms=[nodes, *figure_terms(case, [f"{_ASSUMED}.spare_nodes"])]
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
