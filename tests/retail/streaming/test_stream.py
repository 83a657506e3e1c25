"""A stream's tables against the batch's: any order, late lines, duplicates, kills, two workers."""

import filecmp
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.retail.preparation import receipts, simulation
from layoutlab.retail.streaming import ledger, replay, stream, tables
from layoutlab.retail.streaming.ledger import Ledger, Overtaken
from layoutlab.retail.streaming.windows import Windows

HOUR = 3_600
DAY = 86_400
ALL = (*tables.TABLES, "rejects.parquet")


@pytest.fixture(scope="module")
def simulated() -> pa.Table:
    rng = np.random.default_rng(5)
    return simulation.receipts(400, n_categories=10, n_planted=2, bad_lines=3, rng=rng)[0]


@pytest.fixture(scope="module")
def disturbed(simulated, tmp_path_factory):
    """A file of late and repeated lines, and the tables a batch makes of it."""
    folder = tmp_path_factory.mktemp("disturbed")
    rng = np.random.default_rng(6)
    receipts.write(folder / "r.parquet", replay.disturbed(simulated, late=0.2, rng=rng))
    tables.from_file(folder / "r.parquet", folder / "batch")
    return folder


def streamed(path, folder, windows, *, at_most=600, blocks=None):
    """Replay (some blocks of) a file into folder/share; return the tables' counts."""
    source = replay.inspect(path)
    held = Ledger(folder / "share")
    arriving = replay.blocks(source, held.last.position, at_most=at_most)
    if blocks is None:
        stream.run(held, arriving, source, windows)
    else:
        for block in islice(arriving, blocks):
            stream.take_in(held, block, source, windows)
    return tables.from_windows([folder / "share"], folder, source.currency)


def same(first, second, names=ALL):
    return [filecmp.cmp(first / name, second / name, shallow=False) for name in names]


def written(path, rows):
    """Write receipts from (transaction, category, minutes)."""
    start = np.datetime64("2026-03-02", "us")
    table = pa.table(
        {
            "store_id": ["s"] * len(rows),
            "transaction_id": [row[0] for row in rows],
            "time": pa.array([start + np.timedelta64(row[2], "m") for row in rows]),
            "customer_id": ["c"] * len(rows),
            "sku": [row[1] for row in rows],
            "category": [row[1] for row in rows],
            "quantity": [2] * len(rows),
            "unit_price": [0.1] * len(rows),
        }
    )
    receipts.write(path, table.replace_schema_metadata({"currency": "EUR"}))
    return path


def test_late_and_repeated_lines_leave_no_trace_in_the_tables(simulated, disturbed, tmp_path):
    counts = streamed(disturbed / "r.parquet", tmp_path, Windows(DAY, HOUR))
    assert all(same(tmp_path, disturbed / "batch"))
    assert counts["late"] == counts["open"] == 0
    assert counts["lines"] == counts["accepted"] + counts["rejected"]
    assert 0 < counts["most_open"] < 250  # a day and an hour of 28 days' 1,000 lines
    receipts.write(tmp_path / "clean.parquet", simulated)
    tables.from_file(tmp_path / "clean.parquet", tmp_path / "clean")
    assert all(same(tmp_path, tmp_path / "clean", tables.TABLES))


@settings(max_examples=4, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("123"), st.sampled_from("abcd"), st.integers(0, 300)),
        min_size=1,
        max_size=25,
    ),
    seed=st.integers(0, 2**16),
    window=st.sampled_from([60, 1_800, DAY]),
    at_most=st.integers(16, 40),
)
def test_any_order_within_the_lateness_ends_with_the_batch_s_tables(
    tmp_path_factory, rows, seed, window, at_most
):
    """Transactions far longer than a window, duplicates near and far, blocks of any size."""
    folder = tmp_path_factory.mktemp("any")
    rng = np.random.default_rng(seed)
    rows = [rows[i] for i in rng.integers(0, len(rows), 2 * len(rows))]  # some twice, some never
    path = written(folder / "r.parquet", rows)
    tables.from_file(path, folder / "batch")
    counts = streamed(path, folder, Windows(window, 5 * HOUR), at_most=at_most)
    assert counts["late"] == 0
    assert all(same(folder, folder / "batch"))


