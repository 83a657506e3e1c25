"""How much of an aisle does a trip that enters it walk? The gaps between long rows of shelves.

References
----------
J. S. Larson, E. T. Bradlow and P. S. Fader (2005), An exploratory look at supermarket shopping
paths, *International Journal of Research in Marketing* 22, 395-414: short excursions into and out
of aisles rather than walks along the whole of them.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely

from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.rules import aisles
from layoutlab.retail.shoppers import offer, shopper_kernels
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor, walk_between
from layoutlab.retail.shoppers.simulation import NO_LOG, Outcome, empty_tally

LONG_M, WIDE_M = 6.0, 4.5
"""An aisle runs so far between two rows, which stand no farther apart."""
DEPTH_M = 1.0
"""Steps into an aisle that make a visit of it; also the pieces whose walking is noted."""
PARALLEL = 0.98


class Aisle(NamedTuple):
    """The strip between two rows: one end of its middle line, the way along it, its size."""

    end: np.ndarray
    way: np.ndarray
    length_m: float
    width_m: float


class _Row(NamedTuple):
    centre: np.ndarray
    way: np.ndarray
    half_length_m: float
    half_width_m: float


def of_plan(plan: Plan) -> tuple[Aisle, ...]:
    """Return the aisles between long parallel rows with nothing else between them."""
    rows = [_row_of(shape) for shape, _ in aisles.rows(plan)]
    long = [row for row in rows if row.half_length_m >= LONG_M / 2]
    found = []
    for i, one in enumerate(long):
        for other in long[i + 1 :]:
            aisle = _between(one, other)
            if aisle is not None and _is_free(aisle, plan):
                found.append(aisle)
    return tuple(found)


def _row_of(shape: shapely.geometry.base.BaseGeometry) -> _Row:
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    sides = np.diff(box, axis=0)[:2]
    lengths = np.linalg.norm(sides, axis=1)
    longer = int(np.argmax(lengths))
    return _Row(
        box[:4].mean(axis=0),
        sides[longer] / lengths[longer],
        float(lengths[longer]) / 2,
        float(lengths[1 - longer]) / 2,
    )


def _between(one: _Row, other: _Row) -> Aisle | None:
    """Return the strip between two rows where they run beside each other."""
    if abs(one.way @ other.way) < PARALLEL:
        return None
    across = np.array([-one.way[1], one.way[0]])
    apart = other.centre - one.centre
    sideways, along = float(apart @ across), float(apart @ one.way)
    width = abs(sideways) - one.half_width_m - other.half_width_m
    low = max(-one.half_length_m, along - other.half_length_m)
    high = min(one.half_length_m, along + other.half_length_m)
    if not aisles.A_GAP_M <= width <= WIDE_M or high - low < LONG_M:
        return None
    middle = np.sign(sideways) * (one.half_width_m + width / 2)
    return Aisle(one.centre + low * one.way + middle * across, one.way, high - low, width)


def _is_free(aisle: Aisle, plan: Plan) -> bool:
    """Say whether nothing stands on the middle line of an aisle."""
    line = shapely.LineString([aisle.end, aisle.end + aisle.length_m * aisle.way])
    return not any(thing.shape.intersects(line) for thing in plan.of("fixture", "checkout", "wall"))


def _pieces(floor: Floor, found: tuple[Aisle, ...]) -> tuple[np.ndarray, list[int]]:
    """Return the piece of an aisle that each cell lies in, -1 for none, and where aisles begin."""
    rows, columns = floor.walkable.shape
    column, row = np.meshgrid(np.arange(columns), np.arange(rows))
    middle = floor.origin + (np.stack([column, row], axis=-1) + 0.5) * floor.cell_m
    piece, begins = np.full((rows, columns), -1), [0]
    for aisle in found:
        off = middle - aisle.end
        along, sideways = off @ aisle.way, off @ np.array([-aisle.way[1], aisle.way[0]])
        count = int(aisle.length_m // DEPTH_M)
        inside = (np.abs(sideways) <= aisle.width_m / 2) & (along >= 0) & (along < aisle.length_m)
        number = np.minimum(along / (aisle.length_m / count), count - 1).astype(int)
        piece[inside] = begins[-1] + number[inside]
        begins.append(begins[-1] + count)
    return piece, begins


def visits(
    floor: Floor,
    assortment: Assortment,
    outcome: Outcome,
    effects: Effects,
    found: tuple[Aisle, ...],
    *,
    order: str = "behaved",
    most: int = 400,
) -> tuple[np.ndarray, np.ndarray]:
    """Follow the first trips once more and count the aisles they enter, and walk the whole of.

    An aisle is entered where more than the pieces at its two ends is walked; it is walked whole
    when all its pieces are, on one visit or on several together: so rather too often.

    Parameters
    ----------
    floor, assortment, effects, order
        As `simulation.simulate` was given them.
    outcome : Outcome
    found : tuple of Aisle
    most : int
        Trips followed.

    Returns
    -------
    entered, whole : ndarray of int64, shape (min(t, most),)
        Aisles, by trip.
    """
    shoppers = outcome.shoppers
    ways, people = offer.ways_of(floor), offer.people_of(shoppers)
    goods = offer.goods_of(floor, assortment, shoppers, effects)
    manner = offer.manner_of(effects, order)
    n, out = len(floor.cells), np.zeros_like(outcome.trips)
    tally = empty_tally(floor, shoppers)
    piece, begins = _pieces(floor, found)
    of_leg: dict[int, np.ndarray] = {}
    counts = np.zeros((2, min(most, len(shoppers))), dtype=np.int64)
    for trip in range(counts.shape[1]):
        shopper_kernels.follow(ways, goods, people, manner, trip, trip + 1, out, tally, NO_LOG)
        legs = np.flatnonzero(tally.legs)
        tally.legs[legs] = 0
        walked = np.zeros(begins[-1], dtype=bool)
        for leg in legs.tolist():
            if leg not in of_leg:
                x, y = walk_between(floor, leg % n, leg // n).T
                of_leg[leg] = np.unique(piece[y, x])
            walked[of_leg[leg][of_leg[leg] >= 0]] = True
        for low, high in pairwise(begins):
            counts[0, trip] += walked[low + 1 : high - 1].any()
            counts[1, trip] += walked[low:high].all()
    return counts[0], counts[1]
