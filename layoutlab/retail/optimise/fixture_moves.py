"""Which fixture could stand elsewhere? Shifts, turns and exchanges that leave a store walkable.

Before every face of what moved, and between it and all else, there stays the clear width, or no
less than today; nothing else may be wrong with the plan that is not wrong today.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely

from layoutlab.floor.plans import validity
from layoutlab.floor.plans.plan import IN_THE_WAY, Plan, Thing
from layoutlab.floor.rules import checking, packs
from layoutlab.retail.optimise.judging import Limits, limited_key
from layoutlab.retail.optimise.layouts import Layout, moved
from layoutlab.retail.optimise.legality import legality_of
from layoutlab.retail.optimise.setting import Setting, is_affordable, measured
from layoutlab.retail.optimise.slots import slots_of

CLEAR_M = 1.2
"""When the constraints do not say: the disc that made-up stores are built for."""
TOUCH_M = 0.05
STEPS_M = (0.5, 1.0, -0.5, -1.0)
TURN_DEG = 90.0
NEAR_M = 6.0
"""Fixtures whose middles are nearer to each other than this are tried in each other's place."""


@dataclass(frozen=True, eq=False)
class Improved:
    """What moving fixtures added.

    Attributes
    ----------
    layout : Layout
        The best one; the one it began with when no fixture helps.
    values : ndarray of float, shape (5,)
    drawn, legal : int
        Candidates drawn, and those of them that could be simulated.
    """

    layout: Layout
    values: np.ndarray
    drawn: int
    legal: int


def improved(
    setting: Setting,
    start: Layout,
    *,
    simulations: int,
    limits: Limits | None = None,
    rng: np.random.Generator,
) -> Improved:
    """Try single fixture moves on top of a layout, within the budget; keep the best.

    Parameters
    ----------
    setting : Setting
    start : Layout
        Affordable.
    simulations : int
        How many legal candidates to send shoppers through, at least 0.
    limits : Limits, optional
        As for `searches.search`.
    rng : numpy.random.Generator
    """
    limits = limits or Limits()
    today, value = measured(setting, setting.today), measured(setting, start)
    best, key = start, limited_key(value, today, limits)
    drawn = legal = 0
    for candidate in _candidates(setting, start, rng):
        if legal >= simulations:
            break
        drawn += 1
        if not is_affordable(setting, candidate) or not stands_well(setting, start, candidate):
            continue
        legal += 1
        found = measured(setting, candidate)
        found_key = limited_key(found, today, limits)
        if found_key > key:
            best, value, key = candidate, found, found_key
    return Improved(best, value, drawn, legal)


def _candidates(setting: Setting, start: Layout, rng: np.random.Generator) -> Iterator[Layout]:
    """Yield layouts with one fixture shifted or turned, or two in each other's place; at random."""
    fixtures = setting.plan.of("fixture")
    free = [number for number, thing in enumerate(fixtures) if _may_move(setting, thing)]
    middles = np.array([[t.shape.centroid.x, t.shape.centroid.y] for t in fixtures])
    options: list[tuple[tuple[int, tuple[float, float, float]], ...]] = []
    for number in free:
        along = _along(fixtures[number])
        across = np.array([-along[1], along[0]])
        for step in STEPS_M:
            options += [((number, (*(step * way), 0.0)),) for way in (along, across)]
        options.append(((number, (0.0, 0.0, TURN_DEG)),))
    for at, one in enumerate(free):
        for other in free[at + 1 :]:
            way = middles[other] - middles[one]
            if np.hypot(*way) < NEAR_M and not _alike(fixtures[one], fixtures[other]):
                options.append(((one, (*way, 0.0)), (other, (*-way, 0.0))))
    for at in rng.permutation(len(options)):
        shift = start.shift.copy()
        for number, change in options[at]:
            shift[number] += np.round(change, 6)
        yield replace(start, shift=shift)


def _may_move(setting: Setting, thing: Thing) -> bool:
    held = set(setting.constraints.locked_departments) & set(thing.departments)
    return not (thing.locked or thing.id in setting.constraints.locked_fixtures or held)


