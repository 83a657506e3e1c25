"""How good is a forecast of when customers return? Proper scores of whole distributions.

All customers of a forecast are watched to the same horizon, so nobody is censored before it and no
weights are needed: "not within the horizon" is the last outcome of `periods + 1`.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.clientele.next_visit import (
    Waits,
    came,
    expected_days,
    interval_days,
    survival,
)

SMALLEST = 1e-6
LEVEL = 0.8
NEGLIGIBLE = 1e-4
"""Gains in ranked probability up to this size are no gains, however certain."""


def ranked_probability(given: Waits, hazard: np.ndarray) -> np.ndarray:
    """Return the ranked probability score of each customer, 0 (best) to 1.

    The mean over periods of the squared gap between having come by then and its probability
    (Epstein 1969, Journal of Applied Meteorology 8, 985-987, up to his constant).
    """
    back = np.cumsum(came(given), axis=1)
    return np.asarray(((1 - survival(hazard) - back) ** 2).mean(axis=1))


def log_score(given: Waits, hazard: np.ndarray) -> np.ndarray:
    """Return the negative log-probability of each customer's outcome, nats."""
    still = np.c_[np.ones(len(given)), survival(hazard)]
    chance = np.c_[still[:, -1], still[:, :-1] - still[:, 1:]]
    return np.asarray(-np.log(np.clip(chance[np.arange(len(given)), given.period], SMALLEST, 1)))


def days_missed(given: Waits, hazard: np.ndarray) -> np.ndarray:
    """Return by how many days the expected wait was off, both cut at the horizon."""
    horizon = given.n_periods * given.period_days
    middle = (given.period - 0.5) * given.period_days
    wait = np.where(given.period > 0, middle, horizon)
    return np.asarray(np.abs(expected_days(hazard, given.period_days) - wait))


def inside(given: Waits, hazard: np.ndarray) -> np.ndarray:
    """Return whether each wait ended within its `interval_days` of level `LEVEL`."""
    low, high = interval_days(hazard, given.period_days, level=LEVEL)
    middle = np.where(given.period > 0, (given.period - 0.5) * given.period_days, np.inf)
    return np.asarray((middle >= low) & (middle <= high))


SCORES = {
    "ranked_probability": ranked_probability,
    "log_score": log_score,
    "days_missed": days_missed,
    "inside_interval": inside,
}


def verdict(gain: float, low: float, high: float) -> str:
    """Return what a gain and its interval say: ``better``, ``worse`` or ``a tie``.

    A tie is an interval that holds 0, or a gain of at most `NEGLIGIBLE` in size.
    """
    if abs(gain) <= NEGLIGIBLE or low <= 0 <= high:
        return "a tie"
    return "better" if gain > 0 else "worse"


def table(
    given: Waits,
    hazards: Mapping[str, np.ndarray],
    *,
    baseline: str,
    rng: np.random.Generator,
    n_resamples: int = 500,
) -> pd.DataFrame:
    """Return mean scores of forecasts and how much each differs from a baseline.

    Parameters
    ----------
    given : Waits
        One landmark, every customer observed to the horizon.
    hazards : mapping of str to ndarray of float, shape (n, periods)
    baseline : str
        A name among `hazards`.
    rng : numpy.random.Generator
    n_resamples : int
        Resamples of customers for the 95 % percentile intervals.

    Returns
    -------
    pandas.DataFrame
        By forecast: the scores of `SCORES` (means); ``gain``, ``gain_low``, ``gain_high``: by how
        much the ranked probability score is below the baseline's, same customers; ``verdict``:
        see `verdict`.

    Raises
    ------
    InputError
        When customers are censored before the horizon, or the baseline is not among the forecasts.
    """
    if (given.observed < given.n_periods).any():
        raise InputError("expected every customer to be watched up to the horizon")
    if baseline not in hazards:
        raise InputError(f"expected baseline among {', '.join(hazards)}, got {baseline!r}")
    theirs = ranked_probability(given, hazards[baseline])
    rows = {}
    for name, hazard in hazards.items():
        gains = theirs - ranked_probability(given, hazard)
        low = high = 0.0
        if name != baseline:
            resampled = stats.bootstrap(
                (gains,), np.mean, n_resamples=n_resamples, batch=50, method="percentile", rng=rng
            )
            low, high = (float(end) for end in resampled.confidence_interval)
        rows[name] = {key: float(score(given, hazard).mean()) for key, score in SCORES.items()} | {
            "gain": float(gains.mean()),
            "gain_low": low,
            "gain_high": high,
            "verdict": verdict(float(gains.mean()), low, high),
        }
    return pd.DataFrame.from_dict(rows, orient="index")
