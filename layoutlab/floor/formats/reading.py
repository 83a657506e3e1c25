"""Which format is a file in, and which plan does it hold? One way in for all of them."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layoutlab.errors import InputError
from layoutlab.floor.formats import (
    characters,
    dxf,
    foreign,
    meaning,
    points,
    rectangles,
    ros_map,
    svg,
    vocabulary,
)
from layoutlab.floor.formats.drawing import Asked, Drawing, text
from layoutlab.floor.formats.notes import Note, Notes
from layoutlab.floor.formats.recognising import FORMATS, parsed, recognised
from layoutlab.floor.formats.vocabulary import Vocabulary
from layoutlab.floor.plans import geojson, validity
from layoutlab.floor.plans.plan import Plan


@dataclass(frozen=True, eq=False)
class Reading:
    """A plan and how it was come by.

    Attributes
    ----------
    plan : Plan
        Not refused for its problems.
    format : str
        One of `FORMATS`.
    notes : tuple of Note
        What was not understood, closed, joined, left out or made up.
    problems : tuple of Problem
        What is wrong with the plan: `layoutlab.floor.plans.validity.problems`.
    """

    plan: Plan
    format: str
    notes: tuple[Note, ...]
    problems: tuple[validity.Problem, ...]

    def report(self) -> dict[str, Any]:
        """Return what JSON keeps: format, things by kind, notes and problems."""
        return {
            "format": self.format,
            "name": self.plan.name,
            "things": dict(sorted(Counter(thing.kind for thing in self.plan.things).items())),
            "notes": [
                {"what": n.what, "done": n.done, "count": n.count, "where": list(n.where)}
                for n in self.notes
            ],
            "problems": [plain(problem) for problem in self.problems],
        }


def plain(problem: validity.Problem) -> dict[str, Any]:
    """Return what JSON keeps of a problem."""
    return {
        "what": problem.what,
        "level": problem.level,
        "words": problem.words,
        "things": list(problem.things),
        "place": list(problem.place) if problem.place else None,
    }


def read(
    path: str | Path,
    *,
    mapping: str | Path | None = None,
    units: str | None = None,
    scale: float | None = None,
    cell_m: float | None = None,
    anchor: str = "corner",
    degrees: bool | None = None,
    tolerance_m: float = Asked.tolerance_m,
    form: str | None = None,
) -> Reading:
    """Return the plan of a file in any of the formats, gzipped or not, and what was noted.

    Parameters
    ----------
    path : str or Path
    mapping : str or Path, optional
        A mapping file, or the name of one that comes with LayoutLab (`vocabulary.load`).
    units, scale, cell_m, anchor, degrees, tolerance_m
        What the file does not say itself: `layoutlab.floor.formats.drawing.Asked`.
    form : str, optional
        One of `FORMATS`; found by content and suffix when not given.

    Raises
    ------
    InputError
        For a file that cannot be read as its format, and when nothing in it is of a known kind.
    """
    asked = Asked(units, scale, cell_m, anchor, degrees, tolerance_m)
    words, notes = vocabulary.load(mapping), Notes()
    form = form or recognised(path, words)
    if form not in FORMATS:
        raise InputError(f"format: expected {', '.join(FORMATS)}, got {form!r}")
    if form == "plan":
        plan = geojson.from_geojson(parsed(path), name=Path(path).name)
    else:
        drawing = _drawing(path, form, asked, words, notes)
        plan = meaning.plan_of(drawing, words, notes, tolerance_m=tolerance_m)
    if not any(thing.kind != "outline" for thing in plan.things):
        seen = "; ".join(str(note) for note in notes)
        found = "only an outline" if plan.things else "none"
        raise InputError(
            f"{path}: expected things of a store, understood {found}{': ' if seen else ''}{seen}"
        )
    return Reading(plan, form, tuple(notes), validity.problems(plan))


def plan_at(path: str | Path, *, tell: Callable[[str], None] | None = None) -> Plan:
    """Return the sound plan of a file in any of the formats, for commands that only use it.

    Parameters
    ----------
    path : str or Path
    tell : callable, optional
        Is given one line to say when something in the file was not understood or was made up.

    Raises
    ------
    InputError
        As `read`, and for a plan with errors (`layoutlab.floor.plans.validity.check`).
    """
    found = read(path)
    if found.notes and tell is not None:
        tell(f"{path}: {len(found.notes)} notes on reading; `layoutlab plan validate` tells them")
    return validity.check(found.plan)


def _drawing(path: str | Path, form: str, asked: Asked, words: Vocabulary, notes: Notes) -> Drawing:
    """Return the drawing of a file in a format that is known."""
    name = Path(path).name
    if form == "dxf":
        return dxf.drawing(path, asked, notes)
    if form == "svg":
        return svg.drawing(path, asked, notes)
    if form == "ros-map":
        return ros_map.drawing(ros_map.load(path), name, notes)
    if form == "characters":
        return characters.drawing(text(path), name, asked, words, notes)
    if form == "rectangles":
        source = text(path)
        rows = (
            json.loads(source)
            if source.lstrip()[:1] == "["
            else rectangles.table(source, name, notes)
        )
        return rectangles.drawing(rows, name, asked, words, notes)
    if form == "points":
        return points.drawing(parsed(path), name, asked)
    return foreign.drawing(parsed(path), name, asked, notes, words.globe)
