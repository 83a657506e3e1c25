"""How much would a measure of a pair have differed with other baskets? The bootstrap, cheaply.

Drawing baskets again with replacement [1]_ gives every basket a whole-number weight; the pair
counts of all replicates at once are P W, where P (pairs by baskets, sparse) tells which basket
holds which pair, and W (baskets by replicates) the weights. No basket is ever copied.

References
----------
.. [1] Efron and Tibshirani (1993). An Introduction to the Bootstrap, sections 6.2 and 13.3;
   section 8 for drawing whole clusters.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy import sparse

PAIRS_AT_ONCE = 20_000

Statistic = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def limits(
    held: sparse.csr_array,
    statistics: Mapping[str, Statistic],
    *,
    confidence: float,
    replicates: int,
    clusters: np.ndarray | None = None,
    rng: np.random.Generator,
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return percentile intervals of statistics of all pairs.

    Parameters
    ----------
    held : csr_array, shape (n_baskets, n)
        1 where a basket holds a category, indices sorted.
    statistics : mapping of str to callable
        From (c, a, b, n), shapes (m, replicates) and (replicates,), to values of shape
        (m, replicates); symmetric in a and b.
    confidence : float
        Between 0 and 1.
    replicates : int
    clusters : ndarray of int, shape (n_baskets,), optional
        See `weights`.
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to (ndarray, ndarray)
        Lower and upper limits, shape (n, n), symmetric; NaN for pairs in no basket. A replicate
        without one of the two categories says nothing about the pair and is left out.
    """
    n = held.shape[1]
    pairs, which = pair_incidence(held)
    weighted = weights(held.shape[0], replicates, clusters=clusters, rng=rng)
    single = (held.T.astype(np.float32) @ weighted).astype(float)
    total = weighted.sum(axis=0, dtype=float)
    found = {name: np.full((2, n, n), np.nan) for name in statistics}
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    for start in range(0, len(pairs), PAIRS_AT_ONCE):
        first, second = pairs[start : start + PAIRS_AT_ONCE].T
        c = (which[start : start + PAIRS_AT_ONCE] @ weighted).astype(float)
        for name, statistic in statistics.items():
            ends = _quantiles(statistic, (c, single[first], single[second], total), tails)
            found[name][:, first, second] = found[name][:, second, first] = ends
    return {name: (low, high) for name, (low, high) in found.items()}


def weights(
    n_baskets: int,
    replicates: int,
    *,
    clusters: np.ndarray | None = None,
    rng: np.random.Generator,
) -> np.ndarray:
    """Draw how often each basket is in each replicate, float32 of shape (n_baskets, replicates).

    With `clusters`, numbers from 0 for every basket, clusters are drawn and their baskets with
    them; the number of baskets then differs between replicates.
    """
    members = np.arange(n_baskets) if clusters is None else clusters
    n = int(members.max()) + 1 if n_baskets else 0
    drawn = np.stack(
        [np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(replicates)], axis=1
    ).astype(np.float32)
    return drawn if clusters is None else drawn[members]


def customers(customer_id: pd.Series) -> np.ndarray:
    """Number the customers of baskets from 0; a basket without a customer is one of its own."""
    codes, known = pd.factorize(customer_id)
    lone = codes < 0
    codes[lone] = len(known) + np.arange(int(lone.sum()))
    return np.asarray(codes)


def pair_incidence(held: sparse.csr_array) -> tuple[np.ndarray, sparse.csr_array]:
    """Return which basket holds which pair of categories.

    Returns
    -------
    pairs : ndarray of int, shape (m, 2)
        Pairs met, first at most second (a category with itself too), in order.
    which : csr_array of float32, shape (m, n_baskets)
        1 where the basket holds the pair.
    """
    n_baskets, n = held.shape
    basket = np.repeat(np.arange(n_baskets), np.diff(held.indptr))
    position = np.arange(len(held.indices))
    partners = held.indptr[1:][basket] - position
    second = np.arange(partners.sum()) + np.repeat(
        position + partners - np.cumsum(partners), partners
    )
    keys = np.repeat(held.indices.astype(np.int64) * n, partners) + held.indices[second]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    new = np.flatnonzero(np.diff(keys, prepend=-1))
    columns = np.repeat(basket, partners)[order]
    indptr = np.append(new, len(keys))
    which = sparse.csr_array(
        (np.ones(len(keys), np.float32), columns, indptr), shape=(len(new), n_baskets)
    )
    return np.stack(np.divmod(keys[new], n), axis=1), which


def _quantiles(
    statistic: Statistic, counts: tuple[np.ndarray, ...], tails: list[float]
) -> np.ndarray:
    """Return quantiles over the replicates that hold both categories, shape (2, m)."""
    c, a, b, total = counts
    with np.errstate(divide="ignore", invalid="ignore"):
        values = statistic(c, a, b, total)
    empty = (a == 0) | (b == 0)
    if not empty.any():
        return np.quantile(values, tails, axis=1)
    ends = np.full((2, len(c)), np.nan)
    whole = ~empty.any(axis=1)
    ends[:, whole] = np.quantile(values[whole], tails, axis=1)
    ends[:, ~whole] = np.nanquantile(np.where(empty, np.nan, values)[~whole], tails, axis=1)
    return ends