def _along(thing: Thing) -> np.ndarray:
    """Return the unit vector along a fixture's longer side."""
    corners = shapely.get_coordinates(thing.shape.minimum_rotated_rectangle)[:3]
    sides = np.diff(corners, axis=0)
    longer = sides[np.argmax(np.hypot(*sides.T))]
    unit: np.ndarray = longer / np.hypot(*longer)
    return unit


def _alike(one: Thing, other: Thing) -> bool:
    return one.type == other.type and abs(one.shape.area - other.shape.area) < 1e-6


def stands_well(setting: Setting, before: Layout, after: Layout) -> bool:
    """Return whether fixtures that stand elsewhere than before leave the store walkable and legal.

    Rule packs named by the constraints are asked too: no rule may have more violations than today.
    The planner's own constraints hold at the new places if they held at the old ones.
    """
    changed = np.flatnonzero((before.shift != after.shift).any(axis=1)).tolist()
    if not changed:
        return True
    clear_m = setting.constraints.aisle_m or CLEAR_M
    was = _put(setting.plan, before)
    now = _put(setting.plan, after)
    ids = {setting.plan.of("fixture")[number].id for number in changed}
    return (
        _fits(was, now, ids, clear_m)
        and _errors(now, clear_m) <= _errors(setting.plan, clear_m)
        and _rules_kept(setting, now)
        and (
            _constraints_kept(setting, now, after.assignment)
            or not _constraints_kept(setting, was, after.assignment)
        )
    )


def _constraints_kept(setting: Setting, plan: Plan, assignment: np.ndarray) -> bool:
    """Return whether goods keep the planner's constraints where fixtures stand on a plan.

    What a slot offers, how near it is, what sees it and who is beside it may all have changed.
    """
    put = replace(setting, plan=plan, slots=slots_of(plan))
    return legality_of(put).keeps(assignment)


def _put(plan: Plan, layout: Layout) -> Plan:
    stands = zip(plan.of("fixture"), layout.shift.tolist(), strict=True)
    return plan.with_things(*(moved(thing, shift) for thing, shift in stands if any(shift)))


def _fits(was: Plan, now: Plan, ids: set[str], clear_m: float) -> bool:
    """Return whether what moved keeps its distance from walls and things, or no less than it had.

    It may also touch a side without a face.
    """
    for name in sorted(ids):
        thing = now.by_id[name]
        if not now.outline.buffer(1e-6).covers(thing.shape):
            return False
        strip = _before_faces(thing, clear_m)
        for other in now.of(*IN_THE_WAY, "outline"):
            if other.id == name:
                continue
            shape = other.shape.boundary if other.kind == "outline" else other.shape
            away = thing.shape.distance(shape)
            stood = was.by_id[other.id].shape
            stood = stood.boundary if other.kind == "outline" else stood
            had = was.by_id[name].shape.distance(stood)
            if away >= clear_m - 1e-6 or (had - 1e-6 <= away and other.id not in ids):
                continue
            blocked = strip.intersects(shape) or _before_faces(other, clear_m).intersects(
                thing.shape
            )
            overlapping = other.kind != "outline" and thing.shape.buffer(-1e-3).intersects(shape)
            if away > TOUCH_M or blocked or overlapping:
                return False
    return True


def _before_faces(thing: Thing, clear_m: float) -> shapely.Geometry:
    """Return the floor within the clear width before a thing's faces, its ends left out."""
    strips = [face.buffer(clear_m - 1e-3, cap_style="flat") for face in thing.faces]
    return shapely.union_all(strips).difference(thing.shape.buffer(1e-3))


def _errors(plan: Plan, clear_m: float) -> set[tuple[str, tuple[str, ...]]]:
    found = validity.problems(plan, body_radius_m=clear_m / 2 - 1e-3)
    return {(problem.what, problem.things) for problem in found if problem.level == validity.ERROR}


def _rules_kept(setting: Setting, now: Plan) -> bool:
    if not setting.constraints.rules:
        return True
    rules = packs.load(setting.constraints.rules)
    before, after = (_violations(checking.check(plan, rules)) for plan in (setting.plan, now))
    return all(count <= before.get(rule, 0) for rule, count in after.items())


def _violations(findings: checking.Findings) -> dict[str, int]:
    return {verdict.rule: verdict.violations for verdict in findings.verdicts}
