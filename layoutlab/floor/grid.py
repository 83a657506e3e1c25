"""How does a store's plan, drawn as polygons in metres, become a grid of cells?

The grid is an array of uint8 codes, rows by columns. Row 0 lies at the lowest y and column 0 at the
lowest x: `origin` is the lower left corner of the outline's box, in metres, and cell (x, y) covers
the square from origin + (x, y) * cell_m to origin + (x + 1, y + 1) * cell_m.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.genome import Cell, check_reading

FREE, FIXTURE, WALL, OUTSIDE, ENTRANCE, EXIT = range(6)
CODES = ("free", "fixture", "wall", "outside", "entrance", "exit")
WALKABLE = (FREE, ENTRANCE, EXIT)
_IN_THE_WAY = np.array([code not in WALKABLE for code in range(len(CODES))], dtype=np.uint8)
RULES = ("centre", "overlap")
TOUCH = 1e-9


@dataclass(frozen=True, eq=False)
class Grid:
    """A floor of square cells.

    Attributes
    ----------
    cells : ndarray of uint8, shape (rows, columns)
        One of `FREE`, `FIXTURE`, `WALL`, `OUTSIDE`, `ENTRANCE`, `EXIT`.
    cell_m : float
        Side of a cell, metres, above 0.
    origin : (float, float)
        Lower left corner of cell (0, 0), metres.
    owner : ndarray of int16, shape (rows, columns)
        Number of the fixture that covers a cell, in the order of `fixture_ids`; -1 elsewhere.
    fixture_ids : tuple of str

    Raises
    ------
    InputError
        When the cell size is not above 0, codes are unknown, or no cell is free.
    """

    cells: np.ndarray
    cell_m: float
    origin: tuple[float, float]
    owner: np.ndarray
    fixture_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_cell(self.cell_m)
        if self.cells.ndim != 2 or self.cells.dtype != np.uint8 or self.cells.max() > EXIT:
            raise InputError(
                f"cells: expected rows and columns of uint8 codes from 0 to {EXIT}, "
                f"got {self.cells.dtype} of shape {self.cells.shape}"
            )
        if plan_of(self).all():
            raise InputError("expected at least one free cell, got none")


def plan_of(grid: Grid) -> np.ndarray:
    """Return the plan one walks on: uint8 (rows, columns), 0 where one can walk, 1 elsewhere."""
    plan: np.ndarray = _IN_THE_WAY[grid.cells]
    return plan


def cells_at(grid: Grid, points_m: Sequence[tuple[float, float]] | np.ndarray) -> np.ndarray:
    """Return the cells that points lie in, int64 (n, 2) as (x, y).

    A point on a line between cells belongs to the higher one, on the grid's upper edge to the last.

    Raises
    ------
    InputError
        For a point off the grid.
    """
    points = np.asarray(points_m, dtype=float).reshape(-1, 2)
    size = np.array(grid.cells.shape[::-1])
    place = (points - grid.origin) / grid.cell_m
    off = ((place < 0) | (place > size)).any(axis=1)
    if off.any():
        raise InputError(f"expected points on the grid, got {tuple(points[off][0].tolist())}")
    cells: np.ndarray = np.minimum(np.floor(place).astype(np.int64), size - 1)
    return cells


def centres_m(grid: Grid, cells: Sequence[Cell] | np.ndarray) -> np.ndarray:
    """Return the centres of cells (x, y), float (n, 2), metres."""
    centres: np.ndarray = np.asarray(grid.origin) + (np.asarray(cells) + 0.5) * grid.cell_m
    return centres


def doors(grid: Grid, code: int) -> list[Cell]:
    """Return the cells with a code, say `ENTRANCE`, as (x, y), row by row."""
    rows, columns = np.nonzero(grid.cells == code)
    return list(zip(columns.tolist(), rows.tolist(), strict=True))


def access_cells(grid: Grid, fixture: str, *, facing: tuple[int, int] | None = None) -> list[Cell]:
    """Return the walkable cells that share a side with a fixture, row by row.

    Parameters
    ----------
    grid : Grid
    fixture : str
        Its id.
    facing : (int, int), optional
        Only cells in front of the side that looks this way: (1, 0) is right, (0, 1) up.

    Raises
    ------
    InputError
        When the grid has no such fixture.
    """
    if fixture not in grid.fixture_ids:
        raise InputError(f"expected one of {len(grid.fixture_ids)} fixtures, got {fixture!r}")
    mine = np.pad(grid.owner == grid.fixture_ids.index(fixture), 1)
    beside = np.zeros_like(mine)
    for right, up in [facing] if facing else [(1, 0), (0, 1), (-1, 0), (0, -1)]:
        beside |= np.roll(mine, (up, right), axis=(0, 1))
    rows, columns = np.nonzero(beside[1:-1, 1:-1] & (plan_of(grid) == 0))
    return list(zip(columns.tolist(), rows.tolist(), strict=True))


def middle_of(cells: Sequence[Cell]) -> Cell:
    """Return the cell that halves a list of cells; of two, the later one."""
    return cells[len(cells) // 2]


def rasterise(
    outline: BaseGeometry,
    *,
    cell_m: float,
    fixtures: Mapping[str, BaseGeometry] | None = None,
    walls: Sequence[BaseGeometry] = (),
    entrances: Sequence[BaseGeometry] = (),
    exits: Sequence[BaseGeometry] = (),
    rule: str = "centre",
) -> Grid:
    """Draw a plan's polygons on a grid.

    Parameters
    ----------
    outline : Polygon or MultiPolygon
        The store, metres.
    cell_m : float
        Side of a cell, metres, above 0.
    fixtures : mapping of str to polygon
        By id. Where two claim a cell, the first keeps it.
    walls : sequence of polygons or lines
        A line takes every cell that it passes through.
    entrances, exits : sequence of points, lines or polygons
        Each takes the cells inside the outline that it shares area with, or length or a point, and
        that nothing covers.
    rule : {"centre", "overlap"}
        When a polygon takes a cell: its centre is inside it (on the edge is outside); or the two
        share any area. A cell lies outside when its centre is not inside the outline; or when any
        of its area is outside.

    Returns
    -------
    Grid

    Raises
    ------
    InputError
        For an empty outline, a cell size not above 0, a fixture that reaches out of the outline or
        is too small to take a cell, a door outside or covered, or no cell left free.
    """
    _check_cell(cell_m)
    check_reading("rule", rule, RULES)
    if outline.is_empty or outline.area == 0:
        raise InputError("outline: expected a polygon with an area, got an empty one")
    left, low, right, high = outline.bounds
    shape = tuple(int(np.ceil(side / cell_m - TOUCH)) for side in (high - low, right - left))
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    corner = np.array([left, low])
    squares = _Squares(corner[0] + columns * cell_m, corner[1] + rows * cell_m, cell_m)
    inside = squares.taken(outline, rule) if rule == "centre" else squares.within(outline)
    cells = np.where(inside, FREE, OUTSIDE).astype(np.uint8)
    for wall in walls:
        cells[squares.taken(wall, rule) & inside] = WALL
    owner = np.full(shape, -1, dtype=np.int16)
    for number, (name, fixture) in enumerate((fixtures or {}).items()):
        if not outline.buffer(TOUCH).covers(fixture):
            raise InputError(f"fixture {name!r}: expected inside the outline, got {fixture.bounds}")
        taken = squares.taken(fixture, rule) & (owner < 0)
        if not taken.any():
            raise InputError(
                f"fixture {name!r}: expected to take at least one cell of {cell_m:g} m, got none"
            )
        owner[taken], cells[taken] = number, FIXTURE
    for kind, code, geometries in (("entrance", ENTRANCE, entrances), ("exit", EXIT, exits)):
        for door in geometries:
            cells[_door(kind, door, squares, cells)] = code
    return Grid(cells, cell_m, (float(left), float(low)), owner, tuple(fixtures or {}))


@dataclass(frozen=True)
class _Squares:
    """The cells as squares: their lower left corners, float (rows, columns), and their side."""

    x: np.ndarray
    y: np.ndarray
    side: float

    def _boxes(self, area: BaseGeometry) -> tuple[Any, np.ndarray]:
        """Return where the squares near a geometry are, and those squares."""
        left, low, right, high = area.bounds
        near_x = (self.x[0] < right + TOUCH) & (self.x[0] + self.side > left - TOUCH)
        near_y = (self.y[:, 0] < high + TOUCH) & (self.y[:, 0] + self.side > low - TOUCH)
        where = np.ix_(near_y, near_x)
        x, y = self.x[where], self.y[where]
        return where, shapely.box(x, y, x + self.side, y + self.side)

    def taken(self, area: BaseGeometry, rule: str) -> np.ndarray:
        if rule == "overlap" or area.area == 0:
            return self.met(area)
        half = self.side / 2
        inside: np.ndarray = shapely.contains_xy(area, self.x + half, self.y + half)
        return inside

    def within(self, area: BaseGeometry) -> np.ndarray:
        where, boxes = self._boxes(area)
        return self._set(where, shapely.area(shapely.difference(boxes, area)) <= TOUCH)

    def met(self, shape: BaseGeometry) -> np.ndarray:
        """Say which squares share area with a polygon, length with a line, or a point."""
        where, boxes = self._boxes(shape)
        if shape.area == 0 and shape.length == 0:
            return self._set(where, shapely.distance(boxes, shape) <= TOUCH)
        common = shapely.intersection(boxes, shape)
        shared = shapely.area(common) if shape.area > 0 else shapely.length(common)
        return self._set(where, shared > TOUCH)

    def _set(self, where: Any, values: np.ndarray) -> np.ndarray:
        full = np.zeros(self.x.shape, dtype=bool)
        full[where] = values
        return full


def _door(kind: str, door: BaseGeometry, squares: _Squares, cells: np.ndarray) -> np.ndarray:
    """Return the cells a door takes, once there are some on the floor that nothing covers."""
    touched = squares.met(door) & (cells != OUTSIDE)
    place = tuple(round(value, 3) for value in door.bounds[:2])
    if not touched.any():
        raise InputError(f"{kind}: expected a door on the floor, got one outside at {place}")
    free: np.ndarray = touched & np.isin(cells, WALKABLE)
    if not free.any():
        raise InputError(f"{kind}: expected a door that nothing covers, got one at {place}")
    return free


def _check_cell(cell_m: float) -> None:
    if not cell_m > 0:
        raise InputError(f"cell_m: expected a size above 0 m, got {cell_m:g}")
