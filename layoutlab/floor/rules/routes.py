"""How wide is the widest route from the entrances to each face, checkout and exit?

A disc that can be moved from an entrance until it touches a face: the largest smallest width of a
way over the skeleton (the bottleneck or widest path; Pollack 1960), which a maximum spanning tree
holds for all places at once (Hu 1961). A disc that touches something can grow, touching it, until
its centre is on the skeleton, so that nothing is lost by looking there alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse import csgraph
from shapely.geometry.base import BaseGeometry

from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.rules.skeleton import Skeleton

ON_FACE_M = 0.002
BESIDE_M = 0.1
NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Routes:
    """The widest routes from the entrances.

    Attributes
    ----------
    width_m : ndarray of float, shape (n,)
        To each point of the skeleton; 0 where there is none.
    narrowest : ndarray of int, shape (n,)
        The ridge that decides; -1 where it is the place itself, beside an entrance.
    """

    width_m: np.ndarray
    narrowest: np.ndarray


@dataclass(frozen=True)
class Reached:
    """The widest route to one thing: its width, where it is narrowest, and between what."""

    thing: str
    width_m: float
    place: tuple[float, float]
    between: tuple[str, ...]


def touching(skeleton: Skeleton, shapes: Iterable[BaseGeometry]) -> np.ndarray:
    """Return the largest disc at each point, as its diameter, where it touches a shape; else 0."""
    width = np.zeros(len(skeleton.points))
    at = shapely.points(skeleton.points)
    for shape in shapes:
        shapely.prepare(shape)
        near = np.nonzero(shapely.dwithin(shape, at, skeleton.clearance_m + 1e-6))[0]
        # beside a door the wall it is in is nearer than the door's end
        wall = shapely.intersection(skeleton.edges, shapely.buffer(shape, BESIDE_M))
        if not wall.is_empty:
            shapely.prepare(wall)
            near = near[shapely.dwithin(shape, at[near], shapely.distance(wall, at[near]) + 1e-6)]
        width[near] = 2 * skeleton.clearance_m[near]
    return width


def from_entrances(plan: Plan, skeleton: Skeleton) -> Routes:
    """Return the widest routes from all entrances of a plan together."""
    start = touching(skeleton, [thing.shape for thing in plan.of("entrance")])
    return widest(skeleton, start)


def widest(skeleton: Skeleton, start_m: np.ndarray) -> Routes:
    """Return the widest routes from points where discs of these diameters may start.

    Parameters
    ----------
    skeleton : Skeleton
    start_m : ndarray of float, shape (n,)
        Largest disc that starts at a point; 0 where none does.
    """
    n, m = len(skeleton.points), len(skeleton.width_m)
    starts = np.nonzero(start_m > 0)[0]
    width_m, narrowest = np.zeros(n + 1), np.full(n + 1, NOWHERE)
    if len(starts) == 0:
        return Routes(width_m[:n], narrowest[:n])
    weight = np.concatenate([skeleton.width_m, start_m[starts]])
    rows = np.concatenate([skeleton.ends[:, 0], np.full(len(starts), n)])
    columns = np.concatenate([skeleton.ends[:, 1], starts])
    # ridges by the points they join, the widest of several
    order = np.argsort(weight, kind="stable")
    ridge = {
        pair: number
        for number, pair in zip(
            order.tolist(),
            zip(
                np.minimum(rows, columns)[order].tolist(),
                np.maximum(rows, columns)[order].tolist(),
                strict=True,
            ),
            strict=True,
        )
    }
    kept = np.fromiter(ridge.values(), dtype=np.int64)
    most = weight.max() + 1
    graph = sparse.coo_array(
        (most - weight[kept], (rows[kept], columns[kept])), shape=(n + 1, n + 1)
    )
    tree = csgraph.minimum_spanning_tree(graph.tocsr())
    order, before = csgraph.breadth_first_order(tree, n, directed=False)
    width_m[n] = np.inf
    wide, decided, parents = width_m.tolist(), narrowest.tolist(), before.tolist()
    values = weight.tolist()
    for point in order[1:].tolist():
        parent = parents[point]
        number = ridge[min(point, parent), max(point, parent)]
        if values[number] < wide[parent]:
            wide[point], decided[point] = values[number], number if number < m else NOWHERE
        else:
            wide[point], decided[point] = wide[parent], decided[parent]
    return Routes(np.array(wide[:n]), np.array(decided[:n]))


def samples_of(skeleton: Skeleton, thing: Thing) -> np.ndarray:
    """Return the samples on a thing's faces; on its whole boundary where it names no face."""
    if thing.id not in skeleton.names or not thing.faces:
        shape = thing.shape.boundary if thing.shape.area > 0 else thing.shape
    else:
        shape = shapely.union_all(list(thing.faces))
    left, low, right, high = shape.bounds
    x, y = skeleton.samples.T
    near = np.nonzero(
        (x >= left - ON_FACE_M) & (x <= right + ON_FACE_M)
        & (y >= low - ON_FACE_M) & (y <= high + ON_FACE_M)
    )[0]  # fmt: skip
    return near[shapely.distance(shapely.points(skeleton.samples[near]), shape) <= ON_FACE_M]


