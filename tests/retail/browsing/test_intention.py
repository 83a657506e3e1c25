"""The network codes as stated, learns, is calibrated as told, and is the same bytes every time."""

import hashlib
import subprocess
import sys

import keras
import numpy as np
import pytest

from layoutlab import canonical, pins
from layoutlab.errors import InputError
from layoutlab.retail.browsing import behaviour, intention, scores
from layoutlab.retail.browsing.visit_columns import FEATURES, NUMBERS, TARGET
from layoutlab.retail.browsing.visitors import simulate

SMALL = intention.Recipe(members=3, width=8, bins=4, epochs=2, batch=64)
WRITE_SMALL = """
import sys

import numpy as np

from layoutlab import canonical
from layoutlab.retail.browsing import intention
from layoutlab.retail.browsing.visitors import simulate

recipe = intention.Recipe(members=3, width=8, bins=4, epochs=2, batch=64)
for path in sys.argv[1:]:
    visits, _ = simulate(400, rng=np.random.default_rng(6))
    model, _ = intention.fit_network(visits, recipe=recipe, rng=np.random.default_rng(9))
    canonical.write_keras(path, intention.calibrated(model, 0.8, -0.1))
"""


@pytest.fixture(scope="module")
def visits():
    return simulate(3000, rng=np.random.default_rng(6))[0]


@pytest.fixture(scope="module")
def small(visits):
    train, validation = visits.iloc[::2], visits.iloc[1::2]
    return intention.fit_network(train, validation, recipe=SMALL, rng=np.random.default_rng(9))


def test_inputs_are_the_features_as_they_are(visits):
    given = intention.inputs(visits)
    assert list(given) == list(FEATURES)
    for name, column in given.items():
        assert column.shape == (len(visits), 1)
        assert column.dtype == ("float32" if name in NUMBERS else "int32")
    np.testing.assert_array_equal(given["month"][:, 0], visits["month"])
    np.testing.assert_array_equal(given["visitor_type"][:, 0] == 1, visits["visitor_type"] == "new")


def coded(feature, name, values, bins=4):
    layer = intention._piecewise_linear if name in NUMBERS else intention._one_hot
    kind = "float32" if name in NUMBERS else "int32"
    given = keras.Input((1,), name=name, dtype=kind)
    model = keras.Model(given, layer(name, given, np.array(feature, dtype=kind), bins))
    return keras.ops.convert_to_numpy(model(np.array(values, dtype=kind)[:, None]))


def test_numbers_are_coded_piecewise_linearly(monkeypatch):
    monkeypatch.setattr(intention, "TAIL", ())
    seen = [0] * 50 + [1, 2, 3, 4, 5]  # a heap at zero, quantiles 1, 2, 3, 4, 5 above it
    np.testing.assert_allclose(
        coded(seen, "page_values", [-1, 0, 0.5, 1, 2.25, 5, 99]),
        [
            [0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0],
            [0.5, 0, 0, 0, 0],
            [1, 0, 0, 0, 0],
            [1, 1, 0.25, 0, 0],
            [1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1],
        ],
        atol=1e-6,
    )


def test_a_number_that_never_changes_says_nothing():
    given = coded([3.0] * 40, "special_day", [3, 4])
    np.testing.assert_allclose(given, 0, atol=1e-6)


def test_categories_are_one_hot_and_rare_ones_together():
    seen = [2] * 30 + [5] * 20 + [7] * 19
    np.testing.assert_array_equal(
        coded(seen, "region", [2, 5, 7, 9]), [[0, 1, 0], [0, 0, 1], [1, 0, 0], [1, 0, 0]]
    )


def test_a_code_never_seen_is_taken_for_a_rare_one(small, visits):
    rare = visits.head(20).assign(browser=1234, region=0, traffic_type=99)
    stranger = rare.assign(browser=77, region=4321, traffic_type=0)
    given = intention.predict(small[0], rare)
    np.testing.assert_array_equal(given, intention.predict(small[0], stranger))
    assert ((given > 0) & (given < 1)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"region": None},
            "expected region of every visit to be a number; read visits by `validated`",
        ),
        (
            {"page_values": "much"},
            "expected page_values of every visit to be a number; read visits by `validated`",
        ),
        (
            {"exit_rates": np.nan},
            "expected exit_rates of every visit to be a number; read visits by `validated`",
        ),
        (
            {"visitor_type": "robot"},
            (
                "expected visitor_type of every visit to be one of returning, new, other; "
                "read visits by `validated`"
            ),
        ),
    ],
)
def test_visits_the_model_cannot_take(small, visits, change, message):
    with pytest.raises(InputError) as caught:
        intention.predict(small[0], visits.head(3).assign(**change))
    assert str(caught.value) == message


