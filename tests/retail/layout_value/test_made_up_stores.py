"""Made-up stores: the same number is the same store, and what cannot be made is said."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.generation.builtin import GROCERIES
from layoutlab.retail.layout_value import made_up_stores


def test_the_same_number_is_the_same_store(sizes, store):
    again = made_up_stores.made_up(sizes, trips=400, seed=11, area_m2=(200, 200))
    assert again.name == store.name
    assert again.slots.today.tolist() == store.slots.today.tolist()
    assert again.shoppers.item.tolist() == store.shoppers.item.tolist()
    assert again.shoppers.rate.tolist() == store.shoppers.rate.tolist()
    other = made_up_stores.made_up(sizes, trips=50, seed=13, area_m2=(200, 200))
    assert other.slots.departments != store.slots.departments


def test_a_store_is_within_what_it_is_said_to_be(store):
    low, high = made_up_stores.DEPARTMENTS
    assert low <= len(store.slots.departments) <= high
    assert "200 m²" in store.name
    assert len(store.shoppers) <= 400
    assert set(store.slots.departments) <= set(GROCERIES)


def test_the_present_layout_gives_back_what_was_bought_unplanned(store):
    from layoutlab.retail.layout_value import labelled

    people = store.shoppers
    tally = labelled.outcome(store, store.slots.today, people).tally
    wanted = people.left_to_chance * len(people)
    seen = tally.expected > 0
    assert tally.expected[seen] == pytest.approx(wanted[seen], rel=0.05)


@pytest.mark.parametrize("area", [(0, 10), (20, 10), (-1, 5)])
def test_a_range_of_areas_is_checked(sizes, area):
    with pytest.raises(InputError, match=r"^area_m2: expected a range above 0, got "):
        made_up_stores.made_up(sizes, trips=10, seed=1, area_m2=area)


def test_an_area_of_no_store_is_said_not_tried_for_ever(sizes):
    said = (
        r"^area_m2: expected areas that stores can be made of, but none of 100 from 12 to 12 m² "
        r"could: area: expected 150 to 6,000 m², got 12$"
    )
    with pytest.raises(InputError, match=said):
        made_up_stores.made_up(sizes, trips=10, seed=1, area_m2=(12, 12))


def test_errands_prefer_a_family(sizes, rng):
    names = list(GROCERIES)[:12]
    wants = made_up_stores.made_up_demand(names, sizes, rng=rng, sizes=0.5)
    assert wants.categories == tuple(names)
    count = np.diff(wants.start)
    assert len(count) == made_up_stores.BASKETS
    assert count.min() >= 1
    assert count.max() <= 12
    assert np.exp(np.log(count).mean()) == pytest.approx(np.exp(0.5), rel=0.15)
    baskets = np.split(wants.item, wants.start[1:-1])
    assert all(len(set(one)) == len(one) for one in map(np.ndarray.tolist, baskets))
    family = np.array([GROCERIES[name][2] for name in names])
    same = family[:, None] == family
    off = ~np.eye(len(names), dtype=bool)
    assert wants.lift[same & off].mean() > wants.lift[~same].mean()


def test_other_customers_keep_the_floor(store, sizes, rng):
    wants = made_up_stores.made_up_demand(list(store.shoppers.demand.categories), sizes, rng=rng)
    other = made_up_stores.with_demand(store, wants, trips=80, seed=2)
    assert other.floor is store.floor
    assert other.shoppers.demand is wants
    assert len(other.shoppers) <= 80
    assert (other.shoppers.rate >= 0).all()
