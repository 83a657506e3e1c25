"""Counts by hand, by brute force, of other visits only, and without a look at who bought."""

import numpy as np
import pandas as pd
import pytest

from layoutlab.retail.browsing import visit_counts
from layoutlab.retail.browsing.behaviour import features_without
from layoutlab.retail.browsing.visitors import simulate


@pytest.fixture(scope="module")
def visits():
    return simulate(200, rng=np.random.default_rng(6))[0]


def test_counts_by_hand(visits):
    train = visits.head(4).assign(region=[1, 1, 2, 2], traffic_type=[1, 1, 1, 3])
    names = ("region", "traffic_type")
    seen = visit_counts.learn(train, names)
    assert list(seen) == [("region",), ("traffic_type",), names]
    assert visit_counts.counts(seen, train, learnt=True).tolist() == [
        [1, 2, 1],
        [1, 2, 1],
        [1, 2, 0],
        [1, 0, 0],
    ]
    asked = visits.head(2).assign(region=[2, 9], traffic_type=[1, 1])
    assert visit_counts.counts(seen, asked).tolist() == [[2, 3, 1], [0, 3, 0]]


def test_counts_agree_with_comparing_all_pairs(visits):
    train, asked = visits.iloc[:120], visits.iloc[100:]
    seen = visit_counts.learn(train)
    assert list(seen) == [*visit_counts.CIRCUMSTANCES, *visit_counts.HEAPS]
    found = visit_counts.counts(seen, asked)
    for place, group in enumerate(seen):
        known, new = train[list(group)].to_numpy(), asked[list(group)].to_numpy()
        same = (new[:, None] == known[None]).all(axis=2)
        np.testing.assert_array_equal(found[:, place], same.sum(axis=1), err_msg=str(group))
    alone = visit_counts.counts(seen, train, learnt=True)
    np.testing.assert_array_equal(alone, visit_counts.counts(seen, train) - 1)
    assert alone.min() == 0


def test_features_left_out_are_not_counted(visits):
    seen = visit_counts.learn(visits, features_without("month", "page_values"))
    assert not {"month", "page_values"} & {name for group in seen for name in group}


def test_who_bought_changes_nothing(visits):
    first, second = (
        visit_counts.learn(part) for part in (visits, visits.assign(bought=~visits["bought"]))
    )
    for group, known in first.items():
        pd.testing.assert_series_equal(known, second[group])
