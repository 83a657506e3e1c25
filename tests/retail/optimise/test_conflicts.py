"""Are constraints kept, at the fewest changes, and is a smallest set of colliding ones found?"""

from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.retail.optimise.conflicts import kept, nearest, smallest_conflict
from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.optimise.feasibility import problem
from layoutlab.retail.optimise.slots import plan_with, slots_of


def shelf(number: int, *, kind: str = "shelf", height_m: float = 2.0) -> Thing:
    """Return a shelf of 6 m; four stand in a row, the rows 8 m apart."""
    x, y = 3.0 + 10 * (number % 4), 4.0 + 8 * (number // 4)
    return Thing(
        f"f{number}", "fixture", shapely.box(x, y, x + 6, y + 1), type=kind,
        departments=("abcdefgh"[number],), faces=(shapely.LineString([(x, y), (x + 6, y)]),),
        height_m=height_m,
    )  # fmt: skip


def store(shelves: int = 5) -> Plan:
    """Return shelves a, b, c, ... with an entrance and a checkout in the corner by the first."""
    doors = (
        Thing("outline", "outline", shapely.box(0, 0, 45, 20)),
        Thing("in", "entrance", shapely.LineString([(0, 0), (2, 0)])),
        Thing("till", "checkout", shapely.box(4, 0, 5, 1)),
    )
    return Plan("store", (*doors, *(shelf(number) for number in range(shelves))))


def answer(entries: dict[str, Any], plan: Plan | None = None) -> str:
    """Return the departments of the nearest layout that keeps the constraints, in a row."""
    plan = plan or store()
    slots = slots_of(plan)
    assignment = nearest(problem(plan, slots, Constraints.of(entries)))
    return "".join(slots.departments[department] for department in assignment)


def test_without_constraints_all_stays() -> None:
    assert answer({}) == "abcde"


def test_neighbours_are_brought_together_by_one_swap() -> None:
    found = answer({"adjacent": [["a", "d"]], "adjacent_within_m": 11})
    changed = sum(was != now for was, now in zip("abcde", found, strict=True))
    places = {name: (index % 4 * 10, index // 4 * 8) for index, name in enumerate(found)}
    assert changed == 2
    assert np.hypot(*np.subtract(places["a"], places["d"])) <= 11


def test_neighbours_are_kept_apart() -> None:
    found = answer({"apart": [["a", "b"]], "adjacent_within_m": 11})
    assert abs(found.index("a") - found.index("b")) > 1


def test_what_needs_cold_goes_where_it_is_cold() -> None:
    plan = store().with_things(shelf(3, kind="freezer"))
    assert answer({"needs": {"a": ["cold"]}}, plan)[3] == "a"


@pytest.mark.parametrize("kind", ["water", "power", "back room"])
def test_what_needs_a_supply_goes_where_it_reaches(kind: str) -> None:
    where = Thing("supply", "zone" if kind == "back room" else "utility",
                  shapely.box(23, 0, 29, 1), type=kind)  # fmt: skip
    assert answer({"needs": {"a": [kind]}}, Plan("piped", (*store().things, where)))[2] == "a"


def test_what_needs_a_wall_goes_to_a_wall() -> None:
    wall = Thing("wall", "wall", shapely.box(13, 5.1, 19, 5.2))
    assert answer({"needs": {"a": ["wall"]}}, Plan("walled", (*store().things, wall))) == "bacde"


def test_near_the_checkout_is_near_the_checkout() -> None:
    near = {"near": [{"department": "e", "to": "checkout", "within_m": 5}]}
    assert answer(near)[0] == "e"


def test_every_shelf_of_what_stays_together_has_a_neighbour() -> None:
    doubled = [Thing(**{**shelf(number).__dict__, "departments": ("abab"[number],)})
               for number in range(4)]  # fmt: skip
    plan = Plan("four", (*store(0).things, *doubled))
    entries = {"together": ["a"], "adjacent_within_m": 11, "space": {"a": {"min_m": 12}}}
    assert answer(entries, plan) in {"aabb", "baab", "bbaa", "aaab"}


def test_a_department_s_most_space_is_kept() -> None:
    doubled = [Thing(**{**shelf(number).__dict__, "departments": ("abbb"[number],)})
               for number in range(4)]  # fmt: skip
    plan = Plan("four", (*store(0).things, *doubled))
    assert sorted(answer({"space": {"b": {"max_m": 13}}}, plan)) == ["a", "a", "b", "b"]


def test_what_the_plan_locks_stays() -> None:
    plan = store().with_things(Thing(**{**shelf(0).__dict__, "locked": True}))
    with pytest.raises(InputError, match="got locked: what the plan locks; near: e within 6 m"):
        answer({"near": [{"department": "e", "to": "entrance", "within_m": 6}]}, plan)


def test_near_the_entrance_is_near_the_entrance() -> None:
    assert answer({"near": [{"department": "e", "to": "entrance", "within_m": 6}]})[0] == "e"


def test_a_high_shelf_hides_and_a_low_one_does_not() -> None:
    constraints = {"sight": [{"department": "e", "from": "checkout"}]}
    assert answer(constraints)[4] != "e"
    assert answer(constraints, store().with_things(shelf(0, height_m=1.0))) == "abcde"


def test_more_shelf_takes_another_department_s_only_where_it_keeps_one() -> None:
    doubled = [Thing(**{**shelf(number).__dict__, "departments": ("ab"[number % 2],)})
               for number in range(4)]  # fmt: skip
    plan = Plan("four", (*store(0).things, *doubled))
    assert sorted(answer({"space": {"a": {"min_m": 18}}}, plan)) == ["a", "a", "a", "b"]


@pytest.mark.parametrize(
    ("entries", "collide"),
    [
        ({"needs": {"a": ["cold"]}}, "needs: a cold"),
        ({"adjacent": [["a", "d"]], "adjacent_within_m": 11, "moves": {"at_most": 1}},
         "adjacent: a and d; moves: at most 1 moves"),
        ({"locked": {"fixtures": ["f0"], "departments": ["d"]}, "adjacent_within_m": 11,
          "adjacent": [["a", "d"]], "needs": {"b": ["shelf"]}},
         "locked: fixture f0; locked: department d; adjacent: a and d"),
        ({"space": {"a": {"min_m": 7}}}, "space: a at least 7 m"),
        ({"moves": {"hours": 3, "kinds": {"department": {"hours": 2, "cost": 0}}},
          "locked": {"departments": ["b"]},
          "near": [{"department": "d", "to": "entrance", "within_m": 6}]},
         "near: d within 6 m of the entrance; moves: at most 3 hours"),
    ],
)  # fmt: skip
def test_the_smallest_set_that_collides_is_named(entries: dict[str, Any], collide: str) -> None:
    with pytest.raises(InputError) as error:
        answer(entries)
    expected = "constraints: expected ones that can be kept together"
    assert str(error.value) == f"{expected}, got {collide}"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"locked": {"fixtures": ["x"]}},
         "constraints.locked: expected a fixture of the plan, got 'x'"),
        ({"kinds_stay": ["table"]},
         "constraints.kinds_stay: expected a type of fixture of the plan, got 'table'"),
        ({"apart": [["a", "x"]]}, "constraints.apart: expected a department of the plan, got 'x'"),
        ({"near": [{"department": "a", "to": "exit", "within_m": 3}]},
         "constraints: expected a plan with this kind of thing: exit; got none"),
    ],
)  # fmt: skip
def test_what_the_plan_does_not_have_is_named(entries: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        answer(entries)
    assert str(error.value) == message


PAIRS = st.lists(st.sampled_from(list(combinations("abcde", 2))), max_size=4, unique=True)
DRAWN = st.fixed_dictionaries(
    {
        "adjacent": PAIRS.map(lambda pairs: [list(pair) for pair in pairs]),
        "apart": PAIRS.map(lambda pairs: [list(pair) for pair in pairs]),
        "adjacent_within_m": st.just(11),
        "moves": st.fixed_dictionaries({"at_most": st.integers(0, 5)}),
    }
)


@settings(max_examples=25, deadline=None)
@given(DRAWN)
def test_all_layouts_tried_agree(entries: dict[str, Any]) -> None:
    plan = store()
    slots = slots_of(plan)
    made = problem(plan, slots, Constraints.of(entries))
    beside = np.linalg.norm(slots.place_m[:, None] - slots.place_m[None], axis=2) <= 11
    every = list(made.assumptions)

    def keeps(layout: tuple[int, ...], words: str) -> bool:
        kind, _, rest = words.partition(": ")
        if kind == "moves":
            return bool(sum(np.array(layout) != slots.today) <= entries["moves"]["at_most"])
        one, other = (layout.index("abcde".index(name)) for name in rest.split(" and "))
        return bool(beside[one, other]) == (kind == "adjacent")

    kept_by = [
        {words for words in every if keeps(layout, words)} for layout in permutations(range(5))
    ]
    collide = smallest_conflict(made)
    if collide:
        assert not any(set(collide) <= held for held in kept_by)
        fewer = combinations(every, len(collide) - 1)
        assert all(any(set(some) <= held for held in kept_by) for some in fewer)
    else:
        layout = tuple(nearest(made).tolist())
        fewest = min(sum(np.array(all_of) != slots.today)
                     for all_of, held in zip(permutations(range(5)), kept_by, strict=True)
                     if len(held) == len(every))  # fmt: skip
        assert sum(np.array(layout) != slots.today) == fewest
        assert kept(made, np.array(layout)) == ()


def test_a_plan_is_made_of_an_assignment_and_read_again() -> None:
    plan = store()
    slots = slots_of(plan)
    changed = plan_with(plan, slots, [1, 0, 2, 3, 4])
    assert [thing.departments for thing in changed.of("fixture")[:2]] == [("b",), ("a",)]
    assert slots_of(changed).today.tolist() == [1, 0, 2, 3, 4]


def test_a_fixture_of_two_departments_has_two_slots_side_by_side() -> None:
    two = Thing(**{**shelf(0).__dict__, "departments": ("x", "y"), "shelf_m": 10.0})
    slots = slots_of(Plan("two", (*store(0).things, two)))
    assert slots.fixture == ("f0", "f0")
    assert slots.place_m.tolist() == [[4.5, 4.0], [7.5, 4.0]]
    assert slots.shelf_m.tolist() == [5.0, 5.0]


def test_a_plan_that_carries_nothing_is_refused() -> None:
    with pytest.raises(InputError) as error:
        slots_of(store(0))
    assert str(error.value) == "plan: expected a fixture that carries a department, got none"
