import itertools
import subprocess
import sys

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor import evolution, reference
from layoutlab.floor.genome import EDGES, Floor
from layoutlab.floor.objectives import NEIGHBOURS, Readings
from layoutlab.floor.operators import CROSSOVERS, MUTATIONS
from layoutlab.floor.reference import clone, individual_class
from layoutlab.floor.selection import SELECTIONS
from layoutlab.floor.settings import Settings

SCHEMES = list(itertools.product(SELECTIONS, CROSSOVERS, MUTATIONS))


@pytest.mark.parametrize("at", range(0, len(SCHEMES), 4))
def test_deap_and_the_compiled_programme_give_the_same_result_to_the_last_bit(at):
    """Every fourth of all schemes, with other settings and readings in turn."""
    selection, crossover, mutation = SCHEMES[at]
    turn = at // 4
    floor = Floor(edge=EDGES[turn % 3], overlap=("union", "drop")[turn % 2])
    readings = Readings(neighbours=NEIGHBOURS[turn % len(NEIGHBOURS)])
    settings = Settings(
        population=13,
        generations=4,
        selection=selection,
        crossover=crossover,
        mutation=mutation,
        mutation_probability=0.5,
        elite=turn % 3,
        replacement=("generational", "steady_state")[turn % 4 == 3],
        restart_below=0.6 * (turn % 5 == 0),
        patience=3 * (turn % 7 == 0),
    )
    results = [
        programme.evolve(floor, readings, settings, rng=np.random.default_rng(at), snapshots=(0, 3))
        for programme in (evolution, reference)
    ]
    assert results[0] == results[1]


@pytest.mark.parametrize("stop", [0, 2, 4])
def test_either_programme_goes_on_from_the_other_s_checkpoint(tmp_path, stop):
    settings = Settings(population=10, generations=4, selection="tournament")
    given = {"floor": Floor(), "readings": Readings(), "settings": settings, "snapshots": (1, 4)}
    whole = reference.evolve(**given, rng=np.random.default_rng(1))
    file = tmp_path / "search.npz"
    evolution.evolve(
        **given,
        rng=np.random.default_rng(1),
        checkpoint=file,
        callback=lambda progress: progress.generation == stop,
    )
    assert reference.evolve(**given, rng=np.random.default_rng(1), checkpoint=file) == whole
    assert evolution.evolve(**given, rng=np.random.default_rng(1), checkpoint=file) == whole


def test_roulette_stops_where_a_fitness_is_negative():
    # blocks of one cell on a floor of two by two: some close a door, 0.2 - 0.5 + 0.05 < 0
    with pytest.raises(InputError, match="roulette: expected fitness values of at least 0"):
        reference.evolve(Floor(2, 2, 1, (1,)), Readings(), Settings(), rng=np.random.default_rng(0))


def test_deaps_classes_are_made_once_and_not_on_import():
    assert individual_class() is individual_class()
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "import layoutlab.floor.reference, deap.creator; "
                "print(hasattr(deap.creator, 'FloorIndividual'))"
            ),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "False\n"


def test_a_clone_is_equal_and_apart():
    one = individual_class()([1, 2])
    one.fitness.values = (3.0,)
    copied = clone(one)
    copied.append(3)
    del copied.fitness.values
    assert one == [1, 2]
    assert one.fitness.values == (3.0,)
