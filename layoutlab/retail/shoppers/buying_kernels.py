"""What does a shopper take? Things on the list, things instead, what is seen; compiled."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.retail.shoppers import chance_kernels as chance
from layoutlab.retail.shoppers.chance_kernels import bell, uniform
from layoutlab.retail.shoppers.trip_tables import (
    DWELL_S,
    EVENTS,
    EXTRA,
    FOUND,
    INSTEAD,
    OUT,
    PLANNED_MARGIN,
    SEEN,
    SPEND,
    SUBSTITUTED,
    TAKEN,
    UNPLANNED,
    UNPLANNED_MARGIN,
    UNPLANNED_SPEND,
)


@compiled
def dwelling(goods: Any, manner: Any, key: Any, category: Any) -> Any:
    """Return how long one stands before a category, seconds: lognormal."""
    spread = manner.dwell_spread
    luck = bell(key, chance.DWELL, category)
    return goods.dwell_s[category] * np.exp(spread * luck - spread * spread / 2)


@compiled
def place_of(goods: Any, key: Any, category: Any) -> Any:
    """Return the place where the wanted kind stands: any of the category's, by shelf metres."""
    luck = uniform(key, chance.PLACE, category)
    entry = goods.start[category]
    while goods.up_to[entry] < luck and entry < goods.start[category + 1] - 1:
        entry += 1
    return goods.place[entry]


@compiled
def log_event(log: Any, trip: Any, row: Any, category: Any, place: Any, kind: Any, s: Any) -> None:
    """Count an event of a trip, and note it where there is room."""
    if len(log.event_start) > 0:
        at = log.event_start[trip] + int(row[EVENTS])
        log.event_category[at] = category
        log.event_place[at] = place
        log.event_kind[at] = kind
        log.event_dwell_s[at] = s
    row[EVENTS] += 1


@compiled
def fetch(
    goods: Any, manner: Any, tally: Any, log: Any, trip: Any, row: Any, key: Any, category: Any,
    place: Any,
) -> None:  # fmt: skip
    """Stand before a place and take what is on the list, something instead, or nothing."""
    dwell = dwelling(goods, manner, key, category)
    tally.place_s[place] += dwell
    row[DWELL_S] += dwell
    kind = TAKEN
    if uniform(key, chance.STOCK, category) >= goods.stock[category]:
        kind = OUT
        if uniform(key, chance.SUBSTITUTE, category) < manner.substitution:
            kind = INSTEAD
    if kind == TAKEN:
        row[FOUND] += 1
    elif kind == INSTEAD:
        row[SUBSTITUTED] += 1
    if kind != OUT:
        row[PLANNED_MARGIN] += goods.margin[category]
        row[SPEND] += goods.price[category]
        tally.planned[category] += 1
    log_event(log, trip, row, category, place, kind, dwell)


@compiled
def _see(goods: Any, desk: Any) -> Any:
    """Turn what is seen of places into what is seen of categories; return how many are."""
    met = 0
    for i in range(desk.counts[0]):
        place = desk.touched[i]
        metres = desk.exposure[place]
        desk.exposure[place] = 0
        for entry in range(goods.place_start[place], goods.place_start[place + 1]):
            category = goods.category[entry]
            if desk.by_category[category] == 0:
                desk.met[met] = category
                met += 1
            desk.by_category[category] += metres * goods.share[entry]
    desk.counts[0] = 0
    return met


@compiled
def be_tempted(
    goods: Any, manner: Any, desk: Any, tally: Any, log: Any, trip: Any, row: Any, key: Any,
    items: Any,
) -> None:  # fmt: skip
    """Decide for every category seen and not on the list whether it is bought as well."""
    met = _see(goods, desk)
    row[SEEN] = met
    for category in items:
        desk.listed[category] = True
    for i in range(met):
        category = desk.met[i]
        metres = desk.by_category[category]
        desk.by_category[category] = 0
        tally.exposure_m[category] += metres
        if len(log.seen_start) > 0:
            log.seen_category[log.seen_start[trip] + i] = category
            log.seen_m[log.seen_start[trip] + i] = metres
        if desk.listed[category]:
            continue
        together = 0.0
        for other in items:
            together += goods.log_lift[category, other]
        tempting = goods.rate[category] * metres * np.exp(together / len(items))
        chance_of = -np.expm1(-tempting) * goods.stock[category]
        tally.expected[category] += chance_of
        if uniform(key, chance.UNPLANNED, category) < chance_of:
            dwell = dwelling(goods, manner, key, category)
            place = place_of(goods, key, category)
            tally.place_s[place] += dwell
            tally.unplanned[category] += 1
            row[DWELL_S] += dwell
            row[UNPLANNED] += 1
            row[UNPLANNED_MARGIN] += goods.margin[category]
            row[UNPLANNED_SPEND] += goods.price[category]
            row[SPEND] += goods.price[category]
            log_event(log, trip, row, category, place, EXTRA, dwell)
    for category in items:
        desk.listed[category] = False
