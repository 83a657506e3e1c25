"""What has to be remembered of closed windows? Numbers for repeats, sales for returns, open visits.

A batch sees all lines at once; a stream sees a line's repeat, its return or the next line of its
visit when its window is long closed. What may still come bounds what is kept: a number and a sale
are remembered for a horizon of event time behind the end of their window, a visit until its gap is
over. Behind a horizon decides event time alone, never how lines were cut into blocks: a return
finds no older sale, a repeat no older number, though they might still be at hand.

All lines before the boundary are known: it is the end of the last window closed. Times are whole
microseconds since 1970.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.retail.preparation import lines, returns, sessions
from layoutlab.retail.preparation.receipts import LINE_NUMBER
from layoutlab.retail.streaming.windows import Windows, microseconds

SEEN = pa.schema(
    {
        "store_id": pa.string(),
        "transaction_id": pa.string(),
        LINE_NUMBER: pa.string(),
        "time": pa.timestamp("us", "UTC"),
    }
)
LEFT = pa.field("left", pa.int64())
REMEMBERED = -1
Named = tuple[str, pa.Table]


def padded(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with all columns of a schema: null, and `REMEMBERED` as ``line``, if new."""
    added = {"line": pa.repeat(REMEMBERED, len(table))}
    columns = [
        table[field.name]
        if field.name in table.column_names
        else added.get(field.name, pa.nulls(len(table), field.type))
        for field in schema
    ]
    return pa.table(columns, schema)


def once(part: pa.Table, windows: Windows, horizon_us: int, boundary: int) -> Iterator[Named]:
    """Drop repeated lines, of this time and of windows before: as `lines.repeated`, but bounded.

    Parameters
    ----------
    part : pyarrow.Table
        All lines of some transactions in the windows that close now (`lines.VALID` and their
        number), and remembered numbers (`SEEN`, `padded`).
    windows : Windows
    horizon_us : int
        A line repeats the one before it of the same number if it is earlier than this behind the
        end of that one's window.
    boundary : int

    Yields
    ------
    name, table
        ``valid`` lines, ``rejects`` (`lines.REJECTS`) and the numbers still to be remembered as
        ``seen`` (`SEEN`); each perhaps empty.
    """
    remembered = part["line"].to_numpy() == REMEMBERED
    numbered = pc.and_(*(pc.is_valid(part[name]) for name in lines.SAME_NUMBER[1:]))
    numbered = numbered.to_numpy(zero_copy_only=False)
    repeated = np.zeros(len(part), bool)
    rows = np.flatnonzero(~numbered)
    repeated[rows] = lines.repeated(part.take(pa.array(rows)))
    rows = np.flatnonzero(numbered)
    with_number = part.take(pa.array(rows))
    repeated[rows] = _again(with_number, windows, horizon_us)
    yield "valid", part.filter(pa.array(~remembered & ~repeated))
    again = part.filter(pa.array(~remembered & repeated))
    yield "rejects", lines.rejected_as(again, "duplicate")
    last = with_number.group_by(list(lines.SAME_NUMBER), use_threads=False)
    last = last.aggregate([("time", "max")]).rename_columns(SEEN.names)
    yield "seen", last.filter(pa.array(_until(last, windows, horizon_us) > boundary))


def take_back(part: pa.Table, windows: Windows, horizon_us: int, boundary: int) -> Iterator[Named]:
    """Match returns with sales of this time and before: as `returns.match`, but bounded.

    Parameters
    ----------
    part : pyarrow.Table
        All lines of some stores, customers and skus in the windows that close now (`lines.VALID`),
        each once, and the sales held for them; ``left`` is what is left of those, null for others.
    windows : Windows
    horizon_us : int
        A return undoes a sale if it is earlier than this behind the end of the sale's window.
    boundary : int

    Yields
    ------
    name, table
        ``settled``: sales that no return can undo any more, with the quantity left; ``rejects``
        (`lines.REJECTS`); ``held``: sales that still wait, with ``left``. Each perhaps empty.
    """
    valid = part.drop_columns([LEFT.name])
    until = _until(valid, windows, horizon_us)
    before = pc.coalesce(part[LEFT.name], part["quantity"]).to_numpy()
    left, undone = returns.undo(valid, before, until)
    reason = returns.reasons(valid, left, undone)
    known = pc.is_valid(valid["customer_id"]).to_numpy(zero_copy_only=False)
    waits = (reason == "") & known & (until > boundary)
    yield "rejects", returns.rejected(valid, reason)
    yield "held", valid.append_column(LEFT, pa.array(left)).filter(pa.array(waits))
    yield "settled", returns.with_left(valid, left).filter(pa.array((reason == "") & ~waits))


def end_visits(part: pa.Table, gap_min: float, boundary: int) -> Iterator[Named]:
    """Name the visits of some customers, and part those that are over from those that may go on.

    Parameters
    ----------
    part : pyarrow.Table
        Lines (`lines.VALID`) of some stores and customers: those of their open visits, and all
        that came to them.
    gap_min : float
        As for `sessions.sessionise`.
    boundary : int
        All settled lines before are known.

    Yields
    ------
    name, table
        ``settled`` lines of visits that are over, their transactions named, and those of ``open``
        ones; each perhaps empty.
    """
    named = sessions.sessionise(part, gap_min=gap_min)
    visit = lines.numbered(named, "store_id", "customer_id", "transaction_id")
    time = pd.Series(microseconds(named))
    last = time.groupby(visit).transform("max").to_numpy()
    over = boundary - last > gap_min * sessions.US_PER_MIN
    yield "settled", named.filter(pa.array(over))
    yield "open", named.filter(pa.array(~over))


def _until(table: pa.Table, windows: Windows, horizon_us: int) -> np.ndarray:
    """Return from which time on each line is forgotten."""
    return windows.ends(microseconds(table)) + horizon_us


def _again(rows: pa.Table, windows: Windows, horizon_us: int) -> np.ndarray:
    """Tell which numbered lines repeat the one before them of the same number."""
    number = lines.numbered(rows, *lines.SAME_NUMBER)
    _, kind, size = np.unique(number, return_inverse=True, return_counts=True)
    candidates = np.flatnonzero(size[kind] > 1)
    some = rows.take(pa.array(candidates))
    frame = some.select(lines.ORDER).to_pandas().reset_index(drop=True)
    frame = frame.assign(kind=kind[candidates], us=microseconds(some))
    frame = frame.assign(until=_until(some, windows, horizon_us))
    frame = frame.sort_values(["kind", *lines.ORDER], kind="stable")
    before = frame[["kind", "until"]].shift(fill_value=0)
    again = (frame["kind"] == before["kind"]) & (frame["us"] < before["until"])
    again.iloc[:1] = False
    result = np.zeros(len(rows), bool)
    result[candidates] = again.sort_index().to_numpy()
    return result
