from itertools import combinations

import numpy as np
import pytest

from layoutlab.floor.genome import Block, Floor, placed_cells
from layoutlab.floor.objectives import Readings, neighbour_value, reference_tally
from layoutlab.floor.optimum.packing import best_packing, neighbour_values, packing_tables, scale


def every_place(floor):
    length = max(floor.lengths)
    return [
        Block(is_vertical, x, y, length)
        for is_vertical in (False, True)[: 1 + (length > 1)]
        for y in range(floor.rows - (length - 1 if is_vertical else 0))
        for x in range(floor.columns - (0 if is_vertical else length - 1))
    ]


def brute_force(floor, readings, *, walk, spread=False):
    values, best = neighbour_values(floor.blocks, readings, spread=spread), -1.0
    for plan in combinations(every_place(floor), floor.blocks):
        cells = placed_cells(plan, floor)
        if len(frozenset().union(*cells)) < floor.blocks * max(floor.lengths):
            continue
        tally = reference_tally(plan, floor, readings)
        if tally.complete or not walk:
            best = max(best, sum(values[n] for n in tally.neighbours) / floor.blocks)
    return best


FLOORS = [
    Floor(4, 4, 2, (3,)),
    Floor(4, 4, 3, (2,)),
    Floor(4, 5, 4, (2,), entrance=(0, 1), exit=(-1, 1)),
    Floor(3, 6, 4, (3,)),
    Floor(4, 4, 5, (1,)),
    Floor(3, 5, 6, (2,)),
    Floor(3, 4, 6, (2,)),
    Floor(3, 5, 6, (1,)),
]


@pytest.mark.parametrize("walk", [True, False])
@pytest.mark.parametrize("floor", FLOORS)
def test_the_best_packing_is_that_of_brute_force(floor, walk):
    readings = Readings()
    expected = brute_force(floor, readings, walk=walk)
    found = best_packing(floor, readings, walk=walk)
    assert found.r == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("floor", FLOORS[:5])
def test_every_reading_of_r(floor):
    alone = Readings(alone="zero")
    assert best_packing(floor, alone).r == pytest.approx(brute_force(floor, alone, walk=True))
    expected = brute_force(floor, Readings(), walk=True, spread=True)
    assert best_packing(floor, Readings(), spread=True).r == pytest.approx(expected)


def test_a_found_plan_has_the_stated_r():
    floor = Floor(8, 8, 8, (5,))
    found = best_packing(floor, Readings(), least=0.05)
    tally = reference_tally(found.blocks, floor, Readings())
    assert tally.covered == 40
    assert tally.complete
    r = np.mean([neighbour_value(n, Readings()) for n in tally.neighbours])
    assert r == pytest.approx(found.r)
    assert found.r == pytest.approx(154 / 240 / 8)


def test_nothing_is_found_above_the_maximum_and_the_maximum_just_above_it():
    floor = Floor(8, 8, 8, (5,))
    best = best_packing(floor, Readings(), least=0.05).r
    assert best_packing(floor, Readings(), least=best).blocks == ()
    assert best_packing(floor, Readings(), least=best - 1e-3).r == pytest.approx(best)


def test_without_symmetries_the_maximum_is_the_same():
    corner, wall = Floor(6, 6, 6, (3,)), Floor(6, 6, 6, (3,), exit=(-1, -2))
    assert len(packing_tables(corner, Readings(), walk=True, spread=False).images) == 4
    assert len(packing_tables(wall, Readings(), walk=True, spread=False).images) == 1
    assert best_packing(corner, Readings()).r == pytest.approx(best_packing(wall, Readings()).r)


def test_values_are_whole_in_units():
    assert scale(1) == scale(2) == 1
    assert scale(7) == 60
    assert neighbour_values(7, Readings(), spread=False)[5] == 0.25
    assert neighbour_values(7, Readings(), spread=True)[5] == 0.01
