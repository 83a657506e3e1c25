"""What stands where it should? Readings of distances, groups and what staff can see.

Every function takes a survey and a rule and returns readings and reasons why something was not
measured. Lengths are in metres.
"""

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from layoutlab.floor.plans.plan import Thing
from layoutlab.floor.rules import distances, reach, sight
from layoutlab.floor.rules.aisles import TOGETHER_M
from layoutlab.floor.rules.choosing import chosen, nearest, origins
from layoutlab.floor.rules.counts import place_of
from layoutlab.floor.rules.measures import Measured, Reading
from layoutlab.floor.rules.rule import Rule, limit, obeys
from layoutlab.floor.rules.survey import Survey

EYE_M = 1.5
EVERY_M = 0.05


def distance_from(survey: Survey, rule: Rule) -> Measured:
    """Straight distance from each thing to the nearest of those that the rule measures from."""
    things, unknown = chosen(survey, rule)
    starts, missing = origins(survey, rule)
    if not things or not starts:
        return [], unknown or (missing if things else [])
    readings = []
    for thing in things:
        start, apart = nearest(thing, starts)
        words = f"{_named(thing)} from {start.kind} {start.id}, in a straight line"
        readings.append(Reading(apart, place_of(thing), (thing.id, start.id), words))
    return readings, []


def walk_from(survey: Survey, rule: Rule) -> Measured:
    """Shortest walk to each thing's faces from the nearest of those that the rule measures from."""
    things, unknown = chosen(survey, rule)
    starts, missing = origins(survey, rule)
    if not things or not starts:
        return [], unknown or (missing if things else [])
    faces = shapely.segmentize([_edge(each) for each in things], EVERY_M)
    places, owner = shapely.get_coordinates(faces, return_index=True)
    length = distances.walks(survey.floor, [start.shape for start in starts], places)
    readings, said = [], " or ".join(rule.measured_from)
    for number, thing in enumerate(things):
        shortest = float(length[owner == number].min())
        if np.isfinite(shortest):
            words = f"shortest walk from a {said} to {_named(thing)}"
            readings.append(Reading(shortest, place_of(thing), (thing.id,), words))
        else:
            unknown.append(f"no way from a {said} to {_named(thing)}")
    return readings, unknown


def groups(survey: Survey, rule: Rule) -> Measured:
    """How many groups things stand in; those up to `apart` from each other are in one."""
    things, unknown = chosen(survey, rule)
    if not things:
        return [], unknown
    shapes = np.asarray([thing.shape for thing in things], dtype=object)
    reach_m = rule.part("apart", TOGETHER_M) + 5e-4
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=reach_m)
    size = len(things)
    joined = sparse.coo_array((np.ones(len(one)), (one, other)), shape=(size, size))
    count, group = csgraph.connected_components(joined, directed=False)
    largest = np.argmax(np.bincount(group))
    away = [thing for thing, mine in zip(things, group, strict=True) if mine != largest]
    words = f"groups of {size} things that belong together"
    if away:
        names = ", ".join(thing.id for thing in away[:3]) + (", ..." if len(away) > 3 else "")
        words += f"; apart from most: {names}"
    where = away[0] if away else things[0]
    return [Reading(float(count), place_of(where), tuple(t.id for t in away), words)], []


def out_of_sight(survey: Survey, rule: Rule) -> Measured:
    """Length of each thing's faces, or of each door, that nobody sees from where staff stand.

    Walls hide, and whatever is higher than the eye; a thing does not hide what is seen from it.
    Where heights that the plan does not tell decide, it is not checked.
    """
    things, unknown = chosen(survey, rule)
    starts, missing = origins(survey, rule)
    if not things or not starts:
        return [], unknown or (missing if things else [])
    required = limit(rule, survey.facts)
    eyes = [_middle(survey, start) for start in starts]
    sure, maybe = _opaque(survey, rule.part("eye", EYE_M))
    readings, said = [], " or ".join(rule.measured_from)
    for thing in things:
        least = _hidden(survey, thing, eyes, sure)
        most = _hidden(survey, thing, eyes, sure + maybe) if maybe else least
        if obeys(rule, _length(least), required) == obeys(rule, _length(most), required):
            readings.append(_sight(thing, most, said))
        else:
            unknown.append(
                f"whether {_named(thing)} is seen from a {said}: no height of what is between"
            )
    return readings, unknown


def _sight(thing: Thing, out: list[shapely.LineString], said: str) -> Reading:
    longest = max(out, key=lambda piece: piece.length, default=None)
    at = longest.interpolate(0.5, normalized=True) if longest is not None else None
    place = (at.x, at.y) if at is not None else place_of(thing)
    words = f"of {_named(thing)}, not seen from any {said}"
    return Reading(_length(out), place, (thing.id,), words)


def _hidden(
    survey: Survey, thing: Thing, eyes: list[tuple[float, float]], high: list[Thing]
) -> list[shapely.LineString]:
    doors = [door.shape for door in survey.plan.of("entrance", "exit")]
    open_ = shapely.union_all([shape.buffer(sight.ON_LINE_M) for shape in doors])
    shapes = shapely.difference([each.shape for each in high], open_)
    opaque = [shapes[~shapely.dwithin(shapes, shapely.Point(eye), 1e-9)] for eye in eyes]
    return sight.hidden(_lines(thing), eyes, opaque, survey.plan.outline.union(open_))


def _opaque(survey: Survey, eye_m: float) -> tuple[list[Thing], list[Thing]]:
    """Return what hides, and what may hide as its height is not told."""
    sure = [w for w in survey.plan.of("wall") if w.height_m is None or w.height_m > eye_m]
    rest = survey.plan.of("fixture", "checkout")
    sure += [each for each in rest if each.height_m is not None and each.height_m > eye_m]
    return sure, [each for each in rest if each.height_m is None]


def _lines(thing: Thing) -> list[shapely.LineString]:
    """Return what of a thing has to be seen: its faces, its edge, or the way through a door."""
    if thing.faces:
        return list(thing.faces)
    if thing.kind in ("entrance", "exit") and thing.shape.area > 0:
        box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(thing.shape))
        long_first = np.linalg.norm(box[1] - box[0]) >= np.linalg.norm(box[2] - box[1])
        a, b, c, d = box[:4] if long_first else box[1:5]
        return [shapely.LineString([(a + d) / 2, (b + c) / 2])]
    edge = thing.shape.boundary if thing.shape.area > 0 else thing.shape
    return [part for part in shapely.get_parts(edge) if part.length > 0]


def _edge(thing: Thing) -> shapely.Geometry:
    """Return where one stands before a thing: its faces, else its edge."""
    shape = reach.face_of(thing)
    return shape.boundary if shape.area > 0 else shape


def _middle(survey: Survey, thing: Thing) -> tuple[float, float]:
    """Return where staff stand: the middle of a thing, on it and on the floor."""
    shape = thing.shape
    point = shape.centroid if shape.covers(shape.centroid) else shapely.point_on_surface(shape)
    at = shapely.shortest_line(survey.plan.outline, point).coords[0]
    return float(at[0]), float(at[1])


def _length(pieces: list[shapely.LineString]) -> float:
    return float(sum(piece.length for piece in pieces))


def _named(thing: Thing) -> str:
    carried = f" ({', '.join(thing.departments)})" if thing.departments else ""
    return f"{thing.kind} {thing.id}{carried}"
