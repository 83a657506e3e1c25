"""Does an arrangement of rectangles stand, and what do moves make of it? Compiled kernels.

A fixture is a row (x, y, wide, high, facing): its lowest column and row, its size in cells, and
the side customers stand at, 0 right, 1 up (towards higher rows), 2 left, 3 down.
"""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled

SHIFT, SWAP, TURN = range(3)


@compiled
def front_of(fixture: Any) -> Any:
    """Return the cell (x, y) before the middle of the side that a fixture faces."""
    x, y, wide, high, facing = fixture
    if facing == 0:
        return x + wide, y + high // 2
    if facing == 1:
        return x + wide // 2, y + high
    if facing == 2:
        return x - 1, y + high // 2
    return x + wide // 2, y - 1


@compiled
def paint(base: Any, fixtures: Any, owner: Any) -> Any:
    """Write each fixture's number on the cells it covers, -1 elsewhere; say whether all fit.

    They fit when every cell is on the floor, free in `base` (code 0), and covered only once.
    """
    rows, columns = base.shape
    owner[:] = -1
    fit = True
    for number in range(len(fixtures)):
        x, y, wide, high, _ = fixtures[number]
        if x < 0 or y < 0 or x + wide > columns or y + high > rows:
            return False
        for row in range(y, y + high):
            for column in range(x, x + wide):
                fit &= base[row, column] == 0 and owner[row, column] < 0
                owner[row, column] = number
    return fit


@compiled
def _flood(plan: Any, x: Any, y: Any) -> Any:
    """Mark with 2 every walkable cell (0) of a padded plan that one can get to."""
    stride = plan.shape[1]
    flat = plan.ravel()
    waiting = np.empty(flat.size, np.int32)
    waiting[0], start, end = (y + 1) * stride + x + 1, 0, 1
    flat[waiting[0]] = 2
    while start < end:
        cell = waiting[start]
        start += 1
        for offset in (1, stride, -1, -stride):
            if flat[cell + offset] == 0:
                flat[cell + offset] = 2
                waiting[end] = cell + offset
                end += 1


@compiled
def stands(base: Any, fixtures: Any, ends: Any) -> Any:
    """Say whether fixtures fit and one can walk from the entrance to all fronts and the exit.

    Parameters
    ----------
    base : ndarray of uint8, shape (rows, columns)
        Codes of `grid` without fixtures.
    fixtures : ndarray of int16, shape (f, 5)
    ends : ndarray of int64, shape (2, 2)
        Entrance and exit, (x, y).
    """
    rows, columns = base.shape
    owner = np.empty((rows, columns), np.int16)
    if not paint(base, fixtures, owner):
        return False
    plan = np.ones((rows + 2, columns + 2), np.uint8)
    for row in range(rows):
        for column in range(columns):
            code = base[row, column]
            plan[row + 1, column + 1] = owner[row, column] >= 0 or code in (2, 3)
    _flood(plan, ends[0, 0], ends[0, 1])
    for number in range(len(fixtures)):
        x, y = front_of(fixtures[number])
        if plan[y + 1, x + 1] != 2:
            return False
    return plan[ends[1, 1] + 1, ends[1, 0] + 1] == 2


@compiled
def _centred(fixture: Any, twice_x: Any, twice_y: Any) -> None:
    """Put a fixture's centre, rounded down, at half of the given doubled coordinates."""
    fixture[0] = (twice_x - fixture[2]) // 2
    fixture[1] = (twice_y - fixture[3]) // 2


@compiled
def _change(fixtures: Any, draw: Any, reach: Any) -> None:
    """Shift, swap or turn as five uniform numbers say."""
    count = len(fixtures)
    kind, one, other = int(draw[0] * 3), int(draw[1] * count), int(draw[2] * count)
    x, y, wide, high, facing = fixtures[one]
    if kind == SHIFT:
        fixtures[one, 0] += int(draw[3] * (2 * reach + 1)) - reach
        fixtures[one, 1] += int(draw[4] * (2 * reach + 1)) - reach
    elif kind == SWAP:
        twice_x = 2 * fixtures[other, 0] + fixtures[other, 2]
        twice_y = 2 * fixtures[other, 1] + fixtures[other, 3]
        _centred(fixtures[other], 2 * x + wide, 2 * y + high)
        _centred(fixtures[one], twice_x, twice_y)
    else:
        quarters = 1 + int(draw[3] * 3)
        fixtures[one, 4] = (facing + quarters) % 4
        if quarters % 2:
            fixtures[one, 2], fixtures[one, 3] = high, wide
            _centred(fixtures[one], 2 * x + wide, 2 * y + high)


@compiled
def moved(base: Any, fixtures: Any, ends: Any, draws: Any, reach: Any) -> Any:
    """Make one move after another, each the first of its draws that leaves all standing.

    Parameters
    ----------
    base, fixtures, ends
        As for `stands`.
    draws : ndarray of float, shape (moves, tries, 5)
        Uniform on [0, 1).
    reach : int
        Cells a shift may go along each axis.
    """
    fixtures = fixtures.copy()
    for move in range(len(draws)):
        for attempt in range(draws.shape[1]):
            changed = fixtures.copy()
            _change(changed, draws[move, attempt], reach)
            if stands(base, changed, ends):
                fixtures = changed
                break
    return fixtures


@compiled
def crossed(base: Any, fixtures: Any, others: Any, ends: Any, box: Any) -> Any:
    """Take over from another arrangement the fixtures that stand inside a box, where they fit.

    One after the other, in the order of their numbers; one that would overlap stays where it was.
    When in the end something cannot be reached, all stay.

    Parameters
    ----------
    others : ndarray of int16, shape (f, 5)
    box : ndarray of float, shape (4,)
        Lowest x and y, highest x and y of a centre, in cells.
    """
    child = fixtures.copy()
    owner = np.empty(base.shape, np.int16)
    for number in range(len(child)):
        x, y, wide, high, _ = others[number]
        middle_x, middle_y = x + wide / 2, y + high / 2
        if box[0] <= middle_x <= box[2] and box[1] <= middle_y <= box[3]:
            kept = child[number].copy()
            child[number] = others[number]
            if not paint(base, child, owner):
                child[number] = kept
    return child if stands(base, child, ends) else fixtures.copy()


@compiled
def trip_order(between: Any, lists: Any, start: Any, end: Any) -> Any:
    """Visit each list's places, always the nearest next, from `start` on and then to `end`.

    Parameters
    ----------
    between : ndarray of float, shape (n, n)
    lists : ndarray of int64, shape (trips, stops)
        Places to visit. Of equally near ones the first in the list.
    start, end : int

    Returns
    -------
    order : ndarray of int64, shape (trips, stops + 2)
    lengths : ndarray of float, shape (trips,)
    """
    trips, stops = lists.shape
    order, lengths = np.empty((trips, stops + 2), np.int64), np.zeros(trips)
    for trip in range(trips):
        left = lists[trip].copy()
        here = start
        order[trip, 0] = start
        for stop in range(stops):
            nearest = stop
            for other in range(stop + 1, stops):
                if between[here, left[other]] < between[here, left[nearest]]:
                    nearest = other
            chosen = left[nearest]
            left[nearest] = left[stop]
            lengths[trip] += between[here, chosen]
            order[trip, stop + 1] = here = chosen
        lengths[trip] += between[here, end]
        order[trip, stops + 1] = end
    return order, lengths
