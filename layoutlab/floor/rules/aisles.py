"""How wide are the aisles before faces, along zones, at checkouts and round the ends of rows?

An aisle's width is a chord: the shortest line between two facing sides, at every place where a
ridge of the skeleton has its sides opposite each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.floor.plans.plan import IN_THE_WAY, Plan, Thing
from layoutlab.floor.rules.routes import ON_FACE_M, samples_of, widest
from layoutlab.floor.rules.skeleton import STEP_M, Skeleton, build

FACING = -0.98
A_GAP_M = 0.45
"""Narrower than a person: a gap between things, no aisle."""
AT_END_M = 0.05
TOGETHER_M = 0.3
"""Things nearer than this stand in one row."""


@dataclass(frozen=True)
class Aisle:
    """The narrowest place of an aisle: which ridge, between what, how wide."""

    ridge: int
    width_m: float
    place: tuple[float, float]
    between: tuple[str, ...]


def before_faces(
    skeleton: Skeleton, thing: Thing, *, where: np.ndarray, not_across: Iterable[str] = ()
) -> Aisle | None:
    """Return the narrowest aisle before a thing's faces; None where nothing faces them.

    Parameters
    ----------
    skeleton : Skeleton
    thing : Thing
        Its whole boundary counts where it names no face.
    where : ndarray of bool, shape (m,)
        Ridges that count.
    not_across : iterable of str
        Things on the other side that do not count.
    """
    on_face = np.zeros(len(skeleton.samples), dtype=bool)
    on_face[samples_of(skeleton, thing)] = True
    on_face[_ends_of_faces(skeleton, thing)] = False
    mine = skeleton.names.index(thing.id)
    left_out = {mine, *(skeleton.names.index(name) for name in not_across)}
    owners = skeleton.owner[skeleton.sides]
    touches = on_face[skeleton.sides]
    other = np.where(touches[:, 0], owners[:, 1], owners[:, 0])
    counts = touches.any(axis=1) & where & facing(skeleton)
    counts &= ~np.isin(other, list(left_out))
    return narrowest(skeleton, np.nonzero(counts)[0])


def _ends_of_faces(skeleton: Skeleton, thing: Thing) -> np.ndarray:
    """Return the samples at the ends of a thing's faces, from where a chord may run along it."""
    ends = shapely.get_coordinates(shapely.union_all(list(thing.faces)).boundary)
    if not thing.faces or len(ends) == 0:
        return np.empty(0, dtype=np.int64)
    distance, number = skeleton.nearest(ends)
    found: np.ndarray = number[distance <= ON_FACE_M]
    return found


def facing(skeleton: Skeleton) -> np.ndarray:
    """Say which ridges have their sides opposite each other, wide enough for a person."""
    wide: np.ndarray = (skeleton.opposite < FACING) & (skeleton.width_m >= A_GAP_M)
    return wide


def narrowest(skeleton: Skeleton, ridges: np.ndarray) -> Aisle | None:
    """Return the narrowest of some ridges; None of none."""
    if len(ridges) == 0:
        return None
    ridge = int(ridges[np.argmin(skeleton.width_m[ridges])])
    x, y = skeleton.middle[ridge].tolist()
    return Aisle(ridge, float(skeleton.width_m[ridge]), (x, y), skeleton.between(ridge))


def inside(skeleton: Skeleton, zones: list[BaseGeometry]) -> np.ndarray:
    """Say which ridges are narrowest inside one of some zones."""
    within = np.zeros(len(skeleton.width_m), dtype=bool)
    for zone in zones:
        within |= shapely.contains_xy(zone, skeleton.middle[:, 0], skeleton.middle[:, 1])
    return within


def along_zone(plan: Plan, zone: Thing, *, step_m: float = STEP_M) -> Aisle | None:
    """Return the narrowest place of the widest way from one short end of a zone to the other.

    The zone's edge counts as a wall, so that no more than its drawn width is found. None where no
    way goes through. A zone with a hole has no ends; draw it as several.
    """
    there = (each for each in plan.of(*IN_THE_WAY) if each.shape.intersects(zone.shape))
    skeleton = build(Plan(zone.id, (Thing(zone.id, "outline", zone.shape), *there)), step_m=step_m)
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(zone.shape))
    sides = np.diff(box, axis=0)[:2]
    long_side = sides[np.argmax(np.linalg.norm(sides, axis=1))]
    length = float(np.linalg.norm(long_side))
    way = long_side / length
    along = (skeleton.points - box[0]) @ way - ((box - box[0]) @ way).min()
    start = np.where(along <= skeleton.clearance_m + AT_END_M, 2 * skeleton.clearance_m, 0.0)
    routes = widest(skeleton, start)
    goal = np.nonzero(length - along <= skeleton.clearance_m + AT_END_M)[0]
    if len(goal) == 0 or not routes.width_m[goal].any():
        return None
    best = goal[np.argmax(routes.width_m[goal])]
    if routes.narrowest[best] >= 0:
        return narrowest(skeleton, np.array([routes.narrowest[best]]))
    x, y = skeleton.points[best].tolist()
    return Aisle(-1, float(routes.width_m[best]), (x, y), ())


