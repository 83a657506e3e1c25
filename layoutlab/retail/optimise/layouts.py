"""What is a layout in a search, how is it made a plan again, and what does its change cost?

A layout is an assignment of departments to slots and a place for every fixture. A change is counted
by slots that get another department and by fixtures that stand elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import affinity

from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.optimise.constraints import DEPARTMENT, Budget, MoveCost
from layoutlab.retail.optimise.slots import Slots, plan_with


@dataclass(frozen=True, eq=False)
class Layout:
    """An assignment, and where fixtures stand beside their places on the plan.

    Attributes
    ----------
    assignment : ndarray of int64, shape (n_slots,)
    shift : ndarray of float, shape (n_fixtures, 3)
        Metres to the right, metres up, and degrees counter-clockwise about the fixture's centre,
        of each of the plan's fixtures in the order of the drawing.
    """

    assignment: np.ndarray
    shift: np.ndarray


def as_drawn(plan: Plan, slots: Slots) -> Layout:
    """Return the layout that the plan shows."""
    return Layout(slots.today.copy(), np.zeros((len(plan.of("fixture")), 3)))


def moved(thing: Thing, shift: Sequence[float]) -> Thing:
    """Return a fixture turned about its centre and then shifted, its faces with it."""
    right, up, turn = shift
    if not (right or up or turn):
        return thing
    centre = thing.shape.centroid

    def put(shape: shapely.Geometry) -> shapely.Geometry:
        turned = affinity.rotate(shape, turn, origin=centre) if turn else shape
        return affinity.translate(turned, right, up)

    return replace(thing, shape=put(thing.shape), faces=tuple(put(face) for face in thing.faces))


def plan_of(plan: Plan, slots: Slots, layout: Layout) -> Plan:
    """Return the plan that a layout makes of the present one."""
    assigned = plan_with(plan, slots, layout.assignment)
    stands = zip(assigned.of("fixture"), layout.shift.tolist(), strict=True)
    return assigned.with_things(*(moved(thing, shift) for thing, shift in stands if any(shift)))


@dataclass(frozen=True)
class Change:
    """What a layout changes of the plan.

    Attributes
    ----------
    slots : tuple of int
        Slots with another department.
    fixtures : tuple of int
        Fixtures, by their order on the plan, that stand elsewhere.
    hours, cost : float
    """

    slots: tuple[int, ...]
    fixtures: tuple[int, ...]
    hours: float
    cost: float

    @property
    def moves(self) -> int:
        """Slots and fixtures, counted together."""
        return len(self.slots) + len(self.fixtures)


def change_of(plan: Plan, slots: Slots, layout: Layout, budget: Budget) -> Change:
    """Return what a layout changes, at the budget's prices."""
    other = np.flatnonzero(layout.assignment != slots.today).tolist()
    elsewhere = np.flatnonzero(layout.shift.any(axis=1)).tolist()
    fixtures = plan.of("fixture")
    prices = [budget.price(DEPARTMENT)] * len(other)
    prices += [budget.price(fixtures[number].type) for number in elsewhere]
    total = MoveCost(sum(price.hours for price in prices), sum(price.cost for price in prices))
    return Change(tuple(other), tuple(elsewhere), total.hours, total.cost)


def within(change: Change, budget: Budget) -> bool:
    """Return whether a change can be paid for."""
    limits = (
        (change.moves, budget.at_most),
        (change.hours, budget.hours),
        (change.cost, budget.cost),
    )
    return all(limit is None or spent <= limit + 1e-9 for spent, limit in limits)
