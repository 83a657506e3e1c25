"""Which doors, checkouts and heights does a plan have? Readings of what is drawn or said."""

import numpy as np
import shapely

from layoutlab.floor.plans.plan import Thing
from layoutlab.floor.rules.measures import Measured, Place, Reading
from layoutlab.floor.rules.rule import Rule, limit
from layoutlab.floor.rules.survey import Survey


def place_of(thing: Thing) -> Place:
    """Return a point on a thing."""
    point = shapely.point_on_surface(thing.shape)
    return point.x, point.y


def width_of(door: Thing) -> float:
    """Return the width of a door as drawn: a line's length, a polygon's longer side."""
    if door.shape.area == 0:
        return float(door.shape.length)
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(door.shape))
    return float(np.linalg.norm(np.diff(box, axis=0), axis=1).max())


def middle(survey: Survey) -> Place:
    """Return a point on the floor, for what has no place of its own."""
    point = shapely.point_on_surface(survey.plan.outline)
    return point.x, point.y


def exits(survey: Survey, rule: Rule) -> Measured:
    """How many exits there are."""
    names = tuple(each.id for each in survey.exits)
    return [Reading(float(len(names)), middle(survey), names, "exits of the plan")], []


def exit_width(survey: Survey, rule: Rule) -> Measured:
    """Width of each exit."""
    return _widths(survey.exits, "exit"), [] if survey.exits else ["the plan has no exit"]


def entrance_width(survey: Survey, rule: Rule) -> Measured:
    """Width of each entrance."""
    doors = survey.plan.of("entrance")
    return _widths(doors, "entrance"), [] if doors else ["the plan has no entrance"]


def _widths(doors: tuple[Thing, ...], kind: str) -> list[Reading]:
    return [Reading(width_of(d), place_of(d), (d.id,), f"{kind} {d.id}") for d in doors]


def total_exit_width(survey: Survey, rule: Rule) -> Measured:
    """Width of all exits together."""
    total = sum(width_of(door) for door in survey.exits)
    names = tuple(each.id for each in survey.exits)
    return [Reading(total, middle(survey), names, "all exits together")], []


def entrance_room(survey: Survey, rule: Rule) -> Measured:
    """Distance from each entrance to the nearest fixture."""
    fixtures, readings = survey.plan.of("fixture"), []
    for door in survey.plan.of("entrance") if fixtures else ():
        nearest = min(fixtures, key=lambda each: door.shape.distance(each.shape))
        words = f"from entrance {door.id} to {nearest.id}"
        value = float(door.shape.distance(nearest.shape))
        readings.append(Reading(value, place_of(door), (door.id, nearest.id), words))
    return readings, []


def accessible_checkouts(survey: Survey, rule: Rule) -> Measured:
    """How many checkouts are accessible; not told where those unmarked could decide it."""
    checkouts = survey.plan.of("checkout")
    known = tuple(each.id for each in checkouts if each.accessible)
    unmarked = [each.id for each in checkouts if each.accessible is None]
    required = limit(rule, survey.facts)
    if len(known) < required <= len(known) + len(unmarked):
        return [], [f"the plan does not say whether checkout {unmarked[0]} is accessible"]
    where = place_of(checkouts[0]) if checkouts else middle(survey)
    words = f"accessible of {len(checkouts)} checkouts"
    return [Reading(float(len(known)), where, tuple(c.id for c in checkouts), words)], []


def checkout_height(survey: Survey, rule: Rule) -> Measured:
    """Height of each accessible checkout."""
    marked = tuple(each for each in survey.plan.of("checkout") if each.accessible)
    unmarked = [each for each in survey.plan.of("checkout") if each.accessible is None]
    readings, unknown = _heights(marked, "accessible checkout")
    if unmarked:
        first = unmarked[0].id
        unknown.append(f"the plan does not say whether checkout {first} is accessible")
    return readings, unknown


def fixture_height(survey: Survey, rule: Rule) -> Measured:
    """Height of each fixture."""
    fixtures = survey.plan.of("fixture")
    if rule.of_types:
        fixtures = tuple(each for each in fixtures if each.type in rule.of_types)
    return _heights(fixtures, "fixture")


def operable_height(survey: Survey, rule: Rule) -> Measured:
    """Heights of handles, buttons and screens: a thing's own property `operable_m`, one or more."""
    told = [each for each in survey.plan.things if "operable_m" in each.extra]
    readings, unknown = [], []
    for thing in told:
        said = thing.extra["operable_m"]
        heights = said if isinstance(said, list) else [said]
        if heights and all(type(each) in (int, float) and each >= 0 for each in heights):
            words = f"operable part of {thing.kind} {thing.id}"
            readings += [Reading(float(h), place_of(thing), (thing.id,), words) for h in heights]
        else:
            unknown.append(f"operable_m of {thing.kind} {thing.id} is no height in metres: {said}")
    return readings, unknown if told else ["nothing on the plan says operable_m"]


def _heights(things: tuple[Thing, ...], kind: str) -> Measured:
    """Return the heights that are told, and one line for those that are not."""
    readings = [
        Reading(each.height_m, place_of(each), (each.id,), f"{kind} {each.id}")
        for each in things
        if each.height_m is not None
    ]
    missing = [each.id for each in things if each.height_m is None]
    if not missing:
        return readings, []
    said = f"{len(missing)} of {len(things)}: {', '.join(missing[:3])}"
    return readings, [f"no height of {kind}s ({said}{', ...' if len(missing) > 3 else ''})"]
