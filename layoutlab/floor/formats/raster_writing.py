"""How is a plan written on cells? As a robot's map (PGM and YAML) or a grid of characters.

A cell belongs to a polygon that its centre lies in, and to a line that passes through it.
"""

import json
import math
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.formats.characters import MOST_CELLS
from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.plans.plan import IN_THE_WAY, Plan, Thing

MAP_CELL_M, TEXT_CELL_M = 0.05, 0.5
GREY = {"free": 254, "occupied": 0, "unknown": 205}
_GROUND = {"outside": " ", "floor": ".", "wall": "#", "entrance": "E", "exit": "X", "checkout": "C"}
_LETTERS = "ABDFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwxyz0123456789"
_OTHER = "*"


def write_map(plan: Plan, path: str | Path, notes: Notes, *, cell_m: float = MAP_CELL_M) -> None:
    """Write a plan as a ROS map: the YAML file at `path`, the image of its name beside it."""
    columns, rows, corner = _frame(plan, cell_m)
    image = np.full((rows, columns), GREY["unknown"], dtype=np.uint8)
    image[_taken(plan.outline, image.shape, corner, cell_m)] = GREY["free"]
    for thing in plan.of(*IN_THE_WAY):
        image[_taken(thing.shape, image.shape, corner, cell_m)] = GREY["occupied"]
    notes.add("kinds, names and departments", "not kept by a map of what is in the way",
              count=len(plan.things))  # fmt: skip
    notes.add("shapes", f"rounded to cells of {cell_m:g} m", count=len(plan.of(*IN_THE_WAY)))
    path = Path(path)
    picture = path.with_suffix(".pgm")
    header = f"P5\n{columns} {rows}\n255\n".encode()
    canonical.write_bytes(picture, header + image[::-1].tobytes())
    canonical.write_text(
        path,
        f"image: {picture.name}\nresolution: {cell_m!r}\n"
        f"origin: [{corner[0]!r}, {corner[1]!r}, 0.0]\nnegate: 0\n"
        "occupied_thresh: 0.65\nfree_thresh: 0.196\n",
    )


def write_characters(
    plan: Plan, path: str | Path, notes: Notes, *, cell_m: float = TEXT_CELL_M
) -> None:
    """Write a plan as a grid of characters with its legend."""
    columns, rows, corner = _frame(plan, cell_m)
    cells = np.full((rows, columns), _GROUND["outside"])
    cells[_taken(plan.outline, cells.shape, corner, cell_m)] = _GROUND["floor"]
    legend: dict[str, object] = {}
    for thing in plan.things:
        if thing.kind in ("outline", "zone", "utility"):
            if thing.kind != "outline":
                notes.add(thing.kind, "not kept by a grid of characters", thing.id)
            continue
        taken = _taken(thing.shape, cells.shape, corner, cell_m)
        if not taken.any():
            notes.add("thing too small for a cell", "left out", thing.id)
        cells[taken] = _GROUND.get(thing.kind) or _letter(thing, legend, notes)
    notes.add("shapes", f"rounded to cells of {cell_m:g} m; ids, names and heights not kept",
              count=len(plan.things))  # fmt: skip
    said = json.dumps({"cell_m": cell_m, "characters": legend}, sort_keys=True)
    lines = ["".join(row).rstrip() for row in cells[::-1]]
    canonical.write_text(path, "\n".join([said, "---", *lines, ""]))


def _letter(thing: Thing, legend: dict[str, object], notes: Notes) -> str:
    """Return the letter of fixtures of this type and these departments; a new one if needed."""
    meant = {"kind": "fixture", "type": thing.type, "departments": list(thing.departments)}
    meant = {key: value for key, value in meant.items() if value}
    for letter, known in legend.items():
        if known == meant:
            return letter
    if meant == {"kind": "fixture"} or len(legend) >= len(_LETTERS):
        if len(meant) > 1:
            notes.add("more kinds of fixtures than letters", f"written as {_OTHER}", thing.id)
        return _OTHER
    letter = _LETTERS[len(legend)]
    legend[letter] = meant
    return letter


def _frame(plan: Plan, cell_m: float) -> tuple[int, int, tuple[float, float]]:
    """Return columns, rows and the lower left corner of the cells around the outline."""
    if not (math.isfinite(cell_m) and cell_m > 0):
        raise InputError(f"cell_m: expected a size above 0 m, got {cell_m:g}")
    left, low, right, high = plan.outline.bounds
    corner = float(left), float(low)
    columns = math.ceil((right - left) / cell_m - 1e-9)
    rows = math.ceil((high - low) / cell_m - 1e-9)
    if not 0 < rows * columns <= MOST_CELLS:
        raise InputError(f"cell_m: {cell_m:g} m makes {rows * columns} cells, at most {MOST_CELLS}")
    return columns, rows, corner


def _taken(
    shape: BaseGeometry, size: tuple[int, ...], corner: tuple[float, float], cell_m: float
) -> np.ndarray:
    """Return the mask of the cells a shape takes, bool (rows, columns)."""
    rows, columns = np.indices(size)
    x, y = corner[0] + columns * cell_m, corner[1] + rows * cell_m
    if shape.area > 0:
        inside: np.ndarray = shapely.contains_xy(shape, x + cell_m / 2, y + cell_m / 2)
        return inside
    left, low, right, high = shape.bounds
    near = (x <= right) & (x + cell_m >= left) & (y <= high) & (y + cell_m >= low)
    taken = np.zeros(size, dtype=bool)
    boxes = shapely.box(x[near], y[near], x[near] + cell_m, y[near] + cell_m)
    taken[near] = shapely.length(shapely.intersection(boxes, shape)) > 1e-9
    return taken
