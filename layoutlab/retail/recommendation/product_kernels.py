"""How are sparse rows multiplied fast, also for one customer alone? Compiled, answers dense.

For one customer SciPy's product spends most of its time on making matrices; these sum in the same
order and type.
"""

import numpy as np
from scipy import sparse

from layoutlab.compiled import compiled


def product(rows: sparse.csr_array, known: sparse.csr_array) -> np.ndarray:
    """Return ``rows @ known`` as float32, shape (n, m)."""
    out = np.zeros((rows.shape[0], known.shape[1]), np.float32)
    _add_products(*_arrays(rows), *_arrays(known), out)
    return out


def mix(near: np.ndarray, share: np.ndarray, known: sparse.csr_array) -> np.ndarray:
    """Return the sum of rows `near` (n, k) of `known`, weighed by `share` (n, k); float32."""
    out = np.zeros((len(near), known.shape[1]), np.float32)
    _add_rows(near.astype(np.int64), share.astype(np.float32), *_arrays(known), out)
    return out


def _arrays(rows: sparse.csr_array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        rows.indptr.astype(np.int32, copy=False),
        rows.indices.astype(np.int32, copy=False),
        rows.data.astype(np.float32, copy=False),
    )


@compiled
def _add_products(
    starts: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    known_starts: np.ndarray,
    known_columns: np.ndarray,
    known_values: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add the product of two matrices of sparse rows to `out`."""
    for row in range(len(starts) - 1):
        total = out[row]
        for cell in range(starts[row], starts[row + 1]):
            weight, other = values[cell], columns[cell]
            for place in range(known_starts[other], known_starts[other + 1]):
                total[known_columns[place]] += weight * known_values[place]


@compiled
def _add_rows(
    near: np.ndarray,
    share: np.ndarray,
    known_starts: np.ndarray,
    known_columns: np.ndarray,
    known_values: np.ndarray,
    out: np.ndarray,
) -> None:
    """Add to each row of `out` the rows `near` of a sparse matrix, weighed by `share`."""
    for row in range(near.shape[0]):
        total = out[row]
        for one in range(near.shape[1]):
            weight, other = share[row, one], near[row, one]
            for place in range(known_starts[other], known_starts[other + 1]):
                total[known_columns[place]] += weight * known_values[place]
