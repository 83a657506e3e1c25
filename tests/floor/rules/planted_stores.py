"""Small stores that miss or keep one limit by a chosen distance, at any angle to the axes."""

from dataclasses import replace

import numpy as np
import shapely
from shapely import affinity

from layoutlab.floor.plans.plan import Plan, Thing

DEPTH_M = 30.0


def box(left, low, width, height):
    return shapely.box(left, low, left + width, low + height)


def line(*points):
    return shapely.LineString(points)


def fixture(id_, shape, **more):
    return Thing(id_, "fixture", shape, **more)


def turned(things, rng, **extra):
    """Turn and shift a drawing, as real ones seldom lie along the axes."""
    angle, shift = rng.uniform(0, 360), rng.uniform(-50, 50, 2)

    def moved(shape):
        return affinity.translate(affinity.rotate(shape, angle, origin=(0, 0)), *shift)

    return Plan(
        "planted",
        tuple(
            replace(t, shape=moved(t.shape), faces=tuple(moved(face) for face in t.faces))
            for t in things
        ),
        extra,
    )


def room(width, height, *things, door=None):
    door = door or line((0, 0.5), (0, 2.0))
    return [
        Thing("floor", "outline", box(0, 0, width, height)),
        Thing("door", "entrance", door),
        *things,
    ]


def gap(value, rng, thick=None, count=1, apart=0.0, height=5.0):
    """Two rooms; walls between them leave a gap of this width."""
    thick = rng.uniform(0.7, 1.2) if thick is None else thick
    low = rng.uniform(0.5, height - value - 0.5)
    walls = []
    for n in range(count):
        left = 4 + n * (thick + apart)
        walls += [
            Thing(f"low {n}", "wall", box(left, 0, thick, low)),
            Thing(f"high {n}", "wall", box(left, low + value, thick, height - low - value)),
        ]
    far = 4 + count * (thick + apart) + 3
    return room(far + 1, height, *walls, fixture("shelf", box(far, 1, 0.5, 2)))


def route_width(rule, value, rng):
    if rule.pack == "ergonomics" and rng.random() < 0.5:  # a round column beside a wall
        column = shapely.Point(4, value + 0.3).buffer(0.3, quad_segs=16)
        wall = Thing("wall", "wall", box(3.6, value + 0.5, 0.8, 4.5 - value))
        things = [Thing("column", "wall", column), wall, fixture("shelf", box(7, 1, 0.5, 2))]
        return turned(room(8, 5, *things), rng)
    return turned(gap(value, rng), rng)


def aisle_width(rule, value, rng):
    kind = rule.of_types[0] if rule.of_types else "shelf"
    long, deep = rng.uniform(2, 5), rng.uniform(0.4, 1.0)
    wide, high = (60.0, 40.0) if rule.pack == "bavaria" else (16.0, 14.0)
    things = [
        fixture("first", box(5, 4, long, deep), type=kind),
        fixture("second", box(5 + rng.uniform(0, 1), 4 + deep + value, long, deep), type=kind),
    ]
    if rule.in_zone:
        things.append(Thing("pad", "zone", box(3, 2, 10, 8), type=rule.in_zone))
    return turned(room(wide, high, *things), rng)


def zone_width(rule, value, rng):
    wide, high = (60.0, 40.0) if rule.pack == "bavaria" else (20.0, 12.0)
    low = rng.uniform(3.5, 4.5)
    things = [
        fixture("first", box(8, low - 1, rng.uniform(1, 3), 1)),
        fixture("second", box(8 + rng.uniform(0, 1), low + value, 2, 1)),
        Thing("way", "zone", box(3, low - 0.2, 14, value + 0.4), type=rule.in_zone),
    ]
    return turned(room(wide, high, *things), rng)


def u_turn(rule, value, rng, side=1.2, thick=None):
    thick = rng.uniform(0.5, 1.15) if thick is None else thick
    row = fixture("row", box(3, side, rng.uniform(2.5, 4), thick))
    end = row.shape.bounds[2] + value
    return turned(room(end, thick + 2 * side, row), rng)


def passing_gap(rule, value, rng):
    wide = rng.uniform(1.0, 1.45)
    floor = shapely.union_all([
        box(0, 0, 4, 4), box(4, 1, value, wide), box(4 + value, 0, 4, 4),
    ])  # fmt: skip
    things = room(1, 1, fixture("shelf", box(7 + value, 1, 0.5, 2)))
    return turned([replace(things[0], shape=floor), *things[1:]], rng)


