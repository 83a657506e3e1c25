"""Which flexible-bay layout is best? A search from random codes, and what it begins with."""

import numpy as np

from layoutlab.floor.areas import bay_kernels
from layoutlab.floor.areas.bay_kernels import BayWalk, anneal
from layoutlab.floor.areas.kernels import COST, EXCESS, Facility, new_ledger

SAMPLES = 32

__all__ = ["anneal", "layout", "start"]


def random_code(n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Return a random bay code of about the square root of `n` bays, shape (2, n)."""
    return np.array([rng.permutation(n), rng.random(n) < 1 / np.sqrt(n)], dtype=np.int32)


def start(facility: Facility, *, rng: np.random.Generator) -> BayWalk:
    """Return a walk that begins at a random bay code."""
    n = len(facility.area)
    codes = np.array([random_code(n, rng=rng) for _ in range(SAMPLES)])
    seen = bay_kernels.evaluate_all(codes, facility)
    ledger = new_ledger(seen[:, 0] / n)
    ledger[COST], ledger[EXCESS] = seen[0]
    return BayWalk(codes[0].copy(), codes[0].copy(), codes[0].copy(), ledger, np.zeros((6, n)))


def layout(code: np.ndarray, facility: Facility) -> np.ndarray:
    """Return x0, y0, width and height of every department of a bay code, shape (n, 4)."""
    space = np.zeros((6, code.shape[1]))
    bay_kernels.decode(code, facility, space)
    return space[:4].T.copy()
