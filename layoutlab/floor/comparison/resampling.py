"""How far could an estimate have come out otherwise? Bootstrap intervals as matrix products."""

import numpy as np

RESAMPLES = 9_999


def resample_counts(
    runs: int, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> np.ndarray:
    """Return how often each run is drawn in each bootstrap resample (Efron, 1979).

    Sums and means over a resample are then one matrix product.

    Returns
    -------
    ndarray of float, shape (resamples, runs)
        Each row adds up to `runs`.
    """
    return rng.multinomial(runs, np.full(runs, 1 / runs), size=resamples).astype(float)


def percentile_interval(
    estimates: np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of bootstrap estimates, which may be infinite.

    Parameters
    ----------
    estimates : ndarray of float, shape (resamples, ...)
    confidence : float
        Above 0 and below 1.
    """
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(estimates, tails, axis=0, method="inverted_cdf")
    return low, high
