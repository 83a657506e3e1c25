"""Is a store like those learned from? Distances by hand, limits, and when the warning rings."""

from dataclasses import replace

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import applicability
from layoutlab.retail.layout_value.layout_sums import SUMS, Sums


def sums(rows):
    return Sums(np.asarray(rows, float), np.empty((len(rows), 0)), np.empty((len(rows), 0)))


@pytest.fixture
def many(some, rng):
    """Ten stores about one another, whose layouts change the sums by about 1."""
    n = len(some.tables.store_features)
    return [
        replace(
            some,
            tables=replace(some.tables, store_features=rng.normal(2, 1, n)),
            sums=sums(np.vstack([np.zeros(len(SUMS)), rng.normal(0, 1, (300, len(SUMS)))])),
        )
        for _ in range(20)
    ]


def simple():
    return applicability.Known(np.array([1.0, 0.0]), np.diag([1.0, 0.25]), 2.0, np.eye(2), 1.5)


def test_distances_by_hand(some):
    store = replace(some.tables, store_features=np.array([3.0, 4.0]))  # 2 and 4 / 2 off
    assert applicability.farness(simple(), store) == pytest.approx(np.sqrt((4 + 4) / 2) / 2)
    told = applicability.layout_farness(simple(), sums([[0, 0], [3, 0]]))
    assert told == pytest.approx([0, np.sqrt(9 / 2) / 1.5])


def test_the_warning_says_what_is_far(some):
    near = replace(some.tables, store_features=np.array([1.0, 0.0]))
    far = replace(some.tables, store_features=np.array([21.0, 0.0]))
    usual, large = sums(np.zeros((20, 2))), sums(np.vstack([np.zeros((15, 2)), np.full((5, 2), 9)]))
    assert applicability.warning(simple(), near, usual) == ""
    assert applicability.warning(simple(), far, usual) == (
        "scores not to be trusted: this store is 7.1 times as far from the training stores as any "
        "of them was from the others"
    )
    assert applicability.warning(simple(), near, large) == (
        "scores not to be trusted: 25% of these layouts change more than 99 % of those learned from"
    )
    assert applicability.warning(simple(), far, large).count("; ") == 1


def test_a_store_of_the_same_kind_does_not_ring(many, some, rng):
    known = applicability.learn(many)
    n = len(some.tables.store_features)
    like = replace(some.tables, store_features=rng.normal(2, 0.5, n))
    unlike = replace(some.tables, store_features=np.full(n, 30.0))
    rows = rng.normal(0, 1, (500, len(SUMS)))
    assert applicability.warning(known, like, sums(rows)) == ""
    assert (applicability.layout_farness(known, sums(rows)) > 1).mean() == pytest.approx(
        0.01, abs=0.015
    )
    assert applicability.farness(known, unlike) > 3
    assert "of these layouts" in applicability.warning(known, like, sums(5 * rows))


def test_few_stores_are_refused(many):
    with pytest.raises(InputError, match=r"^stores: expected at least 10, got 9$"):
        applicability.learn(many[:9])


def test_intervals_widen_with_the_distance(some):
    far = replace(some.tables, store_features=np.array([1.0, 4.0 * np.sqrt(2) * 3]))  # 3 limits
    near = replace(some.tables, store_features=np.array([1.0, 0.0]))
    half = np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 1.0]])
    layouts = sums([[0, 0], [1.5 * np.sqrt(2) * 5, 0]])  # 0 and 5 limits
    told = applicability.widened(simple(), far, layouts, half)
    assert told == pytest.approx(half * np.array([[3.0], [5.0]]))
    assert applicability.widened(simple(), near, layouts, half) == pytest.approx(
        half * np.array([[1.0], [5.0]])
    )
