"""What is measured for each quantity of ways? Readings with their places, and what cannot be told.

Every function takes a survey and a rule and returns readings and reasons why something was not
measured. Lengths are in metres.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph

from layoutlab.floor.plans.plan import Thing
from layoutlab.floor.rules import aisles, dead_ends, distances, reach, routes
from layoutlab.floor.rules.rule import UNITS, Rule
from layoutlab.floor.rules.skeleton import OUTLINE
from layoutlab.floor.rules.survey import Survey

Place = tuple[float, float]
ROUTES_TO = ("fixture", "checkout", "exit")


@dataclass(frozen=True)
class Reading:
    """One measured value: where, of which things, and in words. `required` overrides the limit."""

    value: float
    place: Place
    things: tuple[str, ...]
    words: str
    required: float | None = None


Measured = tuple[list[Reading], list[str]]


def route_width(survey: Survey, rule: Rule) -> Measured:
    """Clear width of the widest route to each thing; things behind one narrow place together."""
    if not survey.plan.of("entrance"):
        return [], ["the plan has no entrance"]
    skeleton, found = survey.skeleton, survey.routes
    asked = survey.plan.of(*(rule.to or ROUTES_TO))
    asked = tuple(each for each in asked if each.id not in survey.on_others)
    reached = [routes.to_thing(skeleton, found, each) for each in asked]
    if "pinch" in rule.parts:
        reached = _with_pinches(survey, rule, reached)
    groups: dict[tuple[float, Place], list[routes.Reached]] = {}
    for one in reached:
        groups.setdefault((one.width_m, one.place), []).append(one)
    return [_route(width, place, each) for (width, place), each in groups.items()], []


def _with_pinches(
    survey: Survey, rule: Rule, reached: list[routes.Reached]
) -> list[routes.Reached]:
    """Return the routes again where short pinches are allowed; those too narrow as they were."""
    wide = rule.value * UNITS[rule.unit]
    if all(one.width_m >= wide for one in reached):
        return reached
    eased = routes.allowing_pinches(
        survey.skeleton, wide, pinch_m=rule.part("pinch", wide) - 5e-4,
        length_m=rule.part("pinch_length", 0.0), apart_m=rule.part("pinches_apart", 0.0),
    )  # fmt: skip
    again = routes.from_entrances(survey.plan, eased)
    things = survey.plan.by_id
    return [
        routes.to_thing(eased, again, things[one.thing]) if one.width_m < wide else one
        for one in reached
    ]


def _route(width: float, place: Place, each: list[routes.Reached]) -> Reading:
    names = tuple(one.thing for one in each)
    to = names[0] if len(names) == 1 else f"{len(names)} things ({', '.join(names[:3])}, ...)"
    if width == 0:
        return Reading(0.0, place, names, f"no route from an entrance to {to}")
    return Reading(width, place, names, f"route to {to} is narrowest {between(each[0].between)}")


def between(names: Iterable[str]) -> str:
    """Say between what a place lies."""
    said = ["the floor's edge" if name == OUTLINE else name for name in names]
    return f"between {said[0]} and {said[1]}" if len(said) == 2 else f"at {said[0]}" if said else ""


def aisle_width(survey: Survey, rule: Rule) -> Measured:
    """Narrowest aisle before each fixture's faces."""
    where = np.ones(len(survey.skeleton.width_m), dtype=bool)
    for type_, wanted in ((rule.in_zone, True), (rule.not_in_zone, False)):
        if type_:
            zones = [zone.shape for zone in survey.zones(type_)]
            if wanted and not zones:
                return [], [no_zone(type_)]
            where &= aisles.inside(survey.skeleton, zones) == wanted
    fixtures = survey.plan.of("fixture")
    if rule.of_types:
        fixtures = tuple(each for each in fixtures if each.type in rule.of_types)
    return _aisles(survey, fixtures, where, ()), []


def _aisles(
    survey: Survey, things: tuple[Thing, ...], where: np.ndarray, not_across: tuple[str, ...]
) -> list[Reading]:
    """Return one reading for each place, the things on both sides together."""
    found = {}
    for thing in things:
        others = tuple(name for name in not_across if name != thing.id)
        aisle = aisles.before_faces(survey.skeleton, thing, where=where, not_across=others)
        if aisle is not None:
            found[aisle.ridge] = aisle
    return [
        Reading(a.width_m, a.place, a.between, f"aisle {between(a.between)}")
        for a in found.values()
    ]


