"""What does a robot's map say? An occupancy grid (PGM and YAML) traced to walls and a floor.

A map knows what stands in the way and not what it is: all of it becomes walls, enclosed cells that
nobody has seen become walls of type ``unknown``. Polygons follow the cells' sides exactly.

References
----------
ROS map_server, map format: image, resolution, origin (x, y, yaw), negate, occupied_thresh,
free_thresh; trinary mode.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.formats import characters
from layoutlab.floor.formats.drawing import Drawing, Drawn, content, text
from layoutlab.floor.formats.notes import Notes

FREE, OCCUPIED, UNKNOWN = 0, 1, 2
MEMBERS = ("image", "resolution", "origin")
RESOLUTIONS_M = (0.001, 1.0)
SIDES_M = (2.0, 2000.0)
_IMAGE = re.compile(rb"(P[25])(?:\s+|#[^\n]*\n)+?(\d+)(?:\s+|#[^\n]*\n)+?(\d+)"
                    rb"(?:\s+|#[^\n]*\n)+?(\d+)\s")  # fmt: skip


@dataclass(frozen=True, eq=False)
class Map:
    """An occupancy grid.

    Attributes
    ----------
    cells : ndarray of uint8, shape (rows, columns)
        `FREE`, `OCCUPIED` or `UNKNOWN`; row 0 lies at the lowest y.
    resolution_m : float
        Side of a cell.
    origin : (float, float, float)
        Lower left corner of cell (0, 0), metres, and the turn of the grid about it, radians.
    """

    cells: np.ndarray
    resolution_m: float
    origin: tuple[float, float, float]


def load(path: str | Path) -> Map:
    """Return the map of a YAML file, or of an image with a YAML file of its name beside it.

    Raises
    ------
    InputError
        For files that are missing, cut off or of another form, and a resolution or thresholds
        that no map of a store has.
    """
    path = _description(Path(path))
    try:
        said = yaml.safe_load(text(path))
    except yaml.YAMLError as error:
        raise InputError(f"{path}: expected YAML: {' '.join(str(error).split())}") from error
    if not isinstance(said, dict) or (missing := [m for m in MEMBERS if said.get(m) is None]):
        missing = missing if isinstance(said, dict) else [*MEMBERS]
        raise InputError(
            f"{path}: expected a map's YAML with image, resolution and origin, found no "
            f"{', no '.join(missing)}"
        )
    image = _beside(path.parent / str(said["image"]))
    grey, most = _image(content(image), str(image))
    resolution_m, origin = _geometry(said, grey.shape, str(path))
    return Map(_cells(grey / most, said, str(path)), resolution_m, origin)


def is_description(said: Any) -> bool:
    """Say whether parsed YAML describes a map, wholly or in part."""
    return isinstance(said, dict) and len({*MEMBERS} & set(said)) >= 2


def drawing(found: Map, name: str, notes: Notes) -> Drawing:
    """Return the drawing of a map: its largest connected floor, what is in the way, what is unseen.

    The outline is the floor and all it encloses, with the obstacles at its rim.
    """
    labels, count = ndimage.label(found.cells != UNKNOWN, structure=np.ones((3, 3)))
    if not (found.cells == FREE).any():
        raise InputError(f"{name}: expected free cells on the map, got none")
    sizes = np.bincount(labels[found.cells == FREE], minlength=count + 1)
    main = labels == int(np.argmax(sizes))
    if (lost := int(((found.cells != UNKNOWN) & ~main).sum())) > 0:
        notes.add("seen cells apart from the largest floor", "left out", count=lost)
    inside = ndimage.binary_fill_holes(main)
    shapes = [Drawn(traced(inside, found), {"id": "outline", "kind": "outline"})]
    walls = (("wall", found.cells == OCCUPIED, ""), ("unknown", found.cells == UNKNOWN, "unknown"))
    for stem, mask, kind in walls:
        pieces = shapely.get_parts(traced(mask & inside, found))
        for number, piece in enumerate(sorted(pieces, key=lambda p: (-p.area, p.bounds)), start=1):
            said = {"id": f"{stem}-{number}", "kind": "wall", "type": kind}
            shapes.append(Drawn(piece, said))
    notes.add("map without kinds", "what is in the way became walls; doors are to be added")
    return Drawing(name, tuple(shapes), 1.0, {"resolution_m": found.resolution_m})


def traced(mask: np.ndarray, found: Map) -> BaseGeometry:
    """Return masked cells of a map as a geometry in metres, at the map's place and turn."""
    x, y, yaw = found.origin
    cosine, sine = (math.cos(yaw), math.sin(yaw)) if yaw else (1.0, 0.0)
    turn = np.array([[cosine, sine], [-sine, cosine]])

    def place(points: np.ndarray) -> np.ndarray:
        return (points * found.resolution_m) @ turn + [x, y]

    return shapely.transform(characters.outlined(mask), place)


