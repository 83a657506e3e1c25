"""How does a walk over slicing trees run fast? Only the part that a move changes is placed anew.

A slicing tree cuts the facility in two, each part in two again, until every leaf is a department;
a cut lies where the areas on its sides ask for it, so that the tree alone is the layout (Tam,
1992). `slicing_moves` says how a tree is written.
"""

from typing import NamedTuple

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.floor.areas.kernels import (
    COST,
    EXCESS,
    SCALE,
    Facility,
    distance,
    flow_cost,
    is_record,
    most_allowed,
    shape_excess,
)
from layoutlab.floor.areas.slicing_moves import KIND, MOVE, NONE, PLACE, TOP, propose, undo

X, Y, WIDTH, HEIGHT, AREA, MISSED = range(6)
PLACED = 6
DRIFT = 1e-12


class Walk(NamedTuple):
    """A walk over slicing trees and the best layout it met.

    Attributes
    ----------
    tree, best : ndarray of int32, shape (2n, 4)
    ledger : ndarray of float64
        As `area_kernels` numbers it.
    now, trial : ndarray of float64, shape (2n - 1, 6)
        x, y, width, height, area and excess over the shape rule of every node.
    centre : ndarray of float64, shape (2, n)
        x and y of the departments' centroids.
    order, seen : ndarray of uint32 and uint8, shape (2n - 1,)
    move : ndarray of int32
        As `slicing_moves` describes it.
    """

    tree: np.ndarray
    best: np.ndarray
    ledger: np.ndarray
    now: np.ndarray
    trial: np.ndarray
    centre: np.ndarray
    order: np.ndarray
    seen: np.ndarray
    move: np.ndarray


