import time
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.assignment import quadratic
from layoutlab.floor.assignment import solver as assignment

SHORT = assignment.Settings(walk=200)


def random_problem(n, seed, kind="asymmetric", **locks):
    rng = np.random.default_rng(seed)
    flows, distances, linear = rng.integers(-9, 10, (3, n, n))
    if kind == "symmetric":
        flows, distances = flows + flows.T, distances + distances.T
    if kind == "floats":
        flows, linear = flows / 7, linear / 3
    return quadratic.state(flows, distances, linear=linear, **locks)


def optimum(problem):
    n = problem.n
    return min(
        quadratic.cost(problem, p)
        for p in permutations(range(n))
        if problem.allowed[np.arange(n), list(p)].all()
    )


def solved(problem, seed=0, iterations=4_000, **options):
    rng = np.random.default_rng(seed)
    return assignment.solve(problem, iterations=iterations, settings=SHORT, rng=rng, **options)


@settings(deadline=None, max_examples=25)
@given(
    st.integers(2, 6), st.integers(0, 10**6), st.sampled_from(["symmetric", "asymmetric", "floats"])
)
def test_small_problems_are_solved_to_the_optimum_of_brute_force(n, seed, kind):
    problem = random_problem(n, seed, kind)
    solution = solved(problem)
    assert solution.cost == pytest.approx(optimum(problem), abs=1e-9)
    assert solution.cost == quadratic.cost(problem, solution.permutation)
    assert solution.bound <= solution.cost


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 3), st.integers(0, 12))
def test_locks_hold_and_the_best_among_what_they_leave_is_found(seed, n_fixed, n_forbidden):
    rng = np.random.default_rng(seed)
    n, hidden = 6, rng.permutation(6)
    fixed = {int(i): int(hidden[i]) for i in rng.choice(n, n_fixed, replace=False)}
    pairs = rng.integers(0, n, (n_forbidden, 2)).tolist()
    forbidden = [(i, k) for i, k in pairs if hidden[i] != k]
    problem = random_problem(n, seed, fixed=fixed, forbidden=forbidden)
    solution = solved(problem)
    assert all(solution.permutation[i] == k for i, k in fixed.items())
    assert not any(solution.permutation[i] == k for i, k in forbidden)
    assert solution.cost == optimum(problem)


def test_forbidden_places_are_kept_where_no_exchange_of_two_leads_on():
    """Two assignments are allowed, and each differs from the other in all three objects."""
    zero = np.zeros((3, 3), int)
    linear = [[9, 0, 0], [0, 9, 0], [0, 0, 9]]
    problem = quadratic.state(zero, zero, linear=linear, forbidden=[(0, 1), (1, 2), (2, 0)])
    solution = solved(problem)
    assert solution.permutation.tolist() == [2, 0, 1]
    assert solution.proved


def test_when_all_is_fixed_there_is_nothing_to_walk():
    problem = random_problem(3, 0, fixed={0: 1, 1: 2})
    solution = solved(problem)
    assert solution.permutation.tolist() == [1, 2, 0]
    assert (solution.iterations, solution.evaluations) == (0, 0)


def test_one_seed_gives_one_result_whatever_the_jobs():
    problem = random_problem(20, 3, "symmetric")
    results = [solved(problem, seed=5, iterations=3_000, jobs=jobs) for jobs in (1, 1, 2, 4)]
    assert len({tuple(result.permutation.tolist()) for result in results}) == 1
    assert {result.iterations for result in results} == {3_000}
    assert {result.evaluations for result in results} == {3_000 * 190}


def test_the_search_is_the_same_on_every_machine():
    solution = solved(random_problem(15, 1, "symmetric"), seed=7, iterations=700)
    assert solution.cost == -8100
    assert solution.permutation.tolist() == [2, 13, 6, 7, 10, 11, 0, 12, 9, 8, 3, 1, 5, 4, 14]


