"""Which things of a store do a drawing's shapes stand for? Kinds, contours, ids, one outline.

Nothing here knows a format or a store: what words mean comes from the vocabulary, and all that is
left out, closed, joined or made up is noted.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.floor.formats import contours, joining
from layoutlab.floor.formats.drawing import TOLERANCE_M, Drawing, Drawn
from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.formats.vocabulary import IGNORE, Vocabulary
from layoutlab.floor.plans import geojson, validity
from layoutlab.floor.plans.plan import Plan, Thing

MARK_M = 1.0
"""Side of the square that stands for a door or checkout drawn as a point."""
_MARKED = ("entrance", "exit", "checkout")
_YES, _NO = ("true", "yes", "1"), ("false", "no", "0")


def plan_of(
    drawing: Drawing, vocabulary: Vocabulary, notes: Notes, *, tolerance_m: float = TOLERANCE_M
) -> Plan:
    """Return the plan that a drawing stands for; what it does not say is noted.

    Parameters
    ----------
    drawing : Drawing
    vocabulary : Vocabulary
    notes : Notes
        Added to.
    tolerance_m : float
        Ends of lines as near as this are joined.

    Returns
    -------
    Plan
        Not checked: `layoutlab.floor.plans.validity.problems` says what is wrong with it.
    """
    things: list[Thing] = []
    open_lines: dict[tuple[str, str], list[tuple[Thing, BaseGeometry]]] = {}
    for drawn in drawing.drawn:
        shape = _metres(drawn.shape, drawing.unit_m)
        if drawn.own is not None:
            geojson.check_properties(drawn.own, drawing.name)
            things.append(geojson.thing_of(dict(drawn.own), shape))
            continue
        thing, word = _thing(drawn, shape, vocabulary, notes)
        if thing is None:
            continue
        fitted = _fitted(thing, notes)
        if fitted is not None:
            things.append(fitted)
        elif "Line" in shape.geom_type:
            lines = open_lines.setdefault((thing.kind, word), [])
            lines += [(thing, line) for line in shapely.get_parts(shape)]
    things += _closed(open_lines, tolerance_m, notes)
    if all(drawn.own is not None for drawn in drawing.drawn):
        return Plan(drawing.name, tuple(things), drawing.extra)
    things = _named(things, notes)
    things = joining.joined(things, vocabulary.merge, notes)
    things = joining.hollow_walls(things, notes)
    return Plan(drawing.name, tuple(joining.outlined(things, vocabulary.outline, notes)),
                drawing.extra)  # fmt: skip


def _metres(shape: BaseGeometry, unit_m: float) -> BaseGeometry:
    return shape if unit_m == 1.0 else shapely.transform(shape, lambda xy: xy * unit_m)


def _thing(
    drawn: Drawn, shape: BaseGeometry, vocabulary: Vocabulary, notes: Notes
) -> tuple[Thing | None, str]:
    """Return the thing a shape stands for, without an id of its own yet if none is given."""
    found = vocabulary.meaning(drawn.properties)
    if found is None and vocabulary.otherwise is not None:
        found = "anything else", vocabulary.otherwise
    if found is None:
        notes.add("shape of unknown meaning", "left out; name its kind in a mapping file",
                  _called(drawn.properties, vocabulary))  # fmt: skip
        return None, ""
    word, meant = found
    if meant["kind"] == IGNORE:
        notes.add(word, "left out, as the mapping says")
        return None, word
    said = _attributes(drawn.properties, vocabulary, notes) | dict(meant)
    said.setdefault("id", "")
    for name in ("departments", "needs"):
        said[name] = _list(said.get(name, ()))
    return geojson.thing_of(said, shape), word


def _called(properties: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    """Say a shape's words: those that could have told its kind."""
    said = [f"{name} {properties[name]}" for name in vocabulary.kind_from if properties.get(name)]
    return " ".join(said[:2]) or "no layer, class or id"


