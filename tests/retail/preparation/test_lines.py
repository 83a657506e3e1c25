"""Are repeated lines found by their number where there is one, whatever the order?"""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets, lines, receipts


def lines_of(*rows):
    """Return valid lines, given as (transaction, line number, sku)."""
    records = [
        {
            "store_id": "s",
            "transaction_id": transaction,
            "time": None,
            "customer_id": None,
            "sku": sku,
            "category": sku,
            "quantity": 1,
            "unit_price": 1.0,
            "line": number,
            "line_number": named,
        }
        for number, (transaction, named, sku) in enumerate(rows)
    ]
    return pa.Table.from_pylist(records, lines.VALID.append(pa.field("line_number", pa.string())))


def test_the_same_number_in_the_same_transaction_is_the_same_line():
    rows = [("1", "1", "x"), ("1", "2", "x"), ("1", "1", "x"), ("2", "1", "x"), ("1", "1", "a")]
    assert lines.repeated(lines_of(*rows)).tolist() == [True, False, True, False, False]


def test_without_its_number_a_line_is_compared_in_every_column():
    rows = [("1", None, "x"), ("1", "1", "x"), ("1", None, "x"), ("1", None, "y")]
    assert lines.repeated(lines_of(*rows)).tolist() == [False, False, True, False]
    unnumbered = lines_of(*rows).drop_columns("line_number")
    assert lines.repeated(unnumbered).tolist() == [False, True, True, False]


def test_a_number_without_a_transaction_says_nothing():
    rows = [(None, "1", "x"), (None, "1", "y"), (None, "2", "x"), (None, "1", "x")]
    assert lines.repeated(lines_of(*rows)).tolist() == [False, False, True, True]


row = st.tuples(st.sampled_from("12"), st.sampled_from(["1", "2", None]), st.sampled_from("xyz"))


@settings(max_examples=80, deadline=None)
@given(st.lists(row, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_what_is_kept_does_not_depend_on_the_order(rows, random):
    table = lines_of(*rows)
    kept = set(table.filter(pa.array(~lines.repeated(table)))["line"].to_pylist())
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = table.take(pa.array(order))
    assert set(shuffled.filter(pa.array(~lines.repeated(shuffled)))["line"].to_pylist()) == kept
    names = [(t, n, None if n else s) for t, n, s in rows]
    assert len(kept) == len(set(names))


def test_numbered_receipts_keep_two_equal_lines_that_are_two(tmp_path):
    table = lines_of(("1", "1", "x"), ("1", "2", "x"), ("1", "2", "x")).drop_columns("line")
    pq.write_table(table, tmp_path / "r.parquet", row_group_size=1)
    source = receipts.inspect(tmp_path / "r.parquet")
    assert source.numbered
    counted = baskets.prepare(source.path, tmp_path / "b.parquet", tmp_path / "j.parquet")
    assert (counted["accepted"], counted["rejects"]["duplicate"]["lines"]) == (2, 1)
    plain = table.drop_columns("line_number")
    pq.write_table(plain, tmp_path / "r.parquet", row_group_size=1)
    counted = baskets.prepare(source.path, tmp_path / "b.parquet", tmp_path / "j.parquet")
    assert (counted["accepted"], counted["rejects"]["duplicate"]["lines"]) == (1, 2)


def test_a_line_number_of_a_type_that_means_nothing_is_refused(tmp_path):
    table = lines_of(("1", "1", "x")).drop_columns("line")
    lists = table.set_column(8, "line_number", pa.array([[1]]))
    pq.write_table(lists, tmp_path / "r.parquet")
    with pytest.raises(InputError) as caught:
        receipts.inspect(tmp_path / "r.parquet")
    assert str(caught.value) == (
        f"expected line_number in {tmp_path / 'r.parquet'} as int64 or text, "
        "but it is list<element: int64>"
    )


def test_nulls_are_numbered_too():
    table = pa.table({"a": ["x", None, "x", None], "b": [1, 1, 2, 1]})
    found = lines.numbered(table, "a", "b")
    assert found[1] == found[3]
    assert len(np.unique(found)) == 3
