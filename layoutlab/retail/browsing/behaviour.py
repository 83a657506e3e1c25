"""Who buys in this visit? Parts that never mix, the baseline to beat, and honest probabilities.

Nothing here sees a test visit before it is scored: the split comes first, the baseline is fitted
on the training part and the calibration on the validation part.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from layoutlab.errors import InputError
from layoutlab.retail.browsing.scores import SMALLEST, require_both
from layoutlab.retail.browsing.visit_columns import CATEGORIES, FEATURES, NUMBERS, TARGET

RARE = 20


@dataclass(frozen=True)
class Split:
    """Row numbers of the three parts; no row is in two."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def features_without(*left_out: str) -> tuple[str, ...]:
    """Return `FEATURES` in order, less those named.

    Raises
    ------
    InputError
        When a name is no feature.
    """
    unknown = set(left_out) - set(FEATURES)
    if unknown:
        raise InputError(f"expected names among {', '.join(FEATURES)}, got {sorted(unknown)}")
    return tuple(name for name in FEATURES if name not in left_out)


def split_visits(
    visits: pd.DataFrame,
    way: str,
    *,
    rng: np.random.Generator,
    validation_from: int = 9,
    test_from: int = 11,
) -> Split:
    """Split visits into training, validation and test.

    Parameters
    ----------
    visits : pandas.DataFrame
        The contract of `layoutlab.retail.browsing.visits`.
    way : str
        ``"time"``: by month, each part later than the one before, as a shop would use the model.
        ``"random"``: 60, 20 and 20 % with equal shares of buyers, as much of the literature does.
    rng : numpy.random.Generator
        Used by the random split alone.
    validation_from, test_from : int
        First month (1 to 12) of the validation and of the test part, for the split by time.

    Raises
    ------
    InputError
        When the way is unknown, the months do not rise, or a part lacks buyers or non-buyers.
    """
    if way == "time":
        split = _by_time(visits["month"].to_numpy(), validation_from, test_from)
    elif way == "random":
        require_both(visits[TARGET].to_numpy(), "the visits")
        split = _at_random(visits[TARGET].to_numpy(), rng)
    else:
        raise InputError(f"expected split to be 'time' or 'random', got {way!r}")
    for part in ("train", "validation", "test"):
        require_both(visits[TARGET].to_numpy()[getattr(split, part)], f"the {part} part")
    return split


def _by_time(month: np.ndarray, validation_from: int, test_from: int) -> Split:
    if not 1 < validation_from < test_from <= 12:
        raise InputError(
            f"expected 1 < validation_from < test_from <= 12, got {validation_from} and {test_from}"
        )
    later = (month >= validation_from).astype("int64") + (month >= test_from)
    return Split(*(np.flatnonzero(later == part) for part in range(3)))


def _at_random(bought: np.ndarray, rng: np.random.Generator) -> Split:
    rows = np.arange(len(bought))
    if min(bought.sum(), (~bought).sum()) < 5:
        raise InputError(
            "expected at least 5 visits with and 5 without a purchase to split at random, "
            f"got {int(bought.sum())} and {int((~bought).sum())}"
        )
    seeds = [int(seed) for seed in rng.integers(2**31, size=2)]
    rest, test = train_test_split(rows, test_size=0.2, stratify=bought, random_state=seeds[0])
    train, validation = train_test_split(
        rest, test_size=0.25, stratify=bought[rest], random_state=seeds[1]
    )
    return Split(np.sort(train), np.sort(validation), np.sort(test))


def fit_baseline(visits: pd.DataFrame, names: Sequence[str] = FEATURES) -> Pipeline:
    """Fit a logistic regression: log of numbers, standardised, and categories one-hot.

    Categories seen in fewer than `RARE` training visits count as one; unseen ones as none.

    Parameters
    ----------
    visits : pandas.DataFrame
        Training visits, with and without purchase.
    names : sequence of str
        Features to use.

    Returns
    -------
    sklearn.pipeline.Pipeline
        ``predict_proba(visits)[:, 1]`` is the (uncalibrated) probability.
    """
    require_both(visits[TARGET].to_numpy(), "the training visits")
    scaled = make_pipeline(FunctionTransformer(np.log1p), StandardScaler())
    one_hot = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=RARE, sparse_output=False
    )
    columns = make_column_transformer(
        (scaled, [name for name in NUMBERS if name in names]),
        (one_hot, [name for name in CATEGORIES if name in names]),
    )
    pipeline = make_pipeline(columns, LogisticRegression(max_iter=1000))
    return pipeline.fit(visits[list(names)], visits[TARGET].to_numpy())


def platt(bought: np.ndarray, probability: np.ndarray) -> tuple[float, float]:
    """Return slope and intercept on the logit that make probabilities fit what happened.

    Fit them on validation visits only.

    Parameters
    ----------
    bought : ndarray of bool, shape (n,)
    probability : ndarray of float, shape (n,)

    References
    ----------
    J. Platt (1999), Probabilistic outputs for support vector machines, in Advances in Large Margin
    Classifiers, equation 1; without his smoothed targets, which matter for few visits only.
    """
    require_both(bought, "the validation part")
    scale = LogisticRegression(C=np.inf).fit(_logit(probability)[:, None], bought)
    return float(scale.coef_[0, 0]), float(scale.intercept_[0])


def rescaled(probability: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    """Return probabilities after `platt`'s slope and intercept on their logit."""
    return np.asarray(expit(slope * _logit(probability) + intercept))


def _logit(probability: np.ndarray) -> np.ndarray:
    return np.asarray(logit(np.clip(probability, SMALLEST, 1 - SMALLEST)))
