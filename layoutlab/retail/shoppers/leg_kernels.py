"""What lies along the shortest walk between two standing points? Compiled kernels.

Walks step to any of eight neighbours and cut no corner. They are traced down a field of lengths to
the goal; of several such steps the first is taken.
"""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.floor.sight_kernels import clear_line

NEAR = 1e-6
ROOT = 2.0**0.5


@compiled
def visible_places(
    opaque: Any,
    free: Any,
    cells: Any,
    middles: Any,
    normals: Any,
    origin: Any,
    cell_m: Any,
    reach_m: Any,
    grazing: Any,
) -> Any:
    """List the places whose faces show themselves to each free cell, whichever way one looks.

    Parameters
    ----------
    opaque, free : ndarray of bool, shape (rows, columns)
    cells : ndarray of int64, shape (f, 2)
        Where one stands before each place, (x, y).
    middles, normals : ndarray of float, shape (f, 2)
        Of the faces.
    origin : ndarray of float, shape (2,)
    cell_m, reach_m : float
    grazing : float
        Cosine of the largest angle between line of sight and normal.

    Returns
    -------
    start : ndarray of int64, shape (rows * columns + 1,)
        Where each cell's list begins.
    place : ndarray of int32
    toward : ndarray of float32, shape (len(place), 2)
        Unit vector from the cell to the face.
    """
    rows, columns = opaque.shape
    start = np.zeros(rows * columns + 1, np.int64)
    place, toward = np.empty(1024, np.int32), np.empty((1024, 2), np.float32)
    found = 0
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            if free[row, column]:
                x, y = origin[0] + (column + 0.5) * cell_m, origin[1] + (row + 0.5) * cell_m
                for face in range(len(cells)):
                    right, up = middles[face, 0] - x, middles[face, 1] - y
                    away = np.sqrt(right * right + up * up)
                    if away > reach_m or away < NEAR:
                        continue
                    if -(right * normals[face, 0] + up * normals[face, 1]) < grazing * away:
                        continue
                    if (cells[face, 0] != column or cells[face, 1] != row) and not clear_line(
                        opaque,
                        2 * column + 1,
                        2 * row + 1,
                        2 * cells[face, 0] + 1,
                        2 * cells[face, 1] + 1,
                    ):
                        continue
                    if found == len(place):
                        place = np.concatenate((place, np.empty_like(place)))
                        toward = np.concatenate((toward, np.empty_like(toward)))
                    place[found] = face
                    toward[found, 0], toward[found, 1] = right / away, up / away
                    found += 1
            start[here + 1] = found
    return start, place[:found].copy(), toward[:found].copy()


@compiled
def _following(field: Any, row: Any, column: Any) -> Any:
    """Return the next cell of a walk down a field and the step's length in cells, 0 at its end."""
    rows, columns = field.shape
    for up in (0, 1, -1):
        for right in (0, 1, -1):
            to_row, to_column = row + up, column + right
            if not (0 <= to_row < rows and 0 <= to_column < columns):
                continue
            step = 1.0
            if right != 0 and up != 0:
                if np.isinf(field[row, to_column]) or np.isinf(field[to_row, column]):
                    continue
                step = ROOT
            if abs(field[to_row, to_column] + step - field[row, column]) < NEAR:
                return to_row, to_column, step
    return row, column, 0.0


