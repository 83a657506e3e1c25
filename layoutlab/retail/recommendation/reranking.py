"""How far do boosted trees come with the same candidates and features? The baseline to beat."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.candidate_features import Candidates
from layoutlab.retail.recommendation.set_model import MOST_CUSTOMERS

TREES = 100
PASSED_OVER = 20


def fit_reranker(train: Candidates, *, rng: np.random.Generator) -> HistGradientBoostingClassifier:
    """Train trees on bought candidates and about `PASSED_OVER` others of each customer.

    Raises
    ------
    InputError
        When no training customer bought a candidate.
    """
    some = rng.permutation(np.flatnonzero(train.label.any(axis=1)))[:MOST_CUSTOMERS]
    if not len(some):
        raise InputError("expected training customers whose next basket holds a candidate")
    label = train.label[some]
    keep = label | (rng.random(label.shape) < PASSED_OVER / label.shape[1])
    trees = HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=0.08,
        min_samples_leaf=50,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=int(rng.integers(2**31)),
    )
    return trees.fit(train.features[some][keep], label[keep])


def rerank(trees: HistGradientBoostingClassifier, candidates: Candidates, k: int) -> np.ndarray:
    """Return each customer's k best candidates, best first, -1 where there are no more; (n, k)."""
    n, c, f = candidates.features.shape
    score = trees.decision_function(candidates.features.reshape(n * c, f)).reshape(n, c)
    order = np.argsort(-score, axis=1, kind="stable")[:, :k]
    best = np.take_along_axis(candidates.items, order, axis=1)
    return np.pad(best, ((0, 0), (0, k - best.shape[1])), constant_values=-1)
