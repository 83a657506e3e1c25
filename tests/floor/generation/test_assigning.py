"""Who gets how many fixtures, and of what type: by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.floor.generation.assigning import assign, fixture_type, fixtures
from layoutlab.floor.generation.departments import Department, apportion
from layoutlab.floor.generation.places import Place


def row(site, count):
    return [Place(site, 10.0 * number, 0.0, 0.0, 2.0, 1.0) for number in range(count)]


def test_apportion_by_hand():
    # 3/3 2/3 1/3, 3/5 2/3 1/3, 3/5 2/5 1/3, 3/7 2/5 1/3: the first, second, first, first
    assert apportion(7, [3, 2, 1]).tolist() == [4, 2, 1]
    assert apportion(2, [1, 1]).tolist() == [1, 1]
    assert apportion(3, [1, 1]).tolist() == [2, 1]


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), st.integers(0, 200))
def test_apportion_gives_all_and_each_one_at_least(shares, more):
    counts = apportion(len(shares) + more, shares)
    assert counts.sum() == len(shares) + more
    assert counts.min() >= 1
    order = np.argsort(shares)
    assert np.all(np.diff(counts[order]) >= 0) or len(set(shares)) < len(shares)


def test_departments_take_the_sites_that_suit_them():
    places = [*row("table", 2), *row("wall", 2), *row("island", 3), *row("rack", 1)]
    departments = [
        Department("apples", needs=("fresh",)),
        Department("milk", needs=("cold",)),
        Department("rice"),
        Department("pizza", needs=("frozen",)),
        Department("sweets", needs=("checkout",)),
    ]
    found = [one.name for one in assign(places, departments)]
    assert found[:2] == ["apples", "apples"]
    assert found[2] == "milk"
    assert found[6] == "pizza"
    assert found[7] == "sweets"
    assert found[4] == "rice"


def test_what_finds_no_site_of_its_own_stands_elsewhere():
    departments = [Department("milk", needs=("cold",)), Department("fish", needs=("cold",))]
    assert sorted(one.name for one in assign(row("island", 2), departments)) == ["fish", "milk"]


def test_a_cap_shows_goods_of_the_next_gondola_without_cold():
    places = [*row("endcap", 1), *row("island", 2), *row("endcap", 1), *row("island", 1)]
    departments = [Department("tea"), Department("milk", needs=("cold",)), Department("rice")]
    found = [one.name for one in assign(places, departments)]
    assert found == ["tea", "tea", "milk", "rice", "rice"]


def test_caps_are_used_when_nothing_else_is_left():
    found = assign([*row("endcap", 1), *row("island", 1)], [Department("a"), Department("b")])
    assert sorted(one.name for one in found) == ["a", "b"]


@pytest.mark.parametrize(
    ("site", "needs", "expected"),
    [
        ("wall", (), "shelf"),
        ("wall", ("cold",), "refrigerated"),
        ("wall", ("cold", "water"), "counter"),
        ("wall", ("frozen",), "refrigerated"),
        ("island", ("frozen",), "freezer"),
        ("half", ("frozen",), "freezer"),
        ("island", (), "gondola"),
        ("half", (), "gondola"),
        ("island", ("fresh",), "table"),
        ("table", (), "table"),
        ("table", ("cold",), "refrigerated"),
        ("endcap", (), "endcap"),
        ("rack", ("checkout",), "rack"),
        ("rack", ("cold",), "rack"),
    ],
)
def test_fixture_type(site, needs, expected):
    assert fixture_type(site, needs) == expected


def test_a_shelf_stays_at_its_wall_and_a_gondola_is_open_at_both_sides():
    shelf, gondola = fixtures(
        [Place("wall", 5, 0, 0, 2.5, 1.0), Place("island", 5, 3, 0, 2.5, 1.2)],
        [Department("rice"), Department("tea", family="drinks")],
    )
    assert shelf.shape.bounds == (3.75, 0, 6.25, 0.55)
    assert [face.wkt for face in shelf.faces] == ["LINESTRING (6.25 0.55, 3.75 0.55)"]
    assert shelf.shelf_m == 6 * 2.5
    assert shelf.needs == ("wall",)
    assert [round(face.centroid.y, 2) for face in gondola.faces] == [3.0, 4.2]
    assert gondola.shelf_m == 5 * 2 * 2.5
    assert gondola.extra == {"family": "drinks"}
    assert (shelf.id, gondola.id) == ("W001", "G001")


def test_only_counters_are_locked():
    (counter,) = fixtures(row("wall", 1), [Department("fish", needs=("cold", "water"))])
    assert counter.locked
    assert counter.needs == ("wall", "cold", "water", "power")
