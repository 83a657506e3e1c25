import random
from functools import partial

import numpy as np
import pytest
from deap import base, tools
from hypothesis import given, settings
from hypothesis import strategies as st
from pymoo.indicators.hv import HV

from layoutlab.errors import InputError
from layoutlab.floor.store import fronts, pareto
from layoutlab.floor.store.nondominated import select_nsga2, select_nsga3, tournaments
from layoutlab.floor.store.pareto import Problem, Settings


def front_by_hand(values):
    def dominated(row):
        return any((other <= row).all() and (other < row).any() for other in values)

    return np.array([row for row in values if not dominated(row)])


def toy():
    """Vectors of eight whole numbers between two targets: the compromises lie between them."""

    def create(*, rng):
        return rng.integers(0, 21, 8).astype(np.int16)

    def mutate(layout, *, rng):
        changed = layout.copy()
        changed[rng.integers(8)] = rng.integers(0, 21)
        return changed

    def cross(layout, other, *, rng):
        return np.where(rng.random(8) < 0.5, layout, other)

    def away(target, layout):
        return float(((layout - target) ** 2).sum())

    aims = (partial(away, 5), partial(away, 15), lambda layout: float(abs(np.diff(layout)).sum()))
    return Problem(create, mutate, cross, aims)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 14), st.integers(2, 3), st.integers(0, 2**32 - 1))
def test_selections_take_better_fronts_first(size, aims, seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, (size, aims)).astype(float)
    count = int(rng.integers(1, size + 1))
    reference = tools.uniform_reference_points(aims, 3)
    for kept in (select_nsga2(values, count), select_nsga3(values, count, reference, rng=rng)):
        assert len(set(kept.tolist())) == count
        best = {tuple(row) for row in front_by_hand(values).tolist()}
        in_front = [tuple(row) in best for row in values.tolist()]
        assert sum(in_front[row] for row in kept) == min(count, sum(in_front))


def test_nsga2_is_that_of_deap():
    values = np.random.default_rng(0).random((30, 3))

    class Costs(base.Fitness):
        weights = (-1.0, -1.0, -1.0)

    class Individual(list):
        pass

    individuals = []
    for number, row in enumerate(values.tolist()):
        individual = Individual([number])
        individual.fitness = Costs(row)
        individuals.append(individual)
    expected = [individual[0] for individual in tools.selNSGA2(individuals, 12)]
    assert select_nsga2(values, 12).tolist() == expected


def test_nsga3_keeps_one_for_each_reference_point_it_can():
    angle = np.linspace(0, np.pi / 2, 41)
    values = 1 - np.column_stack([np.cos(angle), np.sin(angle)])
    reference = tools.uniform_reference_points(2, 4)
    kept = values[select_nsga3(values, 5, reference, rng=np.random.default_rng(0))]
    scaled = kept / kept.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(np.sort(scaled[:, 0]), [0, 0.25, 0.5, 0.75, 1], atol=0.06)


