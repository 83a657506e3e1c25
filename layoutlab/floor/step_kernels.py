"""How many steps lie between cells? Breadth-first searches with whole fronts as bits, compiled."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled


@compiled
def _spread(front: Any, unseen: Any, goals: Any, following: Any, lines: Any) -> Any:
    """Step every cell of a front to its four neighbours; 64 cells of a line are one word."""
    one, last = np.uint64(1), np.uint64(63)
    moved, hits = np.uint64(0), np.uint64(0)
    for word in range(lines, np.uint64(len(front)) - lines):  # unsigned: no index from the end
        here = front[word]
        step = (here << one) | (here >> one) | front[word - one] | front[word + one]
        step |= (front[word - lines] >> last) | (front[word + lines] << last)
        step &= unseen[word]
        unseen[word] ^= step
        following[word] = step
        moved |= step
        hits |= step & goals[word]
    return moved, hits


@compiled
def _pack(plan: Any) -> Any:
    """Return free cells as bits, words of one line `columns + 2` apart, empty ones all round."""
    rows, columns = plan.shape
    lines = columns + 2
    free = np.zeros(((rows + 63) // 64 + 2) * lines, np.uint64)
    for row in range(rows):
        bit, first = np.uint64(1) << np.uint64(row & 63), ((row >> 6) + 1) * lines + 1
        for column in range(columns):
            if plan[row, column] == 0:
                free[first + column] |= bit
    return free


@compiled
def steps_between(plan: Any, cells: Any) -> Any:
    """Count the steps of a shortest 4-neighbour walk between every two cells.

    One breadth-first search from each cell, all cells of its front at once as bits, which ends
    when the cells that follow in the list are found; the other half of the pairs is the mirror.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk. Fewest words when there are no more rows than columns.
    cells : ndarray of int64, shape (n, 2)
        (x, y); cells far out first make the searches shorter.

    Returns
    -------
    ndarray of int64, shape (n, n)
        -1 where there is no walk, also from a blocked cell to itself.
    """
    free, count, lines = _pack(plan), len(cells), plan.shape[1] + 2
    steps = np.full((count, count), -1, np.int64)
    goals, unseen = np.empty_like(free), np.empty_like(free)
    front, following = np.empty_like(free), np.zeros_like(free)
    word = ((cells[:, 1] >> 6) + 1) * lines + cells[:, 0] + 1
    bit = np.uint64(1) << (cells[:, 1] & 63).astype(np.uint64)
    waiting = np.empty(count, np.int64)
    for source in range(count):
        left = count - source
        waiting[:left] = np.arange(source, count)
        front[:] = 0
        goals[:] = 0
        for cell in waiting[:left]:
            goals[word[cell]] |= bit[cell]
        unseen[:] = free
        front[word[source]] = moved = hits = bit[source] & free[word[source]]
        unseen[word[source]] ^= moved
        walked = 0
        while moved and left:
            index = 0
            while hits and index < left:
                other = waiting[index]
                if front[word[other]] & bit[other]:
                    steps[source, other] = steps[other, source] = walked
                    left -= 1
                    waiting[index] = waiting[left]
                else:
                    index += 1
            moved, hits = _spread(front, unseen, goals, following, np.uint64(lines))
            front, following = following, front
            walked += 1
    return steps
