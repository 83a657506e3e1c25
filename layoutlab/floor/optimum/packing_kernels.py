"""How is the tree of partial plans walked? Depth first, in compiled loops over frames of a stack.

A frame is a partial plan: the blocks placed, how many of them touch each, which are declared
crowded, and which places are left. A child takes a copy; what was tried is struck from the parent,
so that no plan is met twice.
"""

from typing import NamedTuple

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.floor import boards

ENTER, NEIGHBOURS, PLAIN, PLACED, NEW, DONE = range(6)
OPEN, DECLARED, BANNED = range(3)


class PackingTables(NamedTuple):
    """All places of a block on one floor.

    Attributes
    ----------
    places : ndarray of int64, shape (places, 4)
        is_vertical, x, y, length.
    corners : ndarray of int64, shape (places, 4)
        Left, top, right and bottom cell.
    overlap, touch : ndarray of bool, shape (places, places)
        Whether two places share a cell; or a side and no cell.
    values : ndarray of int64
        r of 0, 1, 2 … neighbours in whole units.
    ahead : ndarray of int64
        The most that r can come to from so many neighbours on, short of being crowded.
    size : ndarray of int64, shape (2,)
        Rows and columns.
    doors : ndarray of int64, shape (4,)
        x and y of the entrance, x and y of the exit.
    crowded : int
        Neighbours from which on a block is crowded.
    walk : bool
        Only plans with a way between the doors count.
    images : ndarray of int64, shape (symmetries, places)
        Where each symmetry sends each place.
    closed : ndarray of bool, shape (places, places)
        Pairs that need not be crowded together any more; written while the search goes on.
    """

    places: np.ndarray
    corners: np.ndarray
    overlap: np.ndarray
    touch: np.ndarray
    values: np.ndarray
    ahead: np.ndarray
    size: np.ndarray
    doors: np.ndarray
    crowded: int
    walk: bool
    images: np.ndarray
    closed: np.ndarray


class Frames(NamedTuple):
    """The stack, one row a partial plan.

    Attributes
    ----------
    plan : ndarray of int64, shape (blocks,)
        Places taken on the present branch.
    head : ndarray of int64, shape (depth, 5)
        Blocks placed, whether no further block may be crowded, what is branched on, the next
        child, and the block whose neighbours are wanted.
    degree, state : ndarray of int64, shape (depth, blocks)
        Neighbours of each block; whether it is open, declared crowded or banned from being it.
    left, plain : ndarray of bool, shape (depth, places)
        Places left; places whose block must not be crowded.
    contacts : ndarray of int64, shape (depth, places)
        Placed blocks that a block on each place would touch.
    """

    plan: np.ndarray
    head: np.ndarray
    degree: np.ndarray
    state: np.ndarray
    left: np.ndarray
    plain: np.ndarray
    contacts: np.ndarray


@compiled
def pack_from(
    roots: np.ndarray,
    blocks: int,
    tables: PackingTables,
    best: np.ndarray,
    found: np.ndarray,
    nodes: np.ndarray,
) -> None:
    """Search all plans in which the blocks on `roots` are crowded; raise `best`, write `found`.

    With fewer than two roots no other block may be crowded.
    """
    count = tables.places.shape[0]
    depth = 2 * blocks + 3
    frames = Frames(
        np.zeros(blocks, dtype=np.int64),
        np.zeros((depth, 5), dtype=np.int64),
        np.zeros((depth, blocks), dtype=np.int64),
        np.zeros((depth, blocks), dtype=np.int64),
        np.ones((depth, count), dtype=np.bool_),
        np.zeros((depth, count), dtype=np.bool_),
        np.zeros((depth, count), dtype=np.int64),
    )
    at = 0
    for place in roots:
        _push(frames, at, place, DECLARED, tables)
        at += 1
    bottom = at
    frames.head[at, 1] = roots.shape[0] < 2
    board = boards.new(tables.size)
    while at >= bottom:
        if frames.head[at, 2] == ENTER:
            nodes[0] += 1
            frames.head[at, 2] = _enter(frames, at, blocks, tables, best, found, board)
        at += 1 if _descend(frames, at, blocks, tables) else -1


@compiled
def _copy(frames: Frames, at: int) -> None:
    frames.head[at + 1, 0] = frames.head[at, 0]
    frames.head[at + 1, 1] = frames.head[at, 1]
    frames.head[at + 1, 2] = ENTER
    frames.head[at + 1, 3] = 0
    frames.degree[at + 1] = frames.degree[at]
    frames.state[at + 1] = frames.state[at]
    frames.left[at + 1] = frames.left[at]
    frames.plain[at + 1] = frames.plain[at]
    frames.contacts[at + 1] = frames.contacts[at]


