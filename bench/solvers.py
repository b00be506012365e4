"""Speed and accuracy of the solvers and the simulator at national size, beside peers from package registries.

``python -m bench.solvers`` prints one JSON document: medians of several rounds, each peer's figures on the same cases,
and how far each is from the exact value. Peers are optional: ``--peers PYTHON`` names an interpreter that has
line-solver, quantecon, ciw and simpy (``python -m venv peers && peers/bin/pip install line-solver quantecon ciw
simpy``); GNU Octave with its queueing package (``apt-get install octave-queueing``) is taken where it is on the PATH. A
peer gets a minute for a case (``--within``), and what it has not done by then is reported as such. ``--table`` prints
the same in Markdown, as it stands in docs/models.md.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from firstbell.models.networks.network import CustomerClass, Network, Station
from firstbell.models.networks.solver import solve
from firstbell.models.simulation.distribution import Distribution
from firstbell.models.simulation.network import simulate_network
from firstbell.models.simulation.station import simulate_station
from firstbell.models.stations.finite_source import FiniteSource
from firstbell.models.stations.mmc import MMc
from firstbell.reports.markdown_table import table
from firstbell.reports.numbers import UNKNOWN

PEERS = Path(__file__).with_name("solver_peers.py")
ROUNDS = 5
PEER_ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class ClosedCase:
    """A closed network by class and station, as every peer can read it."""

    populations: list[int]
    think_times_s: list[float]
    demands_s: list[list[float]]
    servers: list[int]
    line_method: str = "exact"
    rounds: int = PEER_ROUNDS

    def network(self) -> Network:
        names = [f"c{r}" for r in range(len(self.populations))]
        return Network(
            classes=tuple(
                CustomerClass(name=name, population=population, think_time_s=think_time_s)
                for name, population, think_time_s in zip(names, self.populations, self.think_times_s, strict=True)
            ),
            stations=tuple(
                Station(name=f"s{k}", servers=self.servers[k], demand_s=dict(zip(names, row, strict=True)))
                for k, row in enumerate(self.demands_s)
            ),
        )


@dataclass(frozen=True, kw_only=True)
class QueueCase:
    """An M/M/c to be simulated, and how many customers pass."""

    arrival_rate_per_s: float
    service_rate_per_s: float
    servers: int
    customers: int
    rounds: int = PEER_ROUNDS


@dataclass(frozen=True, kw_only=True)
class Peers:
    """Where the peers from PyPI are, if anywhere, and how long each gets for a case."""

    python: Path | None = None
    within_s: float = 60.0


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one program made of a case; ``error``: its value over the exact one, less 1. ``why`` it has no figures."""

    seconds: float | None = None
    value: float | None = None
    error: float | None = None
    customers_per_s: float | None = None
    why: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A case: what its value is, how fast it has to be, and what each program made of it."""

    case: str
    value_of: str
    exact_by: str
    required_s: float | None
    firstbell: Told
    peers: dict[str, Told]


FIVE = [[0.2, 0.3, 0.35, 0.1, 0.25], [0.3, 0.6, 0.8, 0.2, 0.4], [0.15, 1.4, 0.9, 0.3, 0.6], [0.12, 0.4, 1.6, 0.5, 0.2],
        [0.6, 0.05, 0.1, 0.2, 0.3]]  # fmt: skip
ONE_CLASS = ClosedCase(
    populations=[115_000], think_times_s=[10.3], demands_s=[[4e-5], [8.9e-5], [2e-5], [5e-5], [1e-5]], servers=[1] * 5
)
MANY_SERVERS = ClosedCase(populations=[115_000], think_times_s=[10.3], demands_s=[[0.0028], [0.0006]], servers=[32, 8])
FEWER = ClosedCase(populations=[1_000], think_times_s=[10.3], demands_s=[[0.3], [0.08]], servers=[32, 8])
FIVE_CLASSES = ClosedCase(
    populations=[23_000] * 5,
    think_times_s=[40.0, 60.0, 45.0, 30.0, 50.0],
    demands_s=[[demand / 1150 for demand in row] for row in FIVE],
    servers=[1] * 5,
    line_method="lin",
)
THREE_CLASSES = ClosedCase(
    populations=[334, 333, 333],
    think_times_s=[40.0, 60.0, 45.0],
    demands_s=[[demand / 20 for demand in row[:3]] for row in FIVE],
    servers=[1] * 5,
)
THOUSAND_EACH = ClosedCase(
    populations=[1_000] * 3,
    think_times_s=THREE_CLASSES.think_times_s,
    demands_s=[[demand / 60 for demand in row[:3]] for row in FIVE],
    servers=[1] * 5,
)
FULL = replace(THOUSAND_EACH, demands_s=THREE_CLASSES.demands_s)
FINITE_SOURCE = ClosedCase(populations=[115_000], think_times_s=[10.0], demands_s=[[0.1]], servers=[1_150])
SIMULATED = QueueCase(arrival_rate_per_s=9.0, service_rate_per_s=1.0, servers=10, customers=100_000)
OUR_CUSTOMERS = 10_000_000


def main() -> None:
    """All cases, or those named, as JSON on standard output."""
    parser = argparse.ArgumentParser(prog="python -m bench.solvers", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all without")
    parser.add_argument("--peers", type=Path, help="an interpreter that has line-solver, quantecon, ciw and simpy")
    parser.add_argument("--within", type=float, default=60.0, help="seconds that a peer gets for a case")
    parser.add_argument("--table", action="store_true", help="a table in Markdown in place of JSON")
    asked = parser.parse_args()
    peers = Peers(python=asked.peers, within_s=asked.within)
    outcomes = [CASES[name](peers) for name in asked.cases or CASES]
    if asked.table:
        print("\n".join(table(("Case", "Program", "Time", "Error"), _rows(outcomes))))
    else:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))


def _rows(outcomes: list[Outcome]) -> Iterator[tuple[str, str, str, str]]:
    for outcome in outcomes:
        for name, told in {"**firstbell**": outcome.firstbell, **outcome.peers}.items():
            named = name if told.version is None else f"{name} ({told.version})"
            seconds = (told.why or UNKNOWN).split(". ")[0] if told.seconds is None else f"{told.seconds:.3g} s"
            if told.customers_per_s is not None:
                seconds = f"{told.customers_per_s:,.0f} customers/s"
            yield (
                outcome.case,
                named,
                seconds or UNKNOWN,
                UNKNOWN if told.error is None else f"{100 * told.error:+.4f} %",
            )


def _closed(name: str, case: ClosedCase, method: str, required_s: float | None, exact_by: str) -> "Run":
    def run(peers: Peers) -> Outcome:
        exact = _throughput(case, exact_by)
        ours = _timed(lambda: _throughput(case, method))
        told = _closed_peers(peers, case, exact)
        value_of = "completions a second of all classes"
        return Outcome(
            case=name,
            value_of=value_of,
            exact_by=exact_by,
            required_s=required_s,
            firstbell=_told(ours, exact),
            peers=told,
        )

    return run


def _closed_peers(peers: Peers, case: ClosedCase, exact: float) -> dict[str, Told]:
    return {
        "LINE": _peer(peers, "line", asdict(case), exact),
        "LINE's algorithm alone": _peer(peers, "line algorithm", asdict(case), exact),
        "Octave": _octave(peers, case, exact),
    }


def _throughput(case: ClosedCase, method: str) -> float:
    return sum(result.throughput_per_s for result in solve(case.network(), method).classes.values())


def _finite_source(peers: Peers) -> Outcome:
    """The M/M/c//N of learners at a pool of workers, by the station itself and not through a network."""
    case = FINITE_SOURCE

    def throughput() -> float:
        return FiniteSource(
            population=case.populations[0],
            think_time_s=case.think_times_s[0],
            service_s=case.demands_s[0][0],
            servers=case.servers[0],
        ).throughput_per_s

    exact = _throughput(case, "birth-death")
    return Outcome(
        case="M/M/c//N by birth and death",
        value_of="completions a second",
        exact_by="birth-death of the network solver",
        required_s=0.3,
        firstbell=_told(_timed(throughput), exact),
        peers={
            **_closed_peers(peers, case, exact),
            "QuantEcon": _peer(peers, "quantecon", asdict(case), exact),
        },
    )


