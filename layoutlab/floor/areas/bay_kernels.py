"""How does a walk over flexible bays run fast? Compiled moves, decoding and annealing.

The facility is cut into bays over its whole height, each bay into departments over its whole
width; a bay is as wide as its departments' areas ask for (Tong, 1991; Tate and Smith, 1995). The
code is an array of int32, shape (2, n): the departments bay by bay from the bottom, and 1 where a
bay ends with that department.
"""

from typing import NamedTuple

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.floor.areas.kernels import (
    SCALE,
    Facility,
    flow_cost,
    is_record,
    most_allowed,
    shape_excess,
)


class BayWalk(NamedTuple):
    """A walk over bay codes and the best layout it met.

    Attributes
    ----------
    code, trial, best : ndarray of int32, shape (2, n)
    ledger : ndarray of float64
        As `area_kernels` numbers it.
    space : ndarray of float64, shape (6, n)
        Work space: x, y, width, height of every department, x and y of its centroid.
    """

    code: np.ndarray
    trial: np.ndarray
    best: np.ndarray
    ledger: np.ndarray
    space: np.ndarray


@compiled
def decode(code: np.ndarray, facility: Facility, space: np.ndarray) -> float:
    """Write every department's rectangle into `space`; return the excess over the shape rules."""
    n = code.shape[1]
    excess, left, first = 0.0, 0.0, 0
    while first < n:
        last, total = first, facility.area[code[0, first]]
        while last < n - 1 and not code[1, last]:
            last += 1
            total += facility.area[code[0, last]]
        wide, low = total / facility.height, 0.0
        for k in range(first, last + 1):
            i = code[0, k]
            high = facility.area[i] / wide
            space[0, i], space[1, i], space[2, i], space[3, i] = left, low, wide, high
            space[4, i], space[5, i] = left + wide / 2, low + high / 2
            excess += shape_excess(wide, high, facility.shortest[i])
            low += high
        left += wide
        first = last + 1
    return excess


@compiled
def evaluate_all(codes: np.ndarray, facility: Facility) -> np.ndarray:
    """Return flow cost and excess of many bay codes, shape (codes, 2)."""
    found = np.empty((len(codes), 2))
    space = np.empty((6, codes.shape[2]))
    for k in range(len(codes)):
        found[k, 1] = decode(codes[k], facility, space)
        found[k, 0] = flow_cost(space[4], space[5], facility, np.inf)
    return found


@compiled
def insert(row: np.ndarray, old: int, new: int) -> None:
    """Take what stands at `old` out of a row and put it in at `new`."""
    kept, step = row[old], 1 if new > old else -1
    for k in range(old, new, step):
        row[k] = row[k + step]
    row[new] = kept


@compiled
def propose(code: np.ndarray, rng: np.random.Generator) -> None:
    """Change a code by one random move: exchange, insertion, turned stretch, moved bay end."""
    n = code.shape[1]
    kind, a, b = rng.random(), int(rng.random() * n), int(rng.random() * n)
    if kind < 0.4:
        code[0, a], code[0, b] = code[0, b], code[0, a]
    elif kind < 0.55:
        insert(code[0], a, b)
    elif kind < 0.65:
        insert(code[0], a, b)
        insert(code[1], a, b)
    elif kind < 0.75:
        low, high = min(a, b), max(a, b)
        code[0, low : high + 1] = code[0, low : high + 1][::-1].copy()
    elif kind < 0.9:
        code[1, a] = 1 - code[1, a]
    else:
        insert(code[1], a, b)


@compiled
def anneal(
    walk: BayWalk, facility: Facility, steps: int, heat: float, rng: np.random.Generator
) -> None:
    """Walk `steps` steps at temperature `heat`, in units of the ledger's scale."""
    temperature = heat * walk.ledger[SCALE]
    for _ in range(steps):
        walk.trial[:] = walk.code
        propose(walk.trial, rng)
        excess = decode(walk.trial, facility, walk.space)
        most = most_allowed(walk.ledger, excess, temperature, rng.random())
        cost = flow_cost(walk.space[4], walk.space[5], facility, most)
        if cost <= most:
            walk.code[:] = walk.trial
            if is_record(walk.ledger, cost, excess):
                walk.best[:] = walk.code