def alcove(wide, deep, rng, **extra):
    floor = shapely.union_all([box(0, 0, 8, 6), box(rng.uniform(1, 4), 6, wide, deep)])
    things = room(1, 1, fixture("shelf", box(7.5, 1, 0.5, 2)))
    return turned([replace(things[0], shape=floor), *things[1:]], rng, **extra)


def turning_space(rule, value, rng):
    return alcove(value, rng.uniform(2.5, 5), rng)


def sprinklered(rule):
    return {} if rule.if_unknown == "apply" else {"sprinklered": True}


def dead_end(rule, value, rng):
    return alcove(rng.uniform(0.9, 2.0), value, rng, **sprinklered(rule))


def travel(rule, value, rng):
    """An L: over the inner corner to a door as wide as the other leg."""
    leg = rng.uniform(15, 25)
    other = np.sqrt((value - leg) ** 2 - 9)
    floor = shapely.union_all([box(0, 0, 3 + other, 3), box(0, 0, 3, 3 + leg)])
    things = [
        Thing("floor", "outline", floor),
        Thing("door", "exit", line((0, 3 + leg), (3, 3 + leg))),
        Thing("in", "entrance", line((0, 0.5), (0, 1.5))),
    ]
    return turned(things, rng, **sprinklered(rule))


def straight_to_exit(rule, value, rng):
    things = [
        Thing("floor", "outline", box(0, 0, value, 90)),
        Thing("out", "exit", line((0, 0), (0, 90))),
        fixture("shelf", box(8, 0.4, 1, rng.uniform(40, 85))),
    ]
    return turned(things, rng)


def straight_to_zone(rule, value, rng):
    zone = Thing("way", "zone", box(0, 0, 3, 180), type=rule.in_zone)
    return turned(room(3 + value, 180, zone, fixture("shelf", box(5, 2, 0.5, 100))), rng)


def zone_way_out(rule, value, rng):
    shelf = box(3, 0, 2, 1)
    things = [
        fixture("shelf", shelf, faces=(line((3, 1), (5, 1)),)),
        Thing("pad", "zone", box(0, 0, 8, 1 + value), type=rule.in_zone),
    ]
    return turned(room(8, 16, *things, door=line((0, 14), (0, 15))), rng)


def doors(kind, widths, area):
    out = [
        Thing(f"{kind} {n}", kind, line((0, 1 + n * 8), (0, 1 + n * 8 + width)))
        for n, width in enumerate(widths)
    ]
    return [Thing("floor", "outline", box(0, 0, area / 50, 50)), *out]


def entrance_width(rule, value, rng):
    return turned(doors("entrance", [value, 2.0], 300), rng)


def exit_width(rule, value, rng):
    return turned(
        doors("exit", [3.0, value], 2500 if "above" in rule.when["area_m2"] else 400), rng
    )


def total_exit_width(rule, value, rng):
    return turned(doors("exit", [value / 2, value / 2], 2500), rng)


def exits(rule, value, rng):
    return turned(doors("exit", [2.5] * int(value), 2500), rng)


