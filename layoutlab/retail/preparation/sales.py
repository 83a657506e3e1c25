"""What did the store sell? Counts over receipts as they came, and by hour over clean lines.

Amounts of clean lines are summed as decimals, exactly, so that no order of work changes a byte.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab import canonical
from layoutlab.retail.preparation import lines, receipts
from layoutlab.retail.preparation.simulation import CANCELLED

SCHEMA = pa.schema(
    {
        "store_id": pa.string(),
        "hour": pa.timestamp("us", "UTC"),
        "category": pa.string(),
        "lines": pa.int64(),
        "pieces": pa.int64(),
        "amount": pa.float64(),
    }
)
KEYS = SCHEMA.names[:3]
AMOUNT = pa.decimal128(38, 6)
MOST_EXPENSIVE = 1e9
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def read(path: str | Path, columns: Sequence[str]) -> pa.Table:
    """Return columns of a whole receipts file: text without blanks at its ends, times read."""
    raw = pa.concat_tables(table.select(columns) for table in receipts.raw_lines(path))
    ready = {
        name: lines.times(raw[name])[1] if name == "time" else receipts.trimmed(raw[name])
        for name in columns
    }
    return pa.table(ready)


def totals(path: str | Path) -> dict[str, Any]:
    """Count what a receipts file holds.

    Returns
    -------
    dict
        ``lines``, and distinct ``transactions`` (of a store), ``customers``, ``skus``,
        ``categories``, ``stores``; ``cancelled_lines`` and ``cancelled_transactions``, by their
        name; ``currency``.
    """
    sold = read(path, receipts.TEXT)
    cancelled = sold.filter(pc.starts_with(sold["transaction_id"], CANCELLED))
    distinct = {
        "stores": "store_id",
        "customers": "customer_id",
        "skus": "sku",
        "categories": "category",
    }
    return {
        "lines": len(sold),
        "transactions": _transactions(sold),
        "cancelled_lines": len(cancelled),
        "cancelled_transactions": _transactions(cancelled),
        "currency": receipts.inspect(path).currency,
        **{name: pc.count_distinct(sold[column]).as_py() for name, column in distinct.items()},
    }


def lines_by_category(path: str | Path) -> pd.Series:
    """Return lines per category, most first, ties by name."""
    category: pd.Series = read(path, ["category"])["category"].to_pandas()
    return category.value_counts().sort_index().sort_values(ascending=False, kind="stable")


def lines_by_transaction(path: str | Path) -> np.ndarray:
    """Return the number of lines of every transaction, shape (n_transactions,), any order."""
    sold = read(path, ["store_id", "transaction_id"]).drop_null()
    grouped = sold.group_by(["store_id", "transaction_id"], use_threads=False)
    return np.asarray(grouped.aggregate([([], "count_all")])["count_all"])


def lines_by_hour(path: str | Path) -> pd.DataFrame:
    """Return lines per weekday (rows, Monday first) and hour of the day (columns 0 to 23), UTC.

    All zero when no time can be read.
    """
    time = read(path, ["time"])["time"].drop_null().to_pandas()
    counted = pd.crosstab(time.dt.day_of_week, time.dt.hour) if len(time) else pd.DataFrame()
    counted = counted.reindex(index=range(7), columns=range(24), fill_value=0).fillna(0).astype(int)
    return counted.set_axis(WEEKDAYS, axis="index")


def count(clean: pa.Table) -> pa.Table:
    """Count clean lines by store, hour and category.

    Returns
    -------
    pyarrow.Table
        The columns of `SCHEMA`, amounts as decimals. ``hour`` is the hour's beginning in UTC, null
        without times; ``lines`` and ``pieces`` are counts; ``amount`` is the sum of quantity times
        unit price, prices rounded to a millionth, those above `MOST_EXPENSIVE` left out; null where
        no line has a price.
    """
    price = clean["unit_price"]
    believed = pc.if_else(pc.less_equal(price, MOST_EXPENSIVE), price, None).cast(
        pa.decimal128(16, 6), safe=False
    )
    amount = pc.multiply(believed, clean["quantity"].cast(pa.decimal128(19, 0)))
    hour = pc.floor_temporal(clean["time"], unit="hour")
    one = pa.repeat(1, len(clean))
    columns = [clean["store_id"], hour, clean["category"], one, clean["quantity"], amount]
    return add_up([pa.table(columns, SCHEMA.names)])


def add_up(parts: Iterable[pa.Table]) -> pa.Table:
    """Return the sum of several counts."""
    grouped = pa.concat_tables(parts).group_by(KEYS, use_threads=False)
    summed = grouped.aggregate([(name, "sum") for name in SCHEMA.names[3:]])
    summed = summed.rename_columns(SCHEMA.names)
    return summed.set_column(5, "amount", summed["amount"].cast(AMOUNT))


def write(sales: pa.Table, path: str | Path, currency: str) -> None:
    """Write counted sales, the currency in the schema's metadata."""
    ordered = sales.sort_by([(name, "ascending") for name in KEYS]).cast(SCHEMA)
    canonical.write_parquet(path, ordered, {"currency": currency})


def _transactions(sold: pa.Table) -> int:
    return len(sold.group_by(["store_id", "transaction_id"], use_threads=False).aggregate([]))
