"""Checks of signs: staples far from the door, ever more space, and their summing up."""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import layout_sums, sign_checks
from layoutlab.retail.layout_value.changed_layouts import keeping
from layoutlab.retail.shoppers.totals import MEASURES


def test_staples_move_to_the_far_end(store, some):
    near = sign_checks.staples_at(store, some.tables, 3, 1)
    far = sign_checks.staples_at(store, some.tables, 3, -1)
    ways = [layout_sums.sums_of(some.tables, each[None]).aggregates[0, 0] for each in (near, far)]
    assert ways[0] < ways[1]
    assert sorted(near) == sorted(far) == sorted(store.slots.today)
    assert sign_checks.staples_far(store, some.tables, n=3).change["metres"][0] > 0


def test_staples_stand_first_among_the_slots_they_may_have(store, some):
    staples = np.argsort(-some.tables.demand, kind="stable")[:3]
    layout, group = sign_checks.staples_at(store, some.tables, 3, 1), keeping(store.slots)
    for one in np.unique(group[group >= 0]):
        slots = np.flatnonzero(group == one)
        by_way = slots[np.argsort(some.tables.enter_m[slots], kind="stable")]
        there = np.isin(layout[by_way], staples)
        assert (np.diff(there.astype(int)) <= 0).all()
    assert (layout[group < 0] == store.slots.today[group < 0]).all()


def test_a_mean_over_stores_has_students_interval():
    mean, low, high = sign_checks.over_stores(np.array([1.0, 2.0, 3.0]))
    assert mean == 2
    assert high - mean == pytest.approx(4.302653 / np.sqrt(3), rel=1e-6)
    assert mean - low == pytest.approx(high - mean)
    with pytest.raises(InputError, match=r"^values: expected at least 2 stores, got 1$"):
        sign_checks.over_stores(np.ones(1))


def test_stores_are_counted_where_they_are_sure():
    moved = [
        sign_checks.Staples(dict.fromkeys(MEASURES, change), exposure)
        for change, exposure in (
            ((1.0, 0.5, 1.5), 1.2), ((0.2, -0.1, 0.5), 1.4), ((-2.0, -3.0, -1.0), 0.9)
        )
    ]  # fmt: skip
    told = sign_checks.staples_over_stores(moved)
    assert told.loc["metres", ["up", "down"]].tolist() == [1, 1]
    assert told.loc["metres", "mean"] == pytest.approx(-0.8 / 3)
    exposure = told.loc["exposure of the rest"]
    assert exposure["mean"] == pytest.approx(0.5 / 3)
    assert (exposure["up"], exposure["down"]) == (2, 1)


def test_space_goes_slot_by_slot_to_one_department(store, some):
    space = sign_checks.more_space(store, some.tables, most=3)
    assert np.diff(space["slots"]).tolist() == [1, 1]
    assert (space["own"] > 0).all()
    whole = sign_checks.more_space(store, some.tables, most=500)
    assert len(whole) < 500  # every other department keeps a slot


def test_elasticity_is_the_slope_of_logarithms():
    space = pd.DataFrame(
        [(1, 2, 1.0, 5.0), (1, 4, 1.5, 6.0), (1, 8, 2.0, 5.5), (2, 3, 9.0, 9.0),
         (3, 1, 1.0, 1.0), (3, 3, 3.0, 1.1)],
        columns=["store", "slots", "own", "margin"],
    )  # fmt: skip
    told = sign_checks.space_elasticity(space)
    assert told.index.tolist() == [1, 3]  # store 2 had nothing to spare
    assert told["elasticity"].tolist() == pytest.approx([0.5, 1.0])
    assert told["turned"].tolist() == [True, False]
