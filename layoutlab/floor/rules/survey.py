"""What was measured on a plan already? One survey serves all rules, each part measured once."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.rules import distances, routes, skeleton

FRAME_PARTS = ("wall",)


class Survey:
    """The measurements of one plan that several rules need.

    Parameters
    ----------
    plan : Plan
        With one outline; checked by who reads it.
    step_m : float
        Spacing of the samples on boundaries, metres, above 0.
    """

    def __init__(self, plan: Plan, *, step_m: float = skeleton.STEP_M) -> None:
        self.plan, self._step_m = plan, step_m

    @cached_property
    def skeleton(self) -> skeleton.Skeleton:
        """The ways between things."""
        return skeleton.build(self.plan, step_m=self._step_m)

    @cached_property
    def routes(self) -> routes.Routes:
        """The widest routes from the entrances."""
        return routes.from_entrances(self.plan, self.skeleton)

    @cached_property
    def exits(self) -> tuple[Thing, ...]:
        """The exits; the entrances where the plan draws no exit."""
        return self.plan.of("exit") or self.plan.of("entrance")

    @cached_property
    def ways_out(self) -> tuple[Thing, ...]:
        """The exits that customers use: no emergency exits, where there are others."""
        return tuple(each for each in self.exits if each.type != "emergency") or self.exits

    @cached_property
    def on_others(self) -> frozenset[str]:
        """Ids of the fixtures and checkouts that stand on others, a till on a desk for one."""
        things = self.plan.of("fixture", "checkout")
        shapes = np.asarray([thing.shape for thing in things], dtype=object)
        inner, outer = shapely.STRtree(shapes).query(shapes, predicate="covered_by")
        pairs = zip(inner.tolist(), outer.tolist(), strict=True)
        return frozenset(
            things[a].id for a, b in pairs if a != b and things[a].shape.area < things[b].shape.area
        )

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What conditions of rules ask about; None where the plan does not tell."""
        return {
            "area_m2": float(self.plan.outline.area),
            "checkouts": len(self.plan.of("checkout")),
            "exits": len(self.exits),
            "entrances": len(self.plan.of("entrance")),
            "entrance_depth_m": self._depth(self.plan.of("entrance")),
            "exit_depth_m": self._depth(self.ways_out),
            "sprinklered": self.plan.extra.get("sprinklered"),
        }

    @cached_property
    def doors_m(self) -> np.ndarray:
        """Largest disc at each point of the skeleton that touches a door, as its diameter."""
        doors = self.plan.of("entrance", "exit")
        return routes.touching(self.skeleton, [door.shape for door in doors])

    @cached_property
    def floor(self) -> BaseGeometry:
        """Where a person can walk from a door."""
        return self._by_doors(distances.free_floor(self.plan))

    @cached_property
    def building(self) -> BaseGeometry:
        """The same with walls alone in the way."""
        return self._by_doors(distances.free_floor(self.plan, FRAME_PARTS))

    @cached_property
    def to_exit(self) -> tuple[np.ndarray, np.ndarray]:
        """The farthest places, (n, 2), and the walk from each to an exit, (n,)."""
        places = distances.far_places(self.floor)
        return places, distances.walks(self.floor, [e.shape for e in self.exits], places)

    def zones(self, type_: str) -> tuple[Thing, ...]:
        """Return the zones of a type."""
        return tuple(zone for zone in self.plan.of("zone") if zone.type == type_)

    def _depth(self, doors: tuple[Thing, ...]) -> float | None:
        """Return how far, in a straight line, the farthest place is from the nearest door."""
        if not doors:
            return None
        places = shapely.points(distances.far_places(self.plan.outline))
        nearest = shapely.distance(places, shapely.union_all([door.shape for door in doors]))
        return float(nearest.max())

    def _by_doors(self, floor: BaseGeometry) -> BaseGeometry:
        """Leave out parts of the floor that no door opens on."""
        parts = shapely.get_parts(floor)
        doors = shapely.union_all([d.shape for d in self.plan.of("entrance", "exit")])
        kept = parts[shapely.dwithin(parts, doors, distances.PERSON_M)]
        return shapely.union_all(kept)
