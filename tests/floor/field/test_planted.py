"""Made-up layout problems: planted optima against enumeration, costs against their definition."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.field import planted
from layoutlab.floor.rows import solver as rows


def test_distances_are_walks_on_the_grid() -> None:
    assert planted.grid_distances(2, 2).tolist() == [
        [0, 1, 1, 2],
        [1, 0, 2, 1],
        [1, 2, 0, 1],
        [2, 1, 1, 0],
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (2, 4), (4, 2)])
def test_the_planted_assignment_is_optimal(shape: tuple[int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows, distances, optimum, permutation = planted.planted_assignment(*shape, share=0.7, rng=rng)
    assert np.array_equal(flows, flows.T)
    assert not np.diagonal(flows).any()
    assert planted.assignment_costs(flows, distances, permutation[None]) == optimum
    assert planted.enumerated_optimum(flows, distances) == optimum


@pytest.mark.parametrize("symmetric", [False, True])
def test_an_assignment_costs_flow_times_distance_over_all_ordered_pairs(symmetric: bool) -> None:
    rng = np.random.default_rng(1)
    flows, distances = (planted.random_assignment(2, 3, rng=rng)[part] for part in (0, 1))
    if not symmetric:
        flows, distances = rng.integers(0, 9, (2, 6, 6))
    p = np.random.default_rng(2).permutation(6)
    assert planted.assignment_costs(flows, distances, p[None])[0] == sum(
        flows[i, j] * distances[p[i], p[j]] for i in range(6) for j in range(6)
    )


@pytest.mark.parametrize("equal", [False, True])
def test_a_row_costs_what_the_solver_says(equal: bool) -> None:
    rng = np.random.default_rng(4)
    row = planted.random_row(8, equal=equal, rng=rng)
    orders = np.array([rng.permutation(8) for _ in range(5)])
    assert planted.row_costs(row, orders).tolist() == [rows.cost(row, order) for order in orders]


@pytest.mark.parametrize(("rows_", "share"), [(1, 0.5), (2, 0.0), (2, 1.1)])
def test_grids_without_pieces_are_refused(rows_: int, share: float) -> None:
    with pytest.raises(
        InputError, match=r"expected a grid of at least 2 x 2 and a share in \(0, 1"
    ):
        planted.planted_assignment(rows_, 3, share=share, rng=np.random.default_rng(0))


def test_too_many_to_enumerate_is_said() -> None:
    with pytest.raises(InputError, match="expected at most 9 departments, got 10"):
        planted.enumerated_optimum(np.zeros((10, 10)), np.zeros((10, 10)))
