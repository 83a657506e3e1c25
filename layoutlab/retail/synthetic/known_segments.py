"""How alike are groups of customers and the segments that the simulator drew them from?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score

from layoutlab.errors import InputError


def matched(true: np.ndarray, group: np.ndarray, n: int) -> np.ndarray:
    """Return how often each of `n` segments meets each of `n` groups, groups in the best order.

    Both are codes from 0, shape (customers,); the order makes the diagonal's sum largest.
    """
    table = np.zeros((n, n), int)
    np.add.at(table, (true, group), 1)
    return np.asarray(table[:, linear_sum_assignment(-table)[1]])


def agreement(
    truth: dict[str, Any],
    groups: Mapping[str, pd.Series],
    *,
    rng: np.random.Generator,
    n_resamples: int = 200,
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Compare groupings with the true segments.

    Parameters
    ----------
    truth : dict
        Of `layoutlab.retail.synthetic.known_store.KnownStore`.
    groups : mapping of str to Series of int
        By way of grouping: a group, from 0, for each customer_id of the index.
    rng : numpy.random.Generator
    n_resamples : int
        Resamples of customers for the 95 % percentile intervals.

    Returns
    -------
    scores : DataFrame
        By way: ``customers``, ``adjusted_rand`` (0 by chance, 1 the same) with ``low`` and
        ``high``, and ``accuracy`` under the best matching of groups and segments.
    confusions : dict of str to DataFrame of int
        By way: true segments by groups.

    Raises
    ------
    InputError
        For a customer whom the truth does not know.
    """
    names = list(truth["segments"])
    scores, confusions = {}, {}
    for way, found in groups.items():
        strangers = [name for name in found.index if name not in truth["customers"]]
        if strangers:
            raise InputError(f"expected customers of the truth, got {strangers[0]!r}")
        true = np.array([names.index(truth["customers"][name]) for name in found.index])
        group = found.to_numpy()
        n = max(len(names), int(group.max()) + 1)
        table = matched(true, group, n)
        drawn = rng.integers(len(true), size=(n_resamples, len(true)))
        again = [adjusted_rand_score(true[rows], group[rows]) for rows in drawn]
        low, high = np.quantile(again, [0.025, 0.975])
        scores[way] = {
            "customers": len(true),
            "adjusted_rand": adjusted_rand_score(true, group),
            "low": float(low),
            "high": float(high),
            "accuracy": np.trace(table) / len(true),
        }
        columns = [f"group {i + 1}" for i in range(n)]
        confusions[way] = pd.DataFrame(table[: len(names)], index=names, columns=columns)
    return pd.DataFrame.from_dict(scores, orient="index"), confusions
