"""Do moved fixtures leave every way open, and is a bad place refused?"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from searched_store import little_plan, open_little, shelf

from layoutlab.floor.plans import validity
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.optimise import campaign as campaigns
from layoutlab.retail.optimise import fixture_moves
from layoutlab.retail.optimise.judging import Limits
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


def badly_placed() -> Plan:
    """Return a store whose table hides its goods from those who pass it lengthwise."""
    return Plan("hidden", (
        Thing("floor", "outline", shapely.box(0, 0, 14, 13)),
        shelf("a", 2, 2.5, ("bread",)),
        shelf("b", 8, 2.5, ("milk",)),
        replace(shelf("c", 2, 6, ("soap",)), type="table"),
        shelf("d", 8, 6, ("eggs",)),
        shelf("f", 8, 9.5, ("tea",)),
        shelf("e", 2, 10.8, ("beer",)),
        Thing("in", "entrance", shapely.LineString([(0.5, 0), (1.5, 0)])),
        Thing("till", "checkout", shapely.box(11, 0.5, 11.6, 1.5)),
        Thing("out", "exit", shapely.LineString([(12.5, 0), (13.5, 0)])),
    ))  # fmt: skip


def test_where_only_a_fixture_can_help_it_is_found(rng: np.random.Generator) -> None:
    """One move, and no department may give up shelf: only a fixture can move, and one should."""
    setting = open_little({"moves": {"at_most": 1}, "space_change": 0.0}, badly_placed())
    limits = Limits(metres=0.5)
    found = campaigns.run(setting, evaluations=3, fixture_simulations=60, limits=limits, rng=rng)
    assert found.fixtures is not None
    assert found.fixtures.legal < 60  # every legal one was tried
    layout, values = found.best
    assert np.array_equal(layout.assignment, setting.slots.today)
    assert layout.shift.any(axis=1).sum() == 1
    assert layout.shift[2].tolist() == [0.0, 0.0, 90.0]
    assert values[0] > 1.1 * found.today[0]
    assert values[1] <= found.today[1] + 0.5


@pytest.mark.parametrize(
    ("entries", "up", "well"),
    [
        ({"near": [{"department": "bread", "to": "entrance", "within_m": 4.5}]}, 0.5, True),
        ({"near": [{"department": "bread", "to": "entrance", "within_m": 4.5}]}, 1.2, False),
        ({"adjacent_within_m": 6.1, "adjacent": [["bread", "milk"]]}, 0.5, True),
        ({"adjacent_within_m": 6.1, "adjacent": [["bread", "milk"]]}, 1.2, False),
    ],
)
def test_a_moved_fixture_keeps_the_constraints_of_its_goods(
    entries: dict[str, Any], up: float, well: bool
) -> None:
    setting = open_little(entries | {"space_change": 1.0}, badly_placed())
    assert fixture_moves.stands_well(setting, setting.today, shifted(setting, 0, 0, up)) is well


def test_a_move_is_paid_for_by_the_kind_of_fixture(rng: np.random.Generator) -> None:
    kinds = {"gondola": {"hours": 6, "cost": 200}, "department": {"hours": 1, "cost": 10}}
    for limit, legal in (({"hours": 5}, 0), ({"cost": 199}, 0), ({"hours": 6, "cost": 200}, 2)):
        setting = open_little({"moves": limit | {"kinds": kinds}})
        found = fixture_moves.improved(setting, setting.today, simulations=2, rng=rng)
        assert found.legal == legal
