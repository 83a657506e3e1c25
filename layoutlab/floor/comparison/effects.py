"""Which differences matter, and do selection and crossover act together or each on its own?

`practical_equivalence` asks how probably a difference is larger than one that anyone would care
for; `aligned_rank_anova` splits the differences between two factors and their interaction, which
`interaction_contrasts` looks for pair by pair.
"""

from itertools import combinations, product

import baycomp
import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.anova import AnovaRM
from statsmodels.stats.multitest import multipletests

from layoutlab.errors import InputError
from layoutlab.floor.comparison.pairs import DECIMALS, SCHEME

DECIDED = 0.95


def practical_equivalence(
    table: pd.DataFrame,
    against: str,
    rope: float,
    *,
    rng: np.random.Generator,
    samples: int = 10_000,
) -> pd.DataFrame:
    """Return how probably each group is better than, as good as, or worse than `against`.

    The Bayesian signed-rank test: a Dirichlet process over the paired differences, whose typical
    value lies above, within or below a region of practical equivalence.

    Parameters
    ----------
    table : DataFrame
        As `paired_values` gives it.
    against : str
        The group to which every other one is compared.
    rope : float
        Above 0: differences from -rope to rope count as none.
    rng : numpy.random.Generator
        Gives baycomp its seed; no global generator is touched.
    samples : int
        Draws from the posterior; probabilities are known to about 1 / sqrt(samples).

    Returns
    -------
    DataFrame
        Columns group, against, better, equivalent, worse (probabilities), verdict: the one of
        them above 0.95, or "undecided".

    References
    ----------
    Benavoli, Corani, Mangili, Zaffalon and Ruggeri, "A Bayesian Wilcoxon Signed-Rank Test Based on
    the Dirichlet Process", ICML 2014.
    """
    if against not in table.columns:
        raise InputError(f"against: expected one of {', '.join(table.columns)}, got {against!r}")
    if not rope > 0:
        raise InputError(f"rope: expected above 0, got {rope:g}")
    base, rows = table[against].to_numpy(), []
    for group in table.columns.drop(against):
        worse, equivalent, better = baycomp.SignedRankTest.probs(
            base,
            table[group].to_numpy(),
            rope,
            nsamples=samples,
            random_state=int(rng.integers(2**32)),
        )
        rows.append((group, against, float(better), float(equivalent), float(worse)))
    found = pd.DataFrame(rows, columns=["group", "against", "better", "equivalent", "worse"])
    likely = found[["better", "equivalent", "worse"]]
    decided = likely.max(axis=1) > DECIDED
    return found.assign(verdict=likely.idxmax(axis=1).where(decided, "undecided"))


def aligned_rank_anova(
    runs: pd.DataFrame,
    factors: tuple[str, str] = SCHEME,
    value: str = "best_fitness",
    block: str = "seed",
) -> pd.DataFrame:
    """Test both factors and their interaction on ranks, without assuming normal values.

    For each effect the values are stripped of the other effects, ranked, and put into an analysis
    of variance with repeated measures of each block, of which that effect alone is read.

    Parameters
    ----------
    runs : DataFrame
        One run for every combination of the factors and every block.

    Returns
    -------
    DataFrame
        Columns effect (the factors, and "selection × crossover"), f, df, df_error, p,
        eta_squared (partial, from 0 to 1).

    References
    ----------
    Wobbrock, Findlater, Gergle and Higgins, "The Aligned Rank Transform for Nonparametric
    Factorial Analyses Using Only ANOVA Procedures", CHI 2011.
    """
    one, other = factors
    cell, first, second = (
        runs.groupby(list(by))[value].transform("mean") for by in (factors, (one,), (other,))
    )
    overall = runs[value].mean()
    effects = {
        one: (one, first - overall),
        other: (other, second - overall),
        f"{one} × {other}": (f"{one}:{other}", cell - first - second + overall),
    }
    rows = []
    for effect, (row, estimate) in effects.items():
        aligned = (runs[value] - cell + estimate).round(DECIMALS)
        ranked = runs[[one, other, block]].assign(rank=aligned.rank())
        table = AnovaRM(ranked, "rank", block, within=[one, other]).fit().anova_table
        f, df, df_error, p = map(float, table.loc[row])
        rows.append((effect, f, df, df_error, p, f * df / (f * df + df_error)))
    return pd.DataFrame(rows, columns=["effect", "f", "df", "df_error", "p", "eta_squared"])


def interaction_contrasts(
    runs: pd.DataFrame,
    level: float = 0.05,
    *,
    factors: tuple[str, str] = SCHEME,
    value: str = "best_fitness",
    block: str = "seed",
) -> pd.DataFrame:
    """Test every difference of differences: does a change of one factor depend on the other?

    For two levels of each factor, the change from one to the other of the second factor is
    compared between the two levels of the first, seed by seed: Wilcoxon's signed-rank test, p
    adjusted by Holm's method. Unlike `aligned_rank_anova` it takes no common spread for granted.

    Returns
    -------
    DataFrame
        Columns one, other (levels of the first factor), to_one, to_other (of the second),
        difference (mean), p, p_holm, verdict: "interact" or "tie".
    """
    table = runs.pivot_table(index=block, columns=list(factors), values=value, sort=False)
    first, second = (list(dict.fromkeys(runs[factor])) for factor in factors)
    rows = []
    for (one, other), (left, right) in product(combinations(first, 2), combinations(second, 2)):
        changes = [table[each, left] - table[each, right] for each in (one, other)]
        contrast = (changes[0] - changes[1]).to_numpy().round(DECIMALS)
        p = stats.wilcoxon(contrast, zero_method="zsplit").pvalue if contrast.any() else 1.0
        rows.append((one, other, left, right, contrast.mean(), float(p)))
    names = ["one", "other", "to_one", "to_other", "difference", "p"]
    found = pd.DataFrame(rows, columns=names)
    found["p_holm"] = multipletests(found["p"], method="holm")[1]
    return found.assign(verdict=np.where(found["p_holm"] >= level, "tie", "interact"))
