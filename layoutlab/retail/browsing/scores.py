"""How good are purchase probabilities, and how sure are we? Measures, intervals, reliability.

Every measure takes what happened and the probability given to it, both of shape (..., n), and works
along the last axis, so that a bootstrap can score many resamples at once.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError

BINS = 15
SMALLEST = 1e-7


def auc(bought: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the area under the ROC curve: how often a buyer is ranked above a non-buyer.

    Ties count one half (Mann and Whitney 1947, Annals of Mathematical Statistics 18, 50-60).
    """
    ranks = stats.rankdata(probability, axis=-1)
    buyers = bought.sum(axis=-1)
    others = bought.shape[-1] - buyers
    above = (ranks * bought).sum(axis=-1) - buyers * (buyers + 1) / 2
    return np.asarray(above / (buyers * others))


def auc_interval(
    bought: np.ndarray, probability: np.ndarray, *, level: float = 0.95
) -> tuple[float, float, float]:
    """Return the AUC and its interval, from how visits of either kind are placed among the other.

    References
    ----------
    E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson (1988), Biometrics 44, 837-845, equation 5.
    """
    require_both(bought, "the scored visits")
    buyers, others = probability[bought], probability[~bought]
    ranks = stats.rankdata(probability)
    above = (ranks[bought] - stats.rankdata(buyers)) / len(others)
    below = 1 - (ranks[~bought] - stats.rankdata(others)) / len(buyers)
    spread = [
        placed.var(ddof=1) / len(placed) if len(placed) > 1 else 0.25 for placed in (above, below)
    ]
    half = float(stats.norm.ppf((1 + level) / 2) * np.sqrt(sum(spread)))
    middle = float(above.mean())
    return middle, max(middle - half, 0.0), min(middle + half, 1.0)


