"""Which categories are bought together more often than chance would have it, and how sure are we?

For two categories in a and b of n baskets, and together in c, the lift is c n / (a b): 1 when they
are independent [1]_.

`lift` holds the statistics; here they become matrices. Which pairs are real is
decided by the Benjamini-Hochberg procedure [2]_ over the exact p-values of all pairs, which bounds
the expected share of false ones among those called real.

References
----------
.. [1] Brin, Motwani, Ullman and Tsur (1997). Dynamic itemset counting and implication rules for
   market basket data. SIGMOD, section 4.
.. [2] Benjamini and Hochberg (1995). Controlling the false discovery rate. Journal of the Royal
   Statistical Society B 57, 289-300.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.affinities import lift, pairs
from layoutlab.retail.affinities.pairs import PairCounts
from layoutlab.retail.preparation import baskets

MOST_CATEGORIES = 5_000
FALSE_DISCOVERY_RATE = 0.05


@dataclass(frozen=True)
class Affinity:
    """How categories are bought together; every matrix is symmetric, of shape (n, n).

    The diagonal follows the same formulas with a category as its own partner: support is the
    category's, lift 1 / support, q_value 1.

    Attributes
    ----------
    categories : ndarray of str, shape (n,)
        Sorted.
    n_baskets : int
    support : ndarray of float
        Share of baskets with both, 0 to 1.
    lift, lift_low, lift_high : ndarray of float
        Lift and its interval, at least 0.
    q_value : ndarray of float
        Smallest false discovery rate at which the pair is called real, 0 to 1.
    """

    categories: np.ndarray
    n_baskets: int
    support: np.ndarray
    lift: np.ndarray
    lift_low: np.ndarray
    lift_high: np.ndarray
    q_value: np.ndarray


def from_receipts(
    receipts_path: str | Path,
    out_folder: str | Path,
    *,
    min_baskets: int = 1,
    confidence: float = 0.95,
    false_discovery_rate: float = FALSE_DISCOVERY_RATE,
) -> dict[str, Any]:
    """Go from a receipts file to affinities; write all that lies between.

    Parameters
    ----------
    receipts_path : str or Path
        See `layoutlab.retail.preparation.receipts.inspect`.
    out_folder : str or Path
        Gets ``baskets.parquet``, ``rejects.parquet`` and ``affinity.npz``.
    min_baskets, confidence : int, float
        See `estimate`.
    false_discovery_rate : float
        Pairs with a q-value up to this are counted as real.

    Returns
    -------
    dict
        What `preparation.baskets.prepare` counts, and ``pairs``, ``pair_occurrences``,
        ``kept_categories``, ``real_pairs`` and ``top_pairs`` (the first ten of `ranked`).

    Raises
    ------
    InputError
        When the receipts cannot be used or a parameter is outside its range.
    """
    folder = Path(out_folder)
    _check(min_baskets, confidence)
    counted = baskets.prepare(receipts_path, folder / "baskets.parquet", folder / "rejects.parquet")
    counts = pairs.count(folder / "baskets.parquet")
    affinity = estimate(counts, min_baskets=min_baskets, confidence=confidence)
    save(folder / "affinity.npz", affinity)
    real = ranked(affinity, false_discovery_rate)
    return counted | {
        "pairs": counts.n_pairs,
        "pair_occurrences": counts.n_occurrences,
        "kept_categories": len(affinity.categories),
        "real_pairs": len(real),
        "top_pairs": real.head(10).to_dict("records"),
    }


def estimate(counts: PairCounts, *, min_baskets: int = 1, confidence: float = 0.95) -> Affinity:
    """Estimate lifts, intervals and q-values from pair counts.

    Parameters
    ----------
    counts : PairCounts
        With at least one basket.
    min_baskets : int
        Keep categories in at least so many baskets; at least 1. Where every sku is a category it
        keeps the matrices small, and rare categories' intervals honest.
    confidence : float
        Of each single interval, between 0 and 1.

    Raises
    ------
    InputError
        When a parameter is outside its range, no category is kept, or more than `MOST_CATEGORIES`.
    """
    _check(min_baskets, confidence)
    single = counts.together.diagonal()
    kept = np.flatnonzero(single >= min_baskets)
    if not 0 < len(kept) <= MOST_CATEGORIES:
        raise InputError(
            f"expected 1 to {MOST_CATEGORIES} categories in at least {min_baskets} baskets, but "
            f"{len(kept)} of {len(single)} are: choose another min_baskets"
        )
    upper = counts.together[kept][:, kept].toarray().astype(float)
    together = np.triu(upper) + np.triu(upper, 1).T
    n = counts.n_baskets
    expected = np.outer(single[kept], single[kept]) / n
    low, high = lift.limits(together, single[kept][:, None], single[kept], n, confidence=confidence)
    return Affinity(
        counts.categories[kept],
        n,
        together / n,
        together / expected,
        low / expected,
        high / expected,
        _q_values(together, single[kept], n),
    )


def ranked(affinity: Affinity, false_discovery_rate: float = 1.0) -> pd.DataFrame:
    """List the pairs whose q-value is at most `false_discovery_rate`, the surely strongest first.

    Pairs are ordered by the lower limit of their lift, so that two of a kind bought together once
    by chance do not come first.

    Returns
    -------
    DataFrame
        first, second, baskets, lift, lift_low, lift_high, q_value; ties in order of name.
    """
    first, second = np.triu_indices(len(affinity.categories), 1)
    real = affinity.q_value[first, second] <= false_discovery_rate
    first, second = first[real], second[real]
    together = np.rint(affinity.support[first, second] * affinity.n_baskets).astype(np.int64)
    frame = pd.DataFrame(
        {
            "first": affinity.categories[first],
            "second": affinity.categories[second],
            "baskets": together,
            **{
                name: getattr(affinity, name)[first, second]
                for name in ("lift", "lift_low", "lift_high", "q_value")
            },
        }
    )
    return frame.sort_values("lift_low", ascending=False, kind="stable", ignore_index=True)


def ranked_apart(affinity: Affinity, false_discovery_rate: float = 1.0) -> pd.DataFrame:
    """List the pairs bought together less often than by chance, the surely rarest first.

    As `ranked`, but only lifts below 1, ordered by the upper limit.
    """
    found = ranked(affinity, false_discovery_rate)
    apart = found[found["lift"] < 1]
    return apart.sort_values("lift_high", kind="stable", ignore_index=True)


def summary(pairs_found: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Return pairs of `ranked` by name, "first + second": baskets, lift, lift_low, lift_high."""
    columns = ["baskets", "lift", "lift_low", "lift_high"]
    names = pairs_found["first"] + " + " + pairs_found["second"]
    rows = pairs_found[columns].to_numpy(dtype=float).tolist()
    return {
        name: dict(zip(columns, row, strict=True)) for name, row in zip(names, rows, strict=True)
    }


