from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from corner_shop import SIZES, bought, exchanged, shop

from layoutlab.errors import InputError
from layoutlab.retail.promise import judged, sensitivity, splits


@pytest.fixture(scope="module")
def store():
    return shop()


@pytest.fixture(scope="module")
def drawn():
    whole = splits.Parts("all", {"all": np.arange(600)})
    demand = splits.demand_of(bought(), whole, "all", SIZES)
    return judged.trips(demand, SIZES, 300, rng=np.random.default_rng(2))


@pytest.fixture(scope="module")
def layouts(store):
    return [exchanged(store, 0, 4), exchanged(store, 1, 5), exchanged(store, 2, 3)]


def one(name, low, high, status="assumed"):
    return pd.DataFrame([{"effect": name, "status": status, "low": low, "high": high, "unit": "m"}])


def test_measured_effects_are_left_alone():
    asked = sensitivity.uncertain()
    assert set(asked["status"]) == {"assumed", "derived"}
    assert "unplanned_share" not in set(asked["effect"])
    assert "detours_per_m" in set(asked["effect"])


def test_every_effect_that_changes_the_floor_is_known(store):
    """All others leave places, walks and views of the floor as they are."""
    from layoutlab.retail.shoppers import effects, prepared_floor

    for record in effects.records().to_dict("records"):
        name = record["effect"]
        if name in sensitivity.OF_THE_FLOOR:
            continue
        sizes = replace(SIZES, **{name: record["low"]})
        floor = prepared_floor.prepare(store.plan, sizes, cell_m=store.floor.cell_m)
        for field in ("cells", "tile_of", "at_edge"):
            assert (getattr(floor, field) == getattr(store.floor, field)).all(), name
        assert (floor.legs.seen_m == store.floor.legs.seen_m).all(), name
        assert (floor.legs.edge_m == store.floor.legs.edge_m).all(), name


def test_an_effect_at_its_value_changes_nothing(store, drawn, layouts):
    same = one("patience_m", SIZES.patience_m, SIZES.patience_m)
    table, before = sensitivity.tornado(store, drawn, layouts, records=same)
    row = table.iloc[0]
    assert row.gain_low == row.gain_high == before.gain[0].value
    assert (row.tau_low, row.best_stays_low, bool(row.beaten_low)) == (1.0, True, False)
    assert row.span == 0


def test_margins_scale_and_no_gain_changes(store, drawn, layouts):
    table, _ = sensitivity.tornado(store, drawn, layouts, records=one("margin_rate", 0.2, 0.35))
    assert table["span"].iloc[0] == pytest.approx(0, abs=1e-12)


def test_the_widest_comes_first_and_the_floor_is_prepared_again(store, drawn, layouts):
    asked = pd.concat([one("margin_rate", 0.2, 0.35), one("regard_depth_m", 2.0, 12.0)])
    table, _ = sensitivity.tornado(store, drawn, layouts, records=asked)
    assert table["effect"].tolist() == ["regard_depth_m", "margin_rate"]
    assert table["span"].iloc[0] > 0.001
    found = sensitivity.stable(table)
    assert (found["ends"], found["not_tried"], found["widest"]) == (4, 0, "regard_depth_m")


def test_an_end_that_cannot_be_walked_is_said(store, drawn, layouts):
    table, _ = sensitivity.tornado(store, drawn, layouts, records=one("body_width_m", 0.5, 9.0))
    assert table["problem"].iloc[0].startswith("high: ")
    assert np.isnan(table.get("gain_high", pd.Series([np.nan])).iloc[0])


def test_the_best_that_is_beaten_is_seen(store, drawn, layouts):
    order = np.argsort(-sensitivity.ranked(store, drawn, layouts, {}, best=None).values)
    worst = int(order[-1])
    found = sensitivity.ranked(store, drawn, layouts, {}, best=worst)
    values = found.values
    assert found.beaten_by.value == pytest.approx(values.max() - values[worst])


def test_the_best_is_not_beaten_by_itself(store, drawn, layouts):
    asked = pd.concat([one("patience_m", 150.0, 1000.0), one("order_noise", 0.0, 0.6)])
    table, _ = sensitivity.tornado(store, drawn, layouts, records=asked)
    for side in sensitivity.SIDES:
        assert not (table[f"best_stays_{side}"] & table[f"beaten_{side}"]).any()


def test_one_layout_cannot_be_ranked(store, drawn, layouts):
    with pytest.raises(InputError, match="layouts: expected at least two to rank, got 1"):
        sensitivity.tornado(store, drawn, layouts[:1])