def test_what_comes_too_late_is_kept_counted_and_missing_from_the_tables_alone(tmp_path):
    rows = [("1", "a", 0), ("2", "b", 61), ("1", "c", 59), ("3", "d", 130), ("2", "c", 100)]
    written(tmp_path / "r.parquet", rows)
    counts = streamed(tmp_path / "r.parquet", tmp_path, Windows(HOUR, 0), at_most=3)
    assert counts == {
        "lines": 5, "accepted": 3, "rejected": 0, "late": 2, "open": 0, "most_open": 1,
        "unreadable": 0, "after_horizon": 0, "baskets": 3,
    }  # fmt: skip
    late = pq.read_table(tmp_path / "late.parquet").to_pylist()
    assert [(row["transaction_id"], row["category"], row["line"]) for row in late] == [
        ("1", "c", 2),
        ("2", "c", 4),
    ]
    in_time = [row for i, row in enumerate(rows) if i not in (2, 4)]
    tables.from_file(written(tmp_path / "t.parquet", in_time), tmp_path / "batch")
    assert all(same(tmp_path, tmp_path / "batch"))


def test_a_stream_killed_at_any_point_goes_on_to_the_same_tables(disturbed, tmp_path):
    path = disturbed / "r.parquet"
    half = streamed(path, tmp_path, Windows(), blocks=1)
    assert 0 < half["open"] < half["lines"] == 600
    held = tmp_path / "share"
    (held / "baskets-00000001-dead0000.parquet").write_bytes(b"half of it")  # never committed
    (held / "baskets-00000002-dead0000.parquet").write_bytes(b"half of it")
    counts = streamed(path, tmp_path, Windows())
    assert all(same(tmp_path, disturbed / "batch"))
    assert not (held / "baskets-00000001-dead0000.parquet").exists()
    assert streamed(path, tmp_path, Windows()) == counts


def test_a_worker_that_was_overtaken_changes_nothing(disturbed, tmp_path):
    path = disturbed / "r.parquet"
    source = replay.inspect(path)
    slow, fast = Ledger(tmp_path / "share"), Ledger(tmp_path / "share")
    blocks = list(replay.blocks(source, at_most=600))
    stream.take_in(fast, blocks[0], source, Windows())
    with pytest.raises(Overtaken):
        stream.take_in(slow, blocks[0], source, Windows())
    stream.run(fast, iter(blocks[1:]), source, Windows())
    tables.from_windows([tmp_path / "share"], tmp_path, source.currency)
    assert all(same(tmp_path, disturbed / "batch"))


def test_bad_lines_alone_close_no_window_and_end_well(tmp_path):
    path = written(
        tmp_path / "r.parquet", [("1", "a", 0), ("1", "b", 0), ("2", None, 1), ("3", None, 2)]
    )
    counts = streamed(path, tmp_path, Windows(), at_most=2)
    assert (counts["accepted"], counts["rejected"]) == (2, 2)
    tables.from_file(path, tmp_path / "batch")
    assert all(same(tmp_path, tmp_path / "batch"))


def test_a_clock_gone_wrong_does_not_close_the_windows_of_others(tmp_path):
    path = written(tmp_path / "r.parquet", [("1", "a", 0), ("2", "b", 9_999_999), ("3", "c", 1)])
    source, held = replay.inspect(path), Ledger(tmp_path / "share")
    today = int(np.datetime64("2026-03-03", "us").astype(int))
    (block,) = replay.blocks(source)
    last = stream.take_in(held, block, source, Windows(), not_after=today, ending=True)
    assert (last.counts["late"], last.counts["accepted"]) == (0, 3)


def test_a_folder_of_another_stream_is_refused(tmp_path):
    ledger.settle(tmp_path, {"window_s": 60, "source": "a"})
    ledger.settle(tmp_path, {"window_s": 60, "source": "a"})
    with pytest.raises(InputError) as caught:
        ledger.settle(tmp_path, {"window_s": 70, "source": "a"})
    assert str(caught.value) == (
        f"expected {tmp_path} to be empty or to hold this stream, but its window_s is 60, not 70: "
        "choose another folder"
    )