@compiled
def _push(frames: Frames, at: int, place: int, state: int, tables: PackingTables) -> None:
    """Make the child in which a block is put on `place`."""
    _copy(frames, at)
    placed = frames.head[at, 0]
    touching = 0
    for block in range(placed):
        touch = tables.touch[frames.plan[block], place]
        frames.degree[at + 1, block] += touch
        touching += touch
    frames.plan[placed] = place
    frames.degree[at + 1, placed] = touching
    frames.state[at + 1, placed] = BANNED if frames.plain[at, place] else state
    frames.head[at + 1, 0] = placed + 1
    for other in range(tables.places.shape[0]):
        if tables.overlap[place, other]:
            frames.left[at + 1, other] = False
        frames.contacts[at + 1, other] += tables.touch[place, other]


@compiled
def _can_walk(frames: Frames, at: int, tables: PackingTables, board: np.ndarray) -> bool:
    if not tables.walk:
        return True
    board[0, :] = 0
    for block in range(frames.head[at, 0]):
        left, top, right, bottom = tables.corners[frames.plan[block]]
        boards.add(board[0], left, top, right, bottom)
    boards.complement(board[0], board[1], tables.size[1])
    boards.flood(board[1], board[2], tables.doors, True)
    return boards.holds(board[2], tables.doors[2], tables.doors[3])


@compiled
def _enter(
    frames: Frames,
    at: int,
    blocks: int,
    tables: PackingTables,
    best: np.ndarray,
    found: np.ndarray,
    board: np.ndarray,
) -> int:
    """Close a frame that cannot lead to a better plan, or say what to branch on."""
    placed = frames.head[at, 0]
    wanted = _wanted(frames, at, blocks, tables)
    if wanted == -2 or _bound(frames, at, blocks, tables) <= best[0]:
        return DONE
    if 2 * placed >= blocks and not _can_walk(frames, at, tables, board):
        return DONE
    if placed == blocks:
        best[0] = 0
        for block in range(blocks):
            best[0] += tables.values[frames.degree[at, block]]
            found[block] = frames.plan[block]
        return DONE
    frames.head[at, 4] = wanted
    if wanted >= 0:
        return NEIGHBOURS
    return PLAIN if frames.head[at, 1] else PLACED


@compiled
def _wanted(frames: Frames, at: int, blocks: int, tables: PackingTables) -> int:
    """Return the declared block that has the fewest places for the neighbours it wants.

    -1 when none wants any; -2 when one cannot get them, or a block is crowded that must not be.
    """
    spare = blocks - frames.head[at, 0]
    wanted, fewest = -1, tables.places.shape[0] + 1
    for block in range(frames.head[at, 0]):
        degree = frames.degree[at, block]
        if frames.state[at, block] == DECLARED:
            if degree >= tables.crowded:
                continue
            choices = _choices(frames, at, block, tables)
            if tables.crowded - degree > min(spare, choices):
                return -2
            if choices < fewest:
                wanted, fewest = block, choices
        elif degree >= tables.crowded and (frames.head[at, 1] or frames.state[at, block] == BANNED):
            return -2
    return wanted


@compiled
def _choices(frames: Frames, at: int, block: int, tables: PackingTables) -> int:
    """Count the places left beside a placed block."""
    return int(np.count_nonzero(frames.left[at] & tables.touch[frames.plan[block]]))


@compiled
def _bound(frames: Frames, at: int, blocks: int, tables: PackingTables) -> int:
    """Return what no plan below this frame exceeds: sum of the blocks' values, in units.

    A new block adds at most its own value, and one neighbour to each block that it touches. The
    neighbours to give are as many as the best places left touch; they are given where they bring
    most, to blocks that lack one, two or three to be crowded, then to the crowded.
    """
    values, spare = tables.values, blocks - frames.head[at, 0]
    bound = 0
    for block in range(frames.head[at, 0]):
        degree = frames.degree[at, block]
        declared = frames.state[at, block] == DECLARED
        bound += degree * values[1] if declared else tables.ahead[degree]
    if spare == 0:
        return bound
    own = np.zeros(spare, dtype=np.int64)
    given = np.zeros(spare, dtype=np.int64)
    for place in range(tables.places.shape[0]):
        if frames.left[at, place]:
            _weigh(frames, at, place, spare, tables, own, given)
    bound += own.sum()
    if frames.head[at, 1]:
        return bound
    return bound + _crowd(frames, at, given.sum(), spare, tables)


