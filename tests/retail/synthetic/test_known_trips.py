"""Are trips, rates and lifts what the settings say?"""

from dataclasses import replace

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.synthetic import known_trips
from layoutlab.retail.synthetic.known_trips import Settings

SMALL = Settings(n_customers=150, n_days=70, n_categories=12, n_promotions=6)


def trips(settings=SMALL, seed=1):
    opening, shopping = np.random.default_rng(seed).spawn(2)
    store = known_trips.open_store(settings, rng=opening)
    return known_trips.draw_trips(settings, store, rng=shopping)


def test_equal_generators_differ_by_the_settings_alone():
    one, larger = trips(), trips(replace(SMALL, basket_size=16.0))
    assert np.array_equal(one.time, larger.time)
    assert np.array_equal(one.drawn, larger.drawn)
    assert larger.rate == pytest.approx(2 * one.rate)
    assert (larger.bought >= one.bought).all()


def test_a_promotion_is_a_rate_ratio_exactly():
    with_promotions, without = trips(), trips(replace(SMALL, n_promotions=0))
    ratio = with_promotions.rate / without.rate
    row = with_promotions.store.promotions.iloc[0]
    inside = (with_promotions.time // 7 == row["week"])[:, None] & (
        np.arange(12) == row["category"]
    )
    assert ratio[inside] == pytest.approx(row["rate_ratio"])


def test_missions_differ_in_size_and_time():
    drawn = trips(Settings(n_customers=600, n_days=70))
    size = [drawn.rate[drawn.mission == i].sum(axis=1).mean() for i in range(3)]
    assert size[0] > size[1] > size[2]
    hour = drawn.time % 1 * 24
    noon = (hour >= 11) & (hour < 14)
    meal = drawn.mission == 2
    assert meal[noon].mean() > 1.5 * meal[~noon].mean()


def test_lifts_by_hand():
    bought = np.array([[0.5, 0.5, 0.2], [0.1, 0.9, 0.4]])
    rate = -np.log1p(-bought)
    lift = known_trips.lifts([rate])
    full = (1 - 0.5 * 0.5 * 0.8) + (1 - 0.9 * 0.1 * 0.6)
    assert lift[0, 1] == pytest.approx(full * (0.5 * 0.5 + 0.1 * 0.9) / (0.6 * 1.4))
    assert np.isnan(lift.diagonal()).all()
    assert lift[1, 2] == lift[2, 1]
    assert known_trips.lifts([rate[:1], rate[1:]])[0, 1] == pytest.approx(lift[0, 1])


def test_lifts_are_those_of_many_draws():
    drawn = trips()
    rng = np.random.default_rng(4)
    probability = -np.expm1(-drawn.rate)
    bought = np.concatenate([rng.random(probability.shape) < probability for _ in range(60)])
    bought = bought[bought.any(axis=1)].astype(float)
    single = bought.mean(axis=0)
    found = bought.T @ bought / len(bought) / np.outer(single, single)
    first, second = np.triu_indices(12, 1)
    true = known_trips.lifts([drawn.rate])
    assert found[first, second] == pytest.approx(true[first, second], rel=0.05)


def test_without_differences_lifts_come_from_size_alone():
    plain = Settings(
        n_customers=100, n_days=28, mission_strength=0.0, segment_strength=0.0, taste_spread=0.0,
        habit=0.0, season_amplitude=0.0, n_promotions=0,
    )  # fmt: skip
    lift = known_trips.lifts([trips(plain).rate])
    assert np.nanmin(lift) > 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"basket_size": 0}, "basket_size: expected a number above 0, got 0"),
        ({"habit": -1.0}, "habit: expected a number of at least 0, got -1.0"),
        ({"gap_days": float("nan")}, "gap_days: expected a number of at least 0, got nan"),
        ({"card_share": 1.5}, "card_share: expected a share up to 1, got 1.5"),
    ],
)
def test_settings_outside_their_range(changes, message):
    with pytest.raises(InputError) as error:
        Settings(**changes)
    assert str(error.value) == message
