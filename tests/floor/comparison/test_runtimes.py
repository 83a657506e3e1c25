import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.comparison import runtimes

SPENT = np.array([[10, 20, 30], [10, 25, 40]])
BEST = np.array([[1.0, 1.0, 3.0], [2.0, 2.0, 2.0]])


@st.composite
def curves(draw):
    runs, points = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    spent = np.cumsum(rng.integers(1, 9, size=(runs, points)), axis=1)
    best = np.maximum.accumulate(rng.integers(0, 6, size=(runs, points)).astype(float), axis=1)
    return spent, best


def test_a_curve_read_upwards():
    found = runtimes.values_at(SPENT, BEST, np.array([9, 10, 29, 30, 99]))
    np.testing.assert_array_equal(found, [[np.nan, 1, 1, 3, 3], [np.nan, 2, 2, 2, 2]])


def test_a_curve_read_sideways():
    found = runtimes.hitting_times(SPENT, BEST, np.array([0.5, 1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_array_equal(found, [[10, 10, 30, 30, np.inf], [10, 10, 10, np.inf, np.inf]])


@settings(max_examples=60, deadline=None)
@given(curves())
def test_both_readings_agree_with_a_plain_loop(drawn):
    spent, best = drawn
    targets, budgets = np.arange(0, 7.0), np.arange(0, spent.max() + 2)
    times = runtimes.hitting_times(spent, best, targets)
    values = runtimes.values_at(spent, best, budgets)
    for run, (moments, levels) in enumerate(zip(spent, best, strict=True)):
        for at, target in enumerate(targets):
            hit = [m for m, level in zip(moments, levels, strict=True) if level >= target]
            assert times[run, at] == (hit[0] if hit else np.inf)
        for at, budget in enumerate(budgets):
            done = [level for m, level in zip(moments, levels, strict=True) if m <= budget]
            np.testing.assert_equal(values[run, at], done[-1] if done else np.nan)
    reached = times[:, :, None] <= budgets
    np.testing.assert_array_equal(reached, (values[:, None, :] >= targets[:, None]))


def test_running_time_counts_the_evaluations_of_failed_runs():
    times = np.array([[30.0, np.inf], [np.inf, np.inf], [20.0, np.inf]])
    found = runtimes.expected_running_time(times, np.array([100, 40, 50]))
    assert found.tolist() == [(30 + 40 + 20) / 2, np.inf]


def test_fixed_target_gives_each_group_its_success_and_interval():
    groups = ["a", "b", "a", "b"]
    spent, best = np.repeat(SPENT, 2, axis=0), np.repeat(BEST, 2, axis=0)
    found = runtimes.fixed_target(
        groups, spent, best, np.array([2.0, 3.0]), rng=np.random.default_rng(0)
    ).set_index(["group", "target"])
    assert found["reached"].tolist() == [2, 1, 2, 1]
    assert found.loc[("a", 2.0), "ert"] == (30 + 10) / 2
    assert found.loc[("a", 3.0), "ert"] == 30 + 40
    assert found.loc[("a", 2.0), ["ert_low", "ert_high"]].tolist() == [10, 30]
    assert found.loc[("a", 3.0), ["ert_low", "ert_high"]].tolist() == [30, np.inf]
    same = found.loc["a"].to_numpy() == found.loc["b"].to_numpy()
    assert same.all(), "every group is resampled alike"


def test_fixed_budget_gives_bands():
    found = runtimes.fixed_budget(["a", "a"], SPENT, BEST, np.array([10, 40]))
    assert found["mean"].tolist() == [1.5, 2.5]
    assert found["median"].tolist() == [1.5, 2.5]
    np.testing.assert_allclose(found["low"], [1.1, 2.1])
    np.testing.assert_allclose(found["high"], [1.9, 2.9])


def test_targets_go_from_the_first_generation_to_the_best():
    levels = runtimes.target_levels(BEST, 4)
    np.testing.assert_allclose(levels, [1.5, 2.0, 2.5, 3.0])
    assert levels[-1] <= BEST.max()
    with pytest.raises(InputError, match="count: expected at least 2 targets, got 1"):
        runtimes.target_levels(BEST, 1)


def test_the_ecdf_counts_pairs_of_run_and_target():
    times = np.array([[1.0, 5.0], [2.0, np.inf]])
    budgets = np.array([0, 1, 2, 5])
    shares = runtimes.shares_reached(times, budgets)
    assert shares.tolist() == [[0, 0.5, 0.5, 1], [0, 0, 0.5, 0.5]]
    found = runtimes.ecdf({"a": shares, "b": shares}, budgets, rng=np.random.default_rng(0))
    assert found.loc[found["group"] == "a", "share"].tolist() == [0, 0.25, 0.5, 0.75]
    assert found["share"].between(found["low"], found["high"]).all()
    assert found.loc[3, ["low", "high"]].tolist() == [0.5, 1]


def test_what_cannot_be_a_curve_is_refused():
    with pytest.raises(InputError) as error:
        runtimes.values_at(SPENT, BEST[:1], np.array([1]))
    assert str(error.value) == (
        "curves: expected evaluations and best so far of one shape (runs, points), got "
        "(2, 3) and (1, 3)"
    )
    falling = BEST[:, ::-1]
    with pytest.raises(InputError, match="expected evaluations and best so far that never fall"):
        runtimes.hitting_times(SPENT, falling, np.array([1.0]))
    with pytest.raises(InputError, match="expected as many runs in each, got a: 1, b: 2"):
        runtimes.fixed_target(
            ["a", "b", "b"],
            SPENT[[0, 0, 0]],
            BEST[[0, 0, 0]],
            np.array([1.0]),
            rng=np.random.default_rng(0),
        )
