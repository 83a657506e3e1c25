"""What is known before a search, and what is a layout worth to given shoppers?

The store as it stands, the goods' slots, the planner's constraints and one set of simulated
shoppers. All layouts meet the same shoppers, so that differences are the layouts' own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.optimise import feasibility
from layoutlab.retail.optimise.constraints import SPACE_CHANGE, Constraints
from layoutlab.retail.optimise.layouts import Layout, as_drawn, change_of, plan_of, within
from layoutlab.retail.optimise.slots import Slots, slots_of
from layoutlab.retail.shoppers import assortment, drawn_trips, prepared_floor, simulation
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.simulation import Outcome

OBJECTIVES = ("unplanned_margin", "metres", "found_rate", "crowding", "cost")
"""What a search looks at; margin and found rate are to be high, the others low."""
SIGNS = np.array([-1.0, 1.0, -1.0, 1.0, 1.0])
"""Times the objective: to be made small."""


@dataclass(frozen=True, eq=False)
class Setting:
    """A store to be improved.

    Attributes
    ----------
    plan : Plan
        As it stands.
    slots : Slots
    constraints : Constraints
    floor : Floor
        Of the plan as it stands.
    shoppers : Shoppers
        Calibrated in the present layout.
    effects : Effects
    stock : mapping of str to float, optional
    """

    plan: Plan
    slots: Slots
    constraints: Constraints
    floor: Floor
    shoppers: Shoppers
    effects: Effects
    stock: Mapping[str, float] | None = None

    @cached_property
    def today(self) -> Layout:
        """The layout as drawn."""
        return as_drawn(self.plan, self.slots)

    @cached_property
    def problem(self) -> feasibility.Problem:
        """Which assignments keep the constraints."""
        return feasibility.problem(self.plan, self.slots, self.constraints)

    @cached_property
    def standing(self) -> Assortment:
        """The slots themselves on the floor's places, as if each were a department."""
        return slots_on(self.floor, self.slots)

    def facing(self, shoppers: Shoppers) -> "Setting":
        """Return the same store with other shoppers."""
        return replace(self, shoppers=shoppers)


def prepare(
    plan: Plan,
    constraints: Constraints,
    shoppers: Shoppers,
    effects: Effects,
    *,
    stock: Mapping[str, float] | None = None,
    cell_m: float | None = None,
) -> Setting:
    """Make a store ready for a search; shoppers are calibrated in its present layout.

    Where the constraints do not say whether cold goods stay on cold fixtures, they do; where they
    do not say how much a department's space may change, it is `constraints.SPACE_CHANGE`.
    """
    change = constraints.space_change
    kept = replace(
        constraints,
        cold_stays=constraints.cold_stays is not False,
        space_change=SPACE_CHANGE if change is None else change,
    )
    floor = prepared_floor.prepare(plan, effects, cell_m=cell_m)
    calibrated = simulation.calibrated(floor, assortment.of_plan(floor, plan), shoppers, effects)
    return Setting(plan, slots_of(plan), kept, floor, calibrated, effects, stock)


def others(setting: Setting, *, rng: np.random.Generator, n_days: int) -> Setting:
    """Return the store with shoppers that no search has seen, tempted as strongly as before."""
    known = setting.shoppers
    drawn = drawn_trips.draw(known.demand, setting.effects, rng=rng, n_days=n_days)
    return setting.facing(replace(drawn, rate=known.rate))


def slots_on(floor: Floor, slots: Slots) -> Assortment:
    """Return slots as the departments of a floor: which part of which place each one is."""
    names: dict[str, list[str]] = {}
    for number, fixture in enumerate(slots.fixture):
        if fixture in floor.fixtures:
            names.setdefault(fixture, []).append(f"{number:06d}")
    found = assortment.of_fixtures(floor, names)
    number_of = np.array([int(name) for name in found.departments], dtype=np.int64)
    return replace(found, department=number_of[found.department])


def goods_on(standing: Assortment, slots: Slots, assignment: np.ndarray) -> Assortment:
    """Return the assortment that an assignment makes of `slots_on`'s answer."""
    return replace(standing, departments=slots.departments,
                   department=assignment[standing.department])  # fmt: skip


def outcome(setting: Setting, layout: Layout) -> Outcome:
    """Send the setting's shoppers through a layout.

    Walks are worked out anew only where a fixture has moved.
    """
    floor, standing = setting.floor, setting.standing
    if layout.shift.any():
        plan = plan_of(setting.plan, setting.slots, layout)
        floor = prepared_floor.prepare(plan, setting.effects, cell_m=setting.floor.cell_m)
        standing = slots_on(floor, setting.slots)
    goods = goods_on(standing, setting.slots, layout.assignment)
    return simulation.simulate(floor, goods, setting.shoppers, setting.effects, stock=setting.stock)


def expected_margin(found: Outcome, effects: Effects) -> np.ndarray:
    """Return each category's expected unplanned margin per trip, in the receipts' currency.

    Expected from what each trip saw: the same mean as what chance lets trips buy, less noise.
    """
    price = found.shoppers.demand.price
    margin: np.ndarray = found.tally.expected * price * effects.margin_rate / len(found.shoppers)
    return margin


def measured(setting: Setting, layout: Layout) -> np.ndarray:
    """Return a layout's `OBJECTIVES` as they are, float (5,); the margin is the expected one."""
    found = outcome(setting, layout)
    change = change_of(setting.plan, setting.slots, layout, setting.constraints.budget)
    totals = found.totals
    margin = float(expected_margin(found, setting.effects).sum())
    return np.array([margin, totals.metres, totals.found_rate, totals.crowding, change.cost])


def objectives(setting: Setting, layout: Layout) -> np.ndarray:
    """Return a layout's `OBJECTIVES`, each to be made small (times `SIGNS`)."""
    values: np.ndarray = SIGNS * measured(setting, layout)
    return values


def is_affordable(setting: Setting, layout: Layout) -> bool:
    """Return whether a layout's change keeps within the budget."""
    budget = setting.constraints.budget
    return within(change_of(setting.plan, setting.slots, layout, budget), budget)