def test_visits_without_a_feature_of_the_model(small, visits):
    with pytest.raises(InputError) as caught:
        intention.predict(small[0], visits.drop(columns=["region", "page_values"]))
    assert str(caught.value) == (
        "expected visits with the features asked, missing: page_values, region"
    )


def test_history_has_one_loss_per_epoch(small):
    _, history = small
    assert list(history) == ["train", "validation"]
    assert [len(losses) for losses in history.values()] == [2, 2]
    assert history["train"][1] < history["train"][0]


def test_network_learns_what_a_line_cannot_say(visits):
    train = simulate(6000, rng=np.random.default_rng(0))[0]
    bought = visits[TARGET].to_numpy()
    names = behaviour.features_without("page_values", "exit_rates")
    model, _ = intention.fit_network(train, names=names, rng=np.random.default_rng(1))
    line = behaviour.fit_baseline(train, names).predict_proba(visits[list(names)])[:, 1]
    gain = scores.auc(bought, intention.predict(model, visits)) - scores.auc(bought, line)
    assert gain > 0.005


def test_reloaded_model_answers_the_same(small, visits, tmp_path):
    model = intention.calibrated(small[0], 0.8, -0.1)
    canonical.write_keras(tmp_path / "intention.keras", model)
    again = keras.saving.load_model(tmp_path / "intention.keras")
    np.testing.assert_array_equal(
        intention.predict(again, visits), intention.predict(model, visits)
    )
    assert {given.name for given in again.inputs} == set(FEATURES)


def test_calibration_is_built_in_and_leaves_the_given_model(small, visits):
    raw = intention.predict(small[0], visits)
    model = intention.calibrated(small[0], 0.8, -0.1)
    np.testing.assert_allclose(
        intention.predict(model, visits), behaviour.rescaled(raw, 0.8, -0.1), rtol=1e-4
    )
    np.testing.assert_array_equal(intention.predict(small[0], visits), raw)


def test_neither_validation_nor_test_visits_change_the_network(visits):
    """Only training visits reach the weights; only validation outcomes reach the calibration."""
    split = behaviour.split_visits(visits, "time", rng=np.random.default_rng(0))
    train, validation, test = (
        visits.iloc[rows] for rows in (split.train, split.validation, split.test)
    )
    flipped = validation.assign(bought=~validation[TARGET])
    fitted = [
        intention.fit_network(train, part, recipe=SMALL, rng=np.random.default_rng(9))[0]
        for part in (validation, flipped)
    ]
    given = [intention.predict(model, test) for model in fitted]
    np.testing.assert_array_equal(given[0], given[1])
    before = intention.predict(fitted[0], validation)
    scale = behaviour.platt(validation[TARGET].to_numpy(), before)
    other = behaviour.platt(flipped[TARGET].to_numpy(), before)
    assert scale[0] > 0 > other[0]


def test_same_generator_same_bytes_in_one_process_and_in_two(tmp_path):
    names = [f"{process}-{time}.keras" for process in "ab" for time in "12"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE_SMALL, *(str(tmp_path / name) for name in pair)],
            env=pins.environment(),
            stderr=subprocess.PIPE,
        )
        for pair in (names[:2], names[2:])
    ]
    for process in running:
        _, said = process.communicate(timeout=240)
        assert process.returncode == 0, said.decode()
    found = {hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in names}
    assert len(found) == 1


def test_another_generator_another_network(visits):
    given = [
        intention.predict(
            intention.fit_network(visits, recipe=SMALL, rng=np.random.default_rng(seed))[0], visits
        )
        for seed in (1, 2)
    ]
    assert not np.allclose(*given)


def test_one_class_only(visits):
    others = visits[~visits[TARGET]]
    with pytest.raises(InputError) as caught:
        intention.fit_network(others, rng=np.random.default_rng(0))
    assert str(caught.value) == (
        "expected the training visits to hold visits with and without a purchase, "
        f"got 0 with one among {len(others)}"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "expected epochs of at least 1, got 0"),
        ({"dropout": 1.0}, "expected dropout from 0 to below 1, got 1.0"),
        (
            {"learning_rate": 0.0},
            "expected learning_rate above 0 and weight_decay of at least 0, got 0.0 and 0.001",
        ),
    ],
)
def test_impossible_recipes(change, message):
    with pytest.raises(InputError) as caught:
        intention.Recipe(**change)
    assert str(caught.value) == message
