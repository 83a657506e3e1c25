"""What is the best flexible-bay layout of few departments, proved? All of them, with a bound.

Bays are filled from the left. When a bay ends, its departments' places are known; what is still to
come costs at least: to each placed department the distance from the edge reached, to one another
the least that two shapes side by side or one above the other can be apart. Mirror images are
visited once: department 1 stands in the left lower quarter.
"""

from typing import NamedTuple

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.errors import InputError
from layoutlab.floor.areas import bays
from layoutlab.floor.areas.kernels import Facility, facility_of
from layoutlab.floor.areas.problem import Problem

MOST = 11
BEST, NODES = range(2)
ROUNDING, HALF = 1e-12, 0.5 + 1e-9


class Search(NamedTuple):
    """The state of the enumeration.

    Attributes
    ----------
    code, best : ndarray of int32, shape (2, n)
        Bay codes: the one under way and the best so far.
    used : ndarray of uint8, shape (n,)
    centre : ndarray of float64, shape (2, n)
    flows, apart : ndarray of float64, shape (n, n)
        Flow between two departments, and the least distance they can have.
    half : ndarray of float64, shape (n,)
        Half the least width of a department's bay.
    tally : ndarray of float64, shape (2,)
        Cost of the best layout; layouts and parts of layouts looked at.
    """

    code: np.ndarray
    best: np.ndarray
    used: np.ndarray
    centre: np.ndarray
    flows: np.ndarray
    apart: np.ndarray
    half: np.ndarray
    tally: np.ndarray


def best_layout(problem: Problem) -> tuple[float, np.ndarray]:
    """Return the least cost over all flexible-bay layouts, both bay directions, and a layout.

    Parameters
    ----------
    problem : Problem
        At most 11 departments; empty space, if any, lies behind the last bay.

    Returns
    -------
    cost : float
        Infinite when no flexible-bay layout keeps the shape rules.
    layout : ndarray of float, shape (n, 4)
        x0, y0, width and height in the facility as stated; ties go to the first found.

    Raises
    ------
    InputError
        When there are more departments.
    """
    if problem.n > MOST:
        raise InputError(f"expected at most {MOST} departments to enumerate, got {problem.n}")
    least, layout = np.inf, np.zeros((problem.n, 4))
    for turned in (False, True):
        facility = facility_of(problem, turned=turned)
        search = _new_search(facility, least)
        extend(search, facility, 0, 0, 0.0, 0.0, 0.0)
        if search.tally[BEST] < least:
            least = float(search.tally[BEST])
            layout = bays.layout(search.best, facility)[:, [1, 0, 3, 2] if turned else [0, 1, 2, 3]]
    return least, layout


def _new_search(facility: Facility, least: float) -> Search:
    n = len(facility.area)
    flows = np.zeros((n, n))
    flows[facility.pairs[:, 0], facility.pairs[:, 1]] = facility.flow
    wide = np.maximum(facility.area / facility.height, facility.shortest)
    high = np.maximum(facility.area / facility.width, facility.shortest)
    apart = np.minimum(np.add.outer(wide, wide), np.add.outer(high, high)) / 2
    code = np.zeros((2, n), dtype=np.int32)
    used, centre = np.zeros(n, dtype=np.uint8), np.zeros((2, n))
    tally = np.array([least, 0.0])
    return Search(code, code.copy(), used, centre, flows + flows.T, apart, wide / 2, tally)


@compiled
def end_bay(
    search: Search, facility: Facility, first: int, end: int, left: float, wide: float
) -> float:
    """Place the bay of code positions `first` to `end` - 1; return its flow cost, or -1.

    Counted are flows among its departments and to those placed before; -1 means that a shape rule
    is broken or that department 1 stands in the upper or the right half.
    """
    low, cost = 0.0, 0.0
    for k in range(first, end):
        i = search.code[0, k]
        high = facility.area[i] / wide
        if min(wide, high) < facility.shortest[i]:
            return -1.0
        search.centre[0, i] = left + wide / 2
        search.centre[1, i] = low + high / 2
        low += high
        beyond = search.centre[0, i] > facility.width * HALF
        if i == 0 and (beyond or search.centre[1, i] > facility.height * HALF):
            return -1.0
        for m in range(k):
            j = search.code[0, m]
            if search.flows[i, j] > 0:
                across = abs(search.centre[0, i] - search.centre[0, j])
                up = abs(search.centre[1, i] - search.centre[1, j])
                if facility.euclidean:
                    cost += search.flows[i, j] * np.sqrt(across * across + up * up)
                else:
                    cost += search.flows[i, j] * (across + up)
    return cost


@compiled
def still_to_come(search: Search, edge: float) -> float:
    """Return a lower bound on the flows of the departments that are not placed yet."""
    n, total = len(search.used), 0.0
    for j in range(n):
        if search.used[j]:
            continue
        for i in range(n):
            if search.flows[i, j] == 0:
                continue
            if search.used[i]:
                total += search.flows[i, j] * (edge + search.half[j] - search.centre[0, i])
            elif i < j:
                total += search.flows[i, j] * search.apart[i, j]
    return total


@compiled
def stays_high(search: Search, facility: Facility, first: int, end: int, wide: float) -> bool:
    """Return whether no department of a bay so wide is too low; wider bays are lower still."""
    for k in range(first, end):
        i = search.code[0, k]
        if facility.area[i] / wide < facility.shortest[i]:
            return False
    return True


@compiled
def extend(
    search: Search,
    facility: Facility,
    first: int,
    placed: int,
    left: float,
    area: float,
    cost: float,
) -> None:
    """Visit every way to go on: each unused department into the open bay, then end it or not.

    Parameters
    ----------
    search : Search
    facility : Facility
    first, placed : int
        Code positions where the open bay begins and where the next department goes.
    left : float
        Left edge of the open bay.
    area : float
        Area in the open bay.
    cost : float
        Of the flows among departments of the bays before.
    """
    n = len(search.used)
    for i in range(n):
        if search.used[i]:
            continue
        search.tally[NODES] += 1
        search.code[0, placed] = i
        wide = (area + facility.area[i]) / facility.height
        if not stays_high(search, facility, first, placed + 1, wide):
            continue
        search.used[i] = 1
        added = end_bay(search, facility, first, placed + 1, left, wide)
        if added >= 0:
            bound = cost + added + still_to_come(search, left + wide)
            if bound < search.tally[BEST] * (1 - ROUNDING):
                search.code[1, placed] = 1
                if placed + 1 == n:
                    search.tally[BEST] = bound
                    search.best[:] = search.code
                else:
                    extend(search, facility, placed + 1, placed + 1, left + wide, 0.0, cost + added)
                search.code[1, placed] = 0
        if placed + 1 < n:
            extend(search, facility, first, placed + 1, left, area + facility.area[i], cost)
        search.used[i] = 0
