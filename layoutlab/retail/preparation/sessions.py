"""Which lines belong to one visit, where receipts have no transaction numbers?

Lines of one store and customer belong to one visit as long as no two neighbours in time are
further apart than a given gap.
"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.errors import InputError
from layoutlab.retail.preparation import lines
from layoutlab.retail.preparation.receipts import Source

US_PER_MIN = 60_000_000


def check_gap(gap_min: float) -> float:
    """Return the gap as it is.

    Raises
    ------
    InputError
        When it is not a finite number above 0.
    """
    if not (np.isfinite(gap_min) and gap_min > 0):
        raise InputError(f"gap_min: expected a number of minutes above 0, got {gap_min}")
    return gap_min


def gap_of(source: Source, gap_min: float | None) -> float:
    """Return the gap between visits, 0 when visits are the transactions of the source.

    Raises
    ------
    InputError
        When the source has no transactions and there is no gap, a bad one, or no time either.
    """
    if source.transacted:
        return 0.0
    if gap_min is None:
        raise InputError(
            f"expected transactions in {source.path}, but no line has one; to make visits of "
            "customers and times, give the minutes between two visits (gap_min)"
        )
    if not source.timed:
        raise InputError(f"expected transactions or times in {source.path}, but no line has any")
    return check_gap(gap_min)


def sessionise(valid: pa.Table, *, gap_min: float) -> pa.Table:
    """Name visits: fill ``transaction_id`` from store, customer and the gaps between lines.

    Parameters
    ----------
    valid : pyarrow.Table
        All lines (`lines.VALID`) of the stores and customers in it; customers and times are known.
    gap_min : float
        Minutes, above 0. A line exactly that long after the one before belongs to its visit.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order; ``transaction_id`` is the customer, ``@`` and the visit's
        first time in UTC, so that it depends neither on the order of rows nor on other visits.

    Raises
    ------
    InputError
        When the gap is not a number above 0.
    """
    check_gap(gap_min)
    whose = lines.numbered(valid, "store_id", "customer_id")
    time = valid["time"].cast(pa.int64()).to_numpy()
    order = np.lexsort((time, whose))
    first = np.ones(len(valid), bool)
    apart = np.diff(time[order]) > gap_min * US_PER_MIN
    first[1:] = apart | (np.diff(whose[order]) != 0)
    begins = np.empty(len(valid), np.int64)
    begins[order] = time[order][first][np.cumsum(first) - 1]
    at = np.datetime_as_string(begins.astype("datetime64[us]"), unit="us")
    named = pc.binary_join_element_wise(
        valid["customer_id"], pa.array(pd.Series(at) + "Z", pa.string()), "@"
    )
    return valid.set_column(valid.schema.get_field_index("transaction_id"), "transaction_id", named)
