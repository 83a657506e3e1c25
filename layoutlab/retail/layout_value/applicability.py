"""Is this store like those a score was learned from? A distance, a limit, and a plain warning.

Mahalanobis's distance (1936) of the store's features and of its layouts' sums from those of the
training stores. The limits are the largest distance of a store, and the 99 % quantile of the
layouts', among stores held out from the distances themselves, one part in five at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.layout_value.labelled import Labelled
from layoutlab.retail.layout_value.layout_sums import Sums
from layoutlab.retail.layout_value.store_tables import StoreTables

PARTS = 5
RIDGE = 0.05


@dataclass(frozen=True, eq=False)
class Known:
    """Where training stores lie.

    Attributes
    ----------
    centre, inverse : ndarray of float, shapes (f,), (f, f)
        Mean of the stores' features and inverse of their covariance.
    limit : float
        Distance beyond which a store is unlike them.
    sums_inverse : ndarray of float, shape (k, k)
        Of the layouts' sums about the present layout's, 0.
    sums_limit : float
    """

    centre: np.ndarray
    inverse: np.ndarray
    limit: float
    sums_inverse: np.ndarray
    sums_limit: float


def learn(stores: Sequence[Labelled]) -> Known:
    """Learn where stores and their layouts lie.

    Raises
    ------
    InputError
        For fewer than 10 stores.
    """
    if len(stores) < 2 * PARTS:
        raise InputError(f"stores: expected at least {2 * PARTS}, got {len(stores)}")
    features = np.array([store.tables.store_features for store in stores])
    sums = [store.sums.aggregates[1:] for store in stores]
    part = np.arange(len(stores)) % PARTS
    far, far_sums = [], []
    for one in range(PARTS):
        centre, inverse = _shape(features[part != one])
        far.append(_distance(features[part == one], centre, inverse))
        about = _inverse(np.vstack([sums[at] for at in np.flatnonzero(part != one)]))
        held = np.vstack([sums[at] for at in np.flatnonzero(part == one)])
        far_sums.append(_distance(held, np.zeros(held.shape[1]), about))
    centre, inverse = _shape(features)
    return Known(
        centre,
        inverse,
        float(np.concatenate(far).max()),
        _inverse(np.vstack(sums)),
        float(np.quantile(np.concatenate(far_sums), 0.99)),
    )


def _shape(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre = rows.mean(axis=0)
    return centre, _inverse(rows - centre)


def _inverse(off: np.ndarray) -> np.ndarray:
    """Return the inverse of the covariance about 0, its diagonal raised a little."""
    square = off.T @ off / len(off)
    inverse: np.ndarray = np.linalg.inv(square + RIDGE * np.diag(np.diag(square) + 1e-9))
    return inverse


def _distance(rows: np.ndarray, centre: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    off = rows - centre
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", off, inverse, off) / off.shape[1]))


def farness(known: Known, tables: StoreTables) -> float:
    """Return how far a store is from those learned from, in limits: above 1 it is unlike them."""
    found = _distance(tables.store_features[None], known.centre, known.inverse)
    return float(found[0]) / known.limit


def layout_farness(known: Known, sums: Sums) -> np.ndarray:
    """Return the same of layouts by their sums, (n,)."""
    zero = np.zeros(sums.aggregates.shape[1])
    return _distance(sums.aggregates, zero, known.sums_inverse) / known.sums_limit


def widened(known: Known, tables: StoreTables, sums: Sums, half: np.ndarray) -> np.ndarray:
    """Return wider intervals where a store or a layout is far from those learned from.

    Half the width grows in proportion to the farness of the store or of the layout, whichever is
    more, beyond its limit; a rule, not fitted to anything.

    Parameters
    ----------
    known, tables, sums
    half : ndarray of float, shape (n, 3)
        As `scores.Trust.half` returns it for the n layouts of `sums`.
    """
    far = np.maximum(farness(known, tables), layout_farness(known, sums))
    wider: np.ndarray = half * np.maximum(1.0, far)[:, None]
    return wider


def warning(known: Known, tables: StoreTables, sums: Sums) -> str:
    """Return what speaks against scores of a store and its layouts; empty when nothing does."""
    store, beyond = farness(known, tables), float((layout_farness(known, sums) > 1).mean())
    said = []
    if store > 1:
        said.append(f"this store is {store:.1f} times as far from the training stores as any of "
                    "them was from the others")  # fmt: skip
    if beyond > 0.1:
        said.append(f"{beyond:.0%} of these layouts change more than 99 % of those learned from")
    return "; ".join(said) and "scores not to be trusted: " + "; ".join(said)
