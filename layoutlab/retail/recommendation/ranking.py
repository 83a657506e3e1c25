"""How good is a list of recommended items? Recall, NDCG and hits, whole and in parts.

All measures look at the first k items of a ranking and the items of the basket that came. NDCG has
gain 1 for an item of the basket and discount 1 / log2(rank + 1) (Järvelin and Kekäläinen 2002,
ACM TOIS 20:4). Two ideals are in use and give different numbers: that of min(k, basket size) items
first (`ndcg`), and that of the whole basket (`ndcg_full`), which k items may not reach.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from layoutlab.errors import InputError

CUTS = (10, 20)
MEASURES = ("recall", "ndcg", "ndcg_full", "phr")


def top(scores: np.ndarray, k: int, popularity: np.ndarray | None = None) -> np.ndarray:
    """Return the columns of the k highest scores of each row, best first.

    Ties go to the more popular column when `popularity` (m,) is given, then to the lower one.

    Parameters
    ----------
    scores : ndarray of float, shape (n, m)
        Minus infinity leaves a column out as long as there are others.
    k : int
        From 1; at most m columns come back.
    """
    if k < 1:
        raise InputError(f"expected k of at least 1, got {k}")
    rank = np.arange(scores.shape[1])
    if popularity is not None:
        rank = np.lexsort((rank, -np.asarray(popularity)))
    best = np.argsort(-scores[:, rank], axis=1, kind="stable")[:, :k]
    chosen: np.ndarray = rank[best]
    return chosen


def hits(ranked: np.ndarray, truth: sparse.csr_array) -> np.ndarray:
    """Return where a ranking (n, k) meets the baskets (n, m), bool, shape (n, k).

    A place below 0 stands for no item.
    """
    rows, columns = truth.nonzero()
    width = int(max(truth.shape[1], ranked.max(initial=-1) + 1))
    found: np.ndarray = np.isin(
        np.arange(len(ranked))[:, None] * width + ranked, rows.astype(np.int64) * width + columns
    ) & (ranked >= 0)
    return found


def measures(met: np.ndarray, sizes: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """Return each customer's recall, ndcg, ndcg_full and phr (0 or 1) at k.

    Parameters
    ----------
    met : ndarray of bool, shape (n, at least k)
        From `hits`.
    sizes : ndarray of int, shape (n,)
        Items of the basket, at least 1.
    k : int

    Raises
    ------
    InputError
        When fewer than k places were ranked, or a basket is empty.
    """
    if met.shape[1] < k:
        raise InputError(f"expected at least {k} ranked items, got {met.shape[1]}")
    if len(sizes) and sizes.min() < 1:
        raise InputError("expected baskets of at least one item, got an empty one")
    met = met[:, :k]
    longest = int(max(k, sizes.max(initial=1)))
    discount = 1 / np.log2(np.arange(longest) + 2)
    ideal = np.cumsum(discount)
    gain = met @ discount[:k]
    return {
        "recall": met.sum(axis=1) / sizes,
        "ndcg": gain / ideal[np.minimum(sizes, k) - 1],
        "ndcg_full": gain / ideal[sizes - 1],
        "phr": met.any(axis=1).astype(float),
    }


@dataclass(frozen=True)
class Report:
    """Mean over customers of each measure, named as in ``recall_at_10``, with 95 % intervals.

    `parts` splits recall by what the customer had bought before: ``repeat`` and ``explore``, each
    over the customers whose basket has such items, with the share of basket items that are so.
    """

    n: int
    figures: dict[str, float]
    intervals: dict[str, tuple[float, float]]
    parts: dict[str, float]


def report(
    ranked: np.ndarray,
    truth: sparse.csr_array,
    bought: sparse.csr_array,
    n_resamples: int = 1000,
    *,
    rng: np.random.Generator,
) -> Report:
    """Measure rankings at 10 and 20.

    Parameters
    ----------
    ranked : ndarray of int, shape (n, at least 20)
        Items, best first, below 0 where a ranking ends.
    truth, bought : scipy.sparse.csr_array, shape (n, m)
        The basket that came, and what had been bought before it.
    n_resamples : int
        Resamples of customers behind the percentile intervals.
    rng : numpy.random.Generator
    """
    sizes = np.diff(truth.indptr)
    met = hits(ranked, truth)
    each = {
        f"{name}_at_{k}": values for k in CUTS for name, values in measures(met, sizes, k).items()
    }
    table = np.stack(list(each.values()), axis=1)
    low, high = bootstrap(table, n_resamples, rng=rng)
    figures = dict(zip(each, table.mean(axis=0).tolist(), strict=True))
    intervals = dict(zip(each, zip(low.tolist(), high.tolist(), strict=True), strict=True))
    return Report(len(ranked), figures, intervals, _parts(ranked, met, truth, bought))


def bootstrap(
    table: np.ndarray, n_resamples: int = 1000, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 2.5 and 97.5 % points of the mean of each column over resampled rows."""
    weights = rng.multinomial(len(table), np.full(len(table), 1 / len(table)), size=n_resamples)
    low, high = np.quantile(weights @ table / len(table), [0.025, 0.975], axis=0)
    return low, high


def _parts(
    ranked: np.ndarray, met: np.ndarray, truth: sparse.csr_array, bought: sparse.csr_array
) -> dict[str, float]:
    """Return recall at each cut of items bought before and of items never bought before."""
    width = max(truth.shape[1], bought.shape[1])
    came = sparse.csr_array((truth.data, truth.indices, truth.indptr), (truth.shape[0], width))
    had = sparse.csr_array((bought.data, bought.indices, bought.indptr), (bought.shape[0], width))
    again = (came.astype(bool) * had.astype(bool)).sum(axis=1)
    known = hits(ranked, had)
    found = {"repeat": again, "explore": np.diff(truth.indptr) - again}
    parts: dict[str, float] = {"repeat_share": float(again.sum() / truth.nnz)}
    for name, sizes in found.items():
        some = sizes > 0
        right = met & (known if name == "repeat" else ~known)
        for k in CUTS:
            recall = right[some, :k].sum(axis=1) / sizes[some]
            parts[f"{name}_recall_at_{k}"] = float(recall.mean()) if some.any() else 0.0
        parts[f"{name}_share_of_top_10"] = float(
            (known if name == "repeat" else ~known & (ranked >= 0))[:, :10].mean()
        )
    return parts
