"""Files as streams: blocks, pace and disturbance."""

import numpy as np
import pyarrow as pa
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.preparation import receipts
from layoutlab.retail.streaming import replay
from layoutlab.retail.streaming.stream import Block

COLUMNS = {"store_id": "s", "customer_id": "c", "sku": "x", "category": "x"}


def table(seconds, start="2026-03-02T09:00:00"):
    n = len(seconds)
    times = np.datetime64(start, "us") + np.array(seconds, "timedelta64[s]")
    columns = {name: [text] * n for name, text in COLUMNS.items()}
    columns |= {"transaction_id": [str(i) for i in range(n)], "time": times}
    columns |= {"quantity": [1] * n, "unit_price": [1.0] * n}
    return pa.table({name: columns[name] for name in receipts.SCHEMA.names})


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("position", [0, 3, 7, 10])
def test_blocks_hold_every_line_from_a_position_on_once(tmp_path, suffix, position):
    path = tmp_path / f"r{suffix}"
    if suffix == ".parquet":
        pa.parquet.write_table(table(range(10)), path, row_group_size=4)
    else:
        table(range(10)).to_pandas().to_csv(path, index=False)
    source = replay.inspect(path)
    blocks = list(replay.blocks(source, position, at_most=3))
    assert [line for block in blocks for line in block.lines["line"].to_pylist()] == list(
        range(position, 10)
    )
    assert [block.position for block in blocks] == [*range(position + 3, 10, 3), 10][: len(blocks)]


def test_paced_lines_come_when_their_time_has_come():
    seconds = [0, 60, 30, 600, 605, 1_200]
    clock = [100.0]

    def wait(s):
        clock[0] += s

    lines = table(seconds).append_column("line", pa.array(range(6)))
    paced = replay.paced(iter([Block(lines, 6)]), 60.0, wall_s=5.0, now=lambda: clock[0], wait=wait)
    given = [(clock[0], block.lines["line"].to_pylist(), block.position) for block in paced]
    assert given == [
        (100.0, [0], 1),
        (105.0, [1, 2], 3),
        (110.0, [3], 4),
        (115.0, [4], 5),
        (120.0, [5], 6),
    ]


def test_infinite_speed_waits_for_nothing():
    blocks = iter([Block(table([0]), 1)])
    assert replay.paced(blocks, float("inf")) is blocks


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_speed_out_of_range(speed):
    with pytest.raises(InputError, match=r"^speed: expected a number above 0, got"):
        replay.paced(iter([]), speed)


def test_disturbed_lines_are_all_there_and_none_comes_later_than_told():
    lines = table(range(0, 100_000, 100))
    shaken = replay.disturbed(
        lines, late=0.3, duplicates=0.1, delay_s=900, rng=np.random.default_rng(1)
    )
    assert len(shaken) == 1_100
    assert set(shaken["transaction_id"].to_pylist()) == set(lines["transaction_id"].to_pylist())
    time = shaken["time"].cast(pa.int64()).to_numpy()
    behind = np.maximum.accumulate(time) - time
    assert 0 < behind.max() <= 900 * 1_000_000
    assert (behind > 0).mean() > 0.2
    again = replay.disturbed(
        lines, late=0.3, duplicates=0.1, delay_s=900, rng=np.random.default_rng(1)
    )
    assert again.equals(shaken)


def test_receipts_without_times_cannot_be_replayed(tmp_path):
    lines = table([0, 1]).drop_columns("time").append_column("time", pa.nulls(2, pa.string()))
    receipts.write(tmp_path / "r.parquet", lines.select(receipts.SCHEMA.names))
    with pytest.raises(InputError, match=r"^expected receipts with times to replay"):
        replay.inspect(tmp_path / "r.parquet")
