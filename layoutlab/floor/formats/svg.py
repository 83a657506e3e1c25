"""What does an SVG drawing say? Closed paths in groups, with classes and ids; y turned upwards.

Its user units are metres when LayoutLab wrote it. Otherwise the user says what one is, or the scale
of a drawing on paper whose width is given in mm, cm or inches.
"""

import io
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import shapely
import shapely.errors
import svgelements as svg
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.formats import contours
from layoutlab.floor.formats.contours import assembled
from layoutlab.floor.formats.drawing import FLAT_M, Asked, Drawing, Drawn, metres_in, text
from layoutlab.floor.formats.notes import Notes

INKSCAPE = "{http://www.inkscape.org/namespaces/inkscape}"
UNITS_MARK = "data-layoutlab-units"
PAPER_M = {"mm": 1e-3, "cm": 1e-2, "in": 0.0254, "pt": 0.0254 / 72, "pc": 0.0254 / 6,
           "px": 0.0254 / 96, "": 0.0254 / 96}  # fmt: skip
SILENT = ("title", "desc", "defs", "style", "metadata", "namedview")
_SIZES = {"x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "x1", "y1", "x2", "y2"}
_TRANSFORMS = re.compile(
    r"\s*(none|((matrix|translate|scale|rotate|skewX|skewY)\s*\((?:[-+0-9.eE,\s]|deg|px)*\)[\s,]*)*)"
)
_LENGTH = re.compile(r"\s*([0-9.eE+-]+)\s*([a-z%]*)\s*")


def drawing(path: str | Path, asked: Asked, notes: Notes) -> Drawing:
    """Return the drawing of an SVG file; the origin is the lower left corner of its view box.

    Raises
    ------
    InputError
        For a file that is not SVG or is cut off, a drawing whose units nobody says, or one
        without shapes.
    """
    source = text(path)
    root = _root(source, str(path))
    _check(root, str(path), notes)
    own = root.get(UNITS_MARK) == "m"
    unit_m = 1.0 if own and asked.units is None else _unit(root, asked, str(path))
    try:
        parsed = svg.SVG.parse(io.StringIO(source), reify=True)
    except (ValueError, TypeError, AttributeError, LookupError, ZeroDivisionError) as error:
        raise InputError(f"{path}: expected SVG shapes: {error}") from error
    except RecursionError as error:
        raise InputError(f"{path}: expected elements that do not use themselves") from error
    if not isinstance(parsed, svg.SVG):
        raise InputError(f"{path}: expected SVG in its own namespace, got other XML")
    if parsed.viewbox_transform is None:
        raise InputError(f"{path}: expected a width and height above 0 beside the viewBox")
    back = ~svg.Matrix(parsed.viewbox_transform)
    box = parsed.viewbox
    low = 0.0 if own or box is None else float(box.y + box.height)
    drawn = []
    for shape, said, parents in _shapes(parsed, [], notes):
        curve = abs(svg.Path(shape) * back)
        found = [_points(part, FLAT_M / unit_m) for part in curve.as_subpaths()]
        subpaths = [points * [1, -1] + [0, low] for points in found if len(points)]
        if "data-properties" in said:
            drawn.append(_written(subpaths, said, str(path)))
            continue
        area = _geometry(subpaths, asked.tolerance_m / unit_m, notes, shape.id or "")
        if area is not None:
            drawn.append(Drawn(area, _properties(said, parents)))
    if not drawn:
        raise InputError(f"{path}: expected paths or other shapes, got none")
    name = root.findtext("{http://www.w3.org/2000/svg}title") or Path(path).name
    return Drawing(json.loads(root.get("data-name", "null")) if own else name, tuple(drawn), unit_m)


def _root(source: str, name: str) -> ET.Element:
    if "<!ENTITY" in source:
        raise InputError(f"{name}: expected SVG without entity definitions, got some")
    try:
        root = ET.fromstring(source)  # noqa: S314  # entities are refused above
    except ET.ParseError as error:
        raise InputError(f"{name}: expected a whole SVG file: {error}") from error
    if root.tag.rpartition("}")[2] != "svg":
        raise InputError(f"{name}: expected an svg element, got {root.tag.rpartition('}')[2]}")
    return root


def _check(root: ET.Element, name: str, notes: Notes) -> None:
    """Refuse a view box and transforms that the library would pass over; note broken lengths."""
    if (box := root.get("viewBox")) is not None:
        numbers = [_LENGTH.fullmatch(word) for word in box.replace(",", " ").split()]
        if len(numbers) != 4 or not all(_finite(each) for each in numbers):
            raise InputError(f"{name}: viewBox: expected four numbers, got {box!r}")
        if not all(float(each[1]) > 0 for each in numbers[2:] if each):
            raise InputError(f"{name}: viewBox: expected a width and height above 0, got {box!r}")
    for element in root.iter():
        called = f"{element.tag.rpartition('}')[2]} {element.get('id', '')}".strip()
        if not _TRANSFORMS.fullmatch(element.get("transform", "")):
            raise InputError(
                f"{name}: transform of {called}: expected matrix, translate, scale, rotate, skewX "
                f"or skewY with numbers, got {element.get('transform')!r}"
            )
        for key in _SIZES & set(element.keys()):
            if not _finite(_LENGTH.fullmatch(element.get(key, ""))):
                notes.add(f"{key} that is no length", "left out or taken as 0", called)


def _finite(length: re.Match[str] | None) -> bool:
    try:
        return length is not None and np.isfinite(float(length[1])).item()
    except ValueError:
        return False


def _unit(root: ET.Element, asked: Asked, name: str) -> float:
    """Return the metres of a user unit."""
    if asked.units is not None:
        return metres_in(asked.units)
    if asked.scale is None:
        raise InputError(
            f"{name}: SVG units say nothing of the floor: say --units, metres in one user unit, "
            "or --scale, say 50 for a drawing 1:50"
        )
    width = _LENGTH.fullmatch(root.get("width", ""))
    if width is None or width[2] not in PAPER_M or not float(width[1]) > 0:
        raise InputError(
            f"{name}: --scale needs a width in mm, cm or in, got {root.get('width')!r}: "
            "say --units instead"
        )
    box = (root.get("viewBox") or "").replace(",", " ").split()
    across = float(box[2]) if len(box) == 4 else float(width[1])
    return float(width[1]) * PAPER_M[width[2]] / across * asked.scale


def _shapes(
    group: Any, parents: list[str], notes: Notes
) -> Iterator[tuple[Any, dict[str, Any], list[str]]]:
    """Yield the shapes with their own attributes and the names of the groups around them."""
    for element in group:
        said = dict(getattr(element, "values", {}).get("attributes", {}))
        if isinstance(element, svg.Group):
            name = said.get(f"{INKSCAPE}label") or said.get("id") or said.get("class")
            yield from _shapes(element, [*parents, name] if name else parents, notes)
        elif isinstance(element, svg.Shape):
            yield element, said, parents
        elif said.get("tag") not in SILENT:
            notes.add(f"<{said.get('tag', type(element).__name__)}>", "ignored: not a shape",
                      " / ".join(parents))  # fmt: skip


def _geometry(
    subpaths: list[np.ndarray], tolerance: float, notes: Notes, name: str
) -> BaseGeometry | None:
    """Return subpaths as one shape: the closed ones as an area, else lines or a point."""
    if not subpaths or any(not np.isfinite(points).all() for points in subpaths):
        notes.add("shape without points or with numbers that are not finite", "left out", name)
        return None
    rings = [points for points in subpaths if contours.closed(points, tolerance)]
    if any((ring[0] != ring[-1]).any() for ring in rings):
        notes.add("path whose ends do not quite meet", "closed", name)
    if rings:
        if len(rings) < len(subpaths):
            notes.add("open pieces of a path with closed ones", "left out", name)
        return contours.area_of(rings)
    lines = [points for points in subpaths if len(np.unique(points, axis=0)) > 1]
    if not lines:
        return shapely.Point(subpaths[0][0])
    shapes = [shapely.LineString(points) for points in lines]
    return shapes[0] if len(shapes) == 1 else shapely.MultiLineString(shapes)


def _points(subpath: Any, flat: float) -> np.ndarray:
    """Return the points of a subpath, curves made straight."""
    pieces: list[np.ndarray] = []
    for segment in subpath:
        if isinstance(segment, svg.Move):
            points = np.array([[segment.end.x, segment.end.y]])
        elif isinstance(segment, svg.Line | svg.Close):
            if segment.start is None or segment.end is None:
                continue
            points = np.array([[segment.start.x, segment.start.y],
                               [segment.end.x, segment.end.y]], dtype=float)  # fmt: skip
        else:
            points = contours.flatten(partial(_on, segment), flat)
        if pieces and (pieces[-1][-1] == points[0]).all():
            points = points[1:]
        if len(points):
            pieces.append(points)
    return np.concatenate(pieces) if pieces else np.zeros((0, 2))


def _on(curve: Any, at: np.ndarray) -> np.ndarray:
    return np.asarray(curve.npoint(at))


def _properties(said: dict[str, Any], parents: list[str]) -> dict[str, Any]:
    """Return what a foreign shape and the groups around it say."""
    properties: dict[str, Any] = {
        key.removeprefix("data-"): value for key, value in said.items()
        if key.startswith("data-") or key in ("id", "class")
    }  # fmt: skip
    if label := said.get(f"{INKSCAPE}label"):
        properties["label"] = label
    if "class" in properties:
        properties["class"] = properties["class"].split()
    if parents:
        properties |= {"layer": parents[-1], "parents": " / ".join(parents)}
    return properties


def _written(subpaths: list[np.ndarray], said: dict[str, Any], name: str) -> Drawn:
    """Return a thing that LayoutLab wrote, in the form it had."""
    try:
        own = json.loads(said["data-properties"])
        form = said["data-form"]
        rings = [int(count) for count in said["data-rings"].split()]
        starts = np.cumsum([0, *rings])
        parts = [subpaths[start : start + count] for start, count in
                 zip(starts, rings, strict=False)]  # fmt: skip
        return Drawn(assembled(form, parts), own=own)
    except (ValueError, LookupError, shapely.errors.ShapelyError) as error:
        raise InputError(
            f"{name[:40]}: expected what LayoutLab writes, got something else: {error!r}"
        ) from error
