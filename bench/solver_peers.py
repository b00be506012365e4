"""The peers' side of bench/solvers.py: run by an interpreter that has them, and not firstbell.

``python solver_peers.py PEER`` reads a case as JSON from standard input and writes seconds (a list, one a round) and a
value as JSON to the file named by ``SOLVER_PEER_ANSWER``; the peers print what they like to standard output.
"""

import json
import os
import random
import sys
import time
from importlib.metadata import version


def line(case):
    """LINE: closed networks; the throughput of all classes together."""
    from line_solver import MVA, ClosedClass, Delay, Exp, Network, Queue, SchedStrategy

    def solved():
        model = Network("model")
        think = Delay(model, "think")
        queues = []
        for k, servers in enumerate(case["servers"]):
            queue = Queue(model, f"s{k}", SchedStrategy.PS)
            queue.setNumberOfServers(servers)
            queues.append(queue)
        routing = model.initRoutingMatrix()
        for r, population in enumerate(case["populations"]):
            each = ClosedClass(model, f"c{r}", population, think, 0)
            think.setService(each, Exp(1.0 / case["think_times_s"][r]))
            for k, queue in enumerate(queues):
                queue.setService(each, Exp(1.0 / case["demands_s"][k][r]))
            stops = [think, *queues]
            for here, there in zip(stops, [*queues, think], strict=True):
                routing.set(each, each, here, there, 1.0)
        model.link(routing)
        table = MVA(model, method=case["line_method"]).getAvgTable()
        return float(table[table["Station"] == "think"]["Tput"].sum())

    return solved


def line_algorithm(case):
    """LINE's algorithm for such a network, called without its model: the throughput of all classes together."""
    import numpy as np
    from line_solver.api import pfqn

    demands, think = np.array(case["demands_s"]), np.array(case["think_times_s"])
    populations, servers = np.array(case["populations"], dtype=float), np.array(case["servers"], dtype=float)

    def solved():
        if case["line_method"] == "lin":
            rates = pfqn.pfqn_linearizer(demands, populations, think, ["PS"] * len(servers))[5]
        elif servers.max() == 1:
            rates = pfqn.pfqn_mva(demands, populations, think)[0]
        else:
            rates = pfqn.pfqn_mvams(np.zeros(len(think)), demands, populations, think, S=servers)[0]
        return float(np.sum(rates))

    return solved


def quantecon(case):
    """QuantEcon's stationary distribution of the birth and death of one class at one station: the throughput.

    The chain is made discrete by its greatest rate, and sparse.
    """
    import numpy as np
    from quantecon import MarkovChain
    from scipy.sparse import diags

    people, servers, service = case["populations"][0], case["servers"][0], case["demands_s"][0][0]
    present = np.arange(people + 1.0)
    up, down = (people - present) / case["think_times_s"][0], np.minimum(present, servers) / service

    def solved():
        fastest = (up + down).max()
        chain = diags([down[1:] / fastest, 1.0 - (up + down) / fastest, up[:-1] / fastest], [-1, 0, 1], format="csr")
        return float(MarkovChain(chain).stationary_distributions[0] @ down)

    return solved


def ciw(case):
    """Ciw: an M/M/c; the mean wait."""
    import ciw

    def simulated():
        network = ciw.create_network(
            arrival_distributions=[ciw.dists.Exponential(case["arrival_rate_per_s"])],
            service_distributions=[ciw.dists.Exponential(case["service_rate_per_s"])],
            number_of_servers=[case["servers"]],
        )
        ciw.seed(1)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_customers(case["customers"], method="Finish")
        waits = [record.waiting_time for record in simulation.get_all_records()]
        return sum(waits) / len(waits)

    return simulated


def simpy(case):
    """SimPy: the same."""
    import simpy

    def simulated():
        environment = simpy.Environment()
        servers = simpy.Resource(environment, capacity=case["servers"])
        draw = random.Random(1).expovariate
        waits = []

        def customer():
            came = environment.now
            with servers.request() as request:
                yield request
                waits.append(environment.now - came)
                yield environment.timeout(draw(case["service_rate_per_s"]))

        def arrivals():
            for _ in range(case["customers"]):
                yield environment.timeout(draw(case["arrival_rate_per_s"]))
                environment.process(customer())

        environment.process(arrivals())
        environment.run()
        return sum(waits) / len(waits)

    return simulated


PEERS = {
    "line": (line, "line-solver"),
    "line algorithm": (line_algorithm, "line-solver"),
    "quantecon": (quantecon, "quantecon"),
    "ciw": (ciw, "ciw"),
    "simpy": (simpy, "simpy"),
}


def main():
    """Times as many rounds as the case asks for."""
    case = json.load(sys.stdin)
    solved, package = PEERS[sys.argv[1]]
    solved = solved(case)
    seconds = []
    for _ in range(case["rounds"]):
        began = time.perf_counter()
        value = solved()
        seconds.append(time.perf_counter() - began)
    with open(os.environ["SOLVER_PEER_ANSWER"], "w", encoding="utf-8") as file:
        json.dump({"seconds": seconds, "value": value, "version": f"{package} {version(package)}"}, file)


if __name__ == "__main__":
    main()
