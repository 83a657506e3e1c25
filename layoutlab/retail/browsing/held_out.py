"""What would a model have said of visits it was not trained on? Cross-fitting, month by month.

A model for the coming months should learn from every month there is, which leaves none to calibrate
it and none to compare the coming months with. Cross-fitting gives both back: every visit gets its
probability from a model trained on the other folds.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.model_selection import StratifiedKFold

from layoutlab.errors import InputError
from layoutlab.retail.browsing.scores import require_both
from layoutlab.retail.browsing.visit_columns import MONTHS, TARGET

FitPredict = Callable[[pd.DataFrame, pd.DataFrame], np.ndarray]


def cross_fitted(
    visits: pd.DataFrame, fit_predict: FitPredict, *, folds: int = 5, rng: np.random.Generator
) -> np.ndarray:
    """Return a probability for each visit from a model that was trained without its fold.

    Parameters
    ----------
    visits : pandas.DataFrame
        The contract of visits, with and without purchase.
    fit_predict : callable
        From training visits and others to the others' probabilities, shape (n,).
    folds : int
        At least 2, with equal shares of buyers.
    rng : numpy.random.Generator
        Puts visits into folds.

    Raises
    ------
    InputError
        When there are fewer buyers, or fewer others, than folds.
    """
    bought = visits[TARGET].to_numpy()
    require_both(bought, "the visits")
    fewest = int(min(bought.sum(), (~bought).sum()))
    if not 2 <= folds <= fewest:
        raise InputError(f"expected folds from 2 to {fewest}, got {folds}")
    held_out = np.empty(len(visits))
    drawn = StratifiedKFold(folds, shuffle=True, random_state=int(rng.integers(2**31)))
    for train, test in drawn.split(visits, bought):
        held_out[test] = fit_predict(visits.iloc[train], visits.iloc[test])
    return held_out


def monthly_gaps(
    visits: pd.DataFrame, said: np.ndarray, *, watched_from: int, level: float = 0.95
) -> pd.DataFrame:
    """Return, by month, how many bought beside how many were said to.

    Parameters
    ----------
    visits : pandas.DataFrame
        The contract of visits; months in the order of the year.
    said : ndarray of float, shape (n,)
        Probabilities of visits the model was not trained on.
    watched_from : int
        First month, 1 to 12, after the training months.
    level : float
        Confidence of Student's interval around the gap, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        By name of month: ``visits``, ``bought`` and ``said`` (shares), ``gap`` (bought less said)
        with ``gap_low`` and ``gap_high``, and ``watched``. The interval of one visit has no width.
    """
    if np.shape(said) != (len(visits),):
        raise InputError(
            f"expected one probability per visit, got {np.shape(said)} for {len(visits)}"
        )
    rows = {}
    for month, part in visits.assign(said=said).groupby("month"):
        gap = part[TARGET].to_numpy(float) - part["said"].to_numpy()
        half = 0.0
        if len(gap) > 1:
            half = float(stats.t.ppf((1 + level) / 2, len(gap) - 1) * stats.sem(gap))
        rows[MONTHS[int(str(month)) - 1]] = {
            "visits": len(part),
            "bought": float(part[TARGET].mean()),
            "said": float(part["said"].mean()),
            "gap": float(gap.mean()),
            "gap_low": float(gap.mean() - half),
            "gap_high": float(gap.mean() + half),
            "watched": int(str(month)) >= watched_from,
        }
    return pd.DataFrame.from_dict(rows, orient="index")
