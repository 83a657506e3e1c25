import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, Polygon, box
from shapely.geometry import MultiPolygon

from layoutlab.errors import InputError
from layoutlab.floor.grid import (
    CODES,
    ENTRANCE,
    EXIT,
    FIXTURE,
    FREE,
    OUTSIDE,
    WALL,
    Grid,
    access_cells,
    cells_at,
    centres_m,
    doors,
    middle_of,
    plan_of,
    rasterise,
)

SIGNS = dict(zip(".F#xio", range(6), strict=True))
ROOM = box(0, 0, 4, 3)


def drawn(grid):
    """The grid as text, the highest row first."""
    signs = {code: sign for sign, code in SIGNS.items()}
    return ["".join(signs[code] for code in row) for row in grid.cells[::-1].tolist()]


def test_codes_are_named_once():
    assert tuple(range(6)) == (FREE, FIXTURE, WALL, OUTSIDE, ENTRANCE, EXIT)
    assert CODES == ("free", "fixture", "wall", "outside", "entrance", "exit")


def test_a_store_by_hand():
    grid = rasterise(
        ROOM,
        cell_m=1.0,
        fixtures={"a": box(1, 1, 3, 2)},
        walls=[LineString([(3.5, 2.2), (3.5, 3)])],
        entrances=[Point(0, 0.5)],
        exits=[box(3, 0, 4, 0.2)],
    )
    assert drawn(grid) == ["...#", ".FF.", "i..o"]
    assert grid.cells.dtype == np.uint8
    np.testing.assert_array_equal(plan_of(grid)[::-1], [[0, 0, 0, 1], [0, 1, 1, 0], [0, 0, 0, 0]])
    assert grid.owner.tolist() == [[-1] * 4, [-1, 0, 0, -1], [-1] * 4]
    assert doors(grid, ENTRANCE) == [(0, 0)]
    assert doors(grid, EXIT) == [(3, 0)]


def test_the_two_rules():
    fixture = {"a": box(0.6, 1.2, 2.4, 2.0)}
    by_centre = rasterise(ROOM, cell_m=1.0, fixtures=fixture)
    assert drawn(by_centre) == ["....", ".F..", "...."]
    by_overlap = rasterise(ROOM, cell_m=1.0, fixtures=fixture, rule="overlap")
    assert drawn(by_overlap) == ["....", "FFF.", "...."]
    triangle = Polygon([(0, 0), (4, 0), (0, 3)])
    assert drawn(rasterise(triangle, cell_m=1.0)) == [".xxx", "..xx", "...x"]
    assert drawn(rasterise(triangle, cell_m=1.0, rule="overlap")) == ["xxxx", ".xxx", "..xx"]


def test_a_centre_on_an_edge_is_outside():
    grid = rasterise(ROOM, cell_m=1.0, fixtures={"a": box(0.5, 0.5, 2.5, 1.6)})
    assert drawn(grid) == ["....", ".F..", "...."]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 0.5, 1.0]))
def test_cells_follow_their_rule_one_by_one(seed, cell_m):
    rng = np.random.default_rng(seed)
    outline = box(-1.5, 2.0, 2.5, 5.0)
    corner = rng.uniform([-1.4, 2.1], [0.9, 3.4])
    blob = Polygon(corner + rng.uniform(0, 1.4, (6, 2))).convex_hull
    shape = blob.union(box(*corner, *(corner + 1.1)))
    for rule in ("centre", "overlap"):
        grid = rasterise(outline, cell_m=cell_m, fixtures={"a": shape}, rule=rule)
        for row, column in np.ndindex(grid.cells.shape):
            x, y = -1.5 + column * cell_m, 2.0 + row * cell_m
            by_centre = shape.contains(Point(x + cell_m / 2, y + cell_m / 2))
            square = box(x, y, x + cell_m, y + cell_m)
            taken = by_centre if rule == "centre" else square.intersection(shape).area > 1e-9
            assert (grid.owner[row, column] == 0) == taken


