"""Can one walk from an entrance to the checkouts and exits? The free floor for a round body.

The centre of a body of radius r stands on the outline shrunk by r, less everything in the way grown
by r. What is left falls apart into pieces; a piece is entered when an entrance lies at it.
"""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import IN_THE_WAY, Thing

BODY_RADIUS_M = 0.25
"""Half of 0.5 m: one person's shoulders, without a cart (assumed)."""
SLACK_M = 0.05
"""How far beyond its radius a body may be from what it has come to."""
DOOR_DEPTH_M = 1.0
"""How far a door may lie from the floor it opens on: the thickness of a wall, or a porch."""


def unreached(
    things: Sequence[Thing], *, body_radius_m: float = BODY_RADIUS_M
) -> tuple[Thing, ...]:
    """Return the checkouts and exits that nobody reaches from an entrance, in order.

    Parameters
    ----------
    things : sequence of Thing
        With one outline and sound shapes.
    body_radius_m : float
        Above 0.

    Raises
    ------
    InputError
        When the radius is not above 0.
    """
    check_radius(body_radius_m)
    pieces = free_pieces(things, body_radius_m)
    entered = np.zeros(len(pieces), dtype=bool)
    for thing in things:
        if thing.kind == "entrance":
            entered |= _at(thing.shape, pieces, body_radius_m, DOOR_DEPTH_M)
    return tuple(
        thing
        for thing in things
        if thing.kind in ("checkout", "exit")
        and not (
            _at(thing.shape, pieces, body_radius_m, DOOR_DEPTH_M * (thing.kind == "exit")) & entered
        ).any()
    )


def check_radius(body_radius_m: float) -> None:
    """Refuse a radius that is not a finite number above 0."""
    if not 0 < body_radius_m < math.inf:
        raise InputError(f"body_radius_m: expected above 0 m, got {body_radius_m:g}")


def free_pieces(things: Sequence[Thing], body_radius_m: float) -> np.ndarray:
    """Return where a body's centre can be, as connected polygons, ndarray of object (n,)."""
    (outline,) = (thing.shape for thing in things if thing.kind == "outline")
    blocks = shapely.union_all([thing.shape for thing in things if thing.kind in IN_THE_WAY])
    room = shapely.buffer(outline, -body_radius_m, quad_segs=16)
    free = shapely.difference(room, shapely.buffer(blocks, body_radius_m, quad_segs=16))
    parts = shapely.get_parts(free)
    polygons: np.ndarray = parts[shapely.area(parts) > 0]
    return polygons


def _at(
    shape: BaseGeometry, pieces: np.ndarray, body_radius_m: float, depth_m: float
) -> np.ndarray:
    """Say which pieces a shape lies at: within a body's radius, or else the nearest ones.

    The nearest count only up to `depth_m` beyond the radius; all that are as near count.
    """
    away = shapely.distance(pieces, shape)
    if not len(away):
        return np.zeros(0, dtype=bool)
    near = max(body_radius_m, min(float(away.min()), body_radius_m + depth_m)) + SLACK_M
    at: np.ndarray = away <= near
    return at
