"""What do simple searches find with as many evaluations? Random orders, and descents from them.

Both search permutations and see the problem through one function alone, `price`, which takes an
array of permutations, shape (count, n), and returns their costs, shape (count,).
"""

from collections.abc import Callable

import numpy as np

from layoutlab.errors import InputError

BATCH = 4096

Price = Callable[[np.ndarray], np.ndarray]


def random_orders(price: Price, n: int, evaluations: int, *, rng: np.random.Generator) -> float:
    """Return the least cost of as many random permutations as `evaluations`.

    Raises
    ------
    InputError
        When `evaluations` is below 1.
    """
    _check(evaluations)
    best = np.inf
    for done in range(0, evaluations, BATCH):
        count = min(BATCH, evaluations - done)
        orders = rng.permuted(np.tile(np.arange(n), (count, 1)), axis=1)
        best = min(best, float(price(orders).min()))
    return best


def restarted_descents(
    price: Price, n: int, evaluations: int, *, rng: np.random.Generator
) -> float:
    """Return the least cost met by descents over all swaps, each to its end, from random starts.

    The best swap is made, the first at ties, until none helps; then a new start is drawn. Every
    permutation priced counts; the last descent ends where the evaluations do.

    Raises
    ------
    InputError
        When `evaluations` is below 1.
    """
    _check(evaluations)
    best, left = np.inf, evaluations
    pairs = np.array(np.triu_indices(n, 1))
    while left > 0:
        order, cost = rng.permutation(n), np.inf
        neighbours = order[None]
        while left > 0:
            costs = price(neighbours[:left])
            left -= len(costs)
            if costs.min() >= cost:
                break
            order, cost = neighbours[costs.argmin()], float(costs.min())
            neighbours = _swapped(order, pairs)
        best = min(best, cost)
    return best


def _swapped(order: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Return every permutation one swap away, shape (n (n - 1) / 2, n)."""
    count = np.arange(pairs.shape[1])
    neighbours = np.tile(order, (len(count), 1))
    neighbours[count, pairs[0]] = order[pairs[1]]
    neighbours[count, pairs[1]] = order[pairs[0]]
    return neighbours


def _check(evaluations: int) -> None:
    if evaluations < 1:
        raise InputError(f"evaluations: expected at least 1, got {evaluations}")
