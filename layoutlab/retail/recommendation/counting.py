"""What do plain counts foretell? Popularity, personal counting and like-minded customers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.recommendation import ranking
from layoutlab.retail.recommendation.histories import Histories, lines, split_last, take
from layoutlab.retail.recommendation.product_kernels import mix, product

BLOCK = 512

Score = Callable[[Histories], np.ndarray]


def counted(histories: Histories, width: int, decay: float = 1.0) -> sparse.csr_array:
    """Return how often each customer bought each item, a basket of age a counting decay ** a.

    Returns
    -------
    scipy.sparse.csr_array of float32, shape (n, width)
    """
    return counted_at(histories, width, (decay,))[decay]


def counted_at(
    histories: Histories, width: int, decays: Iterable[float]
) -> dict[float, sparse.csr_array]:
    """Return `counted` for each of several decays; they share one pattern, zeros stored too."""
    user, age, code = lines(histories)
    cells, cell = np.unique(user * width + code, return_inverse=True)
    ends = np.searchsorted(cells, np.arange(len(histories) + 1) * width)
    shape, columns = (len(histories), width), cells % width
    found = {}
    for decay in decays:
        sums = np.bincount(cell, decay ** age.astype(float), minlength=len(cells))
        found[decay] = sparse.csr_array((sums.astype(np.float32), columns, ends), shape)
    return found


def _summed(histories: Histories, width: int, weight: np.ndarray) -> sparse.csr_array:
    """Return the sums of lines' weights by customer and item, float32, shape (n, width)."""
    ends = histories.first_line[histories.first_basket]
    rows = sparse.csr_array(
        (weight.astype(np.float32), histories.codes.copy(), ends), (len(histories), width)
    )
    rows.sum_duplicates()
    return rows


def popularity(histories: Histories, width: int) -> np.ndarray:
    """Return how many baskets hold each item, float, shape (width,)."""
    return np.bincount(histories.codes, minlength=width).astype(float)


def rank(
    score: Score, histories: Histories, popular: np.ndarray, k: int = max(ranking.CUTS)
) -> np.ndarray:
    """Return each customer's k best items by `score`, ties by popularity; shape (n, k).

    Customers are scored in blocks. A catalogue of fewer than k items ends in places of -1.
    """
    ranked = np.full((len(histories), k), -1)
    for start in range(0, len(histories), BLOCK):
        some = np.arange(start, min(start + BLOCK, len(histories)))
        best = ranking.top(score(take(histories, some)), k, popular)
        ranked[some, : best.shape[1]] = best
    return ranked


def most_popular(train: Histories, width: int) -> Score:
    """Return the scorer that answers everyone with what sells most."""
    popular = popularity(train, width)
    return lambda asked: np.tile(popular, (len(asked), 1))


def personal(width: int) -> Score:
    """Return the scorer that counts the customer's own baskets holding an item."""
    return lambda asked: counted(asked, width).toarray()


@dataclass(frozen=True)
class Habits:
    """Settings of TIFU-KNN (Hu, He, Gao and Zhang 2020, SIGIR, section 4).

    Baskets in a group, decay within and between groups, neighbours, and the customer's own share
    of the answer.
    """

    group: int = 3
    within: float = 0.9
    between: float = 0.7
    neighbours: int = 300
    own: float = 0.2

    def __post_init__(self) -> None:
        if self.group < 1 or self.neighbours < 1:
            raise InputError(
                f"expected group and neighbours of at least 1, got {self.group} and "
                f"{self.neighbours}"
            )
        for name in ("within", "between", "own"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"expected {name} from 0 to 1, got {getattr(self, name)}")


def habit_vectors(histories: Histories, width: int, habits: Habits) -> sparse.csr_array:
    """Return TIFU's vector of each customer, float32, shape (n, width).

    Groups of `group` baskets are counted from the newest basket; within a group baskets decay with
    age, groups do so too, and sums are divided by the baskets of a group and the groups.
    """
    user, age, _ = lines(histories)
    n_baskets = np.diff(histories.first_basket)
    groups = -(-n_baskets // habits.group)
    older, place = np.divmod(age, habits.group)
    in_group = np.minimum(habits.group, n_baskets[user] - older * habits.group)
    weight = habits.within**place * habits.between**older / in_group / groups[user]
    return _summed(histories, width, weight)


def tifu(train: Histories, width: int, habits: Habits | None = None) -> Score:
    """Return the TIFU-KNN scorer: own vector and the mean of the nearest training customers'.

    Nearest is by Euclidean distance; ties go to the earlier customer.
    """
    habits = habits or Habits()
    known = habit_vectors(train, width, habits)
    known_by_item = sparse.csr_array(known.T)
    squares = known.multiply(known).sum(axis=1)

    def score(asked: Histories) -> np.ndarray:
        own = habit_vectors(asked, width, habits)
        near = nearest(2 * product(own, known_by_item) - squares, habits.neighbours)
        around = mix(near, np.full(near.shape, 1 / near.shape[1]), known)
        worth: np.ndarray = habits.own * own.toarray() + (1 - habits.own) * around
        return worth

    return score


def nearest(likeness: np.ndarray, k: int) -> np.ndarray:
    """Return the k most alike columns of each row (all when there are fewer), ascending."""
    n, m = likeness.shape
    if k >= m:
        return np.tile(np.arange(m), (n, 1))
    chosen: np.ndarray = np.argpartition(-likeness, k - 1, axis=1)[:, :k]
    chosen.sort(axis=1)
    return chosen


GRID = tuple(
    Habits(group, within, between, neighbours, own)
    for group, within, between in ((3, 0.9, 0.7), (7, 0.9, 0.7), (3, 1.0, 0.6), (2, 0.7, 0.9))
    for neighbours in (100, 300)
    for own in (0.2, 0.5, 0.8)
)


def tune(
    train: Histories, validate: Histories, width: int, grid: Iterable[Habits] = GRID
) -> tuple[Habits, float]:
    """Return the settings with the highest mean of recall, NDCG and hits at 10 on validation.

    Ties go to the first of the grid.
    """
    asked, truth = split_last(validate, width)
    popular = popularity(train, width)
    tried = [
        (quality(rank(tifu(train, width, habits), asked, popular), truth), -place, habits)
        for place, habits in enumerate(grid)
    ]
    best, _, habits = max(tried, key=lambda one: one[:2])
    return habits, best


def quality(ranked: np.ndarray, truth: sparse.csr_array) -> float:
    """Return the mean of recall, NDCG and hits at 10: the measure everything is chosen by."""
    return float(qualities(ranked, truth).mean())


def qualities(ranked: np.ndarray, truth: sparse.csr_array) -> np.ndarray:
    """Return each customer's mean of recall, NDCG and hits at 10, shape (n,)."""
    found = ranking.measures(ranking.hits(ranked, truth), np.diff(truth.indptr), 10)
    each: np.ndarray = np.mean([found[name] for name in ("recall", "ndcg", "phr")], axis=0)
    return each
