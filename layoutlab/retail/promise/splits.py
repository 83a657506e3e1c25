"""Which receipts may a search see, and which ones judge what it found?

Receipts are halved by time and, across it, by customer. A search sees early receipts of the first
half of the customers. What it found is judged on the three other quarters, which know nothing of
it: later receipts, other customers, and both.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets
from layoutlab.retail.shoppers import demand
from layoutlab.retail.shoppers.attributes import Attributes
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.effects import Effects

SEARCH, CHECK = "search", "check"
LATER, OTHERS, LATER_OTHERS = "later", "other customers", "later and other customers"
CHECKED_SHARE = 1 / 3
"""Of the search's quarter, kept from the search to correct its promise."""


@dataclass(frozen=True, eq=False)
class Receipts:
    """Baskets, and what they can be split by.

    Attributes
    ----------
    categories : tuple of str
    start : ndarray of int64, shape (b + 1,)
    item : ndarray of int64
        As in `layoutlab.retail.shoppers.demand.Demand`.
    time : Series of datetime, shape (b,)
        Null where unknown.
    customer : Series of str, shape (b,)
        The transaction's own id where no customer is known: each such receipt is a customer.
    transaction : Series of str, shape (b,)
    sold : DataFrame
        Sales by hour and category: hour, category, pieces, amount.
    currency : str
    attributes : Attributes, optional
        What is known of the categories besides.
    """

    categories: tuple[str, ...]
    start: np.ndarray
    item: np.ndarray
    time: pd.Series
    customer: pd.Series
    transaction: pd.Series
    sold: pd.DataFrame
    currency: str
    attributes: Attributes | None = None

    def __len__(self) -> int:
        return len(self.start) - 1

    @property
    def timed(self) -> bool:
        """Whether all receipts have a time."""
        return bool(self.time.notna().all())


@dataclass(frozen=True, eq=False)
class Parts:
    """Receipts by what they are for.

    Attributes
    ----------
    said : str
        The rule, in words.
    baskets : mapping of str to ndarray of int64
        `SEARCH`, `CHECK`, and the parts that judge; no receipt is in two.
    until : Timestamp or None
        Where early ends, when split by time.
    """

    said: str
    baskets: Mapping[str, np.ndarray]
    until: pd.Timestamp | None = None

    @property
    def judging(self) -> tuple[str, ...]:
        """The parts that judge, in their order."""
        return tuple(name for name in self.baskets if name not in (SEARCH, CHECK))


def read(path: str | Path) -> Receipts:
    """Read a file of receipts and form its baskets.

    Raises
    ------
    InputError
        As `layoutlab.retail.preparation.baskets.prepare`.
    """
    with tempfile.TemporaryDirectory() as folder:
        made = [Path(folder) / f"{name}.parquet" for name in ("baskets", "rejects", "sales")]
        baskets.prepare(path, made[0], made[1], sales_path=made[2])
        categories = tuple(baskets.read_categories(made[0]))
        table = pq.read_table(made[0])
        sold = pq.read_table(made[2], columns=["hour", "category", "pieces", "amount"])
    items = table["items"].combine_chunks()
    own = table["transaction_id"].to_pandas()
    return Receipts(
        categories=categories,
        start=items.offsets.to_numpy().astype(np.int64),
        item=items.values.to_numpy().astype(np.int64),
        time=table["time"].to_pandas(),
        customer=table["customer_id"].to_pandas().fillna("receipt " + own),
        transaction=own,
        sold=sold.to_pandas(),
        currency=(sold.schema.metadata or {}).get(b"currency", b"XXX").decode(),
    )


def quarters(receipts: Receipts) -> Parts:
    """Split receipts by time and customers, or by their ids where times are not known.

    With times: early is before the middle day of the period (as many calendar days before it as
    after it), and customers are halved by `in_second_half`. Without: baskets are halved by the same
    hash of the transaction's id, and one part judges. Of what a search may see, `CHECKED_SHARE` is
    kept back by another hash of the transaction's id.

    Raises
    ------
    InputError
        When a part is left without a receipt.
    """
    if receipts.timed:
        until = middle_day(receipts.time)
        late = (receipts.time >= until).to_numpy()
        other = in_second_half(receipts.customer)
        said = (
            f"early: before {until:%Y-%m-%d}; customers are halved by a hash of their id, a "
            "receipt without one counting as a customer"
        )
        judging = {LATER: late & ~other, OTHERS: ~late & other, LATER_OTHERS: late & other}
        seen = ~late & ~other
    else:
        until, said = None, "receipts without times are halved by a hash of their id"
        judging = {OTHERS: in_second_half(receipts.transaction)}
        seen = ~judging[OTHERS]
    kept = seen & (hashed(receipts.transaction, salt="check") < CHECKED_SHARE)
    masks = {SEARCH: seen & ~kept, CHECK: kept, **judging}
    if empty := [name for name, mask in masks.items() if not mask.any()]:
        raise InputError(f"receipts: expected some for each part, got none for {empty[0]!r}")
    return Parts(said, {name: np.flatnonzero(mask) for name, mask in masks.items()}, until)


def middle_day(time: pd.Series) -> pd.Timestamp:
    """Return the midnight that has as many days of the period before it as after it.

    Of an odd number of days, the middle one is late.
    """
    first, last = time.min().normalize(), time.max().normalize()
    middle: pd.Timestamp = first + pd.Timedelta(days=((last - first).days + 1) // 2)
    return middle


def in_second_half(ids: pd.Series) -> np.ndarray:
    """Return who belongs to the second half: bool, by a hash of the id alone."""
    return hashed(ids, salt="half") >= 0.5


def hashed(ids: pd.Series, *, salt: str) -> np.ndarray:
    """Return a number from 0 to 1 for each id, the same everywhere: BLAKE2b of salt and id."""
    codes, names = pd.factorize(ids)
    digests = [hashlib.blake2b(f"{salt} {name}".encode(), digest_size=8).digest() for name in names]
    numbers = np.array([int.from_bytes(each, "big") for each in digests]) / 2.0**64
    found: np.ndarray = numbers[codes]
    return found


def demand_of(receipts: Receipts, parts: Parts, name: str, effects: Effects) -> Demand:
    """Return what the receipts of one part tell, and of that part alone.

    Lists, hours, arrivals and lifts are the part's own; so are prices, as far as time parts them:
    early parts take the sales before `Parts.until`, late ones those after it.

    Parameters
    ----------
    receipts : Receipts
    parts : Parts
    name : str
        One of ``parts.baskets``.
    effects : Effects
    """
    chosen = parts.baskets[name]
    sizes = np.diff(receipts.start)[chosen]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    within = np.arange(start[-1]) - np.repeat(start[:-1], sizes)
    item = receipts.item[np.repeat(receipts.start[chosen], sizes) + within]
    sold, bought = receipts.sold, receipts.item
    if parts.until is not None:
        late = name in (LATER, LATER_OTHERS)
        sold = sold[(sold["hour"] >= parts.until) == late]
        bought = bought[np.repeat((receipts.time >= parts.until) == late, np.diff(receipts.start))]
    return demand.of_baskets(
        receipts.categories,
        start,
        item,
        effects,
        time=receipts.time.iloc[chosen].reset_index(drop=True),
        price=demand.prices(sold, receipts.categories, bought),
        currency=receipts.currency,
        attributes=receipts.attributes,
    )
