"""Streams with returns, line numbers or visits: the batch's tables, through Beam and its files."""

import filecmp
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_project import hear_interrupts

from layoutlab.errors import InputError
from layoutlab.retail.preparation import lines, receipts
from layoutlab.retail.streaming import replay, stream, tables
from layoutlab.retail.streaming.ledger import Ledger
from layoutlab.retail.streaming.settling import Cleaning
from layoutlab.retail.streaming.windows import Windows, judged

DAY_S = 86_400
BEGIN = np.datetime64("2026-03-02", "us")
ALL = (*tables.TABLES, "rejects.parquet")


def written(path, rows, *, numbered=False):
    """Write receipts from (transaction, customer, sku, minute, quantity, number)."""
    columns = list(zip(*rows, strict=True))
    text = [pa.array(columns[place], pa.string()) for place in (0, 1, 2, 5)]
    table = pa.table(
        {
            "store_id": ["s"] * len(rows),
            "transaction_id": text[0],
            "time": pa.array([BEGIN + np.timedelta64(row[3], "m") for row in rows]),
            "customer_id": text[1],
            "sku": text[2],
            "category": text[2],
            "quantity": columns[4],
            "unit_price": [0.1] * len(rows),
            **({"line_number": text[3]} if numbered else {}),
        }
    )
    path.parent.mkdir(exist_ok=True)
    receipts.write(path, table.replace_schema_metadata({"currency": "EUR"}))
    return path


def streamed(path, folder, windows, cleaning, at_most):
    source, held = replay.inspect(path, cleaning.gap_min), Ledger(folder / "share")
    arriving = replay.blocks(source, held.last.position, at_most=at_most)
    stream.run(held, arriving, source, windows, cleaning)
    return tables.from_windows([folder / "share"], folder, source.currency)


def batched(path, folder, cleaning):
    return tables.from_file(path, folder, returns=cleaning.returns, gap_min=cleaning.gap_min)


def same(first, second, names=ALL):
    return {name: filecmp.cmp(first / name, second / name, shallow=False) for name in names}


KINDS = {
    "numbers": (Cleaning(), True),
    "numbers and returns": (Cleaning("match"), True),
    "visits and returns": (Cleaning("match", 45), False),
}
row = st.tuples(
    st.sampled_from(["1", "2", "C3"]), st.sampled_from("ab"), st.sampled_from("xyz"),
    st.integers(0, 3 * 1_440), st.integers(-2, 4).filter(bool), st.sampled_from("12"),
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=2, deadline=None)
@given(rows=st.lists(row, min_size=4, max_size=20), seed=st.integers(0, 2**16),
       lateness=st.sampled_from([600, 3 * DAY_S]), at_most=st.integers(24, 41))  # fmt: skip
