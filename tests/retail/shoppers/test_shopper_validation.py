"""Does the card measure what it says, on us and on the null shoppers?"""

from dataclasses import replace

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import (
    drawn_trips,
    offer,
    simulation,
    trip_measures,
    validation,
    what_ifs,
)


@pytest.fixture(scope="module")
def store(plan, wants, sizes):
    return validation.open_store(plan, wants, sizes, trips=900, rng=np.random.default_rng(2))


def test_every_regularity_has_a_range_and_a_source():
    targets = validation.targets()
    assert (targets["low"] < targets["high"]).sum() == len(targets) - 1  # the mode is one number
    assert set(targets["role"]) == {"judged", "fitted", "built in", "input"}
    assert (targets["role"] == "judged").sum() >= 10
    assert (targets["source"].str.len() > 5).all()


def test_the_card_has_a_row_per_regularity_and_shopper(store, sizes):
    spare = {**store.carried, "e": ("eggs",), "d": ("bread",), "c": ("tea", "soap", "beer")}
    changed = replace(
        store,
        plan=replace(
            store.plan,
            things=tuple(
                replace(thing, departments=spare.get(thing.id, ())) for thing in store.plan.things
            ),
        ),
    )
    card = validation.card(
        changed, store, sizes, rng=np.random.default_rng(1), changes=2,
        flows=lambda order: (0.7, 0.6, 0.8),
    )  # fmt: skip
    rows = set(validation.targets().index) - {"whole_aisle"}  # the little store has no long rows
    assert set(card["regularity"]) == rows
    assert len(card) == len(rows) * len(offer.ORDERS)
    assert (card["low"] <= card["value"]).all()
    assert (card["value"] <= card["high"]).all()
    score = validation.score(card).set_index("shoppers")
    assert list(score.index) == list(offer.ORDERS)
    assert (score["passed"] <= score["judged"]).all()
    shortest = card[card["shoppers"] == "shortest"].set_index("regularity")["value"]
    assert shortest["excess_of_length"] == 0
    assert shortest["perimeter"] == 1
    carried = card[card["regularity"].str.startswith("carried_in")]
    assert set(carried["role"]) == {"input"}
    assert carried.groupby("shoppers")["value"].sum().to_numpy() == pytest.approx(np.ones(4))
    speed = card[card["regularity"] == "speed_near_checkout"].set_index("shoppers")["value"]
    assert speed["behaved"] > 1.05
    assert speed["random"] == pytest.approx(1)
    symmetric = card[card["regularity"] == "counter_clockwise"].set_index("shoppers")["value"]
    assert symmetric["nearest"] == pytest.approx(0.5, abs=0.05)


def test_a_mirror_image_turns_round(store, sizes):
    image = validation.open_mirror(store, sizes)
    here, there = (
        simulation.simulate(each.floor, each.goods, each.shoppers, sizes, order="shortest")
        for each in (store, image)
    )
    assert there.column("metres").mean() == pytest.approx(here.column("metres").mean(), rel=0.03)
    right = (here.column("winding") > 0).mean()
    assert (there.column("winding") < 0).mean() == pytest.approx(right, abs=0.05)


def test_excess_adds_up(store, sizes):
    outcome, shortest = (
        simulation.simulate(store.floor, store.goods, store.shoppers, sizes, order=order)
        for order in ("behaved", "shortest")
    )
    tour, order_m, travel_m = trip_measures.excess(outcome, shortest)
    same = outcome.column("gave_up") == shortest.column("gave_up")
    assert tour + order_m + travel_m == pytest.approx(outcome.column("metres")[same])
    assert (travel_m > -1e-9).all()


def test_measures_by_hand():
    assert trip_measures.mean_of(np.array([1.0, 3.0]))[0] == 2
    assert trip_measures.ratio_of(np.array([1.0, 2.0]), np.array([2.0, 4.0])) == (0.5, 0.5, 0.5)
    assert trip_measures.rank_correlation(np.arange(9.0), np.ones(9)) == (0, 0, 0)
    assert trip_measures.slope_of(np.array([[1.0, 2.0], [-2.0, -4.0]]))[0] == 2


def test_more_space_is_measured_in_logarithms(store, sizes):
    carried = {**store.carried, "d": ("bread",), "c": ("tea", "soap", "beer")}
    gained, lost = what_ifs.space_elasticities(
        store.floor, carried, store.shoppers, sizes, "behaved", changes=3,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert (gained[:, 0] > 0).all()
    assert lost[:, 0] == pytest.approx(np.log(0.5))


def test_what_cannot_be_asked_is_refused(store, sizes):
    asked = (store.floor, store.carried, store.shoppers, sizes, "behaved")
    with pytest.raises(InputError, match="a department on two fixtures"):
        what_ifs.space_elasticities(*asked, changes=3, rng=np.random.default_rng(1))
    few = (store.floor, {"a": ("bread",)}, store.shoppers, sizes, "behaved")
    with pytest.raises(InputError, match="expected 6 departments to move, got 1"):
        what_ifs.relocation(*few)


def test_the_first_trips_are_the_same(store):
    some = drawn_trips.first_trips(store.shoppers, 50)
    assert len(some) == 50
    assert some.item.tolist() == store.shoppers.item[: store.shoppers.start[50]].tolist()
    assert len(drawn_trips.first_trips(store.shoppers, 10**9)) == len(store.shoppers)
