"""Do simulated shoppers behave as real ones are known to? The card: regularity by regularity.

Three null shoppers stand beside ours. They have the same lists, eyes and luck, but no habits, no
detours and no hurry: they fetch things in random order, the nearest first, or on the shortest tour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
import yaml

from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.shoppers import (
    aisle_visits,
    assortment,
    drawn_trips,
    offer,
    prepared_floor,
    simulation,
    trip_measures,
    visits,
    what_ifs,
    zone_flows,
)
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.drawn_trips import Shoppers, first_trips
from layoutlab.retail.shoppers.effects import Bounds, Effects, bounds
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.simulation import Outcome
from layoutlab.retail.shoppers.trip_measures import Measured

TARGETS = Path(__file__).with_name("regularities.yaml")
MOST_MISSED = 1.0
SAMPLE, FOLLOWED = 400, 100
"""Trips sent through each changed layout, and trips followed from aisle to aisle."""


@dataclass(frozen=True, eq=False)
class Store:
    """A store with its shoppers, calibrated to its own layout.

    Attributes
    ----------
    plan : Plan
    floor : Floor
    goods : Assortment
    shoppers : Shoppers
    """

    plan: Plan
    floor: Floor
    goods: Assortment
    shoppers: Shoppers

    @property
    def carried(self) -> dict[str, tuple[str, ...]]:
        """Departments by fixture within reach."""
        return {name: self.plan.by_id[name].departments for name in self.floor.fixtures}


def open_store(
    plan: Plan, demand: Demand, effects: Effects, *, trips: int, rng: np.random.Generator
) -> Store:
    """Prepare a plan and draw about so many trips of the demand to it."""
    floor = prepared_floor.prepare(plan, effects)
    goods = assortment.of_plan(floor, plan)
    n_days = max(1, round(trips / demand.arrivals.sum()))
    drawn = drawn_trips.draw(demand, effects, rng=rng, n_days=n_days)
    return Store(plan, floor, goods, simulation.calibrated(floor, goods, drawn, effects))


def mirrored(plan: Plan) -> Plan:
    """Return a plan's mirror image, left and right exchanged."""

    def turned(shape: Any) -> Any:
        return shapely.transform(shape, lambda points: points * (-1, 1))

    things = (
        replace(each, shape=turned(each.shape), faces=tuple(map(turned, each.faces)))
        for each in plan.things
    )
    return replace(plan, things=tuple(things))


@lru_cache
def targets() -> pd.DataFrame:
    """Return the regularities: role, low, high, unit, said, source, by name."""
    with TARGETS.open(encoding="utf-8") as file:
        return pd.DataFrame(yaml.safe_load(file)).T


def card(
    supermarket: Store,
    small: Store,
    effects: Effects,
    *,
    rng: np.random.Generator,
    flows: Callable[[str], Measured] | None = None,
    orders: Sequence[str] = offer.ORDERS,
    changes: int = 40,
    limits: Bounds | None = None,
) -> pd.DataFrame:
    """Measure every regularity on every kind of shopper.

    Parameters
    ----------
    supermarket, small : Store
    effects : Effects
    rng : numpy.random.Generator
    flows : callable, optional
        Measures the zone flow of shoppers of an order, see `flow_measure`; without it that row is
        left out.
    orders : sequence of str
        Of `offer.ORDERS`.
    changes : int
        Layouts tried for the space elasticities.
    limits : Bounds, optional
        Of the equipment; the built-in ones when not given.

    Returns
    -------
    DataFrame
        One row per regularity and order: name, shoppers, value, low, high, passes, and the columns
        of `targets` (``least`` and ``most`` the ends of the range).
    """
    image = open_mirror(small, effects)
    shortest = _run(supermarket, effects, "shortest")
    carried = trip_measures.equipment_rows(supermarket.shoppers, limits or bounds())
    rows = []
    for order, luck in zip(orders, rng.spawn(len(orders)), strict=True):
        found = _measured(supermarket, small, image, shortest, effects, order, changes, luck)
        found |= carried
        if flows is not None:
            found["zone_flow"] = flows(order)
        rows += [
            {"regularity": name, "shoppers": order, **row_of(name, found[name])} for name in found
        ]
    table = pd.DataFrame(rows)
    known = targets().rename(columns={"low": "least", "high": "most"})
    return table.join(known, on="regularity")


def open_mirror(store: Store, effects: Effects) -> Store:
    """Return the mirror image of a store with the same shoppers."""
    plan = mirrored(store.plan)
    floor = prepared_floor.prepare(plan, effects)
    return Store(plan, floor, assortment.of_plan(floor, plan), store.shoppers)


def row_of(name: str, measured: Measured) -> dict[str, Any]:
    """Return what the card says of a measured regularity: does it pass, and by how much not?"""
    value, low, high = measured
    target = targets()
    least, most = (float(str(target.at[name, end])) for end in ("low", "high"))
    outside = max(least - value, value - most, 0.0)
    miss = min(outside / max(most - least, least * 0.1), MOST_MISSED)
    return {"value": value, "low": low, "high": high, "passes": outside == 0, "miss": miss}


def _run(store: Store, effects: Effects, order: str) -> Outcome:
    return simulation.simulate(store.floor, store.goods, store.shoppers, effects, order=order)


