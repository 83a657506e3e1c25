"""Are walks the shortest, and does one see what is in sight, and only that?"""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from little_store import little_plan, shelf

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Thing
from layoutlab.floor.walking import distances_between
from layoutlab.retail.shoppers import prepared_floor


def test_places_are_pieces_of_faces(floor):
    assert floor.fixtures == ("a", "b", "c", "d", "e")
    assert floor.n_places == 4 * 2 * 2 + 2  # sides of 3 m are cut in two
    assert floor.shelf_m.sum() == pytest.approx(5 * 12)
    assert floor.unreachable == ()


def test_one_stands_before_the_face(floor):
    centres = floor.origin + (floor.cells[: floor.n_places] + 0.5) * floor.cell_m
    below = centres[floor.fixture == 4]
    assert (below[:, 1] < 9).all()
    assert (below[:, 1] > 8).all()


def test_metres_are_those_of_shortest_walks(floor):
    n = len(floor.cells)
    expected = distances_between(~floor.walkable, floor.cells, neighbours=8, cell_m=floor.cell_m)
    assert floor.legs.metres.reshape(n, n) == pytest.approx(expected)


def test_a_traced_walk_is_as_long_as_said_and_never_blocked(floor):
    n = len(floor.cells)
    rng = np.random.default_rng(1)
    for start, goal in rng.integers(0, n, (30, 2)):
        walk = prepared_floor.walk_between(floor, start, goal)
        assert walk[-1].tolist() == floor.cells[goal].tolist()
        assert floor.walkable[walk[:, 1], walk[:, 0]].all()
        length = np.hypot(*np.diff(walk, axis=0).T).sum() * floor.cell_m
        assert length == pytest.approx(floor.legs.metres[goal * n + start])


def test_steps_are_counted_along_walks(floor):
    n = len(floor.cells)
    counts = np.zeros(n * n, dtype=np.int64)
    counts[5 * n + 2] = 3
    walk = prepared_floor.walk_between(floor, 2, 5)
    total = prepared_floor.steps(floor, counts)
    assert total.sum() == 3 * (len(walk) - 1)
    assert (total[walk[:-1, 1], walk[:-1, 0]] == 3).all()


def seen_by(floor, start, goal):
    leg = goal * len(floor.cells) + start
    part = slice(floor.legs.seen_start[leg], floor.legs.seen_start[leg + 1])
    return dict(zip(floor.legs.seen_place[part].tolist(), floor.legs.seen_m[part], strict=True))


def test_nobody_sees_the_back_of_a_shelf(floor):
    lower = [i for i in range(floor.n_places) if floor.fixture[i] == 0][:2]
    upper = [i for i in range(floor.n_places) if floor.fixture[i] == 0][2:]
    seen = seen_by(floor, floor.entrances[0], lower[1])
    assert lower[1] in seen
    assert not set(upper) & set(seen)


def test_exposure_is_never_longer_than_the_walk(floor):
    n = len(floor.cells)
    lengths = np.repeat(floor.legs.metres, np.diff(floor.legs.seen_start))
    assert (floor.legs.seen_m <= lengths + 1e-4).all()
    walked = np.bincount(
        np.repeat(np.arange(n * n), np.diff(floor.legs.tile_start)),
        floor.legs.tile_m,
        minlength=n * n,
    )
    assert walked == pytest.approx(floor.legs.metres, abs=1e-3)


def test_walking_there_and_back_turns_back(floor):
    n = len(floor.cells)
    winding = floor.legs.winding.reshape(n, n)
    assert winding[floor.exits[0], floor.entrances[0]] > 0  # along the bottom, to the right
    assert winding[floor.entrances[0], floor.exits[0]] < 0


def test_a_low_table_hides_nothing(sizes):
    screen = shapely.box(1, 1.4, 11, 1.6)
    high = little_plan(Thing("s", "fixture", screen, height_m=2.0))
    low = little_plan(Thing("s", "fixture", screen, height_m=0.8))
    seen = [
        sum(seen_by(floor, floor.entrances[0], floor.checkouts[0]).values())
        for floor in (prepared_floor.prepare(each, sizes) for each in (high, low))
    ]
    assert seen[1] > seen[0]


def test_fixtures_out_of_reach_are_named(sizes):
    hidden = [
        Thing("wall", "wall", shapely.box(9.9, 7.0, 10.0, 10)),
        Thing("wall2", "wall", shapely.box(9.9, 7.0, 12, 7.1)),
        shelf("z", 10.2, 9.2, ("gold",), wide=1.0, deep=0.5, sides=("low",)),
    ]
    assert prepared_floor.prepare(little_plan(*hidden), sizes).unreachable == ("z",)


@pytest.mark.parametrize("kind", ["entrance", "checkout", "fixture"])
def test_a_plan_without_what_is_needed_is_refused(plan, sizes, kind):
    things = tuple(thing for thing in plan.things if thing.kind != kind)
    with pytest.raises(InputError, match=rf"little: expected an? {kind} on the plan, got none"):
        prepared_floor.prepare(replace(plan, things=things), sizes)


def test_without_an_exit_one_leaves_by_the_entrance(plan, sizes):
    things = tuple(thing for thing in plan.things if thing.kind != "exit")
    floor = prepared_floor.prepare(replace(plan, things=things), sizes)
    assert floor.cells[floor.exits].tolist() == floor.cells[floor.entrances].tolist()


def test_entrances_to_two_parts_are_refused(sizes):
    wall = Thing("w", "wall", shapely.box(0, 8.5, 12, 8.6))
    door = Thing("in2", "entrance", shapely.LineString([(0.2, 10), (1.2, 10)]))
    with pytest.raises(InputError, match="entrances to one and the same floor"):
        prepared_floor.prepare(little_plan(wall, door), sizes)


def test_a_checkout_out_of_reach_is_refused(sizes):
    walls = [
        Thing("wall", "wall", shapely.box(6.9, 7.0, 7.0, 10)),
        Thing("wall2", "wall", shapely.box(6.9, 7.0, 12, 7.1)),
        Thing("till2", "checkout", shapely.box(10.5, 9.2, 11.5, 9.8)),
    ]
    with pytest.raises(InputError, match="expected to get to checkout till2 from an entrance, got"):
        prepared_floor.prepare(little_plan(*walls), sizes)