def test_shuffled_late_and_repeated_lines_end_in_the_batch_s_tables(
    tmp_path_factory, kind, rows, seed, lateness, at_most
):
    """As the batch of all lines in time; too late are exactly those that the windows say."""
    cleaning, numbered = KINDS[kind]
    folder = tmp_path_factory.mktemp("any")
    rng = np.random.default_rng(seed)
    rows = [
        ("1", "a", "x", 0, 1, "9"),
        *(rows[i] for i in rng.integers(0, len(rows), 2 * len(rows))),
    ]
    if cleaning.gap_min:
        rows = [(None, *row[1:]) for row in rows]
    if not cleaning.matching:
        rows = [(*row[:4], abs(row[4]), row[5]) for row in rows]
    path = written(folder / "r.parquet", rows, numbered=numbered)
    counts = streamed(path, folder / "stream", Windows(DAY_S // 4, lateness), cleaning, at_most)
    minutes = np.array([row[3] for row in rows])
    time_us = (BEGIN + minutes.astype("timedelta64[m]")).astype(np.int64)
    late, _ = judged(time_us, Windows(DAY_S // 4, lateness))
    assert counts["late"] == late.sum()
    assert counts["lines"] == counts["accepted"] + counts["rejected"] + counts["late"] == len(rows)
    in_time = [row for row, is_late in zip(rows, late, strict=True) if not is_late]
    batched(written(folder / "t.parquet", in_time, numbered=numbered), folder / "batch", cleaning)
    names = tables.TABLES if late.any() else ALL
    assert all(same(folder / "stream", folder / "batch", names).values())


def test_the_sale_of_80995_pieces_and_its_cancellation_on_another_day(tmp_path):
    rows = [("581483", "16446", "23843", 0, 80_995, None), ("1", "a", "x", 1, 1, None)]
    rows += [("C581484", "16446", "23843", 2_000, -80_995, None), ("2", "a", "x", 4_000, 1, None)]
    path = written(tmp_path / "r.parquet", rows)
    counts = streamed(path, tmp_path / "s", Windows(), Cleaning("match"), 2)
    assert (counts["accepted"], counts["rejected"], counts["baskets"]) == (2, 2, 2)
    batched(path, tmp_path / "b", Cleaning("match"))
    assert all(same(tmp_path / "s", tmp_path / "b").values())
    reasons = pq.read_table(tmp_path / "s/rejects.parquet")["reason"].to_pylist()
    assert reasons == ["sale_returned", "return_matched"]


def test_returns_after_the_horizon_are_put_aside_and_counted(tmp_path):
    rows = [
        ("1", "a", "x", 0, 5, None),
        ("2", "a", "y", 0, 1, None),
        ("C3", "a", "x", 5 * 1_440, -2, None),  # its sale is forgotten
        ("C4", "a", "y", 5 * 1_440, -2, None),  # never had one as large
        ("C5", "b", "x", 5 * 1_440, -2, None),  # never had one
        ("C6", None, "x", 5 * 1_440, -2, None),
    ]
    path = written(tmp_path / "r.parquet", rows)
    cleaning = Cleaning("match", horizon_s=2 * DAY_S)
    counts = streamed(path, tmp_path, Windows(DAY_S, 0), cleaning, 3)
    assert counts["after_horizon"] == 1
    assert (counts["accepted"], counts["rejected"]) == (2, 3)
    (aside,) = pq.read_table(tmp_path / "after-horizon.parquet").to_pylist()
    assert (aside["line"], aside["reason"]) == (2, "return_after_horizon")
    rejects = pq.read_table(tmp_path / "rejects.parquet")
    assert rejects.schema == lines.REJECTS
    assert rejects["line"].to_pylist() == [3, 4, 5]


def test_a_stream_of_numbered_lines_that_ends_with_bad_ones_or_holds_none(tmp_path):
    rows = [("1", "a", "x", 0, 1, "1"), ("2", "a", None, 1, 1, "1"), ("3", "a", None, 1, 1, "1")]
    path = written(tmp_path / "r.parquet", rows, numbered=True)
    counts = streamed(path, tmp_path / "s", Windows(), Cleaning("match"), 2)
    assert (counts["accepted"], counts["rejected"]) == (1, 2)
    source, held = replay.inspect(path), Ledger(tmp_path / "none/share")
    stream.run(held, iter(()), source, Windows(), Cleaning("match"))
    counts = tables.from_windows([tmp_path / "none/share"], tmp_path / "none", "EUR")
    assert set(counts.values()) == {0}


WORK = """\
import os, signal, sys
from layoutlab.retail.streaming import replay, stream
from layoutlab.retail.streaming.ledger import Ledger
from layoutlab.retail.streaming.settling import Cleaning
from layoutlab.retail.streaming.windows import Windows

source = replay.inspect(sys.argv[1])
held = Ledger(sys.argv[2])
write = stream._following
def killed(*arguments):
    if held.last.number == 1:
        print("writing the second", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)  # all files written, none named
    return write(*arguments)
stream._following = killed
stream.run(held, replay.blocks(source, at_most=90), source, Windows(), Cleaning("match"))
"""


def test_killed_with_sales_and_numbers_remembered_it_goes_on_to_the_same_tables(tmp_path):
    rng = np.random.default_rng(4)
    minutes = np.sort(rng.integers(0, 12 * 1_440, 240))
    draw = zip(minutes, *rng.integers(0, 6, (3, 240)), strict=True)
    rows = [
        (f"{minute // 60}", "ab"[who % 2], "xyz"[what % 3], minute, 1 + what - 3 * (n == 0), str(n))
        for minute, who, what, n in draw
        if 1 + what - 3 * (n == 0)
    ]
    rows += [(*row[:3], row[3] + 2_000, *row[4:]) for row in rows[:100:9]]  # again, days later
    rows.sort(key=lambda row: row[3])
    path = written(tmp_path / "r.parquet", rows, numbered=True)
    command = [sys.executable, "-c", WORK, str(path), str(tmp_path / "stream/share")]
    run = subprocess.run(command, capture_output=True, text=True, preexec_fn=hear_interrupts)
    assert (run.returncode, run.stdout) == (-9, "writing the second\n"), run.stderr
    held = Ledger(tmp_path / "stream/share").last
    assert held.number == 1
    assert set(held.state) == {"open", "held", "seen"}
    counts = streamed(path, tmp_path / "stream", Windows(), Cleaning("match"), 200)
    assert counts["lines"] == counts["accepted"] + counts["rejected"] == len(rows)
    found = batched(path, tmp_path / "batch", Cleaning("match"))["rejects"]
    assert found["duplicate"]["lines"] > 0
    assert found["return_matched"]["lines"] > 0
    assert all(same(tmp_path / "stream", tmp_path / "batch").values())
    Ledger(tmp_path / "stream/share")  # removes what the killed one left
    left_over = {file.name.split("-")[0] for file in (tmp_path / "stream/share").iterdir()}
    assert left_over <= {"checkpoint", "baskets", "sales", "sold", "rejects", "open"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"returns": "keep"}, "returns: expected drop or match, got 'keep'"),
        ({"gap_min": 0.0}, "gap_min: expected a number of minutes above 0, got 0.0"),
        ({"horizon_s": -1}, "horizon: expected at least 0 s, got -1"),
    ],
)
def test_cleaning_out_of_range(given, message):
    with pytest.raises(InputError) as caught:
        Cleaning(**given)
    assert str(caught.value) == message


def test_without_transactions_a_gap_is_needed_and_is_part_of_what_the_stream_is(tmp_path):
    path = written(tmp_path / "r.parquet", [(None, "a", "x", 0, 1, None)])
    with pytest.raises(InputError, match=r"no line has one; to make visits of customers and times"):
        replay.inspect(path)
    source = replay.inspect(path, 30)
    replay.run(source, tmp_path / "out", Windows(), Cleaning(gap_min=30))
    with pytest.raises(InputError, match=r"to hold this stream, but its gap_min is 30, not 40"):
        replay.run(source, tmp_path / "out", Windows(), Cleaning(gap_min=40))
