import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from layoutlab.floor import boards


def cells_of(board, columns):
    return np.array(
        [[boards.holds(board, x, y) for x in range(columns)] for y in range(board.shape[0])]
    )


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(1, 9),
    columns=st.sampled_from([1, 5, 10, 17, 63, 64, 65, 129]),
    share=st.floats(0, 0.6),
    seed=st.integers(0, 10_000),
)
def test_a_flood_reaches_the_connected_part_of_the_entrance(rows, columns, share, seed):
    rng = np.random.default_rng(seed)
    blocked = rng.random((rows, columns)) < share
    board = boards.new(np.array([rows, columns]))
    for y, x in np.argwhere(blocked):
        boards.add(board[0], x, y, x, y)
    boards.complement(board[0], board[1], columns)
    assert boards.count(board[0]) == blocked.sum()
    assert boards.count(board[1]) == (~blocked).sum()
    doors = np.array([*rng.integers([columns, rows]), *rng.integers([columns, rows])])
    boards.flood(board[1], board[2], doors, False)
    parts, _ = ndimage.label(~blocked)
    part = parts[doors[1], doors[0]]
    expected = (parts == part) & (part > 0)
    assert (cells_of(board[2], columns) == expected).all()
    boards.flood(board[1], board[2], doors, True)
    assert boards.holds(board[2], doors[2], doors[3]) == expected[doors[3], doors[2]]


def test_rectangles_are_added_across_words_and_cells_removed():
    board = boards.new(np.array([3, 130]))[0]
    boards.add(board, 60, 1, 128, 2)
    assert boards.count(board) == 2 * 69
    boards.remove(board, 64, 2)
    held = cells_of(board, 130)
    assert held.sum() == 2 * 69 - 1
    assert not held[2, 64]
    assert held[1, 60:129].all()
