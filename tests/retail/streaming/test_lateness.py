"""Lateness against counting by hand, and the figures drawn of it."""

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.retail.streaming import lateness, stream_plots
from layoutlab.retail.streaming.ledger import Checkpoint
from layoutlab.retail.streaming.windows import Windows

S = 1_000_000


def arrived(seconds):
    time = pa.array([None if s is None else s * S for s in seconds], pa.int64())
    return pa.table({"time": time.cast(pa.timestamp("us", "UTC"))})


def test_how_far_behind_by_hand():
    assert list(lateness.behind_s(arrived([0, 60, 30, None, 90, 0]))) == [0, 0, 30, 0, 90]


def test_shares_too_late_by_hand():
    raw = arrived([0, 61, 30, 121, 61, 59])
    shares = lateness.too_late_shares(raw, [60, 120], [0, 1, 62])
    assert shares.to_numpy().tolist() == [[0.5, 2 / 6], [0.5, 2 / 6], [0, 0]]


@given(
    times=st.lists(st.integers(0, 300), min_size=1, max_size=40),
    length=st.integers(1, 120),
    allowed=st.integers(0, 120),
)
def test_waiting_lines_are_those_of_a_loop(times, length, allowed):
    held, newest, expected = [], -(10**9), []
    for time in times:
        if (time // length + 1) * length > newest - allowed:
            held.append((time // length + 1) * length)
        newest = max(newest, time)
        held = [end for end in held if end > newest - allowed]
        expected.append(len(held))
    found = lateness.waiting(arrived(times), Windows(length, allowed))
    assert found.tolist() == expected


def test_progress_and_figures():
    counts = {"lines": 3, "accepted": 1, "rejected": 1, "late": 0, "unreadable": 0, "open": 1}
    told = [Checkpoint(counts=counts), Checkpoint(newest=7_200 * S, counts=counts)]
    record = lateness.progress(told, Windows(60, 3_600))
    assert pd.isna(record["watermark"][0])
    assert record["watermark"][1] == pd.Timestamp("1970-01-01T01:00Z")
    ax = stream_plots.draw_waiting(np.array([1, 2, 0]), record, caption="words")
    assert ax.get_xlabel() == "lines that have come"
    time = np.array([0, 5, 3], "datetime64[s]")
    assert len(stream_plots.draw_arrivals(time, 2).lines) == 3
    shares = lateness.too_late_shares(arrived([0, 61, 30]), [60, 90, 3_600, 86_400], [0, 60])
    legend = stream_plots.draw_too_late(shares).get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["1 min", "90 s", "1 h", "1 d"]