def _simulated(peers: Peers) -> Outcome:
    """Customers a second through the same M/M/10 at 90 % load."""
    case = SIMULATED
    exact = MMc(
        arrival_rate_per_s=case.arrival_rate_per_s, service_rate_per_s=case.service_rate_per_s, servers=case.servers
    ).mean_wait_s

    def wait_s() -> float:
        return simulate_station(
            interarrival=Distribution.exponential(1.0 / case.arrival_rate_per_s),
            service=Distribution.exponential(1.0 / case.service_rate_per_s),
            servers=case.servers,
            customers=OUR_CUSTOMERS,
            warmup=0,
            seed=1,
        ).mean_wait_s.likely

    seconds, value = _timed(wait_s)
    ours = Told(seconds=seconds, value=value, error=value / exact - 1.0, customers_per_s=OUR_CUSTOMERS / seconds)
    told = {name: _peer(peers, name, asdict(case), exact, customers=case.customers) for name in ("ciw", "simpy")}
    told["firstbell's network simulator"] = _as_network(case, exact)
    return Outcome(
        case="simulated M/M/10 at 90 %", value_of="mean wait in seconds", exact_by="Erlang C", required_s=None,
        firstbell=ours, peers=told,
    )  # fmt: skip


def _as_network(case: QueueCase, exact: float) -> Told:
    """The same queue in the simulator of whole networks, which follows every customer."""
    station = Station(name="s", servers=case.servers, demand_s={"c": 1.0 / case.service_rate_per_s}, discipline="fcfs")
    classes = (CustomerClass(name="c", arrival_rate_per_s=case.arrival_rate_per_s),)
    network = Network(classes=classes, stations=(station,))
    began_s = time.perf_counter()
    found = simulate_network(network, completions=OUR_CUSTOMERS // 5)
    seconds = time.perf_counter() - began_s
    passed = case.arrival_rate_per_s * (found.warmup_s + found.duration_s)
    value = found.solution.classes["c"].response_time_s - 1.0 / case.service_rate_per_s
    return Told(seconds=seconds, value=value, error=value / exact - 1.0, customers_per_s=passed / seconds)


def _timed(function: Callable[[], float]) -> tuple[float, float]:
    """The median of several rounds, after one that compiles."""
    value = function()
    seconds = []
    for _ in range(ROUNDS):
        began_s = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - began_s)
    return statistics.median(seconds), value


