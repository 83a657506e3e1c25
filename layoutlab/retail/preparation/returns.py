"""Which sale does a return undo? Returns and cancellations matched to the sales before them.

A return is a line of negative quantity. It undoes a sale of the same store, customer and sku, not
later than itself, that still has at least the returned quantity: the latest such sale. What is
left of a sale stays; a sale taken back in full, and every return, leaves the lines.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.errors import InputError
from layoutlab.retail.preparation import lines

REASONS = {
    "return_matched": "a return or cancellation, taken off the sale it undoes",
    "sale_returned": "a sale taken back in full by later returns",
    "return_unmatched": "a return without an earlier sale as large of its store, customer and sku",
}
CHOICES = ("drop", "match")
WHOSE = ("store_id", "customer_id", "sku")
NEVER = np.iinfo(np.int64).max
ORDER = ("time", "transaction_id", "line_number", "category", "quantity", "unit_price", "line")


def check(choice: str) -> str:
    """Return what to do with returns as it is.

    Raises
    ------
    InputError
        When it is none of `CHOICES`.
    """
    if choice not in CHOICES:
        raise InputError(f"returns: expected {' or '.join(CHOICES)}, got {choice!r}")
    return choice


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
    if not pc.any(pc.less(valid["quantity"], 0)).as_py():
        return valid, lines.REJECTS.empty_table()
    left, undone = undo(valid)
    reason = reasons(valid, left, undone)
    return with_left(valid, left).filter(pa.array(reason == "")), rejected(valid, reason)


def undo(
    valid: pa.Table, left: np.ndarray | None = None, until: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Deal with the returns among lines, as `match` says.

    Parameters
    ----------
    valid : pyarrow.Table
        As for `match`.
    left : ndarray of int, shape (n,), optional
        What earlier returns have left of each line's quantity; all of it when not given.
    until : ndarray of int, shape (n,), optional
        Microseconds since 1970 from which a sale can no longer be undone; never when not given.

    Returns
    -------
    left : ndarray of int, shape (n,)
        What is left now.
    undone : ndarray of bool, shape (n,)
        Whether a line is a return that found its sale.
    """
    quantity = valid["quantity"].to_numpy()
    returned = quantity < 0
    left = quantity.copy() if left is None else left.copy()
    undone = np.zeros(len(valid), bool)
    known = ~valid["customer_id"].is_null().to_numpy(zero_copy_only=False)
    if not (known & returned).any():
        return left, undone
    whose = lines.numbered(valid, *WHOSE)
    concerned = np.flatnonzero(known & np.isin(whose, whose[known & returned]))
    row = concerned[_in_order(valid.take(pa.array(concerned)), whose[concerned])]
    time = _microseconds(valid)
    until = np.full(len(valid), NEVER) if until is None else until
    for group in np.split(row, np.flatnonzero(np.diff(whose[row])) + 1):
        sales = [sale for sale in group if not returned[sale]]
        for back in (line for line in group if returned[line]):
            fitting = (s for s in reversed(sales) if time[s] <= time[back] < until[s])
            sale = next((s for s in fitting if left[s] >= -left[back]), None)
            if sale is not None:
                left[sale] += left[back]
                undone[back] = True
    return left, undone


def reasons(valid: pa.Table, left: np.ndarray, undone: np.ndarray) -> np.ndarray:
    """Return why each line leaves after `undo`, one of `REASONS`, or "" for the sales that stay."""
    returned = valid["quantity"].to_numpy() < 0
    names = ["return_matched", "return_unmatched", "sale_returned"]
    return np.select([undone, returned, left == 0], names, "")


def rejected(valid: pa.Table, reason: np.ndarray) -> pa.Table:
    """Return the lines with a reason as rejects (`lines.REJECTS`), as they came."""
    rejects = [
        lines.rejected_as(valid.filter(pa.array(reason == name)), name)
        for name in REASONS
        if (reason == name).any()
    ]
    return pa.concat_tables([lines.REJECTS.empty_table(), *rejects])


def with_left(valid: pa.Table, left: np.ndarray) -> pa.Table:
    """Return lines with what is left as their quantity."""
    return valid.set_column(valid.schema.get_field_index("quantity"), "quantity", pa.array(left))


def _in_order(concerned: pa.Table, whose: np.ndarray) -> np.ndarray:
    """Return the order of rows by group, then time, then all else that tells them apart."""
    present = [name for name in ORDER if name in concerned.schema.names]
    frame: pd.DataFrame = concerned.select(present).to_pandas().assign(whose=whose)
    order = frame.reset_index(drop=True).sort_values(["whose", *present], kind="stable").index
    return np.asarray(order)


def _microseconds(valid: pa.Table) -> np.ndarray:
    """Return times as whole numbers, 0 where there are none."""
    return np.asarray(pc.fill_null(valid["time"].cast(pa.int64()), 0))
