"""Is the planner's file understood, and is each mistake in it named?"""

from pathlib import Path
from typing import Any

import pytest

from layoutlab.errors import InputError
from layoutlab.retail.optimise.constraints import Budget, Constraints, MoveCost, read

ENTRIES = (
    "adjacent, adjacent_within_m, aisle_m, apart, cold_stays, kinds_stay, locked, moves, near, "
    "needs, rules, sight, space, space_change, together"
)
WHOLE = """
locked: {fixtures: [oven], departments: [bakery]}
adjacent: [[pasta, sauces]]
apart: [[pet food, baby]]
together: [wine]
needs: {frozen: [cold]}
near: [{department: flowers, to: entrance, within_m: 10}]
sight: [{department: wine, from: checkout}]
space: {milk: {min_m: 6}, beer: {max_m: 20}}
moves: {at_most: 10, hours: 40, kinds: {department: {hours: 2, cost: 50}}}
rules: [ada]
aisle_m: 1.2
cold_stays: false
kinds_stay: [table]
space_change: 0.5
"""


def test_every_entry_is_read(tmp_path: Path) -> None:
    path = tmp_path / "constraints.yaml"
    path.write_text(WHOLE)
    assert read(path) == Constraints(
        locked_fixtures=("oven",),
        locked_departments=("bakery",),
        adjacent=(("pasta", "sauces"),),
        apart=(("pet food", "baby"),),
        together=("wine",),
        needs={"frozen": ("cold",)},
        near=(("flowers", "entrance", 10.0),),
        sight=(("wine", "checkout"),),
        space={"milk": (6.0, float("inf")), "beer": (0.0, 20.0)},
        budget=Budget(10, 40, None, {"department": MoveCost(2, 50)}),
        rules=("ada",),
        aisle_m=1.2,
        cold_stays=False,
        space_change=0.5,
        kinds_stay=("table",),
    )


def test_an_empty_file_constrains_nothing(tmp_path: Path) -> None:
    path = tmp_path / "constraints.yaml"
    path.write_text("")
    assert read(path) == Constraints()


def test_a_kind_of_move_that_is_not_priced_costs_nothing() -> None:
    assert Budget(kinds={"shelf": MoveCost(3, 10)}).price("table") == MoveCost(0, 0)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([1], "constraints: expected a mapping, got [1]"),
        ({"move": {}}, f"constraints: expected only {ENTRIES}, got {{'move': {{}}}}"),
        ({"moves": {"at_most": -1}}, "constraints.moves.at_most: expected at least 0, got -1"),
        ({"moves": {"at_most": 2.5}},
         "constraints.moves.at_most: expected a whole number, got 2.5"),
        ({"aisle_m": 0}, "constraints.aisle_m: expected above 0, got 0"),
        ({"adjacent": [["a"]]}, "constraints.adjacent[0]: expected 2 entries or more, got ['a']"),
        ({"adjacent": [["a", "a"]]},
         "constraints.adjacent[0]: expected no entry twice, got ['a', 'a']"),
        ({"space": {"milk": {}}}, "constraints.space.milk: expected 1 of min_m, max_m, got {}"),
        ({"space": {"milk": {"min_m": "x"}}},
         "constraints.space.milk.min_m: expected a number, got 'x'"),
        ({"near": [{"department": "a", "to": "door", "within_m": 1}]},
         "constraints.near[0].to: expected entrance or exit or checkout, got 'door'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(entries: Any, message: str) -> None:
    with pytest.raises(InputError) as error:
        Constraints.of(entries)
    assert str(error.value) == message


def test_what_is_no_file_and_no_yaml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a file, got .*gone\.yaml \(No such file"):
        read(tmp_path / "gone.yaml")
    (tmp_path / "cut.yaml").write_text("moves: {at_most: 3")
    with pytest.raises(InputError, match=r"cut\.yaml: expected YAML, got a file that is none"):
        read(tmp_path / "cut.yaml")
