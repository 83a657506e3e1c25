"""`retail stream`, as the command line calls it."""

import argparse
import signal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layoutlab.commands import retail_receipts, retail_stream
from layoutlab.errors import InputError
from layoutlab.retail.preparation import receipts, simulation
from layoutlab.retail.streaming import replay, stream, tables


def parsed(*arguments):
    parser = argparse.ArgumentParser()
    retail_stream.add(parser.add_subparsers())
    return parser.parse_args(["stream", *map(str, arguments)])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "r.parquet"
    receipts.write(path, simulation.receipts(300, 8, 2, 2, rng=np.random.default_rng(2))[0])
    return path


def test_a_replay_interrupted_keeps_what_it_has_and_goes_on(
    file, tmp_path, monkeypatch, interruptible, capsys
):
    monkeypatch.setattr(replay.blocks, "__kwdefaults__", {"at_most": 250})
    options = parsed(file, "-o", tmp_path / "out", "--window", "6h", "--lateness", "30m", "--json")
    assert (options.window, options.lateness) == (21_600, 1_800)
    take_in = stream.take_in

    def interrupted(*arguments, **named):
        signal.raise_signal(signal.SIGINT)
        return take_in(*arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(stream, "take_in", interrupted)
        with pytest.raises(KeyboardInterrupt):
            options.run(options)
    assert (tmp_path / "out/baskets.parquet").exists()
    assert "250 lines, " in capsys.readouterr().err
    summary, code = options.run(options)
    counts = tables.from_file(file, tmp_path / "batch")
    assert code == 0
    assert (summary["lines"], summary["baskets"]) == (counts["lines"], counts["baskets"])
    for name in (*tables.TABLES, "rejects.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "batch" / name).read_bytes()
    other = parsed(file, "-o", tmp_path / "out", "--window", "1d")
    with pytest.raises(InputError, match="to hold this stream, but its lateness_s is 1800"):
        other.run(other)


def test_the_options_of_the_batch_lead_to_the_batch_s_tables(file, tmp_path):
    table = pq.read_table(file)
    place = table.schema.get_field_index("transaction_id")
    nameless = table.set_column(place, "transaction_id", pa.nulls(len(table), pa.string()))
    receipts.write(tmp_path / "r.parquet", nameless)
    words = [tmp_path / "r.parquet", "-o", tmp_path / "out", "--returns", "match", "--json"]
    options = parsed(*words)
    with pytest.raises(InputError, match="give the minutes between two visits"):
        options.run(options)
    assert not (tmp_path / "out").exists()
    options = parsed(*words, "--gap-min", "30", "--horizon", "2d", "--lateness", "40d")
    assert (options.horizon, options.gap_min) == (2 * 86_400, 30)
    summary, code = options.run(options)
    options = ["baskets", tmp_path / "r.parquet", "-o", tmp_path / "batch", "--json"]
    parser = argparse.ArgumentParser()
    retail_receipts.add(parser.add_subparsers())
    batch = parser.parse_args([*map(str, options), "--returns", "match", "--gap-min", "30"])
    counts, _ = batch.run(batch)
    assert code == 0
    assert {name: summary[name] for name in ("lines", "accepted", "rejected", "baskets")} == {
        name: counts[name] for name in ("lines", "accepted", "rejected", "baskets")
    }
    for name in ("baskets.parquet", "sales.parquet", "rejects.parquet"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "batch" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--returns", "keep"], "returns: expected drop or match, got 'keep'"),
        (["--gap-min", "-1"], "gap_min: expected a number of minutes above 0, got -1.0"),
        (["--window", "0s"], "window: expected at least 1 s, got 0"),
    ],
)
def test_options_out_of_range_are_refused_before_work_starts(file, tmp_path, words, message):
    options = parsed(file, "-o", tmp_path / "out", *words)
    with pytest.raises(InputError) as caught:
        options.run(options)
    assert str(caught.value) == message
    assert not (tmp_path / "out").exists()


def test_a_file_cut_in_the_middle_or_empty_is_an_error_before_any_work(file, tmp_path):
    whole = file.read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "none.parquet").write_bytes(b"")
    for name, message in (("cut", "expected a parquet file, but"), ("none", "expected lines of")):
        options = parsed(tmp_path / f"{name}.parquet", "-o", tmp_path / "out")
        with pytest.raises(InputError, match=message):
            options.run(options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "1w", "-5m", "h", "1.5h"])
def test_a_time_of_another_form(text, capsys):
    with pytest.raises(SystemExit):
        parsed("r.parquet", "-o", "x", f"--window={text}")
    assert f"expected a time as 90s, 15m, 6h or 1d, got {text}" in capsys.readouterr().err
