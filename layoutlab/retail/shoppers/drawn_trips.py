"""Who comes when, with which list? Trips drawn once, to be sent through any number of layouts.

Each trip carries a key. All that chance decides on the way is a function of the key, of what is
decided and of its number (see `chance_kernels`), so that two layouts face the same shoppers with
the same luck: common random numbers.
"""

from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import attributes
from layoutlab.retail.shoppers.demand import HOURS, Demand
from layoutlab.retail.shoppers.effects import Effects

HOUR_S = 3600.0


@dataclass(frozen=True, eq=False)
class Shoppers:
    """Trips in order of arrival.

    Attributes
    ----------
    demand : Demand
    n_days : int
    key : ndarray of uint64, shape (t,)
    day : ndarray of int64, shape (t,)
    arrival_s : ndarray of float, shape (t,)
        Since midnight, ascending within a day.
    start : ndarray of int64, shape (t + 1,)
    item : ndarray of int64
        Planned categories of each trip, at least one.
    basket : ndarray of int64, shape (t,)
        The receipt whose list it is.
    left_to_chance : ndarray of float, shape (n,)
        Purchases per trip, by category, taken off the lists to be decided in the store.
    rate : ndarray of float, shape (n,)
        Unplanned purchases per metre of exposure; 0 until `calibration.calibrated` has set it.
    """

    demand: Demand
    n_days: int
    key: np.ndarray
    day: np.ndarray
    arrival_s: np.ndarray
    start: np.ndarray
    item: np.ndarray
    basket: np.ndarray
    left_to_chance: np.ndarray
    rate: np.ndarray

    def __len__(self) -> int:
        return len(self.key)


def draw(
    demand: Demand,
    effects: Effects,
    *,
    rng: np.random.Generator,
    n_days: int = 1,
    baskets: np.ndarray | None = None,
) -> Shoppers:
    """Draw the trips of some days.

    Arrivals are a Poisson process whose rate is the receipts' mean for the hour of the day. A
    trip's list is that of a receipt of the same hour, less the items that are bought on impulse:
    each with the probability `unplanned_share`, or what the demand knows of its category's
    impulse; of a list that would lose all its items one stays.

    Parameters
    ----------
    demand : Demand
    effects : Effects
    rng : numpy.random.Generator
    n_days : int
        At least 1.
    baskets : ndarray of int, optional
        Draw from these receipts only, say the early ones; all when not given.

    Raises
    ------
    InputError
        When `n_days` is below 1, or nobody comes.
    """
    if n_days < 1:
        raise InputError(f"n_days: expected at least 1, got {n_days}")
    counts = rng.poisson(demand.arrivals, (n_days, HOURS))
    total = int(counts.sum())
    if total == 0:
        raise InputError(f"expected at least one trip in {n_days} days, got none")
    day, hour = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    arrival = (hour + rng.random(total)) * HOUR_S
    order = np.lexsort((arrival, day))
    day, hour, arrival = day[order], hour[order], arrival[order]
    chosen = _receipts(demand, hour, baskets, rng)
    start, item, spared = _lists(demand, chosen, _unplanned_share(demand, effects), rng)
    n = len(demand.categories)
    return Shoppers(
        demand=demand,
        n_days=n_days,
        key=rng.integers(0, 2**64, total, dtype=np.uint64),
        day=day.astype(np.int64),
        arrival_s=arrival,
        start=start,
        item=item,
        basket=chosen,
        left_to_chance=np.bincount(spared, minlength=n) / total,
        rate=np.zeros(n),
    )


def first_trips(shoppers: Shoppers, n: int) -> Shoppers:
    """Return the first `n` trips, all of them where there are no more."""
    n = min(n, len(shoppers))
    return replace(
        shoppers,
        n_days=int(shoppers.day[n - 1]) + 1,
        key=shoppers.key[:n],
        day=shoppers.day[:n],
        arrival_s=shoppers.arrival_s[:n],
        start=shoppers.start[: n + 1],
        item=shoppers.item[: shoppers.start[n]],
        basket=shoppers.basket[:n],
    )


def _receipts(
    demand: Demand, hour: np.ndarray, baskets: np.ndarray | None, rng: np.random.Generator
) -> np.ndarray:
    """Draw a receipt of each trip's hour, of any hour where that one has none."""
    every = np.arange(len(demand.hour)) if baskets is None else np.asarray(baskets)
    if len(every) == 0:
        raise InputError("baskets: expected at least one receipt, got none")
    known = every[np.argsort(demand.hour[every], kind="stable")]
    first = np.searchsorted(demand.hour[known], np.arange(HOURS))
    after = np.searchsorted(demand.hour[known], np.arange(HOURS), side="right")
    low, high = first[hour], after[hour]
    none = high == low
    low, high = np.where(none, 0, low), np.where(none, len(known), high)
    picked: np.ndarray = known[(low + rng.random(len(hour)) * (high - low)).astype(np.int64)]
    return picked


def _unplanned_share(demand: Demand, effects: Effects) -> float | np.ndarray:
    """Return the share of purchases that is unplanned: one, or one by category."""
    if demand.impulse is None:
        return effects.unplanned_share
    if not demand.relative:
        known = np.isfinite(demand.impulse)
        return np.where(known, demand.impulse, effects.unplanned_share)
    bought = np.bincount(demand.item, minlength=len(demand.categories))
    return attributes.unplanned_shares(demand.impulse, bought, effects.unplanned_share)


def _lists(
    demand: Demand,
    chosen: np.ndarray,
    spared_share: float | np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where lists begin, their items, and the items left to chance."""
    sizes = np.diff(demand.start)[chosen]
    ends = np.cumsum(sizes)
    trip = np.repeat(np.arange(len(chosen)), sizes)
    within = np.arange(len(trip)) - (ends - sizes)[trip]
    item = demand.item[demand.start[chosen][trip] + within]
    luck = rng.random(len(item))
    best = np.full(len(chosen), -1.0)
    np.maximum.at(best, trip, luck)
    share = spared_share[item] if isinstance(spared_share, np.ndarray) else spared_share
    planned = luck >= share
    nothing = np.bincount(trip[planned], minlength=len(chosen)) == 0
    planned |= nothing[trip] & (luck == best[trip])
    count = np.bincount(trip[planned], minlength=len(chosen))
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return start, item[planned], item[~planned]
