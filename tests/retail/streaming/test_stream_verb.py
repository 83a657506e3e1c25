"""`retail stream`, as the command line calls it."""

import argparse
import signal

import numpy as np
import pytest

from layoutlab.commands import retail_stream
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


@pytest.mark.parametrize("text", ["", "1w", "-5m", "h", "1.5h"])
def test_a_time_of_another_form(text, capsys):
    with pytest.raises(SystemExit):
        parsed("r.parquet", "-o", "x", f"--window={text}")
    assert f"expected a time as 90s, 15m, 6h or 1d, got {text}" in capsys.readouterr().err
