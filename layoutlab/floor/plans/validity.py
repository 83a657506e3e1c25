"""Is a plan one that a store can stand on? Every problem, where it is and in words.

Errors are what no study can work with; warnings are what a planner should look at. Two shapes
overlap, or reach out of the outline, only when their common part is more than 2 mm thick. It is a
warning when that part is at most 5 % of the smaller thing: a drawing's inaccuracy.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import KINDS, Plan, Thing
from layoutlab.floor.plans.reach import BODY_RADIUS_M, check_radius, unreached

ERROR, WARNING = "error", "warning"
TOUCH_M = 0.001
SLIGHT = 0.05
SIDES_M = (2.0, 2000.0)
AREAS_M2 = (20.0, 100_000.0)
_POLYGONS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString")
SHAPES = {
    "outline": _POLYGONS,
    "fixture": _POLYGONS,
    "checkout": _POLYGONS,
    "zone": _POLYGONS,
    "wall": _POLYGONS + _LINES,
    "entrance": _POLYGONS + _LINES,
    "exit": _POLYGONS + _LINES,
}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a plan.

    Attributes
    ----------
    what : str
        A fixed word: empty, outline, kind, duplicate, number, shape, crossing, degrees, size,
        overlap, outside, wall, face, entrance, checkout or unreachable.
    level : str
        ``error`` or ``warning``.
    words : str
        One sentence that names what was found and where.
    things : tuple of str
        Ids of the things it is about.
    place : (float, float), optional
        A point on the plan, metres.
    """

    what: str
    level: str
    words: str
    things: tuple[str, ...] = ()
    place: tuple[float, float] | None = None


def check(plan: Plan) -> Plan:
    """Return the plan when it has no errors.

    Raises
    ------
    InputError
        Names the first error and how many more there are.
    """
    errors = [problem for problem in problems(plan) if problem.level == ERROR]
    if errors:
        more = f" ({len(errors) - 1} more errors)" if len(errors) > 1 else ""
        raise InputError(f"plan {plan.name!r}: {errors[0].words}{more}")
    return plan


def problems(plan: Plan, *, body_radius_m: float = BODY_RADIUS_M) -> tuple[Problem, ...]:
    """Return all that is wrong with a plan, in a fixed order.

    Parameters
    ----------
    plan : Plan
    body_radius_m : float
        Of who walks from the entrances to checkouts and exits, above 0.

    Returns
    -------
    tuple of Problem
        Things of unknown kind, without a sound shape or with numbers that are not finite are
        named once and left out of what follows; where the plan's units look wrong, its places are
        not looked at.

    Raises
    ------
    InputError
        When the radius is not above 0.
    """
    check_radius(body_radius_m)
    if not plan.things:
        return (Problem("empty", ERROR, "the plan has no things on it"),)
    found = [*_duplicates(plan), *_kinds(plan)]
    broken = [problem for thing in plan.things for problem in _broken(thing)]
    bad = {thing for problem in broken for thing in problem.things}
    sound = [thing for thing in plan.things if thing.kind in KINDS and thing.id not in bad]
    outlines = plan.of("outline")
    if len(outlines) != 1:
        ids = tuple(thing.id for thing in outlines)
        words = f"expected one outline, found {len(outlines)}"
        found.append(Problem("outline", ERROR, words, ids))
    found += broken
    found += [problem for thing in sound for problem in _faces(thing)]
    units = [*_units(sound)]
    found += units
    if not any(problem.level == ERROR for problem in units):
        found += _places(sound)
        found += _doors(sound, body_radius_m)
    return tuple(found)


def _duplicates(plan: Plan) -> Iterator[Problem]:
    seen: set[str] = set()
    for thing in plan.things:
        if thing.id in seen:
            yield Problem("duplicate", ERROR, f"more than one thing has the id {thing.id!r}",
                          (thing.id,), _place(thing.shape))  # fmt: skip
        seen.add(thing.id)


