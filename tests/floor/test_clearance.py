import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from shapely import Point, box, unary_union

from layoutlab.errors import InputError
from layoutlab.floor.clearance import (
    clear_width_m,
    connected_parts,
    dead_ends,
    passable_width_m,
    ways_round,
)

HALF_DIAGONAL = 0.5**0.5


def plan_from(*rows):
    return np.array([[sign == "#" for sign in row] for row in rows], dtype=np.uint8)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_clear_width_is_the_exact_distance_of_geometry(rows, columns, seed):
    plan = (np.random.default_rng(seed).random((rows, columns)) < 0.3).astype(np.uint8)
    room = box(0, 0, columns, rows)
    squares = [box(x, y, x + 1, y + 1) for y, x in zip(*np.nonzero(plan), strict=True)]
    edge = unary_union([room.boundary, *squares])
    width = clear_width_m(plan, cell_m=2.0)
    for y in range(rows):
        for x in range(columns):
            exact = 0 if plan[y, x] else 2 * Point(x + 0.5, y + 0.5).distance(edge) * 2.0
            assert width[y, x] == pytest.approx(exact, abs=1e-12)


@pytest.mark.parametrize("wide", [1, 2, 3, 4, 5, 6])
def test_straight_aisles_are_as_wide_as_they_are(wide):
    plan = np.ones((wide + 2, 40), dtype=np.uint8)
    plan[1:-1, 1:-1] = 0
    start = (10, 1 + wide // 2)
    passable = passable_width_m(plan, start, cell_m=0.5)
    # an even aisle is widest between cells; both ends of the way are centres of cells
    expected = wide if wide % 2 else wide - 1
    assert passable[start[1], 30] == expected * 0.5
    assert passable[start[1], 0] == 0


def test_the_narrowest_place_decides():
    plan = plan_from(
        ".....#.....",
        ".....#.....",
        "...........",
        ".....#.....",
        ".....#.....",
    )
    passable = passable_width_m(plan, (2, 2))
    assert passable[2, 8] == 1.0
    assert passable[2, 3] == pytest.approx(10**0.5)  # 1.5 cells across and 0.5 up to a corner
    walled = plan.copy()
    walled[2, 5] = 1
    assert passable_width_m(walled, (2, 2))[2, 8] == 0.0


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 7), st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_passable_width_is_within_its_error_of_the_drawn_plan(rows, columns, seed):
    rng = np.random.default_rng(seed)
    plan = (rng.random((rows, columns)) < 0.2).astype(np.uint8)
    free = np.argwhere(plan == 0)
    if len(free) == 0:
        return
    squares = [box(x, y, x + 1, y + 1) for y, x in np.argwhere(plan)]
    floor = box(0, 0, columns, rows).difference(unary_union(squares))
    y, x = free[rng.integers(len(free))].tolist()

    def joined(size, end):
        centres = floor.buffer(-size / 2, quad_segs=32)
        parts = getattr(centres, "geoms", [centres])
        ends = (Point(x + 0.5, y + 0.5), end)
        return any(all(part.distance(point) < 1e-3 for point in ends) for part in parts)

    found = passable_width_m(plan, (x, y))
    for row, column in free[:: max(1, len(free) // 4)]:
        width, end = found[row, column], Point(column + 0.5, row + 0.5)
        assert not joined(width + HALF_DIAGONAL + 0.01, end)
        if width > HALF_DIAGONAL + 0.01:
            assert joined(width - HALF_DIAGONAL - 0.01, end)


def test_parts_are_joined_through_sides():
    plan = plan_from(".#.", "#..", "...")
    parts, count = connected_parts(plan)
    assert count == 2
    np.testing.assert_array_equal(parts, [[1, 0, 2], [0, 2, 2], [2, 2, 2]])


def test_the_ways_round_one_fixture_are_one_loop():
    plan = np.zeros((9, 11), dtype=np.uint8)
    plan[3:6, 4:7] = 1
    loop = ways_round(plan)
    _, count = connected_parts((~loop).astype(np.uint8))
    assert count == 1
    beside = sum(
        np.roll(np.pad(loop, 1), shift, axis) for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1))
    )
    assert (beside[1:-1, 1:-1][loop] == 2).all()  # every cell of a loop has two neighbours
    assert connected_parts(loop.astype(np.uint8))[1] == 2  # an inside and an outside


def test_a_floor_without_anything_on_it_has_no_way_round():
    assert ways_round(np.zeros((6, 7), dtype=np.uint8)).sum() == 1
    doors = [(0, 0), (6, 5)]
    way = ways_round(np.zeros((6, 7), dtype=np.uint8), doors)
    assert way.sum() == 12  # a shortest walk between the doors
    assert way[0, 0]
    assert way[5, 6]


def test_a_cul_de_sac_is_as_deep_as_it_is():
    plan = plan_from(
        "#############",
        "#...........#",
        "#.###.#####.#",
        "#.###.#####.#",
        "#.###.#####.#",
        "#.#########.#",
        "#...........#",
        "#############",
    )
    depth, parts = dead_ends(plan, deeper_than_m=1.0, cell_m=0.5)
    np.testing.assert_array_equal(depth[2:5, 5], [0.5, 1.0, 1.5])
    assert np.nanmax(depth) == 1.5
    assert parts.max() == 1
    np.testing.assert_array_equal(np.argwhere(parts), [(4, 5)])
    assert np.isnan(depth[0, 0])
    _, none = dead_ends(plan, kept=[(5, 4)], deeper_than_m=0.0)
    assert none.max() == 0  # a door at its end, and it is a way on


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 9), st.integers(2, 9), st.integers(0, 2**32 - 1))
def test_thinning_keeps_parts_and_things_to_go_round(rows, columns, seed):
    plan = (np.random.default_rng(seed).random((rows, columns)) < 0.3).astype(np.uint8)
    thin = ways_round(plan)
    assert not (thin & (plan != 0)).any()
    assert connected_parts((~thin).astype(np.uint8))[1] == connected_parts(plan)[1]

    def things(free):
        blocked = np.pad(~free, 1, constant_values=True)
        return ndimage.label(blocked, structure=np.ones((3, 3)))[1]

    assert things(thin) == things(plan == 0)


def test_bad_input_is_refused():
    plan = plan_from(".#")
    with pytest.raises(InputError) as raised:
        passable_width_m(plan, (1, 0))
    assert str(raised.value) == "start: expected a cell where one can walk, got (1, 0)"
    with pytest.raises(InputError) as raised:
        dead_ends(plan, deeper_than_m=-1)
    assert str(raised.value) == "deeper_than_m: expected at least 0 m, got -1"
