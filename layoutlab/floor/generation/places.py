"""Where can a fixture stand, and what shape has it there?

A place is given by the middle of its back, the direction of its length, and its size. A fixture on
it may be less deep than the place; it then stays at the back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

SITES = ("wall", "island", "half", "table", "endcap", "rack")
MILLIMETRES = 3
BAY_M = 1.25
FACES = {"wall": (2,), "rack": (2,), "endcap": (2,), "island": (0, 2), "table": (0, 1, 2, 3),
         "half": (2,)}  # fmt: skip
"""Open sides by site, as numbers of edges: 0 the back, 1 the right end, 2 the front, 3 the left."""


@dataclass(frozen=True)
class Place:
    """Where a fixture can stand.

    Attributes
    ----------
    site : str
        One of `SITES`.
    x, y : float
        Middle of the back, metres.
    angle_deg : float
        Direction of the length; the front is at its left.
    length_m, depth_m : float
        Above 0.
    """

    site: str
    x: float
    y: float
    angle_deg: float
    length_m: float
    depth_m: float

    def corners(self) -> np.ndarray:
        """Return the four corners, float (4, 2), from the back's start, counter-clockwise."""
        turn = np.deg2rad(self.angle_deg)
        along = np.array([np.cos(turn), np.sin(turn)]) * self.length_m / 2
        across = np.array([-np.sin(turn), np.cos(turn)]) * self.depth_m
        back = np.array([self.x, self.y])
        four = np.array([back - along, back + along, back + along + across, back - along + across])
        return np.round(four, MILLIMETRES) + 0.0

    def polygon(self) -> shapely.Polygon:
        """Return the rectangle."""
        return shapely.Polygon(self.corners())

    def faces(self) -> tuple[shapely.LineString, ...]:
        """Return the open sides."""
        four = self.corners()
        return tuple(
            shapely.LineString([four[edge], four[(edge + 1) % 4]]) for edge in FACES[self.site]
        )

    def approaches(self, distance_m: float) -> np.ndarray:
        """Return the points so far before the middle of each open side, float (sides, 2)."""
        return np.array([before(face, distance_m) for face in self.faces()])

    def with_depth(self, depth_m: float) -> "Place":
        """Return the place no deeper than this; one open at both sides keeps its middle."""
        depth = min(depth_m, self.depth_m)
        if self.site in ("island", "table"):
            turn, inwards = np.deg2rad(self.angle_deg), (self.depth_m - depth) / 2
            x, y = self.x - np.sin(turn) * inwards, self.y + np.cos(turn) * inwards
            return replace(self, x=x, y=y, depth_m=depth)
        return replace(self, depth_m=depth)


def before(face: shapely.LineString, distance_m: float) -> np.ndarray:
    """Return the point so far before the middle of a face, whose fixture is at its left."""
    start, end = np.asarray(face.coords)[[0, -1]]
    along = (end - start) / np.hypot(*(end - start))
    return (start + end) / 2 + distance_m * np.array([along[1], -along[0]])


def bays(length_m: float, piece_m: float) -> np.ndarray:
    """Fill a length with fixtures of whole bays, each fixture about `piece_m` long.

    A bay is `BAY_M` long, or `piece_m` when that is shorter.

    Returns
    -------
    ndarray of float, shape (n,)
        Lengths in metres, at most a bay apart, longer ones first; empty when not even a bay fits.
    """
    bay = min(BAY_M, piece_m)
    whole = int((length_m + 1e-9) / bay)
    count = max(1, round(whole * bay / piece_m))
    lengths = whole // count + (np.arange(count) < whole % count)
    return lengths[lengths > 0] * bay


def along_wall(
    start: Sequence[float],
    end: Sequence[float],
    piece_m: float,
    depth_m: float,
    gaps: Sequence[tuple[float, float]] = (),
) -> list[Place]:
    """Return wall places one after another from `start` to `end`, the room at the left.

    Parameters
    ----------
    start, end : (float, float)
        Metres; corners of the room.
    piece_m, depth_m : float
        Length wanted of a place, and its depth. Both ends keep `depth_m` free for what stands
        round the corner.
    gaps : sequence of (float, float)
        Doors: from and to, metres from `start`.
    """
    first, last = np.asarray(start, float), np.asarray(end, float)
    whole = float(np.hypot(*(last - first)))
    along = (last - first) / whole
    angle = float(np.rad2deg(np.arctan2(along[1], along[0])))
    limits = [depth_m, *(edge for gap in sorted(gaps) for edge in gap), whole - depth_m]
    return [
        place
        for low, high in zip(limits[::2], limits[1::2], strict=True)
        for place in run("wall", first + along * low, angle, bays(high - low, piece_m), depth_m)
    ]


def run(
    site: str,
    start: Sequence[float] | np.ndarray,
    angle_deg: float,
    lengths_m: np.ndarray,
    depth_m: float,
) -> list[Place]:
    """Return places of these lengths in a row; `start` is where the row's back begins."""
    turn = np.deg2rad(angle_deg)
    along = np.array([np.cos(turn), np.sin(turn)])
    middles = np.cumsum(lengths_m) - lengths_m / 2
    return [
        Place(site, float(x), float(y), angle_deg, float(length), depth_m)
        for (x, y), length in zip(
            np.asarray(start) + np.outer(middles, along), lengths_m, strict=True
        )
    ]


def halves(place: Place) -> list[Place]:
    """Return an island as two places back to back; any other place as it is."""
    if place.site != "island":
        return [place]
    turn = np.deg2rad(place.angle_deg)
    across = np.array([-np.sin(turn), np.cos(turn)]) * place.depth_m / 2
    x, y = (round(float(value), 4) for value in np.array([place.x, place.y]) + across)
    half = replace(place, site="half", x=x, y=y, depth_m=place.depth_m / 2)
    return [half, replace(half, angle_deg=(place.angle_deg + 180.0) % 360.0)]
