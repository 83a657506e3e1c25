import numpy as np
import pytest

from layoutlab.floor.comparison.resampling import percentile_interval, resample_counts


def test_counts_add_up_to_the_runs_and_repeat_with_the_seed():
    counts = resample_counts(7, rng=np.random.default_rng(1), resamples=200)
    assert counts.shape == (200, 7)
    assert (counts.sum(axis=1) == 7).all()
    again = resample_counts(7, rng=np.random.default_rng(1), resamples=200)
    np.testing.assert_array_equal(counts, again)


def test_counts_give_the_standard_error_of_a_mean():
    values = np.random.default_rng(2).normal(size=40)
    means = resample_counts(40, rng=np.random.default_rng(3), resamples=20_000) @ values / 40
    assert means.std() == pytest.approx(values.std() / np.sqrt(40), rel=0.03)


def test_an_interval_keeps_the_infinite():
    estimates = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, np.inf], [4.0, np.inf]])
    low, high = percentile_interval(estimates, 0.5)
    assert low.tolist() == [1.0, 1.0]
    assert high.tolist() == [3.0, np.inf]
