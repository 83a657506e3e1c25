"""How is a plan written for other programs? By the suffix: GeoJSON, DXF, SVG, ROS map, CSV, TXT.

What a format cannot hold is returned as notes; nothing is lost silently.
"""

import csv
import io
import math
from pathlib import Path

import numpy as np
import shapely

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.formats.notes import Note, Notes
from layoutlab.floor.plans import geojson
from layoutlab.floor.plans.plan import Plan, Thing

SUFFIXES = (".geojson", ".json", ".dxf", ".svg", ".yaml", ".csv", ".txt")
COLUMNS = ("id", "kind", "x", "y", "width", "depth", "angle", "name", "type", "departments",
           "shelf_m", "height_m", "locked", "accessible", "needs")  # fmt: skip
RECTANGULAR = 0.999
"""A polygon that fills this share of its tightest rectangle is one."""


def write(plan: Plan, path: str | Path, *, cell_m: float | None = None) -> tuple[Note, ...]:
    """Write a plan in the format of the file's suffix and return what was lost.

    Parameters
    ----------
    plan : Plan
    path : str or Path
        ``.geojson`` or ``.json``, ``.dxf``, ``.svg``, ``.yaml`` (ROS map, its image beside it),
        ``.csv`` (rectangles) or ``.txt`` (characters).
    cell_m : float, optional
        Side of a cell of the last two rasters; 0.05 m of a map, 0.5 m of characters.

    Raises
    ------
    InputError
        For another suffix, a plan without things, or a raster of too many cells.
    """
    suffix, notes = Path(path).suffix.lower(), Notes()
    if suffix not in SUFFIXES:
        raise InputError(f"{path}: expected a name ending in {', '.join(SUFFIXES)}, got {suffix!r}")
    if not plan.things:
        raise InputError("plan: expected things to write, got none")
    size = {} if cell_m is None else {"cell_m": cell_m}
    if suffix in (".geojson", ".json"):
        geojson.write(plan, path)
    elif suffix == ".dxf":
        from layoutlab.floor.formats import dxf_writing

        dxf_writing.write(plan, path, notes)
    elif suffix == ".svg":
        from layoutlab.floor.formats import svg_writing

        svg_writing.write(plan, path, notes)
    elif suffix == ".csv":
        _write_rectangles(plan, path, notes)
    else:
        from layoutlab.floor.formats import raster_writing

        if suffix == ".yaml":
            raster_writing.write_map(plan, path, notes, **size)
        else:
            raster_writing.write_characters(plan, path, notes, **size)
    return tuple(notes)


def _write_rectangles(plan: Plan, path: str | Path, notes: Notes) -> None:
    """Write a row for each thing: x and y are its corner, the angle turns about it."""
    lines = io.StringIO(newline="")
    table = csv.DictWriter(lines, COLUMNS, lineterminator="\n")
    table.writeheader()
    for thing in plan.things:
        place = _rectangle(thing, notes)
        if place is None:
            notes.add(f"{thing.kind} that is no rectangle or straight line", "left out", thing.id)
            continue
        said = geojson.properties(thing)
        row = {column: said[column] for column in COLUMNS if column in said}
        for column in ("departments", "needs"):
            if any(";" in part for part in said.get(column, ())):
                notes.add(f"{column} with a semicolon", "will be read as two", thing.id)
            row[column] = ";".join(said.get(column, ()))
        for lost in sorted(set(said) - set(COLUMNS)):
            notes.add("faces and further properties", "not kept by a table", lost)
        values = zip(("x", "y", "width", "depth", "angle"), place, strict=True)
        table.writerow(row | {name: f"{value:.9g}" for name, value in values})
    if plan.extra or plan.name:
        notes.add("name and further members of the plan", "not kept by a table")
    canonical.write_text(path, lines.getvalue())


def _rectangle(thing: Thing, notes: Notes) -> tuple[float, float, float, float, float] | None:
    """Return x, y, width, depth and angle of a thing's tightest rectangle; a line has no depth."""
    shape = thing.shape
    if shape.geom_type == "LineString" and len(shape.coords) == 2:
        corners = shapely.get_coordinates(shape)
        return _placed(corners[0], corners[1], 0.0)
    if shape.area == 0:
        return None
    tight = shape if _is_rectangle(shape) else shapely.oriented_envelope(shape)
    share = shape.area / tight.area
    if share < RECTANGULAR:
        notes.add("shape that is no rectangle", "its tightest rectangle written", thing.id)
    corners = shapely.get_coordinates(shapely.orient_polygons(tight))
    return _placed(corners[0], corners[1], float(np.hypot(*(corners[2] - corners[1]))))


def _is_rectangle(shape: shapely.Geometry) -> bool:
    """Say whether a polygon has four right corners, so that its own first side can be kept."""
    if shape.geom_type != "Polygon" or len(shape.interiors) or len(shape.exterior.coords) != 5:
        return False
    sides = np.diff(shapely.get_coordinates(shape), axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    across = np.abs((sides * np.roll(sides, -1, axis=0)).sum(axis=1))
    return bool((across <= 1e-6 * lengths * np.roll(lengths, -1)).all())


def _placed(
    corner: np.ndarray, along: np.ndarray, depth: float
) -> tuple[float, float, float, float, float]:
    side = along - corner
    angle = round(math.degrees(math.atan2(side[1], side[0])), 9) + 0.0
    return float(corner[0]), float(corner[1]), float(np.hypot(*side)), depth, angle
