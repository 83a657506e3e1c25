"""Do selection and crossover schemes differ beyond chance? Paired tests, effects and ties.

The comparison takes a tidy table of runs: one row per run with its selection, crossover, seed,
best fitness and evaluations. Runs are paired by seed and must have spent equal budgets. What
cannot be told apart at the stated level is called a tie. The tests are those of scipy,
scikit-posthocs and statsmodels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
import scikit_posthocs
from scipy import stats
from statsmodels.stats.multitest import multipletests

from layoutlab.errors import InputError
from layoutlab.floor.comparison.resampling import RESAMPLES, percentile_interval, resample_counts

SCHEME = ("selection", "crossover")
FEWEST_SEEDS = 2
DECIMALS = 9


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
        Rounded to 9 decimals, so that equal floors whose terms were added up in another order
        are equal.

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
    group = scheme_names(runs, by)
    table = runs.assign(group=group).pivot_table(index="seed", columns="group", values=value)
    table = table[list(dict.fromkeys(group))]
    if table.isna().any(axis=None) or len(table) < FEWEST_SEEDS:
        raise InputError(
            f"runs: expected every scheme at each of {FEWEST_SEEDS} or more seeds, got "
            f"{len(runs)} runs over {len(table)} seeds and {table.shape[1]} schemes"
        )
    return table.rename_axis(columns=None).round(DECIMALS)


def scheme_names(runs: pd.DataFrame, by: Sequence[str] = SCHEME) -> pd.Series:
    """Return the name of each run's scheme: its parts, joined by " × "."""
    name = runs[by[0]].astype(str)
    for part in by[1:]:
        name = name + " × " + runs[part].astype(str)
    return name


def summarise(
    table: pd.DataFrame, *, rng: np.random.Generator, confidence: float = 0.95
) -> pd.DataFrame:
    """Return each group's mean and median with bootstrap intervals, best mean first.

    Parameters
    ----------
    table : DataFrame
        As `paired_values` gives it.
    rng : numpy.random.Generator
        Of the percentile bootstrap over seeds (Efron, 1979).

    Returns
    -------
    DataFrame
        Columns group, runs, mean, mean_low, mean_high, median, median_low, median_high, best,
        worst, mean_rank (1 is best, equal values share ranks).
    """
    values = table.to_numpy()
    rows: dict[str, object] = {"group": table.columns, "runs": len(table)}
    for name, statistic in (("mean", np.mean), ("median", np.median)):
        found = stats.bootstrap(
            (values.T,),
            statistic,
            axis=-1,
            n_resamples=RESAMPLES,
            batch=500,
            confidence_level=confidence,
            method="percentile",
            rng=rng,
        ).confidence_interval
        rows[name] = statistic(values, axis=0)
        rows |= {f"{name}_low": found.low, f"{name}_high": found.high}
    rows |= {"best": values.max(axis=0), "worst": values.min(axis=0)}
    rows["mean_rank"] = table.rank(axis=1, ascending=False).mean().to_numpy()
    ordered = pd.DataFrame(rows).sort_values("mean", ascending=False, kind="stable")
    return ordered.reset_index(drop=True)


def a12(one: np.ndarray, other: np.ndarray) -> float:
    """Return the chance that a run of `one` beats one of `other`, ties counting half.

    0.5 is no effect, 1 always better (Vargha and Delaney, Journal of Educational and Behavioral
    Statistics 25, 2000).
    """
    return float(_wins(one, other).mean())


