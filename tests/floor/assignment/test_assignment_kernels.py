import numpy as np
import pytest

from layoutlab.floor.assignment import kernels as assignment_kernels
from layoutlab.floor.assignment import quadratic
from layoutlab.floor.assignment.kernels import Layers, Limits
from layoutlab.floor.assignment.layers import reduce


def problem_of(n, seed, symmetric, linear):
    rng = np.random.default_rng(seed)
    flows, distances, added = rng.integers(0, 20, (3, n, n))
    if symmetric:
        distances = distances + distances.T
    if not linear:
        np.fill_diagonal(flows, 0)
        added[:] = 0
    problem = quadratic.state(flows, distances, linear=added)
    reduced = reduce(problem)
    layers = Layers(reduced.flows, reduced.distances, reduced.linear, bool(reduced.linear.any()))
    return problem, layers, reduced.divisor


def by_definition(problem, p, divisor):
    n = problem.n
    table = np.zeros((n // 2, n), int)
    for k in range(n // 2):
        for u in range(n):
            v = (u + k + 1) % n
            swapped = p.copy()
            swapped[u], swapped[v] = p[v], p[u]
            change = quadratic.cost(problem, swapped) - quadratic.cost(problem, p)
            table[k, u] = 2 * change // divisor
    return table


@pytest.mark.parametrize("n", [2, 3, 8, 9])
@pytest.mark.parametrize(("symmetric", "linear"), [(True, False), (False, True)])
def test_the_table_of_changes_stays_exact_from_exchange_to_exchange(n, symmetric, linear):
    problem, layers, divisor = problem_of(n, n, symmetric, linear)
    rng = np.random.default_rng(0)
    p = rng.permutation(n).astype(np.int32)
    tables = assignment_kernels._tables(layers, p, np.ones(1, np.uint64))
    assert np.array_equal(tables.change, by_definition(problem, p, divisor))
    for _ in range(20):
        r, s = rng.choice(n, 2, replace=False).tolist()
        p[r], p[s] = p[s], p[r]
        assignment_kernels._update(layers, p, tables, r, s)
        assert np.array_equal(tables.change, by_definition(problem, p, divisor))


def test_a_walk_ends_at_its_limit_or_at_its_goal():
    problem, layers, divisor = problem_of(8, 1, symmetric=True, linear=False)
    start = np.arange(8, dtype=np.int32)

    def walk(exchanges, goal):
        best = start.copy()
        limits = Limits(exchanges, 7, 12, 300, goal)
        state = np.full(1, 9, np.uint64)
        return assignment_kernels.tabu_search(layers, start.copy(), best, limits, state), best

    taken, best = walk(500, -(2**62))
    assert taken == 500
    saved = quadratic.cost(problem, best) - quadratic.cost(problem, start)
    assert saved < 0
    taken, reached = walk(500, 2 * saved // divisor)
    assert taken <= 500
    assert reached.tolist() == best.tolist()


def test_draws_are_even_and_in_range():
    state = np.full(1, 3, np.uint64)
    drawn = np.array([assignment_kernels.draw(state, 5) for _ in range(10_000)])
    counts = np.bincount(drawn)
    assert len(counts) == 5
    assert abs(counts - 2000).max() < 200
