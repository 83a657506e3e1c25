"""Does the store offer, discount and open as stated?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.retail.synthetic import trading


def store(seed=1, **changes):
    given = {
        "n_categories": 40,
        "n_weeks": 52,
        "n_missions": 3,
        "exponent": 1.0,
        "shift": 4.0,
        "season_amplitude": 0.3,
        "n_promotions": 30,
        "elasticity": 2.0,
    } | changes
    return trading.open_store(**given, rng=np.random.default_rng(seed))


def test_shares_are_zipf_mandelbrot():
    share = store(n_categories=3, exponent=2.0, shift=1.0).share
    assert share == pytest.approx(np.array([1 / 4, 1 / 9, 1 / 16]) / (1 / 4 + 1 / 9 + 1 / 16))


def test_every_name_has_its_department():
    assert sorted(" ".join(trading.DEPARTMENTS.values()).split()) == sorted(trading.NAMES)
    named = dict(zip(store().names, store().department, strict=True))
    departments = list(trading.DEPARTMENTS)
    assert departments[named["milk"]] == "dairy"
    assert departments[named["batteries"]] == "household"


def test_more_categories_than_names_are_numbered_and_dealt_out():
    many = store(n_categories=100)
    assert many.names[0] == "category-0001"
    assert len(set(many.names)) == 100
    assert np.bincount(many.department).max() - np.bincount(many.department).min() <= 1


def test_a_promotion_multiplies_the_rate_in_its_week_alone():
    plain, promoting = store(n_promotions=0), store()
    ratio = np.exp(trading.log_rates(promoting, 364) - trading.log_rates(plain, 364))
    row = promoting.promotions.iloc[0]
    first = row["week"] * 7
    assert ratio[first : first + 7, row["category"]] == pytest.approx(row["rate_ratio"])
    assert ratio[:, row["category"]][[first - 1, (first + 7) % 364]] == pytest.approx(1)
    assert trading.discounts(promoting, 364)[first + 3, row["category"]] == row["depth"]
    assert (trading.discounts(promoting, 364) > 0).sum() == 7 * len(promoting.promotions)


def test_effect_follows_depth_and_the_categorys_elasticity():
    promotions = store(n_promotions=80).promotions
    elasticity = -np.log(promotions["rate_ratio"]) / np.log(1 - promotions["depth"])
    own = elasticity.groupby(promotions["category"])
    assert own.max().to_numpy() == pytest.approx(own.min().to_numpy())
    assert elasticity.median() == pytest.approx(2, rel=0.25)


def test_promotions_of_a_category_are_apart():
    promotions = store(n_promotions=300).promotions.sort_values(["category", "week"])
    apart = promotions.groupby("category")["week"].diff().dropna()
    assert (apart >= trading.WEEKS_APART).all()


def test_those_in_season_are_put_where_it_rises():
    opened = store(n_promotions=40, season_amplitude=0.5)
    chosen = opened.promotions[opened.promotions["in_season"]]
    day = chosen["week"].to_numpy() * 7
    season = trading.log_rates(store(n_promotions=0, season_amplitude=0.5), 364)
    rises = season[(day + 7) % 364, chosen["category"]] - season[day, chosen["category"]]
    assert (rises > 0).mean() > 0.9


def test_season_peaks_on_its_day():
    opened = store(n_promotions=0)
    peak = trading.log_rates(opened, 366).argmax(axis=0)
    away = np.abs(peak - opened.peak_day)
    assert (np.minimum(away, 365.25 - away) <= 1).all()


@settings(max_examples=30, deadline=None)
@given(n_days=st.integers(1, 40), seed=st.integers(0, 99))
def test_the_store_is_open_whenever_somebody_comes(n_days, seed):
    busy = np.sort(np.random.default_rng(seed).uniform(0, trading.busy_days(n_days), 200))
    time = trading.opening_time(busy, n_days)
    hour = time % 1 * 24
    assert ((hour >= trading.OPENS) & (hour <= trading.CLOSES)).all()
    assert (np.diff(time) >= 0).all()
    assert time.max() < n_days


def test_weekdays_have_their_shares():
    busy = np.linspace(0, trading.busy_days(7), 70_001)[:-1]
    weekday = np.bincount(trading.opening_time(busy, 7).astype(int), minlength=7)
    assert weekday / weekday.sum() == pytest.approx(np.array(trading.WEEKDAYS) / 7, abs=1e-3)
    assert trading.busy_days(14) == pytest.approx(14)
