"""A corner shop drawn by hand, receipts of it, and a small greedy search."""

import numpy as np
import pandas as pd
import shapely

from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.optimise.layouts import Layout
from layoutlab.retail.promise.splits import Receipts
from layoutlab.retail.shoppers import drawn_trips, effects

DEPARTMENTS = ("beer", "bread", "eggs", "milk", "soap", "tea")
PRICES = (5.0, 2.0, 2.5, 1.0, 3.0, 4.0)
SIZES = effects.load()


def shelf(name, x, y, department):
    sides = (
        shapely.LineString([(x, y), (x + 3, y)]),
        shapely.LineString([(x, y + 1), (x + 3, y + 1)]),
    )
    return Thing(
        name, "fixture", shapely.box(x, y, x + 3, y + 1), type="gondola",
        departments=(department,), shelf_m=12.0, height_m=1.8, faces=sides,
    )  # fmt: skip


def plan():
    """12 m by 13 m: three rows of two shelves between the doors below and the back wall."""
    rows = [(2, 2.5), (7, 2.5), (2, 5.5), (7, 5.5), (2, 8.5), (7, 8.5)]
    shelves = [
        shelf(f"shelf-{i}", x, y, name)
        for i, ((x, y), name) in enumerate(zip(rows, DEPARTMENTS, strict=True))
    ]
    things = [
        Thing("floor", "outline", shapely.box(0, 0, 12, 13)),
        *shelves,
        Thing("in", "entrance", shapely.LineString([(0.5, 0), (1.5, 0)])),
        Thing("till", "checkout", shapely.box(9, 0.5, 9.6, 1.5)),
        Thing("out", "exit", shapely.LineString([(10.5, 0), (11.5, 0)])),
    ]
    return Plan("corner shop", tuple(things))


def bought(n=600, days=30, seed=1, timed=True):
    """Receipts of 1 to 4 departments by 40 customers, a few of them unknown."""
    rng = np.random.default_rng(seed)
    weight = np.array([1, 6, 3, 6, 1, 2.0])
    lists = [
        np.sort(rng.choice(6, rng.integers(1, 5), replace=False, p=weight / weight.sum()))
        for _ in range(n)
    ]
    hours = np.sort(rng.integers(0, days * 12, n))
    stamp = pd.Timestamp("2026-01-05 08:00", tz="UTC") + pd.to_timedelta(
        hours // 12 * 24 + hours % 12, unit="h"
    )
    time = pd.Series(stamp if timed else pd.DatetimeIndex([pd.NaT] * n).tz_localize("UTC"))
    own = pd.Series([f"r{i}" for i in range(n)])
    who = rng.integers(0, 50, n)
    customer = pd.Series(
        [f"c{each}" if each < 40 else f"receipt r{i}" for i, each in enumerate(who)]
    )
    item = np.concatenate(lists)
    sold = pd.DataFrame(
        {
            "hour": time.repeat([len(items) for items in lists]).dt.floor("h").array,
            "category": np.array(DEPARTMENTS)[item],
            "pieces": 1,
            "amount": np.array(PRICES)[item],
        }
    )
    start = np.cumsum([0] + [len(items) for items in lists])
    return Receipts(DEPARTMENTS, start, item, time, customer, own, sold, "EUR")


def shop(constraints=None):
    """The shop as a setting, its shoppers those of all receipts."""
    from layoutlab.retail.promise import splits

    whole = splits.Parts("all", {"all": np.arange(600)})
    drawn = drawn_trips.draw(
        splits.demand_of(bought(), whole, "all", SIZES),
        SIZES,
        rng=np.random.default_rng(0),
        n_days=20,
    )
    return settings.prepare(plan(), constraints or Constraints(), drawn, SIZES)


def exchanged(setting, one, other):
    """Today's layout with two slots exchanged."""
    assignment = setting.today.assignment.copy()
    assignment[[one, other]] = assignment[[other, one]]
    return Layout(assignment, setting.today.shift)


def best_exchange(setting, rng):
    """A greedy search of one step: the exchange with the highest gain."""
    tried = [exchanged(setting, i, j) for i in range(6) for j in range(i)]
    values = [settings.measured(setting, each)[0] for each in tried]
    return tried[int(np.argmax(values))]
