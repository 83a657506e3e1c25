"""On which ground do JuPedSim's agents walk, and where do its routes lie?"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.itineraries import Itinerary, Way, along, standing_points
from layoutlab.retail.shoppers.prepared_floor import Floor

TOLERANCE_M = 0.01
ROUTE_M, WALL_M, TURN_M = 0.2, 0.15, 0.1
"""The engine's routes turn `ROUTE_M` away from corners. Its walls must repel less far, `WALL_M`,
else agents are caught there. The ground is narrower by `TURN_M`: bodies do not touch walls."""


def engine() -> Any:
    """Return the engine's module.

    Raises
    ------
    ImportError
        When it is not installed.
    """
    try:
        import jupedsim  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError("expected JuPedSim: uv pip install --no-deps jupedsim==1.4.2") from error
    return jupedsim


def walkable(plan: Plan, floor: Floor, effects: Effects) -> tuple[shapely.Polygon, np.ndarray]:
    """Return the ground agents walk on, and the standing points on it.

    The ground is the outline less all obstacles; gaps in which the engine's routes cannot turn are
    closed. A standing point that lies closer to an obstacle is moved onto the ground, and one at an
    entrance to where a body has room.

    Parameters
    ----------
    plan : Plan
    floor : Floor
        Of this plan.
    effects : Effects
        Body width.

    Returns
    -------
    Polygon
    ndarray of float, shape (n, 2)

    Raises
    ------
    InputError
        When a standing point would have to be moved by more than the width of a body.
    """
    solid = plan.obstacles.buffer(TOLERANCE_M, join_style="mitre", cap_style="flat")
    half = TURN_M + ROUTE_M
    free = plan.outline.difference(solid)
    opened = free.buffer(-half, join_style="mitre").buffer(ROUTE_M, join_style="mitre")
    wanted = shapely.points(standing_points(floor))
    parts = shapely.get_parts(opened)
    part = parts[np.argmin(shapely.distance(parts, wanted[floor.entrances[0]]))]
    ground: shapely.Polygon = part.simplify(TOLERANCE_M)
    inner = np.full(len(wanted), ground.buffer(-2 * TOLERANCE_M))
    inner[floor.entrances] = ground.buffer(-TOLERANCE_M - effects.body_width_m / 2)
    lines = shapely.shortest_line(inner, wanted)
    far = np.flatnonzero(shapely.length(lines) > effects.body_width_m)
    points = shapely.get_coordinates(shapely.get_point(lines, 0))
    if len(far):
        x, y = standing_points(floor)[far[0]]
        raise InputError(
            f"{plan.name}: expected all standing points on one ground of aisles of "
            f"{2 * half:g} m and more, got one off it at ({x:.2f}, {y:.2f})"
        )
    return ground, points


def routes(
    plan: Plan, floor: Floor, itineraries: Sequence[Itinerary], effects: Effects
) -> tuple[Way, ...]:
    """Return the engine's routes from stop to stop, as nobody walks them: a bare line at any angle.

    Parameters
    ----------
    plan : Plan
    floor : Floor
        Of this plan.
    itineraries : sequence of Itinerary
    effects : Effects
        Body width.

    Raises
    ------
    InputError, ImportError
        As `walkable` and `engine`.
    """
    ground, points = walkable(plan, floor, effects)
    routing = engine().RoutingEngine(ground)
    at = [(float(x), float(y)) for x, y in points]

    @cache
    def leg(here: int, there: int) -> np.ndarray:
        return np.array(routing.compute_waypoints(at[here], at[there]))

    return tuple(
        along([leg(*pair) for pair in pairwise(each.stop.tolist())], each) for each in itineraries
    )
