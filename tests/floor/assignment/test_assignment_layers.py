import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.floor.assignment import quadratic
from layoutlab.floor.assignment.layers import reduce


def layered_cost(reduced, p):
    above = np.triu_indices(len(p), 1)
    placed = reduced.distances[:, p][:, :, p]
    pairs = sum(
        int((a[above].astype(int) * b[above].astype(int)).sum())
        for a, b in zip(reduced.flows, placed, strict=True)
    )
    return pairs + int(reduced.linear[np.arange(len(p)), p].astype(int).sum())


@given(st.integers(4, 8), st.integers(0, 10**6), st.integers(0, 2), st.booleans())
def test_a_change_of_cost_is_the_same_in_layers(n, seed, n_fixed, symmetric):
    rng = np.random.default_rng(seed)
    flows, distances, linear = 6 * rng.integers(-9, 10, (3, n, n))
    if symmetric:
        distances = distances + distances.T
    fixed = {i: int(k) for i, k in enumerate(rng.permutation(n)[:n_fixed])}
    problem = quadratic.state(flows, distances, linear=linear, fixed=fixed)
    reduced = reduce(problem)

    def both(p):
        whole = problem.allowed.argmax(axis=1)
        whole[reduced.objects] = reduced.locations[p]
        return quadratic.cost(problem, whole), layered_cost(reduced, p)

    one, other = (both(rng.permutation(n - n_fixed)) for _ in range(2))
    assert 2 * (one[0] - other[0]) == reduced.divisor * (one[1] - other[1])
    assert len(reduced.flows) == len(reduced.distances) <= 2


def test_one_symmetric_matrix_leaves_one_layer_in_32_bits_and_divisors_go():
    rng = np.random.default_rng(0)
    flows, distances = 10 * rng.integers(0, 9, (6, 6)), 4 * rng.integers(0, 9, (6, 6))
    np.fill_diagonal(flows, 0)
    reduced = reduce(quadratic.state(flows, distances + distances.T))
    assert reduced.flows.shape == (1, 6, 6)
    assert reduced.flows.dtype == np.int32
    assert reduced.divisor % 80 == 0


def test_forbidden_places_cost_more_than_any_exchange_can_save():
    rng = np.random.default_rng(1)
    flows, distances = rng.integers(0, 9, (2, 5, 5))
    reduced = reduce(quadratic.state(flows, distances, forbidden=[(2, 3)]))
    assert reduced.linear[2, 3] > 2 * 4 * 9 * 9


def test_decimals_become_whole_and_others_are_rounded():
    thirds, tenths = np.full((3, 3), 1 / 3), np.array([[0, 0.1, 0.2], [0.1, 0, 0.3], [0.2, 0.3, 0]])
    exact = reduce(quadratic.state(tenths, np.arange(9.0).reshape(3, 3)))
    assert exact.flows[0].tolist() == [[0, 2, 4], [2, 0, 6], [4, 6, 0]]
    rounded = reduce(quadratic.state(thirds, tenths))
    assert rounded.flows[0, 0, 1] == 2**24
    assert exact.divisor == rounded.divisor == 0
