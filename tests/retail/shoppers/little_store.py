"""A little store, drawn by hand, and receipts of it."""

import numpy as np
import shapely

from layoutlab.floor.plans.plan import Plan, Thing

DEPARTMENTS = ("bread", "milk", "tea", "soap", "beer", "eggs")


def shelf(name, x, y, departments, wide=3.0, deep=1.0, sides=("low", "high")):
    """A shelf with its lower left corner at (x, y), goods on its lower and upper side."""
    box = shapely.box(x, y, x + wide, y + deep)
    lines = {
        "low": shapely.LineString([(x, y), (x + wide, y)]),
        "high": shapely.LineString([(x, y + deep), (x + wide, y + deep)]),
    }
    return Thing(
        name,
        "fixture",
        box,
        departments=departments,
        shelf_m=12.0,
        faces=tuple(lines[side] for side in sides),
    )


def little_plan(*more):
    """12 m by 10 m: two rows of two shelves, a third against the wall at the top."""
    things = [
        Thing("floor", "outline", shapely.box(0, 0, 12, 10)),
        shelf("a", 2, 2.5, ("bread",)),
        shelf("b", 7, 2.5, ("milk",)),
        shelf("c", 2, 5.5, ("tea", "soap")),
        shelf("d", 7, 5.5, ("beer",)),
        shelf("e", 4, 9, ("eggs",), sides=("low",)),
        Thing("in", "entrance", shapely.LineString([(0.5, 0), (1.5, 0)])),
        Thing("till", "checkout", shapely.box(9, 0.5, 9.6, 1.5)),
        Thing("out", "exit", shapely.LineString([(10.5, 0), (11.5, 0)])),
    ]
    return Plan("little", (*things, *more))


def baskets(n=400, seed=1):
    """Baskets of 1 to 4 departments; the first ones are bought most."""
    rng = np.random.default_rng(seed)
    weight = np.arange(len(DEPARTMENTS), 0, -1)
    lists = [
        np.sort(rng.choice(6, rng.integers(1, 5), replace=False, p=weight / weight.sum()))
        for _ in range(n)
    ]
    return np.cumsum([0] + [len(items) for items in lists]), np.concatenate(lists)
