"""Does every return take its pieces off the right sale, whatever the order of the lines?"""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets, lines, receipts, returns

MINUTE = np.timedelta64(1, "m")
BEGIN = np.datetime64("2011-01-18T10:00", "us")


def lines_of(*rows):
    """Return valid lines, given as (minute, transaction, customer, sku, quantity)."""
    records = [
        {
            "store_id": "s",
            "transaction_id": transaction,
            "time": None if minute is None else (BEGIN + minute * MINUTE).item(),
            "customer_id": customer,
            "sku": sku,
            "category": sku,
            "quantity": quantity,
            "unit_price": 1.0,
            "line": number,
        }
        for number, (minute, transaction, customer, sku, quantity) in enumerate(rows)
    ]
    return pa.Table.from_pylist(records, lines.VALID)


def outcome(table):
    """Return what is left by line, and the reasons of the rejects by line."""
    kept, rejects = returns.match(table)
    assert kept.schema == lines.VALID
    assert rejects.schema == lines.REJECTS
    assert sorted(kept["line"].to_pylist() + rejects["line"].to_pylist()) == sorted(
        table["line"].to_pylist()
    )
    left = dict(zip(kept["line"].to_pylist(), kept["quantity"].to_pylist(), strict=True))
    return left, dict(zip(rejects["line"].to_pylist(), rejects["reason"].to_pylist(), strict=True))


def test_the_sale_of_80995_pieces_and_its_cancellation():
    table = lines_of(
        (0, "581483", "16446", "23843", 80_995), (12, "C581484", "16446", "23843", -80_995)
    )
    assert outcome(table) == ({}, {0: "sale_returned", 1: "return_matched"})


def test_part_of_a_sale_stays():
    table = lines_of((0, "1", "a", "x", 5), (1, "C2", "a", "x", -2), (2, "C3", "a", "x", -2))
    assert outcome(table) == ({0: 1}, {1: "return_matched", 2: "return_matched"})


def test_the_latest_sale_with_enough_left_is_taken():
    rows = [
        (0, "1", "a", "x", 3),
        (1, "2", "a", "x", 2),
        (2, "3", "a", "x", 1),
        (3, "C", "a", "x", -2),
    ]
    assert outcome(lines_of(*rows)) == ({0: 3, 2: 1}, {1: "sale_returned", 3: "return_matched"})


@pytest.mark.parametrize(
    "sale",
    [
        (2, "1", "a", "x", 5),
        (0, "1", "b", "x", 5),
        (0, "1", "a", "y", 5),
        (0, "1", None, "x", 5),
        (0, "1", "a", "x", 1),
    ],
    ids=["later", "another customer", "another sku", "unknown customer", "too few"],
)
def test_a_return_without_its_sale_is_kept_as_a_reject(sale):
    table = lines_of(sale, (1, "C2", "a", "x", -2))
    assert outcome(table) == ({0: sale[4]}, {1: "return_unmatched"})


def test_nobody_s_return_finds_nobody_s_sale():
    table = lines_of((0, "1", None, "x", 2), (1, "C2", None, "x", -2))
    assert outcome(table) == ({0: 2}, {1: "return_unmatched"})


def test_a_line_of_the_same_time_may_be_undone_and_so_may_lines_without_times():
    assert outcome(lines_of((0, "1", "a", "x", 2), (0, "1", "a", "x", -2)))[0] == {}
    assert outcome(lines_of((None, "1", "a", "x", 2), (None, "1", "a", "x", -2)))[0] == {}


def test_lines_without_returns_are_left_alone():
    table = lines_of((0, "1", "a", "x", 2))
    assert returns.match(table)[0] is table
    assert outcome(table.slice(0, 0)) == ({}, {})


