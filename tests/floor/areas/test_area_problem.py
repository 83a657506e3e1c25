import copy
import json

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.areas.problem import from_mapping, load

PLAN = {
    "name": "four",
    "width": 4.0,
    "height": 2.0,
    "metric": "rectilinear",
    "shape_rule": "max_aspect_ratio",
    "area": [2.0, 2.0, 2.0, 2.0],
    "limit": [2.0, 2.0, 2.0, 0.0],
    "flows": [[1, 2, 3.0], [4, 3, 1.5]],
}


def changed(**keys):
    return {**copy.deepcopy(PLAN), **keys}


def test_an_instance_is_read_from_its_file(tmp_path):
    path = tmp_path / "four.json"
    path.write_text(json.dumps(PLAN), encoding="utf-8")
    problem = load(path)
    assert (problem.name, problem.n, problem.width, problem.height) == ("four", 4, 4, 2)
    assert problem.pairs.tolist() == [[0, 1], [3, 2]]
    assert problem.flow.tolist() == [3, 1.5]


def test_a_file_without_a_name_gets_its_own(tmp_path):
    path = tmp_path / "plan7.json"
    path.write_text(json.dumps({k: v for k, v in PLAN.items() if k != "name"}), encoding="utf-8")
    assert load(path).name == "plan7"


def test_both_shape_rules_become_a_shortest_side():
    ratio = from_mapping(changed(area=[2.0, 2.0, 2.0, 2.0], limit=[2.0, 1.0, 8.0, 0.0], width=9.0))
    assert ratio.shortest_sides == pytest.approx([1, np.sqrt(2), 0.5, 0])
    side = from_mapping(changed(shape_rule="min_side", limit=[1.0, 1.4, 0.5, 0.0]))
    assert side.shortest_sides.tolist() == [1, 1.4, 0.5, 0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1], "problem: expected a JSON object, got list"),
        ({"width": 1}, "problem: missing height, metric, shape_rule, area, limit, flows"),
        (
            changed(metric="taxi"),
            "problem: metric: expected one of rectilinear, euclidean, got 'taxi'",
        ),
        (
            changed(shape_rule=3),
            "problem: shape_rule: expected one of max_aspect_ratio, min_side, got 3",
        ),
        (changed(width="4"), "problem: width: expected a finite number, got '4'"),
        (changed(height=0), "problem: expected a positive width and height, got 4.0 x 0.0"),
        (changed(area=3), "problem: area: expected a list of numbers, got int"),
        (changed(area=[2, 2, 2, -2]), "problem: area 4: expected more than 0, got -2"),
        (
            changed(area=[2, 2, 2, float("nan")]),
            "problem: area 4: expected a finite number, got nan",
        ),
        (
            changed(n=5),
            (
                "problem: expected at least 2 departments, each with area and limit, got n = 5, "
                "4 areas and 4 limits"
            ),
        ),
        (
            changed(area=[2, 2, 2]),
            (
                "problem: expected at least 2 departments, each with area and limit, got n = 3, "
                "3 areas and 4 limits"
            ),
        ),
        (
            changed(area=[2, 2, 2, 2.1]),
            "problem: expected areas that fit 4 x 2 = 8, got 8.1 in all",
        ),
        (
            changed(limit=[0.5, 2, 2, 2]),
            "problem: limit 1: expected 0 (no rule) or at least 1, got 0.5",
        ),
        (
            changed(limit=[-1, 2, 2, 2], shape_rule="min_side"),
            "problem: limit 1: expected at least 0, got -1",
        ),
        (
            changed(limit=[1, 1, 1.5, 1], shape_rule="min_side"),
            (
                "problem: department 3: expected a shape rule that can be met, got area 2 with "
                "min_side 1.5 in a facility of 4 x 2"
            ),
        ),
        (
            changed(width=8.0, height=1.0, limit=[1.5, 0, 0, 0]),
            (
                "problem: department 1: expected a shape rule that can be met, got area 2 with "
                "max_aspect_ratio 1.5 in a facility of 8 x 1"
            ),
        ),
        (changed(flows={}), "problem: flows: expected a list, got dict"),
        (changed(flows=[[1, 2]]), "problem: flow 1: expected [i, j, flow], got [1, 2]"),
        (
            changed(flows=[[1, 5, 2.0]]),
            "problem: flow 1: expected departments from 1 to 4, got [1, 5, 2.0]",
        ),
        (
            changed(flows=[[0, 1, 2.0]]),
            "problem: flow 1: expected departments from 1 to 4, got [0, 1, 2.0]",
        ),
        (changed(flows=[[1, 2, -2.0]]), "problem: flow 1: expected at least 0, got -2.0"),
    ],
)
def test_what_cannot_be_used_is_refused(content, message):
    with pytest.raises(InputError) as caught:
        from_mapping(content)
    assert str(caught.value) == message


def test_a_file_that_is_no_json_is_refused(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken.json: expected JSON, got: Expecting"):
        load(path)
    with pytest.raises(InputError, match=r"absent.json: cannot be read: No such file"):
        load(tmp_path / "absent.json")
