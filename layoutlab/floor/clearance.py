"""How wide are the ways on a floor, where do they end, and does it hang together?

Widths are diameters of discs. A disc is centred on a node: the centre, a corner or the middle of a
side of a cell, so that nodes are half a cell apart. The clearance of a node is its exact distance
to the nearest cell where one cannot walk. Only what lies between nodes is lost: a width differs
from that of the plan of cells by at most the square root of 1/2 of a cell, and not at all for
straight aisles along the grid. How far cells differ from the drawn walls comes on top.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from layoutlab.errors import InputError
from layoutlab.floor.genome import Cell


def _nodes(plan: np.ndarray) -> np.ndarray:
    """Return squared distances, in half cells, from every node to where one cannot walk.

    A node has coordinate (2 row + 1, 2 column + 1) at a cell's centre. Outside the plan nobody
    walks. The nearest point of a closed square to a node is a node itself, so this is exact.
    """
    rows, columns = plan.shape
    blocked = np.zeros((2 * rows + 1, 2 * columns + 1), dtype=bool)
    blocked[[0, -1]] = blocked[:, [0, -1]] = True
    for down in range(3):
        for right in range(3):
            part = blocked[down : down + 2 * rows - 1 : 2, right : right + 2 * columns - 1 : 2]
            part |= np.asarray(plan) != 0
    distance = ndimage.distance_transform_edt(~blocked)
    squared: np.ndarray = np.rint(distance**2).astype(np.int64)
    return squared


def clear_width_m(plan: np.ndarray, *, cell_m: float = 1.0) -> np.ndarray:
    """Return the largest disc centred in each cell, as its diameter.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    cell_m : float
        Side of a cell in metres, above 0.

    Returns
    -------
    ndarray of float, shape (rows, columns), metres
        0 where one cannot walk.
    """
    width: np.ndarray = np.sqrt(_nodes(plan)[1::2, 1::2]) * cell_m
    return width


def passable_width_m(plan: np.ndarray, start: Cell, *, cell_m: float = 1.0) -> np.ndarray:
    """Return the largest disc that can be moved from one cell to each of the others.

    The way of the largest smallest clearance (the bottleneck or widest path; Pollack 1960).

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    start : (int, int)
        Cell (x, y) where the disc is centred first.
    cell_m : float
        Side of a cell in metres, above 0.

    Returns
    -------
    ndarray of float, shape (rows, columns), metres
        Diameter; the disc is centred in the cell at the end. 0 where none gets. Never more than
        the square root of 1/2 of a cell from the width on the plan of cells.

    Raises
    ------
    InputError
        When the start is not a cell where one can walk.
    """
    from layoutlab.floor.clearance_kernels import widest

    rows, columns = plan.shape
    x, y = start
    if not (0 <= x < columns and 0 <= y < rows) or plan[y, x]:
        raise InputError(f"start: expected a cell where one can walk, got {tuple(start)}")
    reached = widest(_nodes(plan), 2 * y + 1, 2 * x + 1)
    width: np.ndarray = np.sqrt(reached[1::2, 1::2]) * cell_m
    return width


def connected_parts(plan: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the number of the connected part of each cell, from 1, and how many there are.

    Parts are connected through sides; 0 where one cannot walk (`scipy.ndimage.label`).
    """
    parts, count = ndimage.label(np.asarray(plan) == 0)
    return parts, int(count)


def ways_round(plan: np.ndarray, kept: Sequence[Cell] = ()) -> np.ndarray:
    """Thin the floor to the lines on which one can go round things, bool like `plan`.

    Free cells are closed, those next to something first, as long as nothing that one could walk
    round before becomes a cul-de-sac, and no free part falls in two. What is left are loops, what
    joins them, and ways to the `kept` cells; a part without a loop or a kept cell shrinks to one
    cell. The edge of the floor counts as one thing, as do fixtures that touch, corners included.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    kept : sequence of (int, int)
        Cells (x, y) that stay, say the doors.

    References
    ----------
    Yokoi, Toriwaki and Fukumura, "An Analysis of Topological Properties of Digitized Binary
    Pictures Using Local Features", Computer Graphics and Image Processing 4 (1975).
    """
    from layoutlab.floor.clearance_kernels import thin

    free = np.pad(np.asarray(plan) == 0, 1).astype(np.int8)
    hold = np.zeros(free.shape, dtype=bool)
    for x, y in kept:
        hold[y + 1, x + 1] = True
    distance = ndimage.distance_transform_edt(free)
    order = np.argwhere(free)
    nearest_first = np.argsort(distance[free.astype(bool)], kind="stable")
    left: np.ndarray = thin(free, hold, order[nearest_first])[1:-1, 1:-1].astype(bool)
    return left


def dead_ends(
    plan: np.ndarray, kept: Sequence[Cell] = (), *, deeper_than_m: float, cell_m: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Find the places from which one must walk back the way one came.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    kept : sequence of (int, int)
        Cells that count as lying on a way on, say the doors.
    deeper_than_m : float
        How far one may have to walk back before it counts, metres, at least 0: about the width of
        an aisle, as cells beside the middle line of an aisle are off it, too.
    cell_m : float
        Side of a cell in metres, above 0.

    Returns
    -------
    depth_m : ndarray of float, shape (rows, columns), metres
        Walk (4 neighbours) to the nearest of `ways_round`; NaN where one cannot walk.
    parts : ndarray of int, shape (rows, columns)
        Number, from 1, of the dead end a cell lies in; 0 elsewhere.

    Raises
    ------
    InputError
        When the depth is below 0.
    """
    if deeper_than_m < 0:
        raise InputError(f"deeper_than_m: expected at least 0 m, got {deeper_than_m:g}")
    free = np.asarray(plan) == 0
    near = ways_round(plan, kept)
    depth_m = np.where(near, 0.0, np.nan)
    steps = 0
    while True:
        steps += 1
        wider = ndimage.binary_dilation(near, mask=free)
        if (wider == near).all():
            break
        depth_m[wider & ~near] = steps * cell_m
        near = wider
    parts, _ = ndimage.label(np.nan_to_num(depth_m) > deeper_than_m)
    return depth_m, parts
