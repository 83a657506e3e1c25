"""Does an assignment keep the joint constraints? Compiled, thousands of times a second."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled


@compiled
def is_kept(
    assignment: Any, allowed: Any, today: Any, beside: Any, adjacent: Any, apart: Any,
    together: Any, shelf_m: Any, least_m: Any, most_m: Any, most_moves: Any,
) -> Any:  # fmt: skip
    """Return whether one assignment is legal; the arguments are those of `legality.Legality`."""
    count = np.zeros(len(together), np.int64)
    space = np.zeros(len(together))
    moves = 0
    for slot in range(len(assignment)):
        department = assignment[slot]
        if not allowed[slot, department]:
            return False
        count[department] += 1
        space[department] += shelf_m[slot]
        moves += department != today[slot]
    if moves > most_moves or count.min() == 0:
        return False
    if (space < least_m).any() or (space > most_m).any():
        return False
    return _neighbours_kept(assignment, beside, adjacent, apart) and not _lonely(
        assignment, beside, together, count
    )


@compiled
def _neighbours_kept(assignment: Any, beside: Any, adjacent: Any, apart: Any) -> Any:
    for pair in range(len(adjacent)):
        if not _meet(assignment, beside, adjacent[pair, 0], adjacent[pair, 1]):
            return False
    for pair in range(len(apart)):
        if _meet(assignment, beside, apart[pair, 0], apart[pair, 1]):
            return False
    return True


@compiled
def _lonely(assignment: Any, beside: Any, together: Any, count: Any) -> Any:
    """Return whether a department that should stand together has a slot away from its others."""
    for slot in range(len(assignment)):
        department = assignment[slot]
        if together[department] and count[department] > 1:
            company = 0
            for other in range(len(assignment)):
                company += beside[slot, other] and assignment[other] == department
            if company == 0:
                return True
    return False


@compiled
def _meet(assignment: Any, beside: Any, one: Any, other: Any) -> Any:
    for slot in range(len(assignment)):
        if assignment[slot] == one:
            for neighbour in range(len(assignment)):
                if assignment[neighbour] == other and beside[slot, neighbour]:
                    return True
    return False


@compiled
def changes(
    assignment: Any, room: Any, allowed: Any, today: Any, beside: Any, adjacent: Any, apart: Any,
    together: Any, shelf_m: Any, least_m: Any, most_m: Any, most_moves: Any,
) -> Any:  # fmt: skip
    """List the legal exchanges of two slots, then the slots handed to another department.

    Returns
    -------
    ndarray of int64, shape (k, 3)
        Slot, other slot and -1; or slot, -1 and its new department. As many as `room`, at most.
    """
    n, n_departments = len(assignment), len(together)
    found = np.empty((room, 3), np.int64)
    k = 0
    tried = assignment.copy()
    for one in range(n):
        for other in range(one + 1, n):
            mine, theirs = assignment[one], assignment[other]
            if mine == theirs or not allowed[one, theirs] or not allowed[other, mine]:
                continue
            tried[one], tried[other] = theirs, mine
            if k < room and is_kept(
                tried, allowed, today, beside, adjacent, apart, together, shelf_m, least_m,
                most_m, most_moves,
            ):  # fmt: skip
                found[k, 0], found[k, 1], found[k, 2] = one, other, -1
                k += 1
            tried[one], tried[other] = mine, theirs
    for one in range(n):
        mine = assignment[one]
        for department in range(n_departments):
            if department == mine or not allowed[one, department]:
                continue
            tried[one] = department
            if k < room and is_kept(
                tried, allowed, today, beside, adjacent, apart, together, shelf_m, least_m,
                most_m, most_moves,
            ):  # fmt: skip
                found[k, 0], found[k, 1], found[k, 2] = one, -1, department
                k += 1
            tried[one] = mine
    return found[:k]
