"""Are baskets and pair counts exact, whatever the order of lines and the cuts of the file?"""

import json
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from apache_beam.portability.api import beam_runner_api_pb2
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab import flow
from layoutlab.errors import InputError
from layoutlab.retail.affinities import pairs
from layoutlab.retail.preparation import baskets, lines, receipts

LETTERS = "abcdef"


def receipts_of(*rows):
    """Return a table of lines, given as (store, transaction, category) and changed fields."""
    return pa.Table.from_pylist(
        [
            {
                "store_id": store,
                "transaction_id": transaction,
                "time": "2026-03-02T08:00:00Z",
                "customer_id": None,
                "sku": category,
                "category": category,
                "quantity": 1,
                "unit_price": 1.0,
            }
            | changed
            for store, transaction, category, changed in rows
        ]
    )


def prepared(folder, table, **options):
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "receipts.parquet", **options)
    counted = baskets.prepare(
        folder / "receipts.parquet", folder / "baskets.parquet", folder / "rejects.parquet"
    )
    return counted, pq.read_table(folder / "baskets.parquet")


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(11)
    table, truth = receipts.load(
        "simulated", rng=rng, n_baskets=400, n_categories=12, n_planted=2, bad_lines=7
    )
    return table, truth


@pytest.fixture(scope="module")
def whole(simulated, tmp_path_factory):
    """What comes of the simulated lines, in order and in one row group: counts and folder."""
    folder = tmp_path_factory.mktemp("whole")
    counted, _ = prepared(folder, simulated[0])
    return counted, folder


def test_baskets_of_a_few_lines(tmp_path):
    table = receipts_of(
        ("s", "2", "milk", {"time": "2026-03-02T09:00:00Z"}),
        ("s", "1", "milk", {"time": "2026-03-02T08:05:00Z", "customer_id": "b"}),
        ("s", "1", "bread", {"time": "2026-03-02T08:01:00Z"}),
        ("s", "1", "milk", {"sku": "another", "customer_id": "a", "time": "2026-03-02T08:05:00Z"}),
        ("t", "1", "apples", {"time": "2026-03-02T08:30:00Z"}),
    )
    counted, found = prepared(tmp_path, table)
    assert json.loads(found.schema.metadata[b"categories"]) == ["apples", "bread", "milk"]
    assert found.schema.equals(baskets.SCHEMA)
    rows = [(row["store_id"], row["transaction_id"], row["items"]) for row in found.to_pylist()]
    assert rows == [("s", "1", [1, 2]), ("t", "1", [0]), ("s", "2", [2])]
    assert str(found["time"][0].as_py()) == "2026-03-02 08:01:00+00:00"
    assert found["customer_id"].to_pylist() == ["a", None, None]
    assert (counted["lines"], counted["accepted"], counted["rejected"]) == (5, 5, 0)
    assert (counted["baskets"], counted["basket_items"], counted["categories"]) == (3, 4, 3)


def test_duplicates_are_rejected_once_each_and_nothing_else_is(tmp_path):
    line = ("s", "1", "milk", {})
    table = receipts_of(
        line,
        ("s", "1", "milk", {"quantity": 2}),
        line,
        ("s", "1", "milk", {"customer_id": "a"}),
        line,
        ("t", "1", "milk", {}),
    )
    counted, _ = prepared(tmp_path, table, row_group_size=1)
    rejects = pq.read_table(tmp_path / "rejects.parquet")
    assert rejects["line"].to_pylist() == [2, 4]
    assert rejects["reason"].to_pylist() == ["duplicate", "duplicate"]
    assert counted["rejects"]["duplicate"] == {"lines": 2, "transactions": 1}
    assert counted["accepted"] == 4