@compiled
def _weigh(
    frames: Frames,
    at: int,
    place: int,
    spare: int,
    tables: PackingTables,
    own: np.ndarray,
    given: np.ndarray,
) -> None:
    """Enter what a block on `place` could bring into the lists of the best."""
    values, touched = tables.values, frames.contacts[at, place]
    most = touched + spare - 1
    if frames.head[at, 1] == 0 and not frames.plain[at, place] and most >= tables.crowded:
        value = most * values[1]
    elif touched >= tables.crowded:
        frames.left[at, place] = False
        return
    else:
        value = tables.ahead[touched]
    if frames.head[at, 1]:
        for block in range(frames.head[at, 0]):
            if frames.state[at, block] == DECLARED and tables.touch[frames.plan[block], place]:
                value += values[1]
    _insert(own, value)
    _insert(given, touched)


@compiled
def _insert(largest: np.ndarray, value: int) -> None:
    """Keep the largest values seen, in descending order."""
    at = largest.shape[0] - 1
    if value <= largest[at]:
        return
    while at > 0 and largest[at - 1] < value:
        largest[at] = largest[at - 1]
        at -= 1
    largest[at] = value


@compiled
def _crowd(frames: Frames, at: int, given: int, spare: int, tables: PackingTables) -> int:
    """Return what `given` new neighbours of placed blocks bring at most."""
    values, gain = tables.values, 0
    for degree in range(tables.crowded - 1, 1, -1):
        lacking = tables.crowded - degree
        for block in range(frames.head[at, 0]):
            if frames.state[at, block] != OPEN or frames.degree[at, block] != degree:
                continue
            if given == 0 or min(spare, _choices(frames, at, block, tables)) < lacking:
                continue
            jump = values[tables.crowded] - values[degree]
            if given >= lacking:
                gain += jump
                given -= lacking
            else:
                gain += jump * given // lacking + 1
                given = 0
    return gain + given * values[1]


@compiled
def _descend(frames: Frames, at: int, blocks: int, tables: PackingTables) -> bool:
    """Make the next child; False when there is none."""
    head = frames.head[at]
    if head[2] == DONE:
        return False
    if head[2] == PLACED:
        if _declare_placed(frames, at, blocks, tables):
            return True
        head[2], head[3] = NEW, 0
    if head[2] == NEW:
        return _declare_new(frames, at, blocks, tables)
    for place in range(head[3], tables.places.shape[0]):
        beside = head[2] == PLAIN or tables.touch[frames.plan[head[4]], place]
        if frames.left[at, place] and beside:
            head[3] = place + 1
            _push(frames, at, place, OPEN, tables)
            frames.left[at, place] = False
            return True
    return False


@compiled
def _declare_new(frames: Frames, at: int, blocks: int, tables: PackingTables) -> bool:
    """Make a child for the next place left: a new block, declared crowded."""
    head = frames.head[at]
    for place in range(head[3], tables.places.shape[0]):
        if not frames.left[at, place] or frames.plain[at, place]:
            continue
        most = frames.contacts[at, place] + blocks - head[0] - 1
        allowed = most >= tables.crowded and _allowed(frames, at, place, tables)
        if allowed:
            head[3] = place + 1
            _push(frames, at, place, DECLARED, tables)
        frames.plain[at, place] = True
        if allowed:
            return True
    return False


@compiled
def _declare_placed(frames: Frames, at: int, blocks: int, tables: PackingTables) -> bool:
    """Make the child without further crowded blocks, then one for each placed block declared."""
    head = frames.head[at]
    while head[3] <= head[0]:
        block = head[3] - 1
        head[3] += 1
        if block < 0:
            _copy(frames, at)
            frames.head[at + 1, 1] = 1
            return True
        if frames.state[at, block] == OPEN:
            most = frames.degree[at, block] + blocks - head[0]
            allowed = most >= tables.crowded and _allowed(frames, at, frames.plan[block], tables)
            if allowed:
                _copy(frames, at)
                frames.state[at + 1, block] = DECLARED
            frames.state[at, block] = BANNED
            if allowed:
                return True
    return False


@compiled
def _allowed(frames: Frames, at: int, place: int, tables: PackingTables) -> bool:
    """Say whether no pair of `place` and a declared block is closed."""
    for block in range(frames.head[at, 0]):
        if frames.state[at, block] == DECLARED and tables.closed[frames.plan[block], place]:
            return False
    return True
