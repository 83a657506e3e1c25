"""Which ways do the agents of an independent engine walk on the same plan, with the same trips?

The engine is JuPedSim with its collision-free speed model: discs that walk through a polygon along
a navigation mesh, keep off walls, slow down behind each other and step aside. The trips are given:
the same stops in the same order, the same stays and desired speeds. What differs is how one gets
from stop to stop, and that agents are in each other's way.

References
----------
Tordeux, Chraibi, Seyfried (2016). Collision-free speed model for pedestrian dynamics. Traffic and
Granular Flow '15, 225-232, https://arxiv.org/abs/1512.05597.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.shoppers import pedestrian_ground
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.itineraries import Itinerary, Way
from layoutlab.retail.shoppers.prepared_floor import Floor

STEP_S, STRIDE = 0.05, 5
"""Seconds of a step of the engine, and steps between two looks at the agents."""
TIME_GAP_S = 1.0
"""The engine's own default: one keeps as far from who is ahead as one walks in this time."""
FADE_M, STAGE_M = 0.02, 0.01
"""How fast the engine's walls fade, its own default; and the size of its way-points."""
REACHED_M = 0.25
"""A stop so near is reached: the side of our grid's fine cells."""
HALTED = 0.1
"""Of the desired speed: who moves more slowly is halted."""
PATIENCE_S = 1_800.0
"""When nobody has got to a stop for so long, the rest are stuck for good."""


@dataclass(frozen=True, eq=False)
class Walks:
    """What the agents did.

    Attributes
    ----------
    ways : tuple of Way
        Of each itinerary; that of a stuck agent ends where it is stuck.
    leg_s : tuple of ndarray of float, shape (k,)
        Moving, or halted by others, on the way to each stop of each itinerary.
    door_s : ndarray of float, shape (t,)
        Waited for room at the entrance.
    stuck : ndarray of bool, shape (t,)
        Who never got out.
    most_at_once : int
    """

    ways: tuple[Way, ...]
    leg_s: tuple[np.ndarray, ...]
    door_s: np.ndarray
    stuck: np.ndarray
    most_at_once: int

    @property
    def walking_s(self) -> np.ndarray:
        """From entrance to exit less the stays, float (t,)."""
        return np.array([each.sum() for each in self.leg_s])


@dataclass
class _Agent:
    """One on the way: the engine's number, the trip, its next stop; 0 when it stays nowhere."""

    number: int
    trip: int
    next: int = 1
    stays_until_s: float = 0.0


def walk(
    plan: Plan,
    floor: Floor,
    itineraries: Sequence[Itinerary],
    effects: Effects,
    *,
    alone: bool = False,
    time_gap_s: float = TIME_GAP_S,
) -> Walks:
    """Send trips through JuPedSim; the same trips give the same bytes.

    A stop is reached within `REACHED_M`, or within two widths of a body when others halt one there:
    two people stand side by side at a shelf.

    Parameters
    ----------
    plan : Plan
    floor : Floor
        Of this plan.
    itineraries : sequence of Itinerary
        At least one.
    effects : Effects
        Body width.
    alone : bool
        Let each come only when the one before has left: an empty store.
    time_gap_s : float
        Above 0.

    Raises
    ------
    InputError
        When there are no itineraries, for a time gap that is not above 0, or as
        `pedestrian_ground.walkable`.
    ImportError
        When JuPedSim is not installed.
    """
    if not itineraries:
        raise InputError("itineraries: expected at least one, got none")
    if not time_gap_s > 0:
        raise InputError(f"time_gap_s: expected above 0, got {time_gap_s:g}")
    jps = pedestrian_ground.engine()
    ground, points = pedestrian_ground.walkable(plan, floor, effects)
    strength = float(np.exp((pedestrian_ground.WALL_M - effects.body_width_m / 2) / FADE_M))
    model = jps.CollisionFreeSpeedModel(
        strength_geometry_repulsion=strength, range_geometry_repulsion=FADE_M
    )
    simulation = jps.Simulation(model=model, geometry=ground, dt=STEP_S)
    goals = {
        int(stop): _goal(jps, simulation, points[stop])
        for stop in np.unique(np.concatenate([each.stop for each in itineraries]))
    }
    crowd = _Crowd(jps, simulation, itineraries, points, goals, effects.body_width_m, time_gap_s)
    return crowd.walked(alone=alone)


def _goal(jps: Any, simulation: Any, point: np.ndarray) -> tuple[int, int]:
    """Return the numbers of a journey to a point, and of its only stage."""
    stage = simulation.add_waypoint_stage((float(point[0]), float(point[1])), STAGE_M)
    return simulation.add_journey(jps.JourneyDescription([stage])), stage


