"""Are sales by hour and category exact, whatever the order in which they are added up?"""

from collections import Counter
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.retail.preparation import baskets, lines, sales


def lines_of(*rows):
    """Return valid lines, given as (minutes after 8:00, category, quantity, price)."""
    records = [
        {
            "store_id": "s",
            "transaction_id": str(number),
            "time": datetime(2026, 3, 2, 8 + minute // 60, minute % 60, tzinfo=UTC),
            "customer_id": None,
            "sku": category,
            "category": category,
            "quantity": quantity,
            "unit_price": price,
            "line": number,
        }
        for number, (minute, category, quantity, price) in enumerate(rows)
    ]
    return pa.Table.from_pylist(records, lines.VALID)


def test_sales_of_a_few_lines(tmp_path):
    table = lines_of(
        (0, "milk", 2, 0.1), (59, "milk", 1, 0.1), (60, "milk", 1, None), (10, "tea", 1, 1e300)
    )
    sales.write(sales.count(table), tmp_path / "s.parquet", "EUR")
    found = pq.read_table(tmp_path / "s.parquet")
    assert found.schema.metadata == {b"currency": b"EUR"}
    assert found.schema.equals(sales.SCHEMA)
    eight, nine = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in (8, 9))
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("s", eight, "milk", 2, 3, 0.3),
        ("s", eight, "tea", 1, 1, None),
        ("s", nine, "milk", 1, 1, None),
    ]


row = st.tuples(
    st.integers(0, 150),
    st.sampled_from("abc"),
    st.integers(1, 2**53),
    st.floats(0.01, 1e9, allow_subnormal=False),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=1, max_size=12), st.integers(1, 11))
def test_parts_add_up_to_the_whole_in_any_order(rows, cut):
    table = lines_of(*rows)
    whole = sales.count(table).sort_by([(name, "ascending") for name in sales.KEYS])
    parts = [sales.count(part) for part in (table.slice(cut), table.slice(0, cut)) if len(part)]
    added = sales.add_up(parts).sort_by([(name, "ascending") for name in sales.KEYS])
    assert added.equals(whole)
    pieces = Counter()
    for minute, category, quantity, _ in rows:
        pieces[minute // 60 + 8, category] += quantity
    found = {(r["hour"].hour, r["category"]): r["pieces"] for r in whole.to_pylist()}
    assert found == pieces


@pytest.mark.parametrize("row_group_size", [1, 3])
def test_the_pipeline_writes_sales(tmp_path, row_group_size):
    table = lines_of((0, "milk", 2, 0.5), (1, "tea", 1, 2.0), (61, "milk", 1, 0.5))
    path = tmp_path / "r.parquet"
    pq.write_table(table.drop_columns("line"), path, row_group_size=row_group_size)
    files = [tmp_path / f"{name}.parquet" for name in "bjs"]
    baskets.prepare(path, files[0], files[1], sales_path=files[2])
    sales.write(sales.count(table), tmp_path / "expected.parquet", "XXX")
    assert files[2].read_bytes() == (tmp_path / "expected.parquet").read_bytes()
