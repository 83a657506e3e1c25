"""What could a store of this form and size look like? A plausible plan that is valid.

Sizes of fixtures and aisles are those of planning practice: gondolas 0.9 to 1.3 m deep, shelves at
walls 0.55 m, refrigerated ones 0.95 m, aisles 1.4 m in the smallest and 2.2 m and more in large
stores, main aisles 3 m. Nothing here was measured in a store.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.generation import forms, reach
from layoutlab.floor.generation.assigning import assign, fixtures
from layoutlab.floor.generation.departments import Department, check
from layoutlab.floor.generation.places import Place
from layoutlab.floor.generation.shells import LARGE_M2, SMALL_M2, Shell, measures, shell
from layoutlab.floor.generation.utilities import utilities
from layoutlab.floor.plans import validity
from layoutlab.floor.plans.plan import Plan, Thing

SMALLEST_M2, LARGEST_M2 = 150.0, 6000.0
NAMES = {"grid": "Grid", "racetrack": "Racetrack", "free": "Free-form"}
PIECES_M = (5.0, 3.75, 2.5, 1.25, 1.0, 0.8)
"""Lengths of fixtures that are tried."""


def generate(
    form: str,
    area_m2: float,
    departments: Sequence[Department],
    *,
    rng: np.random.Generator,
    piece_m: float | None = None,
    aspect: float | None = None,
) -> Plan:
    """Make up a store.

    Parameters
    ----------
    form : str
        grid, racetrack or free.
    area_m2 : float
        Of the outline, back room included; from 150 to 6,000, met within 3 %.
    departments : sequence of Department
        In the order in which they should follow each other.
    rng : numpy.random.Generator
    piece_m : float, optional
        Length of fixtures; when not given, the one usual for the size of store, or the longest
        shorter one with which every department gets a fixture.
    aspect : float, optional
        Width by depth of a plain rectangle; drawn when not given, the shape then sometimes an L.

    Returns
    -------
    Plan
        Valid, every face within reach of a disc of 1.2 m that comes in by the entrance; at least
        one fixture for each department.

    Raises
    ------
    InputError
        When the form is unknown, the area outside its range, or the departments are too many.
    """
    departments = check(departments)
    if form not in forms.FORMS:
        raise InputError(f"form: expected one of {', '.join(forms.FORMS)}, got {form!r}")
    if not SMALLEST_M2 <= area_m2 <= LARGEST_M2:
        raise InputError(f"area: expected 150 to 6,000 m², got {area_m2:g}")
    seed = int(rng.integers(2**63))
    for piece in _pieces(area_m2, piece_m):
        again = np.random.default_rng(seed)
        sizes = measures(area_m2, piece, rng=again)
        building = shell(area_m2, sizes, rng=again, aspect=aspect)
        found = reach.only_reached(forms.places(form, building, sizes, rng=again), building)
        if len(found) >= len(departments):
            return _plan(f"{NAMES[form]} store of {area_m2:,.0f} m²", form, building, found,
                         departments)  # fmt: skip
    raise InputError(
        f"departments: expected at most {len(found)} in a {form} store of {area_m2:g} m², "
        f"got {len(departments)}"
    )


def _pieces(area_m2: float, piece_m: float | None) -> tuple[float, ...]:
    if piece_m is not None:
        return (piece_m,)
    usual = 2.5 if area_m2 < SMALL_M2 else 3.75 if area_m2 < LARGE_M2 else 5.0
    return tuple(piece for piece in PIECES_M if piece <= usual)


def _plan(
    name: str,
    form: str,
    building: Shell,
    found: Sequence[Place],
    departments: Sequence[Department],
) -> Plan:
    standing = fixtures(found, assign(found, departments))
    things = (*_building(building), *standing, *utilities(standing, building))
    return validity.check(Plan(name, things, {"form": form, "made_up": True}))


def _building(building: Shell) -> list[Thing]:
    """Return outline, walls, zones, doors and checkouts."""
    things = [
        Thing("outline", "outline", building.outline),
        Thing("back-room-wall", "wall", building.walls, height_m=3.5),
        Thing("back-room", "zone", building.back_room, name="back room", type="back room"),
        Thing("entrance", "entrance", building.entrance, name="entrance", accessible=True),
        Thing("exit", "exit", building.exits[0], name="exit", accessible=True),
    ]
    for number, door in enumerate(building.exits[1:], 1):
        things.append(
            Thing(f"emergency-exit-{number}", "exit", door, name="emergency exit",
                  type="emergency", accessible=True)
        )  # fmt: skip
    for number, (shape, accessible) in enumerate(
        zip(building.checkouts, building.accessible, strict=True), 1
    ):
        things.append(
            Thing(f"checkout-{number}", "checkout", shape, height_m=0.9, accessible=accessible)
        )
    area = shapely.box(*shapely.union_all(building.checkouts).bounds)
    things.append(Thing("checkouts", "zone", area, name="checkouts", type="checkouts"))
    return things