def test_what_was_planted_is_what_is_rejected(simulated, whole):
    table, truth = simulated
    counted, folder = whole
    found = pq.read_table(folder / "baskets.parquet")
    rejected = {reason: number["lines"] for reason, number in counted["rejects"].items()}
    assert rejected == truth["bad_lines"]
    assert counted["accepted"] == truth["n_lines"]
    assert counted["accepted"] + counted["rejected"] == counted["lines"] == len(table)
    assert counted["baskets"] == len(found) == truth["n_baskets"]
    rejects = pq.read_table(folder / "rejects.parquet")
    assert rejects.schema.equals(lines.REJECTS)
    rejects = rejects.filter(pc.not_equal(rejects["reason"], "duplicate"))
    as_it_came = table.take(rejects["line"])
    for name in ("time", "transaction_id", "category"):
        assert rejects[name].to_pylist() == as_it_came[name].to_pylist()


@pytest.mark.parametrize("row_group_size", [97, 1_000])
def test_cuts_of_the_file_change_no_byte(simulated, whole, tmp_path, row_group_size):
    prepared(tmp_path, simulated[0], row_group_size=row_group_size)
    for name in ("baskets.parquet", "rejects.parquet"):
        assert (tmp_path / name).read_bytes() == (whole[1] / name).read_bytes()


def test_order_of_lines_changes_no_basket(simulated, whole, tmp_path):
    table, _ = simulated
    shuffled = table.take(np.random.default_rng(4).permutation(len(table)))
    counted, folder = whole
    again, _ = prepared(tmp_path, shuffled, row_group_size=300)
    assert again == counted
    name = "baskets.parquet"
    assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    rejects = [
        pq.read_table(where / "rejects.parquet").drop_columns("line").to_pylist()
        for where in (tmp_path, folder)
    ]
    first, second = (sorted(map(str, rows)) for rows in rejects)
    assert first == second


def test_csv_gives_the_same_baskets(simulated, whole, tmp_path):
    table, _ = simulated
    expected = pq.read_table(whole[1] / "baskets.parquet")
    path = tmp_path / "receipts.csv"
    table.to_pandas().to_csv(path, index=False)
    baskets.prepare(path, tmp_path / "again.parquet", tmp_path / "others.parquet")
    assert pq.read_table(tmp_path / "again.parquet").equals(expected)


PORTABLE = {"impulse", "pardo", "group_by_key", "flatten"}


@pytest.mark.parametrize("visits", [False, True])
def test_the_graph_stays_portable(simulated, tmp_path, visits):
    """Impulse, ParDo, GroupByKey and Flatten alone: what Flink, Spark, Dataflow and Dask all run.

    No second outputs (Beam 2.77's DaskRunner mixes them up), no side inputs, state or timers, and
    one last step that follows from all others (the DaskRunner computes no other).
    """
    receipts.write(tmp_path / "r.parquet", simulated[0])
    source = replace(receipts.inspect(tmp_path / "r.parquet"), transacted=not visits)
    pipeline = flow.pipeline()
    clean = baskets.CleanLines(source, match_returns=True, gap_min=30.0)
    paths = [tmp_path / f"{name}.parquet" for name in "bjs"]
    tables = baskets.WriteTables("EUR", *paths)
    pipeline | baskets.ReadReceipts(source) | clean | tables
    proto = pipeline.to_runner_api()
    steps = proto.components.transforms
    leaves = {
        name: step
        for name, step in steps.items()
        if not step.subtransforms and set(step.inputs.values()) != set(step.outputs.values())
    }
    kinds = {step.spec.urn.split(":")[2] for step in leaves.values()}
    assert kinds == PORTABLE
    for step in leaves.values():
        assert len(step.outputs) == 1
        if step.spec.urn == "beam:transform:pardo:v1":
            described = beam_runner_api_pb2.ParDoPayload.FromString(step.spec.payload)
            assert not described.side_inputs
            assert not described.state_specs
            assert not described.timer_family_specs
    assert {e.urn for e in proto.components.environments.values()} <= {
        "beam:env:embedded_python:v1",
        "beam:env:default:v1",
    }
    used = {name for step in leaves.values() for name in step.inputs.values()}
    made = {name for step in leaves.values() for name in step.outputs.values()}
    assert len(made - used) == 1


