from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, placed_cells, random_individual
from layoutlab.floor.operators import (
    CROSSOVERS,
    MUTATIONS,
    cross_rectangle,
    cross_two_point,
    mutate_lengthen,
    mutate_shift,
    mutate_turn,
    named,
)
from layoutlab.floor.selection import SELECTIONS

BY_PLACE = sorted(set(CROSSOVERS) - {"rectangle"})


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(BY_PLACE), blocks=st.integers(1, 12), seed=st.integers(0, 10_000))
def test_crossovers_exchange_blocks_place_by_place(name, blocks, seed):
    rng = np.random.default_rng(seed)
    parents = [random_individual(Floor(blocks=blocks), rng=rng) for _ in range(2)]
    children = [list(parent) for parent in parents]
    returned = CROSSOVERS[name](*children, rng=rng)
    assert returned[0] is children[0]
    assert returned[1] is children[1]
    for place in range(blocks):
        assert {children[0][place], children[1][place]} == {parents[0][place], parents[1][place]}
    assert Counter(children[0] + children[1]) == Counter(parents[0] + parents[1])


def exchanged(cross, length, rng):
    one, other = [0] * length, [1] * length
    cross(one, other, rng=rng)
    return tuple(one)


def test_two_point_exchanges_each_stretch_after_the_first_block_equally_often():
    rng = np.random.default_rng(9)
    counted = Counter(exchanged(cross_two_point, 4, rng) for _ in range(6_000))
    stretches = {(0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 1, 1, 0), (0, 0, 1, 1), (0, 1, 1, 1)}
    assert set(counted) == stretches
    assert all(abs(times - 1_000) < 130 for times in counted.values())


def test_one_point_exchanges_a_tail_and_uniform_each_block_by_half():
    rng = np.random.default_rng(9)
    tails = Counter(exchanged(CROSSOVERS["one_point"], 3, rng) for _ in range(2_000))
    assert set(tails) == {(0, 1, 1), (0, 0, 1)}
    assert abs(tails[0, 1, 1] - 1_000) < 110
    halves = np.array([exchanged(CROSSOVERS["uniform"], 5, rng) for _ in range(4_000)])
    np.testing.assert_allclose(halves.mean(axis=0), 0.5, atol=0.04)


class Draws:
    """A generator whose numbers are written down."""

    def __init__(self, *numbers):
        self.numbers = np.array(numbers, dtype=float)

    def random(self, size):
        assert len(self.numbers) == size
        return self.numbers


def test_rectangle_exchanges_the_blocks_whose_middle_it_holds():
    # columns 2 to 5, rows 0 to 3: the middle of a block of 4 is its second cell
    one = [Block(False, 1, 0, 4), Block(False, 0, 0, 4), Block(True, 5, 2, 3)]
    other = [Block(True, 9, 9, 1), Block(True, 4, 3, 2), Block(True, 6, 0, 2)]
    draws = Draws(0.55, 0.25, 0.05, 0.35)
    children = cross_rectangle(list(one), list(other), floor=Floor(), rng=draws)
    assert children[0] == [other[1], one[1], one[2]]
    assert children[1] == [other[0], one[0], other[2]]


@settings(max_examples=60, deadline=None)
@given(blocks=st.integers(1, 12), seed=st.integers(0, 10_000))
def test_rectangle_keeps_all_blocks_and_their_number(blocks, seed):
    rng = np.random.default_rng(seed)
    floor = Floor(blocks=blocks)
    parents = [random_individual(floor, rng=rng) for _ in range(2)]
    children = cross_rectangle(*map(list, parents), floor=floor, rng=rng)
    assert [len(child) for child in children] == [blocks, blocks]
    assert Counter(children[0] + children[1]) == Counter(parents[0] + parents[1])


@pytest.mark.parametrize(
    ("mutate", "draws", "before", "after"),
    [
        (mutate_shift, (0.1, 0.1), Block(True, 4, 4, 3), Block(True, 5, 4, 3)),
        (mutate_shift, (0.9, 0.9), Block(True, 4, 4, 3), Block(True, 4, 3, 3)),
        (mutate_shift, (0.9, 0.1), Block(True, 4, 7, 3), Block(True, 4, 7, 3)),
        (mutate_turn, (0.1, 0.1), Block(True, 8, 2, 3), Block(False, 7, 2, 3)),
        (mutate_lengthen, (0.1, 0.1), Block(True, 4, 7, 3), Block(True, 4, 6, 4)),
        (mutate_lengthen, (0.9, 0.1), Block(True, 4, 7, 2), Block(True, 4, 7, 2)),
    ],
)
def test_mutations_by_hand(mutate, draws, before, after):
    individual = [before]
    mutate(individual, floor=Floor(blocks=1), rng=Draws(0.5, 0.5, *draws, 0.5, 0.5))
    assert individual == [after]


def test_any_mutation_does_each_of_four():
    floor, rng = Floor(blocks=1), np.random.default_rng(3)
    before = Block(True, 5, 5, 3)
    seen = set()
    for _ in range(300):
        individual = [before]
        MUTATIONS["any"](individual, floor=floor, rng=rng)
        (after,) = individual
        seen.add((after[0] == before[0], after[1:3] == before[1:3], after[3] == before[3]))
    assert {(False, True, True), (True, False, True), (True, True, False)} <= seen


@settings(max_examples=80, deadline=None)
@given(
    name=st.sampled_from(sorted(MUTATIONS)),
    rows=st.integers(3, 9),
    columns=st.integers(3, 9),
    seed=st.integers(0, 10_000),
)
def test_mutations_alter_one_block_and_keep_it_on_the_floor(name, rows, columns, seed):
    rng = np.random.default_rng(seed)
    floor = Floor(rows, columns, 5, (1, 2, 3))
    before = random_individual(floor, rng=rng)
    after = list(before)
    (returned,) = MUTATIONS[name](after, floor=floor, rng=rng)
    assert returned is after
    changed = [place for place in range(5) if before[place] != after[place]]
    assert len(changed) <= 1
    assert len(placed_cells(after, floor)) == 5
    assert all(isinstance(block, Block) and block.length in floor.lengths for block in after)


def test_an_unknown_operator_is_refused_with_the_nearest_name():
    with pytest.raises(InputError) as error:
        named("selection", "roulete", SELECTIONS)
    assert str(error.value) == (
        "selection: expected one of roulette, windowed_roulette, sigma_roulette, sus, tournament, "
        "rank, exponential_rank, truncation, got 'roulete'; did you mean 'roulette'?"
    )
    with pytest.raises(InputError) as error:
        named("crossover", "xyz", CROSSOVERS)
    assert str(error.value) == (
        "crossover: expected one of one_point, two_point, uniform, rectangle, got 'xyz'"
    )
