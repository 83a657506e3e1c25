"""Which returns came when their sale was forgotten? Those that a longer horizon would have matched.

A stream forgets sales (`remembering`), yet has them on disk: what was left of each when it was
settled. A return without sale is looked up there once, when tables are written, and put aside if
one as large, of the same store, customer and sku, not later than itself, had been forgotten. The
sale stays in the tables: to count it as undone, a longer horizon is needed, or the batch.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layoutlab.retail.preparation import lines, returns

COLUMNS = [*returns.WHOSE, "time", "quantity"]
REASON = "return_after_horizon"


def sold(settled: pa.Table) -> pa.Table:
    """Return what is kept of settled lines: those of known customers, in `COLUMNS`."""
    return settled.filter(pc.is_valid(settled["customer_id"])).select(COLUMNS)


def part(rejects: pa.Table, sold_paths: Iterable[Path]) -> tuple[pa.Table, pa.Table]:
    """Part rejects into those of the batch, and returns whose sale was forgotten.

    Parameters
    ----------
    rejects : pyarrow.Table
        `lines.REJECTS`.
    sold_paths : iterable of Path
        Files of `sold`.

    Returns
    -------
    rejects, after_horizon : pyarrow.Table
        The latter for the reason `REASON`.
    """
    unmatched = pc.equal(rejects["reason"], "return_unmatched")
    row = np.flatnonzero(pc.and_(unmatched, pc.is_valid(rejects["customer_id"])))
    back = _as_numbers(rejects.take(pa.array(row))).assign(row=row)
    found = np.zeros(len(rejects), bool)
    for path in sold_paths if len(back) else ():
        customers = pc.field("customer_id").isin(back["customer_id"].unique().tolist())
        sale = pq.read_table(path, filters=customers, use_threads=False).to_pandas()
        pairs = back.merge(sale, on=list(returns.WHOSE), suffixes=("", "_sold"))
        earlier = pairs["time_sold"] <= pairs["time"]
        found[pairs["row"][earlier & (pairs["quantity_sold"] >= -pairs["quantity"])]] = True
    aside = rejects.filter(pa.array(found))
    place = rejects.schema.get_field_index("reason")
    aside = aside.set_column(place, "reason", pa.repeat(REASON, len(aside)))
    return rejects.filter(pa.array(~found)), aside


def _as_numbers(rejects: pa.Table) -> pd.DataFrame:
    """Return rejected returns with times and quantities again, which stand there as text."""
    time = lines.times(rejects["time"])[1]
    whose = rejects.select(list(returns.WHOSE))
    quantity = rejects["quantity"].cast(pa.int64())
    table = whose.append_column("time", time).append_column("quantity", quantity)
    frame: pd.DataFrame = table.to_pandas()
    return frame
