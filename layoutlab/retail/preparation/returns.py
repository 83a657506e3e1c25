"""Which sale does a return undo? Returns and cancellations matched to the sales before them.

A return is a line of negative quantity. It undoes a sale of the same store, customer and sku, not
later than itself, that still has at least the returned quantity: the latest such sale. What is
left of a sale stays; a sale taken back in full, and every return, leaves the lines.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.retail.preparation import lines

REASONS = {
    "return_matched": "a return or cancellation, taken off the sale it undoes",
    "sale_returned": "a sale taken back in full by later returns",
    "return_unmatched": "a return without an earlier sale as large of its store, customer and sku",
}
WHOSE = ("store_id", "customer_id", "sku")
ORDER = ("time", "transaction_id", "line_number", "category", "quantity", "unit_price", "line")


def match(valid: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Take returns off the sales they undo.

    Returns are dealt with in order of time, each with the latest sale that fits. Equal times are
    told apart by the lines' other columns, so that the result does not depend on the order of
    rows. A return of an unknown customer finds no sale. Without times every sale counts as earlier.

    Parameters
    ----------
    valid : pyarrow.Table
        All lines (`lines.VALID`, ``line_number`` when there is one) of the stores, customers and
        skus in it, negative quantities for returns; every line once.

    Returns
    -------
    kept : pyarrow.Table
        The sales left, each with the quantity left, at least 1, in the order they came.
    rejects : pyarrow.Table
        The other lines as they came (`lines.REJECTS`), for one of `REASONS`.
    """
    returned = pc.less(valid["quantity"], 0).to_numpy(zero_copy_only=False)
    if not returned.any():
        return valid, lines.REJECTS.empty_table()
    left, undone = _undo(valid, returned)
    reason = np.select(
        [undone, returned, left == 0], ["return_matched", "return_unmatched", "sale_returned"], ""
    )
    rejects = [
        lines.rejected_as(valid.filter(pa.array(reason == name)), name)
        for name in REASONS
        if (reason == name).any()
    ]
    place = valid.schema.get_field_index("quantity")
    kept = valid.set_column(place, "quantity", pa.array(left)).filter(pa.array(reason == ""))
    return kept, pa.concat_tables([lines.REJECTS.empty_table(), *rejects])


def _undo(valid: pa.Table, returned: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what is left of every line's quantity, and which returns found their sale."""
    left = valid["quantity"].to_numpy().copy()
    undone = np.zeros(len(valid), bool)
    known = ~valid["customer_id"].is_null().to_numpy(zero_copy_only=False)
    whose = lines.numbered(valid, *WHOSE)
    concerned = np.flatnonzero(known & np.isin(whose, whose[known & returned]))
    row = concerned[_in_order(valid.take(pa.array(concerned)), whose[concerned])]
    time = _microseconds(valid)
    for group in np.split(row, np.flatnonzero(np.diff(whose[row])) + 1):
        sales = [sale for sale in group if not returned[sale]]
        for back in (line for line in group if returned[line]):
            fitting = (s for s in reversed(sales) if time[s] <= time[back])
            sale = next((s for s in fitting if left[s] >= -left[back]), None)
            if sale is not None:
                left[sale] += left[back]
                undone[back] = True
    return left, undone


def _in_order(concerned: pa.Table, whose: np.ndarray) -> np.ndarray:
    """Return the order of rows by group, then time, then all else that tells them apart."""
    present = [name for name in ORDER if name in concerned.schema.names]
    frame: pd.DataFrame = concerned.select(present).to_pandas().assign(whose=whose)
    order = frame.reset_index(drop=True).sort_values(["whose", *present], kind="stable").index
    return np.asarray(order)


def _microseconds(valid: pa.Table) -> np.ndarray:
    """Return times as whole numbers, 0 where there are none."""
    return np.asarray(pc.fill_null(valid["time"].cast(pa.int64()), 0))
