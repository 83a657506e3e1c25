"""Which shelf faces does a shopper see on the way, and for how long?

A shopper walks along a path and sees what lies within the field of regard: no farther than the
depth of regard and within an angle of turning the head to either side of the direction of walking.
A face is exposed from a point when it is within that field, shows its front there, and nothing
opaque stands between (Mowrey, Parikh and Gue, "A model to optimize rack layout in a retail store",
European Journal of Operational Research 271, 2018; Guthrie and Parikh 2019 with curved racks).
Exposure here is two-dimensional: heights, and shoppers in the way, are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Cell

SIDES = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])


@dataclass(frozen=True)
class Regard:
    """The field of regard.

    Attributes
    ----------
    depth_m : float
        How far a shopper looks, metres, above 0.
    turn_deg : float
        Largest angle between the direction of walking and the line of sight, to either side,
        degrees, above 0 and at most 180.
    """

    depth_m: float = 8.0
    turn_deg: float = 60.0

    def __post_init__(self) -> None:
        if not self.depth_m > 0:
            raise InputError(f"depth_m: expected a distance above 0 m, got {self.depth_m:g}")
        if not 0 < self.turn_deg <= 180:
            raise InputError(
                f"turn_deg: expected above 0 and at most 180 degrees, got {self.turn_deg:g}"
            )


@dataclass(frozen=True, eq=False)
class Faces:
    """Sides of fixture cells that one can stand before, each one cell long.

    Attributes
    ----------
    points : ndarray of int64, shape (f, 2)
        Middle of the face as (x, y) in half cells.
    normals : ndarray of int64, shape (f, 2)
        Unit vector away from the fixture.
    fixtures : ndarray of int64, shape (f,)
        Whose face it is.
    """

    points: np.ndarray
    normals: np.ndarray
    fixtures: np.ndarray


def faces_of(plan: np.ndarray, owner: np.ndarray) -> Faces:
    """Return every side between a fixture's cell and a cell where one can walk.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    owner : ndarray of int, shape (rows, columns)
        Number of the fixture that covers the cell, -1 where none does.

    Returns
    -------
    Faces
        Right sides first, then upper (towards higher rows), left and lower; in each, row by row.
    """
    walkable = np.pad(np.asarray(plan) == 0, 1)
    rows, columns = owner.shape
    points, normals, fixtures = [], [], []
    for right, up in SIDES:
        beside = walkable[1 + up : 1 + up + rows, 1 + right : 1 + right + columns]
        row, column = np.nonzero((owner >= 0) & beside)
        points.append(np.column_stack([2 * column + 1 + right, 2 * row + 1 + up]))
        normals.append(np.tile((right, up), (len(row), 1)))
        fixtures.append(owner[row, column])
    return Faces(
        np.concatenate(points).astype(np.int64),
        np.concatenate(normals).astype(np.int64),
        np.concatenate(fixtures).astype(np.int64),
    )


def viewpoints(
    walk: Sequence[Cell], *, cell_m: float = 1.0, every: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where a walk looks from, which way, and how long it goes on from there.

    Parameters
    ----------
    walk : sequence of (int, int)
        At least two cells, each a step from the one before.
    cell_m : float
    every : int
        Look from every cell, every second one and so on; the way between counts in full.

    Returns
    -------
    points : ndarray of int64, shape (p, 2)
        (x, y) in half cells; the last cell of the walk looks nowhere.
    headings : ndarray of float, shape (p, 2)
        Unit vector of the step that follows.
    lengths_m : ndarray of float, shape (p,)

    Raises
    ------
    InputError
        For a walk of fewer than two cells, or `every` below 1.
    """
    if len(walk) < 2 or every < 1:
        raise InputError(
            f"expected a walk of at least 2 cells and every >= 1, got {len(walk)} and {every}"
        )
    cells = np.asarray(walk, dtype=np.int64)
    step = np.diff(cells, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    headings = step / length[:, None]
    lengths_m = np.add.reduceat(length * cell_m, np.arange(0, len(step), every))
    return 2 * cells[:-1:every] + 1, headings[::every], lengths_m


def exposure_m(
    plan: np.ndarray,
    faces: Faces,
    walks: Sequence[Sequence[Cell]],
    regard: Regard,
    *,
    cell_m: float = 1.0,
    every: int = 1,
) -> np.ndarray:
    """Return for how many metres of walking each face is seen (its intensity of exposure).

    A face counts as seen when the line of sight to its middle is free; it is exposed at all where
    the result is above 0. Everything that is not walkable is opaque.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk and see through.
    faces : Faces
    walks : sequence of sequences of (int, int)
        Each of at least two cells.
    regard : Regard
    cell_m : float
        Side of a cell in metres, above 0.
    every : int
        As for `viewpoints`.

    Returns
    -------
    ndarray of float, shape (f,), metres
        Summed over the walks.

    Raises
    ------
    InputError
        As for `viewpoints`.
    """
    from layoutlab.floor import sight_kernels

    views = [viewpoints(walk, cell_m=cell_m, every=every) for walk in walks]
    points, headings, lengths = (np.concatenate(part) for part in zip(*views, strict=True))
    seen: np.ndarray = sight_kernels.exposure(
        np.ascontiguousarray(np.asarray(plan) != 0, dtype=np.uint8),
        points,
        headings,
        lengths,
        faces.points,
        faces.normals,
        2 * regard.depth_m / cell_m,
        np.cos(np.deg2rad(regard.turn_deg)),
    )
    return seen


def visible_cells(plan: np.ndarray, cell: Cell) -> np.ndarray:
    """Return which walkable cells' centres are in sight of a cell's centre, bool like `plan`.

    A line that touches a corner of something opaque is blocked; sight is mutual.
    """
    from layoutlab.floor.sight_kernels import clear_line

    opaque = np.ascontiguousarray(np.asarray(plan) != 0)
    visible = np.zeros(opaque.shape, dtype=bool)
    for row, column in zip(*np.nonzero(~opaque), strict=True):
        visible[row, column] = clear_line(
            opaque, 2 * cell[0] + 1, 2 * cell[1] + 1, 2 * int(column) + 1, 2 * int(row) + 1
        )
    return visible
