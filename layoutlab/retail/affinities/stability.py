"""Would other baskets of the same store tell the same story? Halves of the baskets, compared.

Baskets are split at random into two halves, each half is estimated alone, and the two are held
against each other: do the best k pairs agree, the order of all pairs, the sign? Which ranking of
pairs survives a change of baskets is a reason to trust it.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.affinities import affinity, measures, shrinkage
from layoutlab.retail.affinities import incidence as incidences
from layoutlab.retail.affinities.incidence import Incidence

RANKINGS = ("lift", "lift_low", "shrunk", "shrunk_low", "leverage", "npmi", "jaccard")


def study(
    incidence: Incidence,
    *,
    splits: int = 5,
    tops: Sequence[int] = (20, 100),
    confidence: float = 0.95,
    false_discovery_rate: float = 0.05,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare halves of the baskets, several times.

    Parameters
    ----------
    incidence : Incidence
    splits : int
        Random halvings, at least 1.
    tops : sequence of int
        Numbers of best pairs, each at least 1.
    confidence : float
        Of the limits pairs are ranked by.
    false_discovery_rate : float
        Pairs with a q-value up to this are called real.
    rng : numpy.random.Generator

    Returns
    -------
    rankings : DataFrame
        One row per split and ranking: split, ranking, ``top_20`` and so on (share of the best
        pairs of one half among those of the other), ``chance_20`` (that of two random choices) and
        ``rank_correlation`` (Spearman's, over all pairs, ties at their mean rank).
    signs : DataFrame
        One row per split: split, pairs, real (called in the first half), ``same_sign`` (share of
        these with a lift on the same side of 1 in the second half), ``real_again`` (share also
        called there, on the same side), and ``raw`` and ``shrunk``: means of
        `shrinkage.squared_errors` of the first half's lifts in the second half.

    Raises
    ------
    InputError
        When a parameter is outside its range or the halves share fewer than 5 categories.
    """
    _check(splits, tops)
    rankings, signs = [], []
    for split in range(splits):
        one, two = halves(incidence, rng=rng)
        counted = [incidences.together(half) for half in (one, two)]
        sizes = one.n_baskets, two.n_baskets
        scores = [_scores(*half, confidence) for half in zip(counted, sizes, strict=True)]
        rankings += [
            {"split": split, "ranking": name}
            | agreement(scores[0][name], scores[1][name], tops=tops)
            for name in RANKINGS
        ]
        signs.append(
            {"split": split}
            | _signs(one, two, false_discovery_rate)
            | _errors(scores[0], counted[1], sizes[1])
        )
    return pd.DataFrame(rankings), pd.DataFrame(signs)


def halves(incidence: Incidence, *, rng: np.random.Generator) -> tuple[Incidence, Incidence]:
    """Split baskets at random into two halves; only categories in both are kept.

    With an odd number of baskets the second half has one more.
    """
    order = rng.permutation(incidence.n_baskets)
    parts = order[: len(order) // 2], order[len(order) // 2 :]
    one, two = (incidences.select(incidence, np.sort(part)) for part in parts)
    kept = np.flatnonzero((incidences.popularity(one) > 0) & (incidences.popularity(two) > 0))
    if len(kept) < 5:
        raise InputError(f"expected at least 5 categories in both halves, got {len(kept)}")
    one, two = (
        Incidence(half.categories[kept], half.held[:, kept], half.heads) for half in (one, two)
    )
    return one, two


def agreement(
    first: np.ndarray, second: np.ndarray, *, tops: Sequence[int] = (20, 100)
) -> dict[str, float]:
    """Return how far two scores of the same pairs agree on the best ones and on the order of all.

    Of equal scores the earlier pair counts as the better; tops beyond the number of pairs are cut.
    """
    orders = [np.argsort(-scores, kind="stable") for scores in (first, second)]
    found = {}
    for top in tops:
        k = min(top, len(first))
        found[f"top_{top}"] = len(np.intersect1d(orders[0][:k], orders[1][:k])) / k
        found[f"chance_{top}"] = k / len(first)
    found["rank_correlation"] = float(stats.spearmanr(first, second).statistic)
    return found


def summary(rankings: pd.DataFrame) -> pd.DataFrame:
    """Return the mean over the splits of every ranking, in the order of `RANKINGS`."""
    means = rankings.drop(columns="split").groupby("ranking", sort=False).mean()
    return pd.DataFrame(means)


def _scores(together: np.ndarray, n: int, confidence: float) -> dict[str, np.ndarray]:
    """Return what pairs are ranked by, each of shape (pairs,)."""
    pairs = np.triu_indices(len(together), 1)
    single = together.diagonal().astype(float)
    c, a, b = together[pairs].astype(float), single[pairs[0]], single[pairs[1]]
    values = measures.values_of(c, a, b, n)
    shrunk = shrinkage.posterior(c, a * b / n, shrinkage.fit(c, a * b / n), confidence=confidence)
    low, _ = measures.exact_limits(c, a, b, n, confidence=confidence)["lift"]
    return values | {"lift_low": low, "shrunk": shrunk.lift, "shrunk_low": shrunk.low}


def _signs(one: Incidence, two: Incidence, false_discovery_rate: float) -> dict[str, float]:
    """Return whether pairs called real in one half stay on their side of 1 in the other."""
    first, second = (affinity.estimate(incidences.count(half)) for half in (one, two))
    pairs = np.triu_indices(len(first.categories), 1)
    real, again = (found.q_value[pairs] <= false_discovery_rate for found in (first, second))
    same = (first.lift[pairs] > 1) == (second.lift[pairs] > 1)
    called = int(real.sum())
    return {
        "pairs": len(real),
        "real": called,
        "same_sign": float(same[real].mean()) if called else 1.0,
        "real_again": float((same & again)[real].mean()) if called else 1.0,
    }


def _errors(scores: dict[str, np.ndarray], later: np.ndarray, n: int) -> dict[str, float]:
    """Return how badly raw and shrunk lifts of one half predict the counts of the other."""
    pairs = np.triu_indices(len(later), 1)
    c, e = later[pairs], shrinkage.expected(later, n)[pairs]
    return {
        name: float(shrinkage.squared_errors(scores[score], c, e).mean())
        for name, score in {"raw": "lift", "shrunk": "shrunk"}.items()
    }


def _check(splits: int, tops: Sequence[int]) -> None:
    if splits < 1:
        raise InputError(f"expected splits of at least 1, got {splits}")
    if not tops or min(tops) < 1:
        raise InputError(f"expected tops of at least 1, got {list(tops)}")
