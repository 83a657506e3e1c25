"""Are the draws uniform, independent of their neighbours, and fixed by key, purpose and number?"""

import numpy as np
from scipy import stats

from layoutlab.retail.shoppers import chance_kernels
from layoutlab.retail.shoppers.chance_kernels import bell, uniform

KEYS = np.random.default_rng(5).integers(0, 2**64, 4000, dtype=np.uint64)


def test_draws_are_uniform():
    drawn = [uniform(key, 3, 7) for key in KEYS]
    assert stats.kstest(drawn, "uniform").pvalue > 0.01


def test_neighbouring_draws_are_not_correlated():
    drawn = np.array([[uniform(key, p, k) for p, k in ((0, 0), (0, 1), (1, 0))] for key in KEYS])
    off = np.corrcoef(drawn.T)[np.triu_indices(3, 1)]
    assert (np.abs(off) < 4 / np.sqrt(len(KEYS))).all()


def test_numbers_of_one_trip_are_uniform_too():
    drawn = [uniform(KEYS[0], 2, number) for number in range(4000)]
    assert stats.kstest(drawn, "uniform").pvalue > 0.01


def test_the_same_question_has_the_same_answer():
    assert uniform(KEYS[0], 1, 2) == uniform(KEYS[0], 1, 2)
    assert uniform(KEYS[0], 1, 2) != uniform(KEYS[1], 1, 2)


def test_the_bell_has_mean_0_and_variance_1():
    drawn = np.array([bell(key, chance_kernels.DWELL, 4) for key in KEYS])
    assert abs(drawn.mean()) < 0.06
    assert abs(drawn.std() - 1) < 0.05
