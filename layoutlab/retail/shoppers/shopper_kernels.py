"""How does a trip go? Along the list, past what is seen, to the checkout and out; compiled.

A trip's outcome depends on its own key alone, whichever trips are followed beside it and in which
order.
"""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.retail.shoppers import chance_kernels as chance
from layoutlab.retail.shoppers.buying_kernels import be_tempted, fetch, log_event, place_of
from layoutlab.retail.shoppers.chance_kernels import uniform
from layoutlab.retail.shoppers.trip_tables import (
    CHECKOUT,
    DIRECT_M,
    DWELL_S,
    EDGE_M,
    ENTRANCE,
    FOUND,
    GAVE_UP,
    LEFT,
    METRES,
    NOT_SOLD,
    READY_S,
    SERVICE_S,
    SQUARES,
    SUBSTITUTED,
    UNPLANNED,
    WALK_S,
    WANTED,
    WINDING,
    Desk,
)
from layoutlab.retail.shoppers.walking_kernels import chosen_checkout, put_in_order, walk, wander


@compiled
def _shop(
    ways: Any, goods: Any, manner: Any, desk: Any, tally: Any, log: Any, trip: Any, row: Any,
    key: Any, items: Any, arrival_s: Any, mark: Any,
) -> None:  # fmt: skip
    desk.counts[:] = 0
    desk.sums[:] = 0
    entrance = ways.entrances[
        min(int(uniform(key, chance.ENTRANCE, 0) * len(ways.entrances)), len(ways.entrances) - 1)
    ]
    sold = 0
    stops, places = np.empty(len(items), np.int64), np.empty(len(items), np.int64)
    for i in range(len(items)):
        if goods.start[items[i]] == goods.start[items[i] + 1]:
            row[NOT_SOLD] += 1
            continue
        places[i] = place_of(goods, key, items[i])
        stops[sold] = i
        sold += 1
    stops = stops[:sold]
    row[WANTED] = sold
    put_in_order(ways, manner, stops, places, entrance, key)
    here, n = entrance, ways.n
    for number in range(sold):
        category, place = items[stops[number]], places[stops[number]]
        after = places[stops[number + 1]] if number + 1 < sold else ways.checkouts[0]
        extra = (
            ways.metres[place * n + here]
            + ways.metres[after * n + place]
            - ways.metres[after * n + here]
        )
        if uniform(key, chance.GIVE_UP, category) < -np.expm1(-extra / manner.patience_m):
            row[GAVE_UP] += 1
            log_event(log, trip, row, category, place, LEFT, 0.0)
            continue
        row[DIRECT_M] += ways.metres[place * n + here]
        walked = wander(ways, manner, desk, tally, here, place, key, number, mark)
        row[METRES] += walked
        row[WALK_S] += walked / (manner.speed * (1 + manner.hurry * number / (sold + 1)))
        here = place
        fetch(goods, manner, tally, log, trip, row, key, category, place)
    till = chosen_checkout(ways, manner, here, key)
    row[DIRECT_M] += ways.metres[till * n + here]
    walked = wander(ways, manner, desk, tally, here, till, key, sold, mark)
    row[METRES] += walked
    row[WALK_S] += walked / (manner.speed * (1 + manner.hurry))
    be_tempted(goods, manner, desk, tally, log, trip, row, key, items)
    bought = row[FOUND] + row[SUBSTITUTED] + row[UNPLANNED]
    row[READY_S] = arrival_s + row[WALK_S] + row[DWELL_S]
    row[SERVICE_S] = manner.base_s + manner.item_s * bought if bought > 0 else 0.0
    way_out = ways.exits[0]
    for door in ways.exits:
        if ways.metres[door * n + till] < ways.metres[way_out * n + till]:
            way_out = door
    walked = walk(ways, desk, tally, till, way_out, mark)
    for i in range(desk.counts[0]):
        desk.exposure[desk.touched[i]] = 0
    row[METRES] += walked
    row[DIRECT_M] += walked
    row[WALK_S] += walked / (manner.speed * (1 + manner.hurry))
    row[SQUARES], row[EDGE_M], row[WINDING] = desk.counts[1], desk.sums[0], desk.sums[1]
    row[ENTRANCE], row[CHECKOUT] = entrance, till


@compiled
def follow(
    ways: Any, goods: Any, people: Any, manner: Any, first: Any, last: Any, out: Any, tally: Any,
    log: Any,
) -> None:  # fmt: skip
    """Follow trips from `first` to before `last`.

    Parameters
    ----------
    ways : Ways
    goods : Goods
    people : People
    manner : Manner
    first, last : int
    out : ndarray of float, shape (t, len(COLUMNS))
        A row of zeros for each trip of `people`, filled in.
    tally : Tally
        Added to.
    log : Log
        Filled in, unless its arrays are empty.
    """
    n_categories = len(goods.margin)
    desk = Desk(
        np.zeros(ways.n_places),
        np.empty(ways.n_places, np.int64),
        np.full(ways.n_tiles, -1, np.int64),
        np.zeros(n_categories),
        np.empty(n_categories, np.int64),
        np.zeros(n_categories, np.bool_),
        np.zeros(2, np.int64),
        np.zeros(2),
    )
    for trip in range(first, last):
        items = people.item[people.start[trip] : people.start[trip + 1]]
        _shop(
            ways, goods, manner, desk, tally, log, trip, out[trip], people.key[trip], items,
            people.arrival_s[trip], trip,
        )  # fmt: skip
