"""From where to where did each trip go, detours and stops included? Trips for another engine.

The simulator keeps only sums of what was walked. Here the same trips are followed once more, leg by
leg, with the simulator's own kernels: the legs are the same ones.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import offer
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor, walk_between
from layoutlab.retail.shoppers.simulation import Outcome, empty_tally
from layoutlab.retail.shoppers.trip_tables import EXTRA, LEFT, Desk, Log, Manner, Tally, Ways
from layoutlab.retail.shoppers.walking_kernels import wander


class Itinerary(NamedTuple):
    """A trip from entrance to exit.

    Attributes
    ----------
    arrival_s : float
        Since midnight of the first day.
    stop : ndarray of int64, shape (k,)
        Standing points in order: an entrance, places, a checkout, an exit.
    stay_s : ndarray of float, shape (k,)
        How long one stays there; 0 where one only passes.
    speed_m_s : ndarray of float, shape (k,)
        Of the leg that ends there; 0 at the entrance.
    """

    arrival_s: float
    stop: np.ndarray
    stay_s: np.ndarray
    speed_m_s: np.ndarray


class Way(NamedTuple):
    """A line walked.

    Attributes
    ----------
    point : ndarray of float, shape (m, 2)
        Metres on the plan.
    seconds : ndarray of float, shape (m - 1,)
        Spent from each point to the next; a stay has two points in the same place.
    """

    point: np.ndarray
    seconds: np.ndarray

    @property
    def metres(self) -> float:
        """The length of the line."""
        return float(np.hypot(*np.diff(self.point, axis=0).T).sum())


def busiest(shoppers: Shoppers, window_s: float) -> np.ndarray:
    """Return the trips that arrive within the busiest window, beginning with an arrival.

    Parameters
    ----------
    shoppers : Shoppers
    window_s : float
        Above 0. Ties: the earliest.

    Returns
    -------
    ndarray of int64
    """
    if not window_s > 0:
        raise InputError(f"window_s: expected above 0, got {window_s:g}")
    when = shoppers.day * 86_400.0 + shoppers.arrival_s
    after = np.searchsorted(when, when + window_s)
    first = int(np.argmax(after - np.arange(len(when))))
    return np.arange(first, after[first], dtype=np.int64)


def of_trips(
    floor: Floor,
    outcome: Outcome,
    log: Log,
    effects: Effects,
    trips: Iterable[int],
    *,
    order: str = "behaved",
) -> tuple[Itinerary, ...]:
    """Return the itineraries of trips.

    What was bought unplanned is left out: in the simulator nobody walks to it.

    Parameters
    ----------
    floor : Floor
    outcome : Outcome
        As `simulation.simulate` returns it for shoppers of this order.
    log : Log
        As `visits.events` returns it.
    effects : Effects
    trips : iterable of int
        From 0 to before the number of trips.
    order : str
        As for `offer.manner_of`.
    """
    ways, manner = offer.ways_of(floor), offer.manner_of(effects, order)
    tally = empty_tally(floor, outcome.shoppers)
    trips = [int(trip) for trip in trips]
    return tuple(_followed(ways, manner, tally, outcome, log, trip) for trip in trips)


def _followed(
    ways: Ways, manner: Manner, tally: Tally, outcome: Outcome, log: Log, trip: int
) -> Itinerary:
    events = slice(log.event_start[trip], log.event_start[trip + 1])
    listed = log.event_kind[events] != EXTRA
    kind, place = log.event_kind[events][listed], log.event_place[events][listed]
    dwell = log.event_dwell_s[events][listed]
    row = {name: outcome.column(name)[trip] for name in ("entrance", "checkout", "service_s")}
    here, till = int(row["entrance"]), int(row["checkout"])
    goals = [(i, int(place[i]), float(dwell[i])) for i in range(len(kind)) if kind[i] != LEFT]
    goals.append((len(kind), till, float(row["service_s"])))
    desk, key = _desk(ways, len(tally.exposure_m)), outcome.shoppers.key[trip]
    stop, stay, speed = [here], [0.0], [0.0]
    for number, goal, stay_s in goals:
        wander(ways, manner, desk, tally, here, goal, key, number, 0)
        passed = _in_order(tally.legs, ways.n, here)
        hurry = number / (len(kind) + 1) if number < len(kind) else 1.0
        stop += passed
        stay += [0.0] * (len(passed) - 1) + [stay_s]
        speed += [manner.speed * (1 + manner.hurry * hurry)] * len(passed)
        here = goal
    metres = ways.metres.reshape(ways.n, ways.n)
    stop.append(int(ways.exits[np.argmin(metres[ways.exits, till])]))
    stay.append(0.0)
    speed.append(manner.speed * (1 + manner.hurry))
    shoppers = outcome.shoppers
    arrival_s = float(shoppers.day[trip] * 86_400 + shoppers.arrival_s[trip])
    return Itinerary(arrival_s, np.array(stop), np.array(stay), np.array(speed))


def _desk(ways: Ways, n_categories: int) -> Desk:
    return Desk(
        np.zeros(ways.n_places),
        np.empty(ways.n_places, np.int64),
        np.full(ways.n_tiles, -1, np.int64),
        np.zeros(n_categories),
        np.empty(n_categories, np.int64),
        np.zeros(n_categories, np.bool_),
        np.zeros(2, np.int64),
        np.zeros(2),
    )


def _in_order(legs: np.ndarray, n: int, here: int) -> list[int]:
    """Return where the counted legs lead to, one after another, and set the counts to 0."""
    walked = np.flatnonzero(legs)
    graph = nx.MultiDiGraph()
    for leg in walked:
        graph.add_edges_from([(int(leg % n), int(leg // n))] * int(legs[leg]))
    legs[walked] = 0
    return [to for _, to in nx.eulerian_path(graph, source=here)]


def on_grid(floor: Floor, itinerary: Itinerary) -> Way:
    """Return the way of our shoppers: the shortest one over the grid from stop to stop."""
    legs = [
        _points(floor, walk_between(floor, here, there))
        for here, there in zip(itinerary.stop[:-1], itinerary.stop[1:], strict=True)
    ]
    return along(legs, itinerary)


def straight(floor: Floor, itinerary: Itinerary) -> Way:
    """Return straight lines from stop to stop, through whatever stands there: a null way."""
    at = _points(floor, floor.cells[itinerary.stop])
    return along([at[i : i + 2] for i in range(len(at) - 1)], itinerary)


def along(legs: Sequence[np.ndarray], itinerary: Itinerary) -> Way:
    """Return the way along lines from stop to stop, with the itinerary's speeds and stays.

    Parameters
    ----------
    legs : sequence of ndarray of float, shape (any, 2)
        One for each stop but the first, each beginning where the one before ends.
    itinerary : Itinerary
    """
    points, seconds = [legs[0][:1]], []
    for leg, speed, stay_s in zip(legs, itinerary.speed_m_s[1:], itinerary.stay_s[1:], strict=True):
        points += [leg[1:], leg[-1:]]
        seconds += [np.hypot(*np.diff(leg, axis=0).T) / speed, np.array([stay_s])]
    return Way(np.concatenate(points), np.concatenate(seconds))


def _points(floor: Floor, cells: np.ndarray) -> np.ndarray:
    points: np.ndarray = floor.origin + (cells + 0.5) * floor.cell_m
    return points


def standing_points(floor: Floor) -> np.ndarray:
    """Return where the standing points lie on the plan, metres, float (n, 2)."""
    return _points(floor, floor.cells)