def _kinds(plan: Plan) -> Iterator[Problem]:
    for thing in plan.things:
        if thing.kind not in KINDS:
            yield Problem("kind", ERROR, f"{thing.id!r} has the kind {thing.kind!r}, "
                          f"expected one of {', '.join(KINDS)}", (thing.id,))  # fmt: skip


def _broken(thing: Thing) -> Iterator[Problem]:
    """Yield what is wrong with one shape taken alone."""
    shape, named = thing.shape, f"{thing.kind} {thing.id!r}"
    if shape.is_empty:
        yield Problem("empty", ERROR, f"{named} has an empty shape", (thing.id,))
    elif not np.isfinite(shapely.get_coordinates(shape)).all():
        yield Problem("number", ERROR, f"{named} has a coordinate that is not finite", (thing.id,))
    elif thing.kind in SHAPES and shape.geom_type not in SHAPES[thing.kind]:
        words = f"{named} is a {shape.geom_type}, expected {' or '.join(SHAPES[thing.kind])}"
        yield Problem("shape", ERROR, words, (thing.id,), _place(shape))
    elif not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        place = _named_place(reason) or _place(shape)
        words = f"{named} crosses itself or has no area: {reason.partition('[')[0]}{_at(place)}"
        yield Problem("crossing", ERROR, words, (thing.id,), place)


def _faces(thing: Thing) -> Iterator[Problem]:
    for number, face in enumerate(thing.faces):
        off = shapely.difference(face, shapely.buffer(thing.shape.boundary, TOUCH_M))
        if not off.is_empty and off.length > TOUCH_M:
            place = _place(off)
            words = (
                f"face {number} of {thing.kind} {thing.id!r} leaves its boundary over "
                f"{off.length:.3f} m{_at(place)}"
            )
            yield Problem("face", ERROR, words, (thing.id,), place)


def _units(things: Sequence[Thing]) -> Iterator[Problem]:
    """Yield what betrays degrees, millimetres or feet."""
    if not things:
        return
    left, low, right, high = shapely.total_bounds([thing.shape for thing in things])
    sides, place = (right - left, high - low), ((left + right) / 2, (low + high) / 2)
    size = f"{sides[0]:.6g} x {sides[1]:.6g} m"
    far = max(abs(value) for value in place) / 10 > max(sides)
    if max(sides) < 0.5 and far and abs(place[0]) <= 180 and abs(place[1]) <= 90:
        words = f"the plan looks to be in degrees (its box is {size}{_at(place)}), expected metres"
        yield Problem("degrees", ERROR, words, (), place)
    elif not SIDES_M[0] <= max(sides) <= SIDES_M[1]:
        words = (
            f"the plan's box is {size}; a store's longer side is between {SIDES_M[0]:g} and "
            f"{SIDES_M[1]:g} m: are its units metres?"
        )
        yield Problem("size", ERROR, words, (), place)
    else:
        area = sum(thing.shape.area for thing in things if thing.kind == "outline")
        if area and not AREAS_M2[0] <= area <= AREAS_M2[1]:
            words = f"the outline has {area:.6g} m2: are its units metres?"
            yield Problem("size", WARNING, words, (), place)


def _places(things: Sequence[Thing]) -> Iterator[Problem]:
    """Yield overlaps, things outside the outline and across walls."""
    solid = [thing for thing in things if thing.kind in ("fixture", "checkout")]
    for one, other, common in _overlaps(solid, solid):
        if one < other:
            yield _overlap("overlap", _level(common, solid[one], solid[other]), solid[one],
                           solid[other], common)  # fmt: skip
    walls = [thing for thing in things if thing.kind == "wall"]
    for one, other, common in _overlaps(solid, walls):
        yield _overlap("wall", _level(common, solid[one]), solid[one], walls[other], common)
    doors = [thing for thing in things if thing.kind in ("entrance", "exit")]
    for one, other, common in _overlaps(doors, doors):
        if one < other:
            yield _overlap("overlap", WARNING, doors[one], doors[other], common)
    for one, other, common in _overlaps(doors, solid):
        yield _overlap("overlap", WARNING, doors[one], solid[other], common)
    outlines = [thing.shape for thing in things if thing.kind == "outline"]
    if len(outlines) == 1:
        yield from _outside(outlines[0], solid)


