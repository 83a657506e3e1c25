"""Which lines of the receipts do we believe? Valid lines on one side, rejects on the other.

A bad line is put aside as it came, with the first reason of `REASONS` that fits it, and counted;
it never stops the rest.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.retail.preparation.receipts import (
    LINE_NUMBER,
    REQUIRED,
    SCHEMA,
    TEXT,
    Source,
    as_text,
    trimmed,
)
from layoutlab.retail.preparation.simulation import CANCELLED

REASONS = {
    "missing_field": "store, transaction, sku, category or time is not there",
    "time_unreadable": "the time is not a timestamp or ISO 8601 text",
    "quantity_unreadable": "the quantity is not there or not a whole number",
    "cancelled": f"negative quantity on a transaction named {CANCELLED}…",
    "quantity_not_positive": "zero or negative quantity, not named a cancellation: a return",
    "price_unreadable": "the unit price is not there or not a finite number",
    "price_not_positive": "zero or negative unit price",
    "duplicate": "an earlier line is the same in every column",
}
REJECTS = pa.schema(
    {"line": pa.int64(), "reason": pa.string(), **{name: pa.string() for name in SCHEMA.names}}
)
NO_TRANSACTION = tuple(name for name in REQUIRED if name != "transaction_id")
VALID = SCHEMA.append(pa.field("line", pa.int64()))
SAME_NUMBER = ("store_id", "transaction_id", LINE_NUMBER)
ORDER = ["time", "sku", "category", "customer_id", "quantity", "unit_price", "line"]


def validate(
    raw: pa.Table, source: Source, *, with_returns: bool = False
) -> tuple[pa.Table, pa.Table]:
    """Split lines as they came into valid lines and rejects; duplicates are found later.

    Parameters
    ----------
    raw : pyarrow.Table
        Lines with the columns of `SCHEMA`, in any type `receipts.inspect` lets pass, and ``line``,
        their number in the file.
    source : Source
        What the whole file is: an untimed source needs no times, an unpriced one no prices. One
        without transactions needs customers instead.
    with_returns : bool
        Whether lines of negative quantity, cancelled ones among them, are valid.

    Returns
    -------
    valid : pyarrow.Table
        The columns of `SCHEMA` in its types, text without blanks at its ends, ``line``, and
        `LINE_NUMBER` as text where the source has it.
    rejects : pyarrow.Table
        The schema `REJECTS`: every value as text, the first reason that fits, and ``line``.
    """
    text = {name: trimmed(raw[name]) for name in TEXT}
    given, time = times(raw["time"])
    quantity, price = _numbers(raw["quantity"]), _numbers(raw["unit_price"])
    required = REQUIRED if source.transacted else (*NO_TRANSACTION, "customer_id")
    missing = np.logical_or.reduce([_null(text[name]) for name in required])
    cancelled = _true(pc.starts_with(text["transaction_id"], CANCELLED))
    unreadable = ~np.isfinite(quantity) | (quantity != np.floor(quantity))
    conditions = {
        "missing_field": missing | (source.timed & ~given),
        "time_unreadable": source.timed & _null(time),
        "quantity_unreadable": unreadable | (np.abs(quantity) >= 2**53),
        "cancelled": cancelled & (quantity < 0) & (not with_returns),
        "quantity_not_positive": quantity == 0 if with_returns else quantity <= 0,
        "price_unreadable": source.priced & ~np.isfinite(price),
        "price_not_positive": source.priced & (price <= 0),
    }
    reason = np.select(list(conditions.values()), range(1, len(conditions) + 1), 0)
    numbers = pa.array(np.where(reason == 0, quantity, 0).astype(np.int64)), pa.array(price)
    columns = text | dict(zip(("time", "quantity", "unit_price"), (time, *numbers), strict=True))
    if not source.priced:
        columns["unit_price"] = pa.nulls(len(raw), pa.float64())
    valid = pa.table([*(columns[name] for name in SCHEMA.names), raw["line"]], VALID)
    if source.numbered:
        valid = valid.append_column(LINE_NUMBER, trimmed(raw[LINE_NUMBER]))
    valid = valid if not reason.any() else valid.filter(pa.array(reason == 0))
    return valid, _rejects(raw, reason, list(conditions))


def rejected_as(lines: pa.Table, reason: str) -> pa.Table:
    """Return lines of any types as rejects (`REJECTS`) for one reason."""
    columns = {name: as_text(lines[name]) for name in SCHEMA.names}
    columns |= {"line": lines["line"], "reason": pa.repeat(reason, len(lines))}
    return pa.table([columns[name] for name in REJECTS.names], REJECTS)


def times(column: pa.ChunkedArray) -> tuple[np.ndarray, pa.ChunkedArray]:
    """Read times: timestamps, dates or ISO 8601 text; a time without a zone is taken as UTC.

    Returns
    -------
    given : ndarray of bool, shape (n,)
        Whether there is anything to read.
    times : pyarrow.ChunkedArray of timestamp, shape (n,)
        Null where unreadable.
    """
    wanted = SCHEMA.field("time").type
    if pa.types.is_null(column.type) or column.null_count == len(column):
        return np.zeros(len(column), bool), pa.nulls(len(column), wanted)
    if not pa.types.is_timestamp(column.type) and not pa.types.is_date(column.type):
        text = trimmed(column)
        parsed = pd.to_datetime(text.to_pandas(), format="ISO8601", utc=True, errors="coerce")
        utc = parsed.dt.tz_convert(None).to_numpy().astype("datetime64[us]")
        return ~_null(text), pa.chunked_array([pa.array(utc)]).cast(wanted)
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return ~_null(column), column.cast(wanted, safe=False)
    return ~_null(column), column.cast(pa.timestamp("us"), safe=False).cast(wanted)


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Return floats, NaN where there is no number."""
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())
    numbers = pd.to_numeric(as_text(column).to_pandas(), errors="coerce")
    return np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan))