def test_numbers_too_large_for_32_bits_are_searched_in_64():
    problem = random_problem(6, 4)
    large = quadratic.state(
        problem.flows * 10**5 + 1, problem.distances * 10**5 + 3, linear=problem.linear
    )
    assert solved(large).cost == optimum(large)


def test_a_target_ends_the_search_early():
    problem = random_problem(12, 0, "symmetric")
    start = quadratic.cost(problem, np.arange(12))
    solution = solved(problem, iterations=10**9, target=start)
    assert solution.cost <= start
    assert solution.iterations < 10**5


def test_a_cost_proved_least_ends_the_search():
    zero = np.zeros((5, 5), int)
    solution = solved(quadratic.state(zero, zero), iterations=10**9)
    assert (solution.cost, solution.bound, solution.proved) == (0, 0, True)
    assert solution.iterations == 0


def test_seconds_are_kept_and_progress_is_told():
    problem = random_problem(60, 0, "symmetric")
    solved(problem, iterations=1)
    told = []
    started = time.perf_counter()
    assignment.solve(problem, seconds=0.3, progress=told.append, rng=np.random.default_rng(0))
    assert time.perf_counter() - started < 2
    assert [set(line) for line in told] == [{"seconds", "iterations", "cost"}] * len(told)
    costs = [line["cost"] for line in told]
    assert costs == sorted(costs, reverse=True)


def test_what_was_found_is_kept_when_interrupted():
    def interrupt(told):
        raise KeyboardInterrupt

    solution = solved(random_problem(12, 0), iterations=10**9, progress=interrupt)
    assert solution.interrupted
    assert solution.iterations == 4 * 200


def test_the_clock_can_be_another():
    ticks = iter(range(10**6))
    solution = assignment.solve(
        random_problem(8, 0),
        seconds=10,
        settings=SHORT,
        clock=lambda: float(next(ticks)),
        rng=np.random.default_rng(0),
    )
    assert 0 < solution.iterations <= 10 * 200


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({}, "seconds or iterations: expected one of the two, got neither"),
        ({"seconds": 0}, "seconds: expected a time above 0, got 0"),
        ({"seconds": float("nan")}, "seconds: expected a time above 0, got nan"),
        ({"iterations": 0}, "iterations: expected at least 1, got 0"),
        ({"iterations": 1, "jobs": 0}, "jobs: expected at least 1, got 0"),
    ],
)
def test_limits_out_of_range_are_refused(limits, message):
    with pytest.raises(InputError) as error:
        assignment.solve(random_problem(3, 0), rng=np.random.default_rng(0), **limits)
    assert str(error.value) == message


def test_a_file_gives_what_the_command_prints(tmp_path):
    path = tmp_path / "toy.dat"
    path.write_text("3\n0 5 2 5 0 3 2 3 0\n0 1 4 1 0 2 4 2 0\n")
    result = assignment.assign_file(
        path, iterations=100, seed=3, fixed=[(1, 2)], forbidden=[(2, 3)]
    )
    assert set(result) == {
        "instance", "n", "cost", "permutation", "bound", "proved", "seconds", "iterations",
        "evaluations", "seed", "jobs", "interrupted",
    }  # fmt: skip
    assert (result["instance"], result["n"], result["seed"]) == ("toy", 3, 3)
    assert result["permutation"] == [2, 1, 3]
    assert result["cost"] == 2 * (5 * 1 + 2 * 2 + 3 * 4)


def test_a_file_with_wrong_locks_is_refused(tmp_path):
    path = tmp_path / "toy.dat"
    path.write_text("2 0 1 1 0 0 1 1 0")
    for options, message in [
        ({"fixed": [(1, 1), (1, 2)]}, "fixed: expected one location for object 1, got two"),
        ({"fixed": [(0, 1)]}, "fixed: expected an object and a location of 1 to 2, got 0:1"),
        ({"seed": -1}, "seed: expected at least 0, got -1"),
    ]:
        with pytest.raises(InputError) as error:
            assignment.assign_file(path, iterations=1, **options)
        assert str(error.value) == message