def _measured(
    large: Store,
    small: Store,
    image: Store,
    shortest: Outcome,
    effects: Effects,
    order: str,
    changes: int,
    rng: np.random.Generator,
) -> dict[str, Measured]:
    outcome = _run(large, effects, order)
    in_small, in_image = (_run(store, effects, order) for store in (small, image))
    share = trip_measures.covered(large.floor, outcome)
    winding = np.concatenate([each.column("winding") for each in (in_small, in_image)])
    bought = sum(outcome.column(name) for name in ("found", "substituted", "unplanned"))
    kept = np.asarray(bought)[np.asarray(bought) > 0]
    edge = [each.column("edge_m") for each in (outcome, shortest)]
    ratio = trip_measures.ratio_of
    scale = 1 / ratio(edge[1], shortest.column("metres"))[0]
    mine = ratio(edge[0], outcome.column("metres"))
    logs = np.log(kept)
    half = trip_measures.Z * logs.std() / np.sqrt(2 * len(logs))
    mode = float(np.bincount(kept.astype(int)).argmax())
    return {
        "path_length_m": trip_measures.mean_of(outcome.column("metres")),
        "short_trips": trip_measures.short_trips(outcome),
        "short_trips_small_store": trip_measures.short_trips(in_small),
        "little_covered": trip_measures.mean_of((share < trip_measures.LITTLE).astype(float)),
        "coverage": trip_measures.mean_of(share),
        **trip_measures.excess_rows(outcome, shortest),
        "unplanned_per_55_ft": trip_measures.unplanned_per_55_ft(
            large.floor, large.goods, outcome, effects, order, rng=rng
        ),
        **_of_layouts(large, effects, order, changes, rng),
        "counter_clockwise": trip_measures.mean_of((winding > 0).astype(float)),
        "perimeter": (mine[0] * scale, mine[1] * scale, mine[2] * scale),
        "items_mode": (mode, mode, mode),
        "items_spread": (float(logs.std()), float(logs.std() - half), float(logs.std() + half)),
        **_of_aisles(large, outcome, effects, order),
        "speed_near_checkout": trip_measures.speed_near_checkout(outcome, effects, order),
    }


def _of_aisles(store: Store, outcome: Outcome, effects: Effects, order: str) -> dict[str, Measured]:
    """Return the share of visits to aisles that are of the whole; nothing without aisles."""
    found = aisle_visits.of_plan(store.plan)
    if not found:
        return {}
    entered, whole = aisle_visits.visits(
        store.floor, store.goods, outcome, effects, found, order=order, most=FOLLOWED
    )
    return {"whole_aisle": trip_measures.ratio_of(whole, entered)}


def _of_layouts(
    store: Store, effects: Effects, order: str, changes: int, rng: np.random.Generator
) -> dict[str, Measured]:
    trips = first_trips(store.shoppers, SAMPLE)
    asked = (store.floor, store.carried, trips, effects, order)
    gained, lost = what_ifs.space_elasticities(*asked, changes=changes, rng=rng)
    more, less = trip_measures.slope_of(gained), trip_measures.slope_of(lost)
    half = float(np.hypot(more[2] - more[0], less[2] - less[0]))
    gap = more[0] - less[0]
    before, after = what_ifs.relocation(store.floor, store.carried, store.shoppers, effects, order)
    return {
        "space_elasticity": trip_measures.slope_of(np.concatenate([gained, lost])),
        "increases_over_decreases": (gap, gap - half, gap + half),
        "relocation": trip_measures.ratio_of(after - before, before),
    }


def flow_measure(
    store: Store,
    zone: np.ndarray,
    known: np.ndarray,
    unseen: np.ndarray,
    effects: Effects,
) -> Callable[[str], Measured]:
    """Return what measures the part of unseen zone flows that shoppers of an order foretell.

    Parameters
    ----------
    store : Store
        Its shoppers' lists are those of the known journeys.
    zone : ndarray of int64, shape (n,)
        Of each standing point of the floor.
    known, unseen : ndarray of float, shape (z, z)
        Flows, see `zone_flows`.
    effects : Effects
    """

    def measure(order: str) -> Measured:
        outcome = _run(store, effects, order)
        log = visits.events(store.floor, store.goods, outcome, effects, order=order)
        model = zone_flows.simulated(outcome, log, zone, len(known))
        part = zone_flows.common_part(model, unseen)
        half = trip_measures.Z * np.sqrt(part * (1 - part) / unseen.sum())
        return part, part - float(half), part + float(half)

    return measure


def score(found: pd.DataFrame) -> pd.DataFrame:
    """Return how many regularities each kind of shopper passes: judged ones, and all but inputs.

    ``miss`` is the mean distance from the range of those judged, in widths of the range, each at
    most `MOST_MISSED`.
    """
    rows = []
    for shoppers, each in found.groupby("shoppers", sort=False):
        judged, ours = each[each["role"] == "judged"], each[each["role"] != "input"]
        rows.append(
            {
                "shoppers": shoppers,
                "passed": int(judged["passes"].sum()),
                "judged": len(judged),
                "passed_all": int(ours["passes"].sum()),
                "all": len(ours),
                "miss": float(judged["miss"].mean()),
            }
        )
    return pd.DataFrame(rows)
