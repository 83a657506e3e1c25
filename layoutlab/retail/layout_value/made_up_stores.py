"""Which stores and which demand shall a score of layouts be learned from? Made-up ones, many.

Forms, sizes, departments, popularity, prices and what is bought together are drawn anew for every
store; nothing of it was measured in one. The ranges are assumptions.
"""

from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.generation.builtin import GROCERIES, groceries
from layoutlab.floor.generation.forms import FORMS
from layoutlab.floor.generation.stores import generate
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.optimise.slots import Slots, slots_of
from layoutlab.retail.shoppers import (
    assortment,
    demand,
    drawn_trips,
    prepared_floor,
    simulation,
)
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor

AREA_M2 = (150.0, 1500.0)
DEPARTMENTS = (20, len(GROCERIES))
BASKETS = 4000
MOST_ITEMS = 20
MOST_TRIES = 100


@dataclass(frozen=True, eq=False)
class Store:
    """A store whose layouts are to be scored.

    Attributes
    ----------
    name : str
    floor : Floor
    slots : Slots
    shoppers : Shoppers
        Calibrated in the present layout.
    effects : Effects
    """

    name: str
    floor: Floor
    slots: Slots
    shoppers: Shoppers
    effects: Effects


def open_store(plan: Plan, wants: Demand, effects: Effects, *, trips: int, seed: int) -> Store:
    """Return a store ready to be simulated: floor worked out, shoppers drawn and calibrated.

    Parameters
    ----------
    plan : Plan
    wants : Demand
    effects : Effects
    trips : int
        At least 2; fewer where the days drawn have no more.
    seed : int
    """
    floor = prepared_floor.prepare(plan, effects)
    days = max(1, round(trips / float(wants.arrivals.sum()) * 1.2))
    rng = np.random.default_rng(seed)
    drawn = drawn_trips.first_trips(drawn_trips.draw(wants, effects, rng=rng, n_days=days), trips)
    goods = assortment.of_plan(floor, plan)
    shoppers = simulation.calibrated(floor, goods, drawn, effects)
    return Store(plan.name, floor, slots_of(plan), shoppers, effects)


def made_up(
    effects: Effects,
    *,
    trips: int,
    seed: int,
    area_m2: tuple[float, float] = AREA_M2,
) -> Store:
    """Return the made-up store of a number.

    Parameters
    ----------
    effects : Effects
    trips : int
    seed : int
        The store's number: the same number is the same store.
    area_m2 : (float, float)
        Between which the area is drawn, evenly in its logarithm.

    Raises
    ------
    InputError
        For no range above 0, or one in which no store can be made.
    """
    if not 0 < area_m2[0] <= area_m2[1]:
        raise InputError(f"area_m2: expected a range above 0, got {area_m2}")
    rng = np.random.default_rng(seed)
    names = list(GROCERIES)
    for _ in range(MOST_TRIES):
        form = str(rng.choice(sorted(FORMS)))
        area = float(np.exp(rng.uniform(*np.log(area_m2))))
        chosen = rng.permutation(names)[: int(rng.integers(DEPARTMENTS[0], DEPARTMENTS[1] + 1))]
        departments = groceries([str(name) for name in chosen])
        wants = made_up_demand([one.name for one in departments], effects, rng=rng)
        try:
            plan = generate(form, area, departments, rng=rng)
        except InputError as error:  # too small for so many departments: draw again
            reason = error
            continue
        return open_store(plan, wants, effects, trips=trips, seed=int(rng.integers(2**31)))
    raise InputError(
        f"area_m2: expected areas that stores can be made of, but none of {MOST_TRIES} from "
        f"{area_m2[0]:g} to {area_m2[1]:g} m² could: {reason}"
    )


def with_demand(store: Store, wants: Demand, *, trips: int, seed: int) -> Store:
    """Return a store with other customers, calibrated in the present layout."""
    rng = np.random.default_rng(seed)
    days = max(1, round(trips / float(wants.arrivals.sum()) * 1.2))
    drawn = drawn_trips.draw(wants, store.effects, rng=rng, n_days=days)
    goods = assortment.of_fixtures(store.floor, present(store))
    people = drawn_trips.first_trips(drawn, trips)
    shoppers = simulation.calibrated(store.floor, goods, people, store.effects)
    return replace(store, shoppers=shoppers)


def present(store: Store) -> dict[str, list[str]]:
    """Return the departments that fixtures within reach carry today."""
    names: dict[str, list[str]] = {}
    reached = set(store.floor.fixtures)
    for fixture, one in zip(store.slots.fixture, store.slots.today.tolist(), strict=True):
        if fixture in reached:
            names.setdefault(fixture, []).append(store.slots.departments[one])
    return names


def made_up_demand(
    names: list[str], effects: Effects, *, rng: np.random.Generator, sizes: float | None = None
) -> Demand:
    """Return receipts of customers with errands: each errand prefers one family of goods.

    Parameters
    ----------
    names : list of str
    effects : Effects
    rng : numpy.random.Generator
    sizes : float, optional
        Mean logarithm of the number of items; drawn from 0.2 to 1.6 when not given.
    """
    n = len(names)
    families = np.unique([GROCERIES[name][2] for name in names], return_inverse=True)[1]
    popular = rng.normal(0, 0.8, n)
    keen = rng.uniform(0, 2.0)
    middle = rng.uniform(0.2, 1.6) if sizes is None else sizes
    count = np.clip(np.round(np.exp(rng.normal(middle, 0.76, BASKETS))), 1, min(MOST_ITEMS, n))
    errand = rng.integers(families.max() + 1, size=BASKETS)
    weight = popular + keen * (families[None, :] == errand[:, None])
    order = np.argsort(-(weight + rng.gumbel(size=(BASKETS, n))), axis=1)
    taken = np.arange(n) < count[:, None]
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    price = np.exp(rng.normal(1.0, 0.6, n))
    return demand.of_baskets(tuple(names), start, order[taken], effects, price=price)
