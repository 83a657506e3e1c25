import json

import numpy as np
import pytest
from area_instances import SEVEN, random_problem, seven

from layoutlab.errors import InputError
from layoutlab.floor.areas import solver as areas
from layoutlab.floor.areas.bay_exact import best_layout


def solved(problem, **options):
    return areas.solve(problem, rng=np.random.default_rng(1), **options)


@pytest.mark.parametrize("form", ["bays", "slicing"])
def test_a_solution_keeps_the_rules_and_states_its_cost(form):
    problem = random_problem(9, rng=np.random.default_rng(2), limit=3.0)
    solution = solved(problem, form=form, iterations=60_000)
    assert areas.check(problem, solution.layout, tolerance=1e-9) == []
    assert solution.cost == areas.cost(problem, solution.layout)
    assert solution.evaluations <= 60_000
    x, y, wide, high = solution.layout.T
    assert max(x + wide) <= problem.width + 1e-9
    assert max(y + high) <= problem.height + 1e-9


def test_the_search_finds_the_proved_flexible_bay_optimum():
    problem = seven()
    solution = solved(problem, form="bays", iterations=200_000)
    assert solution.cost == pytest.approx(best_layout(problem)[0], rel=1e-9)


def test_slicing_trees_are_never_worse_than_bays_on_few_departments():
    problem = random_problem(6, rng=np.random.default_rng(3), limit=4.0)
    assert solved(problem, iterations=200_000).cost <= best_layout(problem)[0] + 1e-9


@pytest.mark.parametrize("form", ["bays", "slicing"])
def test_any_number_of_jobs_gives_the_same_layout(form):
    problem = random_problem(10, rng=np.random.default_rng(4), limit=3.0)
    one, four = (solved(problem, form=form, iterations=50_000, jobs=jobs) for jobs in (1, 4))
    assert one.layout.tobytes() == four.layout.tobytes()
    assert (one.cost, one.evaluations) == (four.cost, four.evaluations)


@pytest.mark.parametrize("fill", [0.999, 0.8, 0.4])
@pytest.mark.parametrize("form", ["bays", "slicing"])
def test_empty_space_stays_empty(form, fill):
    problem = random_problem(7, rng=np.random.default_rng(5), limit=3.0, fill=fill)
    solution = solved(problem, form=form, iterations=100_000)
    assert solution.layout.shape == (7, 4)
    assert areas.check(problem, solution.layout) == []


def test_two_departments_without_flows_are_enough():
    content = {**SEVEN, "n": 2, "area": [48, 60], "limit": [4, 4], "flows": []}
    solution = solved(areas.from_mapping(content), iterations=10_000)
    assert solution.cost == 0


def test_seconds_end_the_search_and_are_reported():
    told = []
    problem = random_problem(12, rng=np.random.default_rng(6))
    solution = solved(problem, seconds=0.05, progress=told.append)
    assert areas.check(problem, solution.layout) == []
    assert told[-1]["seconds"] >= 0.05
    assert told[-1]["cost"] == pytest.approx(solution.cost)
    assert told[-1]["evaluations"] == solution.evaluations


def test_a_target_ends_the_search():
    problem = seven()
    solution = solved(
        problem, form="bays", iterations=10_000_000, target=1.3 * best_layout(problem)[0]
    )
    assert solution.evaluations < 1_000_000


def test_a_rule_that_no_layout_keeps_is_said():
    problem = random_problem(
        4, rng=np.random.default_rng(3), area=[5, 1, 1, 1], sides=(4, 2), limit=1.3
    )
    with pytest.raises(InputError, match="random4: expected a layout that keeps every shape rule"):
        solved(problem, iterations=20_000)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"form": "spiral"}, "form: expected one of slicing, bays, got 'spiral'"),
        ({"seconds": 1, "iterations": 1}, "expected seconds or iterations, got both"),
        ({"seconds": 0}, "seconds: expected more than 0, got 0"),
        ({"seconds": float("nan")}, "seconds: expected more than 0, got nan"),
        ({"iterations": 0}, "iterations: expected at least 1, got 0"),
        ({"iterations": 5, "jobs": 0}, "jobs: expected at least 1, got 0"),
    ],
)
def test_arguments_out_of_range_are_refused(options, message):
    with pytest.raises(InputError) as caught:
        solved(seven(), **options)
    assert str(caught.value) == message


def test_a_file_gives_all_that_is_needed_to_check_it(tmp_path):
    path = tmp_path / "seven.json"
    path.write_text(json.dumps(SEVEN), encoding="utf-8")
    found = areas.areas_file(path, form="slicing", iterations=50_000, seed=3)
    assert found["violations"] == []
    assert (found["instance"], found["n"], found["form"]) == ("seven", 7, "slicing")
    assert [row["department"] for row in found["layout"]] == list(range(1, 8))
    layout = [[row[key] for key in ("x0", "y0", "width", "height")] for row in found["layout"]]
    assert areas.cost(areas.load(path), layout) == found["cost"]
    assert json.loads(json.dumps(found)) == found
    with pytest.raises(InputError, match="seed: expected at least 0, got -1"):
        areas.areas_file(path, seed=-1)
