"""Which kinds of customers are there? Recency, frequency, money, and how firm the kinds are.

Segments are k-means clusters. Any data can be cut into k parts: what makes them segments is that
other customers of the same store would have been cut alike, which the bootstrap measures.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from layoutlab.errors import InputError

RFM = ("recency_days", "frequency", "spend_per_visit")
STARTS = 10

Embed = Callable[[np.ndarray], Callable[[np.ndarray], np.ndarray]]


def rfm_table(visits: pd.DataFrame, *, at: int | None = None) -> pd.DataFrame:
    """Return recency, frequency and money of every customer seen before a day.

    Parameters
    ----------
    visits : pandas.DataFrame
        customer_id, day (int) and spend, as `layoutlab.retail.clientele.trips.visits` gives them.
    at : int, optional
        Only visits before this day count; the day after the last visit when not given.

    Returns
    -------
    pandas.DataFrame
        By customer_id, sorted: recency_days (from the last visit to `at`, at least 1), frequency
        (visits), spend_per_visit (mean), tenure_days (from the first visit to `at`), mean_gap_days
        (between visits; NaN for one visit) and scores r, f, m from 1 to 5 (5: latest, most often,
        most spent; fifths by rank, ties share the mean rank).

    Raises
    ------
    InputError
        When no visit lies before `at`.
    """
    at = int(visits["day"].max()) + 1 if at is None else at
    seen = visits[visits["day"] < at]
    if seen.empty:
        raise InputError(f"expected visits before day {at}, got none")
    by_customer = seen.groupby("customer_id", sort=True)
    first, last = by_customer["day"].min(), by_customer["day"].max()
    frequency = by_customer.size()
    table = pd.DataFrame(
        {
            "recency_days": at - last,
            "frequency": frequency,
            "spend_per_visit": by_customer["spend"].mean(),
            "tenure_days": at - first,
            "mean_gap_days": (last - first) / (frequency - 1).where(frequency > 1),
        }
    )
    for score, column, sign in (
        ("r", "recency_days", -1),
        ("f", "frequency", 1),
        ("m", "spend_per_visit", 1),
    ):
        share = stats.rankdata(sign * table[column].to_numpy()) / len(table)
        table[score] = np.ceil(5 * share).clip(1, 5).astype("int64")
    return table


def standardised(table: pd.DataFrame, names: tuple[str, ...] = RFM) -> np.ndarray:
    """Return logarithms of one plus each column, mean 0 and deviation 1, shape (n, columns)."""
    logs = np.log1p(table[list(names)].to_numpy(dtype="float64"))
    spread = logs.std(axis=0)
    return np.asarray((logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def cluster(points: np.ndarray, k: int, *, rng: np.random.Generator) -> KMeans:
    """Fit k-means (Lloyd 1982), the best of ten starts, clusters numbered by falling size.

    Raises
    ------
    InputError
        When there are fewer than `k` different points or `k` is below 2.
    """
    different = len(np.unique(points, axis=0))
    if not 2 <= k <= different:
        raise InputError(f"expected k from 2 to {different} different customers, got {k}")
    found = KMeans(k, n_init=STARTS, random_state=int(rng.integers(2**31))).fit(points)
    sizes = np.bincount(found.labels_, minlength=k)
    order = np.lexsort((found.cluster_centers_[:, 0], -sizes))
    found.cluster_centers_ = np.ascontiguousarray(found.cluster_centers_[order])
    found.labels_ = np.argsort(order)[found.labels_].astype("int32")
    return found


def stability(
    data: np.ndarray,
    k: int,
    *,
    embed: Embed | None = None,
    resamples: int = 20,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return how alike two halves of the customers cut everybody into segments.

    Each time the customers are split into two halves at random, each half gives its own segments
    (embedding and k-means), both are asked about all customers, and their answers are compared.

    Parameters
    ----------
    data : ndarray of float, shape (customers, columns)
    k : int
    embed : callable, optional
        From training rows to a function of rows to points; rows are points when not given.
    resamples : int
        At least 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of float, shape (resamples,)
        Adjusted Rand index of Hubert and Arabie (1985): 1 for the same segments, 0 by chance.

    References
    ----------
    T. Lange, V. Roth, M. L. Braun and J. M. Buhmann (2004), Stability-based validation of
    clustering solutions, Neural Computation 16, 1299-1323, section 3.

    Raises
    ------
    InputError
        As `cluster`, or for fewer than one resample.
    """
    if resamples < 1:
        raise InputError(f"expected at least 1 resample, got {resamples}")
    found = []
    for _ in range(resamples):
        order = rng.permutation(len(data))
        answers = []
        for half in np.array_split(order, 2):
            place = embed(data[half]) if embed is not None else _as_they_are
            segments = cluster(place(data[half]), k, rng=rng)
            answers.append(segments.predict(place(data)))
        found.append(adjusted_rand_score(*answers))
    return np.array(found)


def _as_they_are(rows: np.ndarray) -> np.ndarray:
    return rows


def profile(
    table: pd.DataFrame,
    segment: np.ndarray,
    names: tuple[str, ...] = RFM,
    *,
    worth: str = "spend_per_visit",
) -> pd.DataFrame:
    """Return per segment its customers, its share of the whole, and the median of each of `names`.

    Parameters
    ----------
    table : pandas.DataFrame
        By customer: ``frequency`` and the columns named.
    segment : ndarray of int, shape (customers,)
    names : tuple of str
    worth : str
        The column that, times frequency, is shared out: ``share`` is NaN where it is 0 for all.
    """
    whole = table["frequency"] * table[worth]
    by_segment = table[list(names)].groupby(segment)
    found = by_segment.median()
    found.insert(0, "customers", by_segment.size())
    total = float(whole.sum())
    found.insert(1, "share", whole.groupby(segment).sum() / (total if total else np.nan))
    return found.rename_axis("segment")
