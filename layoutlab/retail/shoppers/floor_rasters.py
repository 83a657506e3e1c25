"""Which cells does a person fit in, what hides the view, and where are the doors?"""

import numpy as np
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.grid import plan_of, rasterise
from layoutlab.floor.plans.plan import IN_THE_WAY, Plan
from layoutlab.floor.walking import walking_field
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.standing_points import nearest_cell

FARTHEST_M = 2.0
"""A checkout or exit that nobody comes nearer to is out of reach."""


def check(plan: Plan) -> None:
    """Refuse a plan without an entrance, a checkout or a fixture."""
    for kind in ("entrance", "checkout", "fixture"):
        if not plan.of(kind):
            article = "an" if kind == "entrance" else "a"
            raise InputError(f"{plan.name}: expected {article} {kind} on the plan, got none")


def rasters(
    plan: Plan, effects: Effects, cell_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where a person fits and what hides the view, both (rows, columns), and the origin."""
    things = plan.of(*IN_THE_WAY)
    round_bodies = [thing.shape.buffer(effects.body_width_m / 2) for thing in things]
    grid = rasterise(plan.outline, cell_m=cell_m, walls=round_bodies)
    thick_enough = min(cell_m, effects.body_width_m) / 2  # a thin screen takes cells as well
    high = [
        thing.shape.buffer(thick_enough)
        for thing in things
        if thing.kind == "wall" or thing.height_m is None or thing.height_m >= effects.eye_height_m
    ]
    hiding = rasterise(plan.outline, cell_m=cell_m, walls=high)
    return plan_of(grid) == 0, plan_of(hiding) != 0, np.array(grid.origin)


def doors(
    plan: Plan, free: np.ndarray, origin: np.ndarray, cell_m: float
) -> dict[str, list[tuple[int, int]]]:
    """Return the standing cells at entrances, checkouts and exits; without exits, entrances serve.

    Checkouts and exits stand where entrances lead to, if they can.
    """
    doors: dict[str, list[tuple[int, int]]] = {"entrance": [], "checkout": [], "exit": []}
    for thing in plan.of("entrance"):
        doors["entrance"].append(nearest_cell(thing.shape, free, origin, cell_m))
    reached = np.isfinite(walking_field(~free, doors["entrance"][0], neighbours=8))
    for kind in ("checkout", "exit"):
        for thing in plan.of(kind):
            x, y = nearest_cell(thing.shape, reached, origin, cell_m)
            away = thing.shape.distance(
                shapely.Point(*(origin + (np.array([x, y]) + 0.5) * cell_m))
            )
            if away > FARTHEST_M:
                raise InputError(
                    f"{plan.name}: expected to get to {kind} {thing.id} from an entrance, "
                    f"got no nearer than {away:.1f} m"
                )
            doors[kind].append((x, y))
    doors["exit"] = doors["exit"] or doors["entrance"]
    return doors


def check_reached(plan: Plan, doors: dict[str, list[tuple[int, int]]], reached: np.ndarray) -> None:
    """Refuse a plan whose entrances lead to parts that do not meet."""
    for x, y in doors["entrance"]:
        if not reached[y, x]:
            raise InputError(f"{plan.name}: expected entrances to one and the same floor, got two")


def tiles(reached: np.ndarray, side: int) -> tuple[np.ndarray, int]:
    """Return the square each cell lies in, squares with a walkable cell numbered first."""
    row, column = np.indices(reached.shape) // side
    square = row * (reached.shape[1] // side + 1) + column
    used = np.unique(square[reached])
    number = np.zeros(square.max() + 1, dtype=np.int32)
    number[used] = np.arange(len(used))
    return number[square], len(used)


def perimeter(
    plan: Plan, reached: np.ndarray, origin: np.ndarray, cell_m: float, band_m: float
) -> np.ndarray:
    """Return which walkable cells lie within a band along the outline."""
    rows, columns = np.nonzero(reached)
    centres = origin + (np.column_stack([columns, rows]) + 0.5) * cell_m
    away = shapely.distance(shapely.points(centres), plan.outline.boundary)
    edge = np.zeros(reached.shape, dtype=bool)
    edge[rows, columns] = away <= band_m
    return edge
