"""The stages by DVC's rules, in parallel and warm: the same lock as ``dvc repro``."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psutil
import pytest
from toy_project import PARAMS, PLAN, Toy, descendants, until

from layoutlab import pipeline, stages, verify
from layoutlab.errors import InputError
from layoutlab.pipeline import StageRun

OUTS = ["data/a.npz", "data/a.parquet", *(f"reports/notebooks/{s}.ipynb" for s in "abc")]


def silent(line: str) -> None:
    """Take a line for the user and show it to nobody."""


def reproduce(toy: Toy, force: bool = False, jobs: int = 2) -> dict[str, str]:
    """Reproduce in this process; return each stage's status."""
    runs = pipeline.reproduce(toy.root, jobs=jobs, force=force, tell=silent)
    return {run.name: run.status for run in runs}


def every(status: str) -> dict[str, str]:
    return {"a": status, "c": status, "b": status}


def test_the_lock_is_that_of_dvc_repro(toy: Toy) -> None:
    by_dvc = toy.lock
    assert toy.ran[-3:] == ["a", "c", "b"]
    assert reproduce(toy, force=True) == every("ran")
    assert len(toy.ran) == 6
    assert toy.lock == by_dvc
    (toy.root / "dvc.lock").unlink()
    assert reproduce(toy, force=True, jobs=1) == every("ran")
    assert toy.lock == by_dvc
    assert toy.well("git", "status", "--porcelain") == ""
    assert "up to date" in toy.well("dvc", "status")


def test_what_is_up_to_date_runs_nothing(toy: Toy) -> None:
    lock, ran = toy.lock, toy.ran
    assert reproduce(toy) == every("unchanged")
    assert (toy.lock, toy.ran) == (lock, ran)


def test_what_was_run_once_is_restored_from_the_run_cache(toy: Toy) -> None:
    lock, ran = toy.lock, toy.ran
    (toy.root / "dvc.lock").unlink()
    for path in OUTS:
        (toy.root / path).unlink()
    assert reproduce(toy) == every("restored")
    assert (toy.lock, toy.ran) == (lock, ran)
    assert all((toy.root / path).is_file() for path in OUTS)


def test_a_changed_parameter_runs_its_stage_and_those_after_it(toy: Toy) -> None:
    lock, before = toy.lock, len(toy.ran)
    toy.edit("params.yaml", "b: {n: 5}", "b: {n: 6}")
    assert reproduce(toy) == {"a": "unchanged", "c": "unchanged", "b": "ran"}
    toy.edit("params.yaml", "a: {n: 4", "a: {n: 5")
    assert reproduce(toy) == {"a": "ran", "c": "ran", "b": "unchanged"}
    assert toy.ran[before:] == ["b", "a", "c"]
    (toy.root / "params.yaml").write_text(PARAMS)
    assert reproduce(toy) == every("restored")
    assert toy.lock == lock
    assert toy.well("git", "status", "--porcelain") == ""


def test_a_changed_module_runs_the_stages_that_import_it(toy: Toy) -> None:
    with (toy.root / "layoutlab/floor/paths.py").open("a") as module:
        module.write("# a change\n")
    assert reproduce(toy) == every("unchanged")
    with (toy.root / "layoutlab/project.py").open("a") as module:
        module.write("# a change\n")
    assert reproduce(toy) == every("ran")


def test_a_failing_stage_stops_only_those_after_it(toy: Toy) -> None:
    lock = stages.entries(toy.root, "dvc.yaml")
    (toy.root / "fail-a").touch()
    toy.edit("params.yaml", "b: {n: 5}", "b: {n: 6}")
    toy.edit("params.yaml", "a: {n: 4", "a: {n: 5")
    runs = {r.name: r for r in pipeline.reproduce(toy.root, tell=silent)}
    assert {name: run.status for name, run in runs.items()} == {
        "a": "failed", "c": "skipped", "b": "ran",
    }  # fmt: skip
    assert runs["a"].error == (
        "cell 5 of 6 (import time) raised ValueError: told to fail\n"
        "The half-executed notebook is reports/notebooks/a.failed.ipynb"
    )
    assert runs["c"] == StageRun("c", "skipped", error="a stage before it failed")
    assert (toy.root / "reports/notebooks/a.failed.ipynb").is_file()
    assert not (toy.root / "reports/notebooks/a.ipynb").exists()
    assert "ValueError: told to fail" in (toy.root / "reports/logs/a.log").read_text()
    here = stages.entries(toy.root, "dvc.yaml")
    assert (here["a"], here["c"]) == (lock["a"], lock["c"])
    assert here["b"] != lock["b"]
    (toy.root / "fail-a").unlink()
    assert reproduce(toy) == {"a": "ran", "c": "ran", "b": "unchanged"}
    assert not (toy.root / "reports/notebooks/a.failed.ipynb").exists()


def test_a_stage_that_does_not_write_its_output_failed(toy: Toy) -> None:
    toy.edit("dvc.yaml", "outs: [data/a.npz", "outs: [data/forgotten.csv, data/a.npz")
    runs = {run.name: run for run in pipeline.reproduce(toy.root, tell=silent)}
    assert (runs["a"].status, runs["a"].error) == ("failed", "it did not write data/forgotten.csv")
    assert runs["c"].status == "skipped"


