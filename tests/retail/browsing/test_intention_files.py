"""A model and its card are read back as written, and what does not belong is refused by name."""

import keras
import numpy as np
import pytest

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail import model_card
from layoutlab.retail.browsing import intention, intention_files
from layoutlab.retail.browsing.behaviour import features_without
from layoutlab.retail.browsing.visitors import simulate

SMALL = intention.Recipe(members=2, width=4, bins=2, epochs=1)
TOLD = {"data": "simulated", "split": "none", "figures": {"auc": 0.5}}


@pytest.fixture(scope="module")
def visits():
    return simulate(300, rng=np.random.default_rng(6))[0]


@pytest.fixture(scope="module")
def model(visits):
    names = features_without("month")
    return intention.fit_network(visits, names=names, recipe=SMALL, rng=np.random.default_rng(9))[0]


def refused(path):
    with pytest.raises(InputError) as caught:
        intention_files.load(path)
    return str(caught.value)


def test_model_and_card_are_read_back(model, visits, tmp_path):
    path = tmp_path / "who.keras"
    card = intention_files.save(path, model, **TOLD, later={"auc": 0.4})
    again, read = intention_files.load(path)
    assert read == card
    assert card["features"] == list(features_without("month"))
    assert card["limits"] == list(intention_files.LIMITS)
    np.testing.assert_array_equal(
        intention.predict(again, visits), intention.predict(model, visits)
    )
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "who.card.json",
        "who.card.md",
        "who.keras",
    ]


def test_another_model_than_the_cards(model, tmp_path):
    path = tmp_path / "who.keras"
    intention_files.save(path, model, **TOLD)
    canonical.write_keras(path, intention.calibrated(model, 2.0, 0.0))
    assert refused(path) == (
        f"{tmp_path}/who.card.json: expected the card of who.keras, got that of another model"
    )


def test_no_card(model, tmp_path):
    canonical.write_keras(tmp_path / "who.keras", model)
    assert refused(tmp_path / "who.keras") == (
        f"{tmp_path}/who.card.json: expected a model card: No such file or directory"
    )


def carded(path):
    model_card.write(path, name="x", purpose="x", limits=["x"], **TOLD)
    return path


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\x00" * 18])
def test_a_damaged_model(tmp_path, content):
    path = tmp_path / "who.keras"
    path.write_bytes(content)
    assert refused(carded(path)).startswith(f"{path}: expected a stored Keras model, got ")


@pytest.mark.parametrize(
    ("name", "width", "found"),
    [
        ("weather", 1, "inputs weather and shape (None, 1)"),
        ("region", 2, "inputs region and shape (None, 2)"),
    ],
)
def test_a_model_of_something_else(tmp_path, name, width, found):
    given = keras.Input((1,), name=name)
    other = keras.Model({name: given}, keras.layers.Dense(width)(given))
    path = tmp_path / "other.keras"
    canonical.write_keras(path, other)
    assert refused(carded(path)) == (
        f"{path}: expected a model from features of visits to one probability, got {found}"
    )
