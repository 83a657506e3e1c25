"""Do measures of trips count what they say: whole purchases, uneven scatter, speed?"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from layoutlab.retail.preparation import baskets, receipts
from layoutlab.retail.shoppers import effects, simulation, store_run, trip_measures


def test_a_purchase_costs_what_it_does_on_receipts(tmp_path):
    rows = [("1", "tea", 1, 2.0), ("1", "soap", 2, 3.0), ("2", "tea", 3, 2.0), ("2", "tea", 1, 2.0)]
    lines = pa.table(
        {
            "store_id": ["s"] * 4,
            "transaction_id": [row[0] for row in rows],
            "time": [np.datetime64("2026-03-02T10:00", "us")] * 4,
            "customer_id": [None] * 4,
            "sku": [row[1] for row in rows],
            "category": [row[1] for row in rows],
            "quantity": [row[2] for row in rows],
            "unit_price": [row[3] for row in rows],
        }
    ).cast(receipts.SCHEMA)
    receipts.write(
        tmp_path / "receipts.parquet", lines.replace_schema_metadata({"currency": "EUR"})
    )
    wants = store_run.read_demand(tmp_path / "receipts.parquet", effects.load())
    assert wants.categories == ("soap", "tea")
    assert wants.price.tolist() == [6, 5]  # two pieces of soap; of tea five in two baskets
    baskets.prepare(tmp_path / "receipts.parquet", tmp_path / "b.parquet", tmp_path / "r.parquet")
    sizes = effects.load()
    unpaid = store_run.read_demand(tmp_path / "b.parquet", sizes)
    assert unpaid.price.tolist() == [sizes.price_default] * 2


def test_only_the_money_changes_with_prices(floor, goods, shoppers, sizes):
    dear = replace(shoppers, demand=replace(shoppers.demand, price=3 * shoppers.demand.price))
    usual, paid = (
        simulation.simulate(floor, goods, each, sizes) for each in (shoppers, dear)
    )  # fmt: skip
    assert paid.column("metres").tolist() == usual.column("metres").tolist()
    assert paid.tally.unplanned.tolist() == usual.tally.unplanned.tolist()
    assert paid.column("unplanned_spend").sum() == pytest.approx(
        3 * usual.column("unplanned_spend").sum()
    )


def test_55_feet_bring_more_where_purchases_cost_more(floor, goods, shoppers, sizes):
    outcome = simulation.simulate(floor, goods, shoppers, sizes)
    dear = replace(shoppers, demand=replace(shoppers.demand, price=3 * shoppers.demand.price))
    one, three = (
        trip_measures.unplanned_per_55_ft(
            floor, goods, replace(outcome, shoppers=each), sizes, "behaved",
            rng=np.random.default_rng(1),
        )
        for each in (shoppers, dear)
    )  # fmt: skip
    assert three == pytest.approx([3 * value for value in one])


def test_the_interval_of_a_slope_covers_where_scatter_is_uneven():
    rng, covered = np.random.default_rng(1), 0
    for _ in range(400):
        x = rng.lognormal(sigma=0.5, size=80)
        y = 0.1 * x + 0.2 * x * rng.standard_normal(80)
        _, low, high = trip_measures.slope_of(np.column_stack([x, y]))
        covered += low <= 0.1 <= high
    assert covered / 400 > 0.9  # formulas for even scatter: 0.82


def test_speed_by_hand(floor, goods, shoppers, sizes):
    outcome = simulation.simulate(floor, goods, shoppers, sizes)
    mean = outcome.column("metres").sum() / outcome.column("walk_s").sum()
    found = trip_measures.speed_near_checkout(outcome, sizes, "behaved")
    assert found[0] == pytest.approx(0.8 * 1.3 / mean)
    assert found[1] < found[0] < found[2]
