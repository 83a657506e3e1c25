import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.retail.promise import gains


def test_a_gain_by_hand():
    found = gains.compared(np.array([1.0, 3.0]), np.array([2.0, 4.0]))
    # ratio 1.5; residuals 0.5 and -0.5; error sqrt(0.5 * 2 / 1) / 4 = 0.25; t 12.7062
    assert (found.value, found.low, found.high) == pytest.approx(
        (0.5, 0.5 - 0.25 * 12.7062, 0.5 + 0.25 * 12.7062), abs=1e-4
    )
    assert not found.clear


def test_no_change_is_no_gain_without_any_doubt():
    same = np.array([3.0, 1.0, 2.0])
    assert gains.compared(same, same) == gains.Gain(0.0, 0.0, 0.0)
    assert gains.compared(same, 2 * same).clear


def test_the_interval_of_a_gain_holds_the_truth_as_often_as_it_says():
    rng, held = np.random.default_rng(5), 0
    for _ in range(2000):
        before = rng.gamma(20, 1, 20)
        after = 1.1 * before + rng.normal(0, 2, 20)
        found = gains.compared(before, after)
        held += found.low <= 0.1 <= found.high
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_units_must_match_and_be_worth_something():
    two = np.ones(2)
    with pytest.raises(InputError, match="before and after, got 2 and 3"):
        gains.compared(two, np.ones(3))
    with pytest.raises(InputError, match="expected the sum before to be above 0, got 0"):
        gains.compared(0 * two, two)


def test_the_mean_by_hand():
    found = gains.mean([1.0, 3.0])
    # t of one degree at 97.5 % is 12.706; the error is sqrt(2) / sqrt(2) = 1
    assert (found.value, found.high) == pytest.approx((2.0, 2 + 12.7062), abs=1e-4)
    assert not found.clear
    with pytest.raises(InputError, match="expected at least two repetitions, got 1"):
        gains.mean([1.0])


def test_fieller_without_scatter_below_is_the_scaled_mean():
    above = np.array([1.0, 2.0, 4.0])
    found, plain = gains.ratio_of_means(above, [2.0, 2.0, 2.0]), gains.mean(above)
    assert found.value == pytest.approx(plain.value / 2)
    assert (found.low, found.high) == pytest.approx((plain.low / 2, plain.high / 2))


def test_fieller_is_unbounded_where_the_promise_may_be_nothing():
    found = gains.ratio_of_means([1.0, 2.0, 3.0], [-1.0, 1.0, 0.5])
    assert (found.low, found.high) == (float("-inf"), float("inf"))


@given(st.floats(0.1, 10), st.integers(0, 1000))
def test_fieller_scales(factor, seed):
    rng = np.random.default_rng(seed)
    below = rng.normal(5, 0.5, 6)
    above = below * 0.7 + rng.normal(0, 0.3, 6)
    one, many = (gains.ratio_of_means(above * by, below) for by in (1.0, factor))
    assert (many.low, many.value, many.high) == pytest.approx(
        (one.low * factor, one.value * factor, one.high * factor)
    )


def test_fieller_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        below = rng.normal(3, 1, 6)
        above = 0.6 * below + rng.normal(0, 1, 6)
        found = gains.ratio_of_means(above, below)
        held += found.low <= 0.6 <= found.high
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_pairs_must_match():
    with pytest.raises(InputError, match="got 2 values above and 3 below"):
        gains.ratio_of_means([1.0, 2.0], [1.0, 2.0, 3.0])


def test_an_interval_without_an_end_is_told_as_none():
    table = pd.DataFrame({"ratio": [0.5, 1.0], "low": [-np.inf, 0.5]}, ["rule", "search"])
    assert gains.told(table) == {
        "rule": {"ratio": 0.5, "low": None},
        "search": {"ratio": 1.0, "low": 0.5},
    }
