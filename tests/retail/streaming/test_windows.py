"""Windows against a loop over lines, and Beam's own windows on the runner that is exact."""

import json

import numpy as np
import pyarrow as pa
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing.test_stream import TestStream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.transforms.window import TimestampedValue
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.flow import beam
from layoutlab.retail.preparation import lines
from layoutlab.retail.preparation.baskets import FormBaskets
from layoutlab.retail.preparation.cleaning import DropDuplicateLines, GatherTransactions
from layoutlab.retail.streaming.windows import BEGINNING, WindowLines, Windows, judged

S = 1_000_000
TestStream.__test__ = False


def one_by_one(times, windows, newest, not_after):
    """Judge as the module says it is judged: line by line."""
    late = []
    for time in times:
        end = (time // (windows.length_s * S) + 1) * windows.length_s * S
        late.append(end <= newest - windows.lateness_s * S)
        if not_after is None or time <= not_after:
            newest = max(newest, time)
    return late, newest


@given(
    times=st.lists(st.integers(-50 * S, 200 * S), max_size=30),
    length=st.integers(1, 60),
    lateness=st.integers(0, 60),
    not_after=st.none() | st.integers(0, 150 * S),
    cut=st.integers(0, 30),
)
def test_lines_are_judged_as_one_by_one_in_whatever_blocks_they_come(
    times, length, lateness, not_after, cut
):
    windows = Windows(length, lateness)
    expected = one_by_one(times, windows, BEGINNING, not_after)
    late, newest = judged(np.array(times, np.int64), windows, BEGINNING, not_after)
    assert (list(late), newest) == expected
    first, between = judged(np.array(times[:cut], np.int64), windows, BEGINNING, not_after)
    second, newest = judged(np.array(times[cut:], np.int64), windows, between, not_after)
    assert ([*first, *second], newest) == expected


def test_a_line_is_too_late_from_the_moment_its_window_closes():
    windows = Windows(length_s=60, lateness_s=10)
    times = np.array([0, 69 * S, 59 * S, 70 * S, 59 * S, 60 * S])
    late, newest = judged(times, windows)
    assert list(late) == [False, False, False, False, True, False]
    assert newest == 70 * S


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"length_s": 0}, "window: expected at least 1 s, got 0"),
        ({"lateness_s": -1}, "lateness: expected at least 0 s, got -1"),
    ],
)
def test_windows_out_of_range(given, message):
    with pytest.raises(InputError) as caught:
        Windows(**given)
    assert str(caught.value) == message


def valid(*rows: tuple[str, str, int]) -> pa.Table:
    """Lines from (transaction, category, seconds); the line's number is its place."""
    return pa.table(
        {
            "store_id": ["s"] * len(rows),
            "transaction_id": [row[0] for row in rows],
            "time": pa.array([row[2] * S for row in rows]).cast(pa.timestamp("us", "UTC")),
            "customer_id": pa.nulls(len(rows), pa.string()),
            "sku": [row[1] for row in rows],
            "category": [row[1] for row in rows],
            "quantity": [1] * len(rows),
            "unit_price": [1.0] * len(rows),
            "line": range(len(rows)),
        },
        lines.VALID,
    )


def described(baskets, window=beam.DoFn.WindowParam, pane=beam.DoFn.PaneInfoParam):
    """Say what a pane holds: its window, when it fired, its transactions and their items."""
    names = json.loads(baskets.schema.metadata[b"categories"])
    for row in baskets.to_pylist():
        items = "".join(names[code] for code in row["items"])
        timing = {0: "early", 1: "on time", 2: "late"}[pane.timing]
        yield int(window.end), timing, row["transaction_id"], items


def test_windows_watermark_and_lateness_of_the_same_transforms_on_a_stream():
    """A late line within the allowance fires its window again; one beyond it is dropped."""
    stream = (
        TestStream()
        .advance_watermark_to(0)
        .add_elements([TimestampedValue(valid(("1", "a", 5), ("2", "a", 65)), 5)])
        .add_elements([TimestampedValue(valid(("1", "b", 7), ("1", "b", 7)), 7)])
        .advance_watermark_to(61)
        .add_elements([TimestampedValue(valid(("1", "c", 8)), 8)])  # late, within 30 s
        .advance_watermark_to(91)
        .add_elements([TimestampedValue(valid(("1", "d", 9)), 9)])  # its window is gone
        .advance_watermark_to_infinity()
    )
    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam.Pipeline(runner="BundleBasedDirectRunner", options=options) as pipeline:
        windowed = pipeline | stream | WindowLines(Windows(60, 30))
        once = windowed | GatherTransactions() | DropDuplicateLines()
        panes = once.valid | FormBaskets() | beam.FlatMap(described)
        expected = [
            (60, "on time", "1", "ab"),
            (60, "late", "1", "abc"),
            (120, "on time", "2", "a"),
        ]
        assert_that(panes, equal_to(expected))
