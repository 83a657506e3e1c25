"""Which things does a round body of one width reach from an entrance?

On true polygons: the body's centre stays on the floor shrunk by its radius, less everything in the
way grown by it (arcs as 32 pieces a quarter, inside the circle by at most 0.3 mm at 1 m). On a
raster: cells whose centre nothing covers; the same with distances between the centres of cells.
A raster is wrong by up to two cells; it is there to compare with what others measured so.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import IN_THE_WAY, Plan, Thing

REACH_M = 0.15
"""How far beyond the body a hand takes goods (assumed; nothing changes from 0.10 to 0.20 m on the
plans we know)."""
QUARTER = 32


def reachable(
    plan: Plan, diameter_m: float, *, reach_m: float = REACH_M, resolution_m: float | None = None
) -> tuple[str, ...]:
    """Return the ids of fixtures and checkouts that a round body reaches, in the plan's order.

    Parameters
    ----------
    plan : Plan
        With an outline and at least one entrance. Things without faces are reached at any side.
    diameter_m : float
        Above 0.
    reach_m : float
        How far from the body a face may be, metres, at least 0.
    resolution_m : float, optional
        Side of a cell: measure on a raster whose lines are whole multiples of it from the drawing's
        origin. On the true polygons when not given.

    Raises
    ------
    InputError
        When a length is out of range, or the plan has no outline or no entrance.
    """
    if not diameter_m > 0:
        raise InputError(f"diameter_m: expected a width above 0 m, got {diameter_m:g}")
    if not reach_m >= 0:
        raise InputError(f"reach_m: expected at least 0 m, got {reach_m:g}")
    if not plan.of("entrance"):
        raise InputError("plan: expected an entrance, got none")
    if resolution_m is None:
        centres = _exact(plan, diameter_m)
    else:
        centres = _raster(plan, diameter_m, resolution_m)
    limit = diameter_m / 2 + reach_m + 1e-9
    targets = plan.of("fixture", "checkout")
    shapely.prepare(centres)
    near = shapely.dwithin(centres, np.asarray([face_of(t) for t in targets], dtype=object), limit)
    return tuple(thing.id for thing, reached in zip(targets, near, strict=True) if reached)


def face_of(thing: Thing) -> BaseGeometry:
    """Return a thing's faces as one shape; all of it where it names none."""
    return shapely.union_all(list(thing.faces)) if thing.faces else thing.shape


def _exact(plan: Plan, diameter_m: float) -> BaseGeometry:
    """Return where the body's centre can be."""
    radius = diameter_m / 2
    grown = shapely.buffer(plan.obstacles, radius, quad_segs=QUARTER)
    floor = shapely.buffer(plan.outline, -radius, quad_segs=QUARTER)
    parts = shapely.get_parts(shapely.difference(floor, grown))
    return shapely.union_all(parts[_entered(plan, parts, radius)])


def _entered(plan: Plan, parts: np.ndarray, radius: float) -> np.ndarray:
    doors = shapely.union_all([door.shape for door in plan.of("entrance")])
    shapely.prepare(doors)
    entered: np.ndarray = shapely.dwithin(doors, parts, radius + 1e-6)
    return entered


def _raster(plan: Plan, diameter_m: float, resolution_m: float) -> BaseGeometry:
    """Return the centres of the cells where the body's centre can be."""
    if not resolution_m > 0:
        raise InputError(f"resolution_m: expected a size above 0 m, got {resolution_m:g}")
    low, high = np.asarray(plan.outline.bounds).reshape(2, 2) / resolution_m
    first, last = np.floor(low + 1e-9).astype(int), np.ceil(high - 1e-9).astype(int)
    axes = [(np.arange(a, b) + 0.5) * resolution_m for a, b in zip(first, last, strict=True)]
    x, y = np.meshgrid(*axes)
    free = covered(x, y, [plan.outline])
    free &= ~covered(x, y, [thing.shape for thing in plan.of(*IN_THE_WAY)])
    distance = ndimage.distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1] * resolution_m
    fits = distance >= diameter_m / 2 - 1e-9
    label, _ = ndimage.label(fits, structure=np.ones((3, 3)))
    # a hand reaches out from the edge of where the body fits; it enters at a door
    edge = fits & ~ndimage.binary_erosion(fits)
    reach_m = diameter_m / 2 + 2 * resolution_m
    for door in plan.of("entrance"):
        left, low, right, high = shapely.buffer(door.shape, reach_m).bounds
        edge |= fits & (x >= left) & (x <= right) & (y >= low) & (y <= high)
    at, part = shapely.points(x[edge], y[edge]), label[edge]
    entered = np.unique(part[_entered(plan, at, reach_m)])
    return shapely.multipoints(at[np.isin(part, entered)])


def covered(x: np.ndarray, y: np.ndarray, shapes: Sequence[BaseGeometry]) -> np.ndarray:
    """Say which points lie inside any of the shapes."""
    inside = np.zeros(x.shape, dtype=bool)
    for shape in shapes:
        left, low, right, high = shape.bounds
        near = (x >= left) & (x <= right) & (y >= low) & (y <= high)
        inside[near] |= shapely.contains_xy(shape, x[near], y[near])
    return inside
