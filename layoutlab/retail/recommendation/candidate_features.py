"""What speaks for an item, for one customer? Candidates and the numbers a model weighs for each.

Candidates are the customer's own items, then those that like-minded customers, or all customers,
bought last. Numbers come from the customer's own baskets (how often, how lately, how regularly),
from training customers with a like history (their next baskets and their habits), from pairs of
items, from a linear model of the next basket, and from the item alone. Training customers are
described fold by fold, each by a memory of the other folds: leaving out only the customer's own
basket would betray it, since a count one lower than for everybody else names exactly the items that
were in it.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.basket_regression import FAST, expected
from layoutlab.retail.recommendation.counting import counted_at, habit_vectors, nearest
from layoutlab.retail.recommendation.customer_memory import (
    HABITS,
    SPACES,
    Memory,
    flags,
    remember,
    unit,
)
from layoutlab.retail.recommendation.histories import Histories, cut, lines, take
from layoutlab.retail.recommendation.product_kernels import mix, product

N_CANDIDATES = 120
N_FOLDS = 8
EARLIER_FROM = 4
CELLS = 2_000_000
LEAST = 1e-3
RECENT = 0.6
DECAYS = (0.9, 0.7, 0.4)
EVERY_DECAY = {0.0, 1.0, RECENT, FAST, *DECAYS, *(decay for decay, _ in SPACES)}

OWN = (
    "log_count", "share", "decay_90", "decay_70", "decay_40", "in_last", "in_last_two",
    "log_age", "log_first_age", "mean_gap", "overdue", "never",
)  # fmt: skip
AROUND = (
    "next_of_100", "next_of_600", "next_of_2000", "next_of_300_newer", "next_of_600_newest",
    "habits", "pairs_all", "together", "together_sharp", "pairs_last", "follows",
    "follows_recent", "follows_sharp",
)  # fmt: skip
LINEAR = ("expected", "expected_smooth")
ITEM = ("log_popular", "log_late", "trend", "rebuy")
CUSTOMER = ("log_baskets", "log_items", "log_basket_size", "log_last_size", "repeat_share")
FIRST_LOOK = (AROUND.index("next_of_600"), AROUND.index("habits"))
NEVER = OWN.index("never")
NAMES = OWN + AROUND + LINEAR + ITEM + CUSTOMER


@dataclass(frozen=True)
class Candidates:
    """Candidate items of n customers and what speaks for each.

    `items` (n, c) places in the catalogue, -1 where there are no more; `features` (n, c, f)
    float32 in the order of `NAMES`; `label` (n, c) bool, whether it was in the next basket.
    """

    items: np.ndarray
    features: np.ndarray
    label: np.ndarray


def describe(
    memory: Memory,
    asked: Histories,
    truth: sparse.csr_array | None = None,
    n_candidates: int = N_CANDIDATES,
) -> Candidates:
    """Return candidates and features of customers whom the memory does not know.

    Parameters
    ----------
    memory : Memory
    asked : Histories
        What came before.
    truth : scipy.sparse.csr_array, optional
        The next baskets (n, m), for labels.
    n_candidates : int
        Most candidates of a customer.
    """
    step = max(1, min(512, CELLS // memory.width))
    blocks = []
    for start in range(0, len(asked), step):
        some = np.arange(start, min(start + step, len(asked)))
        items, features = _block(memory, take(asked, some), n_candidates)
        label = np.zeros(items.shape, bool)
        if truth is not None:
            label = np.take_along_axis(truth[some].toarray() > 0, items, axis=1)
        blocks.append((items, features, label))
    return Candidates(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def describe_training(
    train: Histories, width: int, n_candidates: int = N_CANDIDATES, n_folds: int = N_FOLDS
) -> Candidates:
    """Return training customers' candidates with labels, each told by a memory of other customers.

    A customer's fold is its place modulo `n_folds`, or modulo the customers when they are fewer.
    Rows are the customers with what came before their last basket, in their order; then once more
    those with at least `EARLIER_FROM` baskets, with what came before the last but one.

    Raises
    ------
    InputError
        When there are fewer than two customers.
    """
    if len(train) < 2:
        raise InputError(f"expected at least two training customers, got {len(train)}")
    fold = np.arange(len(train)) % min(n_folds, len(train))
    n_baskets = np.diff(train.first_basket)
    places, parts = [], []
    for held_out in np.unique(fold):
        memory = remember(take(train, np.flatnonzero(fold != held_out)), width)
        for back, least in ((1, 1), (2, EARLIER_FROM)):
            some = np.flatnonzero((fold == held_out) & (n_baskets >= least))
            if not len(some):
                continue
            asked = cut(take(train, some), n_baskets[some] - back, width)
            parts.append(describe(memory, *asked, n_candidates))
            places.append(some + (back - 1) * len(train))
    order = np.argsort(np.concatenate(places), kind="stable")
    columns = ((part.items, part.features, part.label) for part in parts)
    return Candidates(*(np.concatenate(column)[order] for column in zip(*columns, strict=True)))


def _block(memory: Memory, asked: Histories, n_candidates: int) -> tuple[np.ndarray, np.ndarray]:
    counts = counted_at(asked, memory.width, EVERY_DECAY)
    around = _around(memory, asked, counts)
    count = counts[1.0].toarray()
    worth = sum(
        around[place] / np.maximum(around[place].max(axis=1, keepdims=True), 1e-9)
        for place in FIRST_LOOK
    )
    worth += 0.5 * memory.late / max(memory.late.max(), 1e-9) + 100 * np.minimum(count, 1) + count
    items = np.stack([_best(one, min(n_candidates, memory.width)) for one in worth])
    features = _own(asked, counts, items)
    features += [np.log(np.take_along_axis(table, items, axis=1) + LEAST) for table in around]
    features += expected(memory.regression, unit(counts[1.0]), unit(counts[FAST]), items)
    features += [value[items] for value in memory.item_numbers]
    features += [np.broadcast_to(value[:, None], items.shape) for value in _customer(asked)]
    return items, np.stack(features, axis=2, dtype=np.float32)


def _best(worth: np.ndarray, k: int) -> np.ndarray:
    """Return the places of the k highest, best first; ties go to the lower place."""
    least = np.partition(worth, len(worth) - k)[len(worth) - k]
    some = np.flatnonzero(worth >= least)
    best: np.ndarray = some[np.argsort(-worth[some], kind="stable")[:k]]
    return best


def _around(
    memory: Memory, asked: Histories, counts: dict[float, sparse.csr_array]
) -> list[np.ndarray]:
    """Return what neighbours and pairs say of every item, each (n, m), as `AROUND` names."""
    tables = []
    for (decay, sizes), known in zip(SPACES, memory.spaces, strict=True):
        like = product(unit(counts[decay]), known)
        tables += [mix(*_near(like, k), memory.last) for k in sizes]
    vector = habit_vectors(asked, memory.width, HABITS)
    like = 2 * product(vector, memory.habits_by_item) - memory.habits_square
    near = nearest(like, HABITS.neighbours)
    tables.append(mix(near, np.full(near.shape, 1 / near.shape[1]), memory.habits))
    had, newest, recent = flags(counts[1.0]), flags(counts[0.0]), counts[RECENT]
    told = (
        (had, (memory.pairs, memory.together, memory.together_sharp)),
        (newest, (memory.pairs_last, memory.follows)),
        (recent, (memory.follows, memory.follows_sharp)),
    )
    for rows, matrices in told:
        weight = np.maximum(np.asarray(rows.sum(axis=1)).ravel(), 1e-6)[:, None]
        tables += [product(rows, pairs) / weight for pairs in matrices]
    return tables


def _near(like: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k nearest and their shares in an answer, by squared likeness; (n, k) each."""
    near = nearest(like, k)
    square = np.maximum(np.take_along_axis(like, near, axis=1), 0) ** 2
    return near, square / np.maximum(square.sum(axis=1, keepdims=True), 1e-9)


