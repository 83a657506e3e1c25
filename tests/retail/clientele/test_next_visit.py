"""Waits by hand, censoring that leaks nothing, scores with known values, models that learn."""

import keras
import numpy as np
import pandas as pd
import pytest

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.clientele import (
    bg_nbd,
    customer_plots,
    next_visit,
    next_visit_models,
    next_visit_scores,
)


@pytest.fixture
def visits():
    return pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b", "c"],
            "day": [0, 4, 11, 3, 10, 9],
            "spend": [10.0, 20, 30, 7, 7, 1],
            "categories": [1, 3, 3, 1, 1, 1],
        }
    )


@pytest.fixture(scope="module")
def shoppers():
    """Return visits of 600 customers, half of them five times as frequent as the others."""
    rng = np.random.default_rng(6)
    rows = []
    for customer in range(600):
        rate = 0.25 if customer % 2 else 0.05
        days = np.flatnonzero(rng.random(60) < rate)
        rows += [(f"{customer:03d}", day, 10.0, 2) for day in days]
    return pd.DataFrame(rows, columns=["customer_id", "day", "spend", "categories"])


def parts(shoppers):
    settings = {"n_periods": 5, "period_days": 2}
    train = next_visit.waits(shoppers, range(20, 49, 4), known_until=50, **settings)
    return train, next_visit.waits(shoppers, [50], known_until=60, **settings)


def test_waits_by_hand(visits):
    given = next_visit.waits(visits, [5], known_until=12, n_periods=3, period_days=2)
    assert given.customer.tolist() == ["a", "b"]
    assert given.period.tolist() == [0, 3]  # a: 6 days is period 4; b: 5 days is period 3
    assert given.observed.tolist() == [3, 3]
    a = given.features.loc[0]
    assert a["recency_days"] == 1
    assert a["visits"] == 2
    assert a["mean_gap_days"] == a["last_gap_days"] == 4
    assert a["gap_spread_days"] == 0
    assert a["overdue"] == 0.25
    assert a["spend_per_visit"] == 15
    assert np.isnan(given.features.loc[1, "mean_gap_days"])


def test_a_visit_on_the_landmark_ends_the_wait_and_describes_nobody(visits):
    given = next_visit.waits(visits, [4], known_until=12, n_periods=2, period_days=3)
    assert given.features["visits"].tolist() == [1, 1]
    assert given.period.tolist() == [1, 0]


def test_nothing_after_known_until_is_seen(visits):
    given = next_visit.waits(visits, [5, 8], known_until=11, n_periods=3, period_days=2)
    later = visits.assign(day=visits["day"].where(visits["day"] < 11, 99))
    again = next_visit.waits(later, [5, 8], known_until=11, n_periods=3, period_days=2)
    pd.testing.assert_frame_equal(given.features, again.features)
    assert given.period.tolist() == again.period.tolist() == [0, 3, 0, 0]
    assert given.observed.tolist() == [3, 3, 1, 1]  # b's visit on day 10 lies in a cut period
    np.testing.assert_array_equal(
        next_visit.at_risk(given),
        [[True] * 3, [True] * 3, [True, False, False], [True, False, False]],
    )


