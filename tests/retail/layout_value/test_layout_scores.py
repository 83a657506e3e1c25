"""How well scores rank and know what they know: by hand."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from layoutlab.retail.layout_value import scores
from layoutlab.retail.layout_value.labelled import TARGETS


def with_truth(some, truth):
    """Return labels that come to `truth` against the present layout, in per cent and points."""
    absolute = np.vstack([np.ones(3), 1 + truth / 100])
    absolute[0, 2], absolute[1:, 2] = 0.5, 0.5 + truth[:, 2] / 100
    return replace(some, halves=np.stack([absolute, absolute]))


def test_ranks_are_spearmans(some):
    truth = np.array([[1.0, 4.0, 0.1], [2.0, 3.0, 0.2], [3.0, 2.0, 0.3], [4.0, 1.0, 0.4]])
    told = np.array([[1.0, 1.0, 7.0], [3.0, 2.0, 7.0], [2.0, 3.0, 7.0], [4.0, 4.0, 7.0]])
    assert scores.rhos([with_truth(some, truth)], [told])[0] == pytest.approx([0.8, -1.0, 0.0])


def test_the_interval_of_a_mean_is_over_stores(rng):
    mean, low, high = scores.mean_interval(np.tile([[0.0], [1.0]], (50, 1)), rng=rng)
    assert mean.item() == 0.5
    assert low.item() == pytest.approx(0.5 - 1.96 * 0.05, abs=0.01)
    assert high.item() == pytest.approx(0.5 + 1.96 * 0.05, abs=0.01)


def test_half_of_an_interval_by_hand():
    trust = scores.Trust(np.array([3.0, 0.0, 1.0]), np.array([4.0, 2.0, 0.0]))
    half = trust.half(np.array([[1.0, 5.0, 9.0]]))
    assert half == pytest.approx(scores.NORMAL_95 * np.array([[5.0, 10.0, 1.0]]))


def test_trust_learns_how_errors_grow_with_the_spread(some, rng):
    spread = rng.uniform(0.1, 3.0, (4000, 3))
    off = rng.normal(size=spread.shape) * np.sqrt(0.5**2 + (2 * spread) ** 2)
    told = rng.normal(0, 5, spread.shape)
    store = with_truth(some, told + off)
    trust = scores.learn_trust([store], [(told, spread)])
    # 1 % of the largest errors are left out, which makes both a little small
    assert trust.per_spread == pytest.approx(np.full(3, 1.9), abs=0.15)
    said = scores.calibration([store], [(told, spread)], trust)
    for name in TARGETS:
        assert said[name]["coverage"] == pytest.approx(0.945, abs=0.012)
        assert said[name]["slope"] == pytest.approx(1, abs=0.05)


def test_coverage_is_the_share_inside(some):
    truth = np.array([[1.0, 2.0, 0.1], [3.0, 4.0, 0.3]])
    told = truth + np.array([[0.5, 0.0, 0.2], [-1.5, 1.0, 0.0]])
    inside = scores.coverage([with_truth(some, truth)], [told], [np.full((2, 3), 0.9)])
    assert inside.tolist() == [0.5, 0.5, 1.0]


def test_calibration_counts_what_lies_inside():
    truth = np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0], [4.0, 4.0, 4.0]])
    store = SimpleNamespace(relative=np.vstack([np.zeros(3), truth]))
    told, spread = truth * 2, np.zeros((3, 3))
    trust = scores.Trust(np.full(3, 2.5 / scores.NORMAL_95), np.zeros(3))
    said = scores.calibration([store], [(told, spread)], trust)["metres"]
    assert said["coverage"] == pytest.approx(2 / 3)  # off by 0, 2 and 4; half is 2.5
    assert (said["slope"], said["r2"]) == (pytest.approx(0.5), pytest.approx(1))
    assert said["intercept"] == pytest.approx(0)