def checkout_room(survey: Survey, rule: Rule) -> Measured:
    """Narrowest way between a checkout and what is no checkout."""
    checkouts = survey.plan.of("checkout")
    where = np.ones(len(survey.skeleton.width_m), dtype=bool)
    return _aisles(survey, checkouts, where, tuple(each.id for each in checkouts)), []


def no_zone(type_: str) -> str:
    """Say that a plan marks no zone of a type."""
    return f'the plan marks no zone of type "{type_}"'


def zone_width(survey: Survey, rule: Rule) -> Measured:
    """Clear width along each zone of a type, from end to end."""
    zones = survey.zones(rule.in_zone)
    readings, unknown = [], [] if zones else [no_zone(rule.in_zone)]
    for zone in zones:
        if shapely.get_num_interior_rings(zone.shape).sum() > 0:
            unknown.append(f"zone {zone.id} goes round: draw it as several")
            continue
        aisle = aisles.along_zone(survey.plan, zone)
        middle = shapely.point_on_surface(zone.shape)
        if aisle is None:
            words = f"no way through zone {zone.id}"
            readings.append(Reading(0.0, (middle.x, middle.y), (zone.id,), words))
        else:
            words = f"zone {zone.id} is narrowest {between(aisle.between)}".rstrip()
            readings.append(Reading(aisle.width_m, aisle.place, (zone.id, *aisle.between), words))
    return readings, unknown


def u_turn(survey: Survey, rule: Rule) -> Measured:
    """Width at the turns round narrow rows, where a route passes on all three sides."""
    side, wide = rule.part("side", 0.0), rule.part("wide", np.inf)
    least = rule.part("side_least", 0.0) - 5e-4
    found = aisles.turns(
        survey.plan, survey.skeleton, around_m=rule.part("around", 1.22) - 5e-4,
        near_m=rule.value * UNITS[rule.unit],
    )  # fmt: skip
    readings = []
    for turn in found:
        if min(turn.side_m, turn.at_end.width_m) < least:
            continue
        narrow = turn.side_m < side - 5e-4
        row = turn.row[0] if len(turn.row) == 1 else f"the row of {turn.row[0]}"
        words = f"turn round {row}, {between(turn.at_end.between)}"
        words += f"; a side is {turn.side_m:.3f} m wide" if narrow else ""
        readings.append(
            Reading(
                turn.at_end.width_m, turn.at_end.place, turn.row, words, wide if narrow else None
            )
        )
    return readings, []


def _dead_ends(survey: Survey, passable_m: float, rule: Rule) -> tuple[dead_ends.DeadEnd, ...]:
    skeleton = survey.skeleton
    near = survey.routes.width_m >= passable_m
    return dead_ends.find(
        skeleton.only(np.nonzero(near[skeleton.ends].all(axis=1))[0]),
        survey.doors_m,
        passable_m=passable_m - 5e-4,
        up_to_m=rule.part("up_to", 3.0),
        times_width=rule.part("times_width", 1.0),
    )


def dead_end(survey: Survey, rule: Rule) -> Measured:
    """Length of each dead end."""
    found = _dead_ends(survey, rule.part("passable", distances.PERSON_M), rule)
    words = "dead end {:.2f} m wide, {}"
    return [
        Reading(e.length_m, e.end, e.between, words.format(e.mouth_m, between(e.between)))
        for e in found
    ], []


def turning_space(survey: Survey, rule: Rule) -> Measured:
    """Largest disc in each dead end that a route of the least width leads into."""
    found = _dead_ends(survey, rule.part("route", 0.9144), rule)
    words = "largest turning disc in the dead end {}"
    return [
        Reading(e.turning_m, e.end, e.between, words.format(between(e.between))) for e in found
    ], []


