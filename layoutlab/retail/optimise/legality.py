"""Is this assignment legal, and which are one change away? The planner's constraints as arrays.

Says yes and no to the same assignments as the model of `feasibility`, in microseconds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from layoutlab.retail.optimise import conflicts, legality_kernels
from layoutlab.retail.optimise.constraints import DEPARTMENT
from layoutlab.retail.optimise.feasibility import spaces
from layoutlab.retail.optimise.setting import Setting

UNBOUNDED = 2**31
TRIES = 60
CM_M = 0.005 + 1e-9
"""Half a centimetre: the model counts shelf in whole centimetres."""


@dataclass(frozen=True, eq=False)
class Legality:
    """The constraints on assignments.

    Attributes
    ----------
    allowed : ndarray of bool, shape (n_slots, n_departments)
    today : ndarray of int64, shape (n_slots,)
    beside : ndarray of bool, shape (n_slots, n_slots)
        Which slots are neighbours.
    adjacent, apart : ndarray of int64, shape (k, 2)
        Departments that must, and must not, be neighbours.
    together : ndarray of bool, shape (n_departments,)
    shelf_m : ndarray of float, shape (n_slots,)
    least_m, most_m : ndarray of float, shape (n_departments,)
    most_moves : int
        Slots that may differ from today.
    """

    allowed: np.ndarray
    today: np.ndarray
    beside: np.ndarray
    adjacent: np.ndarray
    apart: np.ndarray
    together: np.ndarray
    shelf_m: np.ndarray
    least_m: np.ndarray
    most_m: np.ndarray
    most_moves: int

    def keeps(self, assignment: np.ndarray) -> bool:
        """Return whether an assignment is legal."""
        return bool(legality_kernels.is_kept(assignment, *self._arrays))

    def moves(self, assignment: np.ndarray) -> int:
        """Return in how many slots an assignment differs from today."""
        return int((assignment != self.today).sum())

    @property
    def _arrays(self) -> tuple[Any, ...]:
        return (
            self.allowed, self.today, self.beside, self.adjacent, self.apart, self.together,
            self.shelf_m, self.least_m, self.most_m, self.most_moves,
        )  # fmt: skip


def legality_of(setting: Setting) -> Legality:
    """Return a setting's constraints on assignments as arrays."""
    slots, constraints = setting.slots, setting.constraints
    n = len(slots.departments)
    code = {name: number for number, name in enumerate(slots.departments)}
    apart_m = np.linalg.norm(slots.place_m[:, None] - slots.place_m[None], axis=2)
    beside = (apart_m <= constraints.adjacent_within_m) & ~np.eye(len(apart_m), dtype=bool)
    least, most = np.zeros(n), np.full(n, np.inf)
    for name, (low, high) in spaces(slots, constraints).items():
        least[code[name]], most[code[name]] = low - CM_M, high + CM_M
    together = np.zeros(n, dtype=bool)
    together[[code[name] for name in constraints.together]] = True
    adjacent, apart = (
        np.array([[code[one], code[other]] for one, other in pairs], dtype=np.int64).reshape(-1, 2)
        for pairs in (constraints.adjacent, constraints.apart)
    )
    return Legality(
        setting.problem.allowed, slots.today, beside, adjacent, apart, together, slots.shelf_m,
        least, most, _most_moves(setting),
    )  # fmt: skip


def _most_moves(setting: Setting) -> int:
    budget = setting.constraints.budget
    price = budget.price(DEPARTMENT)
    limits = ((budget.at_most, 1.0), (budget.hours, price.hours), (budget.cost, price.cost))
    affordable = [
        int(limit / each + 1e-9) for limit, each in limits if limit is not None and each > 0
    ]
    return min(affordable, default=UNBOUNDED)


def legal_start(setting: Setting, legality: Legality) -> np.ndarray:
    """Return today's assignment, or where that is not legal the nearest one that is.

    Raises
    ------
    InputError
        When no assignment is; names a smallest set of constraints that collide.
    """
    today = setting.slots.today
    return today.copy() if legality.keeps(today) else conflicts.nearest(setting.problem)


def neighbours(legality: Legality, assignment: np.ndarray) -> np.ndarray:
    """Return all legal assignments one exchange or one hand-over away, int64 (k, n_slots)."""
    n, n_departments = legality.allowed.shape
    room = n * (n - 1) // 2 + n * n_departments
    listed = legality_kernels.changes(assignment, room, *legality._arrays)
    made = np.repeat(assignment[None], len(listed), axis=0)
    row = np.arange(len(listed))
    one, other, department = listed.T
    swap = other >= 0
    made[row, one] = np.where(swap, assignment[other], department)
    made[row[swap], other[swap]] = assignment[one[swap]]
    return made


def changed(legality: Legality, assignment: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Return a legal assignment some chance changes away; a copy when none is found.

    Two slots change hands, one is handed over, or one gets back what it has today; each kind may
    come with another one, so that a search at the end of its budget can still move.
    """
    for _ in range(TRIES):
        tried = assignment.copy()
        for _ in range(int(rng.integers(1, 3))):
            _change(legality, tried, rng)
        if not np.array_equal(tried, assignment) and legality.keeps(tried):
            return tried
    return assignment.copy()


def _change(legality: Legality, tried: np.ndarray, rng: np.random.Generator) -> None:
    kind = rng.random()
    slot = int(rng.integers(len(tried)))
    if kind < 0.6:
        _give(tried, slot, int(tried[rng.integers(len(tried))]), rng)
    elif kind < 0.75:
        tried[slot] = rng.choice(np.flatnonzero(legality.allowed[slot]))
    else:
        other = np.flatnonzero(tried != legality.today)
        if len(other):
            slot = int(rng.choice(other))
            _give(tried, slot, int(legality.today[slot]), rng)


def _give(tried: np.ndarray, slot: int, department: int, rng: np.random.Generator) -> None:
    """Exchange a slot with a random one that carries the department; hand it over without one."""
    holders = np.flatnonzero(tried == department)
    if len(holders):
        holder = rng.choice(holders)
        tried[holder] = tried[slot]
    tried[slot] = department


def given_back(
    legality: Legality, assignment: np.ndarray, *, rng: np.random.Generator
) -> np.ndarray:
    """Return a legal assignment with one changed slot as it is today; a copy where none is."""
    for slot in rng.permutation(np.flatnonzero(assignment != legality.today)):
        tried = assignment.copy()
        _give(tried, int(slot), int(legality.today[slot]), rng)
        handed = assignment.copy()
        handed[slot] = legality.today[slot]
        for one in (tried, handed):
            if legality.keeps(one):
                return one
    return assignment.copy()


def crossed(
    legality: Legality,
    assignment: np.ndarray,
    other: np.ndarray,
    mask: np.ndarray,
    *,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return the first assignment with the second's departments in the slots of a mask.

    What stood there goes to where the department came from. Changes that leave the law are undone
    one by one; the first assignment itself is the least that remains.
    """
    child = assignment.copy()
    for slot in rng.permutation(np.flatnonzero(mask & (assignment != other))):
        before = child.copy()
        if child[slot] != other[slot]:
            givers = np.flatnonzero((child == other[slot]) & (other != other[slot]))
            if len(givers):
                child[givers[0]] = child[slot]
            child[slot] = other[slot]
        if not legality.keeps(child):
            child = before
    return child
