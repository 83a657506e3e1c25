import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from layoutlab.errors import InputError
from layoutlab.floor.paths import a_star, straightened, walk_between
from layoutlab.floor.walking import WalkingDistances, distances_between, walking_field

SQRT2 = math.sqrt(2)


def graph_of(plan, neighbours):
    """Return the steps one can take, by brute force: (from, to, length), cells as (x, y)."""
    rows, columns = plan.shape

    def free(x, y):
        return 0 <= x < columns and 0 <= y < rows and not plan[y, x]

    found = []
    for y in range(rows):
        for x in range(columns):
            for right, up in [(1, 0), (0, 1), (-1, 0), (0, -1)]:
                if free(x, y) and free(x + right, y + up):
                    found.append(((x, y), (x + right, y + up), 1.0))
            for right, up in [(1, 1), (1, -1), (-1, 1), (-1, -1)]:
                open_corner = free(x + right, y) and free(x, y + up) and free(x + right, y + up)
                if neighbours == 8 and free(x, y) and open_corner:
                    found.append(((x, y), (x + right, y + up), SQRT2))
    return found


def by_scipy(plan, cells, neighbours):
    """Distances between cells by scipy's Dijkstra; infinite for cells that are not free."""
    rows, columns = plan.shape
    edges = graph_of(plan, neighbours)
    start = [y * columns + x for (x, y), _, _ in edges]
    end = [y * columns + x for _, (x, y), _ in edges]
    size = rows * columns
    graph = coo_array(([length for *_, length in edges], (start, end)), shape=(size, size))
    index = [y * columns + x for x, y in cells]
    lengths = dijkstra(graph.tocsr(), indices=index)[:, index]
    covered = np.array([plan[y, x] != 0 for x, y in cells])
    lengths[covered] = lengths[:, covered] = np.inf
    return lengths


def random_plan(rng, rows, columns, density):
    return (rng.random((rows, columns)) < density).astype(np.uint8)


def random_cells(rng, plan, count):
    rows, columns = plan.shape
    return np.column_stack([rng.integers(columns, size=count), rng.integers(rows, size=count)])


plans = st.tuples(
    st.integers(1, 9), st.integers(1, 9), st.floats(0, 0.6), st.integers(0, 2**32 - 1)
)