@dataclass(frozen=True)
class Turn:
    """A turn round the end of a row: the width there and on both sides of the row."""

    at_end: Aisle
    side_m: float
    row: tuple[str, ...]


def turns(plan: Plan, skeleton: Skeleton, *, around_m: float, near_m: float) -> list[Turn]:
    """Return the turns round the ends of free-standing rows.

    Parameters
    ----------
    plan : Plan
    skeleton : Skeleton
    around_m : float
        Only rows narrower than this.
    near_m : float
        How far from the end of a row its sides belong to the turn.
    """
    found = []
    for row, names in rows(plan):
        box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(row))
        sides = np.diff(box, axis=0)[:2]
        lengths = np.linalg.norm(sides, axis=1)
        if lengths.min() >= around_m:
            continue
        axis = sides[np.argmax(lengths)] / lengths.max()
        centre = box[:4].mean(axis=0)
        for way in (axis, -axis):
            turn = _turn(skeleton, names, centre, way, lengths.max() / 2, near_m)
            if turn is not None:
                found.append(turn)
    return found


def rows(plan: Plan) -> list[tuple[BaseGeometry, tuple[str, ...]]]:
    """Return the rows of things that stand together, away from walls and the floor's edge."""
    things = plan.of("fixture", "checkout")
    fixed = [plan.outline.boundary, *(wall.shape for wall in plan.of("wall"))]
    shapes = [*(thing.shape for thing in things), *fixed]
    grown = shapely.buffer(np.asarray(shapes, dtype=object), TOGETHER_M / 2, quad_segs=2)
    parts = shapely.get_parts(shapely.union_all(grown))
    walls = shapely.union_all(fixed)
    tree = shapely.STRtree(parts)
    part, thing = [], []
    for number, each in enumerate(things):
        part.append(int(tree.query(shapely.point_on_surface(each.shape), predicate="within")[0]))
        thing.append(number)
    found = []
    for one in sorted(set(part)):
        if parts[one].intersects(walls):
            continue
        mine = [things[n] for n, p in zip(thing, part, strict=True) if p == one]
        found.append((shapely.union_all([t.shape for t in mine]), tuple(t.id for t in mine)))
    return found


def _turn(
    skeleton: Skeleton,
    names: tuple[str, ...],
    centre: np.ndarray,
    way: np.ndarray,
    half_m: float,
    near_m: float,
) -> Turn | None:
    """Return the turn round one end; None where one of its three ways is open on all sides."""
    numbers = [skeleton.names.index(name) for name in names]
    mine = np.isin(skeleton.owner[skeleton.sides], numbers)
    ridges = np.nonzero(mine.any(axis=1) & ~mine.all(axis=1) & facing(skeleton))[0]
    first_mine = mine[ridges, 0]
    own = np.where(first_mine, skeleton.sides[ridges, 0], skeleton.sides[ridges, 1])
    other = np.where(first_mine, skeleton.sides[ridges, 1], skeleton.sides[ridges, 0])
    chord = skeleton.samples[other] - skeleton.samples[own]
    chord /= np.linalg.norm(chord, axis=1)[:, None]
    place = skeleton.samples[own] - centre
    across = np.array([-way[1], way[0]])
    ahead = chord @ way > 0.7072
    beside = (np.abs(chord @ across) > 0.7072) & (place @ way > half_m - near_m)
    at_end = narrowest(skeleton, ridges[ahead])
    if at_end is None:
        return None
    widths = [
        skeleton.width_m[ridges[beside & (np.sign(chord @ across) == side)]] for side in (1, -1)
    ]
    return Turn(at_end, float(min((w.min() for w in widths if len(w)), default=np.inf)), names)
