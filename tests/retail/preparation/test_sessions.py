"""Are visits cut where a customer pauses, and nowhere else?"""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets, lines, sessions

BEGIN = np.datetime64("2026-03-02T08:00", "us")


def lines_of(*rows):
    """Return valid lines without transactions, given as (store, customer, minute)."""
    records = [
        {
            "store_id": store,
            "transaction_id": None,
            "time": (BEGIN + np.timedelta64(minute, "m")).item(),
            "customer_id": customer,
            "sku": f"sku-{number}",
            "category": "milk",
            "quantity": 1,
            "unit_price": 1.0,
            "line": number,
        }
        for number, (store, customer, minute) in enumerate(rows)
    ]
    return pa.Table.from_pylist(records, lines.VALID)


def test_a_gap_longer_than_given_begins_a_visit():
    table = lines_of(("s", "a", 0), ("s", "a", 30), ("s", "a", 61), ("s", "b", 5), ("t", "a", 40))
    found = sessions.sessionise(table, gap_min=30)["transaction_id"].to_pylist()
    assert found == [
        "a@2026-03-02T08:00:00.000000Z",
        "a@2026-03-02T08:00:00.000000Z",
        "a@2026-03-02T09:01:00.000000Z",
        "b@2026-03-02T08:05:00.000000Z",
        "a@2026-03-02T08:40:00.000000Z",
    ]


@pytest.mark.parametrize("gap_min", [0, -1, float("nan"), float("inf")])
def test_a_gap_is_a_number_above_0(gap_min):
    with pytest.raises(InputError) as caught:
        sessions.sessionise(lines_of(("s", "a", 0)), gap_min=gap_min)
    assert str(caught.value) == f"gap_min: expected a number of minutes above 0, got {gap_min}"


row = st.tuples(st.sampled_from("st"), st.sampled_from("ab"), st.integers(0, 90))


@settings(max_examples=80, deadline=None)
@given(st.lists(row, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_neighbours_within_the_gap_share_a_visit_whatever_the_order(rows, random):
    table = sessions.sessionise(lines_of(*rows), gap_min=10)
    visit = dict(zip(table["line"].to_pylist(), table["transaction_id"].to_pylist(), strict=True))
    ordered = sorted(range(len(rows)), key=lambda n: rows[n])
    for one, other in pairwise(ordered):
        if rows[one][:2] == rows[other][:2]:
            assert (visit[one] == visit[other]) == (rows[other][2] - rows[one][2] <= 10)
    order = list(range(len(rows)))
    random.shuffle(order)
    again = sessions.sessionise(lines_of(*rows).take(pa.array(order)), gap_min=10)
    assert again["transaction_id"].to_pylist() == [visit[number] for number in order]


def written(folder, table):
    folder.mkdir(exist_ok=True)
    pq.write_table(table.drop_columns("line"), folder / "r.parquet", row_group_size=2)
    return folder / "r.parquet", folder / "b.parquet", folder / "j.parquet"


def test_receipts_without_transactions_become_visits(tmp_path):
    rows = [("s", "a", 0), ("s", "a", 200), ("s", None, 0), ("s", "a", 20), ("s", "b", 5)]
    counted = baskets.prepare(*written(tmp_path, lines_of(*rows)), gap_min=30)
    assert (counted["baskets"], counted["accepted"]) == (3, 4)
    assert counted["rejects"]["missing_field"] == {"lines": 1, "transactions": 1}
    found = pq.read_table(tmp_path / "b.parquet")["transaction_id"].to_pylist()
    assert found == [
        f"{who}@2026-03-02T{at}:00.000000Z"
        for who, at in (("a", "08:00"), ("b", "08:05"), ("a", "11:20"))
    ]


def test_without_a_gap_or_times_there_are_no_visits(tmp_path):
    files = written(tmp_path, lines_of(("s", "a", 0)))
    with pytest.raises(InputError) as caught:
        baskets.prepare(*files)
    assert str(caught.value) == (
        f"expected transactions in {files[0]}, but no line has one; to make visits of customers "
        "and times, give the minutes between two visits (gap_min)"
    )
    timeless = lines_of(("s", "a", 0)).set_column(2, "time", pa.nulls(1, pa.string()))
    files = written(tmp_path, timeless)
    with pytest.raises(InputError) as caught:
        baskets.prepare(*files, gap_min=30)
    assert str(caught.value) == (
        f"expected transactions or times in {files[0]}, but no line has any"
    )