def _wins(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return 1 where a run of `one` (row) beats one of `other` (column), 1/2 where they tie."""
    difference = np.subtract.outer(np.asarray(one), np.asarray(other))
    return np.asarray((difference > 0) + 0.5 * (difference == 0))


def compare_pairs(
    table: pd.DataFrame,
    level: float = 0.05,
    *,
    rng: np.random.Generator | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Test every pair of groups over the seeds they share.

    The test is Wilcoxon's signed-rank test, two-sided, seeds without a difference split between
    both signs. The p-values are adjusted by Holm's method. The interval of A12 is a percentile
    bootstrap over the seeds, drawn for both groups alike.

    Parameters
    ----------
    table : DataFrame
        As `paired_values` gives it, at least 2 groups.
    level : float
        Adjusted p-values of at least this are ties.
    rng : numpy.random.Generator, optional
        Of the bootstrap; without it A12 has no interval.

    Returns
    -------
    DataFrame
        Columns one, other, difference (mean of one minus other), a12, a12_low and a12_high (with
        `rng`), p, p_holm, verdict: "tie", or the group with the higher mean.
    """
    if table.shape[1] < 2:
        raise InputError(f"table: expected at least 2 groups, got {table.shape[1]}")
    rows = []
    for one, other in combinations(table.columns, 2):
        left, right = table[one].to_numpy(), table[other].to_numpy()
        change = (left - right).round(DECIMALS)
        p = stats.wilcoxon(change, zero_method="zsplit").pvalue if change.any() else 1.0
        rows.append((one, other, change.mean(), a12(left, right), float(p)))
    pairs = pd.DataFrame(rows, columns=["one", "other", "difference", "a12", "p"])
    if rng is not None:
        counts = resample_counts(len(table), rng=rng, resamples=resamples)
        low, high = _a12_intervals(table, pairs, counts, confidence)
        pairs.insert(4, "a12_low", low)
        pairs.insert(5, "a12_high", high)
    pairs["p_holm"] = multipletests(pairs["p"], method="holm")[1]
    better = np.where(pairs["difference"] > 0, pairs["one"], pairs["other"])
    pairs["verdict"] = np.where(pairs["p_holm"] >= level, "tie", better)
    return pairs


def _a12_intervals(
    table: pd.DataFrame, pairs: pd.DataFrame, counts: np.ndarray, confidence: float
) -> tuple[list[float], list[float]]:
    """Return the bounds of A12 for every pair, all from the same resamples of the seeds."""
    bounds = []
    for one, other in zip(pairs["one"], pairs["other"], strict=True):
        wins = _wins(table[one].to_numpy(), table[other].to_numpy())
        resampled = ((counts @ wins) * counts).sum(axis=1) / len(table) ** 2
        bounds.append([float(bound) for bound in percentile_interval(resampled, confidence)])
    return [low for low, _ in bounds], [high for _, high in bounds]


def p_matrix(groups: Sequence[str], pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the adjusted p-values of `compare_pairs` as a symmetric table, 1 on the diagonal."""
    names = list(groups)
    matrix = pd.DataFrame(1.0, index=names, columns=names)
    for one, other, p in zip(pairs["one"], pairs["other"], pairs["p_holm"], strict=True):
        matrix.loc[one, other] = matrix.loc[other, one] = p
    return matrix


def tie_letters(groups: Sequence[str], pairs: pd.DataFrame, level: float = 0.05) -> dict[str, str]:
    """Return letters such that two groups share one exactly when they are tied.

    Parameters
    ----------
    groups : sequence of str
        In the order in which letters are given, best first.
    pairs : DataFrame
        As `compare_pairs` gives it.
    level : float
        As given to `compare_pairs`.

    References
    ----------
    Piepho, "An Algorithm for a Letter-Based Representation of All-Pairwise Comparisons", Journal
    of Computational and Graphical Statistics 13 (2004), as in scikit-posthocs.
    """
    letters = scikit_posthocs.compact_letter_display(p_matrix(groups, pairs), alpha=level)
    return {group: letters[group].replace(" ", "") for group in groups}


@dataclass(frozen=True)
class Friedman:
    """Friedman's test over blocks and what Nemenyi's adds to it.

    Attributes
    ----------
    statistic, p : float
        χ² with groups - 1 degrees of freedom.
    mean_ranks : Series
        Of each group over the blocks, 1 being best, equal values sharing ranks.
    p_nemenyi : DataFrame
        Symmetric table of pairwise p-values.
    critical_difference : float
        Mean ranks that differ by less are tied at the level.
    """

    statistic: float
    p: float
    mean_ranks: pd.Series
    p_nemenyi: pd.DataFrame
    critical_difference: float


def friedman(table: pd.DataFrame, level: float = 0.05) -> Friedman:
    """Ask over all groups at once whether their ranks within a block differ.

    Parameters
    ----------
    table : DataFrame of float, index block, columns group
        As `paired_values` gives it (a block is a seed), or with a block for each problem; at
        least 3 groups.

    References
    ----------
    Friedman (1937); Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets",
    Journal of Machine Learning Research 7 (2006), section 3.2.2.
    """
    blocks, groups = table.shape
    if groups < 3:
        raise InputError(f"table: expected at least 3 groups, got {groups}")
    values = table.to_numpy()
    statistic, p = 0.0, 1.0
    if (values != values[:, :1]).any():
        statistic, p = map(float, stats.friedmanchisquare(*values.T))
    quantile = stats.studentized_range.ppf(1 - level, groups, np.inf) / np.sqrt(2)
    return Friedman(
        statistic,
        p,
        table.rank(axis=1, ascending=False).mean(),
        scikit_posthocs.posthoc_nemenyi_friedman(table),
        float(quantile * np.sqrt(groups * (groups + 1) / (6 * blocks))),
    )
