from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.floor.comparison.pairs import (
    a12,
    compare_pairs,
    friedman,
    p_matrix,
    paired_values,
    summarise,
    tie_letters,
)


def pairs_of(table, level=0.05):
    return compare_pairs(table, level, rng=np.random.default_rng(1), resamples=999)


def tidy_runs(seeds=31):
    """Runs of four schemes: a is better than b by 1, crossover makes no difference."""
    rng = np.random.default_rng(3)
    rows = [
        (selection, crossover, seed, 5 + better + 0.1 * rng.standard_normal(), 100 + seed)
        for selection, better in (("a", 1.0), ("b", 0.0))
        for crossover in ("x", "y")
        for seed in range(seeds)
    ]
    return pd.DataFrame(
        rows, columns=["selection", "crossover", "seed", "best_fitness", "evaluations"]
    )


def test_runs_are_paired_by_seed_in_the_order_given():
    values = paired_values(tidy_runs().sample(frac=1, random_state=1).sort_values("selection"))
    assert set(values.columns) == {"a × x", "a × y", "b × x", "b × y"}
    assert values.index.tolist() == list(range(31))
    by_selection = paired_values(tidy_runs(), ["selection"])
    assert by_selection.columns.tolist() == ["a", "b"]
    full = paired_values(tidy_runs())
    np.testing.assert_allclose(by_selection["a"], (full["a × x"] + full["a × y"]) / 2)


def test_what_was_planted_is_found_and_the_rest_is_tied():
    values = paired_values(tidy_runs())
    pairs = pairs_of(values)
    verdict = pairs.set_index(["one", "other"])["verdict"]
    assert verdict["a × x", "a × y"] == verdict["b × x", "b × y"] == "tie"
    assert verdict["a × x", "b × y"] == "a × x"
    summary = summarise(values, rng=np.random.default_rng(0))
    letters = tie_letters(summary["group"].tolist(), pairs)
    assert letters["a × x"] == letters["a × y"] == "a"
    assert letters["b × x"] == letters["b × y"] == "b"
    assert (summary["mean_low"] < summary["mean"]).all()
    assert (summary["mean"] < summary["mean_high"]).all()
    assert summary["mean"].is_monotonic_decreasing
    assert summary["mean_rank"].sum() == pytest.approx(1 + 2 + 3 + 4)


def test_equal_runs_are_a_tie_with_an_interval_of_no_width():
    runs = tidy_runs().assign(best_fitness=2.0)
    pairs = pairs_of(paired_values(runs))
    assert (pairs["p_holm"] == 1).all()
    assert (pairs["verdict"] == "tie").all()
    assert (pairs["a12"] == 0.5).all()
    assert (pairs[["a12_low", "a12_high"]] == 0.5).all(axis=None)
    summary = summarise(paired_values(runs), rng=np.random.default_rng(0))
    bounds = summary[["mean_low", "mean_high", "median_low", "median_high", "best", "worst"]]
    assert (bounds == 2.0).all(axis=None)
    test = friedman(paired_values(runs))
    assert (test.statistic, test.p) == (0.0, 1.0)
    assert (test.mean_ranks == 2.5).all()