def _own(
    asked: Histories, counts: dict[float, sparse.csr_array], items: np.ndarray
) -> list[np.ndarray]:
    """Return what the customer's own baskets say of candidates, each (n, c), as `OWN` names."""
    user, age, code = lines(asked)
    n_baskets = np.diff(asked.first_basket)
    youngest = np.full(counts[1.0].shape, 99.0, np.float32)
    oldest = np.zeros(counts[1.0].shape, np.float32)
    np.minimum.at(youngest, (user, code), age)
    np.maximum.at(oldest, (user, code), age)
    count, youngest, oldest = (
        np.take_along_axis(table, items, axis=1)
        for table in (counts[1.0].toarray(), youngest, oldest)
    )
    never = count == 0
    gap = (oldest - youngest) / np.maximum(count - 1, 1)
    gap = np.where(count > 1, gap, 20.0)
    decayed = [
        np.take_along_axis(counts[decay].toarray(), items, axis=1)
        / np.maximum((1 - decay**n_baskets) / (1 - decay), 1e-9)[:, None]
        for decay in DECAYS
    ]
    return [
        np.log1p(count),
        count / np.maximum(n_baskets, 1)[:, None],
        *decayed,
        youngest == 0,
        youngest <= 1,
        np.where(never, 4.0, np.log1p(youngest)),
        np.where(never, 4.0, np.log1p(oldest)),
        np.where(never, 3.0, np.log1p(gap)),
        np.where(never, 0.0, np.log((youngest + 1) / np.maximum(gap, 1))),
        never,
    ]


def _customer(asked: Histories) -> list[np.ndarray]:
    """Return what the history says of the customer, each (n,), as `CUSTOMER` names."""
    user, _, code = lines(asked)
    n_baskets = np.diff(asked.first_basket)
    n_lines = np.bincount(user, minlength=len(asked))
    width = int(code.max(initial=0)) + 1
    different = np.bincount(np.unique(user * width + code) // width, minlength=len(asked))
    sizes = np.r_[np.diff(asked.first_line), 0]
    newest = np.where(n_baskets > 0, sizes[np.maximum(asked.first_basket[1:] - 1, 0)], 0)
    return [
        np.log1p(n_baskets),
        np.log1p(different),
        np.log1p(n_lines / np.maximum(n_baskets, 1)),
        np.log1p(newest),
        1 - different / np.maximum(n_lines, 1),
    ]
