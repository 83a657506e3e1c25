"""Which places of a plan can carry which departments?

A fixture that carries n departments has n slots of equal length, in order along it. An assignment
is an array with one department a slot, by its place in `Slots.departments`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan, Thing

COLD = ("refrigerated", "freezer", "chiller")
AT_WALL_M = 0.15
"""A fixture this near to a wall or the outline stands at it."""
SUPPLY_M = 5.0
"""How far a pipe, a cable or a trolley reaches from a utility to a fixture."""


@dataclass(frozen=True, eq=False)
class Slots:
    """Places for departments, and what stands there today.

    Attributes
    ----------
    departments : tuple of str
        Sorted; all that any fixture of the plan carries.
    fixture : tuple of str
        Id of each slot's fixture.
    kind : tuple of str
        Type of each slot's fixture.
    place_m : ndarray of float, shape (n_slots, 2)
        Middle of the slot's part of the fixture's faces, or of the fixture without faces.
    shelf_m : ndarray of float, shape (n_slots,)
        Running metres of shelf.
    offers : tuple of frozenset of str
        What goods can count on there: cold, wall, water, power, back room, and the type.
    locked : ndarray of bool, shape (n_slots,)
    today : ndarray of int64, shape (n_slots,)
        The department there now.
    """

    departments: tuple[str, ...]
    fixture: tuple[str, ...]
    kind: tuple[str, ...]
    place_m: np.ndarray
    shelf_m: np.ndarray
    offers: tuple[frozenset[str], ...]
    locked: np.ndarray
    today: np.ndarray

    def department(self, name: str, *, where: str) -> int:
        """Return a department's place; `where` names the input in the error."""
        if name not in self.departments:
            raise InputError(f"{where}: expected a department of the plan, got {name!r}")
        return self.departments.index(name)


def slots_of(plan: Plan) -> Slots:
    """Return the slots of a plan's fixtures, in the order of the drawing.

    Parameters
    ----------
    plan : Plan
        At least one fixture carries a department. Fixtures that carry none have no slot. A fixture
        that does not say how many metres of shelf it has counts with the length of its faces.
    """
    carrying = [thing for thing in plan.of("fixture") if thing.departments]
    if not carrying:
        raise InputError("plan: expected a fixture that carries a department, got none")
    departments = tuple(sorted({name for thing in carrying for name in thing.departments}))
    owner = [thing for thing in carrying for _ in thing.departments]
    supply = _supply(plan)
    return Slots(
        departments=departments,
        fixture=tuple(thing.id for thing in owner),
        kind=tuple(thing.type for thing in owner),
        place_m=np.vstack([_places(thing) for thing in carrying]),
        shelf_m=np.array([_shelf_m(thing) / len(thing.departments) for thing in owner]),
        offers=tuple(
            offered
            for thing in carrying
            for offered in [_offers(thing, plan, supply)] * len(thing.departments)
        ),
        locked=np.array([thing.locked for thing in owner]),
        today=np.array(
            [departments.index(name) for thing in carrying for name in thing.departments]
        ),
    )


def plan_with(plan: Plan, slots: Slots, assignment: Sequence[int] | np.ndarray) -> Plan:
    """Return the plan whose fixtures carry the departments of an assignment."""
    names: dict[str, list[str]] = {}
    for fixture, department in zip(slots.fixture, np.asarray(assignment).tolist(), strict=True):
        names.setdefault(fixture, []).append(slots.departments[department])
    changed = [
        replace(plan.by_id[fixture], departments=tuple(carried))
        for fixture, carried in names.items()
    ]
    return plan.with_things(*changed)


def _places(thing: Thing) -> np.ndarray:
    count = len(thing.departments)
    if not thing.faces:
        centre = thing.shape.centroid
        return np.tile([centre.x, centre.y], (count, 1))
    along = (np.arange(count) + 0.5) / count
    points = [
        shapely.get_coordinates(shapely.line_interpolate_point(face, along, normalized=True))
        for face in _same_way(thing.faces)
    ]
    places: np.ndarray = np.mean(points, axis=0)
    return places


def _same_way(faces: Sequence[shapely.LineString]) -> list[shapely.LineString]:
    """Return the faces, turned so that all run along the fixture in the direction of the first."""
    first = np.array(faces[0].coords)
    way = first[-1] - first[0]
    ends = [np.array(face.coords) for face in faces]
    return [
        face if (end[-1] - end[0]) @ way >= 0 else face.reverse()
        for face, end in zip(faces, ends, strict=True)
    ]


def _shelf_m(thing: Thing) -> float:
    length = thing.shelf_m or sum(face.length for face in thing.faces)
    return float(length or thing.shape.length / 2)


def _supply(plan: Plan) -> dict[str, shapely.Geometry]:
    """Return the reach of every kind of utility, and of the back room."""
    sources: dict[str, list[shapely.Geometry]] = {}
    for thing in plan.of("utility", "zone"):
        sources.setdefault(thing.type, []).append(thing.shape)
    return {kind: shapely.union_all(shapes).buffer(SUPPLY_M) for kind, shapes in sources.items()}


def _offers(thing: Thing, plan: Plan, supply: dict[str, shapely.Geometry]) -> frozenset[str]:
    offered = {thing.type, *thing.needs}
    if thing.type in COLD:
        offered.add("cold")
    walls = shapely.union_all([plan.outline.boundary, *(wall.shape for wall in plan.of("wall"))])
    if thing.shape.distance(walls) <= AT_WALL_M:
        offered.add("wall")
    return frozenset(
        offered | {kind for kind, reach in supply.items() if reach.intersects(thing.shape)}
    )
