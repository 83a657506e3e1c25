"""What does an unequal-area layout cost while a search runs? Flows and broken shapes, compiled.

A search sees a layout as two numbers: the flow cost, and the excess, by how much shape rules are
broken. It walks on cost + weight x excess; the weight follows how often the walk is allowed.
"""

from typing import NamedTuple

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.floor.areas.problem import Problem

ROUNDING = 1e-9
COST, EXCESS, BEST, WEIGHT, SCALE, EVALUATIONS, ALLOWED = range(7)
LEDGER = 7
BLOCK = 32
WEIGHT_EVERY, WEIGHT_STEP, ALLOWED_SHARE = 500, 1.1, 0.4
LIGHTEST, HEAVIEST = 1e-2, 1e3


class Facility(NamedTuple):
    """A problem as the kernels take it.

    Attributes
    ----------
    area, shortest : ndarray of float64, shape (n,)
        Area, and the shortest side allowed, less what rounding may take; 0 without a rule.
    pairs : ndarray of uint32, shape (flows, 2)
        Departments that exchange something, each pair once, the largest flows first.
    flow : ndarray of float64, shape (flows,)
    first, partner, exchanged : ndarray of int32, uint32, float64
        The same flows by department: those of i are at first[i] … first[i + 1] - 1.
    width, height : float
        Width and height that the departments together fill; their product is the sum of areas.
    euclidean : bool
    """

    area: np.ndarray
    shortest: np.ndarray
    pairs: np.ndarray
    flow: np.ndarray
    first: np.ndarray
    partner: np.ndarray
    exchanged: np.ndarray
    width: float
    height: float
    euclidean: bool


def facility_of(problem: Problem, *, turned: bool = False) -> Facility:
    """Return a problem as the kernels take it; turned: with width and height swapped."""
    matrix = np.zeros((problem.n, problem.n))
    np.add.at(matrix, (problem.pairs[:, 0], problem.pairs[:, 1]), problem.flow)
    matrix = np.triu(matrix + matrix.T, 1)
    pairs = np.argwhere(matrix > 0)
    flow = matrix[pairs[:, 0], pairs[:, 1]]
    order = np.argsort(-flow, kind="stable")
    sides = (problem.width, problem.height)
    height = sides[0] if turned else sides[1]
    both = matrix + matrix.T
    rows, columns = np.nonzero(both)
    total = float(problem.area.sum())
    return Facility(
        problem.area.astype(np.float64),
        problem.shortest_sides * (1 - ROUNDING),
        pairs[order].astype(np.uint32),
        flow[order],
        np.searchsorted(rows, np.arange(problem.n + 1)).astype(np.int32),
        columns.astype(np.uint32),
        both[rows, columns],
        total / height,
        float(height),
        problem.metric == "euclidean",
    )


def new_ledger(costs: np.ndarray) -> np.ndarray:
    """Return the ledger of a walk, given the costs of a few random layouts."""
    ledger = np.zeros(LEDGER)
    ledger[BEST] = np.inf
    ledger[SCALE] = ledger[WEIGHT] = max(float(costs.mean()), 1.0e-9)
    return ledger


@compiled
def distance(across: float, down: float, euclidean: bool) -> float:
    """Return the distance of two points that lie so far apart in x and in y."""
    if euclidean:
        return np.sqrt(across * across + down * down)
    return abs(across) + abs(down)


@compiled
def flow_cost(x: np.ndarray, y: np.ndarray, facility: Facility, most: float) -> float:
    """Return the sum of flow x distance for centroids x and y; infinity once it exceeds `most`."""
    total, pairs, flow = 0.0, facility.pairs, facility.flow
    for begin in range(0, len(flow), BLOCK):
        for k in range(begin, min(begin + BLOCK, len(flow))):
            i, j = pairs[k, 0], pairs[k, 1]
            total += flow[k] * distance(x[i] - x[j], y[i] - y[j], facility.euclidean)
        if total > most:
            return np.inf
    return total


@compiled
def shape_excess(width: float, height: float, shortest: float) -> float:
    """Return by what share the shorter side misses the shortest allowed; 0 when it does not."""
    short = min(width, height)
    return 0.0 if short >= shortest else shortest / short - 1.0


@compiled
def most_allowed(ledger: np.ndarray, excess: float, temperature: float, uniform: float) -> float:
    """Return the flow cost up to which a walk takes a layout of this excess (Metropolis' rule)."""
    ledger[EVALUATIONS] += 1
    ledger[ALLOWED] += ledger[EXCESS] == 0
    rise = -temperature * np.log(1.0 - uniform)
    return ledger[COST] + rise - ledger[WEIGHT] * (excess - ledger[EXCESS])


@compiled
def is_record(ledger: np.ndarray, cost: float, excess: float) -> bool:
    """Enter the layout just taken in the ledger; return whether it is allowed and the best."""
    ledger[COST], ledger[EXCESS] = cost, excess
    if excess > 0 or cost >= ledger[BEST]:
        return False
    ledger[BEST] = cost
    return True
