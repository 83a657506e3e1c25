import math

import pytest

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor
from layoutlab.floor.objectives import (
    Readings,
    Tally,
    neighbour_value,
    reference_fitness,
    reference_tally,
    terms,
)

FIGURE_3 = [Block(True, 4, 3, 3), Block(True, 5, 3, 4), Block(True, 7, 4, 3), Block(False, 2, 6, 2)]
FIGURE_6 = [
    Block(True, 3, 1, 3),
    Block(True, 1, 2, 5),
    Block(False, 4, 7, 3),
    Block(False, 7, 8, 2),
]


def test_the_papers_figure_6_by_hand():
    # 13 cells: f = 2.6; a way: a = 0.05; no two blocks share a side: r = 0.05
    assert reference_tally(FIGURE_6, Floor(blocks=4), Readings()) == Tally(13, True, (0, 0, 0, 0))
    assert math.isclose(reference_fitness(FIGURE_6, Floor(blocks=4), Readings()), 2.70)


def test_the_papers_figure_3_by_hand():
    # 12 cells; only the blocks in columns 4 and 5 touch
    assert reference_tally(FIGURE_3, Floor(blocks=4), Readings()) == Tally(12, True, (1, 1, 0, 0))
    zero = Readings(alone="zero")
    assert math.isclose(reference_fitness(FIGURE_3, Floor(blocks=4), zero), 2.4 + 0.05 + 0.025)


def test_a_wall_from_side_to_side_costs_the_way():
    wall = [Block(False, 0, 1, 3), Block(False, 1, 1, 3)]
    floor = Floor(4, 4, 2, (3,))
    # 4 cells, each block overlaps the other
    assert reference_tally(wall, floor, Readings()) == Tally(4, False, (1, 1))
    assert math.isclose(reference_fitness(wall, floor, Readings()), 0.8 - 0.5 + 0.05)


@pytest.mark.parametrize(
    ("n", "r"), [(1, 0.05), (2, 0.025), (4, 0.0125), (4.999, 0.05 / 4.999), (5, 0.25), (6, 0.3)]
)
def test_neighbour_value_on_both_sides_of_five(n, r):
    assert math.isclose(neighbour_value(n, Readings()), r)


def test_no_neighbour_has_a_value_by_name():
    assert neighbour_value(0, Readings()) == 0.05
    assert neighbour_value(0, Readings(alone="zero")) == 0.0


@pytest.mark.parametrize(
    ("reading", "r"),
    [
        ("per_block", (0.05 + 0.05 + 0.025 + 0.3) / 4),
        ("mean", 0.05 / 2.25),
        ("total", 0.05 * 9),
        ("fewest", 0.05),
        ("most", 0.05 * 6),
    ],
)
def test_readings_of_n_by_hand(reading, r):
    tally = Tally(covered=10, complete=False, neighbours=(0, 1, 2, 6))
    f, a, found = terms(tally, Readings(neighbours=reading))
    assert (f, a) == (2.0, -0.5)
    assert math.isclose(found, r)


def test_cells_count_the_eight_around():
    square = [Block(False, 1, 1, 2), Block(False, 1, 2, 2)]
    floor = Floor(5, 5, 2, (2,))
    assert reference_tally(square, floor, Readings(neighbours="cells")).neighbours == (3, 3, 3, 3)


def test_what_b_counts():
    crossing, floor = [Block(False, 0, 1, 3), Block(True, 1, 0, 3)], Floor(4, 4, 2, (3,))
    counted = {
        name: reference_tally(crossing, floor, Readings(covers=name)).covered
        for name in ("cells", "lengths", "blocks")
    }
    assert counted == {"cells": 5, "lengths": 6, "blocks": 2}


def test_every_block_must_be_reached_when_asked():
    # the block in the corner stands behind two others; the exit does not
    hidden = [
        Block(True, 2, 0, 3),
        Block(False, 3, 2, 2),
        Block(False, 3, 0, 2),
        Block(False, 3, 1, 2),
    ]
    floor = Floor(6, 5, 4, (2, 3))
    assert reference_tally(hidden, floor, Readings()).complete
    assert not reference_tally(hidden, floor, Readings(walk="every_block")).complete


def test_a_block_on_a_door_closes_it_or_leaves_it_free():
    on_door, floor = [Block(False, 0, 0, 2)], Floor(4, 4, 1, (2,))
    assert reference_tally(on_door, floor, Readings()) == Tally(2, False, (0,))
    assert reference_tally(on_door, floor, Readings(door="kept_free")) == Tally(1, True, (0,))


def test_unknown_readings_are_refused():
    with pytest.raises(InputError) as error:
        Readings(neighbours="median")
    assert str(error.value) == (
        "neighbours: expected one of per_block, mean, total, fewest, most, cells, got 'median'"
    )
