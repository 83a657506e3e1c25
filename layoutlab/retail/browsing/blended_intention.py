"""Who buys, said by three that err differently? A network, boosted trees and randomised trees.

The network draws smooth curves, boosting cuts the features where they pay, and trees with cuts at
random (Geurts, Ernst and Wehenkel 2006, Machine Learning 63, section 2) average over many: their
weighted mean on the logit errs less than any of them (Kittler et al. 1998, IEEE TPAMI 20, 226-239).
The weights are fixed: they were chosen once, on inner folds of the training part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.ensemble import ExtraTreesClassifier

from layoutlab.errors import InputError
from layoutlab.retail.browsing import boosted_intention, intention
from layoutlab.retail.browsing.scores import require_both
from layoutlab.retail.browsing.visit_columns import FEATURES, TARGET
from layoutlab.retail.browsing.visit_counts import Seen, learn

WEIGHTS = {"network": 0.1, "boosting": 0.65, "forest": 0.25}
SURE = 1e-4


@dataclass(frozen=True)
class Forest:
    """Fitted randomised trees, the features they take and the training visits' counts."""

    trees: ExtraTreesClassifier
    names: tuple[str, ...]
    seen: Seen


@dataclass(frozen=True)
class Blended:
    """The three fitted on the same visits."""

    network: keras.Model
    boosting: boosted_intention.Boosted
    forest: Forest


def fit_forest(
    train: pd.DataFrame,
    names: Sequence[str] = FEATURES,
    *,
    trees: int = 200,
    rng: np.random.Generator,
) -> Forest:
    """Fit randomised trees on the columns that boosting takes; leaves of three visits at least.

    Parameters
    ----------
    train : pandas.DataFrame
        Visits with and without purchase.
    names : sequence of str
        Features to use.
    trees : int
    rng : numpy.random.Generator
    """
    require_both(train[TARGET].to_numpy(), "the training visits")
    seen = learn(train, names)
    forest = ExtraTreesClassifier(
        n_estimators=trees,
        min_samples_leaf=3,
        max_features=0.5,
        random_state=int(rng.integers(2**31)),
    )
    known = boosted_intention.columns(train, names, seen, learnt=True)
    return Forest(forest.fit(known, train[TARGET].to_numpy()), tuple(names), seen)


def predict_forest(forest: Forest, visits: pd.DataFrame) -> np.ndarray:
    """Return the forest's probability for each visit, float64, shape (n,)."""
    known = boosted_intention.columns(visits, forest.names, forest.seen)
    return np.asarray(forest.trees.predict_proba(known)[:, 1])


def fit(
    train: pd.DataFrame, names: Sequence[str] = FEATURES, *, rng: np.random.Generator
) -> Blended:
    """Fit all three on visits with their own recipes.

    Parameters
    ----------
    train : pandas.DataFrame
        Visits with and without purchase.
    names : sequence of str
        Features to use.
    rng : numpy.random.Generator
    """
    network, _ = intention.fit_network(train, names=names, rng=rng)
    return Blended(
        network,
        boosted_intention.fit(train, names, rng=rng),
        fit_forest(train, names, rng=rng),
    )


def answers(model: Blended, visits: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what each of the three says: by name of `WEIGHTS` a probability, shape (n,)."""
    return {
        "network": intention.predict(model.network, visits),
        "boosting": boosted_intention.predict(model.boosting, visits),
        "forest": predict_forest(model.forest, visits),
    }


def predict(model: Blended, visits: pd.DataFrame) -> np.ndarray:
    """Return the blend's probability for each visit, float64, shape (n,)."""
    return blend(answers(model, visits))


def blend(
    probabilities: Mapping[str, np.ndarray], weights: Mapping[str, float] = WEIGHTS
) -> np.ndarray:
    """Return the weighted mean of probabilities on the logit.

    No one is believed beyond `SURE`: a forest that says never would outweigh all others.

    Parameters
    ----------
    probabilities : mapping of str to ndarray of float, shape (n,)
        By name, from 0 to 1.
    weights : mapping of str to float
        At least 0, not all of them; those of the names given are used, and need not add up to 1.

    Raises
    ------
    InputError
        When shapes differ, a name has no weight, or the weights cannot be used.
    """
    shapes = {given.shape for given in probabilities.values()}
    if len(shapes) != 1:
        raise InputError(f"expected probabilities of one shape, got {sorted(shapes)}")
    unknown = sorted(set(probabilities) - set(weights))
    if unknown:
        raise InputError(f"expected weights of {', '.join(weights)}, got none of {unknown}")
    weight = np.array([weights[name] for name in probabilities])
    if not (weight >= 0).all() or not weight.sum() > 0:
        raise InputError(f"expected weights of at least 0, not all 0, got {weight.tolist()}")
    logits = [logit(np.clip(given, SURE, 1 - SURE)) for given in probabilities.values()]
    return np.asarray(expit(np.average(logits, axis=0, weights=weight)))