def new_walk(tree: np.ndarray, ledger: np.ndarray) -> Walk:
    """Return a walk at a tree; `evaluate` has still to be called."""
    nodes = len(tree) - 1
    return Walk(
        tree,
        tree.copy(),
        ledger,
        np.zeros((nodes, PLACED)),
        np.zeros((nodes, PLACED)),
        np.zeros((2, len(tree) // 2)),
        np.zeros(nodes, dtype=np.uint32),
        np.zeros(nodes, dtype=np.uint8),
        np.zeros(MOVE, dtype=np.int32),
    )


@compiled
def place_below(
    tree: np.ndarray,
    top: int,
    area: np.ndarray,
    shortest: np.ndarray,
    order: np.ndarray,
    place: np.ndarray,
) -> int:
    """Place all below `top`, whose own rectangle is known; return how many nodes `order` lists."""
    n = len(area)
    order[0] = top
    size, k = 1, 0
    while k < size:
        v = order[k]
        if v >= n:
            order[size], order[size + 1] = tree[v, 0], tree[v, 1]
            size += 2
        else:
            place[v, AREA] = area[v]
        k += 1
    for k in range(size - 1, -1, -1):
        v = order[k]
        if v >= n:
            a, b = np.uint32(tree[v, 0]), np.uint32(tree[v, 1])
            place[v, AREA] = place[a, AREA] + place[b, AREA]
    for k in range(size):
        v = order[k]
        x, y, width, height = place[v, X], place[v, Y], place[v, WIDTH], place[v, HEIGHT]
        if v < n:
            place[v, MISSED] = shape_excess(width, height, shortest[v])
            continue
        a, b = np.uint32(tree[v, 0]), np.uint32(tree[v, 1])
        share = place[a, AREA] / place[v, AREA]
        place[a, X], place[a, Y] = x, y
        if tree[v, 3]:
            wide = width * share
            place[a, WIDTH], place[a, HEIGHT] = wide, height
            place[b, X], place[b, Y] = x + wide, y
            place[b, WIDTH], place[b, HEIGHT] = width - wide, height
        else:
            high = height * share
            place[a, WIDTH], place[a, HEIGHT] = width, high
            place[b, X], place[b, Y] = x, y + high
            place[b, WIDTH], place[b, HEIGHT] = width, height - high
    return size


@compiled
def evaluate(walk: Walk, facility: Facility) -> None:
    """Place the walk's whole tree and enter cost and excess in the ledger."""
    n = len(facility.area)
    root = walk.tree[2 * n - 1, 0]
    walk.now[root, X], walk.now[root, Y] = 0.0, 0.0
    walk.now[root, WIDTH], walk.now[root, HEIGHT] = facility.width, facility.height
    size = place_below(walk.tree, root, facility.area, facility.shortest, walk.order, walk.now)
    walk.trial[:] = walk.now
    centre_on(walk.order, size, walk.now, walk.centre)
    walk.ledger[EXCESS] = walk.now[:n, MISSED].sum()
    walk.ledger[COST] = flow_cost(walk.centre[0], walk.centre[1], facility, np.inf)


@compiled
def centre_on(order: np.ndarray, size: int, place: np.ndarray, centre: np.ndarray) -> None:
    """Write the centroids of the departments among the first `size` nodes of `order`."""
    n = centre.shape[1]
    for k in range(size):
        i = order[k]
        if i < n:
            centre[0, i] = place[i, X] + place[i, WIDTH] / 2
            centre[1, i] = place[i, Y] + place[i, HEIGHT] / 2


@compiled
def missed_more(order: np.ndarray, size: int, n: int, now: np.ndarray, trial: np.ndarray) -> float:
    """Return by how much the excess of the first `size` nodes of `order` grows."""
    more = 0.0
    for k in range(size):
        i = order[k]
        if i < n:
            more += trial[i, MISSED] - now[i, MISSED]
    return more


@compiled
def dearer(
    order: np.ndarray,
    size: int,
    now: np.ndarray,
    centre: np.ndarray,
    seen: np.ndarray,
    facility: Facility,
) -> float:
    """Return by how much the flows of the departments among these nodes cost more."""
    n = centre.shape[1]
    x, y = centre[0], centre[1]
    first, partner, exchanged = facility.first, facility.partner, facility.exchanged
    for k in range(size):
        seen[order[k]] = 1
    more = 0.0
    for k in range(size):
        i = order[k]
        if i >= n:
            continue
        old_x, old_y = now[i, X] + now[i, WIDTH] / 2, now[i, Y] + now[i, HEIGHT] / 2
        for m in range(first[i], first[i + 1]):
            j = partner[m]
            if seen[j] and j < i:
                continue
            far_x, far_y = now[j, X] + now[j, WIDTH] / 2, now[j, Y] + now[j, HEIGHT] / 2
            change = distance(x[i] - x[j], y[i] - y[j], facility.euclidean)
            change -= distance(old_x - far_x, old_y - far_y, facility.euclidean)
            more += exchanged[m] * change
    for k in range(size):
        seen[order[k]] = 0
    return more


@compiled
def anneal(
    walk: Walk, facility: Facility, steps: int, heat: float, rng: np.random.Generator
) -> None:
    """Walk `steps` steps at temperature `heat`, in units of the ledger's scale."""
    evaluate(walk, facility)
    tree, best, ledger, now, trial, centre, order, seen, move = walk
    area, shortest = facility.area, facility.shortest
    temperature, n = heat * ledger[SCALE], len(area)
    for _ in range(steps):
        propose(tree, facility.pairs, seen, move, rng)
        if move[KIND] == NONE:
            continue
        top, place = move[TOP], move[PLACE]
        for k in range(AREA):
            trial[top, k] = now[place, k]
        size = place_below(tree, top, area, shortest, order, trial)
        centre_on(order, size, trial, centre)
        excess = ledger[EXCESS] + missed_more(order, size, n, now, trial)
        excess = excess if excess > DRIFT else 0.0
        most = most_allowed(ledger, excess, temperature, rng.random())
        if size > n:
            cost = flow_cost(centre[0], centre[1], facility, most)
        else:
            cost = ledger[COST] + dearer(order, size, now, centre, seen, facility)
        if cost <= most:
            for k in range(size):
                for m in range(PLACED):
                    now[order[k], m] = trial[order[k], m]
            if is_record(ledger, cost, excess):
                best[:] = tree
        else:
            undo(tree, move)
            centre_on(order, size, now, centre)
