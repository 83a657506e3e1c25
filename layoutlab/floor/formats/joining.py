"""Which shapes belong together? Overlapping units, walls drawn as rings, the one outline."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.plans.plan import Thing
from layoutlab.floor.plans.validity import TOUCH_M

BRIDGE_M = 0.1


def joined(things: Sequence[Thing], kinds: Sequence[str], notes: Notes) -> list[Thing]:
    """Make one thing of those of a kind that overlap, directly or through others.

    It keeps the first one's id and place; ``merged`` among its extra properties names all.
    """
    result = list(things)
    for kind in kinds:
        mine = [n for n, thing in enumerate(result) if thing.kind == kind]
        shapes = np.array([shapely.make_valid(result[n].shape) for n in mine], dtype=object)
        gone: set[int] = set()
        for group in _clusters(shapes):
            if len(group) == 1:
                continue
            members = [result[mine[n]] for n in group]
            names = dict.fromkeys(thing.name for thing in members if thing.name)
            result[mine[group[0]]] = replace(
                members[0],
                shape=shapely.union_all(shapes[group]),
                name=" + ".join(names),
                extra={**members[0].extra, "merged": [thing.id for thing in members]},
            )
            gone.update(mine[n] for n in group[1:])
            notes.add(f"{kind} that overlaps others", "made one with them", members[0].id,
                      len(members))  # fmt: skip
        result = [thing for n, thing in enumerate(result) if n not in gone]
    return result


def _clusters(shapes: np.ndarray) -> list[list[int]]:
    """Return groups of shapes that share more than a touch, each in order."""
    group = list(range(len(shapes)))

    def root(n: int) -> int:
        while group[n] != n:
            n = group[n]
        return n

    cores = shapely.buffer(shapes, -TOUCH_M)
    pairs = shapely.STRtree(shapes).query(cores, predicate="intersects").T.tolist()
    for one, other in sorted(map(tuple, pairs)):
        common = shapely.intersection(shapes[one], shapes[other])
        if one != other and not shapely.buffer(common, -TOUCH_M).is_empty:
            low, high = sorted((root(one), root(other)))
            group[high] = low
    found: dict[int, list[int]] = {}
    for n in range(len(shapes)):
        found.setdefault(root(n), []).append(n)
    return list(found.values())


def hollow_walls(things: Sequence[Thing], notes: Notes) -> list[Thing]:
    """Make a line of a wall's polygon that has fixtures or checkouts inside: it rings a room."""
    inside = [thing.shape.representative_point() for thing in things
              if thing.kind in ("fixture", "checkout") and not thing.shape.is_empty]  # fmt: skip
    result = list(things)
    for number, thing in enumerate(things):
        full = thing.kind == "wall" and thing.shape.area > 0
        if full and any(thing.shape.contains(point) for point in inside):
            notes.add("wall drawn as a ring around other things", "taken as a line", thing.id)
            result[number] = replace(thing, shape=thing.shape.boundary)
    return result


def outlined(things: Sequence[Thing], rule: str, notes: Notes) -> list[Thing]:
    """Return the things with one outline: of several the union, for none what the rule says."""
    outlines = [thing for thing in things if thing.kind == "outline"]
    rest = [thing for thing in things if thing.kind != "outline"]
    if len(outlines) == 1:
        return list(things)
    if len(outlines) > 1:
        ids = ", ".join(thing.id for thing in outlines[:5])
        notes.add("outline in several pieces", "their union is the outline", ids, len(outlines))
        valid = [shapely.make_valid(thing.shape) for thing in outlines]
        outlines = [replace(outlines[0], shape=shapely.union_all(valid))]
    elif not outlines and rest and rule != "none":
        shape, name = _enclosed(rest) if rule == "walls" else None, "what walls and doors enclose"
        if shape is None:
            name = "the convex hull of all things" if rule == "hull" else "the box of all things"
            shape = _around([thing.shape for thing in rest], rule)
        notes.add("no outline", f"{name} stands for it")
        outlines = [Thing("outline", "outline", shape)]
    return [*outlines, *rest]


def _enclosed(things: Sequence[Thing]) -> BaseGeometry | None:
    """Return the largest area that walls and doors ring, with them; gaps up to 0.2 m are bridged.

    None when they ring none, or when a fixture or checkout stands beyond it.
    """
    ring = [t.shape for t in things if t.kind in ("wall", "entrance", "exit")]
    whole = shapely.union_all([shapely.buffer(shape, BRIDGE_M, join_style="mitre")
                               for shape in ring])  # fmt: skip
    pieces = [piece for piece in shapely.get_parts(whole) if len(piece.interiors)]
    if not pieces:
        return None
    largest = max(pieces, key=lambda piece: shapely.Polygon(piece.exterior).area)
    filled = shapely.buffer(shapely.Polygon(largest.exterior), -BRIDGE_M, join_style="mitre")
    goods = [t.shape.representative_point() for t in things if t.kind in ("fixture", "checkout")]
    return filled if all(filled.covers(point) for point in goods) else None


def _around(shapes: Sequence[BaseGeometry], rule: str) -> BaseGeometry:
    if rule == "hull":
        return shapely.convex_hull(shapely.geometrycollections(list(shapes)))
    return shapely.box(*shapely.total_bounds(list(shapes)))
