"""What do a layout's slots and departments add up to? Sums over slots and over pairs; compiled."""

from typing import Any

import numpy as np

from layoutlab.compiled import compiled


@compiled
def shares_of_slots(layout: Any, shelf: Any, room: Any, out: Any) -> None:
    """Fill `out` (s,) with each slot's share of its department's shelf; `room` (d,) is scratch."""
    room[:] = 0.0
    for slot in range(len(layout)):
        room[layout[slot]] += shelf[slot]
    for slot in range(len(layout)):
        total = room[layout[slot]]
        out[slot] = shelf[slot] / total if total > 0 else 0.0


@compiled
def views(layout: Any, planned: Any, seen: Any, level: Any, tempt: Any, out: Any) -> None:
    """Fill `out` (2, d): how many of each department are taken on impulse per trip.

    First as if no department tempted those who came for another more than the rest, then with that.

    Parameters
    ----------
    layout : ndarray of int, shape (s,)
    planned : ndarray of float, shape (s,)
        Demand that is met at each slot.
    seen : ndarray of float32, shape (levels, s, s)
    level : ndarray of int, shape (d,)
    tempt : ndarray of float, shape (d, d)
    out : ndarray of float, shape (2, d)
    """
    n = len(layout)
    out[:, :] = 0.0
    for there in range(n):
        if planned[there] == 0.0:
            continue
        pull, met = tempt[layout[there]], planned[there]
        for slot in range(n):
            one = layout[slot]
            taken = met * seen[level[one], there, slot]
            out[0, one] += taken
            out[1, one] += taken * pull[one]


@compiled
def _by_department(layout: Any, first: Any, slots: Any) -> None:
    """Fill `slots` (s,) with the slots in order of their departments, `first` (d + 1,) with where.

    A department's slots stand from ``first[d]`` to before ``first[d + 1]``.
    """
    first[:] = 0
    for one in layout:
        first[one + 1] += 1
    for one in range(1, len(first)):
        first[one] += first[one - 1]
    for slot in range(len(layout)):
        slots[first[layout[slot]]] = slot
        first[layout[slot]] += 1
    for one in range(len(first) - 1, 0, -1):
        first[one] = first[one - 1]
    first[0] = 0


@compiled
def _stops_of(items: Any, luck: Any, share: Any, first: Any, slots: Any, stops: Any) -> Any:
    """Fill `stops` with the slots of a list's things, by their shelf; return how many are sold."""
    count = 0
    for at in range(len(items)):
        begin, end = first[items[at]], first[items[at] + 1]
        below = luck[at]
        found = -1
        for place in range(begin, end):
            part = share[slots[place]]
            if part > 0:
                found = slots[place]
                below -= part
                if below <= 0:
                    break
        if found >= 0:
            stops[count] = found
            count += 1
    return count


@compiled
def _left(added_m: Any, patience: Any) -> Any:
    """Return the chance that a stop is left out for the way it adds.

    1 - exp(-x) is taken as x / (1 + x/2 + x^2/12), off by less than 0.001 up to x = 1.
    """
    x = max(added_m, 0.0) / patience
    return x / (1 + x * (0.5 + x / 12))


@compiled
def _go_round(
    stops: Any, count: Any, enter: Any, leave: Any, apart: Any, through: Any, patience: Any,
    walk: Any,
) -> Any:  # fmt: skip
    """Go to the nearest stop next, always; return metres with detours, and stops left out."""
    last = len(enter)
    came, nearest = np.inf, 0
    for other in range(count):
        if enter[stops[other]] < came:
            came, nearest = enter[stops[other]], other
    here = stops[nearest]
    stops[nearest] = stops[0]
    before, metres, out = here, walk[last, here], 0.0
    for done in range(1, count):
        best, nearest = np.inf, done
        ways = apart[here]
        for other in range(done, count):
            way = ways[stops[other]]
            if way < best:
                best, nearest = way, other
        there = stops[nearest]
        stops[nearest] = stops[done]
        metres += walk[here, there]
        out += _left(came + best - (enter[there] if done == 1 else apart[before, there]), patience)
        before, here, came = here, there, best
    instead = through if count == 1 else leave[before]
    return metres + walk[here, last], out + _left(came + leave[here] - instead, patience)


@compiled
def tours(
    layout: Any, share: Any, starts: Any, items: Any, luck: Any, enter: Any, leave: Any,
    apart: Any, through: Any, patience: Any, walk: Any, begins: Any, slots: Any, stops: Any,
) -> Any:  # fmt: skip
    """Go round for lists; return metres, and things left out.

    `begins` (d + 1,), `slots` (s,) and `stops` (m,) are scratch.
    """
    metres, out = 0.0, 0.0
    _by_department(layout, begins, slots)
    for number in range(len(starts) - 1):
        first, after = starts[number], starts[number + 1]
        count = _stops_of(items[first:after], luck[first:after], share, begins, slots, stops)
        if count > 0:
            walked, few = _go_round(stops, count, enter, leave, apart, through, patience, walk)
            metres += walked
            out += few
    return metres, out


@compiled
def sums(layouts: Any, store: Any, now: Any, out: Any, planned: Any, tempting: Any) -> None:
    """Add up layouts.

    Parameters
    ----------
    layouts : ndarray of int, shape (l, s)
    store : Held
        See `layout_sums`.
    now : ndarray of float, shape (2, d)
        `views` of the present layout.
    out : ndarray of float, shape (l, 9)
        Zeros; filled in.
    planned, tempting : ndarray of float, shape (l, s)
        Filled with the weights of the slots.
    """
    n_departments, n = len(store.demand), layouts.shape[1]
    room, share = np.empty(n_departments), np.empty(n)
    viewed, slots = np.empty((2, n_departments)), np.empty(n, np.int64)
    begins = np.empty(n_departments + 1, np.int64)
    stops = np.empty(store.longest_list, np.uint32)
    for number in range(len(layouts)):
        layout, row, met = layouts[number], out[number], planned[number]
        shares_of_slots(layout, store.shelf, room, share)
        for slot in range(n):
            one = layout[slot]
            met[slot] = store.demand[one] * share[slot]
            tempting[number, slot] = store.value[one] * store.general[one, slot]
            round_m = store.enter[slot] + store.leave[slot]
            row[0] += met[slot] * store.enter[slot]
            row[1] += met[slot] * round_m
            row[2] -= met[slot] * np.expm1(-(round_m - store.through) / store.patience)
            row[3] += met[slot] * store.left[slot]
            row[4] += met[slot] * store.walked[slot]
        views(layout, met, store.seen, store.level, store.tempt, viewed)
        for kind in range(2):
            for one in range(n_departments):
                if now[kind, one] > 0 and store.chance[one] > 0:
                    grown = max(viewed[kind, one], 0.0) / now[kind, one]
                    chance = -np.expm1(grown * np.log1p(-store.chance[one])) / store.chance[one]
                    row[5 + kind] += store.value[one] * chance
        row[7], row[8] = tours(
            layout, share, store.list_start, store.list_item, store.list_luck, store.enter,
            store.leave, store.apart, store.through, store.patience,
            store.walk, begins, slots,
            stops,
        )  # fmt: skip
