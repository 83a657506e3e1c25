"""The verbs of `layoutlab floor`, called as the terminal calls them."""

import json
from itertools import permutations

import numpy as np
import pytest

from layoutlab import cli
from layoutlab.floor.genome import Block, Floor
from layoutlab.floor.objectives import Readings, reference_fitness

FLOWS = [[0, 5, 2, 4], [5, 0, 3, 0], [2, 3, 0, 0], [4, 0, 0, 0]]
DISTANCES = [[0, 1, 1, 2], [1, 0, 2, 1], [1, 2, 0, 1], [2, 1, 1, 0]]


def ask(capsys, *words):
    assert cli.main(["floor", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *words):
    assert cli.main(["floor", *map(str, words)]) == 2
    lines = capsys.readouterr().err.splitlines()
    return next(line for line in lines if line.startswith("layoutlab: "))


def numbers(*parts):
    return "\n".join(" ".join(map(str, row)) for part in parts for row in part)


@pytest.fixture
def quadratic(tmp_path):
    path = tmp_path / "four.dat"
    path.write_text(f"4\n{numbers(FLOWS, DISTANCES)}\n")
    return path


def test_evolve_tells_the_floor_it_found_and_draws_it(capsys, tmp_path):
    drawing = tmp_path / "floor.svg"
    told = ask(capsys, "evolve", "--generations", 5, "--seed", 3, "--draw", drawing)
    blocks = [Block(bool(first), *rest) for first, *rest in told["blocks"]]
    assert told["fitness"] == reference_fitness(blocks, Floor(), Readings())
    assert told["generations"] == 5
    assert drawing.read_text().startswith("<?xml")


def test_evolve_takes_every_option_by_its_name(capsys):
    told = ask(
        capsys, "evolve", "--rows", 5, "--columns", 6, "--blocks", 3, "--lengths", "2,3",
        "--entrance", "0,2", "--exit=-1,-1", "--edge", "clip", "--overlap", "drop",
        "--covers", "lengths", "--neighbours", "mean", "--alone", "zero", "--walk", "every_block",
        "--door", "kept_free", "--population", 10, "--generations", 3, "--selection", "rank",
        "--crossover", "rectangle", "--mutation", "any", "--crossover-probability", 0.7,
        "--mutation-probability", 0.3, "--elite", 1, "--replacement", "steady_state",
        "--tournament-size", 2, "--rank-pressure", 1.5, "--patience", 9, "--target", 99,
        "--restart-below", 0.1, "--seconds", 60,
    )  # fmt: skip
    floor = Floor(5, 6, 3, (2, 3), (0, 2), (-1, -1), "clip", "drop")
    readings = Readings("lengths", "mean", "zero", "every_block", "kept_free")
    blocks = [Block(bool(first), *rest) for first, *rest in told["blocks"]]
    assert told["fitness"] == reference_fitness(blocks, floor, readings)


def test_the_result_of_several_runs_does_not_depend_on_the_threads(capsys):
    words = ("evolve", "--population", 20, "--generations", 5, "--runs", 4)
    told = [ask(capsys, *words, "--jobs", jobs) for jobs in (1, 2, 4)]
    assert [each["blocks"] for each in told] == [told[0]["blocks"]] * 3
    assert [each["fitness"] for each in told] == [told[0]["fitness"]] * 3


def test_a_search_stopped_in_time_goes_on_from_its_checkpoint(capsys, tmp_path):
    words = ("evolve", "--population", 20, "--generations", 30, "--selection", "tournament")
    whole = ask(capsys, *words)
    file = tmp_path / "search.npz"
    cut = ask(capsys, *words, "--checkpoint", file, "--seconds", 0)
    assert cut["generations"] < 30
    resumed = ask(capsys, *words, "--checkpoint", file)
    assert resumed | {"seconds": 0} == whole | {"seconds": 0}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--blocks", 0), "blocks: expected at least 1, got 0"),
        (("--population", 1), "population: expected at least 2, got 1"),
        (("--mutation-probability", 2), "mutation_probability: expected from 0 to 1, got 2"),
        (("--entrance", "20,0"), ("entrance: expected a cell (x, y) on a floor of 10 rows "
                                  "and 10 columns, got (20, 0)")),
        (("--jobs", 0), "runs, jobs: expected at least 1, got 1 and 0"),
        (("--runs", 2, "--checkpoint", "x"), "checkpoint: expected one run, got 2"),
    ],
)  # fmt: skip
def test_evolve_refuses_bad_input_in_one_line(capsys, words, message):
    assert refused(capsys, "evolve", *words) == f"layoutlab: {message}"


