"""Which plan does a command work on? A file in any format that is read, or the built-in store."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.commands import say
from layoutlab.errors import InputError

if TYPE_CHECKING:
    from layoutlab.floor.formats.reading import Reading
    from layoutlab.floor.plans.plan import Plan

BUILT_IN = "built-in"
PLAN = f"a plan or drawing in any format that `plan import` reads, or '{BUILT_IN}'"
NOT_MEASURED = (
    "empty", "outline", "kind", "duplicate", "number", "shape", "crossing", "face", "degrees",
    "size",
)  # fmt: skip
"""Problems that leave nothing to measure; a planner may want rules checked in spite of others."""


def add_options(verb: argparse.ArgumentParser, *, cell: str = "--cell") -> None:
    """Add what a drawing may not say itself: words, units, scale, the side of a cell."""
    verb.add_argument("--map", metavar="FILE", help="mapping file, or the name of one that comes "
                      "with LayoutLab: which layers and names are which kinds")  # fmt: skip
    verb.add_argument("--units", help="m, dm, cm, mm, in, ft, yd, or metres in one unit")
    verb.add_argument("--scale", type=float, help="of a drawing on paper: 50 for 1:50")
    verb.add_argument(cell, type=float, metavar="M", dest="cell_of_text",
                      help="side of a character's cell, metres")  # fmt: skip


def reading(options: argparse.Namespace, name: str) -> "Reading":
    """Return the plan of a name on the command line, and how it was come by.

    Raises
    ------
    InputError
        For a file in no format that is read.
    """
    from layoutlab.floor.formats import reading as formats

    if name == BUILT_IN:
        from layoutlab.floor.generation.builtin import builtin_store

        return formats.Reading(builtin_store(), "plan", (), ())
    return formats.read(name, mapping=options.map, units=options.units, scale=options.scale,
                        cell_m=options.cell_of_text)  # fmt: skip


def plan(options: argparse.Namespace, name: str) -> "Plan":
    """Return a plan as it was read, sound or not; say how much about it is not as it should be."""
    found = reading(options, name)
    if found.notes or found.problems:
        say(f"{name}: {len(found.notes)} notes and {len(found.problems)} problems on reading; "
            "`layoutlab plan validate` tells them")  # fmt: skip
    return found.plan


def measurable(found: "Reading", name: str) -> tuple[str, ...]:
    """Return in words what is not as it should be with a plan that rules can be checked on.

    Raises
    ------
    InputError
        When a problem leaves nothing to measure.
    """
    from layoutlab.floor.plans.validity import ERROR

    errors = [one for one in found.problems if one.level == ERROR and one.what in NOT_MEASURED]
    if errors:
        more = f" ({len(errors) - 1} more errors)" if len(errors) > 1 else ""
        raise InputError(f"{name}: {errors[0].words}{more}")
    said = [f"on reading: {note}" for note in found.notes]
    return (*said, *(f"{one.level} of the plan: {one.words}" for one in found.problems))


def writable(path: str, *, folder: bool = False) -> None:
    """Refuse a place where nothing can be written, before any work.

    Raises
    ------
    InputError
        Where a file stands in a folder's place or the reverse, or writing is not allowed.
    """
    out = Path(path)
    if out.exists() and out.is_dir() != folder:
        asked, there = ("a folder", "a file") if folder else ("a file to write", "a folder")
        raise InputError(f"{path}: expected {asked}, got {there}")
    parent = next(each for each in (out, *out.absolute().parents) if each.exists())
    if not os.access(parent, os.W_OK):
        raise InputError(f"{path}: expected a place to write to, got one that is read-only")
    if parent != out and not parent.is_dir():
        raise InputError(f"{path}: expected a place to write to, got one inside the file {parent}")


def described(found: "Reading") -> dict[str, Any]:
    """Return what JSON keeps of how a plan was come by: its format and notes."""
    report = found.report()
    return {"format": report["format"], "notes": report["notes"]}