def test_a12_counts_wins_and_half_the_ties():
    assert a12(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == (3 + 0.5) / 4
    assert a12(np.array([0.0]), np.array([1.0])) == 0


def test_the_interval_of_a12_is_the_bootstrap_of_its_definition():
    values = paired_values(tidy_runs(9))[["a × x", "a × y"]]
    row = pairs_of(values).iloc[0]
    rng, resampled = np.random.default_rng(5), []
    for _ in range(2000):
        drawn = values.iloc[rng.integers(9, size=9)].to_numpy()
        resampled.append(a12(drawn[:, 0], drawn[:, 1]))
    low, high = np.quantile(resampled, [0.025, 0.975])
    assert row["a12"] == a12(values["a × x"], values["a × y"])
    without = compare_pairs(values)
    assert without.columns.tolist() == row.index.drop(["a12_low", "a12_high"]).tolist()
    assert (row["a12_low"], row["a12_high"]) == pytest.approx((low, high), abs=0.04)


def test_sums_that_differ_by_a_rounding_are_equal():
    runs = tidy_runs(3).assign(best_fitness=0.3)
    runs.loc[runs["crossover"] == "x", "best_fitness"] = 0.1 + 0.2
    assert (pairs_of(paired_values(runs))["verdict"] == "tie").all()
    assert (pairs_of(paired_values(runs))["a12"] == 0.5).all()


def test_p_values_stand_in_a_symmetric_table_adjusted_by_holm():
    pairs = pairs_of(paired_values(tidy_runs(20)))
    steps = np.sort(pairs["p"].to_numpy()) * np.arange(len(pairs), 0, -1)
    np.testing.assert_allclose(
        np.sort(pairs["p_holm"]), np.minimum(np.maximum.accumulate(steps), 1)
    )
    matrix = p_matrix(["b × x", "a × x", "a × y", "b × y"], pairs)
    assert (matrix.to_numpy() == matrix.to_numpy().T).all()
    assert (np.diag(matrix) == 1).all()
    by_pair = pairs.set_index(["one", "other"])["p_holm"]
    assert matrix.loc["b × x", "a × x"] == by_pair["a × x", "b × x"]


def test_friedman_by_hand():
    table = pd.DataFrame({"a": [3.0, 3, 3, 3], "b": [2.0, 2, 2, 1], "c": [1.0, 1, 1, 2]})
    test = friedman(table)
    assert test.mean_ranks.tolist() == [1, 2.25, 2.75]
    # χ² = 12 N / (k (k + 1)) · (Σ R² − k (k + 1)² / 4), Demšar (2006), section 3.2.2
    by_hand = 12 * 4 / 12 * (1 + 2.25**2 + 2.75**2 - 3 * 16 / 4)
    assert test.statistic == pytest.approx(by_hand)
    # q = 2.343 for three groups at 5 %, Demšar's table 5 (a)
    assert test.critical_difference == pytest.approx(2.343 * np.sqrt(12 / 24), abs=1e-3)
    assert test.p_nemenyi.loc["a", "c"] < 0.05 < test.p_nemenyi.loc["a", "b"]
    with pytest.raises(InputError, match="table: expected at least 3 groups, got 2"):
        friedman(table[["a", "b"]])


def test_the_seed_fixes_every_interval():
    values = paired_values(tidy_runs(12))
    pd.testing.assert_frame_equal(pairs_of(values), pairs_of(values))
    one, other = (summarise(values, rng=np.random.default_rng(4)) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_pairs_agree_with_scipys_wilcoxon():
    values = paired_values(tidy_runs())
    p = pairs_of(values).set_index(["one", "other"]).loc[("a × x", "a × y"), "p"]
    assert p == pytest.approx(stats.wilcoxon(values["a × x"], values["a × y"]).pvalue)


@pytest.mark.parametrize("seed", range(20))
def test_letters_are_shared_exactly_by_ties(seed):
    rng = np.random.default_rng(seed)
    groups = list("pqrstu")
    rows = [(*pair, 0.05 if rng.random() < 0.6 else 0.01) for pair in combinations(groups, 2)]
    letters = tie_letters(groups, pd.DataFrame(rows, columns=["one", "other", "p_holm"]))
    for one, other, p in rows:
        assert bool(set(letters[one]) & set(letters[other])) == (p >= 0.05)


def test_runs_that_cannot_be_compared_are_refused():
    runs = tidy_runs(3)
    with pytest.raises(InputError) as error:
        paired_values(runs.drop(columns="evaluations"))
    assert str(error.value) == (
        "runs: expected columns evaluations, got selection, crossover, seed, best_fitness"
    )
    with pytest.raises(InputError) as error:
        paired_values(pd.concat([runs, runs[:1]]))
    assert str(error.value) == (
        "runs: expected one run per scheme and seed, got a, x, 0 more than once"
    )
    unequal = runs.assign(evaluations=[101, *runs["evaluations"][1:]])
    with pytest.raises(InputError) as error:
        paired_values(unequal)
    assert str(error.value) == (
        "runs: expected equal evaluations within a seed, got 100 to 101 at seed 0"
    )
    for incomplete in (runs[1:], runs[runs["seed"] == 0]):
        with pytest.raises(InputError, match="expected every scheme at each of 2 or more seeds"):
            paired_values(incomplete)
    with pytest.raises(InputError, match="table: expected at least 2 groups, got 1"):
        pairs_of(paired_values(runs)[["a × x"]])
    failed = runs.assign(best_fitness=[np.nan, *runs["best_fitness"][1:]])
    with pytest.raises(InputError, match="expected every scheme at each of 2 or more seeds"):
        paired_values(failed)
