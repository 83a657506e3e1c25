"""Are the prior and the posteriors right, and do shrunk lifts predict better than raw ones?"""

import numpy as np
import pytest
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.affinities import shrinkage
from layoutlab.retail.affinities.shrinkage import Prior

PRIOR = Prior(2.0, 4.0, 3.0, 1.5, 0.3)


def drawn(m, rng, prior=PRIOR):
    """Return true lifts, counts and expectations of m pairs."""
    one = rng.random(m) < prior.weight
    true = np.where(
        one,
        rng.gamma(prior.shape_1, 1 / prior.rate_1, m),
        rng.gamma(prior.shape_2, 1 / prior.rate_2, m),
    )
    e = rng.lognormal(0, 1.5, m)
    return true, rng.poisson(true * e), e


def test_one_posterior_against_numerical_integration():
    grid = np.linspace(1e-4, 30, 300_001)
    prior = PRIOR.weight * stats.gamma.pdf(grid, 2, scale=1 / 4) + (1 - PRIOR.weight) * (
        stats.gamma.pdf(grid, 3, scale=1 / 1.5)
    )
    density = prior * stats.poisson.pmf(7, grid * 2.5)
    density /= density.sum()
    below = density.cumsum()
    found = shrinkage.posterior(np.array([7.0]), np.array([2.5]), PRIOR, confidence=0.9)
    assert found.lift[0] == pytest.approx((grid * density).sum(), rel=1e-4)
    assert found.low[0] == pytest.approx(grid[np.searchsorted(below, 0.05)], abs=2e-4)
    assert found.high[0] == pytest.approx(grid[np.searchsorted(below, 0.95)], abs=2e-4)


def test_the_prior_is_found_again():
    _, c, e = drawn(20_000, np.random.default_rng(1))
    found = shrinkage.fit(c, e)
    assert found.mean == pytest.approx(PRIOR.mean, rel=0.03)
    grid = np.linspace(0.02, 6, 200)

    def below(prior):
        return prior.weight * stats.gamma.cdf(grid, prior.shape_1, scale=1 / prior.rate_1) + (
            1 - prior.weight
        ) * stats.gamma.cdf(grid, prior.shape_2, scale=1 / prior.rate_2)

    assert np.abs(below(found) - below(PRIOR)).max() < 0.04


def test_intervals_hold_the_true_lifts_and_shrinking_predicts_better():
    rng = np.random.default_rng(2)
    true, c, e = drawn(6_000, rng)
    found = shrinkage.posterior(c, e, shrinkage.fit(c, e))
    assert ((found.low <= true) & (true <= found.high)).mean() == pytest.approx(0.945, abs=0.01)
    errors = shrinkage.held_out_errors(c, e, rng.poisson(true * e), e)
    assert errors.loc["all", "shrunk"] < errors.loc["all", "raw"]
    assert errors.loc["all", "shrunk"] < errors.loc["all", "independent"]
    assert errors["pairs"].iloc[1:].sum() == errors.loc["all", "pairs"] == 6_000


def test_rare_pairs_are_drawn_to_the_prior_and_frequent_ones_stay():
    c, e = np.array([1.0, 0.0, 4_000.0]), np.array([0.01, 0.01, 1_000.0])
    found = shrinkage.posterior(c, e, PRIOR)
    assert 1 < found.lift[0] < 5
    assert found.lift[1] == pytest.approx(PRIOR.mean, rel=0.02)
    assert found.lift[2] == pytest.approx(4, rel=0.005)


def test_matrices_are_symmetric_and_the_diagonal_is_no_pair():
    rng = np.random.default_rng(3)
    held = (rng.random((500, 8)) < 0.3).astype(int)
    found = shrinkage.shrink(held.T @ held, 500)
    for matrix in (found.lift, found.low, found.high):
        assert np.isnan(matrix.diagonal()).all()
        assert np.array_equal(matrix, matrix.T, equal_nan=True)
    off = ~np.eye(8, dtype=bool)
    assert (found.low[off] < found.lift[off]).all()
    assert (found.lift[off] < found.high[off]).all()


@pytest.mark.parametrize(
    ("c", "e", "message"),
    [
        ([1.0] * 9, [1.0] * 9, "expected at least 10 pairs to learn a prior from, got 9"),
        ([1.0] * 10, [0.0] * 10, "expected counts of at least 0 and expectations above 0"),
        ([-1.0] * 10, [1.0] * 10, "expected counts of at least 0 and expectations above 0"),
    ],
)
def test_counts_that_teach_nothing(c, e, message):
    with pytest.raises(InputError) as caught:
        shrinkage.fit(c, e)
    assert str(caught.value) == message


def test_a_confidence_outside_its_range():
    with pytest.raises(InputError, match="expected confidence between 0 and 1, got 1"):
        shrinkage.posterior(np.ones(2), np.ones(2), PRIOR, confidence=1)
