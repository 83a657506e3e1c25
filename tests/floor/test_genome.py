import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, decode, placed_cells, random_individual

FIGURE_6 = [
    Block(True, 3, 1, 3),
    Block(True, 1, 2, 5),
    Block(False, 4, 7, 3),
    Block(False, 7, 8, 2),
]
FIGURE_6_PRINTED = """
0 0 0 0 0 0 0 0 0 0
0 0 0 1 0 0 0 0 0 0
0 1 0 1 0 0 0 0 0 0
0 1 0 1 0 0 0 0 0 0
0 1 0 0 0 0 0 0 0 0
0 1 0 0 0 0 0 0 0 0
0 1 0 0 0 0 0 0 0 0
0 0 0 0 1 1 1 0 0 0
0 0 0 0 0 0 0 1 1 0
0 0 0 0 0 0 0 0 0 0
"""


def test_figure_6_of_the_paper_is_decoded_as_printed():
    printed = np.array(FIGURE_6_PRINTED.split(), dtype=np.uint8).reshape(10, 10)
    np.testing.assert_array_equal(decode(FIGURE_6, Floor(blocks=4)), printed)


def test_the_papers_example_block_is_vertical_at_6_7_and_3_long():
    plan = decode([Block(True, 6, 7, 3)], Floor(blocks=1))
    assert np.argwhere(plan).tolist() == [[7, 6], [8, 6], [9, 6]]


def test_doors_count_back_from_the_far_edge():
    floor = Floor(rows=4, columns=6, lengths=(2,), entrance=(0, -1), exit=(-1, 1))
    assert (floor.entrance, floor.exit) == ((0, 3), (5, 1))


def test_overlap_and_edge_readings():
    crossing = [Block(False, 0, 1, 3), Block(True, 1, 0, 3)]
    assert decode(crossing, Floor(4, 4, 2, (3,))).sum() == 5
    assert decode(crossing, Floor(4, 4, 2, (3,), overlap="drop")).sum() == 3
    past = [Block(False, 2, 0, 3), Block(True, 0, 1, 3)]
    assert decode(past, Floor(4, 4, 2, (3,), edge="clip")).sum() == 5
    assert len(placed_cells(past, Floor(4, 4, 2, (3,), edge="drop"))) == 1


def test_a_block_past_the_edge_is_refused_where_blocks_lie_inside():
    with pytest.raises(InputError) as error:
        decode([Block(False, 2, 0, 3)], Floor(4, 4, 1, (3,)))
    assert str(error.value) == (
        "expected blocks inside a floor of 4 rows and 4 columns, got (False, 2, 0, 3)"
    )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rows": 1}, "rows: expected at least 2, got 1"),
        ({"blocks": 0}, "blocks: expected at least 1, got 0"),
        (
            {"lengths": (2, 11)},
            (
                "lengths: expected at least one, each from 1 to 10 cells on a floor of 10 rows and "
                "10 columns, got (2, 11)"
            ),
        ),
        (
            {"lengths": ()},
            (
                "lengths: expected at least one, each from 1 to 10 cells on a floor of 10 rows and "
                "10 columns, got ()"
            ),
        ),
        (
            {"entrance": (10, 0)},
            "entrance: expected a cell (x, y) on a floor of 10 rows and 10 columns, got (10, 0)",
        ),
        ({"exit": (0, 0)}, "expected two doors, got entrance and exit both at (0, 0)"),
        ({"edge": "cut"}, "edge: expected one of inside, clip, drop, got 'cut'"),
        ({"overlap": "sum"}, "overlap: expected one of union, drop, got 'sum'"),
    ],
)
def test_wrong_floors_are_refused_with_one_clear_message(wrong, message):
    with pytest.raises(InputError) as error:
        Floor(**wrong)
    assert str(error.value) == message


@settings(max_examples=60, deadline=None)
@given(
    rows=st.integers(2, 12), columns=st.integers(2, 12), blocks=st.integers(1, 12), data=st.data()
)
def test_random_individuals_lie_inside_and_have_allowed_lengths(rows, columns, blocks, data):
    longest = min(rows, columns)
    lengths = data.draw(st.lists(st.integers(1, longest), min_size=1, max_size=3))
    floor = Floor(rows, columns, blocks, tuple(lengths))
    individual = random_individual(floor, rng=np.random.default_rng(data.draw(st.integers(0, 99))))
    assert len(individual) == blocks
    assert all(block.length in lengths for block in individual)
    assert [len(cells) for cells in placed_cells(individual, floor)] == [
        block.length for block in individual
    ]


def test_every_fitting_block_is_drawn_about_equally_often():
    floor = Floor(3, 3, 6_000, (2,))
    drawn = random_individual(floor, rng=np.random.default_rng(5))
    blocks, counts = np.unique(np.array(drawn), axis=0, return_counts=True)
    assert len(blocks) == 12  # two directions, two times three places each
    assert np.abs(counts - 500).max() < 100  # 4.7 standard deviations


def test_same_seed_same_individual():
    one, other = (random_individual(Floor(), rng=np.random.default_rng(3)) for _ in range(2))
    assert one == other
