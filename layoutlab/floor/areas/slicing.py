"""Which slicing-tree layout is best? What a search begins with, and what a tree means."""

import numpy as np

from layoutlab.floor.areas.kernels import COST, Facility, new_ledger
from layoutlab.floor.areas.slicing_kernels import HEIGHT, Walk, anneal, evaluate, new_walk

SAMPLES = 32

__all__ = ["anneal", "layout", "random_tree", "start"]


def random_tree(n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Return a random slicing tree of `n` departments: random parts joined two by two.

    Returns
    -------
    ndarray of int32, shape (2n, 4)
        As `slicing_moves` describes it.
    """
    tree = np.full((2 * n, 4), -1, dtype=np.int32)
    parts = list(range(n))
    for cut in range(n, 2 * n - 1):
        pair = [parts.pop(int(rng.integers(len(parts)))) for _ in range(2)]
        tree[cut, :2] = pair
        tree[cut, 3] = rng.integers(2)
        tree[pair, 2] = cut
        parts.append(cut)
    tree[2 * n - 1, 0] = 2 * n - 2
    return tree


def start(facility: Facility, *, rng: np.random.Generator) -> Walk:
    """Return a walk that begins at a random tree."""
    n = len(facility.area)
    costs = []
    for _ in range(SAMPLES):
        walk = new_walk(random_tree(n, rng=rng), new_ledger(np.zeros(1)))
        evaluate(walk, facility)
        costs.append(walk.ledger[COST])
    return walk._replace(ledger=new_ledger(np.array(costs) / n))


def layout(tree: np.ndarray, facility: Facility) -> np.ndarray:
    """Return x0, y0, width and height of every department of a tree, shape (n, 4)."""
    walk = new_walk(tree.copy(), new_ledger(np.zeros(1)))
    evaluate(walk, facility)
    return walk.now[: len(facility.area), : HEIGHT + 1].copy()