def passing_gap(survey: Survey, rule: Rule) -> Measured:
    """Longest stretch of a shortest route without a passing space."""
    skeleton = survey.skeleton
    least, space = rule.part("route", 0.9144) - 5e-4, rule.part("space", 1.524) - 5e-4
    wide = np.nonzero(skeleton.width_m >= least)[0]
    starts = np.nonzero((survey.routes.width_m >= least) & (survey.doors_m >= least))[0]
    if len(starts) == 0:
        return [], ["no route of the least width begins at an entrance"]
    n, ends = len(skeleton.points), skeleton.ends[wide]
    graph = sparse.coo_array(
        (skeleton.length_m[wide] + 1e-9, (ends[:, 0], ends[:, 1])), shape=(n, n)
    ).tocsr()
    far, before, _ = csgraph.dijkstra(
        graph, directed=False, indices=starts, min_only=True, return_predecessors=True
    )
    ridge = {(a, b): r for r, (a, b) in zip(wide.tolist(), ends.tolist(), strict=True)}
    middles = skeleton.samples[skeleton.sides].mean(axis=1)
    run, last = np.zeros(n), np.full(n, -1)
    longest, at = 0.0, int(starts[0])
    for point in np.argsort(far, kind="stable")[: np.isfinite(far).sum()].tolist():
        parent = int(before[point])
        if parent < 0:
            continue
        number = ridge.get((parent, point), ridge.get((point, parent), -1))
        if skeleton.width_m[number] >= space:
            continue
        run[point], last[point] = run[parent], number
        if last[parent] >= 0 and skeleton.opposite[number] < dead_ends.ALONG:
            run[point] += np.linalg.norm(middles[number] - middles[last[parent]])
        if run[point] > longest:
            longest, at = float(run[point]), point
    x, y = skeleton.points[at].tolist()
    return [Reading(longest, (x, y), (), "longest stretch between two passing spaces")], []


def travel(survey: Survey, rule: Rule) -> Measured:
    """Shortest walk to an exit from the place where it is longest."""
    if not survey.exits:
        return [], ["the plan has no exit and no entrance"]
    places, length = survey.to_exit
    return farthest(places, length, "shortest walk to an exit from the most remote place"), []


def farthest(places: np.ndarray, length: np.ndarray, words: str) -> list[Reading]:
    """Return the longest of the lengths that have a way."""
    if not np.isfinite(length).any():
        return []
    worst = int(np.argmax(np.where(np.isfinite(length), length, -1.0)))
    x, y = places[worst].tolist()
    return [Reading(float(length[worst]), (x, y), (), words)]


def straight_to_exit(survey: Survey, rule: Rule) -> Measured:
    """Distance to an exit past walls alone."""
    if not survey.exits:
        return [], ["the plan has no exit and no entrance"]
    places = distances.far_places(survey.building)
    length = distances.walks(survey.building, [e.shape for e in survey.exits], places)
    return farthest(places, length, "distance to an exit from the most remote place"), []


def straight_to_zone(survey: Survey, rule: Rule) -> Measured:
    """Distance to a zone of a type past walls alone."""
    zones = survey.zones(rule.in_zone)
    if not zones:
        return [], [no_zone(rule.in_zone)]
    places = distances.far_places(survey.building)
    length = distances.walks(survey.building, [zone.shape for zone in zones], places)
    return farthest(places, length, f"distance to a {rule.in_zone} from the most remote place"), []


def zone_way_out(survey: Survey, rule: Rule) -> Measured:
    """Longest way from a face in a zone to the zone's edge."""
    zones = survey.zones(rule.in_zone)
    readings = []
    for zone in zones:
        floor = shapely.intersection(survey.floor, zone.shape)
        inside = [f for f in survey.plan.of("fixture") if f.shape.intersects(zone.shape)]
        faces = [shapely.segmentize(reach.face_of(each), 0.25) for each in inside]
        places = shapely.get_coordinates(faces) if faces else np.empty((0, 2))
        at_floor = shapely.dwithin(shapely.points(places), floor, 1e-3)
        places = places[at_floor]
        edge = shapely.difference(zone.shape.boundary, survey.floor.boundary.buffer(1e-3))
        edge = shapely.intersection(edge, survey.floor)
        length = distances.walks(floor, [edge], places)
        readings += farthest(places, length, f"way out of zone {zone.id}")
    return readings, [] if zones else [no_zone(rule.in_zone)]
