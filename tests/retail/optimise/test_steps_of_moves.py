"""Are layouts put together and taken apart rightly, and steps found and ordered?"""

from dataclasses import replace

import numpy as np
import pytest
from searched_store import little_plan, open_little

from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.constraints import Budget, MoveCost
from layoutlab.retail.optimise.layouts import Layout, change_of, moved, plan_of, within
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.optimise.slots import slots_of
from layoutlab.retail.optimise.steps import Step, gains, in_order, steps_of, taken
from layoutlab.retail.shoppers import assortment, simulation

PRICES = Budget(kinds={"department": MoveCost(2, 50), "gondola": MoveCost(6, 200)})


def test_a_fixture_is_turned_about_its_middle_and_shifted() -> None:
    thing = little_plan().by_id["a"]
    after = moved(thing, (1.0, 0.5, 90.0))
    assert after.shape.bounds == pytest.approx((4.0, 2.0, 5.0, 5.0))
    assert after.faces[0].distance(after.shape.boundary) == pytest.approx(0)
    assert moved(thing, (0, 0, 0)) is thing


def test_a_change_is_counted_and_priced(setting: Setting) -> None:
    assignment, shift = setting.slots.today.copy(), setting.today.shift.copy()
    assignment[[0, 1]] = assignment[[1, 0]]
    shift[4] = 0.5, 0, 0
    change = change_of(setting.plan, setting.slots, Layout(assignment, shift), PRICES)
    assert (change.slots, change.fixtures, change.moves) == ((0, 1), (4,), 3)
    assert (change.hours, change.cost) == (10, 300)
    assert within(change, Budget(at_most=3, hours=10))
    assert not within(change, Budget(at_most=2))
    assert not within(change, Budget(cost=299))


def test_a_layout_becomes_a_plan(setting: Setting) -> None:
    assignment = setting.slots.today.copy()
    assignment[[0, 1]] = assignment[[1, 0]]
    shift = setting.today.shift.copy()
    shift[0] = 0, 0.5, 0
    after = plan_of(setting.plan, setting.slots, Layout(assignment, shift))
    assert after.by_id["a"].departments == ("milk",)
    assert after.by_id["a"].shape.bounds == pytest.approx((2, 3, 5, 4))
    assert slots_of(after).today.tolist() == assignment.tolist()


def test_rings_go_together_and_hand_overs_alone(setting: Setting) -> None:
    before = Layout(np.array([0, 1, 2, 3, 4, 5, 0]), setting.today.shift)
    after = Layout(np.array([1, 2, 0, 4, 3, 0, 5]), setting.today.shift)
    change = change_of(setting.plan, setting.slots, replace(after), Budget())
    change = replace(change, slots=tuple(range(7)))
    assert set(steps_of(before, after, change)) == {Step((3, 4)), Step((5, 6)), Step((0, 1, 2))}
    handed = Layout(np.array([0, 1, 2, 3, 4, 5, 1]), setting.today.shift)
    assert steps_of(before, handed, replace(change, slots=(6,))) == (Step((6,)),)


def test_the_most_worth_per_move_comes_first_and_the_illegal_later(setting: Setting) -> None:
    shift = setting.today.shift
    before, after = Layout(np.zeros(4, int), shift), Layout(np.array([1, 1, 1, 1]), shift)
    worths = np.array([1.0, 5.0, 3.0, 2.0])

    def worth(layout: Layout) -> float:
        return float((layout.assignment * worths).sum())

    def legal(layout: Layout) -> bool:
        return bool(layout.assignment[1] <= layout.assignment[0])  # 1 only after 0

    steps = [Step((slot,)) for slot in range(4)]
    done, stuck = in_order(before, after, steps, worth, legal)
    assert [one.step.slots for one in done] == [(2,), (3,), (0,), (1,)]
    assert gains(0.0, done).tolist() == [3, 2, 1, 5]
    assert stuck == ()
    both = in_order(before, after, steps[:2], worth, lambda one: one.assignment[:2].sum() != 1)
    assert [one.step.slots for one in both[0]] == [(0, 1)]
    never = in_order(before, after, steps[:2], worth, lambda one: False)
    assert never == ([], tuple(steps[:2]))
    assert taken(before, after, Step((3,))).assignment.tolist() == [0, 0, 0, 1]


def test_a_setting_simulates_what_the_plan_carries(setting: Setting) -> None:
    goods = assortment.of_plan(setting.floor, setting.plan)
    by_plan = simulation.simulate(setting.floor, goods, setting.shoppers, setting.effects)
    by_slots = settings.outcome(setting, setting.today)
    assert np.array_equal(by_plan.trips, by_slots.trips)
    values = settings.measured(setting, setting.today)
    assert values[1] == pytest.approx(by_plan.totals.metres)
    assert values[0] == pytest.approx(by_plan.totals.unplanned_margin, rel=0.2)
    assert settings.objectives(setting, setting.today).tolist() == (
        [-values[0], values[1], -values[2], values[3], values[4]]
    )


def test_a_moved_fixture_makes_the_floor_anew(setting: Setting) -> None:
    shift = setting.today.shift.copy()
    shift[4] = 0, 1.0, 0
    found = settings.outcome(setting, replace(setting.today, shift=shift))
    assert found.totals.metres != settings.outcome(setting, setting.today).totals.metres


def test_other_shoppers_are_others_with_the_same_taste(setting: Setting) -> None:
    other = settings.others(setting, rng=np.random.default_rng(8), n_days=1)
    assert np.array_equal(other.shoppers.rate, setting.shoppers.rate)
    assert not set(other.shoppers.key.tolist()) & set(setting.shoppers.key.tolist())
    assert settings.is_affordable(open_little({"moves": {"at_most": 0}}), setting.today)
