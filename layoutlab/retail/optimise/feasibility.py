"""Which assignments of departments keep the planner's constraints? The question as a model.

Every constraint becomes a literal of a CP-SAT model over slots and departments, which switches it
on. Without any, each slot carries one department and each department has a slot.
`layoutlab.retail.optimise.conflicts` answers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import shapely

from layoutlab.cp_sat import cp_model
from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.optimise.constraints import DEPARTMENT, Constraints
from layoutlab.retail.optimise.slots import COLD, Slots

EYES_M = 1.5
"""Fixtures lower than this hide nothing (standing eye height, less what is looked down at)."""
CM = 100
"""Shelf lengths are counted in whole centimetres: CP-SAT knows integers."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Who may stand where, as a model.

    Attributes
    ----------
    allowed : ndarray of bool, shape (n_slots, n_departments)
        By every constraint on one department alone: locks, needs, near, sight.
    model : CpModel
        Maximises the number of slots that stay as they are.
    holds : list of list of BoolVar
        ``holds[slot][department]``.
    assumptions : mapping of str to BoolVar
        Constraint, in the planner's words, and the literal that switches it on.
    """

    allowed: np.ndarray
    model: cp_model.CpModel
    holds: list[list[cp_model.IntVar]]
    assumptions: Mapping[str, cp_model.IntVar] = field(default_factory=dict)


def problem(plan: Plan, slots: Slots, constraints: Constraints) -> Problem:
    """Return the model of the constraints that concern departments.

    Raises
    ------
    InputError
        A constraint names a fixture, department or door that the plan does not have.
    """
    n_slots, n_departments = len(slots.fixture), len(slots.departments)
    model = cp_model.CpModel()
    holds = [[model.new_bool_var(f"{s} {d}") for d in range(n_departments)] for s in range(n_slots)]
    for row in holds:
        model.add_exactly_one(row)
    for department in range(n_departments):
        model.add_bool_or([row[department] for row in holds])
    model.maximize(sum(row[now] for row, now in zip(holds, slots.today.tolist(), strict=True)))
    made = Problem(np.ones((n_slots, n_departments), dtype=bool), model, holds, {})
    assumptions: dict[str, cp_model.IntVar] = {}
    for words, forbidden in _forbidden(plan, slots, constraints):
        made.allowed[forbidden] = False
        switch = assumptions.setdefault(words, model.new_bool_var(words))
        for slot, department in np.argwhere(forbidden).tolist():
            model.add_implication(switch, ~holds[slot][department])
    for words, post in _joint(slots, constraints):
        switch = assumptions.setdefault(words, model.new_bool_var(words))
        post(made, switch)
    return Problem(made.allowed, model, holds, assumptions)


def _forbidden(
    plan: Plan, slots: Slots, constraints: Constraints
) -> Iterable[tuple[str, np.ndarray]]:
    """Yield constraints on one department alone: words, and which slots it must not have."""
    n_slots, n_departments = len(slots.fixture), len(slots.departments)

    def of(name: str, entry: str, slots_refused: np.ndarray) -> np.ndarray:
        forbidden = np.zeros((n_slots, n_departments), dtype=bool)
        forbidden[:, slots.department(name, where=f"constraints.{entry}")] = slots_refused
        return forbidden

    yield from _locks(plan, slots, constraints)
    if constraints.cold_stays:
        words = "cold_stays: cold goods on cold fixtures, and nothing else there"
        yield words, _not_as_kept(slots, COLD)
    for kind in constraints.kinds_stay:
        if kind not in slots.kind:
            raise InputError(
                f"constraints.kinds_stay: expected a type of fixture of the plan, got {kind!r}"
            )
        yield f"kinds_stay: what stands on a {kind}", _not_as_kept(slots, (kind,))
    for name, needed in constraints.needs.items():
        for need in needed:
            lacking = np.array([need not in offered for offered in slots.offers])
            yield f"needs: {name} {need}", of(name, "needs", lacking)
    points = shapely.points(slots.place_m)
    for name, to, within_m in constraints.near:
        far = shapely.distance(points, _doors(plan, to)) > within_m
        yield f"near: {name} within {within_m:g} m of the {to}", of(name, "near", far)
    for name, place in constraints.sight:
        hidden = ~_in_sight(plan, slots, place)
        yield f"sight: {name} from the {place}", of(name, "sight", hidden)


def _locks(plan: Plan, slots: Slots, constraints: Constraints) -> Iterable[tuple[str, np.ndarray]]:
    today = np.eye(len(slots.departments), dtype=bool)[slots.today]
    for fixture in constraints.locked_fixtures:
        if fixture not in plan.by_id:
            raise InputError(f"constraints.locked: expected a fixture of the plan, got {fixture!r}")
        of_fixture = np.array([owner == fixture for owner in slots.fixture])
        yield f"locked: fixture {fixture}", of_fixture[:, None] & ~today
    if slots.locked.any():
        yield "locked: what the plan locks", slots.locked[:, None] & ~today
    for name in constraints.locked_departments:
        here = slots.today == slots.department(name, where="constraints.locked")
        gained = np.zeros_like(today)
        gained[:, slots.department(name, where="constraints.locked")] = ~here
        moved = gained | (here[:, None] & ~today)
        yield f"locked: department {name}", moved


def _not_as_kept(slots: Slots, apart: Sequence[str]) -> np.ndarray:
    """Return which departments have no slot today on such a type of fixture as this slot's."""
    kept = np.array([kind if kind in apart else "" for kind in slots.kind])
    kinds = np.unique(kept)
    stood = np.zeros((len(kinds), len(slots.departments)), dtype=bool)
    stood[np.searchsorted(kinds, kept), slots.today] = True
    return ~stood[np.searchsorted(kinds, kept)]


