"""Which other layouts could a store have? From a few exchanged shelves to everything anew.

Cold goods stay on cold fixtures: slots exchange goods with slots of the same keeping only. Locked
slots keep theirs.
"""

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.optimise.slots import COLD, Slots

WAYS = ("few", "many", "sorted")


def keeping(slots: Slots) -> np.ndarray:
    """Return which slots may exchange goods: a number for each; -1 for locked ones, int (n_slots,).

    Cold fixtures exchange within their type; all others among themselves.
    """
    kinds = [kind if kind in COLD else "" for kind in slots.kind]
    number = np.unique(kinds, return_inverse=True)[1]
    return np.where(slots.locked, -1, number)


def draw(slots: Slots, n: int, order_by: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Return changed layouts, in turn of the three `WAYS`.

    ``few``: one to a tenth of the slots exchange goods or are handed to another department;
    ``many``: a random share of the slots is shuffled; ``sorted``: departments in a random order
    stand along one of the columns of `order_by`, with noise. Every department keeps a slot.

    Parameters
    ----------
    slots : Slots
    n : int
        At least 1.
    order_by : ndarray of float, shape (n_slots, k)
        What slots can be sorted by, such as their distance from the entrance.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (n, n_slots)
    """
    if n < 1:
        raise InputError(f"n: expected at least 1, got {n}")
    group = keeping(slots)
    if not any((group == one).sum() > 1 for one in np.unique(group[group >= 0])):
        raise InputError("slots: expected two that may exchange goods, got none")
    made = (_few, _many, _sorted)
    layouts = [made[at % len(made)](slots.today, group, order_by, rng) for at in range(n)]
    return np.stack(layouts)


def _few(
    today: np.ndarray, group: np.ndarray, order_by: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    layout = today.copy()
    for _ in range(int(rng.integers(1, max(2, len(today) // 10 + 1)))):
        one, other = _pair(group, rng)
        handed = rng.random() < 0.3 and (layout == layout[one]).sum() > 1
        layout[one], layout[other] = layout[other], layout[other] if handed else layout[one]
    return layout


def _pair(group: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    while True:
        one, other = (int(slot) for slot in rng.choice(len(group), 2, replace=False))
        if group[one] == group[other] >= 0:
            return one, other


def _many(
    today: np.ndarray, group: np.ndarray, order_by: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    layout = today.copy()
    chosen = rng.random(len(today)) < rng.uniform(0.1, 1.0)
    for one in np.unique(group[group >= 0]):
        slots = np.flatnonzero(chosen & (group == one))
        layout[slots] = layout[rng.permutation(slots)]
    return layout


def _sorted(
    today: np.ndarray, group: np.ndarray, order_by: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    layout = today.copy()
    along = order_by[:, int(rng.integers(order_by.shape[1]))] * rng.choice([-1.0, 1.0])
    noise = rng.uniform(0.0, 1.0) * along.std()
    rank = rng.permutation(int(today.max()) + 1)
    for one in np.unique(group[group >= 0]):
        slots = np.flatnonzero(group == one)
        waiting = layout[slots][np.argsort(rank[layout[slots]], kind="stable")]
        key = along[slots] + rng.normal(0, 1, len(slots)) * noise
        layout[slots[np.argsort(key, kind="stable")]] = waiting
    return layout
