"""How alike are the ways of two engines? Flows over the squares of a floor, and their agreement."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.shoppers.itineraries import Itinerary, Way
from layoutlab.retail.shoppers.pedestrians import Walks
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.zone_flows import common_part

BIT_M = 0.1
"""Ways are cut into bits no longer than this, each counted where its middle lies."""


def walkable_share(floor: Floor, side_m: float) -> np.ndarray:
    """Return each square's share of the walkable floor, float (rows, columns), sum 1.

    As a flow it is the null of walkers who are everywhere alike.
    """
    row, column = np.nonzero(floor.walkable)
    centres = floor.origin + (np.column_stack([column, row]) + 0.5) * floor.cell_m
    share = _binned(floor, centres, np.ones(len(centres)), side_m)
    share /= share.sum()
    return share


def flow(floor: Floor, ways: Sequence[Way], side_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Return metres walked and seconds spent in each square of the floor.

    Parameters
    ----------
    floor : Floor
    ways : sequence of Way
    side_m : float
        Of a square, above 0; the first one's corner is the grid's origin.

    Returns
    -------
    metres, seconds : ndarray of float, shape (rows, columns)
    """
    begin = np.concatenate([way.point[:-1] for way in ways])
    step = np.concatenate([np.diff(way.point, axis=0) for way in ways])
    seconds = np.concatenate([way.seconds for way in ways])
    length = np.hypot(*step.T)
    bits = np.maximum(np.ceil(length / BIT_M), 1).astype(np.int64)
    piece = np.repeat(np.arange(len(bits)), bits)
    within = np.arange(len(piece)) - np.repeat(np.cumsum(bits) - bits, bits)
    along = (within + 0.5) / bits[piece]
    middle = begin[piece] + along[:, None] * step[piece]
    metres = _binned(floor, middle, (length / bits)[piece], side_m)
    return metres, _binned(floor, middle, (seconds / bits)[piece], side_m)


def agreement(one: np.ndarray, other: np.ndarray, share: np.ndarray) -> dict[str, float]:
    """Return how alike two flows are.

    Parameters
    ----------
    one, other : ndarray of float, shape (rows, columns)
    share : ndarray of float, shape (rows, columns)
        As `walkable_share` returns it.

    Returns
    -------
    dict
        ``rank_correlation``, Spearman's, over the squares that have walkable floor (0 when a flow
        is the same everywhere); ``common_part``, see `zone_flows.common_part`, over all squares.
    """
    open_ = share > 0
    level = np.ptp(one[open_]) == 0 or np.ptp(other[open_]) == 0
    rank = 0.0 if level else float(stats.spearmanr(one[open_], other[open_]).statistic)
    return {"rank_correlation": rank, "common_part": common_part(one, other)}


def ratios(
    itineraries: Sequence[Itinerary],
    grid: Sequence[Way],
    routes: Sequence[Way],
    empty: Walks,
    busy: Walks,
) -> dict[str, Any]:
    """Return what the other engine's walks are to ours, over trips that got out in both its runs.

    Parameters
    ----------
    itineraries : sequence of Itinerary
        The last two stops of each are its checkout and its exit.
    grid : sequence of Way
        Our ways.
    routes : sequence of Way
        The other engine's, see `pedestrian_ground.routes`.
    empty, busy : Walks
        Each trip alone in the store, and all of them at their times.

    Returns
    -------
    dict
        ``metres`` of the ``routes``, and of ``empty`` and ``busy`` also ``walking_s``, over ours;
        ``crowding``: walking seconds of the busy store over those of the empty one, on all legs and
        on those that lead to places, checkouts and exits, and the seconds a trip takes longer;
        ``stuck`` trips; ``most_at_once``.

    Raises
    ------
    InputError
        When nobody got out.
    """
    out = np.flatnonzero(~(empty.stuck | busy.stuck)).tolist()
    if not out:
        raise InputError("expected trips that end at an exit, got none: all agents are stuck")
    ours_m = sum(grid[i].metres for i in out)
    ours_s = sum(grid[i].seconds.sum() - itineraries[i].stay_s.sum() for i in out)
    legs = {
        name: np.array(
            [[each[:-2].sum(), each[-2], each[-1]] for each in map(walks.leg_s.__getitem__, out)]
        ).sum(axis=0)
        for name, walks in (("empty", empty), ("busy", busy))
    }
    slower = legs["busy"] / np.maximum(legs["empty"], 1e-9)
    found: dict[str, Any] = {
        name: {
            "metres": sum(walks.ways[i].metres for i in out) / ours_m,
            "walking_s": float(legs[name].sum() / ours_s),
        }
        for name, walks in (("empty", empty), ("busy", busy))
    }
    found["routes"] = {"metres": sum(routes[i].metres for i in out) / ours_m}
    found["crowding"] = {
        "all_legs": float(legs["busy"].sum() / legs["empty"].sum()),
        **dict(zip(("to_places", "to_checkouts", "to_exits"), slower.tolist(), strict=True)),
        "seconds_per_trip": float((legs["busy"] - legs["empty"]).sum() / len(out)),
    }
    found["stuck"] = {"empty": int(empty.stuck.sum()), "busy": int(busy.stuck.sum())}
    found["most_at_once"] = busy.most_at_once
    return found


def _binned(floor: Floor, points: np.ndarray, weight: np.ndarray, side_m: float) -> np.ndarray:
    rows, columns = (
        max(1, int(np.ceil(count * floor.cell_m / side_m))) for count in floor.walkable.shape
    )
    column, row = ((points - floor.origin) // side_m).astype(np.int64).T
    square = np.clip(row, 0, rows - 1) * columns + np.clip(column, 0, columns - 1)
    binned: np.ndarray = np.bincount(square, weight, rows * columns).reshape(rows, columns)
    return binned
