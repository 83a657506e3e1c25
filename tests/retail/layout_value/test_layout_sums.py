"""Tests of layouts, their sums and what they rest on."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import (
    changed_layouts,
    detours,
    labelled,
    layout_kernels,
    layout_sums,
    store_tables,
)
from layoutlab.retail.layout_value.layout_sums import SUMS


def test_changed_layouts_keep_cold_goods_cold_and_every_department(store, some):
    group = changed_layouts.keeping(store.slots)
    cold = {store.slots.today[slot] for slot in np.flatnonzero(group > 0)}
    for layout in some.assignments:
        assert set(layout[group > 0]) <= cold
        assert (layout[group < 0] == store.slots.today[group < 0]).all()
        assert set(layout) == set(store.slots.today)


def test_changed_layouts_refuse_none(store, rng):
    with pytest.raises(InputError, match=r"^n: expected at least 1, got 0$"):
        changed_layouts.draw(store.slots, 0, np.ones((len(store.slots.today), 1)), rng=rng)


def test_present_layout_changes_nothing(some):
    sums = layout_sums.sums_of(some.tables, some.tables.today[None])
    assert np.abs(sums.aggregates).max() < 1e-12
    assert sums.planned.sum() == pytest.approx(1.0)


def test_sums_by_hand(some):
    tables, layout = some.tables, some.assignments[4]
    share = tables.shelf_m / np.bincount(layout, tables.shelf_m)[layout]
    met = tables.demand[layout] * share
    before = tables.demand[tables.today] * (
        tables.shelf_m / np.bincount(tables.today, tables.shelf_m)[tables.today]
    )
    expected = (met @ tables.enter_m) / (before @ tables.enter_m) - 1
    found = layout_sums.sums_of(tables, layout[None])
    assert found.aggregates[0, SUMS.index("enter")] == pytest.approx(expected)
    assert found.planned[0] == pytest.approx(met)


def test_views_are_sums_over_pairs(some):
    tables, layout = some.tables, some.assignments[2]
    rng = np.random.default_rng(2)
    met = rng.random(len(layout))
    out = np.empty((2, len(tables.demand)))
    layout_kernels.views(layout, met, tables.seen, tables.level, tables.tempt, out)
    slow = np.zeros_like(out)
    for there, goods in enumerate(layout):
        for slot, one in enumerate(layout):
            taken = met[there] * tables.seen[tables.level[one], there, slot]
            slow[:, one] += taken, taken * tables.tempt[goods, one]
    assert out == pytest.approx(slow)


def test_a_tour_goes_to_the_nearest_next():
    apart = np.array([[0.0, 5.0, 2.0], [5.0, 0.0, 4.0], [2.0, 4.0, 0.0]])
    enter, leave = np.array([1.0, 9.0, 3.0]), np.array([2.0, 6.0, 7.0])
    walk = np.block([[apart, leave[:, None]], [enter[None], np.array([[3.0]])]])
    metres, left = layout_kernels.tours(
        np.arange(3), np.ones(3), np.array([0, 3, 4]), np.array([1, 0, 2, 1]), np.full(4, 0.5),
        enter, leave, apart, 3.0, 400.0, walk, np.empty(4, np.int64), np.empty(3, np.int64),
        np.empty(3, np.uint32),
    )  # fmt: skip
    added = [1 + 2 - 3, 2 + 4 - 5, 4 + 6 - 7, 9 + 6 - 3]  # in, 0, 2, 1, out; then 1 alone
    assert metres == pytest.approx((1 + 2 + 4 + 6) + (9 + 6))
    assert left == pytest.approx(sum(1 - np.exp(-each / 400) for each in added), abs=1e-6)


def test_walks_without_detours_are_the_shortest(sizes):
    from dataclasses import replace

    enter, leave, apart = np.array([3.0, 5.0]), np.array([4.0, 2.0]), np.array([[0, 3.0], [3.0, 0]])
    args = (enter, leave, apart, 6.0, np.array([1.0, 2.0]), np.zeros(2))
    still = detours.expected_walks(*args, replace(sizes, detours_per_m=0.0))
    assert still == pytest.approx(np.array([[0, 3, 4], [3, 0, 2], [3, 5, 6]], float))
    assert (detours.expected_walks(*args, sizes) >= still - 1e-12).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (np.zeros((2, 1), int), r"^assignments: expected shape \(n, \d+\), got \(2, 1\)$"),
        ("floats", r"^assignments: expected whole numbers, got float64$"),
        ("many", r"^assignments: expected departments from 0 to \d+, got 0 to 999$"),
    ],
)
def test_wrong_assignments_are_refused(some, wrong, said):
    today = some.tables.today
    given = {"floats": today[None] * 1.0, "many": np.where(np.arange(len(today)), 0, 999)[None]}
    with pytest.raises(InputError, match=said):
        layout_sums.sums_of(some.tables, given[wrong] if isinstance(wrong, str) else wrong)


def test_labels_come_back_from_their_file(tmp_path, some):
    labelled.write(tmp_path / "a.npz", some)
    labelled.write(tmp_path / "b.npz", labelled.read(tmp_path / "a.npz"))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert some.relative[0].tolist() == [0, 0, 0]


def test_present_stores_have_the_sizes_they_say(some):
    tables = some.tables
    assert tables.slot_features.shape[1] == len(store_tables.SLOT_FEATURES)
    assert tables.department_features.shape[1] == len(store_tables.DEPARTMENT_FEATURES)
    assert len(tables.store_features) == len(store_tables.STORE_FEATURES)
    assert tables.demand.sum() == pytest.approx(1)
    assert np.isfinite(tables.seen).all()
