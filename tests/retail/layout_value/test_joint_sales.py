"""Joint sales of two departments: who buys what, the pairs, and the shape of the curve."""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import joint_sales, labelled


@pytest.fixture(scope="module")
def found(store, some):
    return joint_sales.panel([store], [some.tables], layouts=3, rng=np.random.default_rng(1))


def test_purchases_add_up_to_what_the_simulator_counts(store, some):
    planned, impulse = joint_sales.purchases(store, some.assignments[1])
    tally = labelled.outcome(store, some.assignments[1], store.shoppers).tally
    at = [store.shoppers.demand.categories.index(name) for name in store.slots.departments]
    assert planned.sum(axis=0) == pytest.approx(tally.planned[at])
    assert impulse.sum(axis=0) == pytest.approx(tally.expected[at])
    assert (planned * impulse == 0).all()


def test_a_pair_is_told_as_by_hand(store, some, found):
    layout_rows = found[: len(found) // 3]
    drawn = joint_sales.changed_layouts.draw(
        store.slots,
        3,
        np.column_stack(
            [some.tables.enter_m, some.tables.leave_m, some.tables.seen[0].mean(axis=0)]
        ),
        rng=np.random.default_rng(1),
    )[0]
    n = len(store.slots.departments)
    row = layout_rows.iloc[7]
    one, two = divmod(int(row["pair"]), n)
    shelf = some.tables.shelf_m
    ways = [
        (shelf[i] * shelf[j], some.tables.apart_m[i, j])
        for i in np.flatnonzero(drawn == one)
        for j in np.flatnonzero(drawn == two)
    ]
    weight = sum(w for w, _ in ways)
    there = sum(w * metres for w, metres in ways) / weight
    assert row["apart_m"] == pytest.approx(there, rel=0.05)  # the way back may differ a little
    planned, impulse = joint_sales.purchases(store, drawn)
    bought = planned + impulse
    both = (bought[:, one] * bought[:, two]).mean()
    assert row["both"] == pytest.approx(both)
    assert row["beyond"] == pytest.approx(both / bought[:, one].mean() / bought[:, two].mean())
    wants = store.shoppers.demand
    price = [wants.price[wants.categories.index(store.slots.departments[d])] for d in (one, two)]
    assert row["combined"] == pytest.approx(
        bought[:, one].mean() * price[0] + bought[:, two].mean() * price[1]
    )


def test_the_panel_has_every_pair_in_every_layout(found):
    assert (found.groupby("pair").size() == 3).all()
    assert found["apart"].between(0, 1).all()
    assert found["apart"].corr(found["apart_m"], method="spearman") == pytest.approx(1)


def planted(shape, rng, *, place=0.0):
    """Return a made-up panel of 6 stores in which joint sales follow `shape` of the distance."""
    rows = []
    for store in range(6):
        near = rng.random((40, 12))
        spot = rng.random((40, 12))
        sold = 3 * (1 + shape(near) + place * spot + rng.normal(0, 0.01, near.shape))
        pair = np.repeat(np.arange(40), 12)
        rows.append(pd.DataFrame({
            "store": store, "pair": pair, "apart_m": 30 * near.ravel(), "apart": near.ravel(),
            "both": sold.ravel(), "views": spot.ravel(),
        }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def test_a_planted_inverted_u_is_found_and_a_fall_is_none(rng):
    up = joint_sales.curve(planted(lambda x: 0.4 * x * (1 - x), rng), "both", rng=rng)
    assert up.inverted_u
    assert up.near[0] == pytest.approx(100 * 0.4 / (1 + 0.4 / 6), rel=0.02)  # of the pair's mean
    assert up.far[0] == pytest.approx(-up.near[0], rel=0.1)
    assert up.bands["change"].idxmax() in (4, 5)
    down = joint_sales.curve(planted(lambda x: -0.2 * x, rng), "both", rng=rng)
    assert not down.inverted_u
    assert down.bands["change"].is_monotonic_decreasing


def test_what_is_held_is_taken_off(rng):
    rows = planted(lambda x: 0 * x, rng, place=0.5)
    rows["apart"] = rows["apart"] * 0.5 + rows["views"] * 0.5
    assert joint_sales.curve(rows, "both", rng=rng).near[1] > 0
    held = joint_sales.curve(rows, "both", ["views"], rng=rng)
    assert abs(held.near[0]) < 5


def test_part_of_a_panel_can_be_asked(rng):
    rows = planted(lambda x: -0.2 * x, rng)
    part = joint_sales.curve(rows[rows["pair"] < 20], "both", rng=rng)
    assert part.near[2] < 0


def test_too_little_is_refused(store, some, rng):
    with pytest.raises(InputError, match=r"^layouts: expected at least 3, got 2$"):
        joint_sales.panel([store], [some.tables], layouts=2, rng=rng)
    rows = planted(lambda x: x, rng)
    with pytest.raises(InputError, match=r"^found: expected at least 2 stores, got 1$"):
        joint_sales.curve(rows[rows["store"] == 0], "both", rng=rng)
    with pytest.raises(InputError, match=r"^measure: expected one of combined, both, .*'joy'$"):
        joint_sales.curve(rows, "joy", rng=rng)