def test_no_valid_line_left(tmp_path):
    table = receipts_of(("s", "1", "milk", {"quantity": 0}), ("s", "1", None, {}))
    with pytest.raises(InputError) as caught:
        prepared(tmp_path, table)
    assert str(caught.value).replace(str(tmp_path), "DIR") == (
        "expected at least one valid line in DIR/receipts.parquet, but all 2 are rejected "
        "(1 missing_field, 1 quantity_not_positive); see DIR/rejects.parquet"
    )
    assert len(pq.read_table(tmp_path / "rejects.parquet")) == 2
    assert not (tmp_path / "baskets.parquet").exists()


def test_a_file_damaged_inside_is_one_clear_error(simulated, tmp_path, caplog):
    table, _ = simulated
    path = tmp_path / "receipts.parquet"
    pq.write_table(table, path)
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(4)
    begin = column.dictionary_page_offset + 30
    content[begin : begin + column.total_compressed_size - 60] = bytes(
        column.total_compressed_size - 60
    )
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        baskets.prepare(path, tmp_path / "baskets.parquet", tmp_path / "rejects.parquet")
    assert str(caught.value).startswith(f"{path} is damaged and cannot be read: ")
    assert "while running" not in str(caught.value)
    assert caplog.text == ""
    assert not (tmp_path / "baskets.parquet").exists()


def test_a_file_that_holds_no_baskets(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "x.parquet")
    with pytest.raises(InputError) as caught:
        pairs.count(tmp_path / "x.parquet")
    assert str(caught.value) == (
        f"expected baskets as parquet with their categories in {tmp_path / 'x.parquet'}"
    )


def brute_force(transactions):
    """Count baskets with each two of their categories, one with itself included."""
    return Counter(
        pair
        for bought in transactions
        for pair in [*combinations(sorted(bought), 2), *((item, item) for item in bought)]
    )


@settings(max_examples=8, deadline=None)
@given(
    transactions=st.lists(st.sets(st.sampled_from(LETTERS), min_size=1), min_size=1, max_size=12),
    seed=st.integers(0, 2**16),
    row_group_size=st.integers(1, 20),
)
def test_pair_counts_are_those_of_brute_force(tmp_path_factory, transactions, seed, row_group_size):
    rows = [
        ("s", str(number), item, {"sku": item * copies})
        for number, bought in enumerate(transactions)
        for item in sorted(bought)
        for copies in (1, 2)
    ]
    order = np.random.default_rng(seed).permutation(len(rows))
    folder = tmp_path_factory.mktemp("pairs")
    prepared(folder, receipts_of(*(rows[i] for i in order)), row_group_size=row_group_size)
    counts = pairs.count(folder / "baskets.parquet")
    names = counts.categories
    together = counts.together.tocoo()
    found = {
        (str(names[i]), str(names[j])): int(number)
        for i, j, number in zip(together.row, together.col, together.data, strict=True)
    }
    assert found == brute_force(transactions)
    assert counts.n_baskets == len(transactions)
    assert counts.n_pairs == sum(a != b for a, b in found)
    assert counts.n_occurrences == sum(number for (a, b), number in found.items() if a != b)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.integers(0, 9)), max_size=25), st.integers(1, 30))
def test_blocks_of_any_size_add_up(bought, at_once):
    lists = pa.array([sorted(items) for items in bought], pa.list_(pa.int32()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pairs, "PAIRS_AT_ONCE", at_once)
        total = sum((part.toarray() for part in pairs.triangles(lists, 10)), np.zeros((10, 10)))
    expected = brute_force(bought)
    assert {(i, j): total[i, j] for i, j in np.argwhere(total)} == expected