def most_bought(affinity: Affinity, n: int) -> pd.DataFrame:
    """Return the lifts between the `n` most bought categories, shape (n, n) or less, most first."""
    order = np.argsort(-affinity.support.diagonal(), kind="stable")[:n]
    names = affinity.categories[order]
    return pd.DataFrame(affinity.lift[np.ix_(order, order)], index=names, columns=names)


def true_lifts(pairs_found: pd.DataFrame, truth: dict[str, Any]) -> pd.Series:
    """Return the planted lift of each pair of `ranked`, NaN for pairs that were not planted."""
    true = {(pair["first"], pair["second"]): pair["lift"] for pair in truth["pairs"]}
    names = zip(pairs_found["first"], pairs_found["second"], strict=True)
    return pd.Series([true.get(name, np.nan) for name in names], dtype=float)


def recovered(
    affinity: Affinity, truth: dict[str, Any], false_discovery_rate: float
) -> dict[str, float]:
    """Compare with a simulation's truth.

    Parameters
    ----------
    affinity : Affinity
    truth : dict
        As `layoutlab.retail.preparation.simulation.receipts` tells it.
    false_discovery_rate : float
        A pair is called an affinity when its q-value is at most this and its lift above 1.

    Returns
    -------
    dict of str to float
        ``planted`` and ``called`` pairs, ``precision`` and ``recall`` (1 when there is nothing to
        find or nothing called), ``coverage``: share of all intervals that hold the true lift, and
        ``coverage_planted``: of the planted pairs' alone.
    """
    found = ranked(affinity)
    true = true_lifts(found, truth)
    planted = true.notna().to_numpy()
    exact = true.fillna(truth["independent_lift"])
    called = ((found["q_value"] <= false_discovery_rate) & (found["lift"] > 1)).to_numpy()
    covered = ((found["lift_low"] <= exact) & (exact <= found["lift_high"])).to_numpy()
    both = int((planted & called).sum())
    return {
        "planted": len(truth["pairs"]),
        "called": int(called.sum()),
        "precision": both / called.sum() if called.any() else 1.0,
        "recall": both / len(truth["pairs"]) if truth["pairs"] else 1.0,
        "coverage": float(covered.mean()) if len(covered) else 1.0,
        "coverage_planted": float(covered[planted].mean()) if planted.any() else 1.0,
    }


def save(path: str | Path, affinity: Affinity) -> None:
    """Write as npz, one array per attribute."""
    canonical.write_npz(path, **asdict(affinity))


def load(path: str | Path) -> Affinity:
    """Read what `save` wrote.

    Raises
    ------
    InputError
        When the file is no affinity file.
    """
    try:
        with np.load(path) as arrays:
            content = dict(arrays)
        return Affinity(**content | {"n_baskets": int(content["n_baskets"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"expected affinities as npz in {path}: {error}") from error


def _check(min_baskets: int, confidence: float) -> None:
    if min_baskets < 1:
        raise InputError(f"expected min_baskets of at least 1, got {min_baskets}")
    if not 0 < confidence < 1:
        raise InputError(f"expected confidence between 0 and 1, got {confidence}")


def _q_values(together: np.ndarray, single: np.ndarray, n: int) -> np.ndarray:
    first, second = np.triu_indices(len(single), 1)
    q_value = np.ones_like(together)
    if len(first):
        p_value = lift.p_values(together[first, second], single[first], single[second], n)
        q_value[first, second] = stats.false_discovery_control(p_value)
        q_value[second, first] = q_value[first, second]
    return q_value
