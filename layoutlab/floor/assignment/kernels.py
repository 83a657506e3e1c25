"""How does one search a quadratic assignment fast? Tabu search whose tables follow each exchange.

A problem arrives as *layers*: symmetric matrices with zero diagonals first, and, when neither of
its matrices is symmetric, skew-symmetric ones second, so that the cost of an assignment p is the
sum over i < j and the layers of ``flows[i, j] * distances[p[i], p[j]]`` plus ``linear[i, p[i]]``.
All is in integers of one width: sums may wrap on the way, yet what is read is exact as long as
every change of cost by one exchange fits into half the width.
"""

from typing import Any, NamedTuple

import numpy as np

from layoutlab.compiled import compiled


class Layers(NamedTuple):
    """A problem as the kernel takes it; all arrays of int32 or all of int64."""

    flows: np.ndarray  # (layers, n, n)
    distances: np.ndarray  # (layers, n, n)
    linear: np.ndarray  # (n, n)
    has_linear: bool


class Limits(NamedTuple):
    """How far one walk goes: exchanges, tabu tenure, patience, and a change that is enough."""

    exchanges: int
    shortest: int
    longest: int
    patience: int
    goal: int


class Tables(NamedTuple):
    """What a walk keeps up to date; a pair of objects u and u + k + 1 (modulo n) is at [k, u]."""

    meets: np.ndarray  # (layers, n, n): what object u (column) would cost at location k (row)
    change: np.ndarray  # (n // 2, n): what the exchange of a pair adds to the cost
    barred: np.ndarray  # (n // 2, n): the exchange until which that of a pair is tabu
    until: np.ndarray  # (n, n): until when object u (row) may not return to location k
    x: np.ndarray  # (layers, 2 n): difference of the last two objects' flows, twice in a row
    y: np.ndarray  # (layers, 2 n): difference of their distances to all objects, twice in a row
    apart: np.ndarray  # (2, n): their distances to all objects
    moved: np.ndarray  # (n,): difference of their distances to all locations
    own: np.ndarray  # (n,): what each object costs where it stands
    added: np.ndarray  # (n,)
    closed: np.ndarray  # (n,)


@compiled
def draw(state: np.ndarray, below: int) -> np.int64:
    """Draw an integer in [0, below) and step the xorshift64* `state` (Marsaglia 2003)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    high = (x * np.uint64(2685821657736338717)) >> np.uint64(33)
    return (np.int64(high) * below) >> 31


@compiled
def _meetings(flows: np.ndarray, distances: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return, per layer, location k and object u, what u's flows would cost from k."""
    layers, n, _ = flows.shape
    meets = np.zeros_like(flows)
    for layer in range(layers):
        sign = 1 - 2 * layer
        for k in range(n):
            for j in range(n):
                length = distances[layer, k, p[j]] * sign
                if length != 0:
                    for u in range(n):
                        meets[layer, k, u] += length * flows[layer, j, u]
    return meets