def test_expected_days_and_intervals_by_hand():
    hazard = np.array([[0.5, 0.5], [0.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(next_visit.survival(hazard), [[0.5, 0.25], [1, 1], [0, 0]])
    np.testing.assert_allclose(next_visit.expected_days(hazard, 2), [2.25, 4, 1])
    low, high = next_visit.interval_days(hazard, 2, level=0.8)
    assert low.tolist() == [0, 4, 0]
    assert high.tolist() == [np.inf, np.inf, 2]


def test_scores_of_a_sure_forecast():
    given = next_visit.Waits(
        pd.DataFrame(), np.array(["a", "b"]), np.array([0, 0]), np.array([1, 0]),
        np.array([2, 2]), 2, 1,
    )  # fmt: skip
    right, wrong = np.array([[1.0, 0], [0, 0]]), np.array([[0.0, 0], [1, 0]])
    assert next_visit_scores.ranked_probability(given, right).tolist() == [0, 0]
    assert next_visit_scores.ranked_probability(given, wrong).tolist() == [1, 1]
    assert next_visit_scores.log_score(given, right).tolist() == pytest.approx([0, 0])
    assert next_visit_scores.days_missed(given, right).tolist() == [0, 0]
    assert next_visit_scores.inside(given, right).tolist() == [True, True]
    half = np.full((2, 2), 0.5)
    assert next_visit_scores.log_score(given, half).tolist() == pytest.approx(
        [np.log(2), np.log(4)]
    )


def test_truth_scores_best_among_forecasts():
    rng = np.random.default_rng(1)
    truth = rng.uniform(0.05, 0.6, (4000, 4))
    come = rng.random((4000, 4)) < truth
    period = np.where(come.any(axis=1), come.argmax(axis=1) + 1, 0)
    given = next_visit.Waits(
        pd.DataFrame(), np.arange(4000), np.zeros(4000), period, np.full(4000, 4), 4, 1
    )
    off = np.clip(truth + rng.normal(0, 0.1, truth.shape), 0.01, 0.99)
    table = next_visit_scores.table(given, {"truth": truth, "off": off}, baseline="off", rng=rng)
    assert table.loc["truth", "gain_low"] > 0
    assert table.loc["truth", "log_score"] < table.loc["off", "log_score"]
    assert table.loc["off", ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]
    assert table.loc["truth", "inside_interval"] >= 0.8


def test_learned_forecasts_beat_the_same_for_all(shoppers):
    train, asked = parts(shoppers)
    rng = np.random.default_rng(2)
    model, losses = next_visit_models.fit_hazard(train, rng=rng)
    hazards = {
        "same": next_visit_models.same_for_all(train, asked),
        "own": next_visit_models.own_mean_gap(train, asked),
        "gamma": next_visit_models.gamma_poisson(train, asked),
        "bg": bg_nbd.hazards(train, asked),
        "boosting": next_visit_models.boosting(train, asked, rng=rng),
        "network": next_visit_models.predict(model, asked),
    }
    assert losses[-1] < losses[0]
    for hazard in hazards.values():
        assert hazard.shape == (len(asked), 5)
        assert ((hazard > 0) & (hazard < 1)).all()
    table = next_visit_scores.table(asked, hazards, baseline="same", rng=rng)
    assert (table.loc[["gamma", "bg", "boosting", "network"], "gain_low"] > 0).all()


def test_life_table_counts_those_at_risk():
    given = next_visit.Waits(
        pd.DataFrame(), np.arange(4), np.zeros(4), np.array([1, 2, 0, 0]),
        np.array([2, 2, 1, 2]), 2, 1,
    )  # fmt: skip
    hazard = next_visit_models.same_for_all(given, given)
    np.testing.assert_allclose(hazard, [[1 / 4, 1 / 2]] * 4)


def test_network_is_reproducible_and_reloads(shoppers, tmp_path):
    train, asked = parts(shoppers)
    told = []
    for name in ("one.keras", "two.keras"):
        model, _ = next_visit_models.fit_hazard(train, epochs=1, rng=np.random.default_rng(3))
        canonical.write_keras(tmp_path / name, model)
        told.append(next_visit_models.predict(keras.saving.load_model(tmp_path / name), asked))
    np.testing.assert_array_equal(*told)
    assert (tmp_path / "one.keras").read_bytes() == (tmp_path / "two.keras").read_bytes()


def test_wrong_input_is_told(visits, shoppers):
    settings = {"n_periods": 2, "period_days": 2}
    with pytest.raises(InputError, match="expected landmarks at least 2 days before day 12, got 1"):
        next_visit.waits(visits, [11], known_until=12, **settings)
    with pytest.raises(InputError, match="expected landmarks, n_periods and period_days"):
        next_visit.waits(visits, [], known_until=12, **settings)
    with pytest.raises(InputError, match="expected visits before day 0, got none"):
        next_visit.waits(visits, [0], known_until=12, **settings)
    train, asked = parts(shoppers)
    hazards = {"same": next_visit_models.same_for_all(train, train)}
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="expected every customer to be watched up to the horizon"):
        next_visit_scores.table(train, hazards, baseline="same", rng=rng)
    with pytest.raises(InputError, match="expected baseline among same, got 'other'"):
        next_visit_scores.table(asked, hazards, baseline="other", rng=rng)


def test_figure_shows_every_forecast():
    shares = np.array([0.2, 0.4])
    ax = customer_plots.draw_returns(np.array([1, 2]), shares, {"a": shares, "b": shares / 2})
    assert [line.get_label() for line in ax.lines] == ["happened", "a", "b"]


def test_bg_nbd_counts_time_from_the_first_visit_in_periods(visits):
    given = next_visit.waits(visits, [12], known_until=14, n_periods=1, period_days=2)
    told = bg_nbd.histories(given)
    assert told.repeats.tolist() == [2, 1, 0]
    assert told.last.tolist() == [5.5, 3.5, 0]
    assert told.age.tolist() == [6, 4.5, 1.5]
    hazard = bg_nbd.hazards(given, given)
    assert hazard.shape == (3, 1)
    assert ((hazard > 0) & (hazard < 1)).all()


def test_parts_are_split_by_time(shoppers):
    train, asked = next_visit.parts(shoppers, n_periods=5, period_days=2, landmarks=4)
    end = shoppers["day"].max() + 1
    assert set(asked.landmark) == {end - 10}
    assert (asked.observed == 5).all()
    assert sorted(set(train.landmark)) == [12, 24, 36, 48]
    later = shoppers.assign(day=shoppers["day"].where(shoppers["day"] < end - 10, end - 1))
    again, _ = next_visit.parts(later, n_periods=5, period_days=2, landmarks=4)
    pd.testing.assert_frame_equal(train.features, again.features)
    np.testing.assert_array_equal(train.period, again.period)


def test_visits_too_few_to_split_are_told(visits):
    with pytest.raises(InputError, match=r"expected visits over more than 12 days, .* got 12"):
        next_visit.parts(visits, n_periods=3, period_days=3)
    one_day = visits.assign(day=0)
    with pytest.raises(InputError, match=r"expected visits over more than 2 days, .* got 1"):
        next_visit.parts(one_day, n_periods=1, period_days=1)


def test_customers_of_one_visit_alone_are_forecast_by_all():
    rng = np.random.default_rng(5)
    day = np.sort(rng.integers(0, 40, 300))
    once = pd.DataFrame({"customer_id": np.arange(300), "day": day, "spend": 1e9, "categories": 1})
    train, asked = next_visit.parts(once, n_periods=3, period_days=4)
    network, _ = next_visit_models.fit_hazard(train, epochs=2, rng=rng)
    for hazard in (
        next_visit_models.same_for_all(train, asked),
        next_visit_models.own_mean_gap(train, asked),
        next_visit_models.gamma_poisson(train, asked),
        bg_nbd.hazards(train, asked),
        next_visit_models.predict(network, asked),
    ):
        assert ((hazard > 0) & (hazard < 0.7)).all()  # nobody ever came back


def test_ties_are_called_ties():
    assert next_visit_scores.verdict(0.015, 0.01, 0.02) == "better"
    assert next_visit_scores.verdict(-0.015, -0.02, -0.01) == "worse"
    assert next_visit_scores.verdict(0.005, -0.01, 0.02) == "a tie"
    assert next_visit_scores.verdict(2e-6, 1e-6, 3e-6) == "a tie"
