from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, placed_cells, random_individual
from layoutlab.floor.operators import (
    CROSSOVERS,
    MUTATIONS,
    SELECTIONS,
    cross_two_point,
    named,
    select_rank,
    select_roulette,
    select_tournament,
    select_windowed_roulette,
)

DRAWS = 60_000


def population(*values):
    """Individuals as DEAP has them, reduced to what selection reads."""
    return [
        SimpleNamespace(name=at, fitness=SimpleNamespace(values=(v,)))
        for at, v in enumerate(values)
    ]


def shares(select, *values, **how):
    chosen = select(population(*values), DRAWS, rng=np.random.default_rng(4), **how)
    counted = Counter(individual.name for individual in chosen)
    return [counted[at] / DRAWS for at in range(len(values))]


def test_roulette_selects_in_proportion_to_fitness():
    np.testing.assert_allclose(
        shares(select_roulette, 1, 0, 3, 4), [1 / 8, 0, 3 / 8, 4 / 8], atol=0.01
    )


def test_windowed_roulette_selects_in_proportion_above_the_worst():
    np.testing.assert_allclose(
        shares(select_windowed_roulette, -3, -2, 0), [0, 1 / 4, 3 / 4], atol=0.01
    )
    np.testing.assert_allclose(shares(select_windowed_roulette, -1, -1), [1 / 2, 1 / 2], atol=0.01)


def test_tournament_selects_the_best_of_those_drawn():
    # the best of 3 drawn out of 4 with replacement has rank i with (i**3 - (i - 1)**3) / 64
    np.testing.assert_allclose(
        shares(select_tournament, 1, 2, 3, 4), [1 / 64, 7 / 64, 19 / 64, 37 / 64], atol=0.01
    )
    np.testing.assert_allclose(shares(select_tournament, 1, 2, size=1), [1 / 2, 1 / 2], atol=0.01)


def test_rank_selects_linearly_and_shares_ranks_at_ties():
    np.testing.assert_allclose(shares(select_rank, 10, 1, 1.1), [2 / 3, 0, 1 / 3], atol=0.01)
    np.testing.assert_allclose(
        shares(select_rank, 1, 2, 3, pressure=1.5), [1 / 6, 2 / 6, 3 / 6], atol=0.01
    )
    np.testing.assert_allclose(shares(select_rank, 5, 5, 7), [1 / 6, 1 / 6, 4 / 6], atol=0.01)


@pytest.mark.parametrize("values", [(-0.1, 0.5), (0.0, 0.0), (-2.0, -1.0)])
def test_roulette_refuses_what_it_cannot_weigh(values):
    with pytest.raises(InputError) as error:
        select_roulette(population(*values), 2, rng=np.random.default_rng(0))
    assert str(error.value) == (
        "roulette: expected fitness values of at least 0, not all 0, got "
        f"{min(values):g} to {max(values):g}: "
        "select by rank, tournament or windowed_roulette instead"
    )


def test_pressure_and_size_out_of_range_are_refused():
    with pytest.raises(InputError, match=r"^rank: expected a pressure from 1 to 2, got 2\.5$"):
        select_rank(population(1, 2), 1, pressure=2.5, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match=r"^tournament: expected a size of at least 1, got 0$"):
        select_tournament(population(1, 2), 1, size=0, rng=np.random.default_rng(0))


@pytest.mark.parametrize("select", SELECTIONS.values(), ids=SELECTIONS)
def test_selections_return_k_of_the_individuals_given(select):
    individuals = population(1, 2, 3)
    chosen = select(individuals, 7, rng=np.random.default_rng(1))
    assert len(chosen) == 7
    assert all(any(one is each for each in individuals) for one in chosen)
    again = select(individuals, 7, rng=np.random.default_rng(1))
    assert [one.name for one in chosen] == [one.name for one in again]


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(CROSSOVERS)), blocks=st.integers(1, 12), seed=st.integers(0, 10_000)
)
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
        "selection: expected one of roulette, tournament, rank, windowed_roulette, "
        "got 'roulete'; did you mean 'roulette'?"
    )
    with pytest.raises(InputError) as error:
        named("crossover", "xyz", CROSSOVERS)
    assert str(error.value) == "crossover: expected one of one_point, two_point, uniform, got 'xyz'"