def _description(path: Path) -> Path:
    """Return the YAML file that describes a map's image."""
    bare = path.with_suffix("") if path.suffix == ".gz" else path
    if bare.suffix.lower() in (".yaml", ".yml"):
        return path
    beside = [_beside(bare.with_suffix(suffix)) for suffix in (".yaml", ".yml")]
    found = [candidate for candidate in beside if candidate.exists()]
    if not found:
        raise InputError(f"{path}: expected a map's YAML file beside the image, found none")
    return found[0]


def _beside(path: Path) -> Path:
    """Return a file, or the same one gzipped when only that is there."""
    packed = path.with_name(path.name + ".gz")
    return packed if packed.exists() and not path.exists() else path


def _image(data: bytes, name: str) -> tuple[np.ndarray, int]:
    """Return the grey values of a PGM image, rows from low to high y, and the highest possible."""
    head = _IMAGE.match(data)
    if head is None:
        raise InputError(f"{name}: expected a PGM image (P5 or P2), got something else")
    width, height, most = (int(value) for value in head.groups()[1:])
    if not (0 < most < 256 and width > 0 and height > 0):
        raise InputError(f"{name}: expected a PGM image of bytes, got {width} x {height}, "
                         f"values up to {most}")  # fmt: skip
    body = data[head.end() :]
    if head[1] == b"P5":
        values = np.frombuffer(body[: width * height], dtype=np.uint8)
    else:
        values = np.array(re.sub(rb"#[^\n]*", b"", body).split()[: width * height], dtype=np.uint8)
    if len(values) != width * height:
        raise InputError(
            f"{name}: expected {width * height} cells, got {len(values)}: the file is cut off"
        )
    return values.reshape(height, width)[::-1].astype(float), most


def _geometry(
    said: dict[str, Any], shape: tuple[int, ...], name: str
) -> tuple[float, tuple[float, float, float]]:
    """Return the checked resolution and origin."""
    resolution = said["resolution"]
    low, high = RESOLUTIONS_M
    if not isinstance(resolution, int | float) or not low <= resolution <= high:
        raise InputError(
            f"{name}: resolution: expected metres of a cell's side from {low:g} to {high:g}, "
            f"got {resolution!r}"
        )
    side = max(shape) * resolution
    if not SIDES_M[0] <= side <= SIDES_M[1]:
        raise InputError(
            f"{name}: resolution: {resolution:g} m makes the map {side:g} m long; expected "
            f"from {SIDES_M[0]:g} to {SIDES_M[1]:g} m"
        )
    origin = said["origin"]
    numbers = isinstance(origin, list) and all(isinstance(v, int | float) for v in origin)
    if not numbers or len(origin) != 3 or not np.isfinite(origin).all():
        raise InputError(f"{name}: origin: expected [x, y, yaw], got {origin!r}")
    return float(resolution), (float(origin[0]), float(origin[1]), float(origin[2]))


def _cells(grey: np.ndarray, said: dict[str, Any], name: str) -> np.ndarray:
    """Return what each cell is, by the map's thresholds."""
    if said.get("mode", "trinary") != "trinary":
        raise InputError(f"{name}: mode: expected trinary, got {said['mode']!r}")
    occupied = said.get("occupied_thresh", 0.65)
    free = said.get("free_thresh", 0.196)
    known = all(isinstance(value, int | float) for value in (occupied, free))
    if not known or not 0 < free < occupied < 1:
        raise InputError(
            f"{name}: expected 0 < free_thresh < occupied_thresh < 1, got {free!r}, {occupied!r}"
        )
    chance = grey if said.get("negate", 0) else 1 - grey
    cells = np.full(grey.shape, UNKNOWN, dtype=np.uint8)
    cells[chance > occupied] = OCCUPIED
    cells[chance < free] = FREE
    return cells
