"""Are widths on true polygons right? By hand, and against erosion as an oracle."""

import numpy as np
import planted_stores
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.rules import aisles, dead_ends, distances, reach, routes, skeleton
from layoutlab.floor.rules.survey import Survey


def box(*bounds):
    return shapely.box(*bounds)


def store(*things):
    floor = Thing("floor", "outline", box(0, 0, 10, 8))
    door = Thing("in", "entrance", shapely.LineString([(0, 1), (0, 3)]))
    return Plan("store", (floor, door, *things))


def shelf(id_, *bounds, **more):
    return Thing(id_, "fixture", box(*bounds), **more)


def width_to(plan, id_):
    built = skeleton.build(plan)
    return routes.to_thing(built, routes.from_entrances(plan, built), plan.by_id[id_])


def test_a_disc_passes_between_two_corners():
    plan = store(
        Thing("low", "wall", box(4, 0, 5, 3)),
        Thing("high", "wall", box(5.6, 3.8, 6.6, 8)),
        shelf("goal", 9, 3, 9.5, 5),
    )
    found = width_to(plan, "goal")
    assert found.width_m == pytest.approx(np.hypot(0.6, 0.8), abs=1e-4)
    assert found.place == pytest.approx((5.3, 3.4), abs=1e-3)
    assert set(found.between) == {"low", "high"}


def test_a_shut_room_is_not_reached():
    plan = store(Thing("wall", "wall", box(4, 0, 5, 8)), shelf("goal", 9, 3, 9.5, 5))
    assert width_to(plan, "goal").width_m == 0


def test_a_wall_drawn_as_a_line_is_in_the_way():
    plan = store(
        Thing("line", "wall", shapely.LineString([(4, 0), (4, 6.7)])), shelf("goal", 9, 3, 9.5, 5)
    )
    assert width_to(plan, "goal").width_m == pytest.approx(1.3, abs=1e-4)


def test_a_fixture_at_the_wall_is_not_reached_from_outside():
    face = shapely.LineString([(9.5, 3), (9.5, 5)])
    plan = store(
        Thing("wall", "wall", box(4, 0, 5, 8)), shelf("goal", 9.5, 3, 10, 5, faces=(face,))
    )
    assert width_to(plan, "goal").width_m == 0


def test_only_faces_count():
    back = shapely.LineString([(5, 7.5), (8, 7.5)])
    front = shapely.LineString([(5, 7.0), (8, 7.0)])
    for face, least, most in ((back, 0.5, 1.1), (front, 4.5, 7.0)):
        plan = store(shelf("goal", 5, 7.0, 8, 7.5, faces=(face,)))
        assert least <= width_to(plan, "goal").width_m <= most


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_widest_routes_agree_with_erosion(seed):
    rng = np.random.default_rng(seed)
    things = []
    while len(things) < 6:
        shape = shapely.affinity.rotate(
            shapely.box(*(at := rng.uniform(1, 7, 2)), *(at + rng.uniform(0.3, 2, 2))),
            rng.uniform(0, 180),
        )
        clear = all(shape.distance(each.shape) > 0.05 for each in things)
        if clear and box(0.3, 0.05, 9.9, 7.9).contains(shape):
            things.append(Thing(str(len(things)), "fixture", shape))
    side = Thing("in", "entrance", shapely.LineString([(0, 0), (0, 8)]))
    plan = Plan("random", (store().things[0], side, *things))
    built = skeleton.build(plan)
    found = routes.from_entrances(plan, built)
    for thing in things:
        width = routes.to_thing(built, found, thing).width_m
        if width > 0.1:  # narrower ones are at the sampling's end
            assert thing.id in reach.reachable(plan, width - 0.004, reach_m=0.002)
            assert thing.id not in reach.reachable(plan, width + 0.004, reach_m=0)


