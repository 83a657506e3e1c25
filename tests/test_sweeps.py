"""A notebook at every point of a grid: what ran once never runs again."""

import os
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from toy_project import Toy, descendants, until, write_notebook

from layoutlab import sweeps
from layoutlab.errors import InputError
from layoutlab.workers import Workers

NOTEBOOK = "notebooks/point.ipynb"
WORK = """\
import os, signal, time
from pathlib import Path
from layoutlab import canonical
from layoutlab.floor import genome

with Path("ran.txt").open("a") as ran:
    ran.write(f"{n}-{scheme}\\n")
while Path(f"hold-{n}").exists():
    time.sleep(0.02)
if Path(f"kill-{n}").exists():
    os.kill(os.getpid(), signal.SIGKILL)
if n == bad:
    raise ValueError(f"no receipts for {n}")
canonical.write_json(metrics, {"square": n * n, "fit": {"by": scheme, "loss": 1.0 / (n + 1)}})
"""
PARAMETERS = "n = 1\nbad = -1\nscheme = 'tournament'\nmetrics = 'reports/metrics/point.json'\n"
ENTER = "from layoutlab import project\n\nproject.enter()"


@pytest.fixture
def sweep(plain: Toy) -> Toy:
    write_notebook(plain.root / NOTEBOOK, PARAMETERS, ENTER, WORK)
    return plain


def run(**more: Any) -> pd.DataFrame:
    given = {"grid": {"n": [2, 3, 4]}, "out": "out"} | more
    return sweeps.run(NOTEBOOK, **given)


def command(*more: str) -> list[str]:
    return ["layoutlab", "sweep", NOTEBOOK, "-g", "n=0:6", "-o", "out", *more]


def test_a_sweep_is_one_tidy_table_in_grid_order(sweep: Toy) -> None:
    table = run(grid={"scheme": ["rank", "roulette"], "n": [3, 2]}, fixed={"bad": 9})
    expected = pd.DataFrame(
        {
            "scheme": ["rank", "rank", "roulette", "roulette"],
            "n": [3, 2, 3, 2],
            "bad": [9, 9, 9, 9],
            "status": ["done"] * 4,
            "error": [""] * 4,
            "fit.by": ["rank", "rank", "roulette", "roulette"],
            "fit.loss": [1 / 4, 1 / 3, 1 / 4, 1 / 3],
            "square": [9, 4, 9, 4],
        }
    )
    pd.testing.assert_frame_equal(table, expected)
    pd.testing.assert_frame_equal(pd.read_parquet("out/runs.parquet"), expected)
    assert len(list(Path("out/points").glob("*/notebook.ipynb"))) == 4


