"""Who buys, said by many small trees? Slow boosting on features, their ratios and their counts.

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
from layoutlab.retail.browsing.visit_counts import Seen, counts, learn
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


@dataclass(frozen=True)
class Boosted:
    """Fitted runs, the features they take and the training visits' counts."""

    runs: tuple[HistGradientBoostingClassifier, ...]
    names: tuple[str, ...]
    seen: Seen


def columns(
    visits: pd.DataFrame, names: Sequence[str], seen: Seen, *, learnt: bool = False
) -> np.ndarray:
    """Return features, ratios and counts as one matrix, float64, shape (n, columns).

    Parameters
    ----------
    visits : pandas.DataFrame
    names : sequence of str
        Features to use.
    seen : mapping
        From `visit_counts.learn`.
    learnt : bool
        True when the counts are of these very visits.
    """
    given = inputs(visits, names)
    numbers = {name: given[name] for name in names if name in NUMBERS}
    taken = [*given.values(), *ratios(numbers).values(), counts(seen, visits, learnt=learnt)]
    return np.hstack([np.asarray(column, dtype="float64") for column in taken])


def fit(
    train: pd.DataFrame,
    names: Sequence[str] = FEATURES,
    trees: Trees | None = None,
    *,
    rng: np.random.Generator,
) -> Boosted:
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
    seen = learn(train, names)
    known, bought = columns(train, names, seen, learnt=True), train[TARGET].to_numpy()
    runs = tuple(
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
    )
    return Boosted(runs, tuple(names), seen)


def predict(model: Boosted, visits: pd.DataFrame) -> np.ndarray:
    """Return the runs' vote for each visit: a probability, float64, shape (n,)."""
    known = columns(visits, model.names, model.seen)
    return vote(*(run.predict_proba(known)[:, 1] for run in model.runs))


def vote(*probabilities: np.ndarray) -> np.ndarray:
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