def test_cells_and_coordinates():
    grid = rasterise(box(10, 20, 12, 21.5), cell_m=0.5)
    assert grid.cells.shape == (3, 4)
    assert grid.origin == (10.0, 20.0)
    np.testing.assert_array_equal(
        cells_at(grid, [(10, 20), (10.5, 20.49), (12, 21.5)]), [(0, 0), (1, 0), (3, 2)]
    )
    np.testing.assert_allclose(centres_m(grid, [(0, 0), (3, 2)]), [(10.25, 20.25), (11.75, 21.25)])
    everywhere = [(x, y) for y in range(3) for x in range(4)]
    np.testing.assert_array_equal(cells_at(grid, centres_m(grid, everywhere)), everywhere)


def test_access_cells_are_free_and_beside():
    fixtures = {"a": box(1, 1, 3, 2), "b": box(3, 1, 4, 2)}
    grid = rasterise(ROOM, cell_m=1.0, fixtures=fixtures)
    assert access_cells(grid, "a") == [(1, 0), (2, 0), (0, 1), (1, 2), (2, 2)]
    assert access_cells(grid, "a", facing=(0, 1)) == [(1, 2), (2, 2)]
    assert access_cells(grid, "a", facing=(1, 0)) == []
    assert access_cells(grid, "b", facing=(1, 0)) == []  # nothing wraps round the floor
    assert middle_of([(1, 2), (2, 2)]) == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"outline": Polygon()}, "outline: expected a polygon with an area, got an empty one"),
        ({"cell_m": 0}, "cell_m: expected a size above 0 m, got 0"),
        ({"cell_m": -0.5}, "cell_m: expected a size above 0 m, got -0.5"),
        ({"rule": "half"}, "rule: expected one of centre, overlap, got 'half'"),
        (
            {"fixtures": {"f": box(3, 1, 5, 2)}},
            "fixture 'f': expected inside the outline, got (3.0, 1.0, 5.0, 2.0)",
        ),
        (
            {"fixtures": {"f": box(1.1, 1.1, 1.2, 1.2)}},
            "fixture 'f': expected to take at least one cell of 1 m, got none",
        ),
        (
            {"entrances": [Point(9, 9)]},
            "entrance: expected a door on the floor, got one outside at (9.0, 9.0)",
        ),
        (
            {"fixtures": {"f": box(0, 0, 2, 2)}, "exits": [Point(0.5, 0.5)]},
            "exit: expected a door that nothing covers, got one at (0.5, 0.5)",
        ),
        ({"fixtures": {"f": ROOM}}, "expected at least one free cell, got none"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    with pytest.raises(InputError) as raised:
        rasterise(**{"outline": ROOM, "cell_m": 1.0, **arguments})
    assert str(raised.value) == message


def test_a_grid_checks_itself():
    cells = np.zeros((2, 3), dtype=np.uint8)
    owner = np.full((2, 3), -1, dtype=np.int16)
    with pytest.raises(InputError, match=r"^cells: expected rows and columns of uint8"):
        Grid(cells.astype(int), 1.0, (0.0, 0.0), owner)
    with pytest.raises(InputError) as raised:
        cells_at(Grid(cells, 1.0, (0.0, 0.0), owner), [(1.0, 2.5)])
    assert str(raised.value) == "expected points on the grid, got (1.0, 2.5)"
    with pytest.raises(InputError) as raised:
        access_cells(Grid(cells, 1.0, (0.0, 0.0), owner), "till")
    assert str(raised.value) == "expected one of 0 fixtures, got 'till'"


def test_an_outline_in_two_parts_leaves_the_gap_outside():
    outline = MultiPolygon([box(0, 0, 1, 2), box(2, 0, 3, 2)])
    assert drawn(rasterise(outline, cell_m=1.0)) == [".x.", ".x."]
