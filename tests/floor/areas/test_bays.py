from itertools import permutations, product

import numpy as np
import pytest
from area_instances import random_problem

from layoutlab.errors import InputError
from layoutlab.floor.areas import bay_kernels, bays
from layoutlab.floor.areas.bay_exact import best_layout
from layoutlab.floor.areas.check import check, cost
from layoutlab.floor.areas.kernels import facility_of


def all_layouts(problem):
    """Every flexible-bay layout, by brute force, in both directions."""
    n = problem.n
    for turned in (False, True):
        facility = facility_of(problem, turned=turned)
        for order, ends in product(permutations(range(n)), product((0, 1), repeat=n - 1)):
            code = np.array([order, (*ends, 1)], dtype=np.int32)
            layout = bays.layout(code, facility)
            yield layout[:, [1, 0, 3, 2]] if turned else layout


def test_a_code_is_decoded_by_hand():
    problem = random_problem(3, rng=np.random.default_rng(0), area=[2.0, 4.0, 2.0], sides=(4, 2))
    code = np.array([[1, 2, 0], [1, 0, 1]], dtype=np.int32)
    layout = bays.layout(code, facility_of(problem))
    assert layout.tolist() == [[2, 1, 2, 1], [0, 0, 2, 2], [2, 0, 2, 1]]


@pytest.mark.parametrize("metric", ["rectilinear", "euclidean"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_proved_optimum_is_that_of_brute_force(metric, seed):
    problem = random_problem(5, rng=np.random.default_rng(seed), metric=metric, limit=4.0)
    allowed = [cost(problem, plan) for plan in all_layouts(problem) if not check(problem, plan)]
    least, layout = best_layout(problem)
    assert least == pytest.approx(min(allowed), rel=1e-9)
    assert cost(problem, layout) == pytest.approx(least, rel=1e-12)
    assert check(problem, layout) == []


def test_without_an_allowed_layout_the_proved_optimum_is_infinite():
    problem = random_problem(4, rng=np.random.default_rng(3), area=[5, 1, 1, 1], sides=(4, 2))
    strict = random_problem(
        4, rng=np.random.default_rng(3), area=[5, 1, 1, 1], sides=(4, 2), limit=1.3
    )
    assert np.isfinite(best_layout(problem)[0])
    assert best_layout(strict)[0] == np.inf


def test_too_many_departments_are_not_enumerated():
    problem = random_problem(12, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match="expected at most 11 departments to enumerate, got 12"):
        best_layout(problem)


def test_moves_keep_codes_codes():
    rng = np.random.default_rng(4)
    code = bays.random_code(9, rng=rng)
    seen = set()
    for _ in range(2000):
        bay_kernels.propose(code, rng)
        assert sorted(code[0]) == list(range(9))
        assert set(np.unique(code[1])) <= {0, 1}
        seen.add(code.tobytes())
    assert len(seen) > 1000


def test_many_codes_are_evaluated_as_the_checker_counts():
    rng = np.random.default_rng(5)
    problem = random_problem(8, rng=rng, limit=2.0)
    facility = facility_of(problem)
    codes = np.array([bays.random_code(8, rng=rng) for _ in range(50)])
    found = bay_kernels.evaluate_all(codes, facility)
    for code, (flow_cost, excess) in zip(codes, found, strict=True):
        layout = bays.layout(code, facility)
        assert flow_cost == pytest.approx(cost(problem, layout))
        assert (excess == 0) == (check(problem, layout) == [])
