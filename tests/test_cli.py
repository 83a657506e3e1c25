"""The command line: light until it works, one line for bad input, one object for ``--json``."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from toy_project import Toy, environment, until

from layoutlab import cli
from layoutlab.commands import pipeline

HEAVY = {
    "apache_beam", "dask", "distributed", "dvc", "IPython", "keras", "matplotlib", "mlflow",
    "nbformat", "numpy", "pandas", "papermill", "pyarrow", "rich", "scipy", "sklearn",
    "tensorflow", "tqdm", "yaml",
}  # fmt: skip


def layoutlab(toy: Toy, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    return toy.run("layoutlab", *words, **more)


def one_line(done: "subprocess.CompletedProcess[str]") -> str:
    """Return the message of a command that failed in one line."""
    assert done.stdout == ""
    assert done.stderr.startswith("layoutlab: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.removeprefix("layoutlab: ").rstrip("\n")


@pytest.mark.parametrize("words", [["--help"], ["repro", "--help"], ["data", "--help"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\nfrom layoutlab import cli\n"
        f"try:\n    cli.main({words})\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.startswith("usage: layoutlab")
    assert HEAVY.isdisjoint(eval(done.stderr))


def test_help_names_every_verb_and_its_time_is_printed(tmp_path: Path) -> None:
    """The bar (twice the time of importing argparse and json) is measured by ``make bench``."""
    times: dict[str, float] = {}
    commands = {
        "import": [sys.executable, "-c", "import argparse, json"],
        "help": ["layoutlab", "--help"],
    }
    for _ in range(3):
        for name, command in commands.items():
            begun = time.perf_counter()
            done = subprocess.run(
                command, capture_output=True, text=True, env=environment(tmp_path), check=True
            )
            times[name] = min(time.perf_counter() - begun, times.get(name, 1e9))
    print(f"layoutlab --help / import argparse, json = {times['help'] / times['import']:.2f}")
    for verb in ("repro", "verify", "deps", "sweep", "track", "data", "retail"):
        assert f"\n    {verb} " in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fly"], "invalid choice: 'fly'"),
        (["repro", "--fast"], "unrecognized arguments: --fast"),
        (["repro", "-j", "many"], "invalid int value: 'many'"),
        (["sweep"], "the following arguments are required: notebook, -o/--out"),
        (["data", "fly"], "invalid choice: 'fly'"),
    ],
)
def test_unknown_words_end_with_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["data"], ["retail"]])
def test_no_verb_shows_the_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(words) == 2
    assert "commands:" in capsys.readouterr().out


BAD = [
    (["sweep", "notebooks/gone.ipynb", "-o", "out"], "expected a notebook at "),
    (["sweep", "notebooks/b.ipynb", "-g", "m=1", "-o", "out"], "unknown parameter 'm': "),
    (["sweep", "notebooks/b.ipynb", "-p", "n=x", "-o", "out"],
     "parameter 'n': expected int, like its default 3, got str: 'x'"),
    (["sweep", "notebooks/b.ipynb", "-g", "n", "-o", "out"], "expected NAME=VALUE, got 'n'"),
    (["sweep", "notebooks/b.ipynb", "-g", "n=1:x", "-o", "out"],
     "'n': expected FROM:TO or FROM:TO:STEP, got '1:x'"),
    (["sweep", "notebooks/b.ipynb", "-j", "0", "-o", "out"], "expected at least one job, got 0"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "said"), BAD)
def test_bad_input_of_a_sweep_is_one_line_and_ends_with_2(
    plain: Toy, words: list[str], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    caught = capfd.readouterr()
    done = subprocess.CompletedProcess(words, 2, caught.out, caught.err)
    assert one_line(done).startswith(said)
    assert plain.ran == []


def test_outside_of_a_project_and_without_a_pipeline(toy: Toy, tmp_path: Path) -> None:
    away = Toy(tmp_path / "away")
    away.root.mkdir()
    done = layoutlab(away, "verify")
    assert (done.returncode, one_line(done)[:49]) == (
        2, "expected to stand inside a LayoutLab project (a f",
    )  # fmt: skip
    done = layoutlab(toy, "repro", "nowhere")
    assert done.returncode == 2
    said = "expected a pipeline at nowhere/dvc.yaml, found no such file"
    assert done.stderr.splitlines()[-1] == f"layoutlab: {said}"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", ["stages: [\n", "stages:\n  a: {cmd: 3\n"])
def test_a_broken_pipeline_file_is_said(toy: Toy, content: str) -> None:
    (toy.root / "dvc.yaml").write_text(content)
    done = layoutlab(toy, "repro")
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("layoutlab: ")
    assert "ran" not in done.stdout


def test_a_full_disk_is_one_line_and_loses_nothing(toy: Toy) -> None:
    """A limit on the size of files stands for the disk: writing fails in the kernel, as there."""
    sweep = ("layoutlab", "sweep", "notebooks/b.ipynb", "-g", "n=1,2", "-o", "out")
    toy.well(*sweep)
    before = Path("out/runs.parquet").read_bytes()
    limited = toy.run("sh", "-c", 'ulimit -f 1; exec "$@"', "sh", *sweep[:-1], "new", "--json")
    assert limited.returncode != 0
    assert "Traceback (most recent call last)" not in limited.stderr
    assert not Path("new/runs.parquet").exists()
    assert Path("out/runs.parquet").read_bytes() == before


def test_repro_verify_and_deps_give_one_object_and_progress_elsewhere(toy: Toy) -> None:
    done = layoutlab(toy, "repro", "-f", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["stages"]
    assert [(row["stage"], row["state"]) for row in rows] == [
        (name, "reproduced identical") for name in ("a", "c", "b")
    ]
    assert rows[0]["figures"] == {"n": 4}
    assert "a: started" in done.stderr
    (toy.root / "reports/metrics/b.json").write_text('{"n": "five"}')
    done = layoutlab(toy, "verify", "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["passed"]) == (1, False)
    worst = {o["path"]: o for o in found["outputs"]}["reports/metrics/b.json"]
    assert (worst["verdict"], worst["difference"]) == ("different", None)
    done = layoutlab(toy, "deps", "--check", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {})


def test_repro_ends_with_a_table_and_where_to_look_next(toy: Toy) -> None:
    done = layoutlab(toy, "repro")
    assert done.returncode == 0, done.stderr
    for word in ("stage", "seconds", "main figures", "unchanged", "Where to look next"):
        assert word in done.stdout
    done = layoutlab(toy, "verify")
    assert done.returncode == 0
    assert "8 identical" in done.stdout
    (toy.root / "reports/metrics/b.json").unlink()
    done = layoutlab(toy, "verify")
    assert done.returncode == 1
    assert "1 missing" in done.stdout


def test_a_failed_stage_ends_with_1_and_is_shown(toy: Toy) -> None:
    (toy.root / "fail-a").touch()
    done = layoutlab(toy, "repro", "-f", "--json")
    assert done.returncode == 1
    states = {row["stage"]: row["state"] for row in json.loads(done.stdout)["stages"]}
    assert states == {"a": "failed", "c": "skipped", "b": "reproduced identical"}
    assert "told to fail" in done.stderr
    assert "Traceback" not in done.stderr


def test_stale_dependencies_end_with_1_and_are_corrected(toy: Toy) -> None:
    toy.edit("dvc.yaml", "layoutlab/canonical.py", "layoutlab/flow.py")
    done = layoutlab(toy, "deps", "--check")
    assert done.returncode == 1
    assert "a\n  + layoutlab/canonical.py\n  - layoutlab/flow.py\n" in done.stdout
    assert layoutlab(toy, "deps").returncode == 0
    assert layoutlab(toy, "deps", "--check").returncode == 0


def test_a_sweep_gives_one_object_and_a_failed_point_ends_with_1(toy: Toy) -> None:
    words = ("sweep", "notebooks/b.ipynb", "-g", "n=1:4", "-o", "out/s", "--json")
    away = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}  # MLflow being away fails nothing
    done = layoutlab(toy, *words, **away)
    assert done.returncode == 0, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    assert {name: summary[name] for name in ("points", "done", "failed", "table")} == {
        "points": 3, "done": 3, "failed": 0, "table": "out/s/runs.parquet",
    }  # fmt: skip
    assert "3/3" in done.stderr
    assert "was not logged to MLflow" in done.stderr
    (toy.root / "fail-b").touch()
    done = layoutlab(toy, *words[:3], "n=7,8", *words[4:], **away)
    assert (done.returncode, json.loads(done.stdout)["failed"]) == (1, 2)


def test_a_sweep_is_logged_once_and_again_into_a_new_database(toy: Toy) -> None:
    words = ("sweep", "notebooks/b.ipynb", "-g", "n=1:3", "-o", "out/s", "--json")
    database = toy.root / "mlruns/mlflow.db"
    assert layoutlab(toy, *words).returncode == 0
    imported = layoutlab(toy, *words, PYTHONPROFILEIMPORTTIME="1").stderr
    assert "layoutlab.tracking.sweeps" in imported
    assert "mlflow.tracking" not in imported  # it is there already: MLflow is not even imported
    parents = "SELECT count(*) FROM tags WHERE key = 'layoutlab.table'"
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute(parents).fetchone() == (1,)
    shutil.rmtree(toy.root / "mlruns")
    assert layoutlab(toy, *words).returncode == 0
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute(parents).fetchone() == (1,)


def test_interrupted_repro_ends_with_130_and_keeps_what_is_done(toy: Toy) -> None:
    before = len(toy.ran)
    (toy.root / "hold-b").touch()
    toy.edit("params.yaml", "a: {n: 4", "a: {n: 9")
    toy.edit("params.yaml", "b: {n: 5", "b: {n: 9")
    run = toy.start("layoutlab", "repro", "--json")
    until(lambda: sorted(toy.ran[before:]) == ["a", "b", "c"], "all are at work", run)
    until(lambda: (toy.root / "dvc.lock").read_text().count("  n: 9\n") == 1, "a is committed")
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=240)
    assert run.returncode == 130
    assert out == ""
    assert "layoutlab: interrupted; what was finished is kept" in err
    assert "Traceback" not in err


def test_what_a_library_prints_stays_off_standard_output_under_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def noisy(_: object) -> tuple[dict[str, int], int]:
        print("chatter")
        return {"found": 1}, 0

    monkeypatch.setattr(pipeline, "_deps", noisy)
    assert cli.main(["deps", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"found": 1}
    assert shown.err == "chatter\n"
