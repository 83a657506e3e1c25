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
from layoutlab.retail.shoppers import itineraries
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor, walk_between
from layoutlab.retail.shoppers.simulation import Outcome
from layoutlab.retail.shoppers.visits import events

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
    """Follow the first trips once more and count their visits to aisles, and those of the whole.

    A visit lasts from the step into an aisle to the step out of it, at either end. It counts where
    more than the pieces at the two ends is walked, and is of the whole where all pieces are.

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
        Visits, by trip.
    """
    log = events(floor, assortment, outcome, effects, order=order)
    trips = itineraries.of_trips(
        floor, outcome, log, effects, range(min(most, len(outcome.shoppers))), order=order
    )
    piece, begins = _pieces(floor, found)
    counts = [_counted(_walked(floor, piece, each.stop), begins) for each in trips]
    entered, whole = np.array(counts, dtype=np.int64).reshape(-1, 2).T
    return entered, whole


def _walked(floor: Floor, piece: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """Return the piece of each cell of a walk from stop to stop, -1 outside all aisles."""
    legs = [walk_between(floor, int(here), int(there)) for here, there in pairwise(stops)]
    x, y = np.concatenate(legs).T
    pieces: np.ndarray = piece[y, x]
    return pieces


def _counted(walked: np.ndarray, begins: list[int]) -> tuple[int, int]:
    """Return how many visits to aisles a walk over pieces makes, and how many of the whole."""
    aisle = np.where(walked < 0, -1, np.searchsorted(begins, walked, side="right") - 1)
    entered = whole = 0
    for visit in np.split(walked, np.flatnonzero(np.diff(aisle)) + 1):
        if visit[0] < 0:
            continue
        number = int(np.searchsorted(begins, visit[0], side="right"))
        low, high = begins[number - 1], begins[number]
        entered += bool(((visit > low) & (visit < high - 1)).any())
        whole += len(np.unique(visit)) == high - low
    return entered, whole