def test_schemes_writes_the_study(capsys, tmp_path):
    told = ask(
        capsys, "schemes", "--out", tmp_path, "--seeds", 3, "--population", 10,
        "--generations", 3, "--one-floor", "--selections", "tournament,rank",
    )  # fmt: skip
    assert told["runs"] == 2 * 3 * 3
    assert set(told["problems"]) == {"10x10_per_block"}
    for name in ("runs.parquet", "trajectories.parquet", "summary.json", "ioh"):
        assert (tmp_path / name).exists()


def test_optimum_proves_a_small_floor(capsys):
    told = ask(capsys, "optimum", "--rows", 3, "--columns", 3, "--blocks", 1, "--lengths", "2")
    assert told["proved"]
    assert told["fitness"] == pytest.approx(0.4 + 0.05 + 0.05)


def test_assign_solves_a_file(capsys, quadratic):
    told = ask(capsys, "assign", quadratic, "--iterations", 2_000)
    flows, distances = np.array(FLOWS), np.array(DISTANCES)
    costs = {p: (flows * distances[np.ix_(p, p)]).sum() for p in permutations(range(4))}
    assert told["cost"] == min(costs.values())
    assert costs[tuple(place - 1 for place in told["permutation"])] == told["cost"]
    locked = ask(
        capsys, "assign", quadratic, "--iterations", 500, "--fixed", "1:4", "--forbidden", "2:1"
    )
    assert locked["permutation"][0] == 4
    assert locked["permutation"][1] != 1
    assert locked["cost"] == min(cost for p, cost in costs.items() if p[0] == 3 and p[1] != 0)


def test_rows_orders_a_file(capsys, tmp_path):
    path = tmp_path / "row.txt"
    path.write_text(f"4\n1 2 3 4\n{numbers(FLOWS)}\n")
    told = ask(capsys, "rows", path, "--seconds", 0.2)
    assert sorted(told["order"]) == [1, 2, 3, 4]
    assert told["proved"]


def test_areas_lays_out_a_file_and_draws_it(capsys, tmp_path):
    path, drawing = tmp_path / "areas.json", tmp_path / "areas.svg"
    content = {
        "name": "four", "n": 4, "n_real": 4, "width": 4.0, "height": 4.0,
        "metric": "rectilinear", "shape_rule": "max_aspect_ratio", "area": [4.0] * 4,
        "limit": [4.0] * 4, "flows": [[1, 2, 5], [3, 4, 1]],
    }  # fmt: skip
    path.write_text(json.dumps(content))
    for form in ("slicing", "bays"):
        told = ask(capsys, "areas", path, "--iterations", 3_000, "--form", form, "--draw", drawing)
        assert told["violations"] == []
        assert sum(each["width"] * each["height"] for each in told["layout"]) == pytest.approx(16)
        assert drawing.read_text().startswith("<?xml")


@pytest.mark.parametrize("verb", ["assign", "rows", "areas"])
def test_a_file_that_is_not_there_or_says_nothing_is_refused(capsys, tmp_path, verb):
    path = tmp_path / "empty"
    assert str(path) in refused(capsys, verb, path)
    path.write_text("")
    assert "empty: expected " in refused(capsys, verb, path)
