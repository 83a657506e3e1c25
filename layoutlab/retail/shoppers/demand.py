"""What do customers want, when do they come and what do they pay? The side of the receipts."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets
from layoutlab.retail.shoppers import attributes as attribute_tables
from layoutlab.retail.shoppers.attributes import Attributes
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
        Mean paid for a purchase, all its pieces, in `currency`.
    lift : ndarray of float, shape (n, n)
        Of pairs in one basket, drawn to 1 where few were expected; 1 on the diagonal.
    currency : str
    dwell_s : ndarray of float, shape (n,), optional
        Mean time before the shelf, NaN where not known; ``dwell_item_s`` of the effects there.
    impulse : ndarray of float, shape (n,), optional
        As `attributes.Attributes.impulse`; ``unplanned_share`` of the effects where NaN.
    relative : bool
        As `attributes.Attributes.relative`.
    """

    categories: tuple[str, ...]
    start: np.ndarray
    item: np.ndarray
    hour: np.ndarray
    arrivals: np.ndarray
    price: np.ndarray
    lift: np.ndarray
    currency: str = "XXX"
    dwell_s: np.ndarray | None = None
    impulse: np.ndarray | None = None
    relative: bool = False


def read(
    baskets_path: str | Path,
    effects: Effects,
    *,
    sales_path: str | Path | None = None,
    attributes: Attributes | None = None,
) -> Demand:
    """Read what `layoutlab.retail.preparation.baskets.prepare` wrote.

    Parameters
    ----------
    baskets_path : str or Path
    effects : Effects
        Arrivals where the receipts have no times, prices where they have none.
    sales_path : str or Path, optional
        Sales per hour and category, for the prices.
    attributes : Attributes, optional
        As for `of_baskets`.

    Raises
    ------
    InputError
        When it is no baskets file, or holds no basket; as `attributes.unknown`.
    """
    categories = tuple(baskets.read_categories(baskets_path))
    table = pq.read_table(baskets_path, columns=["time", "items"])
    if len(table) == 0:
        raise InputError(f"expected baskets in {baskets_path}, got none")
    items = table["items"].combine_chunks()
    start = items.offsets.to_numpy().astype(np.int64)
    time = pd.Series(table["time"].to_numpy())
    item = items.values.to_numpy()
    price, currency = _paid(categories, item, sales_path)
    return of_baskets(
        categories, start, item, effects, time=time, price=price, currency=currency,
        attributes=attributes,
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
    attributes: Attributes | None = None,
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
        By category, NaN where not known: then that of `attributes`, else the effects' default.
    currency : str
    attributes : Attributes, optional
        What is known of the categories besides: prices where there are none, dwell times, impulse,
        and arrivals where no basket has a time.

    Raises
    ------
    InputError
        As `attributes.unknown`.
    """
    item = np.asarray(item, dtype=np.int64)
    hour = np.full(len(start) - 1, -1, dtype=np.int64)
    arrivals = _flat(effects)
    if time is not None and time.notna().any():
        known = time.notna().to_numpy()
        hour[known] = time[known].dt.hour
        days = time[known].dt.normalize().nunique()
        arrivals = np.bincount(hour[known], minlength=HOURS) / days / known.mean()
    elif attributes is not None and attributes.arrivals is not None:
        hourly = attributes.arrivals
        arrivals = hourly / hourly.sum() * effects.trips_per_day
    known = np.full(len(categories), np.nan) if price is None else np.asarray(price, dtype=float)
    demand = Demand(
        categories=categories,
        start=np.asarray(start, dtype=np.int64),
        item=item,
        hour=hour,
        arrivals=arrivals,
        price=np.where(np.isfinite(known), known, effects.price_default),
        lift=_lift(np.asarray(start), item, len(categories)),
        currency=currency,
    )
    return demand if attributes is None else _with(demand, known, attributes, effects)


def _with(demand: Demand, price: np.ndarray, known: Attributes, effects: Effects) -> Demand:
    """Return a demand with what is known besides; `price` is NaN where receipts have none."""
    names = demand.categories
    attribute_tables.unknown(known, names)
    told = attribute_tables.of(known, "price", names)
    own = np.isfinite(price)
    return replace(
        demand,
        price=np.where(own, price, np.where(np.isfinite(told), told, effects.price_default)),
        currency=known.currency if demand.currency == "XXX" else demand.currency,
        dwell_s=attribute_tables.of(known, "dwell_s", names),
        impulse=attribute_tables.of(known, "impulse", names),
        relative=known.relative,
    )


def _flat(effects: Effects) -> np.ndarray:
    """Return arrivals spread evenly over the opening hours, in the middle of the day."""
    open_from = (HOURS - effects.opening_h) / 2
    edges = np.clip(np.arange(HOURS + 1), open_from, open_from + effects.opening_h)
    hourly: np.ndarray = np.diff(edges) / effects.opening_h * effects.trips_per_day
    return hourly


def _paid(
    categories: tuple[str, ...], item: np.ndarray, sales_path: str | Path | None
) -> tuple[np.ndarray | None, str]:
    """Return what sales tell of prices, and their currency."""
    if sales_path is None:
        return None, "XXX"
    table = pq.read_table(sales_path, columns=["category", "pieces", "amount"])
    currency = (table.schema.metadata or {}).get(b"currency", b"XXX").decode()
    return prices(table.to_pandas(), categories, item), currency


def prices(sold: pd.DataFrame, categories: tuple[str, ...], item: np.ndarray) -> np.ndarray:
    """Return the mean paid for a purchase of each category, all its pieces, shape (n,).

    That is the mean price of a piece, over sales whose amount is known, times the pieces sold per
    basket that holds the category; NaN where nothing was sold or paid.

    Parameters
    ----------
    sold : DataFrame
        category, pieces, amount: all sales of the time.
    categories : tuple of str
    item : ndarray of int64
        Positions in `categories`: what the baskets of the same time hold.
    """
    known = sold.dropna(subset=["pieces", "amount"]).groupby("category")[["pieces", "amount"]].sum()
    each = (known["amount"] / known["pieces"]).reindex(list(categories)).to_numpy(dtype=float)
    pieces = (
        sold.groupby("category")["pieces"].sum().reindex(list(categories)).to_numpy(dtype=float)
    )
    held = np.bincount(item, minlength=len(categories))
    paid = each * pieces / np.maximum(held, 1)
    found: np.ndarray = np.where(np.isfinite(paid) & (paid > 0) & (held > 0), paid, np.nan)
    return found


def _lift(start: np.ndarray, item: np.ndarray, n: int) -> np.ndarray:
    from scipy import sparse

    count = len(start) - 1
    bought = sparse.csr_array((np.ones(len(item)), item, start), shape=(count, n))
    together = np.asarray((bought.T @ bought).todense())
    single = np.diag(together).copy()
    lift: np.ndarray = (together + WEAK) / (np.outer(single, single) / count + WEAK)
    np.fill_diagonal(lift, 1.0)
    return lift