def average_precision(bought: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the mean, over buyers, of the share of buyers among those ranked at least as high."""
    order = np.argsort(-probability, axis=-1, kind="stable")
    hits = np.take_along_axis(bought, order, axis=-1)
    ranked = np.take_along_axis(probability, order, axis=-1)
    n = ranked.shape[-1]
    precision = np.cumsum(hits, axis=-1) / np.arange(1, n + 1)
    last = np.where(np.diff(ranked, append=-np.inf, axis=-1) != 0, np.arange(n), n)
    last = np.minimum.accumulate(last[..., ::-1], axis=-1)[..., ::-1]
    precision = np.take_along_axis(precision, last, axis=-1)
    return np.asarray((precision * hits).sum(axis=-1) / hits.sum(axis=-1))


def accuracy(bought: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the share of visits on the right side of one half; one half itself says "buys"."""
    return np.asarray(((probability >= 0.5) == bought).mean(axis=-1))


def log_loss(bought: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the mean negative log-likelihood, nats; probabilities kept `SMALLEST` from 0 and 1."""
    given = np.where(bought, probability, 1 - probability)
    return np.asarray(-np.log(np.clip(given, SMALLEST, 1 - SMALLEST)).mean(axis=-1))


def brier(bought: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the mean squared error of the probability (Brier 1950)."""
    return np.asarray(((probability - bought) ** 2).mean(axis=-1))


def calibration_error(bought: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the expected calibration error over `BINS` bins of equal width.

    The mean over visits of the gap, in a visit's bin, between purchases and the probability given
    (Guo, Pleiss, Sun and Weinberger 2017, ICML, equation 3). A bin holds its lower edge.
    """
    bins = np.minimum((probability * BINS).astype("int64"), BINS - 1)
    gap = bought - probability
    gaps = [np.abs(np.where(bins == number, gap, 0).sum(axis=-1)) for number in range(BINS)]
    return np.asarray(sum(gaps) / bought.shape[-1])


MEASURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "auc": auc,
    "average_precision": average_precision,
    "accuracy": accuracy,
    "log_loss": log_loss,
    "brier": brier,
    "calibration_error": calibration_error,
}
LOWER_IS_BETTER = ("log_loss", "brier", "calibration_error")


def score(bought: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """Return every measure of `MEASURES`.

    Parameters
    ----------
    bought : ndarray of bool, shape (n,)
    probability : ndarray of float, shape (n,), between 0 and 1

    Raises
    ------
    InputError
        When the shapes differ, a probability is none, or all or no visits ended in a purchase.
    """
    _require_probabilities(bought, probability)
    return {name: float(measure(bought, probability)) for name, measure in MEASURES.items()}


def compare(
    bought: np.ndarray,
    probability: np.ndarray,
    baseline: np.ndarray,
    *,
    rng: np.random.Generator,
    n_resamples: int = 500,
    level: float = 0.95,
) -> pd.DataFrame:
    """Score a model and its baseline on the same visits, with paired bootstrap intervals.

    Parameters
    ----------
    bought : ndarray of bool, shape (n,)
    probability, baseline : ndarray of float, shape (n,), between 0 and 1
    rng : numpy.random.Generator
    n_resamples : int
        Resamples of whole visits, at least 2.
    level : float
        Confidence of the percentile intervals, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per measure; ``model``, ``baseline`` and ``difference`` (model less baseline), each
        with ``_low`` and ``_high``.

    Raises
    ------
    InputError
        As `score`.

    References
    ----------
    B. Efron, R. Tibshirani (1993), An Introduction to the Bootstrap, section 13.3.
    """
    _require_probabilities(bought, probability)
    _require_probabilities(bought, baseline)

    sample = (np.asarray(bought, dtype="bool"), probability, baseline)
    resampled = stats.bootstrap(
        sample,
        _measured,
        paired=True,
        vectorized=True,
        n_resamples=n_resamples,
        batch=50,
        confidence_level=level,
        method="percentile",
        rng=rng,
    )
    columns = ["model", "baseline", "difference"]
    index = pd.Index(MEASURES, name="measure")
    limits = resampled.confidence_interval
    point = pd.DataFrame(_measured(*sample), index=index, columns=columns)
    low = pd.DataFrame(limits.low, index=index, columns=columns).add_suffix("_low")
    high = pd.DataFrame(limits.high, index=index, columns=columns).add_suffix("_high")
    return pd.concat([point, low, high], axis="columns")


def verdicts(table: pd.DataFrame) -> pd.Series:
    """Return per measure of `compare` whether the model is ``better`` or ``worse``, or a ``tie``.

    A tie is a difference whose interval holds zero.
    """
    sign = np.where(table.index.isin(LOWER_IS_BETTER), -1, 1)
    one_side = (table["difference_low"] > 0) | (table["difference_high"] < 0)
    better = np.where(sign * table["difference"] > 0, "better", "worse")
    return pd.Series(np.where(one_side, better, "tie"), index=table.index, name="model is")


def _measured(
    bought: np.ndarray, probability: np.ndarray, baseline: np.ndarray, axis: int = -1
) -> np.ndarray:
    """Return model, baseline and difference per measure, shape (measures, 3, ...)."""
    samples = (np.moveaxis(values, axis, -1) for values in (bought, probability, baseline))
    bought, probability, baseline = samples
    pairs = [(m(bought, probability), m(bought, baseline)) for m in MEASURES.values()]
    return np.stack([np.stack([model, base, model - base]) for model, base in pairs])


def reliability(bought: np.ndarray, probability: np.ndarray, n_bins: int = 10) -> pd.DataFrame:
    """Return what happened beside what was said, in bins of equally many visits.

    Parameters
    ----------
    bought : ndarray of bool, shape (n,)
    probability : ndarray of float, shape (n,)
    n_bins : int
        At most the number of visits.

    Returns
    -------
    pandas.DataFrame
        Per bin, from the least to the most probable: ``visits``, ``said`` (mean probability),
        ``bought`` (share), ``bought_low`` and ``bought_high`` (95 % Wilson interval).
    """
    parts = np.array_split(np.argsort(probability, kind="stable"), n_bins)
    rows = [(len(part), probability[part].mean(), *share(bought[part])) for part in parts]
    return pd.DataFrame(rows, columns=["visits", "said", "bought", "bought_low", "bought_high"])


def share(bought: np.ndarray) -> tuple[float, float, float]:
    """Return the share of purchases and its 95 % interval (Wilson 1927, JASA 22, 209-212)."""
    found = stats.binomtest(int(bought.sum()), len(bought))
    low, high = found.proportion_ci(method="wilson")
    return float(found.statistic), float(low), float(high)


def _require_probabilities(bought: np.ndarray, probability: np.ndarray) -> None:
    if bought.shape != probability.shape or bought.ndim != 1:
        raise InputError(
            f"expected one probability per visit, got {probability.shape} for {bought.shape}"
        )
    if not ((probability >= 0) & (probability <= 1)).all():
        raise InputError("expected probabilities between 0 and 1, got some outside or not a number")
    require_both(bought, "the scored visits")


def require_both(bought: np.ndarray, part: str) -> None:
    """Raise `InputError` unless `bought`, the outcomes of `part`, holds buyers and others."""
    if not 0 < bought.sum() < len(bought):
        raise InputError(
            f"expected {part} to hold visits with and without a purchase, "
            f"got {int(bought.sum())} with one among {len(bought)}"
        )
