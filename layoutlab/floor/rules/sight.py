"""Which part of a line is seen from a point, past what is opaque?

Exact on polygons: of a straight line, an opaque shape hides what lies behind the connected parts of
the shape in the triangle between point and line. A line that points straight at the eye is hidden.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

ON_LINE_M = 0.001
"""What is opaque as near as this to a line does not hide it: its own fixture, a door's wall."""

Stretch = tuple[float, float]


def hidden(
    lines: Iterable[shapely.LineString],
    eyes: Sequence[tuple[float, float]],
    opaque: Sequence[np.ndarray],
    floor: BaseGeometry,
) -> list[shapely.LineString]:
    """Return the stretches of some lines that none of the eyes sees.

    Parameters
    ----------
    lines : iterable of LineString
        Metres.
    eyes : sequence of (float, float)
    opaque : sequence of ndarray of geometries
        What hides things from each eye.
    floor : Polygon or MultiPolygon
        Nothing is seen across what is outside it.
    """
    room = floor.buffer(ON_LINE_M, join_style="mitre")
    found = []
    for line in lines:
        corners = shapely.get_coordinates(line)
        for first, last in pairwise(corners):
            seen: list[Stretch] = []
            for eye, shapes in zip(eyes, opaque, strict=True):
                seen += _gaps(_shadows(np.asarray(eye), first, last, shapes, room))
            found += [_piece(first, last, *stretch) for stretch in _gaps(seen)]
    return found


def _shadows(
    eye: np.ndarray, first: np.ndarray, last: np.ndarray, opaque: np.ndarray, room: BaseGeometry
) -> list[Stretch]:
    """Return the stretches of a straight line, as shares of it, that are hidden from an eye."""
    view = shapely.Polygon([eye, first, last])
    if view.area < 1e-9:
        return [(0.0, 1.0)]
    near = shapely.LineString([first, last]).buffer(ON_LINE_M, cap_style="flat")
    inside = opaque[shapely.intersects(opaque, view)] if len(opaque) else opaque
    hiding = shapely.difference(shapely.intersection(inside, view), near)
    outside = shapely.difference(shapely.difference(view, room), near)
    parts = shapely.get_parts(np.append(hiding, outside))
    return [_shadow(eye, first, last, part) for part in parts if not part.is_empty]


def _shadow(eye: np.ndarray, first: np.ndarray, last: np.ndarray, part: BaseGeometry) -> Stretch:
    """Return where the rays from an eye through a connected shape meet a straight line."""
    toward = shapely.get_coordinates(part) - eye
    toward = toward[(np.abs(toward) > 1e-12).any(axis=1)]
    along, to_eye = last - first, eye - first
    share = (to_eye[0] * toward[:, 1] - to_eye[1] * toward[:, 0]) / (
        along[0] * toward[:, 1] - along[1] * toward[:, 0]
    )
    return float(share.min()), float(share.max())


def _gaps(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return what of 0 to 1 the stretches leave free."""
    free, reached = [], 0.0
    for start, end in sorted(stretches):
        if start > reached + 1e-9:
            free.append((reached, min(start, 1.0)))
        reached = max(reached, end)
    if reached < 1 - 1e-9:
        free.append((reached, 1.0))
    return free


def _piece(first: np.ndarray, last: np.ndarray, start: float, end: float) -> shapely.LineString:
    return shapely.LineString([first + start * (last - first), first + end * (last - first)])