def by_hand(rows):
    """Match returns line by line: what is left of each sale, and which returns found one."""
    ordered = sorted(range(len(rows)), key=lambda n: (rows[n][0], rows[n][1], rows[n][4], n))
    left = {n: rows[n][4] for n in ordered if rows[n][4] > 0}
    found = set()
    for back in (n for n in ordered if rows[n][4] < 0):
        for sale in reversed([n for n in ordered if n in left]):
            same = rows[sale][2:4] == rows[back][2:4] and rows[back][2] is not None
            if same and rows[sale][0] <= rows[back][0] and left[sale] >= -rows[back][4]:
                left[sale] += rows[back][4]
                found.add(back)
                break
    return left, found


row = st.tuples(
    st.integers(0, 4),
    st.sampled_from("12"),
    st.sampled_from(["a", "b", None]),
    st.sampled_from("xy"),
    st.integers(-3, 4).filter(bool),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(row, max_size=14), st.randoms(use_true_random=False))
def test_as_by_hand_and_whatever_the_order(rows, random):
    left, reasons = outcome(lines_of(*rows))
    expected, found = by_hand(rows)
    assert left == {n: number for n, number in expected.items() if number}
    assert {n for n, reason in reasons.items() if reason == "return_matched"} == found
    order = list(range(len(rows)))
    random.shuffle(order)
    assert outcome(lines_of(*rows).take(pa.array(order, pa.int64()))) == (left, reasons)


@pytest.fixture(scope="module")
def with_returns():
    """Simulated receipts and what two customers took back."""
    rng = np.random.default_rng(5)
    table, _ = receipts.load(
        "simulated", rng=rng, n_baskets=200, n_categories=9, n_planted=0, bad_lines=5
    )
    sold = [line for line in table.to_pylist() if line["customer_id"] and line["category"]]
    later = {"time": "2026-04-20T09:00:00Z"}
    back = [
        line | later | {"transaction_id": f"C9{n}", "quantity": -1}
        for n, line in enumerate(sold[::40])
    ]
    return pa.concat_tables([table, pa.Table.from_pylist(back, table.schema)]), len(back)


def prepared(folder, table, **options):
    folder.mkdir(parents=True, exist_ok=True)
    row_group_size = options.pop("row_group_size", None)
    pq.write_table(table, folder / "r.parquet", row_group_size=row_group_size)
    files = [folder / f"{name}.parquet" for name in ("baskets", "rejects", "sales")]
    counted = baskets.prepare(folder / "r.parquet", *files[:2], sales_path=files[2], **options)
    return counted, files


def test_matching_in_the_pipeline_loses_no_line_and_no_cut_changes_a_byte(with_returns, tmp_path):
    table, n_back = with_returns
    whole, files = prepared(tmp_path / "whole", table, returns="match")
    assert whole["accepted"] + whole["rejected"] == whole["lines"] == len(table)
    assert set(whole["rejects"]) == set(lines.REASONS) | set(returns.REASONS)
    assert whole["rejects"]["return_matched"]["lines"] >= n_back - 1
    assert whole["rejects"]["cancelled"]["lines"] == 0
    cut, others = prepared(tmp_path / "cut", table, returns="match", row_group_size=37)
    assert cut == whole
    assert [file.read_bytes() for file in others] == [file.read_bytes() for file in files]
    shuffled = table.take(np.random.default_rng(3).permutation(len(table)))
    again, others = prepared(tmp_path / "shuffled", shuffled, returns="match", row_group_size=50)
    assert again == whole
    for number in (0, 2):
        assert others[number].read_bytes() == files[number].read_bytes()


def test_dropping_stays_the_default(with_returns, tmp_path):
    counted, files = prepared(tmp_path / "default", with_returns[0])
    dropped, others = prepared(tmp_path / "drop", with_returns[0], returns="drop")
    assert counted == dropped
    assert set(counted["rejects"]) == set(lines.REASONS)
    assert files[0].read_bytes() == others[0].read_bytes()
    with pytest.raises(InputError) as caught:
        prepared(tmp_path, with_returns[0], returns="keep")
    assert str(caught.value) == "returns: expected drop or match, got 'keep'"
