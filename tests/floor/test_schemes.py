from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.floor.schemes import (
    a12,
    compare_pairs,
    holm,
    interval,
    paired_values,
    summarise,
    tie_letters,
)


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
    pairs = compare_pairs(values)
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
    pairs = compare_pairs(paired_values(runs))
    assert (pairs["p_holm"] == 1).all()
    assert (pairs["verdict"] == "tie").all()
    assert (pairs["a12"] == 0.5).all()
    assert interval(np.full(5, 2.0), "mean", rng=np.random.default_rng(0)) == (2.0, 2.0)


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.5])), [0.04, 0.09, 0.09, 0.5])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1, 1])


def test_a12_counts_wins_and_half_the_ties():
    assert a12(np.array([1.0, 2.0]), np.array([1.0, 0.0])) == (3 + 0.5) / 4
    assert a12(np.array([0.0]), np.array([1.0])) == 0


def test_pairs_agree_with_scipys_wilcoxon():
    values = paired_values(tidy_runs())
    p = compare_pairs(values).set_index(["one", "other"]).loc[("a × x", "a × y"), "p"]
    assert p == pytest.approx(stats.wilcoxon(values["a × x"], values["a × y"]).pvalue)


@pytest.mark.parametrize("seed", range(20))
def test_letters_are_shared_exactly_by_ties(seed):
    rng = np.random.default_rng(seed)
    groups = list("pqrstu")
    rows = [(*pair, "tie" if rng.random() < 0.6 else pair[0]) for pair in combinations(groups, 2)]
    letters = tie_letters(groups, pd.DataFrame(rows, columns=["one", "other", "verdict"]))
    for one, other, verdict in rows:
        assert bool(set(letters[one]) & set(letters[other])) == (verdict == "tie")


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
    failed = runs.assign(best_fitness=[np.nan, *runs["best_fitness"][1:]])
    with pytest.raises(InputError, match="expected every scheme at each of 2 or more seeds"):
        paired_values(failed)
