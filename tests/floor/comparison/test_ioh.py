import json

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.floor import schemes
from layoutlab.floor.comparison import ioh, runtimes
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings


@pytest.fixture(scope="module")
def found():
    return schemes.run(
        Floor(6, 6, 4),
        Readings(),
        selections=["rank", "tournament"],
        crossovers=["uniform"],
        seeds=[0, 1, 2],
        settings=Settings(population=10, generations=8),
    )


def write(folder, found):
    return ioh.write(folder, found, function_id=2, function_name="6x6_cells", dimension=16)


def test_iohinspector_reads_back_what_was_written(found, tmp_path):
    write(tmp_path, found)
    table = ioh.read(tmp_path)
    assert set(table["algorithm_name"]) == {"rank × uniform", "tournament × uniform"}
    assert set(table["function_name"]) == {"6x6_cells"}
    for row, run in enumerate(found.runs.itertuples()):
        own = table[
            (table["algorithm_name"] == f"{run.selection} × {run.crossover}")
            & (table["instance"] == run.seed)
        ]
        moments, values = own["evaluations"].to_numpy(), own["raw_y"].to_numpy()
        assert (moments[0], values[0]) == (1, run.first_worst_fitness)
        assert (moments[-1], values[-1]) == (run.evaluations, run.best_fitness)
        again = runtimes.values_at(moments[None], values[None], found.evaluations[row])
        np.testing.assert_array_equal(again[0], found.best[row])


def test_iohinspector_reckons_the_same_running_times(found, tmp_path):
    import iohinspector

    write(tmp_path, found)
    manager = iohinspector.DataManager()
    manager.add_folder(str(tmp_path))
    overview = manager.overview.to_pandas().sort_values(["algorithm_name", "instance"])
    assert overview["best_y"].tolist() == found.runs["best_fitness"].tolist()
    assert overview["evals"].tolist() == found.runs["evaluations"].tolist()
    assert overview["selection"].tolist() == found.runs["selection"].tolist()
    low, high = float(found.best[:, 0].max()), float(found.best[:, -1].max())
    theirs = iohinspector.metrics.aggregate_running_time(
        manager.load(monotonic=True, include_meta_data=True),
        f_min=low,
        f_max=high,
        scale_f_log=False,
        eval_max=int(found.evaluations.max()),
        maximization=True,
    )
    targets = theirs.loc[theirs["algorithm_name"] == "rank × uniform", "raw_y"].to_numpy()
    ours = runtimes.hitting_times(found.evaluations[:3], found.best[:3], targets)
    rows = theirs[theirs["algorithm_name"] == "rank × uniform"]
    np.testing.assert_array_equal(rows["success_count"], np.isfinite(ours).sum(axis=0))


def test_one_problem_of_several_can_be_read(found, tmp_path):
    write(tmp_path, found)
    ioh.write(tmp_path, found, function_id=3, function_name="again", dimension=16)
    assert set(ioh.read(tmp_path)["function_name"]) == {"6x6_cells", "again"}
    assert set(ioh.read(tmp_path, function_id=3)["function_name"]) == {"again"}


def test_the_same_runs_give_the_same_bytes(found, tmp_path):
    one, other = (write(tmp_path / name, found) for name in ("one", "other"))
    for first, second in zip(one, other, strict=True):
        assert first.read_bytes() == second.read_bytes()
    data = sorted(path.read_bytes() for path in (tmp_path / "one").rglob("*.dat"))
    assert data == sorted(path.read_bytes() for path in (tmp_path / "other").rglob("*.dat"))


def test_the_description_holds_the_best_floor_and_its_moment(found, tmp_path):
    path = write(tmp_path, found)[0]
    assert path.relative_to(tmp_path).as_posix() == "rank-uniform/IOHprofiler_f2_6x6_cells.json"
    described = json.loads(path.read_text())
    scenario = described["scenarios"][0]
    assert (path.parent / scenario["path"]).is_file()
    run, first = scenario["runs"][0], found.runs.iloc[0]
    assert run["best"]["x"] == first["best_blocks"]
    at = found.evaluations[0].tolist().index(run["best"]["evals"])
    assert found.best[0, at] == run["best"]["y"] == first["best_fitness"]
    assert found.best[0, at - 1] < run["best"]["y"] or at == 0


def test_names_that_no_file_could_bear_are_refused(found, tmp_path):
    with pytest.raises(InputError, match="function_name: expected letters, digits"):
        ioh.write(tmp_path, found, function_id=1, function_name="a/b", dimension=16)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_never_improves_still_ends_with_its_last_evaluation(found, tmp_path):
    flat = schemes.Runs(
        found.runs.iloc[:1],
        found.evaluations[:1],
        np.full_like(found.best[:1], 2.0),
        found.mean[:1],
        found.diversity[:1],
    )
    write(tmp_path, flat)
    table = ioh.read(tmp_path)
    expected = [1, int(flat.evaluations[0, 0]), int(flat.evaluations[0, -1])]
    assert table["evaluations"].tolist() == expected
    pd.testing.assert_series_equal(
        table["raw_y"],
        pd.Series([flat.runs["first_worst_fitness"].iloc[0], 2.0, 2.0]),
        check_names=False,
    )
