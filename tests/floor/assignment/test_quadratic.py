# ruff: noqa: E501  (messages are written whole)
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.assignment import quadratic

FLOWS = [[0, 5, 2], [5, 0, 3], [2, 3, 0]]
DISTANCES = [[0, 1, 4], [1, 0, 2], [4, 2, 0]]


def random_problem(n, seed, **locks):
    rng = np.random.default_rng(seed)
    matrices = [rng.integers(-9, 10, (n, n)) for _ in range(3)]
    return quadratic.state(matrices[0], matrices[1], linear=matrices[2], **locks)


def by_definition(problem, p):
    n = problem.n
    pairs = sum(
        int(problem.flows[i, j]) * int(problem.distances[p[i], p[j]])
        for i in range(n)
        for j in range(n)
    )
    return pairs + sum(int(problem.linear[i, p[i]]) for i in range(n))


def test_the_cost_of_a_case_worked_out_by_hand():
    problem = quadratic.state(FLOWS, DISTANCES)
    assert quadratic.cost(problem, [0, 1, 2]) == 2 * (5 * 1 + 2 * 4 + 3 * 2)
    assert quadratic.cost(problem, [1, 0, 2]) == 2 * (5 * 1 + 2 * 2 + 3 * 4)


@given(st.integers(2, 7), st.integers(0, 10**6))
def test_the_cost_is_the_definition_s_for_asymmetric_matrices_with_diagonals(n, seed):
    problem = random_problem(n, seed)
    p = np.random.default_rng(seed).permutation(n)
    assert quadratic.cost(problem, p) == by_definition(problem, p.tolist())


def test_whole_numbers_stay_exact_beyond_what_a_float_holds():
    big = 2**28 + 1
    problem = quadratic.state([[0, big], [0, 0]], [[0, big], [0, 0]])
    assert quadratic.cost(problem, [0, 1]) == big * big
    assert isinstance(quadratic.cost(problem, [0, 1]), int)


def test_floats_give_the_float_nearest_to_the_sum():
    problem = quadratic.state([[0, 0.1], [0.2, 0]], [[0, 3], [1, 0]])
    assert quadratic.cost(problem, [0, 1]) == pytest.approx(0.5, abs=1e-16)
    assert isinstance(quadratic.cost(problem, [0, 1]), float)


@settings(deadline=None)
@given(st.integers(2, 5), st.integers(0, 10**6))
def test_no_assignment_costs_less_than_the_bound(n, seed):
    problem = random_problem(n, seed)
    least = min(quadratic.cost(problem, p) for p in permutations(range(n)))
    assert quadratic.bound(problem) <= least


def test_the_bound_minds_locks_and_is_met_by_linear_costs_alone():
    zero = np.zeros((2, 2), int)
    assert quadratic.bound(quadratic.state(zero, zero, linear=[[1, 5], [5, 1]])) == 2
    locked = quadratic.state(zero, zero, linear=[[1, 5], [5, 1]], fixed={0: 1})
    assert quadratic.bound(locked) == 10


def test_a_fixed_object_has_one_place_and_shuts_it_for_others():
    problem = quadratic.state(FLOWS, DISTANCES, fixed={1: 2}, forbidden=[(0, 1)])
    assert problem.allowed.tolist() == [
        [True, False, False],
        [False, False, True],
        [True, True, False],
    ]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"flows": [[1]]}, "flows: expected at least 2 objects, got 1"),
        ({"flows": [1, 2]}, "flows: expected a matrix of numbers, got 1 dimensions of int64"),
        ({"flows": [["a", "b"], ["c", "d"]]}, "flows: expected a matrix of numbers, got 2 dimensions of <U1"),
        ({"flows": [[0, 1, 2], [1, 0, 3]]}, "flows: expected a matrix of 2 × 2, got 2 × 3"),
        ({"distances": [[0, 1], [1, 0]]}, "distances: expected a matrix of 3 × 3, got 2 × 2"),
        ({"linear": [[0, 1], [1, 0]]}, "linear: expected a matrix of 3 × 3, got 2 × 2"),
        ({"linear": np.full((3, 3), np.nan)}, "linear: expected finite numbers, got NaN or infinity"),
        ({"flows": np.full((3, 3), 2**61)}, "flows × distances: expected costs below 4.61e+18, got 3.32e+20"),
        ({"fixed": {0: 3}}, "fixed: expected an object and a location of 1 to 3, got 1:4"),
        ({"forbidden": [(-1, 0)]}, "forbidden: expected an object and a location of 1 to 3, got 0:1"),
        (
            {"fixed": {0: 1, 2: 1}},
            "fixed: expected a location allowed to object 3, got 2, which is forbidden or taken by another fixed object",
        ),
        (
            {"fixed": {0: 1}, "forbidden": [(0, 1)]},
            "fixed: expected a location allowed to object 1, got 2, which is forbidden or taken by another fixed object",
        ),
        ({"forbidden": [(1, 0), (1, 1), (1, 2)]}, "locks: expected a location for object 2, got all forbidden"),
        (
            {"forbidden": [(0, 0), (0, 1), (1, 0), (1, 1)]},
            "locks: expected room for 3 objects, got room for 2 at most",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_a_problem_is_refused(changed, message):
    parts = {"flows": FLOWS, "distances": DISTANCES} | changed
    with pytest.raises(InputError) as error:
        quadratic.state(**parts)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("permutation", "message"),
    [
        ([0, 1], "permutation: expected 3 whole numbers, got shape (2,) of int64"),
        ([0.0, 1.0, 2.0], "permutation: expected 3 whole numbers, got shape (3,) of float64"),
        ([0, 1, 1], "permutation: expected each of 0 to 2 once, got [0, 1, 1]"),
        ([1, 2, 3], "permutation: expected each of 0 to 2 once, got [1, 2, 3]"),
    ],
)
def test_a_solution_that_is_no_permutation_is_refused(permutation, message):
    with pytest.raises(InputError) as error:
        quadratic.cost(quadratic.state(FLOWS, DISTANCES), permutation)
    assert str(error.value) == message
