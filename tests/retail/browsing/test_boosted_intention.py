"""Ratios by hand, a vote on the logit, and boosting that follows its seed and learns."""

import keras
import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.browsing import behaviour, boosted_intention, scores, visit_counts
from layoutlab.retail.browsing.visit_columns import FEATURES, TARGET
from layoutlab.retail.browsing.visit_ratios import RATIOS, ratios
from layoutlab.retail.browsing.visitors import simulate


def test_ratios_by_hand():
    given = {
        "administrative": [1.0, 0],
        "informational": [1.0, 0],
        "product_related": [2.0, 0],
        "administrative_duration_s": [10.0, 0],
        "informational_duration_s": [20.0, 0],
        "product_related_duration_s": [50.0, 5],
        "exit_rates": [0.2, 0],
        "bounce_rates": [0.05, 0],
    }
    found = ratios({name: np.array(values, "float32")[:, None] for name, values in given.items()})
    numbers = {name: keras.ops.convert_to_numpy(value)[:, 0] for name, value in found.items()}
    expected = {
        "pages": [4, 0],
        "seconds": [80, 5],
        "seconds_per_page": [20, 5],
        "seconds_per_product": [25, 5],
        "seconds_per_administrative": [10, 0],
        "product_share": [0.5, 0],
        "exits": [0.8, 0],
        "bounces": [0.2, 0],
        "exits_after_a_page": [0.15, 0],
        "bounce_share": [0.25, 0],
    }
    assert list(numbers) == list(RATIOS) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(numbers[name], values, rtol=1e-5, err_msg=name)


def test_ratios_need_their_features():
    assert list(ratios({"exit_rates": np.ones((1, 1), "float32")})) == []


def test_the_vote_is_the_mean_of_logits():
    first, second = np.array([0.5, 0.9]), np.array([0.5, 0.1])
    np.testing.assert_allclose(boosted_intention.vote(first, second), [0.5, 0.5])
    np.testing.assert_allclose(boosted_intention.vote(first), first)
    with pytest.raises(InputError, match=r"expected probabilities of one shape, got \[\(1,\), "):
        boosted_intention.vote(first, second[:1])
    with pytest.raises(InputError, match=r"expected probabilities of one shape, got \[\]"):
        boosted_intention.vote()


def test_boosting_learns_and_follows_the_seed():
    visits = simulate(2400, rng=np.random.default_rng(6))[0]
    train, test = visits.iloc[::2], visits.iloc[1::2]
    trees = boosted_intention.Trees(members=2, trees=40)
    names = behaviour.features_without("month")
    told = [
        boosted_intention.predict(
            boosted_intention.fit(train, names, trees, rng=np.random.default_rng(1)), test
        )
        for _ in range(2)
    ]
    np.testing.assert_array_equal(*told)
    assert scores.auc(test[TARGET].to_numpy(), told[0]) > 0.75
    seen = visit_counts.learn(train)
    assert boosted_intention.columns(test, FEATURES, seen).shape == (
        len(test),
        len(FEATURES) + len(RATIOS) + len(seen),
    )
    with pytest.raises(InputError, match="expected the training visits to hold visits with and"):
        boosted_intention.fit(train[~train[TARGET]], rng=np.random.default_rng(1))
