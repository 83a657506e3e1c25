"""How does one walk over the free cells of a plan? A shortest path by A*, or down a field.

A plan is an array of rows and columns, 0 where one can walk; cells are (x, y): column and row.
How far it is between many places is asked of `walking`.
"""

import heapq
from collections.abc import Sequence
from itertools import count

import numpy as np

from layoutlab.floor.genome import Cell


def steps(cell: Cell) -> list[Cell]:
    """Return the four cells beside `cell`."""
    x, y = cell
    return [(x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)]


def a_star(plan: np.ndarray, start: Cell, goal: Cell) -> list[Cell] | None:
    """Find a shortest walk over free cells, one step right, down, left or up at a time.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    start, goal : (int, int)
        Cells (x, y).

    Returns
    -------
    list of (int, int) or None
        The cells from `start` to `goal`, both included; None when no walk exists, or when one of
        the two is not free. Among walks of one length, the one A* meets first.

    References
    ----------
    Hart, Nilsson and Raphael, "A Formal Basis for the Heuristic Determination of Minimum Cost
    Paths", IEEE Transactions on Systems Science and Cybernetics 4 (1968), with the distance in
    rows and columns as the estimate of what is left, which never says too much.
    """
    rows, columns = plan.shape

    def free(cell: Cell) -> bool:
        return 0 <= cell[0] < columns and 0 <= cell[1] < rows and not plan[cell[1], cell[0]]

    def left(cell: Cell) -> int:
        return abs(cell[0] - goal[0]) + abs(cell[1] - goal[1])

    if not free(start) or not free(goal):
        return None
    arrival = count()
    open_cells = [(left(start), next(arrival), start)]
    came_from: dict[Cell, Cell | None] = {start: None}
    walked = {start: 0}
    while open_cells:
        _, _, cell = heapq.heappop(open_cells)
        if cell == goal:
            return _walk_back(came_from, goal)
        for following in steps(cell):
            if free(following) and walked[cell] + 1 < walked.get(following, rows * columns):
                walked[following] = walked[cell] + 1
                came_from[following] = cell
                estimate = walked[following] + left(following)
                heapq.heappush(open_cells, (estimate, next(arrival), following))
    return None


def _walk_back(came_from: dict[Cell, Cell | None], goal: Cell) -> list[Cell]:
    walk: list[Cell] = []
    cell: Cell | None = goal
    while cell is not None:
        walk.append(cell)
        cell = came_from[cell]
    return walk[::-1]


def walk_between(
    plan: np.ndarray, start: Cell, goal: Cell, *, neighbours: int = 4
) -> list[Cell] | None:
    """Return the cells of a shortest walk, both ends included; None where there is none.

    Among walks of one length, the one that at every cell takes the first way that is shortest:
    right, up the rows, left, down, then the diagonals in that order.
    """
    from layoutlab.floor.walking import WalkingDistances

    return WalkingDistances(plan, [goal], neighbours=neighbours).walk_to(start)


def straightened(plan: np.ndarray, walk: Sequence[Cell]) -> list[Cell]:
    """Pull a walk tight like a string: keep only the corners that lines of sight need.

    For display. From each kept cell the line goes to the farthest cell of the walk that it can
    reach over free cells without touching a corner of a blocked one. The result is never longer
    than the walk, but not always the shortest any-angle one.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    walk : sequence of (int, int)
        As `a_star` or `walk_between` give it.

    Returns
    -------
    list of (int, int)
        A part of `walk` with its first and last cell.
    """
    from layoutlab.floor.sight_kernels import clear_line

    blocked = np.ascontiguousarray(plan != 0)
    kept = [walk[0]]
    place = 0
    while place < len(walk) - 1:
        ahead = len(walk) - 1
        while ahead > place + 1 and not clear_line(blocked, *_centres(walk[place], walk[ahead])):
            ahead -= 1
        place = ahead
        kept.append(walk[place])
    return kept


def _centres(one: Cell, other: Cell) -> tuple[int, int, int, int]:
    """Return two cells' centres in half cells, as lines of sight are counted."""
    return 2 * one[0] + 1, 2 * one[1] + 1, 2 * other[0] + 1, 2 * other[1] + 1
