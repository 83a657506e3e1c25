"""How are fields of walking lengths searched and repaired fast? Compiled kernels.

A plan is padded with one blocked cell all round and flattened, so that a neighbour is a constant
offset away and no edge needs a test. Lengths are whole numbers: a straight step counts `STRAIGHT`,
a diagonal one `SLANT` = the square root of 2 times that, rounded once. Whole numbers add up to the
same sum in any order, which is what makes a repaired field equal a new one to the bit; the
rounding is at most 2**-41 of a cell for each diagonal step.
"""

from typing import Any, Final

import numpy as np

from layoutlab.compiled import compiled

SHIFT: Final = 40
STRAIGHT: Final = 1 << SHIFT
SLANT: Final = round(2**0.5 * STRAIGHT)
FAR: Final = 1 << 62


@compiled
def pad(plan: Any) -> Any:
    """Return a plan with a blocked border, uint8 (rows + 2, columns + 2), 0 where one can walk."""
    rows, columns = plan.shape
    padded = np.ones((rows + 2, columns + 2), np.uint8)
    padded[1:-1, 1:-1] = plan != 0
    return padded


@compiled
def _step(blocked: Any, cell: Any, way: Any, stride: Any) -> Any:
    """Return (neighbour, length) one step on; length 0 where that step is not allowed.

    Ways 0 to 3 lead right, up the rows, left and down, 4 to 7 between each two of these, where no
    corner may be cut. Written out: a table of offsets is ten times as slow once compiled.
    """
    if way < 4:
        offset = 1 if way == 0 else stride if way == 1 else -1 if way == 2 else -stride
        return cell + offset, np.int64(0 if blocked[cell + offset] else STRAIGHT)
    across = 1 if way in (4, 7) else -1
    along = stride if way in (4, 5) else -stride
    near = blocked[cell + across] | blocked[cell + along] | blocked[cell + across + along]
    return cell + across + along, np.int64(0 if near else SLANT)


@compiled
def _enqueue(cell: Any, length: Any, heads: Any, entries: Any, used: Any) -> Any:
    """Put a cell into the bucket of all walks that are as long in whole cells."""
    bucket = length >> SHIFT
    entries[used, 0], entries[used, 1] = cell, heads[bucket]
    heads[bucket] = used
    return used + 1


@compiled
def _relax(
    blocked: Any, stride: Any, ways: Any, field: Any, heads: Any, entries: Any, used: Any
) -> None:
    """Settle all queued cells, shortest first, and what follows from them (Dinitz's buckets).

    A bucket is one straight step wide, so no cell in it can improve another one in it.
    """
    waiting, bucket = used, FAR
    for cell in entries[:used, 0]:
        bucket = min(bucket, field[cell] >> SHIFT)
    while waiting > 0:
        entry = heads[bucket]
        while entry >= 0:
            waiting -= 1
            cell = entries[entry, 0]
            entry = entries[entry, 1]
            if field[cell] >> SHIFT != bucket:
                continue
            for way in range(ways):
                neighbour, length = _step(blocked, cell, way, stride)
                total = field[cell] + length
                if length and total < field[neighbour]:
                    field[neighbour] = total
                    used = _enqueue(neighbour, total, heads, entries, used)
                    waiting += 1
        heads[bucket] = -1
        bucket += 1


