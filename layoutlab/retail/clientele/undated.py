"""What do customers tell whose baskets are in order, but bear neither dates nor prices?

Next-basket benchmarks are of this kind. How often somebody bought, how much at a time, and how much
of it they had bought before can still be said; recency, spend and the day of the next visit cannot.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.recommendation import histories, history_files

HABITS = ("frequency", "items_per_visit", "repeat_share")


def read(data: str | Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the lines of all customers of a next-basket data set, and what was left out.

    Parameters
    ----------
    data : str or Path
        A name of the data registry, or a file, as `history_files.from_options` takes them. The
        parts train, validate and test are of different customers; all are kept.

    Returns
    -------
    bought : pandas.DataFrame
        customer_id, visit (from 0, in order), category (the item), ordered by all three.
    counts : dict
        ``kept`` lines, ``left_out`` by reason.

    Raises
    ------
    InputError
        As `history_files.read`.
    """
    study, _ = history_files.from_options(str(data))
    frames = []
    for part in (study.train, study.validate, study.test):
        user, age, code = histories.lines(part)
        visits = np.diff(part.first_basket)[user] - 1 - age
        row = {"customer_id": part.users[user], "visit": visits, "category": study.items[code]}
        frames.append(pd.DataFrame(row))
    bought = pd.concat(frames).sort_values(["customer_id", "visit", "category"], kind="stable")
    counts = {"kept": len(bought), "left_out": dict(study.left_out)}
    return bought.reset_index(drop=True), counts


def visits(bought: pd.DataFrame) -> pd.DataFrame:
    """Return one row per customer and visit: customer_id, visit, items, repeated.

    ``repeated`` counts the items that the customer had bought at an earlier visit.
    """
    if bought.empty:
        raise InputError("expected lines of customers, got none")
    known = bought.duplicated(["customer_id", "category"])
    rows = bought.assign(repeated=known).groupby(["customer_id", "visit"], sort=True)
    return rows.agg(items=("category", "size"), repeated=("repeated", "sum")).reset_index()


def habit_table(seen: pd.DataFrame) -> pd.DataFrame:
    """Return `HABITS` of every customer, by customer_id, sorted.

    Parameters
    ----------
    seen : pandas.DataFrame
        As `visits` gives it.

    Returns
    -------
    pandas.DataFrame
        frequency (visits), items_per_visit (mean), repeat_share (of the items after the first
        visit, the part bought before; 0 for customers of one visit).
    """
    by_customer = seen.groupby("customer_id", sort=True)
    later = seen["items"].where(seen["visit"] > 0, 0).groupby(seen["customer_id"]).sum()
    repeated = by_customer["repeated"].sum()
    return pd.DataFrame(
        {
            "frequency": by_customer.size(),
            "items_per_visit": by_customer["items"].mean(),
            "repeat_share": (repeated / later.where(later > 0)).fillna(0.0),
        }
    )