@compiled
def _follow(change: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    """Bring every change of cost up to date with the last exchange."""
    half, n = change.shape
    kind = change.dtype.type
    for k in range(half):
        for u in range(n):
            across = kind(x[u] - x[u + k + 1])
            change[k, u] -= across * kind(y[u] - y[u + k + 1])


@compiled
def _choose(
    change: np.ndarray, barred: np.ndarray, it: int, patience: int, room: int, state: np.ndarray
) -> tuple[int, int]:
    """Return row and column of the least change allowed, a random one at ties; -1 for none."""
    half, n = change.shape
    kind = change.dtype.type
    far = kind(np.iinfo(change.dtype).max // 2)
    now, old, enough = np.int32(it), np.int32(it - patience), kind(max(room, -far))
    first, turn = draw(state, half), draw(state, n)
    least, chosen = far, -1
    for step in range(half):
        k = step + first
        k -= half if k >= half else 0
        row = far
        for u in range(n):
            d, b = change[k, u], barred[k, u]
            key = d if (b < now) | (d < enough) else far
            key = kind(d - far) if b < old else key
            row = key if key < row else row  # type: ignore[assignment]
        if row < least:
            least, chosen = row, k  # type: ignore[assignment]
    for step in range(n):
        u = step + turn  # type: ignore[assignment]
        u -= n if u >= n else 0
        d, b = change[chosen, u], barred[chosen, u]
        key = d if (b < now) | (d < enough) else far
        key = kind(d - far) if b < old else key
        if key == least:
            return chosen, u
    return -1, 0


# Inlined, because counting references to the tables at each call takes a third of a step.
@compiled
def _renew(problem: Layers, p: np.ndarray, tables: Tables, end: int, apart: np.ndarray) -> None:
    """Count anew what each exchange with object `end` adds, and until when it is barred."""
    n = len(p)
    at = p[end]
    flow, linear, until = problem.flows[0, end], problem.linear, tables.until
    own, added, closed = tables.own, tables.added, tables.closed
    for u in range(n):
        added[u] = 2 * flow[u] * apart[u] - own[u] - own[end]
    for layer in range(len(tables.meets)):
        meets = tables.meets[layer]
        for u in range(n):
            added[u] += meets[at, u]
        for u in range(n):
            added[u] += meets[p[u], end]
    if problem.has_linear:
        for u in range(n):
            added[u] += linear[u, at] + linear[end, p[u]] - linear[u, p[u]] - linear[end, at]
    for u in range(n):
        closed[u] = min(until[end, p[u]], until[u, at])
    half = len(tables.change)
    for k in range(half):
        after, before = end + k + 1, end - k - 1
        after -= n if after >= n else 0
        before += n if before < 0 else 0
        tables.change[k, end], tables.change[k, before] = added[after], added[before]
        tables.barred[k, end], tables.barred[k, before] = closed[after], closed[before]


@compiled
def _tables(problem: Layers, p: np.ndarray, state: np.ndarray) -> Tables:
    """Return the tables at the start of a walk; what is barred was left before it began."""
    layers, n, _ = problem.flows.shape
    kind = problem.linear.dtype
    tables = Tables(
        _meetings(problem.flows, problem.distances, p),
        np.zeros((n // 2, n), kind),
        np.zeros((n // 2, n), np.int32),
        np.zeros((n, n), np.int32),
        np.zeros((layers, 2 * n), kind),
        np.zeros((layers, 2 * n), kind),
        np.zeros((2, n), kind),
        np.zeros(n, kind),
        np.zeros(n, kind),
        np.zeros(n, kind),
        np.zeros(n, np.int32),
    )
    for u in range(n):
        for k in range(n):
            tables.until[u, k] = -draw(state, n * n)
        for layer in range(layers):
            tables.own[u] += tables.meets[layer, p[u], u]
    for end in range(n):
        for u in range(n):
            tables.apart[0, u] = problem.distances[0, p[end], p[u]]
        _renew(problem, p, tables, end, tables.apart[0])
    return tables


@compiled
def _update(problem: Layers, p: np.ndarray, tables: Tables, r: int, s: int) -> None:
    """Bring all tables up to date after objects r and s were exchanged."""
    n = len(p)
    a, b = p[s], p[r]
    own, moved, near, late = tables.own, tables.moved, tables.apart[0], tables.apart[1]
    for layer in range(len(tables.meets) - 1, -1, -1):
        x, y, meets = tables.x[layer], tables.y[layer], tables.meets[layer]
        flows, distances = problem.flows[layer], problem.distances[layer]
        for u in range(n):
            x[u] = flows[r, u] - flows[s, u]
            x[n + u] = x[u]
            moved[u] = distances[b, u] - distances[a, u]
        for u in range(n):
            near[u], late[u] = distances[b, p[u]], distances[a, p[u]]
        for u in range(n):
            y[u] = near[u] - late[u]
            y[n + u] = y[u]
            own[u] += x[u] * y[u]
        for k in range(n):
            length = moved[k]
            if length != 0:
                for u in range(n):
                    meets[k, u] += length * x[u]
        _follow(tables.change, x, y)
    own[r] = own[s] = 0
    for layer in range(len(tables.meets)):
        own[r] += tables.meets[layer, b, r]
        own[s] += tables.meets[layer, a, s]
    _renew(problem, p, tables, r, near)
    _renew(problem, p, tables, s, late)


@compiled
def tabu_search(
    problem: Layers, p: np.ndarray, best: np.ndarray, limits: Limits, state: np.ndarray
) -> int:
    """Walk from `p`, leave the best assignment met in `best`, return how many were exchanged.

    Each step takes the least costly exchange of two objects that is not barred: neither may return
    to a location it left lately, unless that beats the best met. A pair of object and location
    not met for long is forced.

    Parameters
    ----------
    problem : Layers
    p, best : ndarray of int32, shape (n,), n at least 2
        Both the start when called. `p` ends where the walk does.
    limits : Limits
    state : ndarray of uint64, shape (1,)
        Of the generator; not 0.

    References
    ----------
    Taillard, "Robust taboo search for the quadratic assignment problem", Parallel Computing 17
    (1991). Departure: ties are drawn, and the changes of all exchanges that an exchange touches
    are read from a table of what each object would cost at each location, kept by rank-one sums.
    """
    n = len(p)
    tables = _tables(problem, p, state)
    until = tables.until
    varied = limits.longest - limits.shortest + 1
    current: Any = np.int64(0)
    lowest: Any = np.int64(0)
    for it in range(1, limits.exchanges + 1):
        k, r = _choose(tables.change, tables.barred, it, limits.patience, lowest - current, state)
        if k < 0:
            continue
        s = (r + k + 1) % n
        current += tables.change[k, r]
        until[r, p[r]] = it + limits.shortest + draw(state, varied)
        until[s, p[s]] = it + limits.shortest + draw(state, varied)
        p[r], p[s] = p[s], p[r]
        if current < lowest:
            lowest = current
            best[:] = p
            if lowest <= limits.goal:
                return it
        _update(problem, p, tables, r, s)
    return limits.exchanges
