"""Are customers drawn and do they come back as stated?"""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from layoutlab.retail.synthetic import customers
from layoutlab.retail.synthetic.known_trips import Settings, open_store

STORE = open_store(Settings(), rng=np.random.default_rng(3))


def draw(n=4000, seed=1, **changes):
    given = {
        "segment_strength": 0.7,
        "taste_spread": 0.5,
        "habit": 1.5,
        "gap_days": 20.0,
        "gap_spread": 0.4,
        "card_share": 0.75,
    } | changes
    return customers.draw(n, STORE, **given, rng=np.random.default_rng(seed))


def test_segments_have_their_shares_and_cards_theirs():
    drawn = draw()
    shares = [segment.share for segment in customers.SEGMENTS]
    assert sum(shares) == pytest.approx(1)
    assert np.bincount(drawn.segment) / 4000 == pytest.approx(shares, abs=0.03)
    assert drawn.card.mean() == pytest.approx(0.75, abs=0.03)


def test_tastes_sum_to_one_and_follow_the_segment():
    drawn = draw()
    assert drawn.taste.sum(axis=1) == pytest.approx(np.ones(4000))
    nappies = list(STORE.names).index("nappies")
    names = [segment.name for segment in customers.SEGMENTS]
    mean = [drawn.taste[drawn.segment == i, nappies].mean() for i in range(len(names))]
    assert names[int(np.argmax(mean))] == "stockers"


def test_without_own_taste_and_habit_a_segment_is_of_one_mind():
    drawn = draw(50, taste_spread=0.0, habit=0.0)
    for segment in np.unique(drawn.segment):
        assert np.ptp(drawn.taste[drawn.segment == segment], axis=0).max() < 1e-12


def test_habit_multiplies_favourites_alone():
    plain, keen = draw(100, habit=0.0), draw(100, habit=2.0)
    assert (keen.favourite.sum(axis=1) == customers.FAVOURITES).all()
    ratio = keen.taste / plain.taste
    ratio /= ratio.min(axis=1, keepdims=True)
    assert ratio == pytest.approx(np.where(keen.favourite, 3.0, 1.0))


def test_settings_move_what_they_name_and_nothing_else():
    one, other = draw(), draw(gap_days=40.0)
    assert other.gap_days == pytest.approx(2 * one.gap_days)
    assert np.array_equal(one.taste, other.taste)
    assert np.array_equal(one.card, other.card)


def test_gaps_are_gamma():
    drawn = draw(3000, gap_spread=0.0)
    drawn = replace(drawn, gap_days=np.full(3000, 5.0))
    who, when = customers.visits(drawn, 400.0, 2.0, rng=np.random.default_rng(5))
    gaps = np.diff(when)[np.diff(who) == 0]
    early = gaps[when[1:][np.diff(who) == 0] < 300]
    assert early.mean() == pytest.approx(5, rel=0.01)
    assert stats.kstest(early[:5000], stats.gamma(2, scale=2.5).cdf).pvalue > 1e-3


@pytest.mark.parametrize("shape", [0.5, 1.0, 4.0])
def test_visits_have_no_beginning(shape):
    drawn = replace(draw(20_000), gap_days=np.full(20_000, 30.0))
    _, when = customers.visits(drawn, 100.0, shape, rng=np.random.default_rng(2))
    assert len(when) == pytest.approx(20_000 * 100 / 30, rel=0.02)
    by_part = np.histogram(when, bins=5, range=(0, 100))[0]
    assert by_part / len(when) == pytest.approx(np.full(5, 0.2), abs=0.01)


def test_visits_are_in_order_and_inside():
    drawn = draw(200)
    who, when = customers.visits(drawn, 60.0, 1.5, rng=np.random.default_rng(0))
    assert (np.diff(who) >= 0).all()
    assert (np.diff(when)[np.diff(who) == 0] >= 0).all()
    assert (when >= 0).all()
    assert (when < 60).all()