def _overlaps(
    first: Sequence[Thing], second: Sequence[Thing]
) -> Iterator[tuple[int, int, BaseGeometry]]:
    """Yield numbers of things that share more than a touch, in order, and what they share."""
    if not first or not second:
        return
    shapes = np.array([thing.shape for thing in first], dtype=object)
    others = np.array([thing.shape for thing in second], dtype=object)
    pairs = shapely.STRtree(others).query(shapes, predicate="intersects").T
    cores = shapely.buffer(shapes, -TOUCH_M, join_style="mitre")
    for one, other in sorted(map(tuple, pairs.tolist())):
        if cores[one].is_empty:
            cores[one] = shapes[one]
        lines = others[other].area == 0
        if (second is first and one == other) or not cores[one].intersects(others[other]):
            continue
        common = shapely.intersection(shapes[one], others[other])
        thick = common.length > 2 * TOUCH_M if lines else not common.buffer(-TOUCH_M).is_empty
        if thick or (shapes[one].area == 0 and common.length > 2 * TOUCH_M):
            yield one, other, common


def _overlap(what: str, level: str, one: Thing, other: Thing, common: BaseGeometry) -> Problem:
    place = _place(common)
    if common.area > 0:
        said = f"share {common.area:.4g} m2"
    else:
        said = f"share a line of {common.length:.4g} m"
    words = f"{one.kind} {one.id!r} and {other.kind} {other.id!r} {said}{_at(place)}"
    return Problem(what, level, words, (one.id, other.id), place)


def _level(part: BaseGeometry, *things: Thing) -> str:
    """Return how bad it is that a part of things is where it should not be."""
    smaller = min(thing.shape.area for thing in things)
    return WARNING if 0 < part.area <= SLIGHT * smaller else ERROR


def _outside(outline: BaseGeometry, things: Sequence[Thing]) -> Iterator[Problem]:
    room = shapely.buffer(outline, TOUCH_M, join_style="mitre")
    for thing in things:
        out = shapely.difference(thing.shape, room)
        if not out.is_empty and not out.buffer(-TOUCH_M).is_empty:
            place = _place(out)
            words = (
                f"{thing.kind} {thing.id!r} is outside the outline with {out.area:.4g} m2 of "
                f"{thing.shape.area:.4g} m2{_at(place)}"
            )
            yield Problem("outside", _level(out, thing), words, (thing.id,), place)


def _doors(things: Sequence[Thing], body_radius_m: float) -> Iterator[Problem]:
    """Yield missing doors and what cannot be walked to from them."""
    kinds = {kind: [t for t in things if t.kind == kind] for kind in KINDS}
    if not kinds["entrance"]:
        yield Problem("entrance", ERROR, "the plan has no entrance")
    if not kinds["checkout"]:
        yield Problem("checkout", WARNING, "the plan has no checkout")
    if len(kinds["outline"]) != 1 or not kinds["entrance"]:
        return
    for thing in unreached(things, body_radius_m=body_radius_m):
        place = _place(thing.shape)
        words = (
            f"{thing.kind} {thing.id!r} cannot be walked to from an entrance by a body of "
            f"{2 * body_radius_m:g} m width{_at(place)}"
        )
        yield Problem("unreachable", ERROR, words, (thing.id,), place)


def _place(shape: BaseGeometry) -> tuple[float, float] | None:
    """Return a point on a shape, to a millimetre; None where it has none."""
    if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None
    point = shapely.point_on_surface(shape)
    return (round(point.x, 3) + 0.0, round(point.y, 3) + 0.0)


def _named_place(reason: str) -> tuple[float, float] | None:
    """Return the point that GEOS names in square brackets."""
    words = reason.partition("[")[2].rstrip("]").split()
    return (round(float(words[0]), 3), round(float(words[1]), 3)) if len(words) >= 2 else None


def _at(place: tuple[float, float] | None) -> str:
    return f" at ({place[0]:.3f}, {place[1]:.3f})" if place else ""
