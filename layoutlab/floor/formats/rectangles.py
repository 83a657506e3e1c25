"""What does a table of rectangles say? x, y, width, depth, angle and whatever else it knows.

Width runs along the angle (degrees, counter-clockwise from x), depth to the left of it. What x and
y are is a convention that tables do not state: see `layoutlab.floor.formats.drawing.Asked`.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.formats.drawing import Asked, Drawing, Drawn, metres_in
from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.formats.vocabulary import Vocabulary

ANCHORS = ("corner", "box", "centre")
DECIMAL_COMMA = re.compile(r"\s*-?\d+,\d+\s*")


def drawing(
    rows: Sequence[Mapping[str, Any]], name: str, asked: Asked, words: Vocabulary, notes: Notes
) -> Drawing:
    """Return the drawing of rows, one rectangle each; without units, metres are assumed and noted.

    Raises
    ------
    InputError
        For an unknown anchor, missing columns, or numbers that are none.
    """
    if asked.anchor not in ANCHORS:
        raise InputError(f"anchor: expected {', '.join(ANCHORS)}, got {asked.anchor!r}")
    columns = _columns(rows, name, words)
    if asked.units is None:
        notes.add("table without units", "its numbers are taken as metres")
    drawn = []
    for number, row in enumerate(rows, start=1):
        x, y, width, depth = (_number(row, columns[key], name, number)
                              for key in ("x", "y", "width", "depth"))  # fmt: skip
        angle = _number(row, columns["angle"], name, number) if "angle" in columns else 0.0
        if not (width > 0 and depth >= 0):
            raise InputError(f"{name}: row {number}: expected width above 0 and depth from 0, "
                             f"got {width:g} and {depth:g}")  # fmt: skip
        said = {key: value for key, value in row.items() if value not in (None, "")}
        for kind in words.kind_of_rectangles:
            if said.get(kind):
                said["kind"] = said[kind]
                break
        drawn.append(Drawn(rectangle(x, y, width, depth, angle, asked.anchor), said))
    if "angle" not in columns:
        notes.add("no column of angles", "all rectangles stand at 0 degrees")
    return Drawing(name, tuple(drawn), metres_in(asked.units or "m"))


def rectangle(
    x: float, y: float, width: float, depth: float, angle: float, anchor: str = "corner"
) -> BaseGeometry:
    """Return a rectangle, or a line when it has no depth; `anchor` as in `Asked`, angle in degrees.

    Right angles are exact: their sines and cosines are 0, 1 or -1.
    """
    quarter, rest = divmod(angle % 360.0, 90.0)
    turn = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][int(quarter)]
    part = math.cos(math.radians(rest)), math.sin(math.radians(rest))
    cosine = turn[0] * part[0] - turn[1] * part[1]
    sine = turn[1] * part[0] + turn[0] * part[1]
    corners = np.array([[0, 0], [width, 0], [width, depth], [0, depth]], dtype=float)
    middle = np.array([width, depth]) / 2
    pivot = np.zeros(2) if anchor == "corner" else middle
    place = np.array([x, y]) + (middle if anchor == "box" else 0.0)
    turned = (corners - pivot) @ np.array([[cosine, sine], [-sine, cosine]]) + place
    return shapely.Polygon(turned) if depth > 0 else shapely.LineString(turned[:2])


def table(text: str, name: str, notes: Notes | None = None) -> list[dict[str, Any]]:
    """Return the rows of a CSV text with a header; the separator is found (comma, semicolon, tab).

    Between semicolons or tabs a decimal comma is read as a point, and noted.

    Raises
    ------
    InputError
        For an empty table or a row with more cells than the header.
    """
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise InputError(f"{name}: expected a CSV table: {error}") from error
    if not rows:
        raise InputError(f"{name}: expected a header and rows of rectangles, got none")
    for number, row in enumerate(rows, start=1):
        if None in row or None in row.values():
            raise InputError(f"{name}: row {number}: expected as many cells as the header has")
    if separator != ",":
        for row in rows:
            commas = [key for key, cell in row.items() if DECIMAL_COMMA.fullmatch(cell)]
            row.update({key: row[key].replace(",", ".") for key in commas})
            if commas and notes is not None:
                notes.add("decimal commas", "read as points", commas[0], len(commas))
    return rows


def _columns(rows: Sequence[Mapping[str, Any]], name: str, words: Vocabulary) -> dict[str, str]:
    """Return the columns that hold x, y, width, depth and angle."""
    present = {str(column).strip().casefold(): column for column in rows[0]}
    found = {
        key: present[known.casefold()]
        for key, names in words.rectangles.items()
        for known in reversed(names)
        if known.casefold() in present
    }
    if missing := [key for key in ("x", "y", "width", "depth") if key not in found]:
        raise InputError(
            f"{name}: expected columns x, y, width, depth and angle, found none for "
            f"{', '.join(missing)}; a mapping file's `rectangles` can name them"
        )
    return found


def _number(row: Mapping[str, Any], column: str, name: str, number: int) -> float:
    value = row.get(column)
    if isinstance(value, str) and DECIMAL_COMMA.fullmatch(value):
        raise InputError(
            f"{name}: row {number}: {column}: expected a decimal point, got the comma of {value!r}"
        )
    try:
        found = float(value)  # type: ignore[arg-type]  # None and others are refused below
    except (TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        raise InputError(f"{name}: row {number}: {column}: expected a finite number, got {value!r}")
    return found


def is_rectangles(found: Any, words: Vocabulary) -> bool:
    """Say whether a parsed JSON file is a list of rectangles."""
    if not isinstance(found, list) or not found or not all(isinstance(r, dict) for r in found):
        return False
    present = {str(column).casefold() for column in found[0]}
    return all(
        any(known.casefold() in present for known in words.rectangles.get(key, ()))
        for key in ("x", "y", "width", "depth")
    )
