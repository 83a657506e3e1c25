"""Are aisles the gaps between long rows, and is a walk through one told from a step into it?"""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from little_store import shelf

from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.shoppers import (
    aisle_visits,
    assortment,
    demand,
    drawn_trips,
    prepared_floor,
    simulation,
)


def plan_of(*fixtures):
    """12 m by 16 m, doors and till at the bottom; fixtures as given."""
    return Plan(
        "rows",
        (
            Thing("floor", "outline", shapely.box(0, 0, 12, 16)),
            *fixtures,
            Thing("in", "entrance", shapely.LineString([(5.5, 0), (6.5, 0)])),
            Thing("till", "checkout", shapely.box(9, 0.5, 9.6, 1.5)),
        ),
    )


def upright(name, x, departments, *, side, low=3.0, high=13.0):
    """A row that stands along y, goods on the side at `side`."""
    face = shapely.LineString([(side, low), (side, high)])
    return Thing(
        name, "fixture", shapely.box(x, low, x + 1, high), departments=departments, shelf_m=12.0,
        faces=(face,),
    )  # fmt: skip


LEFT = upright("left", 4.0, ("tea",), side=4.0)
RIGHT = upright("right", 7.0, ("soap",), side=8.0)


def test_an_aisle_runs_between_two_long_rows():
    (aisle,) = aisle_visits.of_plan(plan_of(LEFT, RIGHT))
    assert aisle.width_m == pytest.approx(2)
    assert aisle.length_m == pytest.approx(10)
    ends = {tuple(np.round(aisle.end + far * aisle.way, 6).tolist()) for far in (0, 10)}
    assert ends == {(6.0, 3.0), (6.0, 13.0)}


@pytest.mark.parametrize(
    "other",
    [
        upright("right", 10.5, ("soap",), side=10.5),  # too far away
        upright("right", 5.2, ("soap",), side=6.2),  # nobody fits in between
        upright("right", 7.0, ("soap",), side=8.0, low=8.0),  # beside each other for 5 m
        shelf("right", 7, 7, ("soap",), wide=4.5),  # across
    ],
)
def test_other_gaps_are_none(other):
    assert aisle_visits.of_plan(plan_of(LEFT, other)) == ()


def test_what_stands_between_makes_it_none():
    pillar = Thing("pillar", "wall", shapely.box(5.8, 7, 6.2, 7.4))
    assert aisle_visits.of_plan(plan_of(LEFT, RIGHT, pillar)) == ()


def counted(sizes, *fixtures):
    """Return what trips to the department milk alone do in the shortest order, and the walks."""
    plan, sizes = plan_of(*fixtures), replace(sizes, patience_m=1e9)  # nobody gives up
    start, item = np.arange(6), np.zeros(5, np.int64)
    wants = demand.of_baskets(("milk",), start, item, sizes)
    floor = prepared_floor.prepare(plan, sizes)
    goods = assortment.of_plan(floor, plan)
    drawn = drawn_trips.first_trips(
        drawn_trips.draw(wants, sizes, rng=np.random.default_rng(1)), 30
    )
    outcome = simulation.simulate(floor, goods, drawn, sizes, order="shortest")
    found = aisle_visits.of_plan(plan)
    return aisle_visits.visits(floor, goods, outcome, sizes, found, order="shortest", most=20)


def test_who_fetches_from_the_wall_behind_walks_the_whole_aisle(sizes):
    milk = shelf("milk", 5.5, 15, ("milk",), wide=1.0, sides=("low",))
    entered, whole = counted(sizes, LEFT, RIGHT, milk)
    assert entered.tolist() == whole.tolist() == [1] * 20


def test_who_fetches_from_its_middle_does_not(sizes):
    milk = upright("left", 4.0, ("milk",), side=5.0, low=3.0, high=13.0)
    face = shapely.LineString([(5.0, 5.0), (5.0, 6.0)])
    milk = Thing("left", "fixture", milk.shape, departments=("milk",), shelf_m=1.0, faces=(face,))
    entered, whole = counted(sizes, milk, RIGHT)
    assert entered.tolist() == [1] * 20
    assert whole.tolist() == [0] * 20


def test_who_fetches_elsewhere_enters_none(sizes):
    milk = shelf("milk", 0.0, 2.0, ("milk",), wide=1.0, sides=("high",))
    entered, whole = counted(sizes, LEFT, RIGHT, milk)
    assert entered.sum() == whole.sum() == 0


@pytest.mark.parametrize(
    ("walked", "found"),
    [
        ([-1, 0, 1, 2, 3, -1], (1, 1)),  # through
        ([-1, 0, 1, 1, 0, -1, 3, 2, 3], (2, 0)),  # in and out at both ends: two visits, none whole
        ([0, -1, 3], (0, 0)),  # past the ends
        ([3, 2, 1, 0, -1, 0, 1, 0, 4, 5, 6], (3, 2)),  # through, in and out, through the next one
    ],
)
def test_a_visit_lasts_from_stepping_in_to_stepping_out(walked, found):
    assert aisle_visits._counted(np.array(walked), [0, 4, 7]) == found