def test_a_raster_differs_from_the_polygons_by_less_than_two_cells():
    plan = store(
        Thing("low", "wall", box(4, 0, 5, 3)),
        Thing("high", "wall", box(4, 4.003, 5, 8)),
        shelf("goal", 9, 3, 9.5, 5),
    )
    assert reach.reachable(plan, 1.0) == ("goal",)
    assert reach.reachable(plan, 1.01) == ()
    assert reach.reachable(plan, 0.95, resolution_m=0.025) == ("goal",)
    assert reach.reachable(plan, 1.06, resolution_m=0.025) == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"diameter_m": 0}, "diameter_m: expected a width above 0 m, got 0"),
        ({"reach_m": -1}, "reach_m: expected at least 0 m, got -1"),
        ({"resolution_m": 0}, "resolution_m: expected a size above 0 m, got 0"),
    ],
)
def test_lengths_out_of_range_are_refused(changes, message):
    with pytest.raises(InputError) as caught:
        reach.reachable(store(), **({"diameter_m": 1.0} | changes))
    assert str(caught.value) == message
    with pytest.raises(InputError, match="step_m: expected a length above 0 m, got 0"):
        skeleton.build(store(), step_m=0)


def test_an_aisle_is_measured_before_the_face_and_not_past_its_end():
    face = shapely.LineString([(3, 3), (6, 3)])
    plan = store(shelf("row", 3, 2, 6, 3, faces=(face,)), shelf("side", 6.6, 3.2, 7, 4))
    built = skeleton.build(plan)
    everywhere = np.ones(len(built.width_m), dtype=bool)
    aisle = aisles.before_faces(built, plan.by_id["row"], where=everywhere)
    assert aisle.width_m == pytest.approx(5.0, abs=1e-3)


def test_rows_stand_together_and_away_from_walls():
    plan = store(
        shelf("a", 3, 3, 4, 4), shelf("b", 4.1, 3, 5, 4), shelf("wall", 7, 7, 8, 8),
        shelf("lone", 7, 3, 8, 4),
    )  # fmt: skip
    assert sorted(names for _, names in aisles.rows(plan)) == [("a", "b"), ("lone",)]


def test_a_dead_end_with_an_island_or_a_door_is_none():
    rng = np.random.default_rng(1)
    for door in (False, True):
        plan = planted_stores.alcove(1.5, 6.0, rng)
        if door:
            deep = max(plan.outline.exterior.coords[:-1], key=lambda p: _far(plan, p))
            out = Thing("out", "exit", shapely.Point(deep).buffer(0.8) & plan.outline)
            plan = Plan("with a door", (*plan.things, out))
        survey = Survey(plan)
        found = dead_ends.find(survey.skeleton, survey.doors_m, passable_m=0.6, up_to_m=3)
        assert len(found) == (0 if door else 1)


def _far(plan, point):
    return plan.of("entrance")[0].shape.distance(shapely.Point(point))


def test_the_shortest_walk_goes_round_the_corner():
    wall = Thing("wall", "wall", box(4, 0, 5, 6))
    out = Thing("out", "exit", shapely.LineString([(10, 0), (10, 1)]))
    plan = store(wall, out)
    floor = distances.free_floor(plan)
    length = distances.walks(floor, [out.shape], np.array([[0.0, 0.0], [10, 8], [5, 0]]))
    by_hand = np.hypot(4, 6) + 1 + np.hypot(5, 5)
    assert length == pytest.approx([by_hand, 7.0, 5.0], abs=1e-3)


def test_nobody_walks_through_a_crack():
    gap = [Thing("low", "wall", box(4, 0, 5, 3)), Thing("high", "wall", box(4, 3.4, 5, 8))]
    out = Thing("out", "exit", shapely.LineString([(10, 0), (10, 1)]))
    plan = store(*gap, out)
    floor = distances.free_floor(plan)
    assert np.isinf(distances.walks(floor, [out.shape], np.array([[1.0, 1.0]]))).all()
