"""Do the same shoppers do the same things, whoever counts, and find what the layout offers?"""

from dataclasses import replace

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import assortment, drawn_trips, offer, simulation, totals
from layoutlab.retail.shoppers.queue_kernels import queue


@pytest.fixture(scope="module")
def outcome(floor, goods, shoppers, sizes):
    return simulation.simulate(floor, goods, shoppers, sizes)


def test_any_number_of_workers_gives_the_same_bytes(floor, goods, shoppers, sizes, outcome):
    again = simulation.simulate(floor, goods, shoppers, sizes, workers=3)
    assert again.trips.tobytes() == outcome.trips.tobytes()
    for one, other in zip(outcome.tally, again.tally, strict=True):
        assert one.tobytes() == other.tobytes()
    assert again.totals == outcome.totals


def test_a_trip_does_not_depend_on_the_others(floor, goods, shoppers, sizes, outcome):
    half = len(shoppers) // 2
    fewer = replace(
        shoppers,
        key=shoppers.key[half:],
        day=shoppers.day[half:],
        arrival_s=shoppers.arrival_s[half:],
        start=shoppers.start[half:],
        basket=shoppers.basket[half:],
    )
    alone = simulation.simulate(floor, goods, fewer, sizes)
    assert alone.trips.tobytes() == outcome.trips[half:].tobytes()


def test_calibration_gives_back_the_receipts(shoppers, outcome):
    wanted = shoppers.left_to_chance * len(shoppers)
    assert outcome.tally.expected == pytest.approx(wanted, rel=1e-3)
    assert outcome.tally.unplanned.sum() == pytest.approx(wanted.sum(), rel=0.05)


def test_pooled_temptation_is_alike_per_purchase(floor, goods, shoppers, sizes):
    pooled = replace(sizes, temptation_pooling=1.0)
    calm = simulation.calibrated(floor, goods, shoppers, pooled)
    found = simulation.simulate(floor, goods, calm, pooled)
    wanted = shoppers.left_to_chance * len(shoppers)
    assert found.tally.expected.sum() == pytest.approx(wanted.sum(), rel=1e-3)
    alike = found.tally.expected / (wanted * found.tally.exposure_m)
    assert alike == pytest.approx(np.full(len(alike), alike.mean()), rel=1e-3)
    assert calm.rate.tolist() != shoppers.rate.tolist()


def test_the_shortest_walk_is_never_beaten(floor, goods, shoppers, sizes):
    patient = replace(sizes, patience_m=1e9, checkout_choice_m=1e-3)
    walked = {
        order: simulation.simulate(floor, goods, shoppers, patient, order=order).column("metres")
        for order in offer.ORDERS
    }
    for order in ("behaved", "random", "nearest"):
        assert (walked["shortest"] <= walked[order] + 1e-6).all()
    assert walked["shortest"].mean() < walked["nearest"].mean() < walked["random"].mean()


def test_metres_are_those_of_the_legs(floor, outcome):
    walked = outcome.tally.legs @ floor.legs.metres
    assert outcome.column("metres").sum() == pytest.approx(walked)


def test_detours_come_with_the_metres_of_the_direct_way(floor, goods, shoppers, sizes, outcome):
    still = replace(sizes, detours_per_m=0.0)
    none = simulation.simulate(floor, goods, shoppers, still)
    legs = outcome.tally.legs.sum() - none.tally.legs.sum()
    way_out = none.column("metres").sum() - none.column("direct_m").sum()
    assert way_out == pytest.approx(0)  # without detours the walk is the direct way
    last = floor.legs.metres.reshape(len(floor.cells), -1)[floor.exits].min(axis=0)
    inside = outcome.column("direct_m") - last[outcome.column("checkout").astype(int)]
    assert legs / inside.sum() == pytest.approx(sizes.detours_per_m, rel=0.05)


def test_trips_differ_in_how_much_they_wander(floor, goods, shoppers, sizes):
    alike, unlike = (
        simulation.simulate(floor, goods, shoppers, replace(sizes, detour_spread=spread))
        for spread in (0.0, 1.2)
    )
    extra = [each.column("metres") / each.column("direct_m") for each in (alike, unlike)]
    assert extra[1].std() > 1.3 * extra[0].std()


