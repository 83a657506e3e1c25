import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.areas.check import as_layout, check, cost
from layoutlab.floor.areas.problem import from_mapping

PROBLEM = from_mapping(
    {
        "name": "three",
        "width": 4,
        "height": 2,
        "metric": "rectilinear",
        "shape_rule": "max_aspect_ratio",
        "area": [4.0, 2.0, 2.0],
        "limit": [1.0, 2.0, 0.0],
        "flows": [[1, 2, 3.0], [3, 1, 2.0], [2, 3, 0.5]],
    }
)
ALLOWED = [[0, 0, 2, 2], [2, 0, 2, 1], [2, 1, 2, 1]]


def test_cost_is_counted_by_hand():
    # centroids (1, 1), (3, 0.5), (3, 1.5)
    assert cost(PROBLEM, ALLOWED) == pytest.approx(3 * 2.5 + 2 * 2.5 + 0.5)


def test_euclidean_cost_is_counted_by_hand():
    euclidean = from_mapping(
        {
            "width": 8,
            "height": 6,
            "metric": "euclidean",
            "shape_rule": "min_side",
            "area": [1, 1],
            "limit": [0, 0],
            "flows": [[1, 2, 2], [2, 1, 1]],
        }
    )
    assert cost(euclidean, [[0, 0, 1, 1], [3, 4, 1, 1]]) == pytest.approx(15)


def test_an_allowed_layout_breaks_nothing_as_stated_turned_or_mirrored():
    layout = np.array(ALLOWED, dtype=float)
    assert check(PROBLEM, layout) == []
    assert check(PROBLEM, layout[:, [1, 0, 3, 2]]) == []
    mirrored = layout.copy()
    mirrored[:, 0] = 4 - layout[:, 0] - layout[:, 2]
    assert check(PROBLEM, mirrored) == []
    assert cost(PROBLEM, mirrored) == pytest.approx(cost(PROBLEM, layout))


@pytest.mark.parametrize(
    ("rectangle", "violation"),
    [
        ([1.5, 0, 2, 1], "overlap: departments 1 and 2 share 0.5 x 1"),
        ([2.5, 0, 2, 1], "bounds: department 2 reaches outside 4 x 2"),
        ([2, -0.5, 2, 1], "bounds: department 2 reaches outside 4 x 2"),
        ([2, 0, 1.9, 1], "area: department 2 is 1.9 x 1 = 1.9, expected 2"),
        ([4, 1, -2, -1], "area: department 2 is -2 x -1 = 2, expected 2"),
        ([2, 0, 4, 0.5], "shape: department 2 is 4 x 0.5, expected max_aspect_ratio 2"),
    ],
)
def test_each_broken_rule_is_named(rectangle, violation):
    layout = [ALLOWED[0], rectangle, ALLOWED[2]]
    assert violation in check(PROBLEM, layout)


def test_a_layout_is_judged_within_the_tolerance():
    layout = np.array(ALLOWED, dtype=float)
    layout[1, 2] -= 1e-7
    layout[1, 0] -= 1e-7
    assert check(PROBLEM, layout) == []
    assert len(check(PROBLEM, layout, tolerance=1e-9)) == 2


def test_a_shortest_side_is_checked():
    sides = from_mapping(
        {
            "width": 4,
            "height": 1,
            "metric": "rectilinear",
            "shape_rule": "min_side",
            "area": [2.0, 2.0],
            "limit": [1.0, 0.0],
            "flows": [],
        }
    )
    assert check(sides, [[0, 0, 2, 1], [2, 0, 2, 1]]) == []
    assert check(sides, [[0, 0, 4, 0.5], [0, 0.5, 4, 0.5]]) == [
        "shape: department 1 is 4 x 0.5, expected min_side 1"
    ]


def test_a_layout_is_read_from_csv_in_any_order(tmp_path):
    path = tmp_path / "layout.csv"
    path.write_text("department,x0,y0,width,height\n3,2,1,2,1\n1,0,0,2,2\n2,2,0,2,1\n")
    assert as_layout(PROBLEM, path).tolist() == ALLOWED
    assert check(PROBLEM, str(path)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("department,x0,y0,width\n1,0,0,2\n", "missing column height"),
        (
            "department,x0,y0,width,height\n1,0,0,2,2\n1,2,0,2,1\n3,2,1,2,1\n",
            "expected departments 1 to 3, each once",
        ),
        (
            "department,x0,y0,width,height\n1,0,0,2,2\n2,two,0,2,1\n3,2,1,2,1\n",
            "layout: expected finite numbers",
        ),
    ],
)
def test_a_csv_that_is_no_layout_is_refused(tmp_path, text, message):
    path = tmp_path / "layout.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        check(PROBLEM, path)


def test_a_layout_of_the_wrong_shape_is_refused():
    with pytest.raises(InputError, match=r"of 3 departments, got shape \(2, 4\)"):
        check(PROBLEM, ALLOWED[:2])
