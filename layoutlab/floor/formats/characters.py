"""What does a grid of characters say? One cell each; the same characters side by side are a thing.

The file may begin with YAML and a line ``---``: ``cell_m`` and ``characters``, as in a mapping
file. Any other letter than those known is a fixture whose department is that letter.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
import yaml
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.formats.drawing import Asked, Drawing, Drawn
from layoutlab.floor.formats.notes import Notes
from layoutlab.floor.formats.vocabulary import Vocabulary

MOST_CELLS = 4_000_000


def drawing(text: str, name: str, asked: Asked, words: Vocabulary, notes: Notes) -> Drawing:
    """Return the drawing of a grid, its last line at the bottom; (0, 0) is its lower left corner.

    Everything but ``outside`` is floor and makes the outline.

    Raises
    ------
    InputError
        For a cell size that is nowhere said, an empty grid, or a character that means nothing.
    """
    head, lines = _parts(text, name)
    cell_m = asked.cell_m or head.get("cell_m")
    if cell_m is not None and not (type(cell_m) in (int, float) and 0 < cell_m < math.inf):
        raise InputError(f"{name}: cell_m: expected metres above 0, got {cell_m!r}")
    if cell_m is None:
        raise InputError(
            f"{name}: a grid of characters has no size: say --cell, metres of a cell's side, "
            "or begin the file with `cell_m: ...` and a line ---"
        )
    width = max(map(len, lines))
    if len(lines) * width > MOST_CELLS:
        raise InputError(f"{name}: expected at most {MOST_CELLS} cells, got {len(lines) * width}")
    cells = np.array([list(line.ljust(width)) for line in reversed(lines)])
    legend = dict(words.characters) | head.get("characters", {})
    return Drawing(name, tuple(_drawn(cells, legend, name, notes)), float(cell_m))


def _parts(text: str, name: str) -> tuple[dict[str, Any], list[str]]:
    """Return what stands before a line --- and the grid's lines."""
    lines = text.replace("\r\n", "\n").split("\n")
    head: Any = {}
    if "---" in lines:
        cut = lines.index("---")
        try:
            head = yaml.safe_load("\n".join(lines[:cut])) or {}
        except yaml.YAMLError as error:
            raise InputError(f"{name}: expected YAML before ---: {error}") from error
        lines = lines[cut + 1 :]
    if not isinstance(head, dict) or not isinstance(head.get("characters", {}), dict):
        raise InputError(f"{name}: expected `cell_m` and `characters` before ---, got {head!r}")
    head["characters"] = {
        str(key): {"kind": value} if isinstance(value, str) else value
        for key, value in head.get("characters", {}).items()
    }
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    if not lines:
        raise InputError(f"{name}: expected lines of characters, got none")
    return head, [line.rstrip() for line in lines]


def _drawn(
    cells: np.ndarray, legend: Mapping[str, Mapping[str, Any]], name: str, notes: Notes
) -> list[Drawn]:
    outside = np.zeros(cells.shape, dtype=bool)
    drawn: list[Drawn] = []
    for character in sorted(set(cells.ravel().tolist())):
        meant = legend.get(character)
        if meant is None:
            if not character.isalnum():
                raise InputError(
                    f"{name}: expected characters of the legend ({' '.join(sorted(legend))}), "
                    f"got {character!r}"
                )
            meant = {"kind": "fixture", "departments": [character]}
            notes.add("letter that is not in the legend", "a fixture of that department",
                      character)  # fmt: skip
        if meant.get("kind") == "outside":
            outside |= cells == character
        elif meant.get("kind") != "floor":
            drawn += _things(cells == character, character, meant)
    floor = outlined(~outside)
    return [Drawn(floor, {"id": "outline", "kind": "outline"}), *drawn]


def _things(mask: np.ndarray, character: str, meant: Mapping[str, Any]) -> list[Drawn]:
    """Return one thing for each group of cells that share sides."""
    labels, count = ndimage.label(mask)
    return [
        Drawn(outlined(labels == number), {**meant, "character": character})
        for number in range(1, count + 1)
    ]


def outlined(mask: np.ndarray) -> BaseGeometry:
    """Return the cells of a mask (rows from low to high y) as one geometry; a cell's side is 1.

    Runs of cells in a row are joined first, so the union is of few boxes; it is exact.
    """
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    boxes = shapely.box(starts, rows, ends, rows + 1)
    return shapely.normalize(shapely.union_all(boxes).simplify(0))