def checkouts(count, accessible, area, **more):
    return [
        Thing("floor", "outline", box(0, 0, area / 20, 20)),
        Thing("door", "entrance", line((0, 1), (0, 3))),
        *(
            Thing(f"till {n}", "checkout", box(2 + (n % 8) * 2, 5 + 4 * (n // 8), 0.8, 2),
                  accessible=n < accessible, **more)
            for n in range(count)
        ),
    ]  # fmt: skip


def tills_of(rule, rng):
    """How many checkouts a rule speaks of, and the area of the store."""
    if "below" in rule.when["area_m2"]:
        return int(rng.integers(1, 9)), 400
    bounds = rule.when["checkouts"]
    low = bounds.get("at_least", bounds.get("above", 0) + 1)
    return int(rng.integers(low, bounds.get("at_most", 24) + 1)), 600


def checkout_height(rule, value, rng):
    return turned(checkouts(2, 2, 400, height_m=value), rng)


def checkout_room(rule, value, rng):
    shelf = fixture("shelf", box(1, 7 + value, 12, 0.6))
    tills = [replace(t, shape=affinity.translate(t.shape, 2, 0)) if t.kind == "checkout" else t
             for t in checkouts(2, 2, 400)]  # fmt: skip
    return turned([*tills, shelf], rng)


def entrance_room(rule, value, rng):
    return turned(room(8, 6, fixture("shelf", box(value, 0, 0.6, 2))), rng)


def fixture_height(rule, value, rng):
    low = fixture("low", box(5, 1, 0.6, 2), height_m=0.9)
    return turned(room(8, 6, low, fixture("high", box(3, 1, 0.6, 2), height_m=value)), rng)


def operable_height(rule, value, rng):
    middle = (15 + 48) / 2 * 0.0254
    heights = [middle, value] if rng.random() < 0.5 else value
    machine = fixture("machine", box(3, 1, 0.6, 0.6), extra={"operable_m": heights})
    return turned(room(8, 6, machine, fixture("shelf", box(5, 1, 0.6, 2))), rng)


def deep_room(*things, kind):
    """A room of 30 m behind a door as wide as it."""
    others = {"entrance": "exit", "exit": "entrance"}[kind]
    return [
        Thing("floor", "outline", box(0, 0, DEPTH_M, 12)),
        Thing("door", kind, line((0, 0), (0, 12))),
        Thing("other door", others, line((DEPTH_M, 5), (DEPTH_M, 7))),
        *things,
    ]


def named(rule, id_, shape, **more):
    """A fixture that a rule speaks of: by type, department, family or need."""
    if rule.of_types:
        more["type"] = rule.of_types[0]
    elif rule.of_departments:
        more["departments"] = ("else", rule.of_departments[-1].upper())
    elif rule.of_families:
        more["extra"] = {"family": rule.of_families[0]}
    elif rule.of_needs:
        more["needs"] = rule.of_needs[:1]
    return fixture(id_, shape, **more)


def distance_from(rule, value, rng):
    """One fixture at a distance; another, of which the rule does not speak, farther or nearer."""
    things = [
        named(rule, "meant", box(value, rng.uniform(0, 8), 1, 2)),
        fixture("other", box(28, 1, 1, 2), type="gondola", departments=("tea",)),
        fixture("near", box(1, 1, 1, 2), type="gondola", departments=("tea",)),
    ]
    return turned(deep_room(*things, kind=rule.measured_from[0]), rng)


def groups(rule, count, rng, apart=None):
    """Cold fixtures in so many groups, a centimetre to one side of the distance that parts them."""
    reach = rule.part("apart", 0.3)
    apart = reach + (0.01 if count > 1 else -0.01) if apart is None else apart
    things = [
        named(rule, "first", box(3, 3, 2, 1)),
        named(rule, "second", box(5, 3, 2, 1)),
        named(rule, "third", box(7 + apart, 3, rng.uniform(1, 3), 1)),
        fixture("warm", box(3, 8, 2, 1), type="gondola"),
    ]
    return turned(room(20, 12, *things), rng)


def walk_from(rule, value, rng):
    """Round both corners of a wall's end, then straight to the nearest end of a shelf."""
    down = np.sqrt((value - 4) ** 2 - 4)
    things = [
        Thing("low wall", "wall", box(3, 0, 1, 9)),
        Thing("back", "zone", box(0, 0, 1, 9 - down), type=rule.measured_from[0]),
        named(rule, "meant", box(7, 8, 0.5, 1)),
    ]
    return turned(room(12, 12, *things, door=line((12, 10), (12, 11))), rng)


def out_of_sight(rule, value, rng, height=2.0):
    """A shelf whose far corner throws a shadow of this length on a face, from the only checkout."""
    right = 5 + (value - 3) * 3.5 / 9
    things = [
        Thing("till", "checkout", box(4.5, 0.5, 1, 1), height_m=0.9),
        named(rule, "meant", box(2, 10, 6, 0.5), faces=(line((2, 10), (8, 10)),),
              height_m=float(rng.choice([1.0, 2.0]))),
        fixture("before", box(1, 4, right - 1, 0.5), height_m=height),
        fixture("low", box(5.5, 5, 1, 0.5), height_m=1.0),
    ]  # fmt: skip
    return turned(room(14, 12, *things), rng)
