from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from corner_shop import DEPARTMENTS, PRICES, SIZES, bought

from layoutlab.errors import InputError
from layoutlab.retail.preparation import receipts as files
from layoutlab.retail.promise import splits
from layoutlab.retail.promise.splits import CHECK, LATER, LATER_OTHERS, OTHERS, SEARCH


def test_no_receipt_is_in_two_parts_and_none_is_left_out():
    parts = splits.quarters(bought())
    everything = np.sort(np.concatenate(list(parts.baskets.values())))
    assert everything.tolist() == list(range(600))
    assert parts.judging == (LATER, OTHERS, LATER_OTHERS)


def test_the_search_sees_neither_later_receipts_nor_other_customers():
    receipts = bought()
    parts = splits.quarters(receipts)
    seen = np.concatenate([parts.baskets[SEARCH], parts.baskets[CHECK]])
    assert (
        receipts.time.iloc[seen].max()
        < parts.until
        <= receipts.time.iloc[parts.baskets[LATER]].min()
    )
    others = np.concatenate([parts.baskets[OTHERS], parts.baskets[LATER_OTHERS]])
    assert not set(receipts.customer.iloc[seen]) & set(receipts.customer.iloc[others])
    assert len(parts.baskets[CHECK]) / len(seen) == pytest.approx(1 / 3, abs=0.1)


def test_early_and_late_have_as_many_days():
    time = pd.Series(pd.date_range("2026-01-01 09:00", periods=6, freq="D", tz="UTC"))
    assert splits.middle_day(time) == pd.Timestamp("2026-01-04", tz="UTC")
    assert splits.middle_day(time[:5]) == pd.Timestamp("2026-01-03", tz="UTC")


def test_without_times_baskets_are_halved_by_a_hash():
    parts = splits.quarters(bought(timed=False))
    assert parts.judging == (OTHERS,)
    assert parts.until is None
    assert len(parts.baskets[OTHERS]) == pytest.approx(300, abs=60)
    assert "hash" in parts.said


def test_the_hash_depends_on_id_and_salt_alone():
    ids = pd.Series(["a", "b", "a"])
    first = splits.hashed(ids, salt="half")
    assert first[0] == first[2] != first[1]
    assert splits.hashed(ids[::-1], salt="half").tolist() == first[::-1].tolist()
    assert splits.hashed(ids, salt="check")[0] != first[0]
    # BLAKE2b of "half a", its first 8 bytes, most significant first
    assert first[0] == pytest.approx(0.0, abs=1.0)
    many = splits.hashed(pd.Series(np.arange(20_000).astype(str)), salt="half")
    assert many.mean() == pytest.approx(0.5, abs=0.01)
    assert np.quantile(many, 0.25) == pytest.approx(0.25, abs=0.01)


def test_a_part_without_receipts_is_refused():
    few = bought()
    one = replace(few, customer=pd.Series(["only"] * 600))
    with pytest.raises(InputError, match="expected some for each part, got none for"):
        splits.quarters(one)


def test_the_demand_of_a_part_is_that_of_its_receipts_alone():
    receipts = bought()
    parts = splits.quarters(receipts)
    found = splits.demand_of(receipts, parts, LATER, SIZES)
    chosen = parts.baskets[LATER]
    assert len(found.start) == len(chosen) + 1
    for mine, theirs in enumerate(chosen[:20]):
        items = found.item[found.start[mine] : found.start[mine + 1]]
        whole = receipts.item[receipts.start[theirs] : receipts.start[theirs + 1]]
        assert items.tolist() == whole.tolist()
    assert found.hour.tolist() == receipts.time.iloc[chosen].dt.hour.tolist()


def test_late_prices_are_not_known_early():
    receipts = bought()
    parts = splits.quarters(receipts)
    rise = 1 + (receipts.sold["hour"] >= parts.until)
    both = replace(receipts, sold=receipts.sold.assign(amount=receipts.sold["amount"] * rise))
    early, late = (splits.demand_of(both, parts, name, SIZES).price for name in (OTHERS, LATER))
    assert early == pytest.approx(PRICES)
    assert late == pytest.approx(2 * np.array(PRICES))


def test_a_department_that_nobody_paid_for_has_the_assumed_price():
    receipts = bought()
    parts = splits.quarters(receipts)
    before = receipts.sold[receipts.sold["hour"] < parts.until]
    found = splits.demand_of(replace(receipts, sold=before), parts, LATER, SIZES)
    assert found.price.tolist() == [SIZES.price_default] * len(DEPARTMENTS)


def test_receipts_are_read_with_their_customers_and_sales(tmp_path):
    lines = pa.table(
        {
            "store_id": ["s"] * 4,
            "transaction_id": ["1", "1", "2", "3"],
            "time": pd.to_datetime(["2026-01-01 10:00"] * 2 + ["2026-01-02 11:00"] * 2),
            "customer_id": ["ann", "ann", None, "bob"],
            "sku": ["a", "b", "a", "b"],
            "category": ["tea", "milk", "tea", "milk"],
            "quantity": [1, 2, 3, 1],
            "unit_price": [4.0, 1.0, 4.0, 1.0],
        }
    ).cast(files.SCHEMA)
    files.write(tmp_path / "lines.parquet", lines.replace_schema_metadata({"currency": "EUR"}))
    read = splits.read(tmp_path / "lines.parquet")
    assert read.categories == ("milk", "tea")
    assert read.start.tolist() == [0, 2, 3, 4]
    assert read.customer.tolist() == ["ann", "receipt 2", "bob"]
    assert read.timed
    assert read.currency == "EUR"
    assert read.sold.groupby("category")["pieces"].sum().to_dict() == {"milk": 3, "tea": 4}
