"""What should a store-size arrangement be good at? Objectives for a search, all to be made small.

Each takes a store, an arrangement and what else it needs; a search is given them with all but the
arrangement filled in (`functools.partial`). Shopping lists are simulated: who buys what on which
trip is not known for a made-up store.
"""

from itertools import pairwise
from types import ModuleType

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Cell
from layoutlab.floor.grid import plan_of
from layoutlab.floor.store.arrangement import Store, fronts, grid_of
from layoutlab.floor.visibility import SIDES, Faces, Regard, exposure_m, faces_of
from layoutlab.floor.walking import WalkingDistances, distances_between


def simulated_lists(
    store: Store, *, rng: np.random.Generator, trips: int = 200, stops: int = 6
) -> np.ndarray:
    """Draw shopping lists: fixtures without repeats, a few of them much more popular than others.

    Popularity is log-normal with a spread of 1, drawn once for all lists.

    Returns
    -------
    ndarray of int64, shape (trips, stops)
        Numbers of fixtures.

    Raises
    ------
    InputError
        When there are fewer fixtures than stops.
    """
    count = len(store.fixtures)
    if not 1 <= stops <= count or trips < 1:
        raise InputError(
            f"expected at least 1 trip of 1 to {count} stops, got {trips} trips of {stops}"
        )
    popularity = rng.lognormal(size=count)
    keys = np.log(popularity) + rng.gumbel(size=(trips, count))
    lists: np.ndarray = np.argsort(-keys, axis=1, kind="stable")[:, :stops].astype(np.int64)
    return lists


def places_of(store: Store, fixtures: np.ndarray) -> np.ndarray:
    """Return the fronts of all fixtures, then entrance and exit, int64 (f + 2, 2) as (x, y)."""
    return np.concatenate([fronts(fixtures), store.ends])


def trip_lengths_m(fixtures: np.ndarray, *, store: Store, lists: np.ndarray) -> np.ndarray:
    """Return how far each shopper walks, float (trips,), metres.

    From the entrance to the nearest fixture on the list, from there to the nearest of the rest,
    and at last to the exit; shortest walks with 4 neighbours.
    """
    plan = plan_of(grid_of(store, fixtures))
    between = distances_between(plan, places_of(store, fixtures), cell_m=store.cell_m)
    lengths: np.ndarray = _kernels().trip_order(between, lists, len(fixtures), len(fixtures) + 1)[1]
    return lengths


def mean_trip_m(fixtures: np.ndarray, *, store: Store, lists: np.ndarray) -> float:
    """Return the mean walk of a simulated shopper, metres."""
    return float(trip_lengths_m(fixtures, store=store, lists=lists).mean())


def trip_legs(fixtures: np.ndarray, *, store: Store, lists: np.ndarray) -> list[list[list[Cell]]]:
    """Return the cells walked through on each trip, a walk from stop to stop.

    Stops are taken in the order of `trip_lengths_m`.

    Returns
    -------
    list of lists of lists of (int, int)
        A trip has one leg more than stops; a leg starts with the cell the one before ended at.
    """
    plan = plan_of(grid_of(store, fixtures))
    places = places_of(store, fixtures)
    stops = np.unique(np.append(lists, (len(fixtures), len(fixtures) + 1)))
    walks = WalkingDistances(plan, places[stops], cell_m=store.cell_m)
    between = walks.metres()
    here = np.searchsorted(stops, lists)
    order, _ = _kernels().trip_order(between, here, len(stops) - 2, len(stops) - 1)
    found = []
    for trip in order:
        legs = []
        for start, goal in pairwise(trip):
            leg = walks.walk_to(tuple(places[stops[start]].tolist()), int(goal))
            if leg is None:
                raise InputError("expected an arrangement where every front can be walked to")
            legs.append(leg)
        found.append(legs)
    return found


def joined(legs: list[list[Cell]]) -> list[Cell]:
    """Return the legs of a trip as one walk; the stops between them once."""
    return legs[0] + [cell for leg in legs[1:] for cell in leg[1:]]


def front_faces(fixtures: np.ndarray, *, store: Store) -> Faces:
    """Return the faces on the sides where fixtures face their customers."""
    grid = grid_of(store, fixtures)
    faces = faces_of(plan_of(grid), grid.owner)
    front = (faces.normals == SIDES[fixtures[faces.fixtures, 4]]).all(axis=1)
    return Faces(faces.points[front], faces.normals[front], faces.fixtures[front])


def hidden_share(
    fixtures: np.ndarray,
    *,
    store: Store,
    lists: np.ndarray,
    regard: Regard,
    long_enough_m: float = 1.0,
    every: int = 2,
) -> float:
    """Return the share of front faces that the trips do not show for long enough, from 0 to 1.

    Parameters
    ----------
    fixtures : ndarray of int16, shape (f, 5)
    store : Store
    lists : ndarray of int64, shape (trips, stops)
        Few trips are enough, and their walks take most of the time.
    regard : Regard
    long_enough_m : float
        Metres of walking, over all trips, for which a face must be in view.
    every : int
        As for `visibility.viewpoints`.
    """
    plan = plan_of(grid_of(store, fixtures))
    walks = [joined(legs) for legs in trip_legs(fixtures, store=store, lists=lists)]
    faces = front_faces(fixtures, store=store)
    seen = exposure_m(plan, faces, walks, regard, cell_m=store.cell_m, every=every)
    return float((seen < long_enough_m).mean())


def carried_m(fixtures: np.ndarray, *, store: Store, turn_m: float = 1.0) -> float:
    """Return what it takes to rearrange the store from today's arrangement.

    The metres that fixtures are carried along the two axes, centre to centre, and `turn_m` for
    each one that faces elsewhere.
    """
    old, new = store.fixtures.astype(float), fixtures.astype(float)
    way = np.abs((new[:, :2] + new[:, 2:4] / 2) - (old[:, :2] + old[:, 2:4] / 2)).sum()
    return float(way * store.cell_m + turn_m * (new[:, 4] != old[:, 4]).sum())


def _kernels() -> ModuleType:
    """Return the compiled kernels; numba is only loaded by who needs them."""
    from layoutlab.floor.store import arrangement_kernels

    return arrangement_kernels