def test_tournaments_prefer_who_dominates_and_who_stands_alone():
    values = np.array([[0, 0], [1, 1], [2, 2], [3, 3]], dtype=float)
    won = tournaments(values, 400, rng=np.random.default_rng(1))
    counts = np.bincount(won, minlength=4)
    assert counts[0] > counts[1] > counts[2]
    assert counts[3] == 0
    assert tournaments(values[:1], 3, rng=np.random.default_rng(1)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("selection", pareto.SELECTIONS)
def test_a_search_is_its_seeds_and_touches_no_global_generator(selection):
    settings = Settings(population=12, selection=selection)
    random.seed(3)
    np.random.seed(3)  # noqa: NPY002
    before = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    one = pareto.search(toy(), settings, 6, rng=np.random.default_rng(7))
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002
    random.seed(4)
    np.random.seed(4)  # noqa: NPY002
    two = pareto.search(toy(), settings, 6, rng=np.random.default_rng(7))
    np.testing.assert_array_equal(one.layouts, two.layouts)
    np.testing.assert_array_equal(one.seen, two.seen)
    other = pareto.search(toy(), settings, 6, rng=np.random.default_rng(8))
    assert not np.array_equal(one.seen, other.seen)


@pytest.mark.parametrize("selection", pareto.SELECTIONS)
@pytest.mark.parametrize("stopped", [0, 1, 4])
def test_a_resumed_search_ends_in_the_same_bits(selection, stopped, tmp_path):
    settings = Settings(population=10, selection=selection)
    unbroken = pareto.search(toy(), settings, 5, rng=np.random.default_rng(1))
    part = pareto.search(toy(), settings, stopped, rng=np.random.default_rng(1))
    assert part.generation == stopped
    pareto.save_state(tmp_path / "state.npz", part)
    ended = pareto.resume(pareto.load_state(tmp_path / "state.npz"), toy(), settings, 5)
    for name in ("layouts", "values", "seen"):
        np.testing.assert_array_equal(getattr(ended, name), getattr(unbroken, name))
    assert ended.generator == unbroken.generator
    pareto.save_state(tmp_path / "again.npz", ended)
    pareto.save_state(tmp_path / "unbroken.npz", unbroken)
    again, whole = (tmp_path / "again.npz").read_bytes(), (tmp_path / "unbroken.npz").read_bytes()
    assert again == whole


@pytest.mark.parametrize("selection", pareto.SELECTIONS)
def test_a_search_beats_random_layouts(selection):
    settings = Settings(population=20, selection=selection)
    reference = np.array([2000.0, 2000.0, 200.0])
    gains = []
    for seed in range(3):
        found = pareto.search(toy(), settings, 25, rng=np.random.default_rng(seed))
        drawn = pareto.random_search(toy(), settings, 25, rng=np.random.default_rng(seed))
        assert found.seen.shape == drawn.seen.shape == (20 * 26, 3)
        gains.append(
            fronts.hypervolume(found.seen, reference) - fronts.hypervolume(drawn.seen, reference)
        )
    assert min(gains) > 0


def test_the_callback_sees_every_generation():
    seen = []
    pareto.search(
        toy(),
        Settings(population=4),
        3,
        rng=np.random.default_rng(0),
        callback=lambda state: seen.append((state.generation, len(state.seen))),
    )
    assert seen == [(0, 4), (1, 8), (2, 12), (3, 16)]


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(2, 3), st.integers(0, 2**32 - 1))
def test_fronts_and_hypervolume(size, aims, seed):
    values = np.random.default_rng(seed).integers(0, 9, (size, aims)).astype(float)
    np.testing.assert_array_equal(fronts.front_of(values), np.unique(front_by_hand(values), axis=0))
    reference = np.full(aims, 8.0)
    expected = HV(ref_point=reference)(values)
    assert fronts.hypervolume(values, reference) == pytest.approx(expected)
    grown = fronts.hypervolume_growth(values, reference, 1)
    assert (np.diff(grown) >= -1e-9).all()
    assert grown[-1] == pytest.approx(expected)


def test_hypervolume_by_hand():
    assert fronts.hypervolume(np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([3.0, 3.0])) == 3.0
    assert fronts.hypervolume(np.array([[4.0, 0.0]]), np.array([3.0, 3.0])) == 0.0


def test_attainment_by_hand():
    runs = [np.array([[1.0, 4.0], [3.0, 1.0]]), np.array([[2.0, 2.0]]), np.array([[4.0, 4.0]])]
    found = fronts.attainment(runs, (1 / 3, 0.5, 1.0))
    np.testing.assert_array_equal(found[1 / 3], [[1, 4], [2, 2], [3, 1]])
    np.testing.assert_array_equal(found[0.5], [[2, 4], [3, 2]])  # two of the three runs
    np.testing.assert_array_equal(found[1.0], [[4, 4]])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Settings(population=1), "population: expected at least 2, got 1"),
        (lambda: Settings(selection="best"), "selection: expected one of nsga2, nsga3, got 'best'"),
        (
            lambda: Settings(crossover_probability=1.5),
            "crossover_probability: expected from 0 to 1, got 1.5",
        ),
        (
            lambda: pareto.search(toy(), Settings(), -1, rng=np.random.default_rng(0)),
            "generations: expected at least 0, got -1",
        ),
        (
            lambda: select_nsga2(np.ones((3, 2)), 4),
            "count: expected from 1 to 3, got 4",
        ),
        (
            lambda: select_nsga2(np.array([[np.nan, 1.0]]), 1),
            "values: expected finite numbers, a row for each layout, got shape (1, 2)",
        ),
        (
            lambda: pareto.load_state("nowhere/state.npz"),
            "expected a saved search at nowhere/state.npz, found no such file",
        ),
        (
            lambda: fronts.attainment([np.ones((2, 3))], (0.5,)),
            "runs: expected at least one, each with two objectives a row",
        ),
        (
            lambda: fronts.attainment([np.ones((2, 2))], (0.0,)),
            "shares: expected above 0 and at most 1, got [0.0]",
        ),
        (
            lambda: fronts.hypervolume_growth(np.ones((2, 2)), np.ones(2), 3),
            "every: expected from 1 to 2 evaluations, got 3",
        ),
    ],
)
def test_bad_input_is_refused(wrong, message):
    with pytest.raises(InputError) as raised:
        wrong()
    assert str(raised.value) == message


def test_an_objective_without_a_number_is_refused():
    problem = toy()
    broken = Problem(problem.create, problem.mutate, problem.cross, (lambda _: float("inf"),))
    with pytest.raises(InputError) as raised:
        pareto.search(broken, Settings(), 1, rng=np.random.default_rng(0))
    assert str(raised.value) == "objectives: expected finite numbers, got one that is not"