def _null(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(column.is_null().to_numpy(zero_copy_only=False))


def _true(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.fill_null(column, False).to_numpy(zero_copy_only=False))


def _rejects(raw: pa.Table, reason: np.ndarray, names: list[str]) -> pa.Table:
    """Return the lines whose reason is not 0 as rejects, in the order they came."""
    if not reason.any():
        return REJECTS.empty_table()
    bad = raw.filter(pa.array(reason > 0))
    named = pa.array([names[code - 1] for code in reason[reason > 0]], pa.string())
    rejected = rejected_as(bad, "")
    return rejected.set_column(REJECTS.get_field_index("reason"), "reason", named)


def numbered(lines: pa.Table, *names: str) -> np.ndarray:
    """Number the rows by what stands in some columns: the same number for the same values.

    Returns
    -------
    ndarray of int64, shape (n,)
        At least 0; ordered neither by value nor by appearance, and with gaps. Nulls are a value.
    """
    number = np.zeros(len(lines), np.int64)
    for name in names:
        coded = lines[name].combine_chunks().dictionary_encode(null_encoding="encode")
        number = number * max(len(coded.dictionary), 1) + coded.indices.to_numpy()
    return number


def distinct(number: np.ndarray) -> np.ndarray:
    """Return the distinct numbers, ascending."""
    ascending = np.sort(number)
    first = np.ones(len(ascending), bool)
    first[1:] = ascending[1:] != ascending[:-1]
    return ascending[first]


def repeated(lines: pa.Table) -> np.ndarray:
    """Tell which lines repeat another: the same in every column of the contract, or in number.

    Of lines that are the same in every column the first by ``line`` is kept. Where there is a
    column `LINE_NUMBER`, lines of one store and transaction with the same number repeat each other
    whatever else stands in them; kept is the one of the earliest time, then of the smallest sku,
    category, customer, quantity and price, so that the choice does not depend on the order in
    which they arrived. A line without a number, or without a transaction in which a number would
    mean something, is compared in every column.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    if LINE_NUMBER not in lines.schema.names:
        return _repeated(lines, ("transaction_id", "sku"), SCHEMA.names)
    unnumbered = _null(lines[LINE_NUMBER]) | _null(lines["transaction_id"])
    result = np.zeros(len(lines), bool)
    for rows, near, same in (
        (np.flatnonzero(unnumbered), ("transaction_id", "sku"), SCHEMA.names),
        (np.flatnonzero(~unnumbered), SAME_NUMBER, list(SAME_NUMBER)),
    ):
        result[rows] = _repeated(lines.take(pa.array(rows)), near, same)
    return result


def _repeated(lines: pa.Table, near: tuple[str, ...], same: list[str]) -> np.ndarray:
    """Tell which lines repeat one before them in `ORDER`; only near ones are compared in full."""
    number = numbered(lines, *near)
    ascending = np.sort(number)
    shared = ascending[1:][ascending[1:] == ascending[:-1]]
    candidates = np.flatnonzero(np.isin(number, shared))
    chosen = dict.fromkeys([*ORDER, *same])
    frame = lines.select(list(chosen)).take(pa.array(candidates)).to_pandas()
    frame = frame.reset_index(drop=True).sort_values(ORDER, kind="stable")
    result = np.zeros(len(lines), bool)
    result[candidates] = frame.duplicated(same).sort_index().to_numpy()
    return result