def test_a_stage_of_another_command_is_run_by_the_shell(toy: Toy) -> None:
    other = "  d:\n    cmd: cat data/a.npz | wc -c > data/d.txt\n    deps: [data/a.npz]\n"
    with (toy.root / "dvc.yaml").open("a") as plan:
        plan.write(f"{other}    outs: [data/d.txt]\n")
    assert reproduce(toy)["d"] == "ran"
    size = (toy.root / "data/a.npz").stat().st_size
    assert int((toy.root / "data/d.txt").read_text()) == size
    assert pipeline.stale_dependencies(toy.root, "dvc.yaml") == {}


def left_over(processes: list[psutil.Process]) -> list[psutil.Process]:
    return psutil.wait_procs(processes, timeout=30)[1]


def test_killed_in_the_middle_it_leaves_nobody_and_resumes_to_the_same_lock(toy: Toy) -> None:
    lock, before = toy.lock, len(toy.ran)
    (toy.root / "dvc.lock").unlink()
    shutil.rmtree(toy.root / ".dvc/cache")
    for path in OUTS:
        (toy.root / path).unlink()
    (toy.root / "hold-b").touch()
    run = toy.start("layoutlab", "repro", "-j", "2")
    entries = toy.root / "dvc.lock"
    until(lambda: entries.is_file() and "\n  c:" in entries.read_text(), "c is committed", run)
    until(lambda: "b" in toy.ran[before:], "b runs")
    started = descendants(run)
    assert len(started) >= 2
    run.kill()
    run.communicate()
    assert left_over(started) == []
    assert not (toy.root / "reports/notebooks/b.ipynb").exists()
    (toy.root / "hold-b").unlink()
    assert reproduce(toy) == {"a": "unchanged", "c": "unchanged", "b": "ran"}
    assert sorted(toy.ran[before:]) == ["a", "b", "b", "c"]
    assert toy.lock == lock
    assert verify.passed(verify.verify(toy.root))


def test_the_second_of_two_at_once_says_who_holds_the_lock_and_waits(toy: Toy) -> None:
    lock, before = toy.lock, len(toy.ran)
    (toy.root / "hold-b").touch()
    first = toy.start("taskset", "-c", "0", "layoutlab", "repro", "-f")  # also: on one core
    until(lambda: "b" in toy.ran[before:], "b runs")
    second = toy.start("layoutlab", "repro")
    assert second.stderr is not None
    said = ""
    while "waiting for" not in said:
        piece = second.stderr.readline()
        assert piece, said
        said += piece
    waited_for = re.search(r"waiting for process (\d+) \((.*)\), which holds the lock", said)
    assert waited_for is not None
    assert (int(waited_for[1]), waited_for[2][-8:]) == (first.pid, "repro -f")
    (toy.root / "hold-b").unlink()
    for run in (first, second):
        _, err = run.communicate(timeout=240)
        assert run.returncode == 0, err
    assert sorted(toy.ran[before:]) == ["a", "b", "c"]
    assert toy.lock == lock


@pytest.mark.parametrize("jobs", [0, -1])
def test_at_least_one_job(toy: Toy, jobs: int) -> None:
    with pytest.raises(InputError, match=f"^expected at least one job, got {jobs}$"):
        pipeline.reproduce(toy.root, jobs=jobs)


def test_a_pipeline_that_is_not_there_is_named(toy: Toy) -> None:
    message = "^expected a pipeline at nowhere/dvc.yaml, found no such file$"
    with pytest.raises(InputError, match=message):
        pipeline.reproduce(toy.root, "nowhere/dvc.yaml")


def test_the_listed_modules_are_compared_and_corrected(toy: Toy) -> None:
    assert pipeline.stale_dependencies(toy.root, "dvc.yaml") == {}
    listed = (toy.root / "dvc.yaml").read_text()
    assert "layoutlab/canonical.py" in listed
    stale = listed.replace("layoutlab/canonical.py", "layoutlab/flow.py", 1)
    (toy.root / "dvc.yaml").write_text(stale)
    found = {"a": ["+ layoutlab/canonical.py", "- layoutlab/flow.py"]}
    assert pipeline.stale_dependencies(toy.root, "dvc.yaml") == found
    assert (toy.root / "dvc.yaml").read_text() == stale
    assert pipeline.stale_dependencies(toy.root, "dvc.yaml", write=True) == found
    assert (toy.root / "dvc.yaml").read_text() == listed
    assert listed.startswith("# a comment that stays\n")
    assert "layoutlab/project.py\n    - data/a.npz\n" in listed  # data after the code
    assert PLAN not in listed


@pytest.mark.parametrize(
    ("command", "parts"),
    [
        ("papermill --engine layoutlab a.ipynb b.ipynb", ("a.ipynb", "b.ipynb", [])),
        ("papermill --engine layoutlab a.ipynb b.ipynb -y '{n: 1}' -y '{m: 2}'",
         ("a.ipynb", "b.ipynb", ["{n: 1}", "{m: 2}"])),
        ("papermill --engine layoutlab a.ipynb b.ipynb -p n 1", None),
        ("papermill --engine layoutlab a.ipynb b.ipynb -y", None),
        ("papermill a.ipynb b.ipynb", None),
        ("papermill --engine layoutlab a.ipynb", None),
        ("sh run.sh", None),
    ],
)  # fmt: skip
def test_only_plain_runs_of_our_engine_are_run_in_place(command: str, parts: object) -> None:
    assert pipeline.notebook_run(command) == parts


def test_mlflow_being_away_is_said_and_fails_nothing(toy: Toy) -> None:
    done = subprocess.run(
        ["layoutlab", "repro", "-f"],
        env=os.environ | {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "mlflow:a " in done.stderr
    assert "(`layoutlab track` projects it later)" in done.stderr
    assert Path("reports/notebooks/a.ipynb").is_file()