@settings(max_examples=80, deadline=None)
@given(plans, st.sampled_from([4, 8]))
def test_all_pairs_are_those_of_scipys_dijkstra(drawn, neighbours):
    rows, columns, density, seed = drawn
    rng = np.random.default_rng(seed)
    plan = random_plan(rng, rows, columns, density)
    cells = random_cells(rng, plan, 5)
    found = distances_between(plan, cells, neighbours=neighbours)
    np.testing.assert_allclose(found, by_scipy(plan, cells, neighbours), rtol=0, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(plans)
def test_four_neighbours_agree_with_a_star_and_the_field(drawn):
    rows, columns, density, seed = drawn
    rng = np.random.default_rng(seed)
    plan = random_plan(rng, rows, columns, density)
    start, *goals = [tuple(cell) for cell in random_cells(rng, plan, 4).tolist()]
    field = walking_field(plan, start)
    for goal in goals:
        walk = a_star(plan, start, goal)
        steps = np.inf if walk is None else len(walk) - 1
        assert field[goal[1], goal[0]] == steps
        assert distances_between(plan, [start, goal])[0, 1] == steps


@pytest.mark.parametrize("neighbours", [4, 8])
@pytest.mark.parametrize("size", [(70, 40), (64, 66), (130, 3), (3, 130), (62, 63)])
def test_floors_of_more_than_64_cells_a_side(neighbours, size):
    rng = np.random.default_rng(5)
    plan = random_plan(rng, *size, 0.25)
    cells = random_cells(rng, plan, 12)
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(graph_of(plan, neighbours))
    found = distances_between(plan, cells, neighbours=neighbours)
    for row, start in enumerate(map(tuple, cells.tolist())):
        if plan[start[1], start[0]] or start not in graph:
            continue
        lengths = nx.single_source_dijkstra_path_length(graph, start)
        for column, goal in enumerate(map(tuple, cells.tolist())):
            assert found[row, column] == pytest.approx(lengths.get(goal, np.inf), abs=1e-9)
    np.testing.assert_array_equal(found, found.T)


@settings(max_examples=60, deadline=None)
@given(plans, st.sampled_from([4, 8]), st.integers(1, 12))
def test_a_repaired_field_is_a_new_one_to_the_bit(drawn, neighbours, changes):
    rows, columns, density, seed = drawn
    rng = np.random.default_rng(seed)
    plan = random_plan(rng, rows, columns, density)
    cells = random_cells(rng, plan, 4)
    walks = WalkingDistances(plan, cells, neighbours=neighbours)
    for _ in range(4):
        plan = plan.copy()
        x, y = rng.integers(columns, size=changes), rng.integers(rows, size=changes)
        plan[y, x] ^= 1
        cells = cells.copy()
        cells[rng.integers(4)] = random_cells(rng, plan, 1)[0]
        walks.move(plan, cells)
        anew = WalkingDistances(plan, cells, neighbours=neighbours)
        np.testing.assert_array_equal(walks.fields_m(), anew.fields_m())
        np.testing.assert_array_equal(walks.metres(), anew.metres())


@pytest.mark.parametrize("neighbours", [4, 8])
def test_moving_a_fixture_and_back_leaves_no_trace(neighbours):
    rng = np.random.default_rng(3)
    plan = np.zeros((20, 30), dtype=np.uint8)
    plan[4:6, 3:12] = plan[12:14, 8:25] = 1
    cells = np.array([(0, 0), (29, 19), (5, 6), (20, 11)])
    walks = WalkingDistances(plan, cells, neighbours=neighbours)
    before = walks.fields_m()
    moved = plan.copy()
    moved[4:6, 3:12] = 0
    shift = int(rng.integers(1, 9))
    moved[6 : 6 + 2, 3 + shift : 12 + shift] = 1
    there = np.array([(0, 0), (29, 19), (5, 8), (20, 11)])
    walks.move(moved, there)
    assert (walks.fields_m() != before).any()
    walks.move(plan, cells)
    np.testing.assert_array_equal(walks.fields_m(), before)


def test_lengths_by_hand():
    plan = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]], dtype=np.uint8)
    ends = [(0, 0), (2, 2), (2, 0)]
    four = distances_between(plan, ends, cell_m=0.5)
    np.testing.assert_array_equal(four, [[0, 2, 1], [2, 0, 1], [1, 1, 0]])
    eight = distances_between(plan, ends, neighbours=8, cell_m=0.5)
    np.testing.assert_array_equal(eight, four)  # every diagonal would cut the block's corner
    assert distances_between(np.zeros((2, 4), np.uint8), [(0, 0), (3, 1)], neighbours=8)[
        0, 1
    ] == pytest.approx(2 + SQRT2, abs=1e-12)


def test_no_walk_is_infinite_and_a_covered_cell_is_nowhere():
    plan = np.array([[0, 1, 0]], dtype=np.uint8)
    found = distances_between(plan, [(0, 0), (1, 0), (2, 0)])
    np.testing.assert_array_equal(found, np.where(np.diag([1, 0, 1]) > 0, 0, np.inf))
    np.testing.assert_array_equal(walking_field(plan, (0, 0)), [[0, np.inf, np.inf]])
    assert np.isinf(walking_field(plan, (1, 0))).all()
    assert walk_between(plan, (0, 0), (2, 0)) is None


def test_cells_given_twice_and_order_do_not_matter():
    plan = random_plan(np.random.default_rng(2), 12, 15, 0.2)
    cells = random_cells(np.random.default_rng(3), plan, 6)
    cells = np.concatenate([cells, cells[:2]])
    found = distances_between(plan, cells)
    np.testing.assert_array_equal(found[6:, :6], found[:2, :6])
    order = np.array([4, 0, 7, 2, 1, 6, 3, 5])
    np.testing.assert_array_equal(distances_between(plan, cells[order]), found[order][:, order])


