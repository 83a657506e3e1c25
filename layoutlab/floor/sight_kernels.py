"""What can be seen along straight lines over a plan? Compiled kernels behind `visibility`.

Points are counted in half cells, so that the centres of cells (odd numbers) and the middles of
their sides (one number even) are whole, and every question about a line has an exact answer.
"""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled

AT_THE_LIMIT = 1e-9


@compiled
def clear_line(blocked: Any, x: Any, y: Any, to_x: Any, to_y: Any) -> Any:
    """Say whether the line between two points meets no blocked cell after the one it starts in.

    A line through a corner that a blocked cell touches is not clear. The line may end on a
    blocked cell's side; it must not run along a line of the grid.

    Parameters
    ----------
    blocked : ndarray of bool or uint8, shape (rows, columns)
    x, y, to_x, to_y : int
        Half cells; (2 column + 1, 2 row + 1) is the centre of a cell.
    """
    right, up = (1 if to_x > x else -1), (1 if to_y > y else -1)
    across, along = abs(to_x - x), abs(to_y - y)
    column = (x if right > 0 else x - 1) >> 1
    row = (y if up > 0 else y - 1) >> 1
    side = 2 * column + 2 - x if right > 0 else x - 2 * column
    top = 2 * row + 2 - y if up > 0 else y - 2 * row
    while True:
        first = side * along - top * across  # below 0: the line leaves the cell by its side
        if (first <= 0 and side >= across) or (first >= 0 and top >= along):
            return True
        if first == 0 and (blocked[row, column + right] or blocked[row + up, column]):
            return False
        if first <= 0:
            column += right
            side += 2
        if first >= 0:
            row += up
            top += 2
        if blocked[row, column]:
            return False


@compiled
def exposure(
    opaque: Any,
    points: Any,
    headings: Any,
    weights: Any,
    faces: Any,
    normals: Any,
    reach: Any,
    cosine: Any,
) -> Any:
    """Add up, for every face, the weights of the points from which it is seen.

    Parameters
    ----------
    opaque : ndarray of uint8, shape (rows, columns)
    points, faces : ndarray of int64, shape (p, 2) and (f, 2)
        Half cells.
    headings : ndarray of float, shape (p, 2)
        Unit vectors.
    weights : ndarray of float, shape (p,)
    normals : ndarray of int64, shape (f, 2)
        Outward, along an axis.
    reach : float
        Half cells.
    cosine : float
        Of the largest angle between heading and line of sight.

    Returns
    -------
    ndarray of float, shape (f,)
    """
    total = np.zeros(len(faces))
    for face in range(len(faces)):
        face_x, face_y = faces[face, 0], faces[face, 1]
        for point in range(len(points)):
            x, y = face_x - points[point, 0], face_y - points[point, 1]
            if x * normals[face, 0] + y * normals[face, 1] >= 0:
                continue
            squared = x * x + y * y
            if squared > reach * reach + AT_THE_LIMIT:
                continue
            ahead = x * headings[point, 0] + y * headings[point, 1]
            if ahead < cosine * np.sqrt(squared) - AT_THE_LIMIT:
                continue
            if clear_line(opaque, points[point, 0], points[point, 1], face_x, face_y):
                total[face] += weights[point]
    return total