def scratch(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return work space, empty buckets and their entries for searches over `size` padded cells.

    A cell is queued at most once for each neighbour, and once more as a seed of a repair.
    """
    work, entries = np.empty(10 * size, np.int32), np.empty((9 * size, 2), np.int32)
    return work, np.full(2 * size + 4, -1, np.int32), entries


@compiled
def _fill(
    blocked: Any, stride: Any, ways: Any, source: Any, field: Any, heads: Any, entries: Any
) -> None:
    """Write the length of a shortest walk from `source` to each cell; `FAR` where there is none."""
    field[:] = FAR
    if blocked[source] == 0:
        field[source] = 0
        used = _enqueue(source, field[source], heads, entries, np.int64(0))
        _relax(blocked, stride, ways, field, heads, entries, used)


@compiled
def _around(cells: Any, blocked: Any, stride: Any) -> Any:
    """Return, each once, the free cells among some cells and the eight around each of them."""
    met = np.zeros(blocked.size, np.bool_)
    found = np.empty(9 * len(cells), np.int32)
    end = 0
    for middle in cells:
        for along in (-stride, 0, stride):
            for across in (-1, 0, 1):
                cell = middle + along + across
                if not met[cell] and blocked[cell] == 0:
                    met[cell] = True
                    found[end] = cell
                    end += 1
    return found[:end]


@compiled
def _is_supported(blocked: Any, stride: Any, ways: Any, field: Any, cell: Any) -> Any:
    """Say whether a neighbour's length and the step from it give the cell's own."""
    for way in range(ways):
        neighbour, length = _step(blocked, cell, way, stride)
        if length and field[neighbour] + length == field[cell]:
            return True
    return False


@compiled
def _withdraw(
    blocked: Any, stride: Any, ways: Any, field: Any, closed: Any, near: Any, work: Any
) -> Any:
    """Set to `FAR` every cell whose shortest walks all led through a closed cell; return how many.

    A cell keeps its length as long as a neighbour supports it; when it loses it, it is kept in
    `work` and its neighbours, which it may have supported, are asked again.
    """
    start, end, lost = 0, len(near), 0
    for cell in closed:
        field[cell] = FAR
    work[:end] = near
    while start < end:
        cell = work[start]
        start += 1
        if field[cell] in (0, FAR) or _is_supported(blocked, stride, ways, field, cell):
            continue
        for way in range(ways):
            neighbour, length = _step(blocked, cell, way, stride)
            if length and field[neighbour] == field[cell] + length:
                work[end] = neighbour
                end += 1
        field[cell] = FAR
        work[lost] = cell
        lost += 1
    return lost


@compiled
def _seed(
    blocked: Any,
    stride: Any,
    ways: Any,
    field: Any,
    cells: Any,
    heads: Any,
    entries: Any,
    used: Any,
) -> Any:
    """Give cells the best length their neighbours offer, and queue those it makes shorter."""
    for cell in cells:
        best = field[cell]
        for way in range(ways):
            neighbour, length = _step(blocked, cell, way, stride)
            if length:
                best = min(best, field[neighbour] + length)
        if best < field[cell]:
            field[cell] = best
            used = _enqueue(cell, best, heads, entries, used)
    return used


@compiled
def update_fields(
    old: Any,
    new: Any,
    ways: Any,
    fields: Any,
    old_sources: Any,
    sources: Any,
    work: Any,
    heads: Any,
    entries: Any,
) -> None:
    """Bring fields of walking lengths from many sources from one padded plan to another.

    Where a source stays, its field is repaired: what lost its support is withdrawn (Ramalingam
    and Reps 1996), then shortest walks spread again from what is left and into opened cells. A
    source that moved, or whose cell changed, is searched anew.

    Parameters
    ----------
    old, new : ndarray of uint8, shape (rows + 2, columns + 2)
    ways : {4, 8}
    fields : ndarray of int64, shape (n, (rows + 2) * (columns + 2))
        Changed in place; `FAR` where there is no walk.
    old_sources, sources : ndarray of int64, shape (n,)
        Padded indices before and after.
    work, heads, entries : ndarray of int32
        As `scratch` gives them.
    """
    before, blocked, stride = old.ravel(), new.ravel(), new.shape[1]
    closed = np.flatnonzero((before == 0) & (blocked != 0))
    opened = np.flatnonzero((before != 0) & (blocked == 0))
    near_closed, near_opened = _around(closed, blocked, stride), _around(opened, blocked, stride)
    for index in range(len(sources)):
        source, field = sources[index], fields[index]
        if source != old_sources[index] or before[source] != blocked[source]:
            _fill(blocked, stride, ways, source, field, heads, entries)
            continue
        lost = _withdraw(blocked, stride, ways, field, closed, near_closed, work)
        used = _seed(blocked, stride, ways, field, work[:lost], heads, entries, np.int64(0))
        used = _seed(blocked, stride, ways, field, near_opened, heads, entries, used)
        _relax(blocked, stride, ways, field, heads, entries, used)


@compiled
def walk_down(blocked: Any, stride: Any, ways: Any, field: Any, start: Any) -> Any:
    """Return the padded cells of a shortest walk from `start` to the field's source; maybe none."""
    walk = np.empty(field.size, np.int64)
    if field[start] == FAR:
        return walk[:0]
    walk[0], end = start, 1
    while field[walk[end - 1]] > 0:
        here = walk[end - 1]
        for way in range(ways):
            neighbour, length = _step(blocked, here, way, stride)
            if length and field[neighbour] + length == field[here]:
                walk[end] = neighbour
                end += 1
                break
    return walk[:end]
