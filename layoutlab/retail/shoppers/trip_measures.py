"""What do simulated trips show that has been measured on real ones? Values with 95 % intervals.

Every function returns (value, low, high).
"""

from dataclasses import replace

import numpy as np
from scipy import stats

from layoutlab.retail.shoppers import missions, offer, simulation
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Bounds, Effects
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.simulation import Outcome

Measured = tuple[float, float, float]
Z = 1.96
SHORT_S, LITTLE = 600.0, 0.25
FIFTY_FIVE_FT_M = 55 * 0.3048


def mean_of(values: np.ndarray) -> Measured:
    """Return a mean and its normal interval."""
    mean = float(values.mean())
    half = Z * float(values.std()) / max(np.sqrt(len(values) - 1), 1.0)
    return mean, mean - half, mean + half


def mean_over_stores(values: np.ndarray) -> Measured:
    """Return the mean of two or more stores and its interval (Student's t)."""
    mean, error = float(values.mean()), float(stats.sem(values))
    half = float(stats.t.ppf(0.975, len(values) - 1)) * error
    return mean, mean - half, mean + half


def duration_s(outcome: Outcome) -> np.ndarray:
    """Return the seconds from entrance to exit of every trip."""
    busy = outcome.column("walk_s") + outcome.column("dwell_s") + outcome.column("service_s")
    return np.asarray(busy + outcome.wait_s)


def short_trips(outcome: Outcome) -> Measured:
    """Return the share of trips under 10 minutes."""
    return mean_of((duration_s(outcome) < SHORT_S).astype(float))


def covered(floor: Floor, outcome: Outcome) -> np.ndarray:
    """Return which share of the floor's squares each trip walks through."""
    return np.asarray(outcome.column("squares") / floor.n_tiles)


def excess(outcome: Outcome, shortest: Outcome) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Split each trip's path after Hui, Fader and Bradlow (2009).

    Parameters
    ----------
    outcome : Outcome
    shortest : Outcome
        Of the same trips in the shortest order.

    Returns
    -------
    tour_m, order_m, travel_m : ndarray of float, shape (k,)
        Of the trips that fetched the same number of things in both: the shortest tour, what the
        order adds, what the detours add.
    """
    same = outcome.column("gave_up") == shortest.column("gave_up")
    tour, direct = shortest.column("metres")[same], outcome.column("direct_m")[same]
    return tour, direct - tour, outcome.column("metres")[same] - direct


def rank_correlation(one: np.ndarray, other: np.ndarray) -> Measured:
    """Return Spearman's rank correlation and its interval by Fisher's transformation.

    A constant correlates with nothing: 0.
    """
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0, 0.0, 0.0
    rho = float(stats.spearmanr(one, other).statistic)
    half = Z / np.sqrt(len(one) - 3)
    return rho, float(np.tanh(np.arctanh(rho) - half)), float(np.tanh(np.arctanh(rho) + half))


def ratio_of(above: np.ndarray, below: np.ndarray) -> Measured:
    """Return the ratio of two sums and its interval (delta method)."""
    if below.sum() == 0:
        return 0.0, 0.0, 0.0
    ratio = float(above.sum() / below.sum())
    spread = (above - ratio * below).std() * np.sqrt(len(above)) / abs(below.sum())
    return ratio, ratio - Z * float(spread), ratio + Z * float(spread)


def slope_of(points: np.ndarray) -> Measured:
    """Return the least-squares slope through the origin of points (x, y), shape (k, 2).

    The interval holds where points far out scatter more than others (White 1980).
    """
    x, y = points.T
    slope = float(x @ y / (x @ x))
    half = Z * float(np.sqrt((x**2 * (y - slope * x) ** 2).sum())) / float(x @ x)
    return slope, slope - half, slope + half


def list_popularity(outcome: Outcome) -> np.ndarray:
    """Return how often receipts hold what is on each trip's list, mean over the list."""
    shoppers = outcome.shoppers
    often = np.bincount(shoppers.demand.item, minlength=len(shoppers.rate)).astype(float)
    sums = np.add.reduceat(often[shoppers.item], shoppers.start[:-1])
    return np.asarray(sums / np.diff(shoppers.start))


def speed_near_checkout(outcome: Outcome, effects: Effects, order: str) -> Measured:
    """Return the speed on the way to the checkout over that of whole trips."""
    manner = offer.manner_of(effects, order)
    seconds, low, high = ratio_of(outcome.column("walk_s"), outcome.column("metres"))
    speed = manner.speed * (1 + manner.hurry)
    return speed * seconds, speed * low, speed * high


def excess_rows(outcome: Outcome, shortest: Outcome) -> dict[str, Measured]:
    """Return the rows of the card that tell excess over the shortest tour, by name."""
    tour, order_m, travel_m = excess(outcome, shortest)
    same = outcome.column("gave_up") == shortest.column("gave_up")
    size = outcome.column("wanted")[same] + outcome.column("unplanned")[same]
    over = order_m + travel_m
    by_order = rank_correlation(order_m / tour, size)
    by_travel = rank_correlation(travel_m / tour, size)
    gap = by_order[0] - by_travel[0]
    half = float(np.hypot(by_order[2] - by_order[0], by_travel[2] - by_travel[0]))
    popular = list_popularity(outcome)[same]
    return {
        "travel_share_of_excess": ratio_of(travel_m, over),
        "order_excess": ratio_of(order_m, tour),
        "excess_of_length": ratio_of(over, tour + over),
        "excess_with_basket": rank_correlation(over, size),
        "order_excess_with_basket": (gap, gap - half, gap + half),
        "excess_with_popularity": rank_correlation(over / tour, popular),
    }


def equipment_rows(shoppers: Shoppers, limits: Bounds) -> dict[str, Measured]:
    """Return the rows of the card that tell what things are carried in; no walk plays a part."""
    taken = missions.equipment(shoppers, limits)
    return {
        f"carried_in_{name}": mean_of((taken == code).astype(float))
        for code, name in enumerate(missions.EQUIPMENT)
    }


def unplanned_per_55_ft(
    floor: Floor,
    assortment: Assortment,
    outcome: Outcome,
    effects: Effects,
    order: str,
    *,
    rng: np.random.Generator,
) -> Measured:
    """Return what 55 ft more of walking add to unplanned spending, the list being the same.

    The same lists are sent through once more with new luck; the difference of spending is regressed
    on the difference of metres.
    """
    shoppers = outcome.shoppers
    keys = rng.integers(0, 2**64, len(shoppers), dtype=np.uint64)
    again: Shoppers = replace(shoppers, key=keys)
    first, second = (
        simulation.simulate(floor, assortment, each, effects, order=order)
        for each in (shoppers, again)
    )
    metres = second.column("metres") - first.column("metres")
    spend = second.column("unplanned_spend") - first.column("unplanned_spend")
    if np.ptp(metres) == 0:
        return 0.0, 0.0, 0.0
    line = stats.linregress(metres, spend)
    slope, half = float(line.slope), Z * float(line.stderr)
    return tuple(FIFTY_FIVE_FT_M * each for each in (slope, slope - half, slope + half))  # type: ignore[return-value]
