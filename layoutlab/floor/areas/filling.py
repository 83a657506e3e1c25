"""How does a search treat space that nobody uses? As pieces of graded sizes, cut up at the end.

Instances fill a facility with dummies: many equal departments without flows or shape rule. Which
dummy lies where is all one. Equal dummies, when they are many, are put together to pieces of about
an eighth of what is left, then of the rest, down to single ones; every number of dummies side by
side is still within reach. (Thirds gave fewer pieces and worse layouts: 1.6 % on SC35.)
"""

from dataclasses import replace

import numpy as np

from layoutlab.floor.areas.problem import Problem

EMPTY = 0.005
SHARE = 8

Members = tuple[tuple[int, ...], ...]


def filled(problem: Problem) -> tuple[Problem, Members]:
    """Return the problem a search works on, and the departments each of its departments stands for.

    Space that the instance leaves free is added as dummies when it is half a percent of the
    facility or more, at most n of them, each half as large as the mean department where that is
    possible. Less stays at one edge.

    Returns
    -------
    problem : Problem
        Departments with flows or a shape rule first, in their order; then the pieces.
    members : tuple of tuple of int
        Departments counted from 0, by department of that problem; none for space left free.
    """
    busy = np.zeros(problem.n, dtype=bool)
    busy[problem.pairs[problem.flow > 0]] = True
    kept = np.flatnonzero(busy | (problem.limit > 0))
    area = list(problem.area[kept])
    members: list[tuple[int, ...]] = [(int(i),) for i in kept]
    dummies = np.flatnonzero(~busy & (problem.limit == 0))
    for size in np.unique(problem.area[dummies]):
        group = [int(i) for i in dummies if problem.area[i] == size]
        for count in graded(len(group)):
            members.append(tuple(group[:count]))
            area.append(count * size)
            del group[:count]
    spare = problem.width * problem.height - problem.area.sum()
    if spare >= EMPTY * problem.width * problem.height:
        pieces = int(min(problem.n, np.ceil(2 * spare / problem.area.mean())))
        for count in graded(pieces):
            members.append(())
            area.append(count * spare / pieces)
    place = np.full(problem.n, -1)
    place[kept] = np.arange(len(kept))
    used = problem.flow > 0
    limit = np.zeros(len(area))
    limit[: len(kept)] = problem.limit[kept]
    pairs, flow = place[problem.pairs[used]], problem.flow[used]
    found = replace(problem, area=np.array(area), limit=limit, pairs=pairs, flow=flow)
    return found, tuple(members)


def graded(count: int) -> list[int]:
    """Return sizes that add up to `count`: an eighth of what is left, each time, at least 1."""
    sizes = []
    while count > 0:
        sizes.append(max(1, round(count / SHARE)))
        count -= sizes[-1]
    return sizes


def cut_up(layout: np.ndarray, members: Members, n: int) -> np.ndarray:
    """Return the layout of all `n` departments: pieces cut across their longer side, in order.

    Parameters
    ----------
    layout : ndarray of float, shape (len(members), 4)
    members : tuple of tuple of int
        As `filled` gives them.
    n : int
    """
    found = np.zeros((n, 4))
    for (x, y, wide, high), group in zip(layout, members, strict=True):
        for k, department in enumerate(group):
            part = k / len(group)
            if wide >= high:
                found[department] = x + part * wide, y, wide / len(group), high
            else:
                found[department] = x, y + part * high, wide, high / len(group)
    return found
