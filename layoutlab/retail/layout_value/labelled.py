"""What do shoppers make of a store's layouts? Simulated labels, kept store by store.

All layouts of a store meet the same shoppers with the same luck. The unplanned margin is the one
expected from what each trip saw, which has the same mean as the one bought and far less noise. The
trips are followed in two halves: how the halves disagree tells the noise of a label.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.retail.layout_value import changed_layouts, made_up_stores, store_tables
from layoutlab.retail.layout_value.layout_sums import Sums, prepare, sums_of, target_scale
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.shoppers import assortment, simulation, trip_tables
from layoutlab.retail.shoppers.drawn_trips import Shoppers, first_trips
from layoutlab.retail.shoppers.effects import Effects

TARGETS = ("unplanned_margin", "metres", "found_rate")
UNITS = ("% of the present layout's", "% of the present layout's", "percentage points")


@dataclass(frozen=True, eq=False)
class Labelled:
    """A store's layouts and what they came to; the first layout is the present one.

    Attributes
    ----------
    tables : StoreTables
    assignments : ndarray of int, shape (n, n_slots)
    sums : Sums
    halves : ndarray of float, shape (2, n, 3)
        `TARGETS` per trip, in each half of the trips: currency, metres, share.
    """

    tables: store_tables.StoreTables
    assignments: np.ndarray
    sums: Sums
    halves: np.ndarray

    @property
    def absolute(self) -> np.ndarray:
        """`TARGETS` of all trips, (n, 3)."""
        mean: np.ndarray = self.halves.mean(axis=0)
        return mean

    @property
    def relative(self) -> np.ndarray:
        """`TARGETS` against the present layout, in `UNITS`, (n, 3)."""
        return relative(self.absolute)

    @property
    def scale(self) -> np.ndarray:
        """How widely the targets should vary in this store, known without labels, (3,)."""
        return target_scale(self.tables)


def relative(absolute: np.ndarray) -> np.ndarray:
    """Return targets against the first layout: per cent, per cent, percentage points."""
    change = 100 * (absolute - absolute[0])
    change[:, :2] /= absolute[0, :2]
    return np.asarray(change)


def label(store: Store, assignments: np.ndarray) -> np.ndarray:
    """Send a store's shoppers through layouts; return the targets by half, (2, n, 3)."""
    parts = halves_of(store.shoppers)
    return np.array([[_measured(store, one, part) for one in assignments] for part in parts])


def halves_of(shoppers: Shoppers) -> tuple[Shoppers, Shoppers]:
    """Return the first and the second half of the trips."""
    middle = len(shoppers) // 2
    if middle < 1:
        raise InputError(f"shoppers: expected at least 2 trips, got {len(shoppers)}")
    cut = shoppers.start[middle]
    later = replace(
        shoppers,
        key=shoppers.key[middle:],
        day=shoppers.day[middle:] - shoppers.day[middle],
        n_days=int(shoppers.day[-1] - shoppers.day[middle]) + 1,
        arrival_s=shoppers.arrival_s[middle:],
        start=shoppers.start[middle:] - cut,
        item=shoppers.item[cut:],
        basket=shoppers.basket[middle:],
    )
    return first_trips(shoppers, middle), later


def carried(store: Store, assignment: np.ndarray) -> dict[str, list[str]]:
    """Return the departments of each fixture within reach."""
    names: dict[str, list[str]] = {}
    reached = set(store.floor.fixtures)
    for fixture, one in zip(store.slots.fixture, assignment.tolist(), strict=True):
        if fixture in reached:
            names.setdefault(fixture, []).append(store.slots.departments[one])
    return names


def outcome(store: Store, assignment: np.ndarray, shoppers: Shoppers) -> simulation.Outcome:
    """Send shoppers through one layout of a store."""
    goods = assortment.of_fixtures(store.floor, carried(store, assignment))
    return simulation.simulate(store.floor, goods, shoppers, store.effects)


def _measured(store: Store, assignment: np.ndarray, shoppers: Shoppers) -> list[float]:
    found = outcome(store, assignment, shoppers)
    price = shoppers.demand.price * store.effects.margin_rate
    trips = found.trips
    return [
        float(found.tally.expected @ price) / len(shoppers),
        float(trips[:, trip_tables.METRES].mean()),
        float(trips[:, trip_tables.FOUND].sum() / max(trips[:, trip_tables.WANTED].sum(), 1.0)),
    ]


def labelled(store: Store, n_layouts: int, *, seed: int) -> Labelled:
    """Draw and label layouts of a store.

    Parameters
    ----------
    store : Store
    n_layouts : int
        Beside the present one.
    seed : int
    """
    tables = prepare(store)
    order_by = np.column_stack([tables.enter_m, tables.leave_m, tables.seen[0].mean(axis=0)])
    rng = np.random.default_rng(seed)
    drawn = changed_layouts.draw(store.slots, n_layouts, order_by, rng=rng)
    assignments = np.vstack([store.slots.today, drawn])
    return Labelled(tables, assignments, sums_of(tables, assignments), label(store, assignments))


def labelled_store(
    folder: Path,
    number: int,
    effects: Effects,
    *,
    trips: int,
    n_layouts: int,
    area_m2: tuple[float, float],
) -> Labelled:
    """Return a made-up store's labels from its file in `folder`, made first if it is not there."""
    path = folder / f"store-{number:05d}.npz"
    if not path.exists():
        store = made_up_stores.made_up(effects, trips=trips, seed=number, area_m2=area_m2)
        write(path, labelled(store, n_layouts, seed=number))
    return read(path)


def labelled_stores(
    folder: str | Path,
    numbers: Sequence[int],
    effects: Effects,
    *,
    trips: int,
    n_layouts: int,
    area_m2: tuple[float, float] = made_up_stores.AREA_M2,
) -> list[Labelled]:
    """Return the labels of made-up stores; what an interrupted run left is taken up.

    Parameters
    ----------
    folder : str or Path
        One file a store. Use another folder for other trips, layouts, areas or effects.
    numbers : sequence of int
        Of the stores; each is the seed of one.
    effects : Effects
    trips, n_layouts : int
    area_m2 : (float, float)
        As for `made_up_stores.made_up`.
    """
    return [
        labelled_store(
            Path(folder), number, effects, trips=trips, n_layouts=n_layouts, area_m2=area_m2
        )
        for number in numbers
    ]


def write(path: str | Path, found: Labelled) -> None:
    """Write a store's tables, layouts and labels."""
    canonical.write_npz(
        path,
        assignments=found.assignments.astype(np.int16),
        halves=found.halves,
        **store_tables.as_arrays(found.tables),
    )


def read(path: str | Path) -> Labelled:
    """Read what `write` wrote; the sums are worked out again."""
    with np.load(path) as arrays:
        tables = store_tables.of_arrays(dict(arrays))
        assignments = arrays["assignments"].astype(np.int64)
        halves = arrays["halves"]
    return Labelled(tables, assignments, sums_of(tables, assignments), halves)


def reliability(stores: Sequence[Labelled]) -> np.ndarray:
    """Return which part of the labels' variance within stores is not noise, mean of stores, (3,).

    From the correlation r of the two halves of the trips within each store, stepped up to all
    trips: 2 r / (1 + r) (Spearman 1910, Brown 1910).
    """
    found = []
    for store in stores:
        first, second = (relative(half)[1:] for half in store.halves)
        r = np.array([np.corrcoef(first[:, k], second[:, k])[0, 1] for k in range(len(TARGETS))])
        found.append(2 * r / (1 + r))
    return np.asarray(np.mean(found, axis=0))
