import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.assignment.breeding import Population, Settings, crossed, repaired, shaken


@given(st.integers(2, 30), st.integers(0, 10**6))
def test_a_child_is_a_permutation_that_keeps_what_its_parents_share(n, seed):
    rng = np.random.default_rng(seed)
    one, other = rng.permutation(n).astype(np.int32), rng.permutation(n).astype(np.int32)
    child = crossed(one, other, rng)
    assert sorted(child.tolist()) == list(range(n))
    assert child.dtype == np.int32
    assert (child == one)[one == other].all()


@given(st.integers(2, 30), st.integers(0, 10**6), st.floats(0, 1))
def test_a_shake_moves_no_more_than_its_share(n, seed, share):
    rng = np.random.default_rng(seed)
    p = rng.permutation(n).astype(np.int32)
    moved = shaken(p, share, rng)
    assert sorted(moved.tolist()) == list(range(n))
    assert (moved != p).sum() <= max(2, int(share * n))


def test_a_repair_moves_as_few_objects_as_it_can():
    rng = np.random.default_rng(0)
    allowed = np.ones((5, 5), bool)
    allowed[0, 0] = allowed[0, 1] = False
    p = np.arange(5, dtype=np.int32)
    fixed = repaired(p, allowed, rng)
    assert allowed[np.arange(5), fixed].all()
    assert (fixed != p).sum() == 2
    assert repaired(fixed, allowed, rng) is fixed


def test_a_population_keeps_the_better_and_no_twin():
    population = Population(3, Settings(population=2), np.random.default_rng(0))
    one, two, three = (np.roll(np.arange(3), turn) for turn in range(3))
    population.enter(5, one)
    population.enter(9, two)
    population.enter(5, one.copy())
    assert population.idle == 1
    population.enter(7, three)
    assert [cost for cost, _ in population.members] == [5, 7]
    assert population.idle == 0


def test_shakes_grow_until_the_population_starts_anew():
    settings = Settings(population=4, brood=4, stagnation=0, shaken=0.5)
    population = Population(8, settings, np.random.default_rng(0))
    kept = []
    for _ in range(4):
        while len(population.members) < 4:
            for cost, p in enumerate(population.starts()):
                population.enter(cost, p)
        population.idle = 1
        starts = population.starts()
        kept.append(len(population.members))
        for cost, p in enumerate(starts):
            population.enter(cost, p)
    assert kept == [1, 1, 0, 1]


def test_settings_out_of_range_are_refused():
    for changed, message in [
        ({"population": 1}, "population: expected at least 2, got 1"),
        ({"walk": 0}, "walk: expected at least 1, got 0"),
        ({"longest": 0.5}, "longest: expected at least the shortest, 0.9, got 0.5"),
    ]:
        with pytest.raises(InputError) as error:
            Settings(**changed)
        assert str(error.value) == message
