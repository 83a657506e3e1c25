"""Does the till print what was bought, and is the truth kept beside it true?"""

import json

import numpy as np
import pandas as pd
import pytest

from layoutlab.retail.preparation import baskets, receipts
from layoutlab.retail.synthetic import known_store
from layoutlab.retail.synthetic.known_trips import MISSIONS, Settings, draw_trips, open_store

SMALL = Settings(n_customers=150, n_days=70, n_categories=12, n_promotions=6)


@pytest.fixture(scope="module")
def run():
    return known_store.simulate(SMALL, rng=np.random.default_rng(1))


def test_same_seed_same_bytes(run, tmp_path):
    again = known_store.simulate(SMALL, rng=np.random.default_rng(1))
    other = known_store.simulate(SMALL, rng=np.random.default_rng(2))
    written = []
    for name, each in (("one", run), ("again", again), ("other", other)):
        paths = tmp_path / f"{name}.parquet", tmp_path / f"{name}.json"
        known_store.write(each, *paths)
        written.append([path.read_bytes() for path in (*paths, tmp_path / f"{name}.npz")])
    assert written[0] == written[1]
    assert all(one != other for one, other in zip(written[0], written[2], strict=True))


def test_receipts_are_of_the_contract_and_none_is_rejected(run, tmp_path):
    assert run.lines.schema.remove_metadata() == receipts.SCHEMA
    assert run.lines.schema.metadata == {b"currency": b"EUR"}
    known_store.write(run, tmp_path / "r.parquet", tmp_path / "t.json")
    counted = baskets.prepare(
        tmp_path / "r.parquet", tmp_path / "baskets.parquet", tmp_path / "rejects.parquet"
    )
    assert counted["rejected"] == 0
    assert counted["baskets"] == run.truth["baskets"]
    assert counted["accepted"] == run.truth["lines"] == len(run.lines)
    assert json.loads((tmp_path / "t.json").read_text()) == run.truth


def test_lines_are_what_the_trips_bought(run):
    opening, shopping, _ = np.random.default_rng(1).spawn(3)
    trips = draw_trips(SMALL, open_store(SMALL, rng=opening), rng=shopping)
    bought = trips.bought
    assert run.truth["trips"] == len(bought)
    assert run.truth["lines"] == bought.sum()
    assert run.truth["empty_trips"] == (~bought.any(axis=1)).sum()
    sold = run.lines.to_pandas().groupby("category").size()
    assert sold[trips.store.names].to_numpy().tolist() == bought.sum(axis=0).tolist()
    pieces = run.lines["quantity"].to_numpy()
    assert pieces.min() >= 1
    assert pieces.sum() == pytest.approx(trips.rate.sum(), rel=0.05)


def test_receipts_are_in_order_of_time_and_in_open_hours(run):
    time = pd.Series(run.lines["time"].to_pandas())
    assert time.is_monotonic_increasing
    assert time.dt.hour.between(8, 20).all()
    assert str(time.min()) >= run.truth["first_day"]


def test_only_cards_are_named(run):
    named = set(run.lines["customer_id"].drop_null().to_pylist())
    assert named <= {name for name in run.truth["customers"] if name.startswith("card-")}
    assert len(run.truth["customers"]) == SMALL.n_customers
    assert run.lines["customer_id"].null_count > 0


def test_promoted_prices_are_reduced(run):
    row = run.truth["promotions"][0]
    frame = run.lines.to_pandas()
    frame = frame[frame["category"] == row["category"]]
    day = (frame["time"] - pd.Timestamp(run.truth["first_day"], tz="UTC")).dt.days
    price = frame.groupby([day // 7 == row["week"], "sku"])["unit_price"].median()
    both = price[True].index.intersection(price[False].index)
    assert len(both)
    assert price[True][both].to_numpy() == pytest.approx(
        price[False][both] * (1 - row["depth"]), abs=0.011
    )


def test_arrays_belong_together(run):
    arrays = run.arrays
    n = SMALL.n_categories
    assert list(arrays["categories"]) == sorted(arrays["categories"])
    assert arrays["lift"].shape == (n, n)
    assert arrays["segment_shares"].sum(axis=1) == pytest.approx(np.ones(4))
    assert len(arrays["transaction_id"]) == run.truth["baskets"]
    assert arrays["transaction_mission"].max() < len(MISSIONS)
    assert sum(run.truth["missions"].values()) == pytest.approx(1)


def test_lifts_of_the_long_run_are_of_the_same_store(run):
    lift = known_store.long_run_lifts(SMALL, times=3, rng=np.random.default_rng(1))
    first, second = np.triu_indices(SMALL.n_categories, 1)
    far = np.log(lift[first, second] / run.arrays["lift"][first, second])
    assert 0 < np.abs(far).max() < 0.35
    assert np.abs(far).mean() < 0.08