def test_a_finished_sweep_answers_without_workers(
    sweep: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run()
    written = Path("out/runs.parquet").read_bytes()
    monkeypatch.setattr(Workers, "start", lambda *_: pytest.fail("nothing is left to run"))
    pd.testing.assert_frame_equal(run(), first)
    pd.testing.assert_frame_equal(run(jobs=1, fixed={"bad": -1}).drop(columns="bad"), first)
    assert run().equals(first)
    assert Path("out/runs.parquet").read_bytes() == written
    assert sorted(sweep.ran) == ["2-tournament", "3-tournament", "4-tournament"]


def test_only_new_points_run(sweep: Toy) -> None:
    run()
    assert list(run(grid={"n": [1, 2, 3, 4, 5]})["square"]) == [1, 4, 9, 16, 25]
    assert Counter(sweep.ran) == Counter(f"{n}-tournament" for n in (1, 2, 3, 4, 5))


def test_a_point_asked_for_twice_runs_once(sweep: Toy) -> None:
    assert list(run(grid={"n": [2, 2, 3]})["square"]) == [4, 4, 9]
    assert sorted(sweep.ran) == ["2-tournament", "3-tournament"]


def test_a_failed_point_is_a_result_and_the_rest_goes_on(sweep: Toy) -> None:
    table = run(fixed={"bad": 3})
    assert list(table["status"]) == ["done", "failed", "done"]
    message = table["error"][1]
    assert re.fullmatch(
        r"cell 5 of 5 \(import os, signal, time\) raised ValueError: no receipts for 3\n"
        r"The half-executed notebook is out/points/[0-9a-f]{20}/notebook\.failed\.ipynb",
        message,
    )
    assert table["square"].isna().tolist() == [False, True, False]
    run(fixed={"bad": 3})
    assert len(sweep.ran) == 3
    run(fixed={"bad": 3}, retry_failed=True)
    assert sweep.ran[3:] == ["3-tournament"]


def test_a_point_whose_process_died_runs_again_next_time(sweep: Toy) -> None:
    Path("kill-3").touch()
    table = run()
    assert list(table["status"]) == ["done", "failed", "done"]
    assert table["error"][1] == "its process ended with code -9"
    Path("kill-3").unlink()
    assert list(run()["square"]) == [4, 9, 16]
    assert Counter(sweep.ran)["2-tournament"] == 1


@pytest.mark.parametrize("path", [NOTEBOOK, "layoutlab/floor/genome.py"])
def test_a_changed_notebook_or_module_runs_anew_and_undone_answers_at_once(
    sweep: Toy, path: str
) -> None:
    first = run(grid={"n": [2]})
    text = Path(path).read_text()
    Path(path).write_text(text + "\n")
    run(grid={"n": [2]})
    assert len(sweep.ran) == 2
    Path("layoutlab/flow.py").write_text("# not imported by this notebook\n")
    Path(path).write_text(text)
    assert run(grid={"n": [2]}).equals(first)
    assert len(sweep.ran) == 2


def test_bad_input_is_refused_before_anything_runs(sweep: Toy) -> None:
    for given, message in (
        ({"jobs": 0}, "expected at least one job, got 0"),
        ({"grid": {"m": [1]}}, "unknown parameter 'm'"),
        ({"fixed": {"scheme": 3}}, "parameter 'scheme': expected str"),
        ({"on": "dask://nowhere"}, "expected a Dask scheduler at dask://HOST:PORT, none answered"),
    ):
        with pytest.raises(InputError) as raised:
            run(**given)
        assert str(raised.value).startswith(message)
    assert sweep.ran == []


def test_killed_it_resumes_and_no_finished_point_runs_twice(sweep: Toy) -> None:
    Path("hold-3").touch()
    Path("hold-4").touch()
    process = sweep.start(*command())
    results = Path("out/points")
    until(lambda: len(list(results.glob("*/result.json"))) == 3, "three points are done", process)
    until(lambda: len(sweep.ran) == 5, "two more run", process)
    started = descendants(process)
    process.kill()
    process.communicate()
    until(lambda: not any(child.is_running() for child in started), "the workers end themselves")
    assert not Path("out/runs.parquet").exists()
    Path("hold-3").unlink()
    Path("hold-4").unlink()
    table = run(grid={"n": list(range(6))})
    assert list(table["square"]) == [0, 1, 4, 9, 16, 25]
    counts = Counter(int(name.partition("-")[0]) for name in sweep.ran)
    assert counts == {0: 1, 1: 1, 2: 1, 3: 2, 4: 2, 5: 1}  # those killed at work ran again


def test_interrupted_it_keeps_what_is_done_and_says_how_to_go_on(sweep: Toy) -> None:
    Path("hold-2").touch()
    Path("hold-3").touch()
    process = sweep.start(*command())
    results = Path("out/points")
    until(lambda: len(list(results.glob("*/result.json"))) == 2, "two points are done", process)
    until(lambda: len(sweep.ran) == 4, "two more run", process)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 130
    assert out == ""
    said = "interrupted; what was finished is kept, and the same command goes on from there"
    assert err.splitlines()[-1] == f"layoutlab: {said}"
    assert "Traceback" not in err
    assert len(list(results.glob("*/result.json"))) == 2


def test_the_second_of_two_at_once_says_who_is_waited_for_and_runs_nothing_twice(
    sweep: Toy,
) -> None:
    Path("hold-0").touch()
    first = sweep.start(*command("--json"))
    until(lambda: len(sweep.ran) >= 1, "the first one is at work")
    second = sweep.start(*command("--json"))
    assert second.stderr is not None
    said = second.stderr.readline()
    assert said.startswith(f"waiting for process {first.pid} (")
    assert said.endswith("), which holds the sweep in out\n")
    Path("hold-0").unlink()
    ends = [process.communicate(timeout=240) for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), ends
    assert ends[0][0] == ends[1][0] != ""
    assert max(Counter(sweep.ran).values()) == 1
