"""Which format is a file in? Its first bytes decide, then its suffix, then what its JSON holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from layoutlab.errors import InputError
from layoutlab.floor.formats import foreign, points, rectangles, ros_map
from layoutlab.floor.formats.drawing import content, text
from layoutlab.floor.formats.vocabulary import Vocabulary
from layoutlab.floor.plans import geojson

FORMATS = ("plan", "geojson", "dxf", "svg", "ros-map", "rectangles", "characters", "points")
_OTHERS = {
    b"\x89PNG": "a PNG picture; draw its lines anew",
    b"\xff\xd8": "a JPEG picture; draw its lines anew",
    b"GIF8": "a GIF picture; draw its lines anew",
    b"%PDF": "PDF; export the drawing as SVG or DXF",
    b"AC10": "DWG, a closed format; save the drawing as DXF",
    b"PK\x03\x04": "a zip archive; unpack it first",
}
_STARTS = {b"AutoCAD Binary DXF": "dxf", b"P5": "ros-map", b"P2": "ros-map", b"<": "svg"}
_SUFFIXES = {".dxf": "dxf", ".csv": "rectangles", ".tsv": "rectangles", ".txt": "characters"}


def recognised(path: str | Path, words: Vocabulary) -> str:
    """Return the format of a file, one of `FORMATS`.

    Raises
    ------
    InputError
        For a file in none of them.
    """
    data = content(path)
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, name in _OTHERS.items():
        if data.startswith(start):
            raise InputError(f"{path}: expected a drawing of lines, got {name}")
    bare = Path(path).with_suffix("") if Path(path).suffix == ".gz" else Path(path)
    suffix = bare.suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    for start, form in _STARTS.items():
        if head.startswith(start):
            return form
    if suffix in (".json", ".geojson") or head[:1] in (b"{", b"["):
        return _json_form(parsed(path), str(path), words)
    if b"SECTION" in data[:4000] and b"HEADER" in data[:4000]:
        return "dxf"
    if suffix in (".yaml", ".yml") and ros_map.is_description(_yaml(path)):
        return "ros-map"
    raise InputError(
        f"{path}: expected GeoJSON, DXF, SVG, a ROS map (YAML with PGM), a CSV of rectangles or a "
        "TXT grid of characters, got something else"
    )


def parsed(path: str | Path) -> Any:
    """Return the content of a JSON file, gzipped or not."""
    return geojson.parse_text(text(path), str(path))


def _json_form(found: Any, name: str, words: Vocabulary) -> str:
    if isinstance(found, Mapping) and geojson.MEMBER in found:
        return "plan"
    if foreign.is_collection(found):
        return "geojson"
    if rectangles.is_rectangles(found, words):
        return "rectangles"
    if points.is_points(found):
        return "points"
    raise InputError(
        f"{name}: expected GeoJSON, a list of rectangles or named points, got other JSON"
    )


def _yaml(path: str | Path) -> Any:
    try:
        return yaml.safe_load(text(path))
    except yaml.YAMLError as error:
        raise InputError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
