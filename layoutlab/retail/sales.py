"""What did the store sell? Plain counts over receipts as they came, before any line is judged."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.retail import lines, receipts
from layoutlab.retail.simulation import CANCELLED

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


def _transactions(sold: pa.Table) -> int:
    return len(sold.group_by(["store_id", "transaction_id"], use_threads=False).aggregate([]))
