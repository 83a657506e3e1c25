"""Do simulated shoppers show the known signs? Departments moved apart, staples far, more space.

Each check changes one store's layout step by step, the same shoppers each time, and tells every
step's difference from the first with its interval. A sign that does not come out is a result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.layout_value.changed_layouts import keeping
from layoutlab.retail.layout_value.labelled import outcome
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.layout_value.store_tables import StoreTables
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.simulation import Outcome
from layoutlab.retail.shoppers.totals import difference

COLUMNS = ("store", "pair", "apart_m", "joint", "change")


def apart(
    stores: Sequence[Store],
    tables: Sequence[StoreTables],
    *,
    pairs: int,
    steps: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Move one of two departments away from the other, and count how often both are sold together.

    One of the two is on many lists, the other has the highest lift to it; the latter has one slot
    after the change. Sold together is what trips with the first on the list buy of it on impulse.

    Parameters
    ----------
    stores, tables : sequences of the same stores
    pairs : int
        Of departments in each store, at least 1.
    steps : int
        Distances tried for each pair, at least 3.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row a pair and distance: store, pair, apart_m, joint (impulse purchases of the second,
        per 100 trips with the first on the list), change (of these against the pair's mean over
        its distances, per cent).
    """
    if pairs < 1 or steps < 3:
        raise InputError(f"expected pairs >= 1 and steps >= 3, got {pairs} and {steps}")
    rows = []
    for number, (store, table) in enumerate(zip(stores, tables, strict=True)):
        for pair, (staple, lure) in enumerate(_pairs(store, table, pairs)):
            people = _listing(store, staple)
            found = [
                (metres, _impulses(store, layout, lure, people))
                for metres, layout in _moved_apart(store, table, staple, lure, steps, rng)
            ]
            mean = max(float(np.mean([sold for _, sold in found])), 1e-12)
            rows += [
                (number, pair, metres, 100 * sold, 100 * (sold / mean - 1))
                for metres, sold in found
            ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _listing(store: Store, department: int) -> Shoppers:
    """Return the trips with a department on their list."""
    people = store.shoppers
    at = people.demand.categories.index(store.slots.departments[department])
    trip = np.repeat(np.arange(len(people)), np.diff(people.start))
    kept = np.unique(trip[people.item == at])
    sizes = np.diff(people.start)[kept]
    return replace(
        people,
        key=people.key[kept],
        day=people.day[kept],
        arrival_s=people.arrival_s[kept],
        start=np.concatenate([[0], np.cumsum(sizes)]),
        item=people.item[np.isin(trip, kept)],
        basket=people.basket[kept],
    )


def _impulses(store: Store, layout: np.ndarray, department: int, people: Shoppers) -> float:
    """Return expected impulse purchases of a department per trip of some."""
    name = store.slots.departments[department]
    at = store.shoppers.demand.categories.index(name)
    tally = outcome(store, layout, people).tally
    return float(tally.expected[at]) / len(people)


def _pairs(store: Store, table: StoreTables, n: int) -> list[tuple[int, int]]:
    """Return staples with the department of the highest lift to each, both on free slots."""
    group = keeping(store.slots)
    free = [
        one for one in range(len(table.demand)) if _group_of(store, group, one) == _plain(group)
    ]
    staples = sorted(free, key=lambda one: -table.demand[one])[: n + 1]
    found = []
    for staple in staples[:n]:
        others = [one for one in free if one != staple and table.chance[one] > 0]
        found.append((staple, max(others, key=lambda one: table.joint[staple, one])))
    return found


def _plain(group: np.ndarray) -> int:
    """Return the largest group of slots that may exchange goods."""
    return int(np.bincount(group[group >= 0]).argmax())


def _group_of(store: Store, group: np.ndarray, department: int) -> int:
    held = group[store.slots.today == department]
    return int(held[0]) if len(set(held.tolist())) == 1 else -1


def _moved_apart(
    store: Store,
    table: StoreTables,
    staple: int,
    lure: int,
    steps: int,
    rng: np.random.Generator,
) -> list[tuple[float, np.ndarray]]:
    """Return layouts in which the lure stands nearer or farther from where the staple is."""
    group, today = keeping(store.slots), store.slots.today
    home = int(np.flatnonzero(today == staple)[0])
    spots = np.flatnonzero((group == group[home]) & (today != staple))
    near = spots[np.argsort(table.apart_m[home, spots], kind="stable")]
    at = np.unique(np.linspace(0, len(near) - 1, steps).round().astype(int))
    own = int(np.flatnonzero(today == lure)[0])
    found = []
    for spot in near[at]:
        layout = today.copy()
        layout[own], layout[spot] = layout[spot], lure
        layout = _only(layout, lure, int(spot), group, rng)
        found.append((float(table.apart_m[home, spot]), layout))
    return found


def _only(
    layout: np.ndarray, department: int, spot: int, group: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Give a department's other slots to its neighbours in number, so that it stands once."""
    others = np.flatnonzero((layout == department) & (np.arange(len(layout)) != spot))
    rest = np.flatnonzero((layout != department) & (group == group[spot]))
    layout[others] = layout[rng.choice(rest, len(others))]
    return layout


@dataclass(frozen=True, eq=False)
class Staples:
    """What moving the staples away from the door does: far less near.

    Attributes
    ----------
    change : dict of str to (float, float, float)
        By measure of `totals.MEASURES`: difference per trip and its 95 % interval.
    exposure : float
        Metres of view of departments that are not staples, far over near.
    """

    change: dict[str, tuple[float, float, float]]
    exposure: float


def staples_far(store: Store, table: StoreTables, *, n: int = 5) -> Staples:
    """Put the n most wanted departments on the nearest, then on the farthest slots that may be."""
    near, far = (staples_at(store, table, n, sign) for sign in (1, -1))
    first, second = (outcome(store, layout, store.shoppers) for layout in (near, far))
    told = difference(
        store.shoppers, (first.trips, first.wait_s), (second.trips, second.wait_s)
    )  # far less near
    return Staples(
        told, _others_seen(store, table, n, second) / _others_seen(store, table, n, first)
    )


def _others_seen(store: Store, table: StoreTables, n: int, found: Outcome) -> float:
    staples = {store.slots.departments[one] for one in np.argsort(-table.demand)[:n]}
    names = store.shoppers.demand.categories
    other = np.array([name not in staples for name in names])
    return float(found.tally.exposure_m[other].sum())


def staples_at(store: Store, table: StoreTables, n: int, sign: int) -> np.ndarray:
    """Return the layout with the most wanted departments nearest to the door, or farthest (-1)."""
    group, layout = keeping(store.slots), store.slots.today.copy()
    staple = set(np.argsort(-table.demand, kind="stable")[:n].tolist())
    for one in np.unique(group[group >= 0]):
        slots = np.flatnonzero(group == one)
        by_way = slots[np.argsort(sign * table.enter_m[slots], kind="stable")]
        goods = layout[slots]
        first = [each for each in goods if each in staple]
        layout[by_way] = first + [each for each in goods if each not in staple]
    return layout


def more_space(store: Store, table: StoreTables, *, most: int) -> pd.DataFrame:
    """Hand more and more slots to the department that tempts most, and see what the store earns.

    Returns
    -------
    DataFrame
        slots, own (impulse purchases of the department per 100 trips), margin (unplanned margin of
        the store per trip, expected).
    """
    group, layout = keeping(store.slots), store.slots.today.copy()
    there = np.unique(layout[group == _plain(group)])
    lure = int(there[np.argmax(table.value[there])])
    price = store.shoppers.demand.price * store.effects.margin_rate
    name = store.shoppers.demand.categories.index(store.slots.departments[lure])
    rows = []
    for _ in range(most):
        found = outcome(store, layout, store.shoppers)
        expected = found.tally.expected / len(store.shoppers)
        rows.append(((layout == lure).sum(), 100 * expected[name], float(expected @ price)))
        counts = np.bincount(layout, minlength=len(table.value))
        spare = np.flatnonzero((group == _plain(group)) & (layout != lure) & (counts[layout] > 1))
        if not len(spare):
            break
        least = spare[np.argmin(table.value[layout[spare]] / counts[layout[spare]])]
        layout[least] = lure
    return pd.DataFrame(rows, columns=["slots", "own", "margin"])
