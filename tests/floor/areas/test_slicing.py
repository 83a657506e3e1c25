import numpy as np
import pytest
from area_instances import random_problem
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.floor.areas import slicing, slicing_kernels, slicing_moves
from layoutlab.floor.areas.check import check, cost
from layoutlab.floor.areas.kernels import BEST, COST, EXCESS, facility_of


def is_tree(tree):
    """Whether parents and parts agree and every node hangs below the root."""
    nodes = len(tree) - 1
    waiting, seen = [int(tree[nodes, 0])], set()
    if tree[waiting[0], 2] != -1:
        return False
    while waiting:
        node = waiting.pop()
        seen.add(node)
        parts = [int(part) for part in tree[node, :2] if part >= 0]
        if len(parts) != (0 if node < len(tree) // 2 else 2):
            return False
        if any(tree[part, 2] != node for part in parts):
            return False
        waiting += parts
    return len(seen) == nodes


def test_a_tree_is_decoded_by_hand():
    problem = random_problem(3, rng=np.random.default_rng(0), area=[2.0, 4.0, 2.0], sides=(4, 2))
    tree = np.full((6, 4), -1, dtype=np.int32)
    tree[3] = [2, 0, 4, 0]  # department 3 below, department 1 above
    tree[4] = [1, 3, -1, 1]  # department 2 left of both
    tree[[0, 2], 2], tree[[1, 3], 2], tree[5, 0] = 3, 4, 4
    layout = slicing.layout(tree, facility_of(problem))
    assert layout.tolist() == [[2, 1, 2, 1], [0, 0, 2, 2], [2, 0, 2, 1]]


@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_moves_keep_trees_trees_and_are_undone(n, seed):
    rng = np.random.default_rng(seed)
    tree = slicing.random_tree(n, rng=rng)
    pairs = np.array([[0, 1]], dtype=np.uint32)
    seen = np.zeros(2 * n - 1, dtype=np.uint8)
    move = np.zeros(slicing_moves.MOVE, dtype=np.int32)
    for _ in range(60):
        before = tree.copy()
        slicing_moves.propose(tree, pairs, seen, move, rng)
        assert is_tree(tree)
        assert not seen.any()
        after = tree.copy()
        if move[slicing_moves.KIND] == slicing_moves.NONE:
            assert (tree == before).all()
        else:
            slicing_moves.undo(tree, move)
            assert (tree == before).all()
        tree[:] = after


@pytest.mark.parametrize("metric", ["rectilinear", "euclidean"])
@pytest.mark.parametrize("limit", [0.0, 3.0])
def test_what_a_walk_counts_step_by_step_is_what_the_tree_costs(metric, limit):
    rng = np.random.default_rng(6)
    problem = random_problem(14, rng=rng, metric=metric, limit=limit)
    facility = facility_of(problem)
    walk = slicing.start(facility, rng=rng)
    for heat in (1.0, 0.1, 0.01):
        slicing.anneal(walk, facility, 2000, heat, rng)
        kept = walk.ledger.copy()
        layout = slicing.layout(walk.tree, facility)
        assert kept[COST] == pytest.approx(cost(problem, layout), rel=1e-9)
        assert (kept[EXCESS] == 0) == (check(problem, layout) == [])
        slicing_kernels.evaluate(walk, facility)
        assert walk.ledger[EXCESS] == pytest.approx(kept[EXCESS], abs=1e-9)
    best = slicing.layout(walk.best, facility)
    assert check(problem, best) == []
    assert walk.ledger[BEST] == pytest.approx(cost(problem, best), rel=1e-9)


def test_a_cold_walk_only_goes_down_when_no_rule_can_break():
    rng = np.random.default_rng(7)
    facility = facility_of(random_problem(10, rng=rng))
    walk = slicing.start(facility, rng=rng)
    last = np.inf
    for _ in range(20):
        slicing.anneal(walk, facility, 50, 1e-12, rng)
        assert walk.ledger[COST] <= last + 1e-9
        last = walk.ledger[COST]
