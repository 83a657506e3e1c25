"""Which way does a shopper go? Legs, detours, the order of the list, the checkout; compiled."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.retail.shoppers import chance_kernels as chance
from layoutlab.retail.shoppers.chance_kernels import bell, uniform
from layoutlab.retail.shoppers.order_kernels import (
    BEHAVED,
    NEAREST,
    RANDOM,
    by_cost,
    shortest,
    shuffle,
)

MOST_DETOURS, MOST_CHOICES = 32, 64


@compiled
def walk(ways: Any, desk: Any, tally: Any, here: Any, there: Any, mark: Any) -> Any:
    """Walk a leg: add what is seen and walked to the desk; return its metres."""
    leg = there * ways.n + here
    tally.legs[leg] += 1
    for i in range(ways.seen_start[leg], ways.seen_start[leg + 1]):
        place = ways.seen_place[i]
        if desk.exposure[place] == 0:
            desk.touched[desk.counts[0]] = place
            desk.counts[0] += 1
        desk.exposure[place] += ways.seen_m[i]
    for i in range(ways.tile_start[leg], ways.tile_start[leg + 1]):
        if desk.tile_mark[ways.tile[i]] != mark:
            desk.tile_mark[ways.tile[i]] = mark
            desk.counts[1] += 1
    desk.sums[0] += ways.edge_m[leg]
    desk.sums[1] += ways.winding[leg]
    return ways.metres[leg]


@compiled
def wander(
    ways: Any, manner: Any, desk: Any, tally: Any, here: Any, there: Any, key: Any, leg: Any,
    mark: Any,
) -> Any:  # fmt: skip
    """Walk from stop to stop, perhaps by detours past other places; return the metres.

    How many detours: Poisson, in proportion to the metres of the direct way and to the trip's own
    liking for them, which is lognormal of mean 1.
    """
    spread = manner.detour_spread
    liking = np.exp(spread * bell(key, chance.WANDER, 0) - spread * spread / 2)
    walked, due = 0.0, ways.metres[there * ways.n + here] * manner.detours * liking
    for number in range(MOST_DETOURS):
        turn = leg * MOST_DETOURS + number
        due += np.log(uniform(key, chance.DETOUR, turn))
        if due <= 0:
            break
        best, past, first = np.inf, -1, turn * MOST_CHOICES
        along_edge = uniform(key, chance.WAYPOINT, first + MOST_CHOICES - 1) < manner.edge
        among = len(ways.edge_places) if along_edge else ways.n_places
        for i in range(manner.choices if among > 0 else 0):
            place = int(uniform(key, chance.WAYPOINT, first + i) * among)
            if along_edge:
                place = ways.edge_places[place]
            extra = (
                ways.metres[place * ways.n + here]
                + ways.metres[there * ways.n + place]
                - ways.metres[there * ways.n + here]
            )
            if extra < best:
                best, past = extra, place
        if past >= 0:
            walked += walk(ways, desk, tally, here, past, mark)
            here = past
    return walked + walk(ways, desk, tally, here, there, mark)


@compiled
def chosen_checkout(ways: Any, manner: Any, here: Any, key: Any) -> Any:
    """Choose a checkout: the farther, the less often (logit, by Gumbel draws)."""
    best, chosen = -np.inf, ways.checkouts[0]
    for i in range(len(ways.checkouts)):
        till = ways.checkouts[i]
        luck = -np.log(-np.log(uniform(key, chance.CHECKOUT, i)))
        value = luck - ways.metres[till * ways.n + here] / manner.choice_m
        if value > best:
            best, chosen = value, till
    return chosen


@compiled
def put_in_order(ways: Any, manner: Any, stops: Any, places: Any, entrance: Any, key: Any) -> None:
    """Put the stops of a trip into the order in which they are fetched."""
    if manner.order == BEHAVED:
        turning = 0.0
        if uniform(key, chance.HABIT, 0) < manner.habit_share:
            turning = manner.habit_weight
            if uniform(key, chance.DIRECTION, 0) >= manner.counter_clockwise:
                turning = -turning
        by_cost(
            stops, places, ways.metres, ways.n, entrance, ways.angle, ways.loop_m, turning,
            manner.noise, key,
        )  # fmt: skip
        return
    if manner.order == RANDOM:
        shuffle(stops, key)
        return
    by_cost(
        stops, places, ways.metres, ways.n, entrance, ways.angle, ways.loop_m, 0.0, 0.0, key
    )  # fmt: skip
    if manner.order != NEAREST:
        shortest(stops, places, ways.metres, ways.n, entrance, ways.checkouts)
