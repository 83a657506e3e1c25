"""Where does a customer stand to take goods? Faces of fixtures, cut into pieces.

A place is a piece of a face with a standing point before it: the first walkable and reachable cell
along the face's normal, from the distance people keep to three times that far.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from layoutlab.floor.plans.plan import Plan, Thing

SHORTEST_SIDE_M = 0.3
"""Of a fixture without faces, shorter sides carry no goods."""
TRIES = np.arange(1.0, 3.01, 0.25)


@dataclass(frozen=True)
class Piece:
    """A piece of a face.

    Attributes
    ----------
    fixture : str
        Whose face it is.
    middle, normal : ndarray of float, shape (2,)
        Metres; the unit vector away from the fixture.
    begins, ends : float
        Along the fixture, as shares of the face, from 0 to 1.
    shelf_m : float
        Running metres of shelf, above 0.
    """

    fixture: str
    middle: np.ndarray
    normal: np.ndarray
    begins: float
    ends: float
    shelf_m: float


def pieces_of(plan: Plan, longest_m: float) -> list[Piece]:
    """Return the pieces of all fixtures' faces, no longer than `longest_m`, fixture by fixture.

    A fixture without faces takes goods on all its sides of at least `SHORTEST_SIDE_M`. Its shelf
    metres are spread by length; where they are not given, a metre of face is a metre of shelf.
    """
    return [piece for thing in plan.of("fixture") for piece in _pieces(thing, longest_m)]


def _pieces(thing: Thing, longest_m: float) -> Iterator[Piece]:
    sides = list(_straight_sides(thing))
    total = sum(float(np.hypot(*(end - start))) for start, end in sides)
    axis = sides[0][1] - sides[0][0] if sides else np.zeros(2)
    for start, end in sides:
        if (end - start) @ axis < 0:
            start, end = end, start  # departments run the same way on every side
        length = float(np.hypot(*(end - start)))
        count = max(1, int(np.ceil(length / longest_m - 1e-9)))
        normal = _outward(thing, start, end)
        shelf = (thing.shelf_m or total) * length / total / count
        for number in range(count):
            begins, ends = number / count, (number + 1) / count
            middle = start + (begins + ends) / 2 * (end - start)
            yield Piece(thing.id, middle, normal, begins, ends, shelf)


def _straight_sides(thing: Thing) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the straight sides where goods are taken: of the faces, or else of the boundary."""
    if thing.faces:
        for face in thing.faces:
            corners = np.asarray(face.simplify(0.05).coords)[:, :2]
            yield from pairwise(corners)
        return
    for part in shapely.get_parts(thing.shape):
        if part.geom_type != "Polygon":
            continue
        corners = np.asarray(part.simplify(0.05).exterior.coords)[:, :2]
        for start, end in pairwise(corners):
            if np.hypot(*(end - start)) >= SHORTEST_SIDE_M:
                yield start, end


def _outward(thing: Thing, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the unit vector across a side that leaves the fixture."""
    along = (end - start) / np.hypot(*(end - start))
    across = np.array([along[1], -along[0]])
    probe = (start + end) / 2 + 0.02 * across
    return -across if shapely.contains_xy(thing.shape, *probe) else across


def standing_cell(
    piece: Piece, reached: np.ndarray, origin: np.ndarray, cell_m: float, off_m: float
) -> tuple[int, int] | None:
    """Return the cell (x, y) where one stands before a piece; None where nobody gets.

    Parameters
    ----------
    piece : Piece
    reached : ndarray of bool, shape (rows, columns)
        Where one can walk to from an entrance.
    origin : ndarray of float, shape (2,)
    cell_m, off_m : float
        Side of a cell; the distance kept to a face.
    """
    for times in TRIES:
        x, y = np.floor((piece.middle + times * off_m * piece.normal - origin) / cell_m).astype(int)
        if 0 <= y < reached.shape[0] and 0 <= x < reached.shape[1] and reached[y, x]:
            return int(x), int(y)
    return None


def nearest_cell(
    shape: shapely.Geometry, walkable: np.ndarray, origin: np.ndarray, cell_m: float
) -> tuple[int, int]:
    """Return the walkable cell (x, y) whose centre is nearest to a shape's middle; ties row by row.

    Cells within half a cell of the shape itself come first.
    """
    rows, columns = np.nonzero(walkable)
    centres = origin + (np.column_stack([columns, rows]) + 0.5) * cell_m
    away = shapely.distance(shapely.points(centres), shape)
    middle = np.asarray(shape.centroid.coords[0])[:2]
    best = np.lexsort((np.hypot(*(centres - middle).T), np.maximum(away, cell_m / 2)))[0]
    return int(columns[best]), int(rows[best])
