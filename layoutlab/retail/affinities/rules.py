"""Which items foretell another one? Frequent item sets and association rules, by mlxtend.

Sets in at least a chosen share of baskets are found by FP-growth [1]_ on a sparse table, and every
rule "who buys these also buys that" with one item on the right is read off them [2]_.

References
----------
.. [1] Han, Pei and Yin (2000). Mining frequent patterns without candidate generation. SIGMOD.
.. [2] Agrawal and Srikant (1994). Fast algorithms for mining association rules. VLDB.
"""

import math

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.affinities.incidence import Incidence

COLUMNS = ["if", "then", "baskets", "support", "confidence", "lift", "leverage"]
BETWEEN = " + "


def frequent_sets(
    incidence: Incidence, *, min_support: float, max_items: int | None = None
) -> pd.DataFrame:
    """Find all sets of categories in at least a share of the baskets.

    Parameters
    ----------
    incidence : Incidence
    min_support : float
        Least share of baskets, above 0, at most 1.
    max_items : int, optional
        Largest sets to look for, at least 1; any when not given.

    Returns
    -------
    DataFrame
        items (tuple of int, sorted numbers of categories), baskets; by size, then by items.

    Raises
    ------
    InputError
        When a parameter is outside its range.
    """
    _check_share("min_support", min_support)
    if max_items is not None and max_items < 1:
        raise InputError(f"expected max_items of at least 1, got {max_items}")
    from mlxtend.frequent_patterns import fpgrowth

    held = incidence.held.astype(bool)
    least = math.ceil(min_support * incidence.n_baskets)
    kept = np.flatnonzero(np.bincount(held.indices, minlength=held.shape[1]) >= least)
    if not len(kept):
        return pd.DataFrame({"items": [], "baskets": np.array([], np.int64)})
    table = pd.DataFrame.sparse.from_spmatrix(held[:, kept])  # type: ignore[attr-defined]
    found = fpgrowth(table, min_support=min_support, max_len=max_items)
    sets = [tuple(sorted(kept[list(items)].tolist())) for items in found["itemsets"]]
    counted = np.rint(found["support"].to_numpy() * incidence.n_baskets).astype(np.int64)
    frame = pd.DataFrame({"items": sets, "baskets": counted})
    order = sorted(range(len(sets)), key=lambda row: (len(sets[row]), sets[row]))
    return frame.iloc[order].reset_index(drop=True)


def mine(
    incidence: Incidence,
    *,
    min_support: float = 0.001,
    min_confidence: float = 0.5,
    max_items: int | None = None,
) -> pd.DataFrame:
    """Find all rules with one category on the right.

    Parameters
    ----------
    incidence : Incidence
    min_support, max_items : float, int
        See `frequent_sets`.
    min_confidence : float
        Least share, among the baskets with the left side, of those with the right side as well;
        above 0, at most 1.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`: ``if`` (names joined by " + "), ``then``, baskets with all of
        them, support, confidence, lift and leverage of left and right; the highest lift first,
        ties by baskets and then by name.

    Raises
    ------
    InputError
        When a parameter is outside its range.
    """
    check(min_support, min_confidence)
    sets = frequent_sets(incidence, min_support=min_support, max_items=max_items)
    if not (sets["items"].map(len) > 1).any():
        return pd.DataFrame({name: [] for name in COLUMNS})
    from mlxtend.frequent_patterns import association_rules

    known = pd.DataFrame(
        {
            "itemsets": sets["items"].map(frozenset),
            "support": sets["baskets"] / incidence.n_baskets,
        }
    )
    metrics = ["support", "confidence", "lift", "leverage"]
    found = association_rules(
        known,
        num_itemsets=incidence.n_baskets,
        metric="confidence",
        min_threshold=min_confidence,
        return_metrics=metrics,
    )
    found = found[found["consequents"].map(len) == 1].reset_index(drop=True)
    names = incidence.categories
    frame = pd.DataFrame(
        {
            "if": [BETWEEN.join(names[sorted(left)]) for left in found["antecedents"]],
            "then": [str(names[min(right)]) for right in found["consequents"]],
            "baskets": np.rint(found["support"] * incidence.n_baskets).astype(np.int64),
            **{name: found[name] for name in metrics},
        }
    )
    order = ["lift", "baskets", "if", "then"]
    return frame.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def check(min_support: float, min_confidence: float) -> None:
    """Refuse shares that `mine` would refuse.

    Raises
    ------
    InputError
        When one is not above 0 and at most 1.
    """
    _check_share("min_support", min_support)
    _check_share("min_confidence", min_confidence)


def _check_share(name: str, share: float) -> None:
    if not 0 < share <= 1:
        raise InputError(f"expected {name} above 0 and at most 1, got {share}")
