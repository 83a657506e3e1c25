"""The little store of the shoppers' tests with one more shelf, and a setting of it."""

from typing import Any

import numpy as np
import shapely

from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.shoppers import demand, drawn_trips, effects

DEPARTMENTS = ("bread", "milk", "tea", "soap", "beer", "eggs")


def shelf(name: str, x: float, y: float, departments: tuple[str, ...], **more: Any) -> Thing:
    """Return a shelf of 3 m by 1 m with goods on its lower and upper side."""
    faces = tuple(shapely.LineString([(x, at), (x + 3, at)]) for at in (y, y + 1))
    return Thing(
        name, "fixture", shapely.box(x, y, x + 3, y + 1), departments=departments, shelf_m=12.0,
        type="gondola", faces=faces, **more,
    )  # fmt: skip


def little_plan(*more: Thing) -> Plan:
    """Return two rows of two shelves, a third row of one, and doors at the bottom."""
    things = (
        Thing("floor", "outline", shapely.box(0, 0, 14, 13)),
        shelf("a", 2, 2.5, ("bread",)),
        shelf("b", 8, 2.5, ("milk",)),
        shelf("c", 2, 6, ("tea", "soap")),
        shelf("d", 8, 6, ("beer",)),
        shelf("e", 5, 9.5, ("eggs", "bread")),
        Thing("in", "entrance", shapely.LineString([(0.5, 0), (1.5, 0)])),
        Thing("till", "checkout", shapely.box(11, 0.5, 11.6, 1.5)),
        Thing("out", "exit", shapely.LineString([(12.5, 0), (13.5, 0)])),
    )
    return Plan("little", (*things, *more))


def wants() -> demand.Demand:
    """Return baskets of 1 to 4 departments; the first ones are bought most."""
    rng = np.random.default_rng(1)
    weight = np.arange(len(DEPARTMENTS), 0, -1)
    lists = [
        np.sort(rng.choice(6, rng.integers(1, 5), replace=False, p=weight / weight.sum()))
        for _ in range(400)
    ]
    start = np.cumsum([0] + [len(items) for items in lists])
    price = np.array([2.0, 1.0, 4.0, 3.0, 5.0, 2.5])
    return demand.of_baskets(
        DEPARTMENTS, start, np.concatenate(lists), effects.load(), price=price, currency="EUR"
    )


def open_little(entries: dict[str, Any], plan: Plan | None = None) -> Setting:
    """Return the little store with 300 shoppers and these constraints."""
    sizes = effects.load()
    drawn = drawn_trips.draw(wants(), sizes, rng=np.random.default_rng(3), n_days=2)
    shoppers = drawn_trips.first_trips(drawn, 300)
    return settings.prepare(plan or little_plan(), Constraints.of(entries), shoppers, sizes)
