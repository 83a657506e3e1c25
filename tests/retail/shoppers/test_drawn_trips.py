"""Do trips come when receipts were printed, with the receipts' lists?"""

import numpy as np
import pandas as pd
import pytest
from little_store import DEPARTMENTS, baskets

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import demand, drawn_trips


def timed(sizes):
    start, item = baskets(300)
    day = pd.Timestamp("2026-03-02", tz="UTC")
    hours = np.where(np.arange(300) % 3 == 0, 9, 17)
    time = pd.Series([day + pd.Timedelta(days=i % 10, hours=int(h)) for i, h in enumerate(hours)])
    return demand.of_baskets(DEPARTMENTS, start, item, sizes, time=time)


def test_arrivals_have_the_receipts_hours(sizes):
    wants = timed(sizes)
    assert wants.arrivals.sum() == pytest.approx(30)
    assert wants.arrivals[9] == pytest.approx(10)
    drawn = drawn_trips.draw(wants, sizes, rng=np.random.default_rng(1), n_days=100)
    hour = drawn.arrival_s // 3600
    assert set(hour) == {9, 17}
    assert len(drawn) == pytest.approx(3000, rel=0.06)
    assert (wants.hour[drawn.basket] == hour).all()


def test_trips_come_in_order(sizes):
    drawn = drawn_trips.draw(timed(sizes), sizes, rng=np.random.default_rng(1), n_days=5)
    assert (np.diff(drawn.day * 86_400 + drawn.arrival_s) >= 0).all()


def test_lists_are_receipts_less_what_is_left_to_chance(sizes):
    wants = timed(sizes)
    drawn = drawn_trips.draw(wants, sizes, rng=np.random.default_rng(1), n_days=50)
    for trip in range(40):
        list_ = drawn.item[drawn.start[trip] : drawn.start[trip + 1]]
        at = drawn.basket[trip]
        full = wants.item[wants.start[at] : wants.start[at + 1]]
        assert 1 <= len(list_) <= len(full)
        assert set(list_) <= set(full)
    all_items = np.diff(wants.start)[drawn.basket].sum()
    assert len(drawn.item) + drawn.left_to_chance.sum() * len(drawn) == pytest.approx(all_items)


def test_without_times_the_effects_say_when(sizes):
    start, item = baskets(50)
    wants = demand.of_baskets(DEPARTMENTS, start, item, sizes)
    assert wants.arrivals.sum() == pytest.approx(sizes.trips_per_day)
    assert (wants.arrivals > 0).sum() == sizes.opening_h


def test_only_the_receipts_named_are_drawn(sizes):
    early = np.arange(20)
    drawn = drawn_trips.draw(timed(sizes), sizes, rng=np.random.default_rng(1), baskets=early)
    assert set(drawn.basket) <= set(early)


def test_pair_lifts_are_drawn_to_1(sizes):
    start, item = np.arange(0, 42, 2), np.tile([0, 1], 20)
    wants = demand.of_baskets(("a", "b", "c"), start, item, sizes)
    assert wants.lift[0, 1] == pytest.approx((20 + 5) / (20 + 5))
    assert wants.lift[0, 2] == 1


def test_no_days_and_nobody_are_refused(sizes):
    wants = timed(sizes)
    rng = np.random.default_rng(1)
    with pytest.raises(InputError, match="n_days: expected at least 1, got 0"):
        drawn_trips.draw(wants, sizes, rng=rng, n_days=0)
    with pytest.raises(InputError, match="baskets: expected at least one receipt, got none"):
        drawn_trips.draw(wants, sizes, rng=rng, baskets=np.array([], dtype=int))
