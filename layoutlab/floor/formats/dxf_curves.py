"""Which straight pieces stand for a DXF entity? Arcs, bulges, ellipses and splines to half a mm."""

import math
from typing import Any

import ezdxf
import numpy as np
from ezdxf import path as curves

CURVES = ("LINE", "ARC", "CIRCLE", "ELLIPSE", "SPLINE", "LWPOLYLINE", "POLYLINE", "HELIX",
          "SOLID", "TRACE", "3DFACE")  # fmt: skip


def points_of(entity: Any, flat: float) -> np.ndarray | None:
    """Return an entity's points in drawing units, float (n, 2); closed ones end where they begin.

    Parameters
    ----------
    entity : ezdxf entity
        One of `CURVES`, or a POINT.
    flat : float
        How far a curve may lie from its pieces, drawing units.

    Returns
    -------
    ndarray or None
        None when the entity has no length or numbers that are not finite.
    """
    kind = entity.dxftype()
    try:
        if kind == "POINT":
            points = np.array([entity.dxf.location])[:, :2]
        elif kind in ("LWPOLYLINE", "POLYLINE") and entity.has_arc:
            points = _with_bulges(entity, flat)
        elif kind in ("ARC", "CIRCLE", "ELLIPSE", "SPLINE"):
            points = _flattened(entity, flat)
        else:
            path = curves.make_path(entity)
            points = np.array([(p.x, p.y) for p in path.flattening(flat, segments=4)])
    except (ValueError, TypeError, IndexError, ezdxf.DXFError, ZeroDivisionError):
        return None
    if points.ndim != 2 or not np.isfinite(points).all():
        return None
    if kind == "CIRCLE" or (kind == "ELLIPSE" and _full(entity)):
        points[-1] = points[0]
    return points if kind == "POINT" or len(np.unique(points, axis=0)) > 1 else None


def _flattened(entity: Any, flat: float) -> np.ndarray:
    """Return points of a single curve; a tiny one gets at least a dozen pieces a turn."""
    kind = entity.dxftype()
    if kind in ("ARC", "CIRCLE"):
        flat = min(flat, abs(entity.dxf.radius) * 0.03)
    found = entity.flattening(flat)
    return np.array([(point.x, point.y) for point in found])


def _full(entity: Any) -> bool:
    turn = entity.dxf.end_param - entity.dxf.start_param
    return math.isclose(abs(turn), math.tau, abs_tol=1e-9)


def _with_bulges(entity: Any, flat: float) -> np.ndarray:
    """Return points of a polyline, its arcs turned to run on from the piece before."""
    pieces = []
    for piece in entity.virtual_entities():
        if piece.dxftype() == "LINE":
            points = np.array([piece.dxf.start, piece.dxf.end])[:, :2]
        else:
            points = _flattened(piece, flat)
        pieces.append(points)
    if len(pieces) > 1 and _gap(pieces[0][-1], pieces[1]) > _gap(pieces[0][0], pieces[1]):
        pieces[0] = pieces[0][::-1]
    for number in range(1, len(pieces)):
        end = pieces[number - 1][-1]
        if np.hypot(*(pieces[number][-1] - end)) < np.hypot(*(pieces[number][0] - end)):
            pieces[number] = pieces[number][::-1]
    joined = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
    if entity.is_closed:
        joined[-1] = joined[0]
    return joined


def _gap(end: np.ndarray, piece: np.ndarray) -> float:
    """Return how far an end is from the nearer end of a piece."""
    return float(min(np.hypot(*(piece[0] - end)), np.hypot(*(piece[-1] - end))))
