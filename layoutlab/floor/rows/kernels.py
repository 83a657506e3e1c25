"""What does a change of order cost in a row of departments? Compiled deltas, descent and proof.

Let ``balance[u]`` be department u's flow with everything on its left less that with everything on
its right. When u steps over its right-hand neighbour v, u moves right by v's length and v moves
left by u's, so the cost changes by ``length[u] (c - balance[v]) + length[v] (c + balance[u])`` with
c the flow between the two. Only these two balances change, by 2c each: all n - 1 places of one
department are priced in n steps, the whole insertion or swap neighbourhood in about n squared.
Where lengths and flows are whole numbers (below 2**53 in total) every delta is exact.

References
----------
Kothari and Ghosh, "Tabu search for the single row facility layout problem using exhaustive 2-opt
and insertion neighborhoods", European Journal of Operational Research 224 (2013); Palubeckis, "Fast
local search for single row facility layout", European Journal of Operational Research 246 (2015).
"""

import numpy as np

from layoutlab.compiled import compiled


@compiled
def balances(order: np.ndarray, flows: np.ndarray) -> np.ndarray:
    """Return each department's flow to its left less its flow to its right."""
    n = len(order)
    balance = np.zeros(n)
    for i in range(n):
        for j in range(i + 1, n):
            flow = flows[order[i], order[j]]
            balance[order[i]] -= flow
            balance[order[j]] += flow
    return balance


@compiled
def insert(
    order: np.ndarray,
    balance: np.ndarray,
    start: int,
    end: int,
    lengths: np.ndarray,
    flows: np.ndarray,
) -> float:
    """Move the department at place `start` to place `end`, in place; return the change of cost."""
    moved, delta = order[start], 0.0
    way = 1 if end > start else -1
    for k in range(start, end, way):
        passed = order[k + way]
        flow = flows[moved, passed]
        delta += lengths[moved] * (flow - way * balance[passed])
        delta += lengths[passed] * (flow + way * balance[moved])
        balance[passed] -= 2 * way * flow
        balance[moved] += 2 * way * flow
        order[k] = passed
    order[end] = moved
    return delta


@compiled
def swap(
    order: np.ndarray,
    balance: np.ndarray,
    left: int,
    right: int,
    lengths: np.ndarray,
    flows: np.ndarray,
) -> float:
    """Exchange the departments at two places, left < right, in place; return the change of cost."""
    delta = insert(order, balance, left, right, lengths, flows)
    return delta + insert(order, balance, right - 1, left, lengths, flows)


@compiled
def best_insertion(
    order: np.ndarray, balance: np.ndarray, start: int, lengths: np.ndarray, flows: np.ndarray
) -> tuple[float, int]:
    """Price every new place of the department at `start`; return the least delta and its place.

    The delta is 0 and the place `start` when no place is better; ties go to the nearer place on
    the right, then on the left.
    """
    n, moved = len(order), order[start]
    length, row = lengths[moved], flows[moved]
    best, place = 0.0, start
    delta, own = 0.0, balance[moved]
    for k in range(start + 1, n):
        passed = order[k]
        flow = row[passed]
        delta += length * (flow - balance[passed]) + lengths[passed] * (flow + own)
        own += 2 * flow
        if delta < best:
            best, place = delta, k
    delta, own = 0.0, balance[moved]
    for k in range(start - 1, -1, -1):
        passed = order[k]
        flow = row[passed]
        delta += length * (flow + balance[passed]) + lengths[passed] * (flow - own)
        own -= 2 * flow
        if delta < best:
            best, place = delta, k
    return best, place


@compiled
def best_swap(
    order: np.ndarray,
    balance: np.ndarray,
    lengths: np.ndarray,
    flows: np.ndarray,
    leftward: np.ndarray,
) -> tuple[float, int, int]:
    """Price every swap; return the least delta and its two places (0, 0, 0: none is better).

    A swap is an insertion to the right and one to the left, each priced in the order as it stands,
    plus what the first changes for the second. `leftward`, shape (n, n), is room to work in.
    """
    n = len(order)
    for right in range(n):
        moved, delta = order[right], 0.0
        own = balance[moved]
        leftward[right, right] = 0.0
        for k in range(right - 1, -1, -1):
            passed = order[k]
            flow = flows[moved, passed]
            delta += lengths[moved] * (flow + balance[passed]) + lengths[passed] * (flow - own)
            own -= 2 * flow
            leftward[right, k] = delta
    best, first, second = 0.0, 0, 0
    for left in range(n):
        moved, delta = order[left], 0.0
        own, between, flow_between = balance[moved], 0.0, 0.0
        for right in range(left + 1, n):
            passed = order[right]
            flow = flows[moved, passed]
            delta += lengths[moved] * (flow - balance[passed]) + lengths[passed] * (flow + own)
            own += 2 * flow
            shared = 2 * (flow * between - lengths[passed] * flow_between)
            both = delta + leftward[right, left + 1] + shared
            if both < best:
                best, first, second = both, left, right
            between += lengths[passed]
            flow_between += flow
    return best, first, second


@compiled
def descend(
    order: np.ndarray,
    balance: np.ndarray,
    lengths: np.ndarray,
    flows: np.ndarray,
    leftward: np.ndarray,
    tolerance: float,
) -> tuple[float, int]:
    """Improve in place by insertions, then swaps, until none helps; return delta, evaluations."""
    n, total, evaluations = len(order), 0.0, 0
    place, unimproved = 0, 0
    while True:
        while unimproved < n:
            delta, end = best_insertion(order, balance, place, lengths, flows)
            evaluations += n - 1
            unimproved += 1
            if delta < -tolerance:
                total += insert(order, balance, place, end, lengths, flows)
                unimproved = 0
            place = place + 1 if place + 1 < n else 0
        delta, left, right = best_swap(order, balance, lengths, flows, leftward)
        evaluations += n * (n - 1) // 2
        if not delta < -tolerance:
            return total, evaluations
        total += swap(order, balance, left, right, lengths, flows)
        unimproved = 0


@compiled
def iterate(
    order: np.ndarray,
    lengths: np.ndarray,
    flows: np.ndarray,
    iterations: int,
    kick: int,
    tolerance: float,
    slack: float,
    rng: np.random.Generator,
) -> tuple[float, int, int]:
    """Search on from `order`, in place: 1 to `kick` random swaps, descent, keep when not worse.

    Parameters
    ----------
    order : ndarray of int64, shape (n,)
        Afterwards the best order met, a local optimum.
    iterations : int
        Descents at most, the first from `order` itself.
    kick : int
        Largest number of random swaps.
    tolerance : float
        Deltas closer to 0 count as 0.
    slack : float
        Stop once the cost has changed by this or less (a negative number: the way to a target).

    Returns
    -------
    (float, int, int)
        Change of cost, iterations done, orders priced.
    """
    n = len(order)
    leftward = np.zeros((n, n))
    balance = balances(order, flows)
    total, evaluations = descend(order, balance, lengths, flows, leftward, tolerance)
    kept, kept_balance = order.copy(), balance.copy()
    done = 1
    while done < iterations and total > slack:
        change = 0.0
        for _ in range(1 + int(rng.random() * kick)):
            left, right = int(rng.random() * n), int(rng.random() * n)
            if left != right:
                change += swap(order, balance, min(left, right), max(left, right), lengths, flows)
        delta, priced = descend(order, balance, lengths, flows, leftward, tolerance)
        change += delta
        evaluations += priced
        done += 1
        if change <= tolerance:
            total += change
            kept[:], kept_balance[:] = order, balance
        else:
            order[:], balance[:] = kept, kept_balance
    return total, done, evaluations