@pytest.mark.parametrize("neighbours", [4, 8])
def test_a_walk_is_as_long_as_its_distance(neighbours):
    rng = np.random.default_rng(8)
    walked = 0
    for _ in range(40):
        plan = random_plan(rng, 12, 14, 0.3)
        start, goal = map(tuple, random_cells(rng, plan, 2).tolist())
        walk = walk_between(plan, start, goal, neighbours=neighbours)
        length = distances_between(plan, [start, goal], neighbours=neighbours)[0, 1]
        assert (walk is None) == np.isinf(length)
        if walk is not None:
            walked += 1
            steps = {(one, other): size for one, other, size in graph_of(plan, neighbours)}
            total = sum(steps[pair] for pair in pairwise(walk))
            assert total == pytest.approx(length, abs=1e-9)
            assert (walk[0], walk[-1]) == (start, goal)
    assert walked > 10


def test_a_straightened_walk_keeps_the_corners_it_needs():
    open_floor = np.zeros((5, 9), dtype=np.uint8)
    walk = walk_between(open_floor, (0, 0), (8, 4))
    assert straightened(open_floor, walk) == [(0, 0), (8, 4)]
    wall = open_floor.copy()
    wall[:4, 4] = 1
    down = [(0, 0), (1, 0), (2, 0), (3, 0), (3, 1), (3, 2), (3, 3), (3, 4)]
    up = [(4, 4), (5, 4), (5, 3), (5, 2), (5, 1), (5, 0), (6, 0), (7, 0), (8, 0)]
    bent = straightened(wall, down + up)
    assert bent == [(0, 0), (3, 4), (5, 4), (8, 0)]


@settings(max_examples=40, deadline=None)
@given(plans)
def test_a_straightened_walk_is_never_longer(drawn):
    rows, columns, density, seed = drawn
    rng = np.random.default_rng(seed)
    plan = random_plan(rng, rows, columns, density)
    start, goal = map(tuple, random_cells(rng, plan, 2).tolist())
    walk = walk_between(plan, start, goal, neighbours=8)
    if walk is None:
        return

    def length(cells):
        return np.hypot(*np.diff(np.array(cells), axis=0).T).sum() if len(cells) > 1 else 0.0

    pulled = straightened(plan, walk)
    assert set(pulled) <= set(walk)
    assert (pulled[0], pulled[-1]) == (start, goal)
    assert length(pulled) <= length(walk) + 1e-9


PLAN = np.zeros((3, 4), dtype=np.uint8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"cells": [(4, 0)]},
            "cells: expected cells of a plan of 3 rows and 4 columns, got (4, 0)",
        ),
        ({"cells": []}, "cells: expected at least one (x, y), got shape (0,)"),
        ({"neighbours": 6}, "neighbours: expected 4 or 8, got 6"),
        ({"cell_m": 0.0}, "cell_m: expected a size above 0 m, got 0"),
        (
            {"plan": np.zeros(3, np.uint8)},
            "plan: expected rows and columns of cells, got shape (3,)",
        ),
    ],
)
def test_bad_input_is_refused(arguments, message):
    given_ = {"plan": PLAN, "cells": [(0, 0), (1, 1)], **arguments}
    for function in (distances_between, WalkingDistances):
        with pytest.raises(InputError) as raised:
            function(**given_)
        assert str(raised.value) == message


def test_a_move_keeps_size_and_number():
    walks = WalkingDistances(PLAN, [(0, 0)])
    with pytest.raises(InputError) as raised:
        walks.move(np.zeros((3, 5), np.uint8), [(0, 0)])
    assert str(raised.value) == (
        "expected a plan of (3, 4) and 1 cells as before, got (3, 5) and 1"
    )