def _doors(plan: Plan, kind: str) -> shapely.Geometry:
    doors = [thing.shape for thing in plan.of(kind)]
    if not doors:
        raise InputError(f"constraints: expected a plan with this kind of thing: {kind}; got none")
    return shapely.union_all(doors)


def _in_sight(plan: Plan, slots: Slots, kind: str) -> np.ndarray:
    """Return which slots some door or checkout sees over what is low and past what is high."""
    high = [thing for thing in plan.of("fixture") if (thing.height_m or EYES_M) >= EYES_M]
    walls = [thing.shape for thing in plan.of("wall")]
    seen = np.zeros(len(slots.fixture), dtype=bool)
    for place, (slot, fixture) in zip(slots.place_m, enumerate(slots.fixture), strict=True):
        hiding = shapely.union_all([t.shape for t in high if t.id != fixture] + walls)
        own = plan.by_id[fixture].shape.buffer(-0.01)
        for door in plan.of(kind):
            ray = shapely.LineString([door.shape.centroid, place])
            if not ray.crosses(hiding) and not ray.intersects(own):
                seen[slot] = True
    return seen


def _joint(
    slots: Slots, constraints: Constraints
) -> Iterable[tuple[str, Callable[[Problem, cp_model.IntVar], None]]]:
    """Yield constraints on several slots at once: words, and what adds them to the model."""
    apart_m = np.linalg.norm(slots.place_m[:, None] - slots.place_m[None], axis=2)
    beside = (apart_m <= constraints.adjacent_within_m) & ~np.eye(len(apart_m), dtype=bool)
    for one, other in constraints.adjacent:
        pair = _pair(slots, one, other, "adjacent")
        yield f"adjacent: {one} and {other}", partial(_post_adjacent, beside, pair)
    for one, other in constraints.apart:
        pair = _pair(slots, one, other, "apart")
        yield f"apart: {one} and {other}", partial(_post_apart, beside, pair)
    for name in constraints.together:
        department = slots.department(name, where="constraints.together")
        yield f"together: {name}", partial(_post_together, beside, department)
    for name, (least, most) in spaces(slots, constraints).items():
        department = slots.department(name, where="constraints.space")
        if least > 0:
            yield (
                f"space: {name} at least {least:g} m",
                partial(_post_space, slots, department, least, None),
            )
        if np.isfinite(most):
            yield (
                f"space: {name} at most {most:g} m",
                partial(_post_space, slots, department, None, most),
            )
    yield from _budgets(slots, constraints)


