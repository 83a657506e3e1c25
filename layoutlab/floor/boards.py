"""How is a floor held in bits? As rows of 64-bit words; a flood takes a word in a few operations.

A board is an array of uint64, shape (rows, words): cell (x, y) is bit ``x % 64`` of word
``[y, x // 64]``. All functions are compiled; none checks its arguments.
"""

import numpy as np

from layoutlab.compiled import compiled

ONE = np.uint64(1)
LAST = np.uint64(63)
FULL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)


@compiled
def new(size: np.ndarray) -> np.ndarray:
    """Return empty boards of covered, free and reached cells for a floor of (rows, columns)."""
    return np.zeros((3, size[0], (size[1] + 63) // 64), dtype=np.uint64)


@compiled
def holds(board: np.ndarray, x: int, y: int) -> bool:
    """Say whether the board holds the cell (x, y)."""
    return (board[y, x >> 6] >> np.uint64(x & 63)) & ONE != 0


@compiled
def add(board: np.ndarray, left: int, top: int, right: int, bottom: int) -> None:
    """Add the cells of a rectangle, its last column and row included."""
    for word in range(left >> 6, (right >> 6) + 1):
        low = max(left - (word << 6), 0)
        high = min(right - (word << 6), 63)
        bits = (FULL >> np.uint64(63 - (high - low))) << np.uint64(low)
        for y in range(top, bottom + 1):
            board[y, word] |= bits


@compiled
def clear(board: np.ndarray) -> None:
    """Take all cells from the board."""
    for y in range(board.shape[0]):
        for word in range(board.shape[1]):
            board[y, word] = 0


@compiled
def remove(board: np.ndarray, x: int, y: int) -> None:
    """Take the cell (x, y) from the board."""
    board[y, x >> 6] &= ~(ONE << np.uint64(x & 63))


@compiled
def complement(board: np.ndarray, other: np.ndarray, columns: int) -> None:
    """Write into `other` the cells of the floor that `board` does not hold."""
    rows, words = board.shape
    last = FULL >> np.uint64(64 * words - columns)
    for y in range(rows):
        for word in range(words):
            other[y, word] = ~board[y, word]
        other[y, words - 1] &= last


@compiled
def count(board: np.ndarray) -> int:
    """Return how many cells the board holds (the bits of each word added up side by side)."""
    cells = 0
    for bits in board.flat:
        pairs = bits - ((bits >> ONE) & np.uint64(0x5555_5555_5555_5555))
        fours = (pairs & np.uint64(0x3333_3333_3333_3333)) + (
            (pairs >> np.uint64(2)) & np.uint64(0x3333_3333_3333_3333)
        )
        bytes_ = (fours + (fours >> np.uint64(4))) & np.uint64(0x0F0F_0F0F_0F0F_0F0F)
        cells += int((bytes_ * np.uint64(0x0101_0101_0101_0101)) >> np.uint64(56))
    return cells


@compiled
def flood(free: np.ndarray, reached: np.ndarray, doors: np.ndarray, stop_at_exit: bool) -> None:
    """Write into `reached` the free cells that can be walked to from the entrance.

    Parameters
    ----------
    free, reached : ndarray of uint64, shape (rows, words)
    doors : ndarray of int64, shape (4,)
        x and y of the entrance, x and y of the exit.
    stop_at_exit : bool
        End as soon as the exit is reached.
    """
    clear(reached)
    entrance_x, entrance_y, exit_x, exit_y = doors
    if not holds(free, entrance_x, entrance_y):
        return
    word = entrance_x >> 6
    reached[entrance_y, word] = _fill(ONE << np.uint64(entrance_x & 63), free[entrance_y, word])
    one_word = free.shape[1] == 1
    grown = True
    while grown and not (stop_at_exit and holds(reached, exit_x, exit_y)):
        grown = _sweep_word(free, reached) if one_word else _sweep_words(free, reached)


@compiled
def _sweep_word(free: np.ndarray, reached: np.ndarray) -> bool:
    """Carry what is reached down and up all rows of one word; say whether anything was added."""
    grown = False
    beside = np.uint64(0)
    for y in range(free.shape[0]):
        beside = (reached[y, 0] | beside) & free[y, 0]
        if beside != reached[y, 0]:
            beside = _fill(beside, free[y, 0])
            reached[y, 0] = beside
            grown = True
    for y in range(free.shape[0] - 1, -1, -1):
        beside = (reached[y, 0] | beside) & free[y, 0]
        if beside != reached[y, 0]:
            beside = _fill(beside, free[y, 0])
            reached[y, 0] = beside
            grown = True
    return grown


@compiled
def _sweep_words(free: np.ndarray, reached: np.ndarray) -> bool:
    """Do the same on rows of several words, which also carry to one another."""
    rows = free.shape[0]
    grown = False
    for y in range(rows):
        grown |= _grow(free, reached, y, max(y - 1, 0))
    for y in range(rows - 1, -1, -1):
        grown |= _grow(free, reached, y, min(y + 1, rows - 1))
    return grown


@compiled
def _grow(free: np.ndarray, reached: np.ndarray, y: int, beside: int) -> bool:
    """Reach in row `y` what is free next to the reached cells of it and of the row `beside`."""
    words = free.shape[1]
    grown = False
    for word in range(words):
        seeds = reached[y, word] | reached[beside, word]
        if word > 0:
            seeds |= reached[y, word - 1] >> LAST
        if word + 1 < words:
            seeds |= reached[y, word + 1] << LAST
        seeds &= free[y, word]
        if seeds != reached[y, word]:
            reached[y, word] = _fill(seeds, free[y, word])
            grown = True
    return grown


@compiled
def _fill(seeds: np.uint64, free: np.uint64) -> np.uint64:
    """Return the runs of free bits that hold a seed.

    Upwards the carry of one addition runs through each run of ones; downwards the reach doubles at
    every step (Kogge and Stone, IEEE Transactions on Computers C-22, 1973).
    """
    filled = (((free + seeds) ^ free) & free) | seeds
    run = free
    filled |= run & (filled >> ONE)
    run &= run >> ONE
    filled |= run & (filled >> np.uint64(2))
    run &= run >> np.uint64(2)
    filled |= run & (filled >> np.uint64(4))
    run &= run >> np.uint64(4)
    filled |= run & (filled >> np.uint64(8))
    if free >> np.uint64(16):
        run &= run >> np.uint64(8)
        filled |= run & (filled >> np.uint64(16))
        run &= run >> np.uint64(16)
        filled |= run & (filled >> np.uint64(32))
    return filled
