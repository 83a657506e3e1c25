"""Which items does a linear model expect next? Ridge regression on a history's main directions.

A history is two unit vectors over the catalogue, one of all baskets and one that decays fast.
Truncated singular vectors of the training histories are its directions; on them the next baskets
of training customers are regressed with a quadratic penalty (Hoerl and Kennard 1970,
Technometrics 12:1; on principal components: Hastie et al. 2009, section 3.5).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

RANK = 200
PENALTIES = (1.0, 10.0)
FAST = 0.5


@dataclass(frozen=True)
class Regression:
    """Directions of histories and what each adds to every item.

    `all_baskets` and `newer_baskets` (m, r) turn the two vectors into r coordinates; `slopes`
    (len(PENALTIES), m, r) turn these into an item's expectation.
    """

    all_baskets: np.ndarray
    newer_baskets: np.ndarray
    slopes: np.ndarray


def regress(
    all_baskets: sparse.csr_array, newer_baskets: sparse.csr_array, last: sparse.csr_array
) -> Regression:
    """Fit the regression.

    Parameters
    ----------
    all_baskets, newer_baskets : scipy.sparse.csr_array, shape (n, m)
        Unit vectors of the histories, the second of baskets that decay by `FAST`.
    last : scipy.sparse.csr_array, shape (n, m)
        1 where the next basket held an item.
    """
    histories = sparse.csr_array(sparse.hstack([all_baskets, newer_baskets]), dtype=np.float32)
    axes = _directions(histories)
    places = histories @ axes
    square = (places.T @ places).astype(np.float64)
    bought = np.asarray(last.T.astype(np.float32) @ places).T
    slopes = [
        np.linalg.solve(square + penalty * np.eye(len(square)), bought).T for penalty in PENALTIES
    ]
    middle = all_baskets.shape[1]
    return Regression(
        np.ascontiguousarray(axes[:middle]),
        np.ascontiguousarray(axes[middle:]),
        np.stack(slopes).astype(np.float32),
    )


def _directions(histories: sparse.csr_array) -> np.ndarray:
    """Return the right singular vectors of at most `RANK` largest singular values, (m, r)."""
    smallest = min(histories.shape)
    if not histories.nnz:
        return np.zeros((histories.shape[1], 1), np.float32)
    if smallest > 2 * RANK:
        found = svds(histories, k=RANK, v0=np.ones(smallest, np.float32))[2]
    else:
        found = np.linalg.svd(histories.toarray(), full_matrices=False)[2][:RANK]
    axes: np.ndarray = found.T.astype(np.float32)
    return axes


def expected(
    regression: Regression,
    all_baskets: sparse.csr_array,
    newer_baskets: sparse.csr_array,
    items: np.ndarray,
) -> list[np.ndarray]:
    """Return the expectation of each customer's candidates `items` (n, c), (n, c) per penalty."""
    places = all_baskets @ regression.all_baskets + newer_baskets @ regression.newer_baskets
    return [
        np.stack([slopes[some] @ place for some, place in zip(items, places, strict=True)])
        for slopes in regression.slopes
    ]
