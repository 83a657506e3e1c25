"""What does a slot see of a store's walkers, whatever stands on it? Shoppers who want slots.

Lists of slots, each as likely as any other, are sent through the empty store once, by the very
simulator that judges layouts. What such trips pass, walk and give up tells by slot what any demand
for what stands there will do: a trip's views are taken for a sum over the slots of its list.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from layoutlab.retail.shoppers import assortment, demand, simulation, trip_tables, visits
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor

TRIPS = 12_000
LEVELS = 6
SAME_PLACES_SEED = 20_170


@dataclass(frozen=True, eq=False)
class Walked:
    """What walkers for slots did; s slots.

    Attributes
    ----------
    seen : ndarray of float32, shape (LEVELS, s, s)
        Of goods on slot [.., .., column] with a level's rate, how many are taken on impulse per
        trip, were everything planned to be bought at slot [.., row].
    metres : ndarray of float, shape (s,)
        Walked by a trip whose list holds the slot.
    left : ndarray of float, shape (s,)
        Share of times that the slot is left out for the way.
    """

    seen: np.ndarray
    metres: np.ndarray
    left: np.ndarray


def slots_on_places(floor: Floor, fixture: tuple[str, ...]) -> Assortment:
    """Return which part of which place each slot has: slots in the role of departments.

    Parameters
    ----------
    floor : Floor
    fixture : tuple of str
        Of each slot; slots on fixtures out of reach have no place.
    """
    carried: dict[str, list[str]] = {}
    reached = set(floor.fixtures)
    for slot, name in enumerate(fixture):
        if name in reached:
            carried.setdefault(name, []).append(_name(slot))
    return assortment.of_fixtures(floor, carried)


def _name(slot: int) -> str:
    return f"{slot:06d}"


def walked(
    floor: Floor,
    fixture: tuple[str, ...],
    sizes: np.ndarray,
    rates: np.ndarray,
    effects: Effects,
) -> Walked:
    """Send walkers for slots through a store.

    Parameters
    ----------
    floor : Floor
    fixture : tuple of str, n_slots
    sizes : ndarray of int, shape (m,)
        Number of trips with 0, 1, 2, ... things on the list, of the store's own shoppers.
    rates : ndarray of float, shape (LEVELS,)
        Unplanned purchases per metre of view.
    effects : Effects
    """
    stands = slots_on_places(floor, fixture)
    people = _walkers(stands, len(fixture), sizes, effects)
    outcome = simulation.simulate(floor, stands, people, effects)
    log = visits.events(floor, stands, outcome, effects)
    n, s = len(people), len(fixture)
    lists = sparse.csr_array((np.ones(len(people.item)), people.item, people.start), shape=(n, s))
    held = np.maximum(np.asarray(lists.sum(axis=0)).ravel(), 1.0)
    seen = [_taken(lists, held, log, rate, (n, s)) for rate in rates]
    left = np.bincount(log.event_category[log.event_kind == trip_tables.LEFT], minlength=s)
    metres = lists.T @ outcome.column("metres") / held
    return Walked(np.array(seen, dtype=np.float32), metres, left / held)


def _taken(
    lists: sparse.csr_array,
    held: np.ndarray,
    log: trip_tables.Log,
    rate: float,
    shape: tuple[int, int],
) -> np.ndarray:
    """Return the mean of chances to be taken over trips with a slot, stretched to it alone."""
    chance = sparse.csr_array(
        (-np.expm1(-rate * log.seen_m), log.seen_category, log.seen_start), shape=shape
    )
    with_slot = (lists.T @ chance).toarray() / held[:, None]
    every = np.asarray(chance.sum(axis=0)).ravel() / shape[0]
    items = held.sum() / shape[0]
    weight = held / held.sum()
    taken: np.ndarray = every + items * (with_slot - weight @ with_slot)
    return taken


def _walkers(stands: Assortment, s: int, sizes: np.ndarray, effects: Effects) -> Shoppers:
    """Return trips with lists of slots of the sizes given; the same ones for the same store."""
    rng = np.random.default_rng(SAME_PLACES_SEED)
    reached = np.array([int(name) for name in stands.departments])
    count = rng.choice(len(sizes), size=TRIPS, p=sizes / sizes.sum())
    count = np.clip(count, 1, len(reached))
    order = np.argsort(rng.random((TRIPS, len(reached))), axis=1)
    taken = np.arange(len(reached)) < count[:, None]
    start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    names = tuple(_name(slot) for slot in range(s))
    item = reached[order[taken]]
    return Shoppers(
        demand=demand.of_baskets(names, start, item, effects),
        n_days=1,
        key=rng.integers(0, 2**64, TRIPS, dtype=np.uint64),
        day=np.zeros(TRIPS, np.int64),
        arrival_s=np.zeros(TRIPS),
        start=start,
        item=item,
        basket=np.arange(TRIPS),
        left_to_chance=np.zeros(s),
        rate=np.zeros(s),
    )
