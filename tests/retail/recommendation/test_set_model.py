"""The Keras set model: what it learns, that it repeats itself, and what it refuses."""

import keras
import numpy as np
import pytest

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.recommendation.candidate_features import NAMES, NEVER, Candidates
from layoutlab.retail.recommendation.set_model import (
    Recipe,
    fit_network,
    network,
    quick_scores,
    ranked,
    scores,
)

SMALL = Recipe(members=2, width=8, code=4, epochs=8, batch=16, learning_rate=0.02)


def made_up(n, seed=0):
    """Candidates of which the one with the highest second feature was bought."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 6, len(NAMES))).astype(np.float32)
    features[:, :, NEVER] = np.arange(6) >= 3
    label = features[:, :, 1] == features[:, :, 1].max(axis=1, keepdims=True)
    return Candidates(np.tile(np.arange(6), (n, 1)), features, label)


@pytest.fixture(scope="module")
def fitted():
    return fit_network(made_up(500), made_up(50, 1), SMALL, rng=np.random.default_rng(3))


def test_it_learns_which_feature_decides(fitted):
    model, history = fitted
    unseen = made_up(100, 2)
    first = ranked(model, unseen, 1)[:, 0]
    assert (first == unseen.label.argmax(axis=1)).mean() > 0.8
    assert len(history["train"]) == len(history["validation"]) == 8
    assert history["validation"][-1] < history["validation"][0]


def test_the_same_seed_gives_the_same_bytes(fitted, tmp_path):
    again, _ = fit_network(made_up(500), made_up(50, 1), SMALL, rng=np.random.default_rng(3))
    for name, model in (("one", fitted[0]), ("two", again)):
        canonical.write_keras(tmp_path / f"{name}.keras", model)
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()


def test_a_stored_model_scores_alike(fitted, tmp_path):
    canonical.write_keras(tmp_path / "m.keras", fitted[0])
    stored = keras.saving.load_model(tmp_path / "m.keras", compile=False)
    features = made_up(20, 4).features
    np.testing.assert_array_equal(scores(stored, features), scores(fitted[0], features))


def test_the_quick_way_gives_the_same_scores(fitted):
    features = made_up(30, 6).features
    quick = quick_scores(fitted[0])
    alone = np.concatenate([quick(features[place : place + 1]) for place in range(30)])
    np.testing.assert_allclose(alone, scores(fitted[0], features), atol=1e-5)


def test_scores_do_not_depend_on_the_order_of_candidates_or_on_other_customers(fitted):
    features = made_up(5, 5).features
    whole = scores(fitted[0], features)
    np.testing.assert_allclose(scores(fitted[0], features[:, ::-1]), whole[:, ::-1], atol=1e-5)
    np.testing.assert_allclose(scores(fitted[0], features[2:3]), whole[2:3], atol=1e-5)


def test_the_two_heads_answer_for_old_and_new_items():
    model = network(made_up(20).features, SMALL, np.random.default_rng(1))
    for place in range(SMALL.members):
        model.get_layer(f"explore_{place}").set_weights([np.zeros((8, 1)), np.full(1, 7.0)])
    found = scores(model, made_up(4).features)
    np.testing.assert_allclose(found[:, 3:], 7.0)
    assert (found[:, :3] != 7).all()


def test_rankings_are_padded_and_empty_input_is_empty(fitted):
    assert ranked(fitted[0], made_up(2), 8)[:, 6:].tolist() == [[-1, -1], [-1, -1]]
    assert scores(fitted[0], np.empty((0, 6, len(NAMES)), np.float32)).shape == (0, 6)


def test_wrong_input_is_refused(fitted):
    with pytest.raises(InputError, match=r"expected features of shape \(n, c, 36\), got \(2, 3\)"):
        scores(fitted[0], np.ones((2, 3)))
    nothing = made_up(4)
    nothing.label[:] = False
    with pytest.raises(InputError, match="whose next basket holds a candidate"):
        fit_network(nothing, rng=np.random.default_rng(1))
    with pytest.raises(InputError, match="expected members of at least 1, got 0"):
        Recipe(members=0)
    with pytest.raises(InputError, match="expected logistic from 0 to 1, got 2"):
        Recipe(logistic=2)
    with pytest.raises(InputError, match="expected dropout from 0 to below 1, got 1"):
        Recipe(dropout=1)
