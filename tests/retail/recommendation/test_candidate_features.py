"""Candidates and features against values worked out by hand and by loops."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.candidate_features import (
    EARLIER_FROM,
    LEAST,
    NAMES,
    NEVER,
    describe,
    describe_training,
)
from layoutlab.retail.recommendation.customer_memory import PRIOR, remember
from layoutlab.retail.recommendation.histories import cut, split_last, study, take
from layoutlab.retail.recommendation.simulated_histories import simulated

TRAIN = {"a": [[0, 1], [1], [2]], "b": [[0], [2]], "c": [[3], [3], [4]]}
MADE = study(
    {"train": TRAIN, "validate": {"v": [[0], [4]]}, "test": {"t": [[0, 3], [1], [0], [2]]}}
)


@pytest.fixture(scope="module")
def asked():
    before, last = split_last(MADE.test, 5)
    found = describe(remember(MADE.train, 5), before, last)
    place = {item: at for at, item in enumerate(found.items[0].tolist())}

    def value(item, name):
        return found.features[0, place[item], NAMES.index(name)]

    return found, value


def test_own_items_come_first_and_labels_mark_the_next_basket(asked):
    found, _ = asked
    assert set(found.items[0, :3].tolist()) == {0, 1, 3}
    assert sorted(found.items[0].tolist()) == [0, 1, 2, 3, 4]
    assert found.items[0, found.label[0]].tolist() == [2]


def test_own_purchases_are_counted(asked):
    _, value = asked
    assert value(0, "log_count") == pytest.approx(np.log(3))
    assert value(0, "share") == pytest.approx(2 / 3)
    assert value(0, "decay_70") == pytest.approx((1 + 0.49) / (1 + 0.7 + 0.49))
    assert [value(item, "in_last") for item in range(5)] == [1, 0, 0, 0, 0]
    assert [value(item, "in_last_two") for item in range(5)] == [1, 1, 0, 0, 0]
    assert value(0, "mean_gap") == pytest.approx(np.log1p(2))
    assert value(0, "overdue") == pytest.approx(np.log(1 / 2))
    assert value(3, "log_age") == pytest.approx(np.log1p(2))
    assert [value(item, NAMES[NEVER]) for item in range(5)] == [0, 0, 1, 0, 1]


def test_pairs_count_training_customers(asked):
    _, value = asked
    had_0, had_1, had_3 = 2 / (2 + PRIOR), 1 / (1 + PRIOR), 0
    assert value(2, "pairs_all") == pytest.approx(np.log((had_0 + had_1 + had_3) / 3 + LEAST))
    newest_0 = 1 / (1 + PRIOR)
    assert value(2, "pairs_last") == pytest.approx(np.log(newest_0 + LEAST))
    together = np.log((1 / (2 + PRIOR)) / 3 + LEAST)
    assert value(0, "together") == pytest.approx(together)
    assert value(3, "rebuy") == pytest.approx(PRIOR * 0 / (1 + PRIOR))


def test_neighbours_next_baskets_are_weighed_by_squared_likeness(asked):
    _, value = asked
    root = np.sqrt([2.0, 1.0, 0.0, 1.0])
    own = root / np.linalg.norm(root)
    others = {"a": np.sqrt([1, 2, 0, 0]) / np.sqrt(3), "b": [1, 0, 0, 0], "c": [0, 0, 0, 1]}
    weight = {user: float(own @ np.array(vector)) ** 2 for user, vector in others.items()}
    wanted = (weight["a"] + weight["b"]) / sum(weight.values())
    assert value(2, "next_of_600") == pytest.approx(np.log(wanted + LEAST), rel=1e-5)


def test_training_features_know_nothing_of_the_customers_own_fold():
    made, _ = simulated(60, 20, rng=np.random.default_rng(1))
    told = describe_training(made.train, 20, n_folds=3)
    fold = np.arange(len(made.train)) % 3
    memory = remember(take(made.train, np.flatnonzero(fold != 1)), 20)
    asked = take(made.train, np.flatnonzero(fold == 1))
    alone = describe(memory, *split_last(asked, 20))
    for name in ("items", "features", "label"):
        first = getattr(told, name)[: len(fold)]
        np.testing.assert_array_equal(first[fold == 1], getattr(alone, name))
    n_baskets = np.diff(made.train.first_basket)
    assert len(told.items) == len(fold) + (n_baskets >= EARLIER_FROM).sum()
    place = int(np.flatnonzero((n_baskets >= EARLIER_FROM) & (fold == 1))[0])
    row = len(fold) + int((n_baskets[:place] >= EARLIER_FROM).sum())
    one = take(made.train, np.array([place]))
    earlier = describe(memory, *cut(one, n_baskets[[place]] - 2, 20))
    np.testing.assert_array_equal(told.items[row], earlier.items[0])
    np.testing.assert_array_equal(told.label[row], earlier.label[0])


def test_features_are_finite_for_empty_histories_and_the_same_alone_as_together():
    made, _ = simulated(60, 20, rng=np.random.default_rng(1))
    memory = remember(made.train, 20)
    before, _ = split_last(made.test, 20)
    together = describe(memory, before, n_candidates=8)
    assert together.items.shape == (len(before), 8)
    for place in range(3):
        alone = describe(memory, take(before, np.array([place])), n_candidates=8)
        np.testing.assert_array_equal(alone.items[0], together.items[place])
        np.testing.assert_allclose(alone.features[0], together.features[place], rtol=1e-5)
    short = study({part: {part: [[1]]} for part in ("train", "validate", "test")})
    empty, _ = split_last(short.test, 1)
    assert np.isfinite(describe(remember(short.train, 1), empty).features).all()


def test_one_training_customer_is_too_few():
    alone = study({part: {part: [[1], [1]]} for part in ("train", "validate", "test")})
    with pytest.raises(InputError, match="expected at least two training customers, got 1"):
        describe_training(alone.train, 1)
