import json

import numpy as np
import pandas as pd
import pytest

from layoutlab.floor import schemes
from layoutlab.floor.comparison import ioh, runtimes
from layoutlab.floor.comparison import study as studies
from layoutlab.floor.comparison.pairs import paired_values
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

PROBLEMS = {
    "small": studies.Problem(Floor(6, 6, 4), Readings()),
    "total": studies.Problem(Floor(6, 6, 4), Readings(neighbours="total")),
}
GIVEN = {"seeds": range(4), "settings": Settings(population=12, generations=6)}


@pytest.fixture(scope="module")
def found():
    return studies.run_problems(PROBLEMS, **GIVEN)


def test_the_standard_problems_are_three_sizes_under_two_readings():
    problems = studies.standard_problems()
    assert len(problems) == 6
    assert {(each.floor.rows, each.floor.blocks) for each in problems.values()} == {
        (6, 4),
        (10, 10),
        (14, 20),
    }
    assert len({each.readings for each in problems.values()}) == 2
    assert problems["10x10_per_block"] == (Floor(), Readings())


def test_every_problem_is_run_as_alone(found):
    alone = schemes.run(*PROBLEMS["total"], **GIVEN)
    pd.testing.assert_frame_equal(found["total"].runs, alone.runs)


def test_progress_counts_over_all_problems():
    told = []
    given = GIVEN | {"selections": ["rank"], "crossovers": ["uniform"]}
    studies.run_problems(PROBLEMS, progress=lambda *done: told.append(done), **given)
    assert told == [(at, 8) for at in range(1, 9)]


def test_a_problem_is_described_in_plain_numbers(found):
    described = studies.describe(found["small"], rng=np.random.default_rng(0))
    assert json.loads(json.dumps(described, allow_nan=False)) == described
    assert described["pairs"]["all"] == 36
    scheme = described["schemes"]["rank × uniform"]
    own = found["small"].runs.query("selection == 'rank' and crossover == 'uniform'")
    assert scheme["mean"] == pytest.approx(own["best_fitness"].mean())
    reached = (own["best_fitness"] >= described["target"]).sum()
    assert scheme["reached"] == reached
    assert (scheme["ert"] is None) == (reached == 0)
    everyone = [each["reached"] for each in described["schemes"].values()]
    assert sum(everyone) >= len(found["small"].runs) / 2


def test_two_schemes_are_described_without_friedman(found):
    few = schemes.subset(found["small"], np.arange(8))
    assert "friedman" not in studies.describe(few, rng=np.random.default_rng(0))


def test_shares_are_pooled_over_problems(found):
    budgets = np.array([0, 40, 10_000])
    pooled = studies.pooled_shares(found, budgets, targets=5)
    parts = []
    for each in found.values():
        times = runtimes.hitting_times(
            each.evaluations, each.best, runtimes.target_levels(each.best, 5)
        )
        parts.append(runtimes.shares_reached(times, budgets)[:4])
    np.testing.assert_allclose(pooled["roulette × one_point"], np.mean(parts, axis=0))
    means = studies.problem_means(found)
    assert means.index.tolist() == ["small", "total"]
    np.testing.assert_allclose(means.loc["small"], paired_values(found["small"].runs).mean())


def test_a_study_writes_the_same_bytes_with_any_number_of_threads(tmp_path):
    given = GIVEN | {"problems": PROBLEMS, "selections": ["rank", "roulette"]}
    one = studies.study(tmp_path / "one", **given)
    studies.study(tmp_path / "two", jobs=3, **given)
    written = sorted(path for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(written) == 3 + 2 * 2 * 6
    for path in written:
        assert (
            path.read_bytes()
            == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()
        )
    summary = json.loads((tmp_path / "one" / "summary.json").read_text())
    assert {name: one[name] for name in summary} == summary
    assert one["runs"] == 48
    assert one["cpu_s"].keys() == {"runs", "statistics_and_files"}
    runs = pd.read_parquet(tmp_path / "one" / "runs.parquet")
    assert runs["problem"].value_counts().tolist() == [24, 24]
    curves = pd.read_parquet(tmp_path / "one" / "trajectories.parquet")
    assert len(curves) == 48 * 7
    last = (
        ioh.read(tmp_path / "one" / "ioh")
        .groupby(["function_name", "algorithm_name", "instance"])["raw_y"]
        .max()
    )
    names = runs["selection"] + " × " + runs["crossover"]
    ours = runs.assign(name=names).set_index(["problem", "name", "seed"])["best_fitness"]
    assert last.sort_index().tolist() == ours.sort_index().tolist()


def test_another_base_gives_other_runs(found):
    other = studies.run_problems(PROBLEMS, base=2, **GIVEN)
    assert not (other["small"].mean == found["small"].mean).all()
