"""How well does a score rank layouts of stores it has never seen, and does it know how well?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.layout_value.labelled import TARGETS, Labelled

RESAMPLES = 2000
NORMAL_95 = 1.959964


def rhos(stores: Sequence[Labelled], found: Sequence[np.ndarray]) -> np.ndarray:
    """Return Spearman's rank correlation within each store, (stores, 3).

    Parameters
    ----------
    stores : sequence of Labelled
    found : sequence of ndarray, each (n, 3)
        Foreseen targets of the store's changed layouts. Where they are all alike, 0.
    """
    return np.array([
        [_rho(store.relative[1:, k], told[:, k]) for k in range(len(TARGETS))]
        for store, told in zip(stores, found, strict=True)
    ])  # fmt: skip


def _rho(true: np.ndarray, told: np.ndarray) -> float:
    if np.ptp(true) == 0 or np.ptp(told) == 0:
        return 0.0
    return float(stats.spearmanr(true, told)[0])


def mean_interval(
    values: np.ndarray, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the mean over stores and its 95 % bootstrap limits, stores drawn with replacement.

    Parameters
    ----------
    values : ndarray of float, shape (stores, k)
    rng : numpy.random.Generator

    References
    ----------
    Efron and Tibshirani (1993). An Introduction to the Bootstrap, section 13.3.
    """
    n = len(values)
    if n < 2:
        raise InputError(f"values: expected at least 2 stores, got {n}")
    drawn = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES) @ values / n
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return values.mean(axis=0), low, high


@dataclass(frozen=True, eq=False)
class Trust:
    """How wide a score's intervals have to be, by target, learned on validation stores.

    Attributes
    ----------
    base, per_spread : ndarray of float, shape (3,)
        The error's standard deviation is sqrt(base² + (per_spread × members' spread)²).
    """

    base: np.ndarray
    per_spread: np.ndarray

    def half(self, spread: np.ndarray) -> np.ndarray:
        """Return half the width of the 95 % intervals, of the shape of `spread`."""
        wide: np.ndarray = NORMAL_95 * np.sqrt(self.base**2 + (self.per_spread * spread) ** 2)
        return wide


def learn_trust(
    stores: Sequence[Labelled], found: Sequence[tuple[np.ndarray, np.ndarray]]
) -> Trust:
    """Fit squared errors to the members' squared spread, by least squares, none below 0.

    Parameters
    ----------
    stores : sequence of Labelled
        Not learned from.
    found : sequence of (mean, spread)
        See `set_value.score`.
    """
    off = np.vstack([s.relative[1:] - mean for s, (mean, _) in zip(stores, found, strict=True)])
    spread = np.vstack([each for _, each in found])
    base, per = np.zeros(len(TARGETS)), np.zeros(len(TARGETS))
    from scipy.optimize import nnls

    for k in range(len(TARGETS)):
        near = off[:, k] ** 2 <= np.quantile(off[:, k] ** 2, 0.99)
        x = np.column_stack([np.ones(near.sum()), spread[near, k] ** 2])
        weight = 1 / (spread[near, k] ** 2 + np.median(spread[near, k] ** 2) + 1e-12)
        found_, _ = nnls(x * weight[:, None], off[near, k] ** 2 * weight)
        base[k], per[k] = np.sqrt(found_)
    return Trust(base, per)


def coverage(
    stores: Sequence[Labelled], told: Sequence[np.ndarray], half: Sequence[np.ndarray]
) -> np.ndarray:
    """Return the share of simulated values that lie inside the intervals, by target, (3,).

    Parameters
    ----------
    stores : sequence of Labelled
    told, half : sequences of ndarray, each (n, 3)
        Foreseen targets of the store's changed layouts, and half the width of their intervals.
    """
    inside = [
        np.abs(store.relative[1:] - mean) <= width
        for store, mean, width in zip(stores, told, half, strict=True)
    ]
    share: np.ndarray = np.vstack(inside).mean(axis=0)
    return share


def calibration(
    stores: Sequence[Labelled], found: Sequence[tuple[np.ndarray, np.ndarray]], trust: Trust
) -> dict[str, dict[str, float]]:
    """Return by target the coverage of 95 % intervals, and slope and intercept of true on told."""
    true = np.vstack([store.relative[1:] for store in stores])
    told = np.vstack([mean for mean, _ in found])
    inside = coverage(stores, [mean for mean, _ in found], [trust.half(each) for _, each in found])
    said = {}
    for k, name in enumerate(TARGETS):
        fit = stats.linregress(told[:, k], true[:, k])
        said[name] = {
            "coverage": float(inside[k]),
            "slope": float(fit.slope),
            "intercept": float(fit.intercept),
            "r2": float(fit.rvalue**2),
        }
    return said
