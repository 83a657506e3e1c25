"""How wide is the free floor everywhere? The Voronoi diagram of finely sampled boundaries.

Every boundary is sampled at its vertices and at most `step_m` apart. Edges of the diagram (ridges)
run midway between two samples; a disc that moves along one is at its widest. The width of a ridge
is the diameter of the largest disc that passes all of it. As the nearest sample lies at most half a
step beside the nearest point, a width is too large by at most step_m² / (4 width): 0.1 mm at 0.9 m
for 2 cm. Where the disc at a door or at the end of a face decides, its place is known to half a
step. Ridges that cross a boundary between two neighbouring samples are at most a step wide and
are left out: what remains are the ways between things.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import IN_THE_WAY, Plan

STEP_M = 0.02
PIECE_M = 0.05
OUTLINE = "outline"


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The ways between things.

    Attributes
    ----------
    points : ndarray of float, shape (n, 2), metres
        Ends of ridges, on the free floor.
    clearance_m : ndarray of float, shape (n,)
        From a point to the nearest sample.
    ends : ndarray of int, shape (m, 2)
        The two points of each ridge.
    sides : ndarray of int, shape (m, 2)
        The two samples it runs between.
    width_m, length_m : ndarray of float, shape (m,)
        Largest disc along the whole ridge, as its diameter; length of the ridge.
    middle : ndarray of float, shape (m, 2), metres
        Where the ridge is narrowest.
    opposite : ndarray of float, shape (m,)
        Cosine of the angle between the directions to both samples there: -1 where they face.
    samples : ndarray of float, shape (s, 2), metres
    owner : ndarray of int, shape (s,)
        Number of the thing in `names`.
    names : tuple of str
        Ids of things; `OUTLINE` is the floor's edge.
    edges : shapely geometry
        All boundaries together.
    """

    points: np.ndarray
    clearance_m: np.ndarray
    ends: np.ndarray
    sides: np.ndarray
    width_m: np.ndarray
    length_m: np.ndarray
    middle: np.ndarray
    opposite: np.ndarray
    samples: np.ndarray
    owner: np.ndarray
    names: tuple[str, ...]
    edges: BaseGeometry

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.samples)

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far the nearest sample of each point is, and its number."""
        distance, number = self._tree.query(points)
        return distance, number

    def only(self, ridges: np.ndarray) -> "Skeleton":
        """Return the skeleton of some ridges, numbered anew, with all its points."""
        return replace(
            self, ends=self.ends[ridges], sides=self.sides[ridges], width_m=self.width_m[ridges],
            length_m=self.length_m[ridges], middle=self.middle[ridges],
            opposite=self.opposite[ridges],
        )  # fmt: skip

    def between(self, ridge: int) -> tuple[str, ...]:
        """Return the names of the things on both sides of a ridge, once each."""
        return tuple(dict.fromkeys(self.names[self.owner[s]] for s in self.sides[ridge]))


def build(plan: Plan, *, step_m: float = STEP_M) -> Skeleton:
    """Return the ways between the things of a plan that nobody walks through.

    Raises
    ------
    InputError
        When the plan has no outline, or the step is not above 0.
    """
    if not step_m > 0:
        raise InputError(f"step_m: expected a length above 0 m, got {step_m:g}")
    things = plan.of(*IN_THE_WAY)
    names = (*(thing.id for thing in things), OUTLINE)
    # things first: where one stands against the floor's edge, the shared samples are its own
    shapes = [*(thing.shape for thing in things), plan.outline]
    samples, owner, edges = sampled(shapes, step_m)
    diagram = Voronoi(samples)
    ends, sides = np.asarray(diagram.ridge_vertices), diagram.ridge_points
    gap_m = np.linalg.norm(samples[sides[:, 0]] - samples[sides[:, 1]], axis=1)
    used = (ends >= 0).all(axis=1) & (gap_m > 1.01 * step_m)
    ends, sides = ends[used], sides[used]
    free = on_free_floor(diagram.vertices, plan, np.unique(ends))
    used = free[ends].all(axis=1)
    ends, sides = ends[used], sides[used]
    numbers, ends = np.unique(ends, return_inverse=True)
    points, ends, sides = _split(diagram.vertices[numbers], ends.reshape(-1, 2), sides)
    return _measured(points, ends, sides, samples, owner, names, edges)


def sampled(
    shapes: list[BaseGeometry], step_m: float
) -> tuple[np.ndarray, np.ndarray, BaseGeometry]:
    """Return points on the boundaries of shapes, each place once, whose they are, and the lines."""
    lines = [shape.boundary if shape.area > 0 else shape for shape in shapes]
    fine = shapely.segmentize(np.asarray(lines, dtype=object), step_m)
    points, owner = shapely.get_coordinates(fine, return_index=True)
    _, first = np.unique(np.round(points, 7), axis=0, return_index=True)
    first.sort()
    edges = shapely.union_all(lines)
    return points[first], owner[first], edges


def _split(
    points: np.ndarray, ends: np.ndarray, sides: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut long ridges into pieces, so that what lies along them has points of its own."""
    start, way = points[ends[:, 0]], points[ends[:, 1]] - points[ends[:, 0]]
    pieces = np.ceil(np.linalg.norm(way, axis=1) / PIECE_M).astype(np.int64).clip(1)
    row = np.repeat(np.arange(len(ends)), pieces)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    last = nth == pieces[row] - 1
    new = start[row] + ((nth + 1) / pieces[row])[:, None] * way[row]
    number = np.where(last, ends[row, 1], len(points) + np.cumsum(~last) - 1)
    before = np.where(nth == 0, ends[row, 0], np.roll(number, 1))
    return np.concatenate([points, new[~last]]), np.stack([before, number], axis=1), sides[row]


def on_free_floor(points: np.ndarray, plan: Plan, asked: np.ndarray) -> np.ndarray:
    """Say which points lie inside the outline and in nothing that is in the way."""
    free = np.zeros(len(points), dtype=bool)
    floor = plan.outline
    shapely.prepare(floor)
    free[asked] = shapely.contains_xy(floor, points[asked])
    solid = [thing.shape for thing in plan.of(*IN_THE_WAY) if thing.shape.area > 0]
    inside = np.nonzero(free)[0]
    tree = shapely.STRtree(solid)
    covered, _ = tree.query(shapely.points(points[inside]), predicate="intersects")
    free[inside[covered]] = False
    return free


def _measured(
    points: np.ndarray,
    ends: np.ndarray,
    sides: np.ndarray,
    samples: np.ndarray,
    owner: np.ndarray,
    names: tuple[str, ...],
    edges: BaseGeometry,
) -> Skeleton:
    """Add widths: a ridge is narrowest at its point nearest to the middle between its samples."""
    first, second = samples[sides[:, 0]], samples[sides[:, 1]]
    start, way = points[ends[:, 0]], points[ends[:, 1]] - points[ends[:, 0]]
    length = np.linalg.norm(way, axis=1)
    along = (((first + second) / 2 - start) * way).sum(axis=1) / np.maximum(length, 1e-12) ** 2
    middle = start + np.clip(along, 0, 1)[:, None] * way
    to_first, to_second = first - middle, second - middle
    radius = np.linalg.norm(to_first, axis=1)
    opposite = (to_first * to_second).sum(axis=1) / np.maximum(radius, 1e-12) ** 2
    clearance = np.zeros(len(points))
    for column in range(2):
        clearance[ends[:, column]] = np.linalg.norm(points[ends[:, column]] - first, axis=1)
    return Skeleton(
        points, clearance, ends, sides, 2 * radius, length, middle, opposite,
        samples, owner, names, edges,
    )  # fmt: skip
