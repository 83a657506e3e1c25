"""How much of a simulated store's truth do our estimates recover, and is it more than a baseline's?

Lifts are held against the exact ones. Customers are grouped by what they buy, beside the grouping
by recency, frequency and spend [1]_ and beside the grouping by somebody who knew the segments'
true shares; the adjusted Rand index [2]_ says how alike a grouping and the true segments are. What
a promotion did is the matter of `layoutlab.retail.synthetic.promotions`.

References
----------
.. [1] Fader, Hardie and Lee (2005). RFM and CLV: using iso-value curves for customer base analysis.
   Journal of Marketing Research 42, 415-430.
.. [2] Hubert and Arabie (1985). Comparing partitions. Journal of Classification 2, 193-218.
.. [3] Rousseeuw (1987). Silhouettes: a graphical aid to the interpretation and validation of
   cluster analysis. Journal of Computational and Applied Mathematics 20, 53-65.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.preprocessing import StandardScaler

from layoutlab.errors import InputError
from layoutlab.retail.affinities.affinity import Affinity
from layoutlab.retail.synthetic.known_segments import matched

CLEAR = 0.1
"""A true lift is clear when its logarithm is at least this far from 0."""
STARTS = 10
PRIOR = 0.5


def affinity(estimated: Affinity, categories: np.ndarray, lift: np.ndarray) -> dict[str, float]:
    """Hold estimated lifts against the true ones.

    Parameters
    ----------
    estimated : Affinity
    categories : ndarray of str, shape (n,)
        Sorted, all of `estimated`'s among them.
    lift : ndarray of float, shape (n, n)
        The true ones, diagonal NaN.

    Returns
    -------
    dict of str to float
        ``pairs``; ``coverage``: share of intervals that hold the true lift; ``rank_correlation``
        (Spearman's); ``log_error``: median absolute error of the logarithm, where bought together;
        ``clear`` pairs and the share ``clear_found`` whose interval lies on the true side of 1;
        ``called`` pairs, whose interval does not hold 1, and the share ``wrong_side`` of them.
    """
    code = _codes(estimated.categories, categories)
    first, second = np.triu_indices(len(code), 1)
    true = lift[np.ix_(code, code)][first, second]
    found, low, high = (
        matrix[first, second]
        for matrix in (estimated.lift, estimated.lift_low, estimated.lift_high)
    )
    side = np.where(low > 1, 1, np.where(high < 1, -1, 0))
    right = side == np.sign(np.log(true))
    clear = np.abs(np.log(true)) >= CLEAR
    met = found > 0
    return {
        "pairs": len(true),
        "coverage": float(((low <= true) & (true <= high)).mean()),
        "rank_correlation": float(stats.spearmanr(true, found).statistic),
        "log_error": float(np.median(np.abs(np.log(found[met] / true[met])))),
        "clear": int(clear.sum()),
        "clear_found": float(right[clear].mean()) if clear.any() else 1.0,
        "called": int((side != 0).sum()),
        "wrong_side": float((~right)[side != 0].mean()) if side.any() else 0.0,
    }


def purchases(lines: pa.Table, *, min_trips: int = 5) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what known customers buy, and their recency, frequency and spend.

    Parameters
    ----------
    lines : pyarrow.Table
        The receipts contract, valid lines only.
    min_trips : int
        Leave out customers with fewer receipts.

    Returns
    -------
    counts : DataFrame of int
        Receipts with the category: customers by categories, both sorted.
    rfm : DataFrame of float
        The same customers: ``recency`` (days since the last receipt, at the file's end),
        ``frequency`` (receipts), ``spend`` (money per receipt).

    Raises
    ------
    InputError
        When no customer has so many receipts.
    """
    frame = lines.to_pandas()
    frame = frame[frame["customer_id"].notna()]
    end = frame["time"].max()
    frame["money"] = frame["quantity"] * frame["unit_price"]
    by_customer = frame.groupby("customer_id")
    trips = by_customer["transaction_id"].nunique()
    kept = trips.index[trips >= min_trips]
    if not len(kept):
        raise InputError(f"expected a customer with at least {min_trips} receipts, found none")
    bought = frame[["customer_id", "category", "transaction_id"]].drop_duplicates()
    counts = pd.crosstab(bought["customer_id"], bought["category"]).loc[kept]
    rfm = pd.DataFrame(
        {
            "recency": (end - by_customer["time"].max()).dt.total_seconds() / 86_400,
            "frequency": trips.astype(float),
            "spend": by_customer["money"].sum() / trips,
        }
    )
    return counts, rfm.loc[kept]


def by_shares(counts: pd.DataFrame, n_segments: int, *, rng: np.random.Generator) -> np.ndarray:
    """Group customers by the shares of their categories.

    K-means on square roots of shares, whose Euclidean distance is Hellinger's; half a receipt per
    category, dealt out by popularity, is added, so that a customer of few receipts stands near the
    middle.

    Returns
    -------
    ndarray of int, shape (customers,)
        From 0 to `n_segments` - 1.
    """
    return _kmeans(_roots(counts), n_segments, rng)


def silhouettes(
    counts: pd.DataFrame, candidates: Sequence[int], *, rng: np.random.Generator
) -> pd.Series:
    """Return the mean silhouette [3]_ of `by_shares` for each number of segments; most is best."""
    roots = _roots(counts)
    found = [silhouette_score(roots, _kmeans(roots, n, rng)) for n in candidates]
    return pd.Series(found, index=list(candidates), name="silhouette")


def by_rfm(rfm: pd.DataFrame, n_segments: int, *, rng: np.random.Generator) -> np.ndarray:
    """Group customers by k-means on standardised logarithms of recency, frequency and spend."""
    return _kmeans(StandardScaler().fit_transform(np.log1p(rfm.to_numpy())), n_segments, rng)


def by_true_shares(
    counts: pd.DataFrame, categories: np.ndarray, segment_shares: np.ndarray
) -> np.ndarray:
    """Give each customer the segment whose true shares are nearest, measured as in `by_shares`.

    Nobody who has receipts alone knows these shares: a mark to measure by. As a customer's shares
    are drawn towards the middle, so are the segments', customer by customer.

    Parameters
    ----------
    counts : DataFrame of int
        As `purchases` returns it.
    categories : ndarray of str, shape (n,)
    segment_shares : ndarray of float, shape (segments, n)
        Of a segment's receipts' categories; rows sum to 1.

    Returns
    -------
    ndarray of int, shape (customers,)
    """
    true = segment_shares[:, _codes(counts.columns.to_numpy().astype(str), categories)]
    prior = _prior(counts)
    number = counts.to_numpy(dtype=float).sum(axis=1)[:, None, None]
    centres = np.sqrt((true * number + prior) / (number + prior.sum()))
    distance = ((_roots(counts)[:, None, :] - centres) ** 2).sum(axis=2)
    return np.asarray(distance.argmin(axis=1))


def segments(
    lines: pa.Table,
    truth: dict[str, Any],
    arrays: dict[str, np.ndarray],
    *,
    min_trips: int = 5,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group known customers in three ways and compare with their true segments.

    Parameters
    ----------
    lines, truth, arrays
        Of `layoutlab.retail.synthetic.known_store.KnownStore`.
    min_trips : int
        See `purchases`.
    rng : numpy.random.Generator

    Returns
    -------
    scores : DataFrame
        Indexed by way: ``adjusted_rand`` (0 by chance, 1 equal) and ``accuracy`` under the best
        matching of groups and segments.
    confusion : DataFrame of int
        True segments by groups of the grouping by shares.
    """
    counts, rfm = purchases(lines, min_trips=min_trips)
    names = list(truth["segments"])
    true = np.array([names.index(truth["customers"][each]) for each in counts.index])
    n = len(names)
    groups = {
        "category shares": by_shares(counts, n, rng=rng),
        "recency, frequency, spend": by_rfm(rfm, n, rng=rng),
        "true shares known": by_true_shares(counts, arrays["categories"], arrays["segment_shares"]),
    }
    tables = {way: matched(true, group, n) for way, group in groups.items()}
    scores = {
        way: {
            "adjusted_rand": adjusted_rand_score(true, group),
            "accuracy": np.trace(tables[way]) / len(true),
        }
        for way, group in groups.items()
    }
    confusion = pd.DataFrame(
        tables["category shares"], index=names, columns=[f"group {i + 1}" for i in range(n)]
    )
    return pd.DataFrame.from_dict(scores, orient="index"), confusion


def _codes(names: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the position of each name in `known`."""
    code = pd.Index(known).get_indexer(names)
    if (code < 0).any():
        raise InputError(f"expected categories of the truth, got {str(names[code < 0][0])!r}")
    return np.asarray(code)


def _prior(counts: pd.DataFrame) -> np.ndarray:
    sold = counts.to_numpy(dtype=float).sum(axis=0)
    return np.asarray(PRIOR * len(sold) * sold / sold.sum())


def _roots(counts: pd.DataFrame) -> np.ndarray:
    table, prior = counts.to_numpy(dtype=float), _prior(counts)
    return np.asarray(np.sqrt((table + prior) / (table.sum(axis=1, keepdims=True) + prior.sum())))


def _kmeans(values: np.ndarray, n_segments: int, rng: np.random.Generator) -> np.ndarray:
    seed = int(rng.integers(2**31))
    return np.asarray(KMeans(n_segments, n_init=STARTS, random_state=seed).fit_predict(values))
