"""What happened on each trip? The table of visits, one row per trip.

All of it is simulated: a file of visits says so in its metadata.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from layoutlab import canonical
from layoutlab.retail.shoppers import missions, offer, shopper_kernels
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.effects import Bounds, Effects, bounds
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.simulation import Outcome, empty_tally
from layoutlab.retail.shoppers.trip_tables import EXTRA, INSTEAD, KINDS, TAKEN, Log

FIRST_DAY = np.datetime64("2026-03-02", "us")
"""A Monday; simulated days are counted from it."""
CODES = pa.list_(pa.int32())
NAMES = pa.dictionary(pa.int8(), pa.string())
SCHEMA = pa.schema(
    {
        "trip_id": pa.int64(),
        "time": pa.timestamp("us", "UTC"),
        "mission": NAMES,
        "equipment": NAMES,
        "length_m": pa.float64(),
        "duration_s": pa.float64(),
        "wait_s": pa.float64(),
        "stopped": CODES,
        "dwell_s": pa.list_(pa.float64()),
        "seen": CODES,
        "seen_m": pa.list_(pa.float64()),
        "wanted": CODES,
        "planned": CODES,
        "unplanned": CODES,
        "margin": pa.float64(),
        "unplanned_margin": pa.float64(),
    }
)


def events(
    floor: Floor,
    assortment: Assortment,
    outcome: Outcome,
    effects: Effects,
    *,
    stock: Mapping[str, float] | None = None,
    order: str = "behaved",
) -> Log:
    """Follow the trips of an outcome once more and note every event, the same ones.

    Parameters
    ----------
    floor, assortment, effects, stock, order
        As `simulation.simulate` was given them.
    outcome : Outcome

    Returns
    -------
    Log
        For each trip its events in order, unplanned purchases last, and the categories seen. The
        events of trip t stand from ``event_start[t]`` to before ``event_start[t + 1]``.
    """
    shoppers = outcome.shoppers
    starts = [
        np.concatenate([[0], np.cumsum(outcome.column(name))]).astype(np.int64)
        for name in ("events", "seen")
    ]
    n_events, n_seen = (int(start[-1]) for start in starts)
    log = Log(
        event_start=starts[0],
        event_category=np.empty(n_events, np.int64),
        event_place=np.empty(n_events, np.int64),
        event_kind=np.empty(n_events, np.int64),
        event_dwell_s=np.empty(n_events),
        seen_start=starts[1],
        seen_category=np.empty(n_seen, np.int64),
        seen_m=np.empty(n_seen),
    )
    shopper_kernels.follow(
        offer.ways_of(floor),
        offer.goods_of(floor, assortment, shoppers, effects, stock),
        offer.people_of(shoppers),
        offer.manner_of(effects, order),
        0,
        len(shoppers),
        np.zeros_like(outcome.trips),
        empty_tally(floor, shoppers),
        log,
    )
    return log


def table(outcome: Outcome, log: Log, limits: Bounds | None = None) -> pa.Table:
    """Return the visits.

    Parameters
    ----------
    outcome : Outcome
    log : Log
        As `events` returns it.
    limits : Bounds, optional
        Of missions and equipment; the built-in ones when not given.

    Returns
    -------
    pyarrow.Table
        The columns of `SCHEMA`. Lists hold codes of categories: ``stopped`` before which one stood,
        in order, and for how long (``dwell_s``); ``seen`` from the path and for how many metres of
        walking (``seen_m``); ``wanted`` from the list, as far as the store sells it; ``planned``
        and ``unplanned`` purchases.
    """
    shoppers, limits = outcome.shoppers, limits or bounds()
    kind = log.event_kind
    stood = kind != KINDS.index("gave up")
    bought = (kind == TAKEN) | (kind == INSTEAD)
    since = (shoppers.day * 86_400 + shoppers.arrival_s) * 1e6
    busy = outcome.column("walk_s") + outcome.column("dwell_s") + outcome.column("service_s")
    margin = outcome.column("planned_margin") + outcome.column("unplanned_margin")
    columns = {
        "trip_id": np.arange(len(shoppers)),
        "time": FIRST_DAY + since.astype("timedelta64[us]"),
        "mission": _named(missions.of_trips(shoppers, limits), missions.MISSIONS),
        "equipment": _named(missions.equipment(shoppers, limits), missions.EQUIPMENT),
        "length_m": outcome.column("metres"),
        "duration_s": busy + outcome.wait_s,
        "wait_s": outcome.wait_s,
        "stopped": _lists(log.event_start, log.event_category, stood),
        "dwell_s": _lists(log.event_start, log.event_dwell_s, stood),
        "seen": _lists(log.seen_start, log.seen_category),
        "seen_m": _lists(log.seen_start, log.seen_m),
        "wanted": _lists(log.event_start, log.event_category, kind != EXTRA),
        "planned": _lists(log.event_start, log.event_category, bought),
        "unplanned": _lists(log.event_start, log.event_category, kind == EXTRA),
        "margin": margin,
        "unplanned_margin": outcome.column("unplanned_margin"),
    }
    arrays = [
        values.cast(field.type) if isinstance(values, pa.Array) else pa.array(values, field.type)
        for field, values in zip(SCHEMA, columns.values(), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)


def write(path: str | Path, visits: pa.Table, outcome: Outcome) -> None:
    """Write visits as parquet; the metadata names categories and currency, and says simulated."""
    import json

    demand = outcome.shoppers.demand
    metadata = {
        "categories": json.dumps(demand.categories, ensure_ascii=False),
        "currency": demand.currency,
        "simulated": "true",
    }
    canonical.write_parquet(path, visits, metadata)


def _named(codes: np.ndarray, names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), list(names))


def _lists(start: np.ndarray, values: np.ndarray, kept: np.ndarray | None = None) -> pa.Array:
    """Return the values of each trip as lists, those that are kept."""
    if kept is not None:
        start = np.concatenate([[0], np.cumsum(kept)])[start]
        values = values[kept]
    return pa.ListArray.from_arrays(pa.array(start, pa.int32()), pa.array(values))
