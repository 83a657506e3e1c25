from itertools import combinations_with_replacement

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor
from layoutlab.floor.objectives import Readings, reference_fitness, reference_tally
from layoutlab.floor.optimum.proof import (
    can_walk,
    case_bound,
    cases,
    lost,
    most_covered,
    most_touches,
    optimum,
    plan_fitness,
)


def every_block(floor):
    return [
        Block(is_vertical, x, y, length)
        for length in floor.lengths
        for is_vertical in (False, True)
        for y in range(floor.rows - (length - 1 if is_vertical else 0))
        for x in range(floor.columns - (0 if is_vertical else length - 1))
    ]


def rng():
    return np.random.default_rng(1)


@pytest.mark.parametrize(
    "floor",
    [
        Floor(3, 3, 2, (2, 3)),
        Floor(3, 4, 3, (3,)),
        Floor(4, 4, 2, (2, 3, 4)),
        Floor(3, 3, 3, (2, 3), entrance=(0, 1), exit=(-1, 1)),
    ],
)
def test_the_optimum_is_that_of_brute_force(floor):
    plans = list(combinations_with_replacement(every_block(floor), floor.blocks))
    best = max(reference_fitness(plan, floor, Readings()) for plan in plans)
    found = optimum(floor, rng=rng(), evaluations=5_000, work=20)
    assert found.proved
    assert found.gap == 0
    assert found.fitness == pytest.approx(best)
    assert found.fitness == reference_fitness(found.blocks, floor, Readings())


@pytest.mark.parametrize("floor", [Floor(3, 3, 3, (2, 3)), Floor(3, 4, 3, (2, 3))])
def test_the_bound_of_every_case_holds(floor):
    parts = list(cases(floor))
    for plan in combinations_with_replacement(every_block(floor), floor.blocks):
        tally = reference_tally(plan, floor, Readings())
        held = [
            case
            for case in parts
            if case.walk is tally.complete and case.fewest <= tally.covered <= case.most
        ]
        assert held
        fitness = reference_fitness(plan, floor, Readings())
        assert all(case_bound(case, floor, Readings()) >= fitness - 1e-9 for case in held)


def test_the_papers_problem_is_closed():
    floor = Floor()
    found = optimum(floor, rng=rng(), evaluations=100_000)
    assert found.proved
    assert found.walk
    assert found.fitness == pytest.approx(10.05 + 250 / 2400)
    assert reference_fitness(found.blocks, floor, Readings()) == found.fitness


def test_a_small_floor_is_shut_unless_a_walk_is_needed():
    floor = Floor(6, 6, 6)
    literal = optimum(floor, rng=rng(), evaluations=20_000)
    open_floor = optimum(floor, rng=rng(), evaluations=20_000, needs_walk=True)
    assert literal.proved
    assert not literal.walk
    assert not can_walk(literal.blocks, floor)
    assert open_floor.walk
    assert open_floor.fitness < literal.fitness
    assert open_floor.gap > 0


def test_a_spread_floor_keeps_blocks_apart():
    floor = Floor()
    found = optimum(floor, rng=rng(), evaluations=20_000, spread=True)
    assert found.proved
    assert found.fitness == pytest.approx(10.10)
    assert max(reference_tally(found.blocks, floor, Readings()).neighbours) <= 1
    assert plan_fitness(found.blocks, floor, Readings(), spread=True) == found.fitness


@pytest.mark.parametrize(
    ("blocks", "cells_lost", "touches"),
    [(10, 0, 24), (10, 1, 26), (10, 2, 45), (2, 0, 1), (3, 0, 3)],
)
def test_most_touches(blocks, cells_lost, touches):
    assert most_touches(blocks, cells_lost) == touches


def test_random_plans_keep_within_the_contacts_proved():
    floor, drawn = Floor(6, 6, 8, (3,)), np.random.default_rng(3)
    places = every_block(floor)
    met = set()
    for _ in range(4_000):
        plan = [places[at] for at in drawn.integers(0, len(places), floor.blocks)]
        tally = reference_tally(plan, floor, Readings())
        short = 24 - tally.covered
        met.add(short)
        assert sum(tally.neighbours) / 2 <= most_touches(8, short)
    assert {0, 1} <= met


def test_a_walk_keeps_its_cells_free():
    assert most_covered(Floor(), walk=True) == 50
    assert most_covered(Floor(6, 6), walk=True) == 25
    assert most_covered(Floor(6, 6), walk=False) == 36
    assert [lost(case, Floor(8, 8)) for case in cases(Floor(8, 8)) if case.walk] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("floor", "readings", "message"),
    [
        (Floor(edge="clip"), Readings(), "edge: expected 'inside' for the optimum, got 'clip'"),
        (
            Floor(overlap="drop"),
            Readings(),
            "overlap: expected 'union' for the optimum, got 'drop'",
        ),
        (
            Floor(),
            Readings(covers="blocks"),
            "covers: expected 'cells' for the optimum, got 'blocks'",
        ),
    ],
)
def test_other_readings_are_refused(floor, readings, message):
    with pytest.raises(InputError) as error:
        optimum(floor, readings, rng=rng())
    assert str(error.value) == message
