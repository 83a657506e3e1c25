"""Which receipts would a store print whose customers, missions, seasons and promotions we know?

The trips are those of `known_trips`; here chance fills the baskets, the till
prints, and the truth is kept beside the receipts.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from scipy import stats

from layoutlab import canonical
from layoutlab.retail.preparation import receipts
from layoutlab.retail.synthetic import trading
from layoutlab.retail.synthetic.customers import SEGMENTS, Customers
from layoutlab.retail.synthetic.known_trips import (
    MISSIONS,
    Settings,
    Trips,
    draw_trips,
    lifts,
    open_store,
)
from layoutlab.retail.synthetic.trading import SKUS_PER_CATEGORY, Store

CURRENCY, STORE = "EUR", "store-1"
FIRST_DAY = np.datetime64("2026-01-05", "us")
LOYALTY = 0.7


@dataclass(frozen=True)
class KnownStore:
    """Receipts and the truth behind them.

    Attributes
    ----------
    lines : pyarrow.Table
        The receipts contract, ordered by time; the currency in the schema's metadata.
    truth : dict
        ``settings``; ``first_day``; ``trips``, ``empty_trips``, ``baskets``, ``lines``;
        ``customers`` (segment of each, by card or, without one, as ``none-…``); ``segments`` (share
        of customers and of the trips); ``missions`` (share of trips); ``promotions`` (category,
        week, first_day, depth, rate_ratio, in_season).
    arrays : dict of str to ndarray
        ``categories`` (sorted), ``lift`` (n × n, diagonal NaN), ``segment_shares`` (segments × n:
        expected share of the lines), ``amplitude``, ``peak_day``, ``transaction_id``,
        ``transaction_mission`` (position in `MISSIONS`), ``customer_id`` (in the order of
        ``customers``) and ``customer_gap_days`` (mean busy time between visits, see `trading`).
    """

    lines: pa.Table
    truth: dict[str, Any]
    arrays: dict[str, np.ndarray]


def simulate(settings: Settings, *, rng: np.random.Generator) -> KnownStore:
    """Simulate the receipts of a store and keep its truth."""
    opening, shopping, printing = rng.spawn(3)
    trips = draw_trips(settings, open_store(settings, rng=opening), rng=shopping)
    bought = trips.bought
    full = np.flatnonzero(bought.any(axis=1))
    number = np.array([f"T{i:07d}" for i in range(len(full))])
    cards = _cards(trips.customers)
    lines = _lines(trips, bought, full, number, cards, settings, printing)
    truth = {
        "settings": asdict(settings),
        "first_day": str(FIRST_DAY.astype("datetime64[D]")),
        "trips": len(trips.time),
        "empty_trips": len(trips.time) - len(full),
        "baskets": len(full),
        "lines": len(lines),
        "customers": dict(zip(cards, _segment_names()[trips.customers.segment], strict=True)),
        "segments": _segments(trips),
        "missions": dict(zip(MISSIONS, _parts(trips.mission, len(MISSIONS)), strict=True)),
        "promotions": _promotions(trips.store),
    }
    rhythm = {"customer_id": cards, "customer_gap_days": trips.customers.gap_days}
    return KnownStore(lines, truth, _arrays(trips, full, number) | rhythm)


def long_run_lifts(settings: Settings, *, times: int = 10, rng: np.random.Generator) -> np.ndarray:
    """Return the lifts that the store of `simulate` shows in the long run.

    Parameters
    ----------
    settings : Settings
    times : int
        So many times as many customers are drawn, others than those of `simulate`; at least 1.
    rng : numpy.random.Generator
        Equal to that given to `simulate`: the store is the same.

    Returns
    -------
    ndarray of float, shape (n, n)
        Categories sorted; NaN on the diagonal.
    """
    opening, _, _, others = rng.spawn(4)
    store = open_store(settings, rng=opening)
    lift = lifts(draw_trips(settings, store, rng=each).rate for each in others.spawn(times))
    order = np.argsort(store.names)
    return lift[np.ix_(order, order)]


def write(run: KnownStore, receipts_path: str | Path, truth_path: str | Path) -> None:
    """Write receipts as parquet, the truth beside them as JSON, its arrays as npz of that name."""
    receipts.write(receipts_path, run.lines)
    canonical.write_json(truth_path, run.truth)
    canonical.write_npz(Path(truth_path).with_suffix(".npz"), **run.arrays)


def _cards(shoppers: Customers) -> np.ndarray:
    kind = np.where(shoppers.card, "card", "none")
    return np.array([f"{kind}-{i:05d}" for i, kind in enumerate(kind)])


def _lines(
    trips: Trips,
    bought: np.ndarray,
    full: np.ndarray,
    number: np.ndarray,
    cards: np.ndarray,
    settings: Settings,
    rng: np.random.Generator,
) -> pa.Table:
    """Print the receipts: a line per trip and category, its pieces by inversion of `drawn`."""
    basket, category = np.nonzero(bought[full])
    trip = full[basket]
    customer = trips.customer[trip]
    pieces = stats.poisson.ppf(1 - trips.drawn[trip, category], trips.rate[trip, category])
    other = rng.integers(0, SKUS_PER_CATEGORY, len(trip))
    loyal = rng.random(len(trip)) < LOYALTY
    sku = np.where(loyal, trips.customers.favourite_sku[customer, category], other)
    off = trading.discounts(trips.store, settings.n_days)[trips.time[trip].astype(int), category]
    price = (trips.store.price[category, sku] * (1 - off)).round(2).clip(min=0.01)
    second = (trips.time * 86_400).astype("timedelta64[s]")
    code = (category * SKUS_PER_CATEGORY + sku + 1).astype(str)
    table = pa.table(
        {
            "store_id": pa.array([STORE] * len(trip)),
            "transaction_id": number[basket],
            "time": (FIRST_DAY + second)[trip].astype("datetime64[us]"),
            "customer_id": pa.array(cards[customer], mask=~trips.customers.card[customer]),
            "sku": np.char.add("sku-", np.char.zfill(code, 5)),
            "category": trips.store.names[category],
            "quantity": pieces.clip(min=1).astype(np.int64),
            "unit_price": price,
        }
    )
    return table.cast(receipts.SCHEMA).replace_schema_metadata({"currency": CURRENCY})


def _segment_names() -> np.ndarray:
    return np.array([segment.name for segment in SEGMENTS])


def _parts(code: np.ndarray, n: int) -> list[float]:
    """Return the share of each code."""
    parts: list[float] = (np.bincount(code, minlength=n) / max(len(code), 1)).tolist()
    return parts


def _segments(trips: Trips) -> dict[str, dict[str, float]]:
    segment = trips.customers.segment
    among = _parts(segment, len(SEGMENTS)), _parts(segment[trips.customer], len(SEGMENTS))
    return {
        each.name: {"customers": customers_share, "trips": trips_share}
        for each, customers_share, trips_share in zip(SEGMENTS, *among, strict=True)
    }


def _promotions(store: Store) -> list[dict[str, Any]]:
    first = FIRST_DAY.astype("datetime64[D]")
    first = first + store.promotions["week"].to_numpy() * trading.DAYS_PER_WEEK
    told = store.promotions.assign(
        category=store.names[store.promotions["category"]], first_day=first.astype(str)
    )
    return [{str(name): value for name, value in row.items()} for row in told.to_dict("records")]


def _arrays(trips: Trips, full: np.ndarray, number: np.ndarray) -> dict[str, np.ndarray]:
    store = trips.store
    order = np.argsort(store.names)
    segment = trips.customers.segment[trips.customer]
    bought = -np.expm1(-trips.rate)
    found = np.array([bought[segment == i].sum(axis=0) for i in range(len(SEGMENTS))])
    return {
        "categories": store.names[order],
        "lift": lifts([trips.rate])[np.ix_(order, order)],
        "segment_shares": (found / found.sum(axis=1, keepdims=True).clip(min=1e-300))[:, order],
        "amplitude": store.amplitude[order],
        "peak_day": store.peak_day[order],
        "transaction_id": number,
        "transaction_mission": trips.mission[full],
    }
