import itertools

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.genome import EDGES, OVERLAPS, Floor, random_population, to_blocks
from layoutlab.floor.kernels import compile_problem, describe, evaluate, fitness_of
from layoutlab.floor.objectives import (
    ALONE,
    COVERS,
    DOORS,
    NEIGHBOURS,
    WALKS,
    Readings,
    reference_fitness,
)

OPTIONS = list(itertools.product(EDGES, OVERLAPS, COVERS, NEIGHBOURS, ALONE, WALKS, DOORS))
PLANS = 10_000


def choose(options):
    edge, overlap, covers, neighbours, alone, walk, door = options
    return {"edge": edge, "overlap": overlap}, Readings(covers, neighbours, alone, walk, door)


def same_as_the_reference(floor, readings, plans, seed):
    population = random_population(floor, plans, rng=np.random.default_rng(seed))
    expected = [reference_fitness(to_blocks(each), floor, readings) for each in population]
    assert evaluate(population, floor, readings).tolist() == expected


ALTERNATIVES = [
    (name, value)
    for name, values in (
        ("edge", EDGES),
        ("overlap", OVERLAPS),
        ("covers", COVERS),
        ("neighbours", NEIGHBOURS),
        ("alone", ALONE),
        ("walk", WALKS),
        ("door", DOORS),
    )
    for value in values
]


@pytest.mark.parametrize(("name", "value"), ALTERNATIVES)
def test_every_option_equals_the_reference_to_the_last_bit(name, value):
    """Ten thousand random plans of each option, on a small, crowded floor."""
    how = {name: value} if name in ("edge", "overlap") else {}
    readings = Readings() if how else Readings(**{name: value})
    same_as_the_reference(Floor(4, 4, 3, (1, 2, 3), **how), readings, PLANS, 7)


def test_all_options_together_equal_the_reference_to_the_last_bit():
    for seed, options in enumerate(OPTIONS):
        how, readings = choose(options)
        floor = Floor(4 + seed % 3, 5, 3 + seed % 4, (1, 2, 4), **how)
        same_as_the_reference(floor, readings, 4, seed)


@pytest.mark.parametrize(
    "how",
    [{"edge": edge, "overlap": overlap} for edge in EDGES for overlap in OVERLAPS],
    ids=str,
)
def test_the_paper_s_floor_equals_the_reference_to_the_last_bit(how):
    same_as_the_reference(Floor(**how), Readings(), 300, 5)


@pytest.mark.parametrize("columns", [63, 64, 65, 130])
@pytest.mark.parametrize("walk", WALKS)
def test_floors_wider_than_a_word_equal_the_reference(columns, walk):
    floor = Floor(5, columns, columns // 2, (3, 5), entrance=(0, 2), exit=(-1, 3), edge="clip")
    same_as_the_reference(floor, Readings(walk=walk, neighbours="cells"), 25, columns)


def test_a_winding_walk_is_found():
    # walls from alternating sides: the walk goes through every row
    floor = Floor(9, 9, 4, (8,))
    walls = [(0, y % 4 // 2, y, 8) for y in (1, 3, 5, 7)]
    fitness = evaluate(np.array([walls]), floor, Readings())
    assert fitness[0] == pytest.approx(32 / 5 + 0.05 + 0.05)
    closed = evaluate(np.array([[(0, 0, 1, 8), (1, 8, 0, 8), *walls[2:]]]), floor, Readings())
    assert closed[0] < 6


def test_one_individual_is_evaluated_inside_compiled_code_as_in_a_population():
    floor, readings = Floor(), Readings()
    population = random_population(floor, 20, rng=np.random.default_rng(3))
    problem = compile_problem(floor, readings)
    assert [fitness_of(each, problem) for each in population] == evaluate(
        population, floor, readings
    ).tolist()


def test_describe_gives_best_mean_worst_and_spread():
    best, mean, worst, spread = describe(np.array([1.0, 2.0, 6.0]))
    assert (best, mean, worst) == (6.0, 3.0, 1.0)
    assert spread == pytest.approx(np.std([1, 2, 6]))


@pytest.mark.parametrize(
    ("population", "message"),
    [
        (
            np.zeros((2, 4)),
            "population: expected an array of shape (individuals, blocks, 4), got (2, 4)",
        ),
        (
            np.array([[(0, 7, 2, 4)]]),
            "expected blocks on a floor of 10 rows and 10 columns, got (0, 7, 2, 4)",
        ),
        (
            np.array([[(0, 0, 0, 2), (1, 2, -1, 4)]]),
            "expected blocks on a floor of 10 rows and 10 columns, got (1, 2, -1, 4)",
        ),
    ],
)  # fmt: skip
def test_what_is_no_population_is_refused(population, message):
    with pytest.raises(InputError) as error:
        evaluate(population, Floor(blocks=2), Readings())
    assert str(error.value) == message
