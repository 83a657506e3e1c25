from collections import deque
from itertools import pairwise

import numpy as np
import pytest

from layoutlab.floor.paths import a_star, steps


def breadth_first_distance(plan, start, goal):
    """Steps of a shortest walk by brute force, None where there is none."""
    rows, columns = plan.shape
    if plan[start[1], start[0]] or plan[goal[1], goal[0]]:
        return None
    distance, waiting = {start: 0}, deque([start])
    while waiting:
        cell = waiting.popleft()
        for x, y in steps(cell):
            on_floor = 0 <= x < columns and 0 <= y < rows
            if on_floor and not plan[y, x] and (x, y) not in distance:
                distance[x, y] = distance[cell] + 1
                waiting.append((x, y))
    return distance.get(goal)


@pytest.mark.parametrize("density", [0.1, 0.3, 0.45])
def test_a_star_is_as_short_as_brute_force(density):
    rng = np.random.default_rng(11)
    reached = 0
    for _ in range(150):
        rows, columns = rng.integers(2, 9, size=2)
        plan = (rng.random((rows, columns)) < density).astype(np.uint8)
        start = (int(rng.integers(columns)), int(rng.integers(rows)))
        goal = (int(rng.integers(columns)), int(rng.integers(rows)))
        walk = a_star(plan, start, goal)
        expected = breadth_first_distance(plan, start, goal)
        assert (walk is None) == (expected is None)
        if walk is not None:
            reached += 1
            assert len(walk) - 1 == expected
            assert (walk[0], walk[-1]) == (start, goal)
            assert all(one in steps(other) for one, other in pairwise(walk))
            assert not any(plan[y, x] for x, y in walk)
    assert 10 < reached < 150


def test_a_wall_leaves_no_walk():
    plan = np.zeros((3, 3), dtype=np.uint8)
    plan[1] = 1
    assert a_star(plan, (0, 0), (2, 2)) is None


def test_walks_take_no_diagonal_steps():
    assert a_star(np.array([[0, 1], [1, 0]], dtype=np.uint8), (0, 0), (1, 1)) is None


def test_a_goal_off_the_floor_or_covered_is_not_reached():
    plan = np.array([[0, 1]], dtype=np.uint8)
    assert a_star(plan, (0, 0), (1, 0)) is None
    assert a_star(plan, (0, 0), (0, 1)) is None
    assert a_star(plan, (0, 0), (0, 0)) == [(0, 0)]
