"""Which quantities can a rule speak of?"""

from collections.abc import Callable
from dataclasses import dataclass

from layoutlab.floor.rules import counts, measures, placing
from layoutlab.floor.rules.measures import Measured
from layoutlab.floor.rules.rule import Rule
from layoutlab.floor.rules.survey import Survey


@dataclass(frozen=True)
class Quantity:
    """How a quantity is measured, which further lengths a rule may give, and what it needs.

    Attributes
    ----------
    measure : callable
    parts : tuple of str
    counts : bool
        A count, no length.
    zone : bool
        A rule has to name `in_zone`.
    measured_from : bool
        A rule has to name from what it is measured.
    """

    measure: Callable[[Survey, Rule], Measured]
    parts: tuple[str, ...] = ()
    counts: bool = False
    zone: bool = False
    measured_from: bool = False


QUANTITIES = {
    "route_width": Quantity(measures.route_width, ("pinch", "pinch_length", "pinches_apart")),
    "u_turn": Quantity(measures.u_turn, ("around", "side", "side_least", "wide")),
    "turning_space": Quantity(measures.turning_space, ("route", "up_to", "times_width")),
    "passing_gap": Quantity(measures.passing_gap, ("route", "space")),
    "dead_end": Quantity(measures.dead_end, ("passable", "up_to", "times_width")),
    "aisle_width": Quantity(measures.aisle_width),
    "zone_width": Quantity(measures.zone_width, zone=True),
    "checkout_room": Quantity(measures.checkout_room),
    "travel": Quantity(measures.travel),
    "straight_to_exit": Quantity(measures.straight_to_exit),
    "straight_to_zone": Quantity(measures.straight_to_zone, zone=True),
    "zone_way_out": Quantity(measures.zone_way_out, zone=True),
    "exits": Quantity(counts.exits, counts=True),
    "exit_width": Quantity(counts.exit_width),
    "entrance_width": Quantity(counts.entrance_width),
    "total_exit_width": Quantity(counts.total_exit_width),
    "entrance_room": Quantity(counts.entrance_room),
    "accessible_checkouts": Quantity(counts.accessible_checkouts, counts=True),
    "checkout_height": Quantity(counts.checkout_height),
    "fixture_height": Quantity(counts.fixture_height),
    "operable_height": Quantity(counts.operable_height),
    "distance_from": Quantity(placing.distance_from, measured_from=True),
    "walk_from": Quantity(placing.walk_from, measured_from=True),
    "out_of_sight": Quantity(placing.out_of_sight, ("eye",), measured_from=True),
    "groups": Quantity(placing.groups, ("apart",), counts=True),
}
