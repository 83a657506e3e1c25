from itertools import combinations_with_replacement

import numpy as np
import pytest

from layoutlab.floor.genome import Block, Floor
from layoutlab.floor.objectives import Readings, reference_fitness, reference_tally
from layoutlab.floor.optimum.covering import Case, best_covering


def every_block(floor):
    return [
        Block(is_vertical, x, y, length)
        for length in floor.lengths
        for is_vertical in (False, True)
        for y in range(floor.rows - (length - 1 if is_vertical else 0))
        for x in range(floor.columns - (0 if is_vertical else length - 1))
    ]


def brute_force(floor, case):
    best = -np.inf
    for plan in combinations_with_replacement(every_block(floor), floor.blocks):
        tally = reference_tally(plan, floor, Readings())
        if tally.complete is case.walk and case.fewest <= tally.covered <= case.most:
            best = max(best, reference_fitness(plan, floor, Readings()))
    return best


@pytest.mark.parametrize(
    "floor", [Floor(3, 3, 2, (2, 3)), Floor(3, 3, 3, (2, 3)), Floor(3, 4, 2, (2, 3))]
)
@pytest.mark.parametrize("walk", [True, False])
def test_the_best_covering_is_that_of_brute_force(floor, walk):
    case = Case(walk, 2, floor.rows * floor.columns)
    expected = brute_force(floor, case)
    found = best_covering(floor, Readings(), case, least=-2.0, work=20)
    if np.isfinite(expected):
        assert found.bound == pytest.approx(expected)
        assert reference_fitness(found.blocks, floor, Readings()) >= expected - 1e-9
    else:
        assert found.blocks == ()


def test_nothing_is_found_above_the_best():
    floor, case = Floor(3, 3, 2, (2, 3)), Case(True, 2, 9)
    best = best_covering(floor, Readings(), case, least=-2.0, work=20)
    again = best_covering(floor, Readings(), case, least=best.bound, work=20)
    assert again.blocks == ()
    assert again.bound == best.bound


def test_a_spread_r_pays_no_crowd():
    floor, case = Floor(3, 3, 6, (2,)), Case(False, 9, 9)
    literal = best_covering(floor, Readings(), case, least=-2.0, work=5)
    spread = best_covering(floor, Readings(), case, least=-2.0, work=5, spread=True)
    assert spread.bound < literal.bound
