"""Sparse scores at two sizes: everything that `solve` does, against the bare OR-Tools work on the same arcs.

Ours runs from a SciPy sparse array of float scores to a proven result: `Cohort.from_scores`, then `solve` with one
`Fit` tier. Bare is what nobody can avoid: load the arcs into `SimpleMinCostFlow` (a circulation through a hub), solve,
read the flows. Both in turn in one process; price recovery is timed by itself on the solved network. Peak memory comes
from further processes that run only one of the two.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks._common import Row, machine, middle, part, print_table, seconds, spread

MODULE = "benchmarks.flow"


@dataclass(frozen=True)
class Spec:
    """One size."""

    mentees: int
    mentors: int
    candidates: int
    capacity: int
    repetitions: int
    seed: int = 0

    @property
    def title(self) -> str:
        """The size in a few words."""
        return f"{self.mentees:,} x {self.mentors:,}, {self.candidates} candidates, capacity {self.capacity}"


SPECS = (
    Spec(mentees=10_000, mentors=2_000, candidates=50, capacity=5, repetitions=7),
    Spec(mentees=100_000, mentors=10_000, candidates=20, capacity=10, repetitions=5),
)


def run() -> list[Row]:
    """Measure every size and return the rows of the table."""
    rows = []
    for spec in SPECS:
        told = part(MODULE, "both", json.dumps(asdict(spec)))
        memory = {name: part(MODULE, name, json.dumps(asdict(spec)))["peak"] for name in ("ours", "bare")}
        rows += _rows(spec, told, memory)
    return rows


def _rows(spec: Spec, told: dict[str, Any], memory: dict[str, float]) -> list[Row]:
    ours, bare, prices = (told[name] for name in ("ours", "bare", "prices"))
    ratio, recovery = middle(ours) / middle(bare), middle(prices) / middle(bare)
    build, whole = middle(told["build"]), middle(ours)
    phases = {"from_scores": build, **{name: middle(values) for name, values in told["phases"].items()}}
    print(f"{spec.title}: value {told['value']:.6f}, bare {told['bare_value']:.6f}, {told['trust']}")
    print(f"  ours, scores to proven result  {spread(ours)}")
    print(f"  bare OR-Tools, load solve read {spread(bare)}: ratio {ratio:.2f}")
    print(f"  price recovery alone           {spread(prices)}: {recovery:.2f} of bare")
    print("  phases: " + ", ".join(f"{name} {value:.3f} s ({value / whole:.0%})" for name, value in phases.items()))
    print(f"  peak memory: ours {memory['ours']:.0f} MB, bare {memory['bare']:.0f} MB")
    return [
        Row("flow", spec.title, seconds(ours), seconds(bare), f"{ratio:.2f} x bare"),
        Row("flow", "price recovery there", seconds(prices), seconds(bare), f"{recovery:.2f} x bare"),
        Row(
            "flow",
            "peak memory there",
            f"{memory['ours']:.0f} MB",
            f"{memory['bare']:.0f} MB",
            f"{memory['ours'] / memory['bare']:.1f} x bare",
        ),
    ]


def scores_of(spec: Spec) -> Any:
    """Random scores: a sparse array, sorted columns, `candidates` in each row."""
    import numpy as np
    from scipy.sparse import csr_array

    random = np.random.default_rng(spec.seed)
    n, k = spec.mentees, spec.candidates
    drawn = np.sort(random.integers(0, spec.mentors - k + 1, (n, k)), axis=1) + np.arange(k)
    start = np.arange(n + 1) * k
    return csr_array((random.random(n * k), drawn.ravel(), start), shape=(n, spec.mentors))


def solved(scores: Any, spec: Spec) -> tuple[Any, Any, Any, float, float]:
    """(cohort, program, result, seconds of all, seconds of building the cohort)."""
    import mmatch

    program = mmatch.Program(aims=[mmatch.aims.Fit()])
    start = time.perf_counter()
    cohort = mmatch.Cohort.from_scores(scores, capacity=spec.capacity)
    built = time.perf_counter()
    result = mmatch.solve(cohort, program)
    return cohort, program, result, time.perf_counter() - start, built - start


def arcs_of(scores: Any, spec: Spec) -> tuple[Any, Any, Any, Any]:
    """(tail, head, capacity, cost) of hub -> mentees -> mentors -> hub, costs on the grid that ours uses."""
    import numpy as np

    n, m, k = spec.mentees, spec.mentors, spec.candidates
    mentee, mentor = np.arange(1, n + 1), np.arange(n + 1, n + m + 1)
    tail = np.concatenate([np.zeros(n, np.int64), mentor, np.repeat(mentee, k)])
    head = np.concatenate([mentee, np.zeros(m, np.int64), n + 1 + scores.indices.astype(np.int64)])
    room = np.concatenate([np.ones(n, np.int64), np.full(m, spec.capacity), np.ones(n * k, np.int64)])
    cost = np.concatenate([np.zeros(n + m, np.int64), -np.rint(scores.data * 2.0**40).astype(np.int64)])
    return tail, head, room, cost


def bare(arcs: tuple[Any, Any, Any, Any], n_nodes: int) -> tuple[Any, float]:
    """(flows, seconds) of OR-Tools alone."""
    import numpy as np
    from ortools.graph.python import min_cost_flow

    start = time.perf_counter()
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(*arcs)
    solver.set_nodes_supplies(np.arange(n_nodes), np.zeros(n_nodes, np.int64))
    if solver.solve() != solver.OPTIMAL:
        raise SystemExit("OR-Tools did not solve a network that has a circulation")
    flows = solver.flows(np.arange(len(arcs[0])))
    return flows, time.perf_counter() - start


def recovered(network: Any, flow: Any) -> float:
    """Seconds of getting prices from a solved network and checking them."""
    from mmatch.network.prices import potentials, reduced_costs, residual_arcs

    cost = network.cost(0)
    start = time.perf_counter()
    price = potentials(residual_arcs(network, flow, cost), network.n_nodes)
    rest = reduced_costs(network, cost, price)
    sound = ((rest >= 0) | (flow >= network.upper)).all() and ((rest <= 0) | (flow <= network.lower)).all()
    taken = time.perf_counter() - start
    if not sound:
        raise SystemExit("the prices do not prove the flow")
    return taken


def both(spec: Spec) -> dict[str, Any]:
    """Ours and bare in turn; the first round of each warms up and does not count."""
    scores = scores_of(spec)
    arcs = arcs_of(scores, spec)
    n_nodes = 1 + spec.mentees + spec.mentors
    told: dict[str, Any] = {"ours": [], "bare": [], "prices": [], "build": [], "phases": {}}
    for turn in range(spec.repetitions + 1):
        cohort, program, result, whole, built = solved(scores, spec)
        flows, alone = bare(arcs, n_nodes)
        if turn == 0:
            network, flow = _network_of(cohort, program)
            told |= {"value": result.value[0], "trust": str(result.trust)}
            told["bare_value"] = -int((flows * arcs[3]).sum()) / 2.0**40
            continue
        told["ours"].append(whole)
        told["build"].append(built)
        told["bare"].append(alone)
        told["prices"].append(recovered(network, flow))
        for name, value in result.phases.items():
            told["phases"].setdefault(name, []).append(value)
    return told


def _network_of(cohort: Any, program: Any) -> tuple[Any, Any]:
    """The network of an instance and an optimal flow on it."""
    from mmatch.instance import Watch, compile_instance
    from mmatch.network.circulation import build_network
    from mmatch.solvers import Flow

    instance = compile_instance(cohort, program, 0)[0]
    network = build_network(instance)
    return network, network.flow_of(Flow().solve(instance, Watch(None, None, None)).chosen)


def only(what: str, spec: Spec) -> dict[str, float]:
    """Peak memory in MB of a process that runs one of the two once."""
    scores = scores_of(spec)
    if what == "ours":
        solved(scores, spec)
    else:
        bare(arcs_of(scores, spec), 1 + spec.mentees + spec.mentors)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}


if __name__ == "__main__":
    if sys.argv[1:2] == ["part"]:
        wanted = Spec(**json.loads(sys.argv[3]))
        print(json.dumps(both(wanted) if sys.argv[2] == "both" else only(sys.argv[2], wanted)))
    else:
        print(machine())
        print_table(run())
