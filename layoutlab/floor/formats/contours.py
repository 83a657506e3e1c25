"""Which lines enclose an area? Curves made straight, ends joined, rings made polygons."""

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

MOST_PIECES = 1 << 14


def flatten(at: Callable[[np.ndarray], np.ndarray], tolerance: float) -> np.ndarray:
    """Return points on a curve whose chords stay within a tolerance of it.

    Parameters
    ----------
    at : function of ndarray (k,) to ndarray (k, 2)
        The curve over parameters 0 to 1.
    tolerance : float
        In the curve's units, above 0.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Ends included; pieces are halved, all at once, until no middle of a piece lies further from
        its chord than a quarter of the tolerance.
    """
    pieces = 4
    while True:
        points = at(np.linspace(0.0, 1.0, 2 * pieces + 1))
        start, middle, end = points[:-1:2], points[1::2], points[2::2]
        along = end - start
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-300)
        off = middle - start
        away = np.abs(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]) / length
        if away.max() <= tolerance / 4 or pieces >= MOST_PIECES:
            return points
        pieces *= 2


def closed(points: np.ndarray, tolerance: float) -> bool:
    """Say whether a line's ends meet within a tolerance and it can enclose an area."""
    gap = np.hypot(*(points[0] - points[-1]))
    return len(points) >= 4 and bool(gap <= tolerance)


def area_of(rings: Sequence[np.ndarray]) -> BaseGeometry:
    """Return what rings enclose an odd number of times: one ring is a polygon, inner ones holes.

    A single ring is taken as it is, also when it crosses itself. Rings with no area are dropped.
    """
    polygons = [shapely.Polygon(ring) for ring in rings if len(np.unique(ring, axis=0)) >= 3]
    if len(polygons) <= 1:
        return polygons[0] if polygons else shapely.Polygon()
    nested = sorted(polygons, key=lambda polygon: -polygon.area)
    if _apart_or_inside(nested):
        return _with_holes(nested)
    return shapely.symmetric_difference_all([shapely.make_valid(polygon) for polygon in nested])


def _apart_or_inside(polygons: Sequence[shapely.Polygon]) -> bool:
    """Say whether the rings are sound and none crosses or touches another along a line."""
    if not all(polygon.is_valid for polygon in polygons):
        return False
    lines = [polygon.exterior for polygon in polygons]
    return not any(
        lines[i].intersection(lines[j]).length > 0 or lines[i].crosses(lines[j])
        for i in range(len(lines))
        for j in range(i)
    )


def _with_holes(polygons: Sequence[shapely.Polygon]) -> BaseGeometry:
    """Build shells and holes from nested rings, largest first; no vertex is moved."""
    shells: list[tuple[shapely.Polygon, list[shapely.Polygon]]] = []
    for number, polygon in enumerate(polygons):
        around = [other for other in polygons[:number] if other.covers(polygon)]
        if len(around) % 2:
            owner = next(shell for shell in reversed(shells) if shell[0].covers(polygon))
            owner[1].append(polygon)
        else:
            shells.append((polygon, []))
    whole = [
        shapely.Polygon(shell.exterior, [hole.exterior for hole in holes])
        for shell, holes in shells
    ]
    return whole[0] if len(whole) == 1 else shapely.MultiPolygon(whole)


def close(
    lines: Sequence[BaseGeometry], tolerance: float
) -> tuple[list[shapely.Polygon], list[shapely.LineString], int]:
    """Join lines end to end into polygons.

    Parameters
    ----------
    lines : sequence of LineString
    tolerance : float
        Ends as near as this are the same point, that of an end drawn before.

    Returns
    -------
    polygons, left : list of Polygon, list of LineString
        What lines enclose, and the joined lines that do not close.
    gaps : int
        Ends that were moved.
    """
    nodes: dict[tuple[int, int], list[np.ndarray]] = {}
    gaps = 0
    snapped = []
    for line in lines:
        points = shapely.get_coordinates(line).copy()
        for end in (0, -1):
            node = _node(points[end], nodes, tolerance)
            gaps += bool((node != points[end]).any())
            points[end] = node
        if len(np.unique(points, axis=0)) > 1:
            snapped.append(shapely.LineString(points))
    if not snapped:
        return [], [], gaps
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(snapped)))
    rings = [line for line in merged if line.is_closed and len(line.coords) >= 4]
    left = [line for line in merged if not (line.is_closed and len(line.coords) >= 4)]
    faces = list(shapely.get_parts(shapely.polygonize(left))) if left else []
    edges = shapely.union_all([face.exterior for face in faces]) if faces else None
    if edges is not None:
        left = [line for line in left if not edges.buffer(1e-9).covers(line)]
    return [shapely.Polygon(ring) for ring in rings] + faces, left, gaps


def _node(
    point: np.ndarray, nodes: dict[tuple[int, int], list[np.ndarray]], tolerance: float
) -> np.ndarray:
    """Return the known node within a tolerance of a point; the point is a new one if none.

    Nodes are kept by square cells of the tolerance's size, so only nine cells are looked at.
    """
    side = max(tolerance, 1e-9)
    column, row = (int(value) for value in np.floor(point / side))
    around = [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    for cell in around:
        for node in nodes.get(cell, ()):
            if np.hypot(*(node - point)) <= tolerance:
                return node
    nodes.setdefault((column, row), []).append(point.copy())
    return point


def assembled(form: str, parts: Sequence[Sequence[np.ndarray]]) -> BaseGeometry:
    """Return a geometry of a known form from the points of its parts: shell and holes, or one line.

    Raises
    ------
    ValueError
        When the form is unknown or the parts do not fit it.
    """
    single = form.removeprefix("Multi")
    if single == "Polygon":
        shapes = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
    elif single == "LineString":
        shapes = [shapely.LineString(points) for (points,) in parts]
    elif single == "Point":
        shapes = [shapely.Point(points[0]) for (points,) in parts]
    else:
        raise ValueError(f"expected a form of geometry, got {form!r}")
    several = {
        "Polygon": shapely.MultiPolygon,
        "LineString": shapely.MultiLineString,
        "Point": shapely.MultiPoint,
    }
    if form != single:
        return several[single](shapes)
    (shape,) = shapes
    return shape
