"""Recipes that cannot be followed are named, and a model learns by the same orders every time."""

from dataclasses import dataclass

import keras
import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail import training


@dataclass(frozen=True)
class Plan:
    epochs: int = 30
    batch: int = 4
    dropout: float = 0.0
    learning_rate: float = 0.1
    weight_decay: float = 0.0
    members: int = 1


def line():
    keras.utils.clear_session(free_memory=False)
    given = keras.Input((1,))
    return keras.Model(given, keras.layers.Dense(1, kernel_initializer="zeros")(given))


def trained(plan, rows, later=None):
    x = np.linspace(-1, 1, 21, dtype="float32")[:, None]
    model, drawn = line(), []

    def part(order):
        drawn.append(order)
        return x[order], 2 * x[order] + 1

    loss = keras.losses.MeanSquaredError()
    rng = np.random.default_rng(3)
    history = training.fit(model, rows, part, plan, loss=loss, later=later, rng=rng)
    return model, history, drawn


def test_a_line_is_learnt():
    model, history, drawn = trained(Plan(), np.arange(21))
    slope, intercept = (float(weight.numpy().item()) for weight in model.trainable_weights)
    assert slope == pytest.approx(2, abs=0.01)
    assert intercept == pytest.approx(1, abs=0.01)
    assert len(history["train"]) == len(drawn) == 30
    assert history["train"][-1] < 1e-3 < history["train"][0]
    assert history["validation"] == []


def test_only_the_rows_given_are_learnt_from_in_a_new_order_each_time():
    _, _, drawn = trained(Plan(epochs=3), np.array([2, 3, 5, 7, 11]))
    assert [sorted(order) for order in drawn] == [[2, 3, 5, 7, 11]] * 3
    assert len({tuple(order) for order in drawn}) > 1


def test_later_rows_are_scored_and_not_learnt_from():
    later = np.ones((3, 1), "float32"), np.full((3, 1), -9, "float32")
    alone, watched = (trained(Plan(epochs=3), np.arange(21), part) for part in (None, later))
    assert len(watched[1]["validation"]) == 3
    assert alone[1]["train"] == watched[1]["train"]


def test_the_rate_falls_to_zero():
    model, _, _ = trained(Plan(epochs=2, batch=5), np.arange(21))
    schedule = model.optimizer._learning_rate
    assert float(schedule(0)) == pytest.approx(0.1)
    assert float(schedule(10)) == pytest.approx(0)  # five batches of two epochs
    assert int(model.optimizer.iterations) == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "expected epochs of at least 1, got 0"),
        ({"members": 0, "batch": 0}, "expected members of at least 1, got 0"),
        ({"dropout": 1.0}, "expected dropout from 0 to below 1, got 1.0"),
        ({"dropout": float("nan")}, "expected dropout from 0 to below 1, got nan"),
        (
            {"learning_rate": 0.0},
            "expected learning_rate above 0 and weight_decay of at least 0, got 0.0 and 0.0",
        ),
        (
            {"weight_decay": float("nan")},
            "expected learning_rate above 0 and weight_decay of at least 0, got 0.1 and nan",
        ),
    ],
)
def test_impossible_recipes(change, message):
    training.require_possible(Plan(), "members")
    with pytest.raises(InputError) as caught:
        training.require_possible(Plan(**change), "members")
    assert str(caught.value) == message
