from itertools import product

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.bitboard import FastFitness
from layoutlab.floor.genome import EDGES, OVERLAPS, Block, Floor, random_individual
from layoutlab.floor.objectives import (
    ALONE,
    COVERS,
    DOORS,
    NEIGHBOURS,
    WALKS,
    Readings,
    reference_fitness,
    reference_tally,
)


def test_equal_to_the_reference_under_the_default_readings():
    floor, readings, rng = Floor(), Readings(), np.random.default_rng(2)
    fast, complete = FastFitness(floor, readings), 0
    for _ in range(400):
        individual = random_individual(floor, rng=rng)
        assert fast(individual) == reference_fitness(individual, floor, readings)
        complete += fast.tally(individual).complete
    assert 40 < complete < 390


@pytest.mark.parametrize(("edge", "overlap"), list(product(EDGES, OVERLAPS)))
def test_equal_to_the_reference_under_every_combination_of_readings(edge, overlap):
    rng = np.random.default_rng(7)
    for names in product(COVERS, NEIGHBOURS, ALONE, WALKS, DOORS):
        rows, columns = rng.integers(3, 8, size=2).tolist()
        floor = Floor(rows, columns, 5, (1, 2, 3), edge=edge, overlap=overlap)
        readings = Readings(*names)
        fast = FastFitness(floor, readings)
        for _ in range(2):
            individual = random_individual(floor, rng=rng)
            assert fast.tally(individual) == reference_tally(individual, floor, readings)
            assert fast(individual) == reference_fitness(individual, floor, readings)


def test_a_step_does_not_lead_round_the_edge_into_the_next_row():
    # free: the right half of row 0 and the left half of row 1, touching only across the edge
    floor = Floor(2, 4, 2, (2,), entrance=(3, 0), exit=(0, 1))
    individual = [Block(False, 0, 0, 2), Block(False, 2, 1, 2)]
    assert not FastFitness(floor, Readings()).tally(individual).complete


def test_a_block_past_the_edge_is_refused():
    with pytest.raises(InputError, match="expected blocks inside a floor of 10 rows"):
        FastFitness(Floor(), Readings())([Block(False, 8, 0, 3)])
