"""What do customers want, when do they come and what do they pay? The side of the receipts."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets
from layoutlab.retail.shoppers.effects import Effects

HOURS = 24
WEAK = 5.0
"""Baskets added to what is expected and found of a pair, which draws rare lifts to 1."""


@dataclass(frozen=True, eq=False)
class Demand:
    """Baskets of a store and what they tell of its days.

    Attributes
    ----------
    categories : tuple of str
    start : ndarray of int64, shape (b + 1,)
        Where each basket's items begin.
    item : ndarray of int64
        Positions in `categories`.
    hour : ndarray of int64, shape (b,)
        Of the day, 0 to 23; -1 where unknown.
    arrivals : ndarray of float, shape (24,)
        Mean trips in each hour of a day with trips.
    price : ndarray of float, shape (n,)
        Mean of an item, in `currency`.
    lift : ndarray of float, shape (n, n)
        Of pairs in one basket, drawn to 1 where few were expected; 1 on the diagonal.
    currency : str
    """

    categories: tuple[str, ...]
    start: np.ndarray
    item: np.ndarray
    hour: np.ndarray
    arrivals: np.ndarray
    price: np.ndarray
    lift: np.ndarray
    currency: str = "XXX"


def read(
    baskets_path: str | Path, effects: Effects, *, sales_path: str | Path | None = None
) -> Demand:
    """Read what `layoutlab.retail.preparation.baskets.prepare` wrote.

    Parameters
    ----------
    baskets_path : str or Path
    effects : Effects
        Arrivals where the receipts have no times, prices where they have none.
    sales_path : str or Path, optional
        Sales per hour and category, for the prices.

    Raises
    ------
    InputError
        When it is no baskets file, or holds no basket.
    """
    categories = tuple(baskets.read_categories(baskets_path))
    table = pq.read_table(baskets_path, columns=["time", "items"])
    if len(table) == 0:
        raise InputError(f"expected baskets in {baskets_path}, got none")
    items = table["items"].combine_chunks()
    start = items.offsets.to_numpy().astype(np.int64)
    time = pd.Series(table["time"].to_numpy())
    price, currency = _prices(categories, effects, sales_path)
    return of_baskets(
        categories, start, items.values.to_numpy(), effects, time=time, price=price,
        currency=currency,
    )  # fmt: skip


def of_baskets(
    categories: tuple[str, ...],
    start: np.ndarray,
    item: np.ndarray,
    effects: Effects,
    *,
    time: pd.Series | None = None,
    price: np.ndarray | None = None,
    currency: str = "XXX",
) -> Demand:
    """Return the demand of baskets held in arrays.

    Parameters
    ----------
    categories : tuple of str
    start, item : ndarray of int
        As in `Demand`, shape (b + 1,) and (items,).
    effects : Effects
    time : Series of datetime, optional
        Of each basket; null where unknown.
    price : ndarray of float, optional
        By category.
    currency : str
    """
    item = np.asarray(item, dtype=np.int64)
    hour = np.full(len(start) - 1, -1, dtype=np.int64)
    arrivals = _flat(effects)
    if time is not None and time.notna().any():
        known = time.notna().to_numpy()
        hour[known] = time[known].dt.hour
        days = time[known].dt.normalize().nunique()
        arrivals = np.bincount(hour[known], minlength=HOURS) / days / known.mean()
    if price is None:
        price = np.full(len(categories), effects.price_default)
    lift = _lift(np.asarray(start), item, len(categories))
    return Demand(
        categories, np.asarray(start, dtype=np.int64), item, hour, arrivals, price, lift, currency
    )


def _flat(effects: Effects) -> np.ndarray:
    """Return arrivals spread evenly over the opening hours, in the middle of the day."""
    open_from = (HOURS - effects.opening_h) / 2
    edges = np.clip(np.arange(HOURS + 1), open_from, open_from + effects.opening_h)
    hourly: np.ndarray = np.diff(edges) / effects.opening_h * effects.trips_per_day
    return hourly


def _prices(
    categories: tuple[str, ...], effects: Effects, sales_path: str | Path | None
) -> tuple[np.ndarray, str]:
    """Return mean prices per piece and their currency."""
    price = np.full(len(categories), effects.price_default)
    if sales_path is None:
        return price, "XXX"
    table = pq.read_table(sales_path)
    currency = (table.schema.metadata or {}).get(b"currency", b"XXX").decode()
    frame = table.select(["category", "pieces", "amount"]).to_pandas().dropna()
    summed = frame.groupby("category")[["pieces", "amount"]].sum()
    mean = (summed["amount"] / summed["pieces"]).reindex(categories).to_numpy()
    found = np.isfinite(mean) & (mean > 0)
    price[found] = mean[found]
    return price, currency


def _lift(start: np.ndarray, item: np.ndarray, n: int) -> np.ndarray:
    from scipy import sparse

    count = len(start) - 1
    bought = sparse.csr_array((np.ones(len(item)), item, start), shape=(count, n))
    together = np.asarray((bought.T @ bought).todense())
    single = np.diag(together).copy()
    lift: np.ndarray = (together + WEAK) / (np.outer(single, single) / count + WEAK)
    np.fill_diagonal(lift, 1.0)
    return lift