def _told(found: tuple[float, float], exact: float) -> Told:
    return Told(seconds=found[0], value=found[1], error=found[1] / exact - 1.0)


def _peer(peers: Peers, peer: str, case: dict[str, object], exact: float, *, customers: int | None = None) -> Told:
    """One peer, in a process of its own, timed by itself once it is loaded."""
    if peers.python is None:
        return Told(why="no interpreter with it was named")
    with tempfile.TemporaryDirectory(prefix="firstbell-solvers-") as folder:
        answer = Path(folder) / "answer.json"
        environment = {**os.environ, "SOLVER_PEER_ANSWER": str(answer)}
        why = _ran([str(peers.python), str(PEERS), peer], json.dumps(case), environment, peers.within_s)
        if why is not None:
            return Told(why=why)
        found = json.loads(answer.read_text(encoding="utf-8"))
    seconds = statistics.median(found["seconds"])
    rate = None if customers is None else customers / seconds
    error = found["value"] / exact - 1.0
    return Told(seconds=seconds, value=found["value"], error=error, customers_per_s=rate, version=found["version"])


def _ran(command: list[str], given: str, environment: dict[str, str], within_s: float) -> str | None:
    """Runs it to its end; gives the reason where there is no answer."""
    try:
        done = subprocess.run(
            command, input=given, env=environment, capture_output=True, text=True, timeout=within_s, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {within_s:.0f} s"
    return None if done.returncode == 0 else (done.stderr.strip().splitlines() or ["it failed"])[-1][:200]


def _octave(peers: Peers, case: ClosedCase, exact: float) -> Told:
    """The queueing package's function for such a network."""
    octave = shutil.which("octave-cli") or shutil.which("octave")
    if octave is None:
        return Told(why="it is not installed")
    with tempfile.TemporaryDirectory(prefix="firstbell-solvers-") as folder:
        answer = Path(folder) / "answer.txt"
        script = f"""
crash_dumps_octave_core(false); pkg load queueing
for i = 1:{case.rounds}
  tic; [U, R, Q, X] = {_octave_call(case)}; seconds(i) = toc;
end
about = pkg("describe", "queueing"){{1}}.version;
file = fopen("{answer}", "w");
fprintf(file, "%.17g %.17g queueing-%s", median(seconds), sum(X(:, 1)), about); fclose(file);
"""
        why = _ran([octave, "--quiet", "--no-window-system", "--eval", script], "", dict(os.environ), peers.within_s)
        if not answer.exists():
            return Told(why=why or "it gave no answer")
        seconds, value, version = answer.read_text(encoding="utf-8").split()
    found = float(value)
    return Told(seconds=float(seconds), value=found, error=found / exact - 1.0, version=version)


def _octave_call(case: ClosedCase) -> str:
    """One class: qncsmva; several: qncmmva, or qncmmvabs where it is approximated."""
    demands = "[" + ";".join(" ".join(map(repr, row)) for row in zip(*case.demands_s, strict=True)) + "]"
    visits = f"ones({len(case.populations)}, {len(case.servers)})"
    name = "qncsmva" if len(case.populations) == 1 else "qncmmva" if case.line_method == "exact" else "qncmmvabs"
    return f"{name}({case.populations}, {demands}, {visits}, {case.servers}, {case.think_times_s})"


Run = Callable[[Peers], Outcome]
CASES: dict[str, Run] = {
    "one-class": _closed("one class, exact", ONE_CLASS, "exact-mva", 0.3, "exact-mva"),
    "many-servers": _closed("several servers, exact", MANY_SERVERS, "auto", None, "convolution"),
    "fewer-learners": _closed("several servers, 1,000 learners, exact", FEWER, "auto", None, "convolution"),
    "five-classes": _closed("5 classes × 5 stations, approximated", FIVE_CLASSES, "linearizer", 0.05, "fluid"),
    "three-classes": _closed("3 classes, 1,000 learners, exact", THREE_CLASSES, "exact-mva", 2.0, "exact-mva"),
    "thousand-each": _closed("3 classes of 1,000 learners each, exact", THOUSAND_EACH, "auto", 2.0, "exact-mva"),
    "thousand-each-full": _closed("the same, two stations full, exact", FULL, "auto", 2.0, "exact-mva"),
    "finite-source": _finite_source,
    "simulator": _simulated,
}


if __name__ == "__main__":
    main()
