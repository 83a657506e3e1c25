"""How well do simulated shoppers foretell recorded journeys through the zones of a store?

Recorded are sequences of zones: an entrance, the zones of the purchases, a checkout, an exit. The
first ones are known, the others unseen. What is bought comes from the known journeys; in which
order the zones follow each other is the simulator's own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.shoppers import demand, validation, zone_flows
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.trip_measures import Measured


@dataclass(frozen=True, eq=False)
class Journeys:
    """A store and its zone flows, ready to be foretold.

    Attributes
    ----------
    store : validation.Store
        Each zone is a department; nothing is bought unplanned, as the lists hold all purchases.
    zone : ndarray of int64, shape (n,)
        Of each standing point.
    known, unseen : ndarray of float, shape (z, z)
        Flows from entrance to checkout.
    measure : callable
        As `validation.flow_measure` returns it.
    """

    store: validation.Store
    zone: np.ndarray
    known: np.ndarray
    unseen: np.ndarray
    measure: Callable[[str], Measured]


def read(
    plan: Plan,
    journeys: Sequence[Sequence[int]],
    effects: Effects,
    *,
    rng: np.random.Generator,
    trips: int = 10_000,
) -> Journeys:
    """Make a store of a plan whose things name their zone, and of journeys through them.

    Parameters
    ----------
    plan : Plan
        Fixtures, entrances, checkouts and exits carry ``zone`` in `extra`.
    journeys : sequence of sequences of int
        Zones from an entrance to an exit; the first half is known, the second unseen.
    effects : Effects
    rng : numpy.random.Generator
    trips : int
        To simulate, about.

    Raises
    ------
    InputError
        When a thing has no zone, or a journey is shorter than entrance, checkout and exit.
    """
    for thing in plan.of("fixture", "entrance", "checkout", "exit"):
        if "zone" not in thing.extra:
            raise InputError(f"{thing.kind} {thing.id}: expected a zone, got none")
    if len(journeys) < 2 or min(map(len, journeys)) < 3:
        raise InputError("expected two or more journeys of at least entrance, checkout and exit")
    n_zones = 1 + max(max(journey) for journey in journeys)
    sold = plan.with_things(
        *(replace(each, departments=(_name(each.extra["zone"]),)) for each in plan.of("fixture"))
    )
    half = len(journeys) // 2
    planned = replace(effects, unplanned_share=0.0)
    wants = _demand(journeys[:half], n_zones, planned)
    store = validation.open_store(sold, wants, planned, trips=trips, rng=rng)
    zone = _zones(sold, store)
    known, unseen = (
        zone_flows.flows([journey[:-1] for journey in part], n_zones)
        for part in (journeys[:half], journeys[half:])
    )
    measure = validation.flow_measure(store, zone, known, unseen, planned)
    return Journeys(store, zone, known, unseen, measure)


def rivals(journeys: Journeys) -> dict[str, float]:
    """Return the common part of the unseen flows with the gravity model, and with the known flows.

    The latter is what no model of these journeys should be expected to pass.
    """
    metres = zone_flows.zone_metres(journeys.store.floor, journeys.zone, len(journeys.known))
    model, deterrence = zone_flows.gravity(journeys.known, metres)
    return {
        "gravity": zone_flows.common_part(model, journeys.unseen),
        "gravity_deterrence_per_m": deterrence,
        "known_journeys": zone_flows.common_part(journeys.known, journeys.unseen),
    }


def _name(zone: int) -> str:
    return f"zone-{int(zone):03d}"


def _demand(journeys: Sequence[Sequence[int]], n_zones: int, effects: Effects) -> demand.Demand:
    lists = [sorted(set(journey[1:-2])) for journey in journeys]
    lists = [items for items in lists if items]
    start = np.concatenate([[0], np.cumsum([len(items) for items in lists])])
    names = tuple(_name(zone) for zone in range(n_zones))
    return demand.of_baskets(names, start, np.concatenate(lists), effects)


def _zones(plan: Plan, store: validation.Store) -> np.ndarray:
    """Return the zone of each standing point, in the floor's order."""
    floor = store.floor
    doors = ("entrance", "checkout", "exit") if plan.of("exit") else ("entrance", "checkout")
    zones = [plan.by_id[floor.fixtures[i]].extra["zone"] for i in floor.fixture]
    zones += [thing.extra["zone"] for kind in doors for thing in plan.of(kind)]
    if not plan.of("exit"):
        zones += [thing.extra["zone"] for thing in plan.of("entrance")]
    return np.array(zones, dtype=np.int64)
