"""Do simulated shoppers show the known signs? Staples far from the door, and ever more space.

Each check changes one store's layout step by step, the same shoppers each time, and tells every
step's difference from the first with its interval. A sign that does not come out is a result. How
departments sell together by the walk between them is asked in `joint_sales`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.layout_value.changed_layouts import keeping
from layoutlab.retail.layout_value.labelled import outcome
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.layout_value.store_tables import StoreTables
from layoutlab.retail.shoppers.simulation import Outcome
from layoutlab.retail.shoppers.totals import MEASURES, difference


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


def over_stores(values: np.ndarray) -> tuple[float, float, float]:
    """Return the mean over stores and its 95 % interval by Student's t.

    Parameters
    ----------
    values : ndarray of float, shape (stores,)
        At least 2.
    """
    n = len(values)
    if n < 2:
        raise InputError(f"values: expected at least 2 stores, got {n}")
    mean = float(np.mean(values))
    half = float(stats.t.ppf(0.975, n - 1) * np.std(values, ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def staples_over_stores(found: Sequence[Staples]) -> pd.DataFrame:
    """Return by measure the mean over stores, its interval, and in how many stores it is sure.

    Returns
    -------
    DataFrame
        By ``exposure of the rest`` (far over near, less 1) and `totals.MEASURES`: mean, low, high;
        up, down (stores whose own interval lies above 0, below 0; of the exposure, any change).
    """
    exposure = np.array([one.exposure - 1 for one in found])
    rows = {"exposure of the rest": (*over_stores(exposure), sum(exposure > 0), sum(exposure < 0))}
    for name in MEASURES:
        change = np.array([one.change[name] for one in found])
        up, down = (change[:, 1] > 0).sum(), (change[:, 2] < 0).sum()
        rows[name] = (*over_stores(change[:, 0]), up, down)
    columns = ["mean", "low", "high", "up", "down"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


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


def space_elasticity(space: pd.DataFrame) -> pd.DataFrame:
    """Return by how many per cent a department sells more on impulse per per cent of slots.

    Parameters
    ----------
    space : DataFrame
        What `more_space` returns of stores, with a column store.

    Returns
    -------
    DataFrame
        By store with a slot to spare: elasticity, from the first to the last step; turned, whether
        the store's margin was highest before the last step.
    """
    rows = {}
    for store, part in space.groupby("store"):
        if len(part) > 1:
            ends = np.log(part[["slots", "own"]].iloc[[0, -1]].to_numpy(float))
            most = int(part["margin"].to_numpy().argmax())
            rows[store] = (
                (ends[1, 1] - ends[0, 1]) / (ends[1, 0] - ends[0, 0]),
                most + 1 < len(part),
            )
    return pd.DataFrame.from_dict(rows, orient="index", columns=["elasticity", "turned"])


def _plain(group: np.ndarray) -> int:
    """Return the largest group of slots that may exchange goods."""
    return int(np.bincount(group[group >= 0]).argmax())
