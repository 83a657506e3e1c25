"""Do the categories of Groceries meet the families of the Omnichannel set that they should?"""

import numpy as np
import pytest

from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.promise import joining, omnichannel, planned_stores
from layoutlab.retail.shoppers import drawn_trips, effects

SIZES = effects.load()
OBVIOUS = {
    "whole milk": "Milk",
    "tropical fruit": "Fresh fruits",
    "beef": "Meat counter",
    "coffee": "Coffee",
    "root vegetables": "Fresh vegetables",
    "rolls/buns": "Buns rolls",
    "yogurt": "Yogurt",
    "domestic eggs": "Eggs",
    "dog food": "Dog food care",
    "white wine": "White wines",
    "bottled beer": "Beers coolers",
    "hair spray": "Hair care",
    "frozen vegetables": "Frozen produce",
    "newspapers": "",
    "photo/film": "",
}


@pytest.fixture(scope="module")
def joined():
    return joining.groceries_attributes()


def test_obvious_pairs_are_found(joined):
    family = dict(zip(joined[0]["category"], joined[0]["family"], strict=True))
    assert {name: family[name] for name in OBVIOUS} == OBVIOUS


def test_most_purchases_have_a_family(joined):
    pairs = joined[0]
    found = pairs["family"] != ""
    assert (len(pairs), found.sum()) == (169, 147)
    assert pairs["bought"].sum() == 43_367
    assert pairs.loc[found, "bought"].sum() / pairs["bought"].sum() == pytest.approx(
        0.936, abs=1e-3
    )


def test_few_words_were_given_by_hand(joined):
    assert len(omnichannel.SAYS) <= 20
    assert set(omnichannel.SAYS) <= set(joined[0]["category"])


def test_values_are_of_a_grocer(joined):
    known = joined[1]
    assert len(known.categories) == 55
    assert 1 < known.price.min() < known.price.max() < omnichannel.MOST_USD
    assert 5 < np.nanmin(known.dwell_s) < np.nanmax(known.dwell_s) < 120
    assert 0 <= np.nanmin(known.impulse) < np.nanmax(known.impulse) < 0.5
    assert known.arrivals[:6].sum() == 0
    assert known.arrivals.sum() == pytest.approx(3320, abs=1)


def test_the_set_has_134_families():
    families = omnichannel.families()
    assert len(families) == 134
    dear = families.loc[families["price"].isna(), "family"]
    assert {"Beers coolers", "Refrigerated"} <= set(dear)
    assert len(dear) == 5


def test_the_convenience_store_can_be_started_from(joined):
    start = planned_stores.start("groceries", "", SIZES)
    assert start.wants.currency == "USD"
    assert start.told["joined"]["categories"] == 147
    locked = Constraints.of(start.kept).locked_departments
    carried = {name for thing in start.plan.of("fixture") for name in thing.departments}
    assert set(locked) <= carried
    drawn = drawn_trips.draw(start.wants, SIZES, rng=np.random.default_rng(1))
    assert drawn.arrival_s.min() >= 6 * 3600
    bought = np.bincount(drawn.item, minlength=len(carried)) / len(drawn) + drawn.left_to_chance
    share = drawn.left_to_chance.sum() / bought.sum()
    assert 0.5 * SIZES.unplanned_share < share < SIZES.unplanned_share
