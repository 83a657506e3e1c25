"""What is a store's plan? Things of known kinds, drawn as polygons and lines in metres, y up.

Coordinates are local: the origin is the drawing's own, and a metre is a metre everywhere. What a
thing does not say is None or empty; nothing is guessed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError

KINDS = ("outline", "wall", "fixture", "entrance", "exit", "checkout", "zone", "utility")
IN_THE_WAY = ("wall", "fixture", "checkout")
"""Kinds that nobody walks through. Doors, zones and utilities do not block."""


@dataclass(frozen=True, eq=False)
class Thing:
    """One thing on a plan.

    Attributes
    ----------
    id : str
        Unique on the plan.
    kind : str
        One of `KINDS`.
    shape : shapely geometry
        Metres. Polygons for outline, fixture, checkout and zone; polygons or lines for wall,
        entrance and exit; any geometry for utility. A line has no thickness.
    name : str
        What people call it.
    type : str
        The kind of fixture or utility: shelf, gondola, refrigerated, table, water, power, ...
    departments : tuple of str
        What a fixture carries, in order along it; a zone's own name of its part of the store.
    shelf_m : float, optional
        Running metres of shelf, all levels and faces together; above 0.
    height_m : float, optional
        Above 0.
    faces : tuple of LineString
        Where customers take goods: pieces of the fixture's boundary, within 1 mm.
    locked : bool
        A search must not move it, nor change what it carries.
    accessible : bool, optional
        Whether a checkout, entrance or exit is made for wheelchairs.
    needs : tuple of str
        What a fixture has to stand at: wall, cold, water, power, back room.
    extra : mapping
        Further properties, kept as they came.
    """

    id: str
    kind: str
    shape: BaseGeometry
    name: str = ""
    type: str = ""
    departments: tuple[str, ...] = ()
    shelf_m: float | None = None
    height_m: float | None = None
    faces: tuple[shapely.LineString, ...] = ()
    locked: bool = False
    accessible: bool | None = None
    needs: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Plan:
    """A store's plan. Every way to make one ends in `layoutlab.floor.plans.validity.check`.

    Attributes
    ----------
    name : str
    things : tuple of Thing
        In the order of the drawing; one outline, whose holes are outside too.
    extra : mapping
        Members of the file that we do not know, kept as they came.
    """

    name: str
    things: tuple[Thing, ...]
    extra: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Thing]:
        """The things by their id."""
        return {thing.id: thing for thing in self.things}

    def of(self, *kinds: str) -> tuple[Thing, ...]:
        """Return the things of these kinds, in the order of the drawing."""
        return tuple(thing for thing in self.things if thing.kind in kinds)

    @property
    def outline(self) -> BaseGeometry:
        """The sales floor: a Polygon or MultiPolygon."""
        outlines = self.of("outline")
        if not outlines:
            raise InputError("plan: expected an outline, got none")
        return outlines[0].shape

    @property
    def obstacles(self) -> BaseGeometry:
        """All that nobody walks through, as one geometry."""
        return shapely.union_all([thing.shape for thing in self.of(*IN_THE_WAY)])

    def with_things(self, *changed: Thing) -> "Plan":
        """Return the plan with these things in place of those of the same id."""
        new = {thing.id: thing for thing in changed}
        if unknown := sorted(set(new) - set(self.by_id)):
            raise InputError(f"plan: expected things of the plan, got {', '.join(unknown)}")
        return replace(self, things=tuple(new.get(thing.id, thing) for thing in self.things))
