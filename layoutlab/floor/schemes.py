"""Do selection and crossover schemes differ beyond chance? Paired tests, intervals and ties.

The comparison takes a tidy table of runs: one row per run with its selection, crossover, seed,
best fitness and evaluations. Runs are paired by seed and must have spent equal budgets. What
cannot be told apart at the stated level is called a tie.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError

SCHEME = ("selection", "crossover")
FEWEST_SEEDS = 2


def paired_values(
    runs: pd.DataFrame,
    by: Sequence[str] = SCHEME,
    value: str = "best_fitness",
    budget: str = "evaluations",
) -> pd.DataFrame:
    """Return one row per seed and one column per group, once the runs are seen to be comparable.

    Parameters
    ----------
    runs : DataFrame
        Columns selection, crossover, seed, `value` and `budget`; a row per run.
    by : sequence of str
        What makes a group; over the rest the runs of one seed are averaged.
    value, budget : str
        Columns to compare, larger being better, and to hold equal.

    Returns
    -------
    DataFrame of float, index seed, columns "selection × crossover" in order of first appearance

    Raises
    ------
    InputError
        When a column or a run is missing, a run appears twice, or the runs of one seed spent
        different budgets.
    """
    missing = [name for name in (*SCHEME, "seed", value, budget) if name not in runs.columns]
    if missing:
        raise InputError(
            f"runs: expected columns {', '.join(missing)}, got {', '.join(map(str, runs.columns))}"
        )
    repeated = runs.duplicated([*SCHEME, "seed"])
    if repeated.any():
        row = ", ".join(map(str, runs.loc[repeated, [*SCHEME, "seed"]].iloc[0]))
        raise InputError(f"runs: expected one run per scheme and seed, got {row} more than once")
    spent = runs.groupby("seed")[budget].agg(["min", "max"])
    unequal = spent.index[spent["min"] != spent["max"]]
    if len(unequal):
        low, high = spent.loc[unequal[0]]
        raise InputError(
            f"runs: expected equal {budget} within a seed, got {low} to {high} at seed {unequal[0]}"
        )
    group = runs[by[0]].astype(str)
    for name in by[1:]:
        group = group + " × " + runs[name].astype(str)
    table = runs.assign(group=group).pivot_table(index="seed", columns="group", values=value)
    table = table[list(dict.fromkeys(group))]
    if table.isna().any(axis=None) or len(table) < FEWEST_SEEDS:
        raise InputError(
            f"runs: expected every scheme at each of {FEWEST_SEEDS} or more seeds, got "
            f"{len(runs)} runs over {len(table)} seeds and {table.shape[1]} schemes"
        )
    return table.rename_axis(columns=None)


def interval(
    values: np.ndarray,
    statistic: str,
    *,
    rng: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 9_999,
) -> tuple[float, float]:
    """Return a percentile bootstrap interval of the "mean" or the "median" (Efron, 1979).

    Parameters
    ----------
    values : ndarray of float, shape (runs,)
        At least 2.
    """
    found = stats.bootstrap(
        (np.asarray(values, dtype=float),),
        {"mean": np.mean, "median": np.median}[statistic],
        n_resamples=resamples,
        confidence_level=confidence,
        method="percentile",
        rng=rng,
    ).confidence_interval
    return float(found.low), float(found.high)


def summarise(
    table: pd.DataFrame, *, rng: np.random.Generator, confidence: float = 0.95
) -> pd.DataFrame:
    """Return each group's mean and median with bootstrap intervals, best mean first.

    Parameters
    ----------
    table : DataFrame
        As `paired_values` gives it.

    Returns
    -------
    DataFrame
        Columns group, runs, mean, mean_low, mean_high, median, median_low, median_high, best,
        worst, mean_rank (1 is best, equal values share ranks).
    """
    mean_rank = table.rank(axis=1, ascending=False).mean()
    rows = []
    for group in table.columns:
        values = table[group].to_numpy()
        row = {"group": group, "runs": len(values)}
        for statistic in ("mean", "median"):
            low, high = interval(values, statistic, rng=rng, confidence=confidence)
            row[statistic] = float(getattr(np, statistic)(values))
            row |= {f"{statistic}_low": low, f"{statistic}_high": high}
        row |= {"best": values.max(), "worst": values.min(), "mean_rank": mean_rank[group]}
        rows.append(row)
    ordered = pd.DataFrame(rows).sort_values("mean", ascending=False, kind="stable")
    return ordered.reset_index(drop=True)


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return p-values adjusted for their number, step by step from the smallest (Holm, 1979)."""
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def a12(one: np.ndarray, other: np.ndarray) -> float:
    """Return the chance that a run of `one` beats one of `other`, ties counting half.

    0.5 is no effect, 1 always better (Vargha and Delaney, Journal of Educational and Behavioral
    Statistics 25, 2000).
    """
    difference = np.subtract.outer(one, other)
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def compare_pairs(table: pd.DataFrame, level: float = 0.05) -> pd.DataFrame:
    """Test every pair of groups over the seeds they share.

    The test is Wilcoxon's signed-rank test, two-sided, seeds without a difference split between
    both signs; where no seed differs, p is 1. The p-values are adjusted by Holm's method.

    Parameters
    ----------
    table : DataFrame
        As `paired_values` gives it.
    level : float
        Adjusted p-values above it are ties.

    Returns
    -------
    DataFrame
        Columns one, other, difference (mean of one minus other), a12, p, p_holm, verdict: "tie",
        or the group that is better.
    """
    rows = []
    for one, other in combinations(table.columns, 2):
        left, right = table[one].to_numpy(), table[other].to_numpy()
        change = left - right
        p = stats.wilcoxon(change, zero_method="zsplit").pvalue if change.any() else 1.0
        rows.append((one, other, change.mean(), a12(left, right), float(p)))
    pairs = pd.DataFrame(rows, columns=["one", "other", "difference", "a12", "p"])
    pairs["p_holm"] = holm(pairs["p"].to_numpy())
    better = np.where(pairs["difference"] > 0, pairs["one"], pairs["other"])
    pairs["verdict"] = np.where(pairs["p_holm"] > level, "tie", better)
    return pairs


def tie_letters(groups: Sequence[str], pairs: pd.DataFrame) -> dict[str, str]:
    """Return letters such that two groups share one exactly when they are tied.

    Parameters
    ----------
    groups : sequence of str
        In the order in which letters are given, best first.
    pairs : DataFrame
        As `compare_pairs` gives it.

    References
    ----------
    Piepho, "An Algorithm for a Letter-Based Representation of All-Pairwise Comparisons", Journal
    of Computational and Graphical Statistics 13 (2004): insert and absorb.
    """
    sets = [set(groups)]
    for one, other in pairs.loc[pairs["verdict"] != "tie", ["one", "other"]].itertuples(
        index=False
    ):
        split = [part for tied in sets for part in _without_both(tied, one, other)]
        sets = [part for part in split if not any(part < wider for wider in split)]
        sets = [part for at, part in enumerate(sets) if part not in sets[:at]]
    place = {group: at for at, group in enumerate(groups)}
    sets.sort(key=lambda tied: sorted(place[group] for group in tied))
    return {
        group: "".join(chr(ord("a") + at) for at, tied in enumerate(sets) if group in tied)
        for group in groups
    }


def _without_both(tied: set[str], one: str, other: str) -> list[set[str]]:
    return [tied - {one}, tied - {other}] if {one, other} <= tied else [tied]