def to_thing(skeleton: Skeleton, routes: Routes, thing: Thing) -> Reached:
    """Return the widest route to a thing: to a face of it, or to touch a door."""
    if thing.id in skeleton.names:
        on_face = np.zeros(len(skeleton.samples), dtype=bool)
        on_face[samples_of(skeleton, thing)] = True
        near = np.unique(skeleton.ends[on_face[skeleton.sides].any(axis=1)])
    else:
        near = np.nonzero(touching(skeleton, [thing.shape]))[0]
    middle = shapely.point_on_surface(thing.shape)
    if len(near) == 0 or not routes.width_m[near].any():
        return Reached(thing.id, 0.0, (middle.x, middle.y), (thing.id,))
    best = near[np.argmax(routes.width_m[near])]
    ridge = int(routes.narrowest[best])
    if ridge == NOWHERE:
        x, y = skeleton.points[best].tolist()
        return Reached(thing.id, float(routes.width_m[best]), (x, y), (thing.id,))
    x, y = skeleton.middle[ridge].tolist()
    return Reached(thing.id, float(routes.width_m[best]), (x, y), skeleton.between(ridge))


def allowing_pinches(
    skeleton: Skeleton, width_m: float, *, pinch_m: float, length_m: float, apart_m: float
) -> Skeleton:
    """Return the skeleton in which short pinches count as wide as the route has to be.

    A pinch is a connected stretch narrower than `width_m` and at least `pinch_m` wide. Its length
    is that of the line midway between its sides. Pinches nearer than `apart_m` to another are none.
    """
    narrow = (skeleton.width_m < width_m) & (skeleton.width_m >= pinch_m)
    numbers = np.nonzero(narrow)[0]
    if len(numbers) == 0:
        return skeleton
    part = _stretches(skeleton, numbers, width_m)
    facing = skeleton.opposite[numbers] < -0.98
    middles = skeleton.samples[skeleton.sides[numbers]].mean(axis=1)
    hulls = {
        int(one): shapely.convex_hull(shapely.multipoints(middles[facing & (part == one)]))
        for one in np.unique(part[facing])
    }
    short = {one: hull for one, hull in hulls.items() if _across(hull) <= length_m + 5e-4}
    lone = [
        one for one, hull in short.items()
        if all(hull.distance(other) >= apart_m - 5e-4 for key, other in hulls.items() if key != one)
    ]  # fmt: skip
    widths = skeleton.width_m.copy()
    widths[numbers[np.isin(part, lone)]] = width_m
    return replace(skeleton, width_m=widths)


def _stretches(skeleton: Skeleton, numbers: np.ndarray, width_m: float) -> np.ndarray:
    """Return the number of the connected narrow stretch that each narrow ridge is in.

    Ridges are connected where they meet at a narrow place; where it is wide, each ends by itself.
    """
    n, m = len(skeleton.points), len(numbers)
    ends = skeleton.ends[numbers].copy()
    wide = 2 * skeleton.clearance_m[ends] >= width_m
    ends[wide] = n + np.arange(2 * m).reshape(m, 2)[wide]
    size = n + 2 * m
    graph = sparse.coo_array((np.ones(m), (ends[:, 0], ends[:, 1])), shape=(size, size))
    parts: np.ndarray = csgraph.connected_components(graph, directed=False)[1][ends[:, 0]]
    return parts


def _across(shape: BaseGeometry) -> float:
    """Return the largest distance between two points of a convex shape."""
    corners = shapely.get_coordinates(shape)
    apart = corners[:, None, :] - corners[None, :, :]
    return float(np.sqrt((apart**2).sum(axis=2).max()))