def test_everything_wanted_is_found_gone_without_or_replaced(floor, goods, shoppers, sizes):
    some = simulation.simulate(floor, goods, shoppers, sizes, stock={"bread": 0.3, "eggs": 0.0})
    met = some.column("found") + some.column("substituted") + some.column("gave_up")
    assert (met <= some.column("wanted")).all()
    full = simulation.simulate(floor, goods, shoppers, sizes)
    assert some.totals.found_rate < full.totals.found_rate
    eggs = shoppers.demand.categories.index("eggs")
    assert some.tally.unplanned[eggs] == 0


def test_less_stock_never_sells_more(floor, goods, shoppers, sizes):
    margins = [
        simulation.evaluate(floor, goods, shoppers, sizes, stock={"bread": share}).margin
        for share in (0.0, 0.5, 1.0)
    ]
    assert margins == sorted(margins)


def test_common_random_numbers_make_differences_sharp(floor, goods, shoppers, sizes, wants):
    swapped = assortment.of_fixtures(
        floor,
        {"a": ("milk",), "b": ("bread",), "c": ("tea", "soap"), "d": ("beer",), "e": ("eggs",)},
    )
    other = replace(
        drawn_trips.draw(wants, sizes, rng=np.random.default_rng(99), n_days=6),
        rate=shoppers.rate,
    )
    here = simulation.simulate(floor, goods, shoppers, sizes)
    there = simulation.simulate(floor, swapped, shoppers, sizes)
    apart = simulation.simulate(floor, swapped, other, sizes)
    n = min(len(shoppers), len(other))
    for name in ("metres", "unplanned_margin"):
        same = (there.column(name) - here.column(name)).var()
        independent = (apart.column(name)[:n] - here.column(name)[:n]).var()
        assert same < 0.5 * independent


def test_differences_have_intervals(floor, goods, shoppers, sizes, outcome):
    both = (outcome.trips, outcome.wait_s)
    none = totals.difference(shoppers, both, both)
    assert none["metres"] == (0.0, 0.0, 0.0)
    with pytest.raises(InputError, match="expected two outcomes of the same"):
        totals.difference(shoppers, both, (outcome.trips[:5], outcome.wait_s[:5]))


def test_intervals_hold_the_mean(outcome):
    found = outcome.totals
    for name in totals.MEASURES:
        low, high = found.interval(name)
        assert low <= getattr(found, name) <= high
    assert found.days == 6
    assert found.crowding > 0


def test_queue_by_hand():
    day = np.array([0, 0, 0, 0, 1])
    ready = np.array([10.0, 12.0, 13.0, 50.0, 5.0])
    service = np.array([10.0, 10.0, 0.0, 10.0, 10.0])
    order = np.arange(5)
    assert queue(day, ready, service, order, 1).tolist() == [0, 8, 0, 0, 0]
    assert queue(day, ready, service, order, 2).tolist() == [0, 0, 0, 0, 0]


def test_what_does_not_meet_is_named(floor, goods, wants):
    joined = offer.join(goods, wants)
    assert joined == offer.Joining((), (), 0.0)
    fewer = assortment.of_fixtures(floor, {"a": ("bread", "gold")})
    joined = offer.join(fewer, wants)
    assert joined.not_bought == ("gold",)
    assert "milk" in joined.not_sold
    assert 0 < joined.lines_not_sold < 1
    with pytest.raises(InputError, match="the fixtures carry gold, the receipts name bread, milk"):
        offer.join(assortment.of_fixtures(floor, {"a": ("gold",)}), wants)


def test_bad_arguments_are_refused(floor, goods, shoppers, sizes):
    with pytest.raises(InputError, match="order: expected one of behaved, random"):
        simulation.simulate(floor, goods, shoppers, sizes, order="best")
    with pytest.raises(InputError, match="stock of bread: expected a share from 0 to 1, got 2"):
        simulation.simulate(floor, goods, shoppers, sizes, stock={"bread": 2})
    with pytest.raises(InputError, match="stock: expected categories of the receipts, got 'gold'"):
        simulation.simulate(floor, goods, shoppers, sizes, stock={"gold": 1})
    with pytest.raises(InputError, match="workers: expected at least 1, got 0"):
        simulation.simulate(floor, goods, shoppers, sizes, workers=0)
