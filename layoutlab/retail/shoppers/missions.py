"""Why does a shopper come, and what does she take to carry things in? Names for trips.

A trip's mission goes by the size of its receipt, its equipment by the size of its list. The names
are given afterwards: nothing that is simulated depends on them.

References
----------
B. E. Kahn and D. C. Schmittlein (1989), Shopping trip behavior: an empirical investigation,
*Marketing Letters* 1, 55-69. R. G. Walters and M. Jamil (2003), Exploring the relationships between
shopping trip type, purchases of products on promotion, and shopping basket profit, *Journal of
Business Research* 56, 17-29.
"""

from typing import Any

import numpy as np

from layoutlab.retail.shoppers import totals
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Bounds

MISSIONS = ("quick", "fill-in", "main shop")
EQUIPMENT = ("hands", "basket", "cart")


def of_receipts(demand: Demand, bounds: Bounds) -> np.ndarray:
    """Return the mission of each receipt, a position in `MISSIONS`, int8.

    By the number of different categories alone: at most ``quick_items``, at most
    ``fill_in_items``, or more. Neither what is bought nor when plays a part.
    """
    return _parted(np.diff(demand.start), bounds.quick_items, bounds.fill_in_items)


def of_trips(shoppers: Shoppers, bounds: Bounds) -> np.ndarray:
    """Return the mission of each trip, that of the receipt its list is from, int8."""
    mission: np.ndarray = of_receipts(shoppers.demand, bounds)[shoppers.basket]
    return mission


def equipment(shoppers: Shoppers, bounds: Bounds) -> np.ndarray:
    """Return what each trip takes at the door, a position in `EQUIPMENT`, int8.

    By the number of things on the list alone: at most ``hands_items``, at most ``basket_items``,
    or more. What is bought unplanned is not foreseen.
    """
    return _parted(np.diff(shoppers.start), bounds.hands_items, bounds.basket_items)


def _parted(items: np.ndarray, low: float, high: float) -> np.ndarray:
    return ((items > low).astype(np.int8) + (items > high)).astype(np.int8)


def by_mission(
    shoppers: Shoppers, trips: np.ndarray, wait_s: np.ndarray, bounds: Bounds
) -> dict[str, dict[str, Any]]:
    """Add up the trips of each mission.

    Parameters
    ----------
    shoppers : Shoppers
    trips, wait_s : ndarray
        Of an outcome of these shoppers, see `simulation.Outcome`.
    bounds : Bounds

    Returns
    -------
    dict
        By mission: ``trips``, ``share`` of all trips, and ``per_trip`` with the mean and the 95 %
        interval of each of `totals.MEASURES`; empty where the mission has no trip.
    """
    mission = of_trips(shoppers, bounds)
    return {
        name: {
            "trips": int((mission == code).sum()),
            "share": float((mission == code).mean()),
            "per_trip": totals.of_part(shoppers, trips, wait_s, mission == code),
        }
        for code, name in enumerate(MISSIONS)
    }


def shares(codes: np.ndarray, names: tuple[str, ...]) -> dict[str, float]:
    """Return the share of trips of each name."""
    counts = np.bincount(codes, minlength=len(names)) / len(codes)
    return dict(zip(names, counts.tolist(), strict=True))
