"""When did each customer come, and what did they spend? From receipts to one row per visit.

All receipts of a customer on one UTC day are one visit: what a customer pays twice at the same
till is one trip to the store. Receipts without a customer say nothing here and are counted.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from layoutlab.errors import InputError
from layoutlab.retail.preparation import lines, receipts

DAY_S = 86_400
COLUMNS = ("customer_id", "day", "spend", "pieces", "categories")


def read(path: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the believable lines of known customers, and what was left out.

    Parameters
    ----------
    path : str or Path
        A receipts file with times, see `layoutlab.retail.preparation.receipts.inspect`.

    Returns
    -------
    bought : pandas.DataFrame
        customer_id, time (UTC), category, quantity, spend (currency of the file), in the order of
        customer, time and category.
    counts : dict
        ``lines``, ``rejected`` by reason, ``without_customer``, ``repeated``, ``kept``.

    Raises
    ------
    InputError
        As `receipts.inspect`, when the file has no times, or no line of a known customer is left.
    """
    source = receipts.inspect(path)
    if not source.timed:
        raise InputError(f"expected receipts with times in {path}, but it has none")
    valid, rejected, start = [], [], 0
    for block in receipts.raw_lines(path):
        number = pa.array(np.arange(start, start + len(block)))
        good, bad = lines.validate(block.append_column("line", number), source)
        valid.append(good)
        rejected.append(bad["reason"].to_pandas())
        start += len(block)
    frame = pa.concat_tables(valid).to_pandas().drop(columns="line")
    known = frame[frame["customer_id"].notna()]
    once = known.drop_duplicates()
    if once.empty:
        raise InputError(f"expected lines of known customers in {path}, but none names one")
    counts = {
        "lines": start,
        "rejected": pd.concat(rejected).value_counts().sort_index().to_dict(),
        "without_customer": len(frame) - len(known),
        "repeated": len(known) - len(once),
        "kept": len(once),
    }
    spend = once["quantity"] * once["unit_price"].fillna(0.0)
    order = ["customer_id", "time", "category", "quantity", "spend"]
    bought = once.assign(spend=spend)[order].sort_values(order[:3] + order[4:], kind="stable")
    return bought.reset_index(drop=True), counts


def visits(bought: pd.DataFrame) -> pd.DataFrame:
    """Return one row per customer and day.

    Parameters
    ----------
    bought : pandas.DataFrame
        As `read` gives it.

    Returns
    -------
    pandas.DataFrame
        Ordered by customer and day: customer_id; day (int, days since the first day of the data);
        spend; pieces; categories (number of distinct ones).
    """
    stamp = bought["time"].to_numpy("datetime64[s]").astype("int64") // DAY_S
    by_day = bought.assign(day=stamp - stamp.min()).groupby(["customer_id", "day"], sort=True)
    return by_day.agg(
        spend=("spend", "sum"), pieces=("quantity", "sum"), categories=("category", "nunique")
    ).reset_index()


def category_counts(
    bought: pd.DataFrame, *, most: int = 200
) -> tuple[np.ndarray, list[str], list[str]]:
    """Return on how many lines each customer bought each category.

    Parameters
    ----------
    bought : pandas.DataFrame
        As `read` gives it.
    most : int
        Categories kept: those of most customers, ties by name.

    Returns
    -------
    counts : ndarray of float32, shape (customers, categories)
    customers, categories : list of str
        Both sorted by name.
    """
    met = bought[["customer_id", "category"]].drop_duplicates()["category"].value_counts()
    kept = sorted(sorted(met.index, key=lambda name: (-met[name], name))[:most])
    table = pd.crosstab(bought["customer_id"], bought["category"]).reindex(columns=kept)
    return table.to_numpy("float32"), table.index.tolist(), kept
