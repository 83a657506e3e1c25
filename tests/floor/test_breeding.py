from collections import Counter

import numpy as np
import pytest
from scipy import stats

from layoutlab.floor import breeding
from layoutlab.floor.genome import EDGES, Floor, random_population, to_array, to_blocks
from layoutlab.floor.kernels import compile_problem
from layoutlab.floor.objectives import Readings
from layoutlab.floor.operators import CROSSOVERS, MUTATIONS

FLOOR = Floor(7, 9, 6, (1, 2, 4))


def lists(population):
    return [list(to_blocks(each)) for each in population]


@pytest.mark.parametrize("name", CROSSOVERS)
def test_a_crossover_does_what_deaps_does_draw_by_draw(name):
    population = random_population(FLOOR, 40, rng=np.random.default_rng(1))
    individuals, pairs = lists(population), np.array([0, 3, 4, 19])
    rng = np.random.default_rng(2)
    for pair in pairs:
        knows_space = {"floor": FLOOR} if name == "rectangle" else {}
        CROSSOVERS[name](individuals[2 * pair], individuals[2 * pair + 1], **knows_space, rng=rng)
    problem = compile_problem(FLOOR, Readings())
    breeding.cross(population, pairs, name, problem, rng=np.random.default_rng(2))
    assert (population == to_array(individuals)).all()


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_does_what_deaps_does_draw_by_draw(name, edge):
    floor = Floor(7, 9, 6, (1, 2, 4), edge=edge)
    population = random_population(floor, 200, rng=np.random.default_rng(1))
    individuals, chosen = lists(population), np.arange(0, 200, 3)
    rng = np.random.default_rng(2)
    for one in chosen:
        MUTATIONS[name](individuals[one], floor=floor, rng=rng)
    problem = compile_problem(floor, Readings())
    breeding.mutate(population, chosen, name, problem, rng=np.random.default_rng(2))
    assert (population == to_array(individuals)).all()


@pytest.mark.parametrize("name", ["block", "any"])
def test_mutations_of_other_streams_agree_in_distribution(name):
    """Different seeds on both sides: the blocks that come out are equally frequent."""
    floor = Floor(3, 3, 1, (1, 2))
    start = np.repeat(random_population(floor, 1, rng=np.random.default_rng(0)), 20_000, axis=0)
    individuals, rng = lists(start), np.random.default_rng(7)
    for individual in individuals:
        MUTATIONS[name](individual, floor=floor, rng=rng)
    problem = compile_problem(floor, Readings())
    breeding.mutate(start, np.arange(len(start)), name, problem, rng=np.random.default_rng(8))
    counted = [
        Counter(tuple(map(int, each[0])) for each in side) for side in (individuals, start.tolist())
    ]
    outcomes = sorted(counted[0] | counted[1])
    table = np.array([[side[each] for each in outcomes] for side in counted])
    assert stats.chi2_contingency(table).pvalue > 1e-3


def test_different_counts_individuals():
    population = random_population(FLOOR, 300, rng=np.random.default_rng(1))
    population[100:200] = population[:100]
    expected = len({each.tobytes() for each in population})
    assert breeding.different(population) == expected < 300
