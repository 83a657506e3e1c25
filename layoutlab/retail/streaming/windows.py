"""Is the time up for these lines? Event-time windows, the watermark, and what comes too late.

Time is cut into windows of equal length, counted from 1970-01-01 UTC. The watermark is the time up
to which lines are believed complete: the newest time seen less the lateness that is allowed. A
window closes when the watermark reaches its end; a line of a window that was closed when the line
arrived is too late and is put aside. Whether a line is too late is decided line by line in the
order of arrival, so that it does not depend on how many lines are taken in at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from layoutlab.errors import InputError
from layoutlab.flow import beam

MICROS = 1_000_000
BEGINNING = -(2**62)


@dataclass(frozen=True)
class Windows:
    """How time is cut, and how long a window waits for its lines.

    Attributes
    ----------
    length_s : int
        Seconds of a window, at least 1.
    lateness_s : int
        Seconds of event time by which a line may come after the newest one, at least 0.
    """

    length_s: int = 86_400
    lateness_s: int = 3_600

    def __post_init__(self) -> None:
        if self.length_s < 1:
            raise InputError(f"window: expected at least 1 s, got {self.length_s}")
        if self.lateness_s < 0:
            raise InputError(f"lateness: expected at least 0 s, got {self.lateness_s}")

    def ends(self, time: np.ndarray) -> np.ndarray:
        """Return the ends of the windows of times, both in microseconds since 1970."""
        length = self.length_s * MICROS
        return np.asarray((time // length + 1) * length)

    def watermark(self, newest: Any) -> Any:
        """Return the watermark for the newest time seen, both in microseconds since 1970."""
        return newest - self.lateness_s * MICROS

    def closed_to(self, newest: int, behind_us: int = 0) -> int:
        """Return the end of the last window closed by a newest time, and for so long already."""
        length = self.length_s * MICROS
        closed = self.watermark(newest) // length * length
        return int((closed - behind_us) // length * length)


def newest_of(schema: pa.Schema) -> int:
    """Return the newest time that waiting lines hold in their metadata."""
    return int(schema.metadata[b"newest"])


def microseconds(table: pa.Table) -> np.ndarray:
    """Return the times of lines in microseconds since 1970, int64 of shape (n,)."""
    return np.asarray(table["time"].cast(pa.int64()).to_numpy())


def judged(
    time: np.ndarray, windows: Windows, newest: int = BEGINNING, not_after: int | None = None
) -> tuple[np.ndarray, int]:
    """Tell which lines arrived after their window was closed, and how new the newest is now.

    Parameters
    ----------
    time : ndarray of int64, shape (n,)
        Microseconds since 1970, in the order of arrival.
    windows : Windows
    newest : int
        The newest time of all earlier lines.
    not_after : int, optional
        A later time is a clock gone wrong and does not count as the newest.

    Returns
    -------
    late : ndarray of bool, shape (n,)
    newest : int
    """
    believed = time if not_after is None else np.where(time <= not_after, time, BEGINNING)
    seen = np.maximum.accumulate(np.concatenate([[newest], believed]))
    late = windows.ends(time) <= windows.watermark(seen[:-1])
    return np.asarray(late), int(seen[-1])


class Sorted(NamedTuple):
    """Lines by what the watermark says of their window.

    Attributes
    ----------
    closing, open, late : PCollection of pyarrow.Table
        Lines of windows that close now; lines that wait, in one table whose metadata holds the
        newest time; lines of windows closed before.
    """

    closing: beam.PCollection
    open: beam.PCollection
    late: beam.PCollection


class SortByWatermark(beam.PTransform):
    """Sort new valid lines, and those that wait, by what the watermark says of their window.

    The new lines are one table, the next block of a stream; `waiting` are the lines in open
    windows, read from a parquet file.
    """

    def __init__(
        self, windows: Windows, waiting: str, newest: int, not_after: int | None, ending: bool
    ) -> None:
        super().__init__()
        self.arguments = windows, waiting, newest, not_after, ending

    def expand(self, valid: beam.PCollection) -> Any:
        """Sort the lines of each table."""
        sort = beam.FlatMap(_sort, *self.arguments).with_output_types(tuple[str, pa.Table])
        named = valid | "sort" >> sort
        closing, waiting, late = (
            named | name >> beam.FlatMap(_called, name).with_output_types(pa.Table)
            for name in Sorted._fields
        )
        return Sorted(closing, waiting, late)


class WindowLines(beam.PTransform):
    """Put valid lines into Beam's own event-time windows, for a runner that closes them itself.

    A table is cut into one per window, stamped with the earliest of its times. A window's pane is
    fired when the watermark passes its end, and again, with all its lines, for every late table
    within the allowed lateness; what comes later is dropped by the runner.
    """

    def __init__(self, windows: Windows) -> None:
        super().__init__()
        self.windows = windows

    def expand(self, valid: beam.PCollection) -> beam.PCollection:
        """Cut, stamp and window."""
        trigger = beam.transforms.trigger
        return (
            valid
            | "cut" >> beam.FlatMap(_stamped, self.windows).with_output_types(pa.Table)
            | beam.WindowInto(
                beam.window.FixedWindows(self.windows.length_s),
                trigger=trigger.AfterWatermark(late=trigger.AfterCount(1)),
                accumulation_mode=trigger.AccumulationMode.ACCUMULATING,
                allowed_lateness=self.windows.lateness_s,
            )
        )


def _sort(
    new: pa.Table,
    windows: Windows,
    waiting: str,
    newest: int,
    not_after: int | None,
    ending: bool,
) -> Iterator[tuple[str, pa.Table]]:
    held = pq.read_table(waiting, use_threads=False).replace_schema_metadata()
    late, newest = judged(microseconds(new), windows, newest, not_after)
    if late.any():
        yield "late", new.filter(pa.array(late))
        new = new.filter(pa.array(~late))
    held = pa.concat_tables([held, new])
    still = windows.ends(microseconds(held)) > windows.watermark(newest)
    still &= not ending
    if not still.all():
        yield "closing", held.filter(pa.array(~still))
    kept = held.filter(pa.array(still)).replace_schema_metadata({"newest": str(newest)})
    yield "open", kept


def _called(named: tuple[str, pa.Table], name: str) -> Iterator[pa.Table]:
    if named[0] == name:
        yield named[1]


def _stamped(valid: pa.Table, windows: Windows) -> Iterator[Any]:
    """Cut a table where its window changes and stamp each part with its earliest time."""
    time = microseconds(valid)
    order = np.argsort(windows.ends(time), kind="stable")
    ends = windows.ends(time)[order]
    cuts = [0, *(np.flatnonzero(np.diff(ends)) + 1), len(time)]
    for low, high in pairwise(cuts):
        rows = order[low:high]
        earliest = beam.utils.timestamp.Timestamp(micros=int(time[rows].min()))
        yield beam.window.TimestampedValue(valid.take(pa.array(rows)), earliest)
