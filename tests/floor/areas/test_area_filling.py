import numpy as np
import pytest
from area_instances import SEVEN, random_problem

from layoutlab.floor.areas.check import check, cost
from layoutlab.floor.areas.filling import cut_up, filled, graded
from layoutlab.floor.areas.problem import from_mapping


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (7, [1] * 7), (20, [2] * 5 + [1] * 10)]
)
def test_pieces_are_graded(count, sizes):
    assert graded(count) == sizes


def test_pieces_add_up_and_reach_every_number():
    for count in range(1, 60):
        sizes = graded(count)
        assert sum(sizes) == count
        reach = {0}
        for size in sizes:
            reach |= {size + other for other in reach}
        assert reach == set(range(count + 1))


def test_equal_dummies_are_put_together_and_cut_up_again():
    dummies = 12
    content = {
        **SEVEN,
        "n": dummies + 6,
        "area": [1.0] * dummies + [16.0] * 6,
        "limit": [0] * dummies + [4.0] * 6,
        "flows": [[13, 14, 2.0], [18, 15, 1.0]],
    }
    problem = from_mapping(content)
    inner, members = filled(problem)
    assert members == (*((i,) for i in range(12, 18)), (0, 1), *((i,) for i in range(2, 12)))
    assert inner.area.tolist() == [16] * 6 + [2] + [1] * 10
    assert inner.pairs.tolist() == [[0, 1], [5, 2]]
    assert inner.area.sum() == problem.area.sum()
    wide = inner.area / 12
    rows = np.column_stack([np.cumsum(wide) - wide, 0 * wide, wide, 12 + 0 * wide])
    layout = cut_up(rows, members, problem.n)
    assert [v for v in check(problem, layout) if not v.startswith("shape")] == []
    assert cost(problem, layout) == pytest.approx(cost(inner, rows))


@pytest.mark.parametrize(("fill", "pieces"), [(1.0, 0), (0.997, 0), (0.99, 1), (0.5, 6)])
def test_free_space_is_filled_by_pieces(fill, pieces):
    problem = random_problem(6, rng=np.random.default_rng(0), limit=3.0, fill=fill)
    inner, members = filled(problem)
    assert members[:6] == tuple((i,) for i in range(6))
    assert members[6:] == ((),) * (inner.n - 6)
    assert inner.n - 6 == pieces
    if pieces:
        assert inner.area.sum() == pytest.approx(24)