def _attributes(
    properties: Mapping[str, Any], vocabulary: Vocabulary, notes: Notes
) -> dict[str, Any]:
    """Return what a thing says of itself under our names, the rest under its own."""
    known = {str(name).casefold(): name for name in properties}
    said: dict[str, Any] = {}
    taken = set()
    for attribute, names in vocabulary.properties.items():
        present = [known[name.casefold()] for name in names if name.casefold() in known]
        for name in present[:1]:
            taken.add(name)
            value = _value(attribute, properties[name])
            if value is not None:
                said[attribute] = value
            elif properties[name] not in (None, ""):
                notes.add(f"{name} that is no {attribute}", "left out", str(properties[name])[:40])
    own = {*vocabulary.properties, "kind", "faces"}
    for name, value in properties.items():
        if name not in taken:
            said[f"drawn_{name}" if name in own else str(name)] = value
    return said


def _value(attribute: str, value: Any) -> Any:
    """Return an attribute's value in its type; None when it has none."""
    if attribute in ("shelf_m", "height_m"):
        try:
            number = float(value)
        except (TypeError, ValueError):
            return None
        return number if 0 < number < 1e6 else None
    if attribute in ("locked", "accessible"):
        word = str(value).strip().casefold()
        return True if word in _YES else False if word in _NO else None
    if attribute in ("departments", "needs"):
        return _list(value)
    return str(value) if value is not None and not isinstance(value, dict | list) else None


def _list(value: Any) -> list[str]:
    parts = value.split(";") if isinstance(value, str) else value
    return [str(part).strip() for part in parts if str(part).strip()]


def _fitted(thing: Thing, notes: Notes) -> Thing | None:
    """Return the thing when its shape can be of its kind; points become squares, noted."""
    allowed = validity.SHAPES.get(thing.kind)
    if allowed is None or thing.shape.geom_type in allowed:
        return thing
    if thing.shape.geom_type == "Point" and thing.kind in _MARKED:
        half = MARK_M / 2
        notes.add(f"{thing.kind} drawn as a point", f"a square of {MARK_M:g} m around it",
                  thing.id or thing.name)  # fmt: skip
        square = shapely.box(*(thing.shape.x - half, thing.shape.y - half),
                             *(thing.shape.x + half, thing.shape.y + half))  # fmt: skip
        return replace(thing, shape=square)
    if "Line" not in thing.shape.geom_type:
        notes.add(f"{thing.kind} drawn as a {thing.shape.geom_type}", "left out", thing.id)
    return None


def _closed(
    open_lines: dict[tuple[str, str], list[tuple[Thing, BaseGeometry]]],
    tolerance_m: float,
    notes: Notes,
) -> list[Thing]:
    """Make polygons of the lines that mean a kind which needs an area."""
    things = []
    for (kind, word), lines in open_lines.items():
        polygons, left, gaps = contours.close([line for _, line in lines], tolerance_m)
        if gaps:
            notes.add(f"ends of lines up to {tolerance_m:g} m apart", "joined", word, gaps)
        for polygon in polygons:
            first = next(t for t, line in lines if line.distance(polygon) <= tolerance_m)
            things.append(replace(first, shape=polygon, id=first.id if len(lines) == 1 else ""))
        for line in left:
            at = ", ".join(f"{value:.3f}" for value in line.coords[0][:2])
            notes.add(f"open contour of {kind}", "left out; close it in the drawing",
                      f"{word} at ({at})")  # fmt: skip
    return things


def _named(things: list[Thing], notes: Notes) -> list[Thing]:
    """Give every thing an id of its own, in the order drawn."""
    taken = {thing.id for thing in things if thing.id}
    seen: set[str] = set()
    numbers: dict[str, int] = {}
    named = []
    for thing in things:
        name = thing.id
        if not name or name in seen:
            stem = name or thing.kind
            number = numbers.get(stem, 2 if name else 1)
            while (fresh := f"{stem}-{number}") in taken:
                number += 1
            numbers[stem] = number + 1
            if name:
                notes.add("id given twice", "a number added", name)
            name = fresh
        taken.add(name)
        seen.add(name)
        named.append(replace(thing, id=name))
    return named
