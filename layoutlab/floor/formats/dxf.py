"""What does a DXF drawing say? Contours on layers, blocks put in their places.

Hatches, texts and dimensions are no shapes of a store: they are left out and counted. What
LayoutLab wrote itself carries its properties as extended data of the application ``LAYOUTLAB``.
"""

import io
import json
import logging
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ezdxf
import ezdxf.recover
import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.formats import contours
from layoutlab.floor.formats.drawing import FLAT_M, Asked, Drawing, Drawn, content, metres_in
from layoutlab.floor.formats.dxf_curves import CURVES, points_of
from layoutlab.floor.formats.notes import Notes

APPLICATION = "LAYOUTLAB"
UNITS = {1: "in", 2: "ft", 4: "mm", 5: "cm", 6: "m", 10: "yd", 14: "dm"}
BINARY = b"AutoCAD Binary DXF"
DEEPEST = 16
MOST = 200_000


def drawing(path: str | Path, asked: Asked, notes: Notes) -> Drawing:
    """Return the drawing of a DXF file's model space.

    Raises
    ------
    InputError
        For a file that is not DXF or is cut off, units that neither header nor user says, or a
        model space without shapes.
    """
    document = _document(path, notes)
    if (size := _in_place(document.modelspace(), document, {})) > MOST:
        raise InputError(
            f"{path}: expected at most {MOST:,} entities with all blocks in place, got {size:,}"
        )
    unit_m = _unit(document, asked, str(path))
    hidden = {layer.dxf.name.casefold() for layer in document.layers
              if layer.is_off() or layer.is_frozen()}  # fmt: skip
    drawn: list[Drawn] = []
    own: dict[str, list[tuple[dict[str, Any], np.ndarray]]] = {}
    for entity, said in _entities(document.modelspace(), {}, notes):
        if said["layer"].casefold() in hidden:
            notes.add("shape on a layer that is off or frozen", "left out", said["layer"])
            continue
        points = points_of(entity, FLAT_M / unit_m)
        written = _written(entity)
        if points is None:
            notes.add(f"{entity.dxftype()} without a length", "left out", said["layer"])
        elif written is not None:
            own.setdefault(str(written["properties"].get("id")), []).append((written, points))
        else:
            shape = _shape(points, asked.tolerance_m / unit_m, notes, said["layer"])
            drawn.append(Drawn(shape, said))
    drawn = [*_without_details(drawn, notes), *(_whole(parts) for parts in own.values())]
    if not drawn:
        raise InputError(f"{path}: expected lines or contours in the model space, got none")
    for layout in document.layouts:
        if layout.name != "Model" and len(layout):
            notes.add("paper space", "left out", layout.name, len(layout))
    return Drawing(_title(document, path), tuple(drawn), unit_m)


def _document(path: str | Path, notes: Notes) -> Any:
    """Return the parsed file; a file in a poor state is mended as far as that goes."""
    data = content(path)
    if b"SECTION" not in data[:4096]:
        raise InputError(f"{path}: expected a DXF file, got something else")
    try:
        document, audit = _mended(data)
    except (OSError, ezdxf.DXFError, ValueError, LookupError, TypeError, struct.error) as error:
        raise InputError(f"{path}: expected a whole DXF file: {error}") from error
    if not data.rstrip(b"\0\r\n\t ").endswith(b"EOF"):
        raise InputError(f"{path}: expected a whole DXF file, got one without its end (EOF)")
    for fault in audit.errors:
        notes.add("damage in the file", "left as it is", fault.message[:60])
    return document


def _mended(data: bytes) -> Any:
    """Return the parsed file and what was found wrong; the library's own log stays quiet."""
    log = logging.getLogger("ezdxf")
    before, log.disabled = log.disabled, True
    try:
        if not data.startswith(BINARY):
            return ezdxf.recover.read(io.BytesIO(data))
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "drawing.dxf"
            copy.write_bytes(data)
            document = ezdxf.readfile(copy)
        return document, document.audit()
    finally:
        log.disabled = before


def _unit(document: Any, asked: Asked, name: str) -> float:
    """Return metres in a unit: the user's word, or else the header's."""
    if asked.units is not None:
        return metres_in(asked.units)
    code = document.header.get("$INSUNITS", 0)
    if code not in UNITS:
        raise InputError(
            f"{name}: the header names no unit ($INSUNITS is {code}): say --units, one of "
            f"{', '.join(UNITS.values())} or metres in one unit"
        )
    return metres_in(UNITS[code])


def _in_place(entities: Any, document: Any, sizes: dict[str, int]) -> int:
    """Return how many entities there are once every block is put in its places."""
    total = 0
    for entity in entities:
        total += 1
        name = str(entity.dxf.get("name", "")) if entity.dxftype() == "INSERT" else ""
        if name in document.blocks:
            if name not in sizes:
                sizes[name] = 0  # a block within itself ends here
                sizes[name] = _in_place(document.blocks[name], document, sizes)
            total += sizes[name] * max(1, entity.mcount)
    return total


