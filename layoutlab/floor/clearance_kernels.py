"""How is a floor thinned to its ways round, and how wide is the widest way? Compiled kernels."""

import heapq
from typing import Any

import numpy as np

from layoutlab.compiled import compiled

# The eight cells around, in turn: right, upper right, up, upper left, left, lower left, down, ...
AROUND = np.array([(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)])


@compiled
def _is_simple(free: Any, row: Any, column: Any) -> Any:
    """Say whether closing a free cell changes neither the free parts nor what they go round.

    True when the 4-connected free cells around form exactly one part that touches the cell's
    sides: Yokoi's connectivity number for 4-connected figures is 1.
    """
    number = 0
    for way in range(0, 8, 2):
        side, corner, after = way, way + 1, (way + 2) % 8
        here = free[row + AROUND[side, 0], column + AROUND[side, 1]]
        diagonal = free[row + AROUND[corner, 0], column + AROUND[corner, 1]]
        following = free[row + AROUND[after, 0], column + AROUND[after, 1]]
        number += here - here * diagonal * following
    return number == 1


@compiled
def thin(free: Any, kept: Any, order: Any) -> Any:
    """Close free cells one by one, as long as that changes no way round anything.

    Parameters
    ----------
    free : ndarray of int8, shape (rows + 2, columns + 2)
        1 where one can walk, 0 on the border.
    kept : ndarray of bool, same shape
        Never closed.
    order : ndarray of int64, shape (n, 2)
        The free cells as (row, column); earlier ones are closed first.

    Returns
    -------
    ndarray of int8, same shape
        What is left: closed loops, what joins them, and the ways to kept cells.
    """
    free = free.copy()
    closed = True
    while closed:
        closed = False
        for row, column in order:
            if free[row, column] and not kept[row, column] and _is_simple(free, row, column):
                free[row, column] = 0
                closed = True
    return free


@compiled
def widest(clearance: Any, row: Any, column: Any) -> Any:
    """Return for every node the smallest clearance on the way there that keeps it largest.

    Parameters
    ----------
    clearance : ndarray of int64, shape (rows, columns)
        0 where no disc fits; any measure that grows with the disc.
    row, column : int
        Where the ways start.

    Returns
    -------
    ndarray of int64, same shape
        Steps go to the eight nodes around; 0 where there is no way.
    """
    rows, columns = clearance.shape
    reached = np.zeros_like(clearance)
    reached[row, column] = clearance[row, column]
    queue = [(-reached[row, column], row, column)]
    while len(queue):
        value, row, column = heapq.heappop(queue)
        if -value < reached[row, column] or value == 0:
            continue
        for way in range(8):
            down, right = row + AROUND[way, 0], column + AROUND[way, 1]
            if 0 <= down < rows and 0 <= right < columns:
                through = min(-value, clearance[down, right])
                if through > reached[down, right]:
                    reached[down, right] = through
                    heapq.heappush(queue, (-through, down, right))
    return reached
