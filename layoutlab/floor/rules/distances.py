"""How far is the walk to the nearest exit, from the place where it is farthest?

The shortest way past polygons goes straight from corner to corner (Lozano-Pérez and Wesley 1979).
People are points here, and their ways touch corners; gaps under 0.45 m, a person's width, are
closed first. The farthest place is looked for at all corners of the free floor, every half metre
along its edges and on a square grid of 1 m: a place between them may be farther by up to 0.71 m.
"""

import heapq

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.floor.plans.plan import IN_THE_WAY, Plan

PERSON_M = 0.45
EVERY_M = 0.5
GRID_M = 1.0
ROUNDING_M = 1e-6


def free_floor(plan: Plan, kinds: tuple[str, ...] = IN_THE_WAY) -> BaseGeometry:
    """Return where a person can walk among things of these kinds."""
    left, low, right, high = plan.outline.bounds
    frame = shapely.box(left - 2, low - 2, right + 2, high + 2)
    solid = [shapely.difference(frame, plan.outline), *(thing.shape for thing in plan.of(*kinds))]
    closed = shapely.union_all(
        shapely.buffer(np.asarray(solid, dtype=object), PERSON_M / 2, join_style="mitre")
    ).buffer(-PERSON_M / 2, join_style="mitre")
    # lines have no thickness and fall away when shrunk again
    lines = [thing.shape.buffer(1e-4) for thing in plan.of(*kinds) if thing.shape.area == 0]
    return shapely.difference(shapely.intersection(frame, plan.outline),
                              shapely.union_all([closed, *lines]))  # fmt: skip


def far_places(floor: BaseGeometry) -> np.ndarray:
    """Return the corners of a floor, points along its edges and within, float (n, 2)."""
    edge = shapely.get_coordinates(shapely.segmentize(floor.boundary, EVERY_M))
    left, low, right, high = floor.bounds
    x, y = np.meshgrid(np.arange(left, right, GRID_M), np.arange(low, high, GRID_M))
    shapely.prepare(floor)
    inside = shapely.contains_xy(floor, x, y)
    points = np.concatenate([edge, np.stack([x[inside], y[inside]], axis=1)])
    return np.unique(np.round(points, 9), axis=0)


def walks(floor: BaseGeometry, targets: list[BaseGeometry], places: np.ndarray) -> np.ndarray:
    """Return the length of the shortest walk from each place to the nearest target, metres.

    Parameters
    ----------
    floor : Polygon or MultiPolygon
        Where one can walk.
    targets : list of shapes
        Doors or zones; one is there where one touches it.
    places : ndarray of float, shape (n, 2)

    Returns
    -------
    ndarray of float, shape (n,)
        Infinite where there is no way.
    """
    wider = floor.buffer(ROUNDING_M)
    shapely.prepare(wider)
    goal = shapely.union_all(targets)
    corners = _corners(floor)
    sees = _seen(wider, corners)
    length = _straight(wider, goal, corners)
    heap = [(value, number) for number, value in enumerate(length) if np.isfinite(value)]
    heapq.heapify(heap)
    while heap:
        value, here = heapq.heappop(heap)
        if value > length[here]:
            continue
        for there, way in sees[here]:
            if value + way < length[there] - 1e-12:
                length[there] = value + way
                heapq.heappush(heap, (value + way, there))
    return np.minimum(_straight(wider, goal, places), _by_corners(wider, corners, length, places))


def _corners(floor: BaseGeometry) -> np.ndarray:
    """Return the corners that ways can bend round: those where the floor's edge turns inwards."""
    found = [np.empty((0, 2))]
    for polygon in shapely.get_parts(floor):
        for ring in shapely.get_rings(shapely.orient_polygons(polygon)):
            points = shapely.get_coordinates(ring)[:-1]
            back, on = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
            turn = back[:, 0] * on[:, 1] - back[:, 1] * on[:, 0]
            found.append(points[turn < -1e-12])
    return np.concatenate(found)


def _seen(wider: BaseGeometry, corners: np.ndarray) -> list[list[tuple[int, float]]]:
    """Return, for each corner, the corners seen from it and how far they are."""
    first, second = np.triu_indices(len(corners), 1)
    lines = shapely.linestrings(np.stack([corners[first], corners[second]], axis=1))
    seen = shapely.covers(wider, lines) if len(lines) else np.empty(0, dtype=bool)
    length = shapely.length(lines)
    sees: list[list[tuple[int, float]]] = [[] for _ in corners]
    for number in np.nonzero(seen)[0].tolist():
        here, there, way = int(first[number]), int(second[number]), float(length[number])
        sees[here].append((there, way))
        sees[there].append((here, way))
    return sees


def _straight(wider: BaseGeometry, goal: BaseGeometry, places: np.ndarray) -> np.ndarray:
    """Return the straight way to the goal's nearest point where it is seen; infinite elsewhere.

    A goal of several parts is looked for part by part.
    """
    best = np.full(len(places), np.inf)
    if len(places) == 0:
        return best
    at = shapely.points(places)
    for part in shapely.get_parts(goal):
        lines = shapely.shortest_line(at, part)
        # a door may lie in the wall: what counts is the way up to it
        seen = shapely.covers(wider.union(part.buffer(1e-3)), lines)
        best = np.where(seen, np.minimum(best, shapely.length(lines)), best)
    return best


def _by_corners(
    wider: BaseGeometry, corners: np.ndarray, length: np.ndarray, places: np.ndarray
) -> np.ndarray:
    """Return the shortest way over a corner that a place sees; the best candidates come first."""
    best = np.full(len(places), np.inf)
    if len(corners) == 0 or len(places) == 0:
        return best
    total = np.linalg.norm(places[:, None] - corners[None], axis=2) + length
    order = np.argsort(total, axis=1, kind="stable")
    open_ = np.arange(len(places))
    for rank in range(len(corners)):
        corner = order[open_, rank]
        value = total[open_, corner]
        open_, corner, value = (part[np.isfinite(value)] for part in (open_, corner, value))
        if len(open_) == 0:
            break
        lines = shapely.linestrings(np.stack([places[open_], corners[corner]], axis=1))
        seen = shapely.covers(wider, lines)
        best[open_[seen]] = value[seen]
        open_ = open_[~seen]
    return best