def spaces(slots: Slots, constraints: Constraints) -> dict[str, tuple[float, float]]:
    """Return least and most running metres of shelf by department, where they are bounded."""
    bounds = dict(constraints.space)
    if constraints.space_change is not None:
        change = constraints.space_change
        today = np.bincount(slots.today, slots.shelf_m).tolist()
        for name, metres in zip(slots.departments, today, strict=True):
            bounds.setdefault(name, (max(0.0, metres * (1 - change)), metres * (1 + change)))
    return bounds


def _pair(slots: Slots, one: str, other: str, entry: str) -> tuple[int, int]:
    where = f"constraints.{entry}"
    return slots.department(one, where=where), slots.department(other, where=where)


def _budgets(
    slots: Slots, constraints: Constraints
) -> Iterable[tuple[str, Callable[[Problem, cp_model.IntVar], None]]]:
    """Yield the limits on slots that change hands: as many, as many hours and as much money."""
    budget = constraints.budget
    price = budget.price(DEPARTMENT)
    limits = (
        ("moves", budget.at_most, 1.0),
        ("hours", budget.hours, price.hours),
        ("of cost", budget.cost, price.cost),
    )
    for what, limit, each in limits:
        if limit is not None and each > 0:
            words = f"moves: at most {limit:g} {what}"
            yield words, partial(_post_moves, slots, int(limit / each + 1e-9))


def _post_adjacent(
    beside: np.ndarray, pair: tuple[int, int], made: Problem, switch: cp_model.IntVar
) -> None:
    one, other = pair
    met = []
    for slot, neighbour in np.argwhere(beside).tolist():
        both = made.model.new_bool_var("")
        made.model.add_implication(both, made.holds[slot][one])
        made.model.add_implication(both, made.holds[neighbour][other])
        met.append(both)
    made.model.add_bool_or([*met, ~switch])


def _post_apart(
    beside: np.ndarray, pair: tuple[int, int], made: Problem, switch: cp_model.IntVar
) -> None:
    one, other = pair
    for slot, neighbour in np.argwhere(beside).tolist():
        made.model.add_bool_or([~made.holds[slot][one], ~made.holds[neighbour][other], ~switch])


def _post_together(
    beside: np.ndarray, department: int, made: Problem, switch: cp_model.IntVar
) -> None:
    """Every slot of the department but an only one has a neighbour of the same department."""
    holds = [row[department] for row in made.holds]
    alone = made.model.new_bool_var("")
    made.model.add(sum(holds) == 1).only_enforce_if(alone)
    for slot, own in enumerate(holds):
        neighbours = [holds[other] for other in np.flatnonzero(beside[slot]).tolist()]
        made.model.add_bool_or([*neighbours, ~own, alone, ~switch])


def _post_space(
    slots: Slots,
    department: int,
    least: float | None,
    most: float | None,
    made: Problem,
    switch: cp_model.IntVar,
) -> None:
    lengths = np.round(slots.shelf_m * CM).astype(int).tolist()
    given = sum(length * row[department] for length, row in zip(lengths, made.holds, strict=True))
    if least is not None:
        made.model.add(given >= round(least * CM)).only_enforce_if(switch)
    if most is not None:
        made.model.add(given <= round(most * CM)).only_enforce_if(switch)


def _post_moves(slots: Slots, most: int, made: Problem, switch: cp_model.IntVar) -> None:
    kept = sum(row[now] for row, now in zip(made.holds, slots.today.tolist(), strict=True))
    made.model.add(kept >= len(slots.fixture) - most).only_enforce_if(switch)
