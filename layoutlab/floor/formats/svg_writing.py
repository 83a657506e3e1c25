"""How is a plan written as SVG? A layer for each kind, user units that are metres, y turned down.

All that a thing says goes along in ``data-properties`` (JSON). On paper the drawing is 1:50.
"""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import shapely

from layoutlab import canonical
from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.formats.svg import INKSCAPE, UNITS_MARK
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import Plan, Thing

SCALE, MARGIN_M, DIGITS = 50, 0.5, 6
SVG = "{http://www.w3.org/2000/svg}"
_UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, even escaped."""
FILLS = {
    "outline": "#ffffff",
    "wall": "#4d4d4d",
    "fixture": "#b3cde3",
    "entrance": "#009e73",
    "exit": "#d55e00",
    "checkout": "#e69f00",
    "zone": "none",
    "utility": "#cc79a7",
}


def write(plan: Plan, path: str | Path, notes: Notes) -> None:
    """Write a plan as SVG; the same plan gives the same bytes."""
    ET.register_namespace("", SVG[1:-1])
    ET.register_namespace("inkscape", INKSCAPE[1:-1])
    left, low, right, high = shapely.total_bounds([thing.shape for thing in plan.things])
    width, height = right - left + 2 * MARGIN_M, high - low + 2 * MARGIN_M
    root = ET.Element(f"{SVG}svg", {
        "width": f"{_number(width * 1000 / SCALE)}mm",
        "height": f"{_number(height * 1000 / SCALE)}mm",
        "viewBox": " ".join(map(_number, (left - MARGIN_M, -high - MARGIN_M, width, height))),
        UNITS_MARK: "m",
        "data-name": json.dumps(plan.name),
        "stroke": "#000000",
        "stroke-width": "0.02",
        "fill-rule": "evenodd",
    })  # fmt: skip
    group, before = root, ""
    for thing in plan.things:
        if thing.kind != before:
            group = _layer(root, thing.kind)
            before = thing.kind
        group.append(_path(thing))
    if plan.extra:
        notes.add("members of the plan beyond its name", "not kept by SVG",
                  ", ".join(sorted(plan.extra)))  # fmt: skip
    ET.indent(root)
    canonical.write_text(path, ET.tostring(root, encoding="unicode") + "\n")


def _layer(root: ET.Element, kind: str) -> ET.Element:
    """Begin a layer; things keep the plan's order, so a kind may have several."""
    fill = FILLS.get(kind, "none")
    return ET.SubElement(root, f"{SVG}g", {
        f"{INKSCAPE}groupmode": "layer", f"{INKSCAPE}label": kind, "class": kind, "fill": fill,
    })  # fmt: skip


def _path(thing: Thing) -> ET.Element:
    said = json.dumps(geojson.properties(thing), sort_keys=True)
    parts = shapely.get_parts(thing.shape)
    rings = [1 + shapely.get_num_interior_rings(part) if part.area else 1 for part in parts]
    attributes = {
        "d": _d(thing),
        "data-form": thing.shape.geom_type,
        "data-properties": said,
        "data-rings": " ".join(map(str, rings)),
    }
    if "Line" in thing.shape.geom_type:
        attributes["fill"] = "none"
    element = ET.Element(f"{SVG}path", attributes)
    if thing.name:
        ET.SubElement(element, f"{SVG}title").text = _UNWRITABLE.sub("", thing.name)
    return element


def _d(thing: Thing) -> str:
    """Return the path data of all rings, lines or points."""
    parts = []
    for piece in shapely.get_parts(thing.shape):
        full = piece.geom_type == "Polygon"
        for ring in [piece.exterior, *piece.interiors] if full else [piece]:
            points = list(ring.coords)[: -1 if full else None]
            places = " ".join(f"{_number(x)},{_number(-y)}" for x, y, *_ in points)
            parts.append(f"M {places}{' Z' if full else ''}")
    return " ".join(parts)


def _number(value: float) -> str:
    return f"{round(float(value), DIGITS) + 0.0:.{DIGITS}f}".rstrip("0").rstrip(".")
