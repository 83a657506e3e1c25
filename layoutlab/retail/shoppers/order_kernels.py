"""In which order are the things on a list fetched? Behaved, at random, nearest first or shortest.

Legs are numbered ``to * n + from``. Stops are standing points; the walk begins at an entrance and
ends at whichever checkout is nearest to the last stop.
"""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.retail.shoppers import chance_kernels
from layoutlab.retail.shoppers.chance_kernels import bell, uniform

BEHAVED, RANDOM, NEAREST, SHORTEST = range(4)
EXACT_UP_TO = 9
ORDER = chance_kernels.ORDER
FULL_TURN = 2 * np.pi


@compiled
def nearest_checkout_m(metres: Any, n: Any, checkouts: Any, here: Any) -> Any:
    """Return how far the nearest checkout is from a standing point."""
    best = np.inf
    for till in checkouts:
        best = min(best, metres[till * n + here])
    return best


@compiled
def shuffle(stops: Any, key: Any) -> None:
    """Put stops into an order drawn at random (Fisher and Yates)."""
    for last in range(len(stops) - 1, 0, -1):
        other = int(uniform(key, ORDER, last) * (last + 1))
        stops[last], stops[other] = stops[other], stops[last]


@compiled
def by_cost(
    stops: Any,
    places: Any,
    metres: Any,
    n: Any,
    start: Any,
    angle: Any,
    loop_m: Any,
    turning: Any,
    noise: Any,
    key: Any,
) -> None:
    """Order stops one by one: always the one that seems cheapest to go to from here.

    The cost is the distance, misjudged by a lognormal factor of the stop's own, and `turning`
    metres per metre of a loop around the floor from here to there: counter-clockwise when it is
    positive, clockwise when negative, none at 0.

    Parameters
    ----------
    stops : ndarray of int64, shape (k,)
        Positions in `places`; put in order.
    places : ndarray of int64
        Standing points.
    metres : ndarray of float, shape (n * n,)
    n, start : int
    angle : ndarray of float, shape (n,)
    loop_m, turning, noise : float
    key : uint64
    """
    here = start
    for done in range(len(stops)):
        best, chosen = np.inf, done
        for i in range(done, len(stops)):
            there = places[stops[i]]
            cost = metres[there * n + here]
            if noise > 0:
                cost *= np.exp(noise * bell(key, ORDER, stops[i]))
            if turning != 0:
                ahead = (angle[there] - angle[here]) * (1.0 if turning > 0 else -1.0)
                cost += abs(turning) * (ahead % FULL_TURN) / FULL_TURN * loop_m
            if cost < best:
                best, chosen = cost, i
        stops[done], stops[chosen] = stops[chosen], stops[done]
        here = places[stops[done]]


@compiled
def shortest(stops: Any, places: Any, metres: Any, n: Any, start: Any, checkouts: Any) -> None:
    """Order stops so that the walk is shortest; above `EXACT_UP_TO` so that no reversal helps.

    References
    ----------
    Held and Karp (1962), A dynamic programming approach to sequencing problems, Journal of the
    Society for Industrial and Applied Mathematics 10; Croes (1958), A method for solving
    traveling-salesman problems, Operations Research 6 (reversals).
    """
    if len(stops) < 2:
        return
    if len(stops) <= EXACT_UP_TO:
        _exact(stops, places, metres, n, start, checkouts)
    else:
        _reversed(stops, places, metres, n, start, checkouts)


@compiled
def _exact(  # noqa: C901 -- one loop in the other
    stops: Any, places: Any, metres: Any, n: Any, start: Any, checkouts: Any
) -> None:
    k = len(stops)
    cost = np.full((1 << k, k), np.inf)
    before = np.zeros((1 << k, k), np.int8)
    for last in range(k):
        cost[1 << last, last] = metres[places[stops[last]] * n + start]
    for visited in range(1, 1 << k):
        for last in range(k):
            if cost[visited, last] == np.inf:
                continue
            for following in range(k):
                if visited >> following & 1:
                    continue
                step = metres[places[stops[following]] * n + places[stops[last]]]
                more = visited | 1 << following
                if cost[visited, last] + step < cost[more, following]:
                    cost[more, following] = cost[visited, last] + step
                    before[more, following] = last
    visited, best, last = (1 << k) - 1, np.inf, 0
    for i in range(k):
        total = cost[visited, i] + nearest_checkout_m(metres, n, checkouts, places[stops[i]])
        if total < best:
            best, last = total, i
    order = np.empty(k, stops.dtype)
    for i in range(k - 1, -1, -1):
        order[i] = stops[last]
        visited, last = visited & ~(1 << last), before[visited, last]
    stops[:] = order


@compiled
def _reversed(stops: Any, places: Any, metres: Any, n: Any, start: Any, checkouts: Any) -> None:
    k, better = len(stops), True
    while better:
        better = False
        for first in range(k - 1):
            for last in range(first + 1, k):
                behind = start if first == 0 else places[stops[first - 1]]
                one, other = places[stops[first]], places[stops[last]]
                old, new = metres[one * n + behind], metres[other * n + behind]
                if last == k - 1:
                    old += nearest_checkout_m(metres, n, checkouts, other)
                    new += nearest_checkout_m(metres, n, checkouts, one)
                else:
                    following = places[stops[last + 1]]
                    old += metres[following * n + other]
                    new += metres[following * n + one]
                if new < old - 1e-9:
                    stops[first : last + 1] = stops[first : last + 1][::-1].copy()
                    better = True