class _Crowd:
    """A simulation under way."""

    def __init__(
        self,
        jps: Any,
        simulation: Any,
        itineraries: Sequence[Itinerary],
        points: np.ndarray,
        goals: dict[int, tuple[int, int]],
        body_m: float,
        time_gap_s: float,
    ) -> None:
        self.jps, self.simulation = jps, simulation
        self.itineraries, self.points, self.goals = itineraries, points, goals
        self.body_m, self.time_gap_s = body_m, time_gap_s
        self.arrival_s = np.array([each.arrival_s for each in itineraries])
        self.outside = np.argsort(self.arrival_s, kind="stable").tolist()
        self.inside: list[_Agent] = []
        self.trails: list[list[tuple[float, float]]] = [[] for _ in itineraries]
        self.leg_s = [np.zeros(len(each.stop)) for each in itineraries]
        self.door_s = np.zeros(len(itineraries))
        self.progress_s = 0.0

    def walked(self, *, alone: bool) -> Walks:
        """Let all come, walk and leave."""
        most, now = 0, 0.0
        while (self.outside or self.inside) and now - self.progress_s < PATIENCE_S:
            if self.outside and not self.inside:  # nobody waits for a clock
                self.arrival_s += now - self.arrival_s[self.outside[0]]
                self.progress_s = now
            if not (alone and self.inside):
                self._admit(now)
            most = max(most, len(self.inside))
            self.simulation.iterate(STRIDE)
            now = self.simulation.elapsed_time()
            self.inside = [agent for agent in self.inside if self._goes_on(agent, now)]
        stuck = np.zeros(len(self.itineraries), dtype=bool)
        stuck[[agent.trip for agent in self.inside] + self.outside] = True
        ways = tuple(_way(trail) for trail in self.trails)
        return Walks(ways, tuple(self.leg_s), self.door_s, stuck, most)

    def _admit(self, now: float) -> None:
        """Let in who has arrived and finds room at the entrance."""
        for trip in [each for each in self.outside if self.arrival_s[each] <= now + STEP_S]:
            itinerary = self.itineraries[trip]
            x, y = map(float, self.points[itinerary.stop[0]])
            if any(True for _ in self.simulation.agents_in_range((x, y), self.body_m)):
                continue
            journey, stage = self.goals[int(itinerary.stop[1])]
            number = self.simulation.add_agent(
                self.jps.CollisionFreeSpeedModelAgentParameters(
                    position=(x, y),
                    time_gap=self.time_gap_s,
                    desired_speed=float(itinerary.speed_m_s[1]),
                    radius=self.body_m / 2,
                    journey_id=journey,
                    stage_id=stage,
                )
            )
            self.door_s[trip] = max(0.0, now - self.arrival_s[trip])
            self.trails[trip].append((x, y))
            self.inside.append(_Agent(number, trip))
            self.outside.remove(trip)

    def _goes_on(self, agent: _Agent, now: float) -> bool:
        """Look where an agent is, send it on from a stop; return False when it has left."""
        itinerary, trail = self.itineraries[agent.trip], self.trails[agent.trip]
        body = self.simulation.agent(agent.number)
        x, y = body.position
        moved_m = np.hypot(x - trail[-1][0], y - trail[-1][1])
        trail.append((x, y))
        if agent.stays_until_s > 0:
            if now < agent.stays_until_s:
                return True
            agent.stays_until_s = 0.0
        else:
            self.leg_s[agent.trip][agent.next] += STEP_S * STRIDE
            goal = self.points[itinerary.stop[agent.next]]
            away_m = np.hypot(x - goal[0], y - goal[1])
            slow_m = HALTED * itinerary.speed_m_s[agent.next] * STEP_S * STRIDE
            if away_m > (2 * self.body_m if moved_m < slow_m else REACHED_M):
                return True
            self.progress_s = now
            stay_s = itinerary.stay_s[agent.next]
            if stay_s > 0:
                agent.stays_until_s = now + stay_s
                body.model.desired_speed = 0.0
                return True
        return self._sent_on(agent, body)

    def _sent_on(self, agent: _Agent, body: Any) -> bool:
        itinerary = self.itineraries[agent.trip]
        agent.next += 1
        if agent.next == len(itinerary.stop):
            self.simulation.mark_agent_for_removal(agent.number)
            return False
        body.model.desired_speed = float(itinerary.speed_m_s[agent.next])
        self.simulation.switch_agent_journey(
            agent.number, *self.goals[int(itinerary.stop[agent.next])]
        )
        return True


def _way(trail: list[tuple[float, float]]) -> Way:
    points = np.array(trail).reshape(-1, 2)
    return Way(points, np.full(max(len(points) - 1, 0), STEP_S * STRIDE))
