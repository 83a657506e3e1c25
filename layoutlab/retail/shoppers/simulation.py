"""What do the same shoppers do in this layout? Trips followed, queued and added up.

`evaluate` returns totals alone, for a search; `simulate` keeps every trip. Both follow trips in
blocks of a fixed size and add the blocks up in their order: any number of workers gives the same
bytes.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import offer, shopper_kernels, trip_tables
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.drawn_trips import Shoppers, first_trips
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.queue_kernels import queue
from layoutlab.retail.shoppers.totals import Totals, crowding, totals_of
from layoutlab.retail.shoppers.trip_tables import COLUMNS, Goods, Log, Tally

BLOCK = 4096
ROUNDS = 6
FIRST_RATE = 1e-4
_NONE, _NOTHING = np.empty(0, np.int64), np.empty(0)
NO_LOG = Log(_NONE, _NONE, _NONE, _NONE, _NOTHING, _NONE, _NONE, _NOTHING)


@dataclass(frozen=True, eq=False)
class Outcome:
    """What happened on all trips.

    Attributes
    ----------
    shoppers : Shoppers
    trips : ndarray of float, shape (t, len(trip_tables.COLUMNS))
    wait_s : ndarray of float, shape (t,)
        In the queue.
    tally : Tally
        Legs walked, seconds before places, exposure and purchases by category.
    totals : Totals
    """

    shoppers: Shoppers
    trips: np.ndarray
    wait_s: np.ndarray
    tally: Tally
    totals: Totals

    def column(self, name: str) -> np.ndarray:
        """Return one column of `trips` by its name in `trip_tables.COLUMNS`."""
        values: np.ndarray = self.trips[:, COLUMNS.index(name)]
        return values


def evaluate(
    floor: Floor,
    assortment: Assortment,
    shoppers: Shoppers,
    effects: Effects,
    *,
    stock: Mapping[str, float] | None = None,
) -> Totals:
    """Return what a layout is worth to given shoppers, without a record of each trip.

    Parameters
    ----------
    floor : Floor
    assortment : Assortment
    shoppers : Shoppers
        As `calibrated` returns them.
    effects : Effects
    stock : mapping of str to float, optional
        As for `offer.goods_of`.
    """
    return simulate(floor, assortment, shoppers, effects, stock=stock).totals


def simulate(
    floor: Floor,
    assortment: Assortment,
    shoppers: Shoppers,
    effects: Effects,
    *,
    stock: Mapping[str, float] | None = None,
    order: str = "behaved",
    workers: int = 1,
    go_on: Callable[[int], bool] | None = None,
) -> Outcome:
    """Send all trips through a layout.

    Parameters
    ----------
    floor, assortment, shoppers, effects, stock
        As for `evaluate`.
    order : str
        As for `offer.manner_of`.
    workers : int
        Threads, at least 1.
    go_on : callable, optional
        Is told after each block how many trips are done; where it says no, the day begun is
        finished and the outcome is that of the days so far.

    Raises
    ------
    InputError
        For an unknown order, a stock out of range, or workers below 1.
    """
    if workers < 1:
        raise InputError(f"workers: expected at least 1, got {workers}")
    goods = offer.goods_of(floor, assortment, shoppers, effects, stock)
    trips, tally = _follow(floor, goods, shoppers, effects, order, workers, go_on)
    if len(trips) < len(shoppers):
        shoppers = first_trips(shoppers, len(trips))
    ready, service = trips[:, trip_tables.READY_S], trips[:, trip_tables.SERVICE_S]
    by_time = np.lexsort((ready, shoppers.day))
    wait = queue(shoppers.day, ready, service, by_time, len(floor.checkouts))
    crowd = crowding(floor, shoppers, tally, effects)
    return Outcome(shoppers, trips, wait, tally, totals_of(shoppers, trips, wait, crowd))


def _follow(
    floor: Floor,
    goods: Goods,
    shoppers: Shoppers,
    effects: Effects,
    order: str,
    workers: int,
    go_on: Callable[[int], bool] | None = None,
) -> tuple[np.ndarray, Tally]:
    ways, people = offer.ways_of(floor), offer.people_of(shoppers)
    manner = offer.manner_of(effects, order)
    trips, total = np.zeros((len(shoppers), len(COLUMNS))), empty_tally(floor, shoppers)

    def block(first: int, end: int = len(shoppers)) -> Tally:
        tally, last = empty_tally(floor, shoppers), min(first + BLOCK, end)
        shopper_kernels.follow(ways, goods, people, manner, first, last, trips, tally, NO_LOG)
        return tally

    firsts = range(0, len(shoppers), BLOCK)
    if workers == 1:
        done = _add(total, map(block, firsts), go_on)
    else:
        with ThreadPoolExecutor(workers) as pool:
            done = _add(total, pool.map(block, firsts), go_on)
            pool.shutdown(cancel_futures=True)
    if done >= len(shoppers):
        return trips, total
    last = int(np.searchsorted(shoppers.day, shoppers.day[done - 1], side="right"))
    trips[done:] = 0
    _add(total, (block(first, last) for first in range(done, last, BLOCK)))
    return trips[:last], total


def empty_tally(floor: Floor, shoppers: Shoppers) -> Tally:
    """Return a tally of nothing."""
    n, n_categories = len(floor.cells), len(shoppers.rate)
    return Tally(
        legs=np.zeros(n * n, np.int64),
        place_s=np.zeros(n),
        exposure_m=np.zeros(n_categories),
        expected=np.zeros(n_categories),
        planned=np.zeros(n_categories, np.int64),
        unplanned=np.zeros(n_categories, np.int64),
    )


def _add(total: Tally, tallies: Iterable[Tally], go_on: Callable[[int], bool] | None = None) -> int:
    """Add blocks to a total until there are no more, or enough; return how far they reach."""
    done = 0
    for tally in tallies:
        for kept, more in zip(total, tally, strict=True):
            kept += more
        done += BLOCK
        if go_on is not None and not go_on(done):
            break
    return done


def calibrated(
    floor: Floor,
    assortment: Assortment,
    shoppers: Shoppers,
    effects: Effects,
    *,
    tell: Callable[[int], object] | None = None,
) -> Shoppers:
    """Return the shoppers with rates that, in this layout, give back what receipts show.

    Each category's rate of unplanned purchases per metre of exposure is scaled until as many are
    expected as were taken off the lists. A category that nobody sees keeps the rate 0. With a
    `temptation_pooling` above 0 rates are drawn together: as many are expected over all categories,
    more of those much in view and fewer of those that hardly anybody sees.

    Parameters
    ----------
    floor, assortment
        The layout in which the receipts arose.
    shoppers : Shoppers
    effects : Effects
    tell : callable, optional
        Is told after each of the `ROUNDS` how many are done.
    """
    wanted = shoppers.left_to_chance * len(shoppers)
    rate = np.where(wanted > 0, FIRST_RATE, 0.0)
    for done in range(1, ROUNDS + 1):
        tried = replace(shoppers, rate=rate)
        goods = offer.goods_of(floor, assortment, tried, effects)
        _, tally = _follow(floor, goods, tried, effects, "behaved", 1)
        seen = tally.expected > 0
        aim = _pooled(wanted, tally.exposure_m, effects.temptation_pooling)
        rate = np.where(seen, rate * aim / np.where(seen, tally.expected, 1.0), 0.0)
        if tell is not None:
            tell(done)
    return replace(shoppers, rate=rate)


def _pooled(wanted: np.ndarray, exposure_m: np.ndarray, pooling: float) -> np.ndarray:
    """Return unplanned purchases aimed at: those wanted, drawn towards what is in view."""
    if pooling == 0:
        return wanted
    drawn = wanted * exposure_m**pooling
    aim: np.ndarray = drawn * wanted.sum() / drawn.sum() if drawn.sum() > 0 else wanted
    return aim