@compiled
def legs_to(  # noqa: C901 -- one pass over a walk
    field: Any,
    cells: Any,
    centre: Any,
    at_edge: Any,
    tile_of: Any,
    n_tiles: Any,
    n_faces: Any,
    sight_start: Any,
    sight_place: Any,
    sight_toward: Any,
    turn: Any,
    cell_m: Any,
) -> Any:
    """Trace the shortest walks from all standing points to one of them.

    Parameters
    ----------
    field : ndarray of float, shape (rows, columns)
        Length of the walk to the goal, in cells; infinite where there is none.
    cells : ndarray of int64, shape (n, 2)
        All standing points, (x, y).
    centre : ndarray of float, shape (2,)
        What turning is measured about, in cells.
    at_edge : ndarray of bool, shape (rows, columns)
        The perimeter.
    tile_of : ndarray of int32, shape (rows, columns)
    n_tiles, n_faces : int
    sight_start, sight_place, sight_toward : ndarray
        As `visible_places` gives them.
    turn : float
        Cosine of the largest turn of the head.
    cell_m : float

    Returns
    -------
    edge_m, winding : ndarray of float, shape (n,)
        Metres walked on the perimeter; radians about the centre, positive counter-clockwise.
    seen_count, tile_count : ndarray of int64, shape (n,)
    seen_place, seen_m, tile, tile_m : ndarray
        The lists of all walks, one after another: metres during which a face is in view, and
        metres walked in a tile.
    """
    n, columns = len(cells), field.shape[1]
    edge_m, winding = np.zeros(n), np.zeros(n)
    seen_count, tile_count = np.zeros(n, np.int64), np.zeros(n, np.int64)
    seen_place, seen_m = np.empty(n * n_faces, np.int32), np.empty(n * n_faces, np.float32)
    tile, tile_m = np.empty(n * n_tiles, np.int32), np.empty(n * n_tiles, np.float32)
    metres, faces = np.zeros(n_faces), np.empty(n_faces, np.int32)
    in_tile, tiles = np.zeros(n_tiles), np.empty(n_tiles, np.int32)
    n_seen, n_tile = 0, 0
    for source in range(n):
        column, row = cells[source]
        if np.isinf(field[row, column]):
            continue
        met, crossed = 0, 1
        tiles[0] = tile_of[row, column]
        while field[row, column] > NEAR:
            to_row, to_column, step = _following(field, row, column)
            if step == 0.0:
                break
            walked = step * cell_m
            right, up = (to_column - column) / step, (to_row - row) / step
            here = row * columns + column
            for i in range(sight_start[here], sight_start[here + 1]):
                if sight_toward[i, 0] * right + sight_toward[i, 1] * up >= turn:
                    face = sight_place[i]
                    if metres[face] == 0:
                        faces[met] = face
                        met += 1
                    metres[face] += walked
            if at_edge[row, column]:
                edge_m[source] += walked
            x, y = column - centre[0], row - centre[1]
            to_x, to_y = to_column - centre[0], to_row - centre[1]
            winding[source] += np.arctan2(x * to_y - y * to_x, x * to_x + y * to_y)
            entered = tile_of[to_row, to_column]
            if in_tile[entered] == 0 and entered != tiles[0]:
                tiles[crossed] = entered
                crossed += 1
            in_tile[entered] += walked
            row, column = to_row, to_column
        for i in range(met):
            seen_place[n_seen], seen_m[n_seen] = faces[i], metres[faces[i]]
            metres[faces[i]] = 0
            n_seen += 1
        for i in range(crossed):
            tile[n_tile], tile_m[n_tile] = tiles[i], in_tile[tiles[i]]
            in_tile[tiles[i]] = 0
            n_tile += 1
        seen_count[source], tile_count[source] = met, crossed
    return (
        edge_m,
        winding,
        seen_count,
        tile_count,
        seen_place[:n_seen].copy(),
        seen_m[:n_seen].copy(),
        tile[:n_tile].copy(),
        tile_m[:n_tile].copy(),
    )


@compiled
def walk_cells(field: Any, column: Any, row: Any) -> Any:
    """Return the cells (x, y) of the walk down a field, both ends included; only the first if none.

    Parameters
    ----------
    field : ndarray of float, shape (rows, columns)
        In cells.
    column, row : int
    """
    walk = np.empty((field.size, 2), np.int64)
    walk[0, 0], walk[0, 1] = column, row
    end = 1
    while not np.isinf(field[row, column]) and field[row, column] > NEAR:
        row, column, step = _following(field, row, column)
        if step == 0.0:
            break
        walk[end, 0], walk[end, 1] = column, row
        end += 1
    return walk[:end]


@compiled
def add_steps(field: Any, cells: Any, counts: Any, steps: Any) -> None:
    """Add to `steps` how often each cell was stepped on by walks to one goal.

    Parameters
    ----------
    field : ndarray of float, shape (rows, columns)
    cells : ndarray of int64, shape (n, 2)
    counts : ndarray of int64, shape (n,)
        How often the walk from each standing point was walked.
    steps : ndarray of int64, shape (rows, columns)
        Changed in place; the last cell of a walk is not counted.
    """
    for source in range(len(cells)):
        column, row = cells[source]
        if counts[source] == 0 or np.isinf(field[row, column]):
            continue
        while field[row, column] > NEAR:
            steps[row, column] += counts[source]
            row, column, step = _following(field, row, column)
            if step == 0.0:
                break
