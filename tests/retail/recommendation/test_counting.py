"""Counting baselines against loops over customers."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.counting import (
    Habits,
    counted,
    habit_vectors,
    most_popular,
    nearest,
    personal,
    popularity,
    quality,
    rank,
    tifu,
    tune,
)
from layoutlab.retail.recommendation.histories import split_last, study
from layoutlab.retail.recommendation.simulated_histories import simulated

TRAIN = {"a": [[0, 1], [1], [1, 2]], "b": [[3], [2, 3]], "c": [[0]]}
MADE = study({"train": TRAIN, "validate": {"v": [[0], [4]]}, "test": {"t": [[0, 3], [1]]}})
HABITS = Habits(group=2, within=0.5, between=0.25, neighbours=2, own=0.5)


def test_counts_decay_with_the_age_of_the_basket():
    assert counted(MADE.train, 5).toarray()[0].tolist() == [1, 3, 1, 0, 0]
    assert counted(MADE.train, 5, 0.5).toarray()[0].tolist() == [0.25, 1.75, 1, 0, 0]
    assert counted(MADE.train, 5, 0.0).toarray()[0].tolist() == [0, 1, 1, 0, 0]
    assert popularity(MADE.train, 5).tolist() == [2, 3, 2, 2, 0]


def test_rankings_break_ties_by_popularity_and_end_where_items_do():
    popular = popularity(MADE.train, 5)
    asked, _ = split_last(MADE.test, 5)
    assert rank(most_popular(MADE.train, 5), asked, popular, 6).tolist() == [[1, 0, 2, 3, 4, -1]]
    assert rank(personal(5), asked, popular, 3).tolist() == [[0, 3, 1]]


def loop_vector(baskets, habits, width=5):
    newest_first = baskets[::-1]
    groups = [
        newest_first[start : start + habits.group]
        for start in range(0, len(newest_first), habits.group)
    ]
    vector = np.zeros(width)
    for older, group in enumerate(groups):
        for place, basket in enumerate(group):
            vector[basket] += habits.between**older * habits.within**place / len(group)
    return vector / len(groups)


def test_habit_vectors_and_neighbours_equal_loops():
    vectors = habit_vectors(MADE.train, 5, HABITS).toarray()
    wanted = np.array([loop_vector(baskets, HABITS) for baskets in TRAIN.values()])
    np.testing.assert_allclose(vectors, wanted, rtol=1e-6)
    asked, _ = split_last(MADE.test, 5)
    own = loop_vector([[0, 3]], HABITS)
    near = np.argsort(((wanted - own) ** 2).sum(axis=1))[:2]
    score = tifu(MADE.train, 5, HABITS)(asked)
    np.testing.assert_allclose(score[0], 0.5 * own + 0.5 * wanted[near].mean(axis=0), rtol=1e-6)


def test_nearest_are_the_k_most_alike():
    assert nearest(np.array([[0.1, 3.0, 2.0]]), 2).tolist() == [[1, 2]]
    assert nearest(np.array([[1.0, 2.0]]), 9).tolist() == [[0, 1]]


def test_tuning_takes_the_first_of_the_best_on_validation():
    made, _ = simulated(60, 20, rng=np.random.default_rng(1))
    grid = (
        Habits(own=0.0, neighbours=5),
        Habits(own=0.5, neighbours=5),
        Habits(own=0.5, neighbours=5),
    )
    habits, best = tune(made.train, made.validate, 20, grid)
    asked, truth = split_last(made.validate, 20)
    popular = popularity(made.train, 20)
    each = [quality(rank(tifu(made.train, 20, one), asked, popular), truth) for one in grid]
    assert best == max(each)
    assert habits is grid[each.index(best)]


def test_settings_outside_their_range_are_refused():
    with pytest.raises(InputError, match="group and neighbours of at least 1, got 0 and 300"):
        Habits(group=0)
    with pytest.raises(InputError, match="expected own from 0 to 1, got 2"):
        Habits(own=2)