def _entities(
    entities: Any, around: dict[str, Any], notes: Notes, chain: tuple[str, ...] = ()
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the curves and what is said of them; blocks are put in place, however deep."""
    for entity in entities:
        kind = entity.dxftype()
        layer = entity.dxf.get("layer", "0")
        if layer == "0" and around:
            layer = around["layer"]
        if kind == "INSERT":
            if entity.dxf.name in chain:
                notes.add("block within itself", "left out", entity.dxf.name)
                continue
            if len(chain) >= DEEPEST:
                notes.add("blocks within blocks too deep", "left out", entity.dxf.name)
                continue
            attributes = {a.dxf.tag: a.dxf.text for a in entity.attribs}
            inside = {**around, "layer": layer, "block": entity.dxf.name, **attributes}
            inside.setdefault("insert", entity.dxf.get("handle") or f"{id(entity)}")
            for one in entity.multi_insert() if entity.mcount > 1 else [entity]:
                children = one.virtual_entities(
                    skipped_entity_callback=lambda skipped, reason: notes.add(
                        f"{skipped.dxftype()} in a block", "left out", reason
                    )
                )
                yield from _entities(children, inside, notes, (*chain, entity.dxf.name))
        elif kind in CURVES or (kind == "POINT" and entity.has_xdata(APPLICATION)):
            yield entity, {**around, "layer": layer}
        elif kind not in ("ATTDEF", "ATTRIB", "SEQEND", "VIEWPORT"):
            notes.add(kind, "ignored: not a contour", layer)


def _shape(points: np.ndarray, tolerance: float, notes: Notes, layer: str) -> BaseGeometry:
    """Return points as a polygon when their ends meet, else as a line."""
    exact = bool((points[0] == points[-1]).all()) and len(points) >= 4
    if not exact and not contours.closed(points, tolerance):
        return shapely.LineString(points)
    if not exact:
        notes.add("contour whose ends do not quite meet", "closed", layer)
    return shapely.Polygon(points)


def _without_details(drawn: list[Drawn], notes: Notes) -> list[Drawn]:
    """Drop what lies inside a larger contour of the same block and layer: it draws a fixture."""
    groups: dict[tuple[str, str], list[Drawn]] = {}
    for one in drawn:
        if "insert" in one.properties:
            key = one.properties["insert"], one.properties["layer"]
            groups.setdefault(key, []).append(one)
    details = set()
    for (_, layer), parts in groups.items():
        shapes = np.array([one.shape for one in parts], dtype=object)
        areas = shapely.area(shapes)
        inner, outer = shapely.STRtree(shapely.buffer(shapes, 1e-6)).query(shapes, "covered_by")
        for number in np.unique(inner[areas[outer] > areas[inner]]).tolist():
            details.add(id(parts[number]))
            notes.add("line inside a contour of the same block", "taken as its detail", layer)
    kept = [one for one in drawn if id(one) not in details]
    return [Drawn(one.shape, {key: value for key, value in one.properties.items()
                              if key != "insert"}) for one in kept]  # fmt: skip


def _written(entity: Any) -> dict[str, Any] | None:
    """Return what LayoutLab wrote on an entity."""
    if not entity.has_xdata(APPLICATION):
        return None
    tags = entity.get_xdata(APPLICATION)
    said = "".join(value for code, value in tags if code == 1000)
    try:
        written: dict[str, Any] = json.loads(said)
        if {"form", "part", "properties"} <= set(written):
            return written
    except (json.JSONDecodeError, TypeError) as error:
        raise InputError(f"extended data of {APPLICATION}: expected JSON: {error}") from error
    raise InputError(f"extended data of {APPLICATION}: expected form, part and properties")


def _whole(parts: list[tuple[dict[str, Any], np.ndarray]]) -> Drawn:
    """Put a thing together from its rings, lines or points, in the form it had."""
    said = parts[0][0]
    pieces: dict[int, list[np.ndarray]] = {}
    for written, points in parts:
        pieces.setdefault(written["part"], []).append(points)
    try:
        shape = contours.assembled(said["form"], list(pieces.values()))
    except (ValueError, ShapelyError) as error:
        raise InputError(f"extended data of {APPLICATION}: expected what fits the shapes: "
                         f"{error}") from error  # fmt: skip
    return Drawn(shape, own=said["properties"])


def _title(document: Any, path: str | Path) -> str:
    if document.header.custom_vars.has_tag(APPLICATION):
        return str(json.loads(document.header.custom_vars.get(APPLICATION)))
    return Path(path).name
