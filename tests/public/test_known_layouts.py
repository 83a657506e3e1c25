"""Do the field's instances give the known costs? Run by ``make test-public``, mirror set."""

import numpy as np
import pytest

from layoutlab import datasets
from layoutlab.floor.areas import check
from layoutlab.floor.areas import problem as area_problem
from layoutlab.floor.areas import solver as areas
from layoutlab.floor.areas.bay_exact import best_layout
from layoutlab.floor.assignment import qaplib, quadratic
from layoutlab.floor.assignment import solver as assignment
from layoutlab.floor.rows import problem as row_problem
from layoutlab.floor.rows import solver as rows


def known(dataset):
    return datasets.read(dataset, "best_known").set_index("instance").to_dict(orient="index")


def test_every_assignment_and_solution_of_qaplib_is_read_and_costs_what_is_stated():
    files = datasets.fetch("qaplib")
    for name, row in known("qaplib").items():
        problem = qaplib.load(files[f"dat/{name}.dat"])
        stated = qaplib.read_solution(files[f"sln/{name}.sln"], problem)
        assert problem.n == row["n"]
        assert stated.cost == row["best_known"] == stated.stated, name
        assert quadratic.bound(problem) <= stated.cost, name


@pytest.mark.parametrize(
    "name", ["nug12", "chr18a", "had20", "esc16f", "tai25b", "bur26a", "ste36a"]
)
def test_assign_finds_the_proved_optimum(name):
    problem = qaplib.load(datasets.fetch("qaplib")[f"dat/{name}.dat"])
    best = known("qaplib")[name]["best_known"]
    found = assignment.solve(problem, seconds=20, target=best, rng=np.random.default_rng(1))
    assert found.cost == best


def test_every_order_of_srflp_costs_what_is_stated_and_small_ones_are_proved():
    files = datasets.fetch("srflp")
    for name, row in known("srflp").items():
        problem = row_problem.load(files[f"dat/{name}.txt"])
        numbers = files[f"sln/{name}.sln"].read_text().split()
        order = np.array(numbers[2:], dtype=int) - 1
        assert row_problem.cost(problem, order) == row["best_known"], name
        if row["n"] <= 18:
            proved = rows.solve(problem, iterations=1, rng=np.random.default_rng(1))
            assert (proved.cost, proved.proved) == (row["best_known"], True), name


def test_every_published_layout_is_allowed_and_costs_what_is_stated():
    files = datasets.fetch("uaflp")
    for name, row in known("uaflp").items():
        problem = area_problem.load(files[f"instances/{name}.json"])
        for kind, column in (("FBS", "best_flexible_bay"), ("STS", "best_slicing_tree")):
            if f"layouts/{name}_{kind}.csv" in files:
                layout = files[f"layouts/{name}_{kind}.csv"]
                assert check.check(problem, layout) == [], (name, kind)
                cost = check.cost(problem, layout)
                assert cost == pytest.approx(row[column], rel=1e-5), (name, kind)


@pytest.mark.parametrize(
    ("name", "optimum"),
    [("O7", 134.190), ("O8", 245.506), ("O9", 241.062), ("vC10Ra", 20140.354)],
)
def test_the_proved_flexible_bay_optima_are_proved_again_and_found(name, optimum):
    problem = area_problem.load(datasets.fetch("uaflp")[f"instances/{name}.json"])
    assert best_layout(problem)[0] == pytest.approx(optimum, abs=1e-3)
    found = areas.solve(
        problem, form="bays", seconds=20, target=optimum + 1e-3, rng=np.random.default_rng(1)
    )
    assert found.cost == pytest.approx(optimum, abs=1e-3)
    assert check.check(problem, found.layout) == []
