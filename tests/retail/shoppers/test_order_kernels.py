"""Is the shortest order the shortest, and do the others follow their rules?"""

from itertools import pairwise, permutations

import numpy as np
import pytest

from layoutlab.retail.shoppers import order_kernels

KEY = np.uint64(12345)


def town(n, seed):
    rng = np.random.default_rng(seed)
    points = rng.random((n, 2)) * 50
    metres = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    angle = np.arctan2(points[:, 1] - 25, points[:, 0] - 25)
    return metres.ravel(), angle


def length(order, metres, n, start, tills):
    stops = [start, *order]
    walked = sum(metres[b * n + a] for a, b in pairwise(stops))
    return walked + min(metres[till * n + stops[-1]] for till in tills)


@pytest.mark.parametrize("seed", range(5))
def test_the_shortest_order_is_that_of_brute_force(seed):
    n, places, tills = 9, np.arange(2, 8), np.array([1, 8])
    metres, _ = town(n, seed)
    stops = np.arange(6)
    order_kernels.shortest(stops, places, metres, n, 0, tills)
    best = min(length(each, metres, n, 0, tills) for each in permutations(places))
    assert length(places[stops], metres, n, 0, tills) == pytest.approx(best)


def test_long_lists_end_where_no_reversal_helps():
    n, places, tills = 24, np.arange(2, 22), np.array([1, 23])
    metres, _ = town(n, 7)
    stops = np.arange(20)
    order_kernels.shortest(stops, places, metres, n, 0, tills)
    found = length(places[stops], metres, n, 0, tills)
    assert sorted(stops) == list(range(20))
    for i in range(20):
        for j in range(i + 1, 20):
            turned = stops.copy()
            turned[i : j + 1] = turned[i : j + 1][::-1]
            assert length(places[turned], metres, n, 0, tills) >= found - 1e-9


def test_nearest_first_goes_to_the_nearest():
    metres = np.abs(np.subtract.outer([0, 5, 1, 3], [0, 5, 1, 3])).astype(float).ravel()
    stops = np.arange(3)
    order_kernels.by_cost(
        stops, np.array([1, 2, 3]), metres, 4, 0, np.zeros(4), 10.0, 0.0, 0.0, KEY
    )
    assert stops.tolist() == [1, 2, 0]


@pytest.mark.parametrize(("turning", "expected"), [(9.0, [0, 1, 2]), (-9.0, [2, 1, 0])])
def test_habit_goes_round_the_floor(turning, expected):
    angle = np.array([-3.0, -1.0, 0.0, 2.0])
    stops = np.array([1, 2, 0])
    order_kernels.by_cost(
        stops, np.array([1, 2, 3]), np.zeros(16), 4, 0, angle, 10.0, turning, 0.0, KEY
    )
    assert stops.tolist() == expected


def test_random_orders_are_all_alike_often():
    counts: dict[tuple[int, ...], int] = {}
    for key in np.random.default_rng(1).integers(0, 2**64, 6000, dtype=np.uint64):
        stops = np.arange(3)
        order_kernels.shuffle(stops, key)
        counts[tuple(stops)] = counts.get(tuple(stops), 0) + 1
    assert len(counts) == 6
    assert all(880 < count < 1120 for count in counts.values())
