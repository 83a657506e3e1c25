"""What does a day's shopping come to? Totals with intervals, and differences of two layouts."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import trip_tables
from layoutlab.retail.shoppers.demand import HOURS
from layoutlab.retail.shoppers.drawn_trips import HOUR_S, Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.trip_tables import Tally

MEASURES = ("margin", "unplanned_margin", "metres", "time_s", "wait_s", "found_rate")
DAYS_ENOUGH = 5
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Totals:
    """What the trips of a layout come to, per trip.

    Attributes
    ----------
    trips, days : int
    margin, unplanned_margin : float
        Of all purchases and of the unplanned ones, in the receipts' currency.
    metres : float
        Walked.
    time_s : float
        From entrance to exit, waiting included.
    wait_s : float
        In the queue.
    found_rate : float
        Of the things on the lists that the store sells, those taken as wanted, 0 to 1.
    crowding : float
        Other shoppers in the same square of the floor, mean over the time in the store.
    low, high : tuple of float
        Ends of the 95 % interval of each of `MEASURES`, in their order: by days when there are
        five or more, else by trips. Chance of days and trips alone; the effects' bands are not in.
    """

    trips: int
    days: int
    margin: float
    unplanned_margin: float
    metres: float
    time_s: float
    wait_s: float
    found_rate: float
    crowding: float
    low: tuple[float, ...]
    high: tuple[float, ...]

    def interval(self, measure: str) -> tuple[float, float]:
        """Return the interval of one of `MEASURES`."""
        at = MEASURES.index(measure)
        return self.low[at], self.high[at]


def totals_of(shoppers: Shoppers, trips: np.ndarray, wait_s: np.ndarray, crowd: float) -> Totals:
    """Add up trips as `simulation.simulate` follows them."""
    values, weights = _measured(trips, wait_s)
    mean, half = _means(values, weights, shoppers)
    found = dict(zip(MEASURES, mean.tolist(), strict=True))
    low, high = (tuple((mean + side * half).tolist()) for side in (-1, 1))
    return Totals(
        trips=len(trips), days=shoppers.n_days, crowding=crowd, low=low, high=high, **found
    )


def of_part(
    shoppers: Shoppers, trips: np.ndarray, wait_s: np.ndarray, part: np.ndarray
) -> dict[str, dict[str, Any]]:
    """Add up a part of the trips.

    Parameters
    ----------
    shoppers : Shoppers
    trips, wait_s : ndarray
        As `simulation.simulate` follows them, of all trips.
    part : ndarray of bool, shape (t,)

    Returns
    -------
    dict
        Mean and 95 % interval of each of `MEASURES`, by days or by trips as in `Totals`; nothing
        where no trip is in the part.
    """
    if not part.any():
        return {}
    values, weights = _measured(trips[part], wait_s[part])
    mean, half = _means(values, weights, replace(shoppers, day=shoppers.day[part]))
    return {
        name: {"mean": float(middle), "interval": [float(middle - reach), float(middle + reach)]}
        for name, middle, reach in zip(MEASURES, mean, half, strict=True)
    }


def difference(
    shoppers: Shoppers,
    before: tuple[np.ndarray, np.ndarray],
    after: tuple[np.ndarray, np.ndarray],
) -> dict[str, tuple[float, float, float]]:
    """Return how two layouts differ for the same trips: after less before, and its interval.

    Parameters
    ----------
    shoppers : Shoppers
    before, after : (ndarray, ndarray)
        ``trips`` and ``wait_s`` of two outcomes.

    Returns
    -------
    dict of str to (float, float, float)
        By measure: difference per trip, low and high end of its 95 % interval. Paired by days, or
        by trips when there are fewer than five days.

    Raises
    ------
    InputError
        When the outcomes are not of the same trips.
    """
    if not len(before[0]) == len(after[0]) == len(shoppers):
        raise InputError(
            f"expected two outcomes of the same {len(shoppers)} trips, "
            f"got {len(before[0])} and {len(after[0])}"
        )
    first, weights = _measured(*before)
    second, _ = _measured(*after)
    mean, half = _means(second - first, weights, shoppers)
    return {
        name: (float(middle), float(middle - reach), float(middle + reach))
        for name, middle, reach in zip(MEASURES, mean, half, strict=True)
    }


def _measured(trips: np.ndarray, wait_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return `MEASURES` of each trip and what each is per, both (measures, t)."""
    column = trips.T
    planned, unplanned = (
        column[trip_tables.PLANNED_MARGIN],
        column[trip_tables.UNPLANNED_MARGIN],
    )
    busy = column[trip_tables.WALK_S] + column[trip_tables.DWELL_S]
    values = np.stack(
        [
            planned + unplanned,
            unplanned,
            column[trip_tables.METRES],
            busy + wait_s + column[trip_tables.SERVICE_S],
            wait_s,
            column[trip_tables.FOUND],
        ]
    )
    weights = np.ones_like(values)
    weights[-1] = column[trip_tables.WANTED]
    return values, weights


def _means(
    values: np.ndarray, weights: np.ndarray, shoppers: Shoppers
) -> tuple[np.ndarray, np.ndarray]:
    """Return ratios of sums and half their 95 % intervals (of a ratio by the delta method)."""
    from scipy import stats

    if shoppers.n_days >= DAYS_ENOUGH:
        values, weights = (_by_day(each, shoppers) for each in (values, weights))
    units = values.shape[1]
    total = weights.sum(axis=1)
    mean = values.sum(axis=1) / np.where(total > 0, total, 1)
    off = values - mean[:, None] * weights
    spread = np.sqrt((off**2).sum(axis=1) * units / max(units - 1, 1))
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, max(units - 1, 1))
    return mean, quantile * spread / np.where(total > 0, total, 1)


def _by_day(values: np.ndarray, shoppers: Shoppers) -> np.ndarray:
    first = np.searchsorted(shoppers.day, np.arange(shoppers.n_days))
    run = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    after = np.append(first[1:], values.shape[1])
    summed: np.ndarray = run[:, after] - run[:, first]
    return summed


def crowding(floor: Floor, shoppers: Shoppers, tally: Tally, effects: Effects) -> float:
    """Return how many other shoppers one meets in a square of the floor, mean over one's time.

    Independent shoppers are Poisson in a square; each hour has its own number of arrivals.
    """
    legs, n_tiles = floor.legs, floor.n_tiles
    used = np.flatnonzero(tally.legs)
    entry, count = _spread(legs.tile_start[used], legs.tile_start[used + 1])
    walked = np.repeat(tally.legs[used], count)
    metres = np.bincount(legs.tile[entry], walked * legs.tile_m[entry], minlength=n_tiles)
    stood = floor.tile_of[floor.cells[:, 1], floor.cells[:, 0]]
    standing = np.bincount(stood, tally.place_s, minlength=n_tiles)
    per_trip = (metres / effects.walking_speed_m_s + standing) / len(shoppers)
    hour = (shoppers.arrival_s // HOUR_S).astype(np.int64)
    arrivals = np.bincount(hour, minlength=HOURS) / shoppers.n_days
    busy = float((arrivals**2).sum() / arrivals.sum()) / HOUR_S
    return busy * float((per_trip**2).sum() / per_trip.sum())


def _spread(first: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return all numbers of runs, one run after the other, and how many each run has."""
    count = after - first
    begins = np.cumsum(count) - count
    return np.arange(count.sum()) + np.repeat(first - begins, count), count
