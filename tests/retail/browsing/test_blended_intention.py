"""The blend is a weighted mean on the logit, of three that follow their seed and learn."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.browsing import blended_intention, intention, scores
from layoutlab.retail.browsing.behaviour import features_without
from layoutlab.retail.browsing.visit_columns import TARGET
from layoutlab.retail.browsing.visitors import simulate

NAMES = features_without("month")


@pytest.fixture(scope="module")
def parts():
    visits = simulate(1600, rng=np.random.default_rng(6))[0]
    return visits.iloc[::2], visits.iloc[1::2]


@pytest.fixture(scope="module")
def forest(parts):
    return blended_intention.fit_forest(parts[0], NAMES, trees=40, rng=np.random.default_rng(1))


def test_the_weighted_mean_of_logits_by_hand():
    said = {"a": np.array([0.8, 0.5]), "b": np.array([0.2, 0.9])}
    # logits ln 4 and -ln 4, weights 3 to 1: half of ln 4 remains
    found = blended_intention.blend(said, {"a": 3, "b": 1})
    assert found.tolist() == pytest.approx([2 / 3, 9**0.25 / (1 + 9**0.25)])
    np.testing.assert_allclose(blended_intention.blend(said, {"a": 1, "b": 0}), said["a"])


def test_no_one_is_believed_without_bound():
    said = {"network": np.array([0.5]), "boosting": np.array([0.5]), "forest": np.array([0.0])}
    logit = 0.25 * np.log(1e-4 / (1 - 1e-4))
    assert blended_intention.blend(said)[0] == pytest.approx(1 / (1 + np.exp(-logit)))
    assert sum(blended_intention.WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("said", "weights", "message"),
    [
        ({}, {}, "expected probabilities of one shape, got []"),
        (
            {"a": np.ones(1), "b": np.ones(2)},
            {"a": 1, "b": 1},
            "expected probabilities of one shape, got [(1,), (2,)]",
        ),
        ({"c": np.ones(1)}, {"a": 1, "b": 1}, "expected weights of a, b, got none of ['c']"),
        ({"a": np.ones(1)}, {"a": 0}, "expected weights of at least 0, not all 0, got [0]"),
        ({"a": np.ones(1)}, {"a": -1}, "expected weights of at least 0, not all 0, got [-1]"),
    ],
)
def test_what_cannot_be_blended(said, weights, message):
    with pytest.raises(InputError) as caught:
        blended_intention.blend(said, weights)
    assert str(caught.value) == message


def test_the_forest_learns_and_follows_its_seed(parts, forest):
    train, test = parts
    again, other = (
        blended_intention.fit_forest(train, NAMES, trees=40, rng=np.random.default_rng(seed))
        for seed in (1, 2)
    )
    said = blended_intention.predict_forest(forest, test)
    np.testing.assert_array_equal(said, blended_intention.predict_forest(again, test))
    assert (said != blended_intention.predict_forest(other, test)).any()
    assert scores.auc(test[TARGET].to_numpy(), said) > 0.75
    strange = test.assign(browser=77, region=4321)
    assert np.isfinite(blended_intention.predict_forest(forest, strange)).all()


def test_the_blend_is_of_its_three(parts):
    train, test = parts
    model = blended_intention.fit(train.iloc[::2], NAMES, rng=np.random.default_rng(3))
    said = blended_intention.answers(model, test)
    assert list(said) == list(blended_intention.WEIGHTS)
    np.testing.assert_array_equal(said["network"], intention.predict(model.network, test))
    np.testing.assert_array_equal(
        blended_intention.predict(model, test), blended_intention.blend(said)
    )


def test_one_class_only(parts):
    train = parts[0]
    with pytest.raises(InputError, match="expected the training visits to hold visits with and"):
        blended_intention.fit_forest(train[~train[TARGET]], rng=np.random.default_rng(1))
