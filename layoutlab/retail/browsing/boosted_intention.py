"""Who buys, said by many small trees? Slow gradient boosting on features and their ratios.

The rival of the Keras model, and its partner: where the two err differently, the mean of their
logits errs less than either.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier

from layoutlab.errors import InputError
from layoutlab.retail.browsing.intention import inputs
from layoutlab.retail.browsing.scores import SMALLEST, require_both
from layoutlab.retail.browsing.visit_columns import FEATURES, NUMBERS, TARGET
from layoutlab.retail.browsing.visit_ratios import ratios


@dataclass(frozen=True)
class Trees:
    """How the boosting is done; chosen on validation visits.

    Runs (`members`) that differ by their seed vote by their mean logit; each adds `trees` of at
    most `leaves` leaves that hold at least `least` visits, at `learning_rate`, every split among
    `features` of the features (a share), leaf values shrunk by `l2`.
    """

    members: int = 5
    trees: int = 150
    leaves: int = 15
    least: int = 40
    learning_rate: float = 0.04
    features: float = 0.4
    l2: float = 5.0


def columns(visits: pd.DataFrame, names: Sequence[str] = FEATURES) -> np.ndarray:
    """Return features and ratios as one matrix, float64, shape (n, columns)."""
    given = inputs(visits, names)
    numbers = {name: given[name] for name in names if name in NUMBERS}
    return np.hstack(
        [
            np.asarray(column, dtype="float64")
            for column in [*given.values(), *ratios(numbers).values()]
        ]
    )


def fit(
    train: pd.DataFrame,
    names: Sequence[str] = FEATURES,
    trees: Trees | None = None,
    *,
    rng: np.random.Generator,
) -> list[HistGradientBoostingClassifier]:
    """Fit the runs on visits.

    Parameters
    ----------
    train : pandas.DataFrame
        Visits with and without purchase.
    names : sequence of str
        Features to use.
    trees : Trees, optional
    rng : numpy.random.Generator
    """
    require_both(train[TARGET].to_numpy(), "the training visits")
    trees = trees or Trees()
    known, bought = columns(train, names), train[TARGET].to_numpy()
    return [
        HistGradientBoostingClassifier(
            learning_rate=trees.learning_rate,
            max_iter=trees.trees,
            max_leaf_nodes=trees.leaves,
            min_samples_leaf=trees.least,
            l2_regularization=trees.l2,
            max_features=trees.features,
            early_stopping=False,
            random_state=int(seed),
        ).fit(known, bought)
        for seed in rng.integers(2**31, size=trees.members)
    ]


def predict(
    runs: Sequence[HistGradientBoostingClassifier],
    visits: pd.DataFrame,
    names: Sequence[str] = FEATURES,
) -> np.ndarray:
    """Return the runs' vote for each visit: a probability, float64, shape (n,)."""
    known = columns(visits, names)
    return blend(*(run.predict_proba(known)[:, 1] for run in runs))


def blend(*probabilities: np.ndarray) -> np.ndarray:
    """Return the mean of probabilities on the logit, shape (n,).

    Raises
    ------
    InputError
        When there is none, or their shapes differ.
    """
    shapes = {given.shape for given in probabilities}
    if len(shapes) != 1:
        raise InputError(f"expected probabilities of one shape, got {sorted(shapes)}")
    logits = [logit(np.clip(given, SMALLEST, 1 - SMALLEST)) for given in probabilities]
    return np.asarray(expit(np.mean(logits, axis=0)))
