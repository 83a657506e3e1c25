"""Do the arrays say of every assignment what the model says, and do changes stay legal?"""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searched_store import open_little

from layoutlab.errors import InputError
from layoutlab.retail.optimise.conflicts import kept
from layoutlab.retail.optimise.exact import legal_assignments
from layoutlab.retail.optimise.legality import (
    changed,
    crossed,
    legal_start,
    legality_of,
    neighbours,
)
from layoutlab.retail.optimise.setting import Setting

JOINT = {
    "adjacent_within_m": 6.2,
    "adjacent": [["bread", "milk"]],
    "apart": [["soap", "beer"]],
    "together": ["bread"],
    "space": {"tea": {"max_m": 7}, "milk": {"min_m": 7}},
    "space_change": 1.0,
    "moves": {"at_most": 4},
}


def test_arrays_and_model_agree() -> None:
    setting = open_little(JOINT)
    legality = legality_of(setting)
    rng = np.random.default_rng(1)
    for _ in range(60):
        assignment = setting.slots.today.copy()
        for _ in range(int(rng.integers(0, 4))):
            assignment[rng.integers(7)] = rng.integers(6)
        every = len(set(assignment.tolist())) == 6
        assert legality.keeps(assignment) == (every and not kept(setting.problem, assignment))


def test_exact_lists_every_legal_assignment(setting: Setting) -> None:
    legality = replace(legality_of(setting), most_moves=2)
    listed = {tuple(one) for one in legal_assignments(legality)}
    every = {one for one in product(range(6), repeat=7) if legality.keeps(np.array(one))}
    assert listed == every
    assert tuple(setting.slots.today) in listed


def test_neighbours_are_the_legal_exchanges_and_hand_overs(setting: Setting) -> None:
    legality = legality_of(setting)
    today = setting.slots.today
    near = neighbours(legality, today)
    expected = {
        tuple(one)
        for one in legal_assignments(replace(legality, most_moves=2))
        if (one != today).sum() == 1 or ((one != today).sum() == 2 and sorted(one) == sorted(today))
    }
    assert {tuple(one) for one in near} == expected
    assert len(near) == len(expected)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_changes_and_children_are_legal(seed: int) -> None:
    legality = legality_of(JOINT_SETTING)
    rng = np.random.default_rng(seed)
    start = legal_start(JOINT_SETTING, legality)
    one = changed(legality, start, rng=rng)
    other = changed(legality, changed(legality, start, rng=rng), rng=rng)
    child = crossed(legality, one, other, rng.random(7) < 0.5, rng=rng)
    assert all(legality.keeps(made) for made in (start, one, other, child))


JOINT_SETTING = open_little(JOINT)


def test_a_start_that_is_not_legal_is_mended_at_the_fewest_changes() -> None:
    near = [{"department": "eggs", "to": "entrance", "within_m": 6}]
    setting = open_little({"near": near, "space_change": 1.0})
    start = legal_start(setting, legality_of(setting))
    assert setting.slots.departments[start[0]] == "eggs"
    assert (start != setting.slots.today).sum() <= 3


def test_a_budget_in_hours_limits_slots() -> None:
    setting = open_little({"moves": {"hours": 5, "kinds": {"department": {"hours": 2, "cost": 0}}}})
    assert legality_of(setting).most_moves == 2


def test_collisions_are_named() -> None:
    setting = open_little({"moves": {"at_most": 0}, "needs": {"milk": ["cold"]}})
    with pytest.raises(InputError, match="got needs: milk cold"):
        legal_start(setting, legality_of(setting))


def test_cold_goods_stay_on_cold_fixtures_unless_they_may_go() -> None:
    plan = JOINT_SETTING.plan
    cold = plan.with_things(replace(plan.by_id["b"], type="refrigerated"))
    for stays, allowed in ((None, False), (False, True)):
        entries = {} if stays is None else {"cold_stays": stays}
        legal = legality_of(open_little(entries, cold))
        milk = JOINT_SETTING.slots.departments.index("milk")
        assert bool(legal.allowed[0, milk]) is allowed
        assert bool(legal.allowed[1, legal.today[0]]) is allowed
        assert legal.allowed[1, milk]
    table = plan.with_things(replace(plan.by_id["b"], type="table"))
    assert not legality_of(open_little({"kinds_stay": ["table"]}, table)).allowed[1, 0]
    with pytest.raises(InputError, match="kinds_stay: expected a type of fixture of the plan, got"):
        _ = open_little({"kinds_stay": ["tank"]}).problem
