"""How does one walk over the free cells of a plan? A shortest path by A*."""

import heapq
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
