"""Do moved fixtures leave every way open, and is a bad place refused?"""

from dataclasses import replace

import numpy as np
import pytest
from searched_store import little_plan, open_little

from layoutlab.floor.plans import validity
from layoutlab.retail.optimise import fixture_moves
from layoutlab.retail.optimise.layouts import Layout, plan_of
from layoutlab.retail.optimise.setting import Setting


def shifted(setting: Setting, fixture: int, right: float, up: float, turn: float = 0.0) -> Layout:
    shift = setting.today.shift.copy()
    shift[fixture] = right, up, turn
    return replace(setting.today, shift=shift)


@pytest.mark.parametrize(
    ("right", "up", "turn", "well"),
    [
        (0.0, 0.5, 0.0, True),
        (0.0, 1.2, 0.0, True),  # 1.3 m to the row above
        (0.0, 1.31, 0.0, False),  # 1.19 m
        (0.0, 2.5, 0.0, False),  # on top of the row above
        (2.9, 0.0, 0.0, False),  # 0.1 m beside its neighbour: no way, and no wall
        (3.0, 0.0, 0.0, True),  # side by side
        (1.8, 0.0, 0.0, True),
        (-3.0, 0.0, 0.0, False),  # through the outline
        (0.0, 0.0, 90.0, True),
    ],
)
def test_the_clear_width_decides(
    setting: Setting, right: float, up: float, turn: float, well: bool
) -> None:
    layout = shifted(setting, 0, right, up, turn)
    assert fixture_moves.stands_well(setting, setting.today, layout) is well


def test_the_planner_s_clear_width_and_rules_count() -> None:
    wider = open_little({"aisle_m": 2.2})
    assert fixture_moves.stands_well(wider, wider.today, shifted(wider, 0, 0, 0.3))
    assert not fixture_moves.stands_well(wider, wider.today, shifted(wider, 0, 0, 0.31))
    ruled = open_little({"rules": ["practice"], "aisle_m": 0.8})  # 2.2 m between shelves
    assert fixture_moves.stands_well(ruled, ruled.today, shifted(ruled, 0, 0, 0.2))
    assert not fixture_moves.stands_well(ruled, ruled.today, shifted(ruled, 0, 0, 0.5))


def test_what_comes_out_is_legal_affordable_and_no_worse(rng: np.random.Generator) -> None:
    setting = open_little({"moves": {"at_most": 1}, "locked": {"fixtures": ["a"]}})
    found = fixture_moves.improved(setting, setting.today, simulations=8, rng=rng)
    assert found.legal == 8
    assert found.drawn >= 8
    moved = np.flatnonzero(found.layout.shift.any(axis=1))
    assert len(moved) <= 1
    assert 0 not in moved
    after = plan_of(setting.plan, setting.slots, found.layout)
    assert not [one for one in validity.problems(after) if one.level == validity.ERROR]


def test_no_budget_moves_nothing(rng: np.random.Generator) -> None:
    setting = open_little({"moves": {"at_most": 0}}, little_plan())
    found = fixture_moves.improved(setting, setting.today, simulations=3, rng=rng)
    assert found.legal == 0
    assert not found.layout.shift.any()
