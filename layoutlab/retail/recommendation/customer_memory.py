"""What does a recommender remember of its training customers? Sparse tables, made in one pass."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from layoutlab.retail.recommendation.basket_regression import FAST, Regression, regress
from layoutlab.retail.recommendation.counting import Habits, counted_at, habit_vectors, popularity
from layoutlab.retail.recommendation.histories import Histories, split_last

PRIOR = 5.0
SPACES = ((1.0, (100, 600, 2000)), (0.7, (300,)), (0.3, (600,)))
HABITS = Habits(neighbours=100, own=0.0)


@dataclass(frozen=True)
class Memory:
    """What is kept of n training customers over m items.

    `before` are their histories, `last` (n, m) their next baskets; `spaces` their
    histories as unit vectors (m, n), one for each of `SPACES`; `habits` TIFU's vectors of all
    their baskets (n, m), `habits_by_item` the same turned, `habits_square` their squared lengths;
    `popular` counts baskets with an item, `late` next baskets with it, `held` customers who had
    it before, `again` those who had it and bought it next. Of the customers with the row's item
    before (in their newest basket), `pairs` (`pairs_last`), shape (m, m), is the share whose next
    basket holds the column's; `together` the share of the row's baskets that hold the column's;
    `follows` the share of the row's baskets followed by one that holds the column's. Those named
    ``sharp`` are squared, so that their mean hears the few strong pairs. `regression` is that of
    next baskets on histories.
    """

    before: Histories
    last: sparse.csr_array
    spaces: tuple[sparse.csr_array, ...]
    habits: sparse.csr_array
    habits_by_item: sparse.csr_array
    habits_square: np.ndarray
    popular: np.ndarray
    late: np.ndarray
    held: np.ndarray
    again: np.ndarray
    pairs: sparse.csr_array
    pairs_last: sparse.csr_array
    together: sparse.csr_array
    together_sharp: sparse.csr_array
    follows: sparse.csr_array
    follows_sharp: sparse.csr_array
    regression: Regression

    @property
    def width(self) -> int:
        """Items of the catalogue."""
        return len(self.popular)

    @cached_property
    def item_numbers(self) -> tuple[np.ndarray, ...]:
        """What the item alone says: how popular, how popular lately, its trend, how often rebought.

        The first three are logarithms; each has shape (m,).
        """
        n = len(self.before)
        rate = self.again.sum() / max(self.held.sum(), 1)
        usual = self.late.sum() / max(self.popular.sum(), 1)
        return (
            np.log((self.popular + 0.5) / n),
            np.log((self.late + 0.5) / n),
            np.log((self.late + PRIOR * usual) / (self.popular + PRIOR) / usual),
            (self.again + PRIOR * rate) / (self.held + PRIOR),
        )


def remember(train: Histories, width: int) -> Memory:
    """Return what is kept of the training customers."""
    before, last = split_last(train, width)
    counts = counted_at(before, width, {0.0, 1.0, FAST, *(decay for decay, _ in SPACES)})
    had, newest = flags(counts[1.0]), flags(counts[0.0])
    bought = last.astype(np.float32)
    held = np.asarray(had.sum(axis=0)).ravel()
    in_newest = np.asarray(newest.sum(axis=0)).ravel()
    again = np.asarray((had * bought).sum(axis=0)).ravel()
    habits = habit_vectors(train, width, HABITS)
    together, follows = _in_one_basket(train, width)
    return Memory(
        before,
        _csr(bought),
        tuple(_csr(unit(counts[decay]).T) for decay, _ in SPACES),
        _csr(habits),
        _csr(habits.T),
        habits.multiply(habits).sum(axis=1),
        popularity(train, width),
        np.asarray(bought.sum(axis=0)).ravel(),
        held,
        again,
        _csr(_over(held) @ (had.T @ bought)),
        _csr(_over(in_newest) @ (newest.T @ bought)),
        together,
        _csr(together.power(2)),
        follows,
        _csr(follows.power(2)),
        regress(unit(counts[1.0]), unit(counts[FAST]), bought),
    )


def _csr(matrix: sparse.sparray) -> sparse.csr_array:
    """Return rows in the types `product_kernels` reads without copying."""
    rows = sparse.csr_array(matrix, dtype=np.float32)
    rows.indptr, rows.indices = rows.indptr.astype(np.int32), rows.indices.astype(np.int32)
    return rows


def _over(counts: np.ndarray) -> sparse.dia_array:
    """Return the diagonal that divides rows by counts, drawn towards nothing for few."""
    return sparse.diags_array((1 / (counts + PRIOR)).astype(np.float32))


def flags(counts: sparse.csr_array) -> sparse.csr_array:
    """Return 1 where a count is above 0."""
    ones = (counts.data > 0).astype(np.float32)
    flags = sparse.csr_array((ones, counts.indices.copy(), counts.indptr.copy()), counts.shape)
    flags.eliminate_zeros()
    return flags


def unit(counts: sparse.csr_array) -> sparse.csr_array:
    """Return square roots of counts, each row of length 1 (or empty)."""
    rows = sparse.csr_array((np.sqrt(counts.data), counts.indices, counts.indptr), counts.shape)
    squares = np.add.reduceat(np.r_[rows.data**2, 0.0], rows.indptr[:-1])
    length = np.sqrt(np.where(np.diff(rows.indptr) > 0, squares, 1.0))
    rows.data = (rows.data / np.repeat(length, np.diff(rows.indptr))).astype(np.float32)
    return rows


def _in_one_basket(train: Histories, width: int) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return the shares of each item's baskets that hold, and that are followed by, another."""
    ones = np.ones(len(train.codes), np.float32)
    n = len(train.first_line) - 1
    baskets = sparse.csr_array((ones, train.codes, train.first_line), (n, width))
    both = sparse.csr_array(baskets.T @ baskets)
    alone = both.diagonal()
    both.setdiag(0)
    both.eliminate_zeros()
    last = np.zeros(n, bool)
    last[train.first_basket[1:] - 1] = True
    earlier = np.flatnonzero(~last)
    first = baskets[earlier]
    after = _over(np.asarray(first.sum(axis=0)).ravel()) @ (first.T @ baskets[earlier + 1])
    return _csr(_over(alone) @ both), _csr(after)
