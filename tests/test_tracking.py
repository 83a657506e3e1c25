"""MLflow as a projection: real SQLite stores, a real small git and DVC project, real processes."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layoutlab import canonical, tracking
from layoutlab.errors import InputError
from layoutlab.tracking import history, notebooks, record, stages, store

LOCAL = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c"}
IDENTITY = {**LOCAL, "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b.c"}
PLAN = """
stages:
  shares:
    cmd: sh run.sh ${shares.n}
    deps: [notebooks/01-shares.ipynb, data/in.parquet]
    params: [shares]
    outs: [reports/notebooks/shares.ipynb, reports/figures/shares]
    metrics:
      - reports/metrics/shares.json: {cache: false}
"""
RUN = """
mkdir -p reports/metrics reports/figures/shares reports/notebooks
metrics='{"auc": 0.NUMBER, "fit": {"loss": [3, 2, 1]}, "by": "hand"}'
echo "$metrics" | sed "s/NUMBER/$1/" > reports/metrics/shares.json
echo "<svg>$1</svg>" > reports/figures/shares/f.svg
cp notebooks/01-shares.ipynb reports/notebooks/shares.ipynb
"""
CODE = 'n = 3\nsource = "data/in.parquet"\nmetrics = "reports/metrics/shares.json"\n'


def notebook_json() -> str:
    tagged = {"tags": ["parameters"]}
    cells = [("p", tagged, CODE), ("q", {}, "from layoutlab.retail import baskets\n")]
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "id": name, "metadata": metadata, "source": [source]}
                | {"outputs": [], "execution_count": None}
                for name, metadata, source in cells
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
    )


def run(folder: Path, *command: str) -> None:
    environment = os.environ | IDENTITY | {"DVC_NO_ANALYTICS": "1"}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)


def dvc(folder: Path, *words: str) -> None:
    run(folder, sys.executable, "-m", "dvc", "--quiet", *words)


def commit(folder: Path) -> str:
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-qm", "state")
    return str(stages.git(folder, "rev-parse", "HEAD")).strip()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git and DVC project with one stage, reproduced and committed, and an empty store."""
    folder = tmp_path_factory.mktemp("template") / "project"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "notebooks/01-shares.ipynb").write_text(notebook_json())
    (folder / "data/in.parquet").write_text("in")
    (folder / "params.yaml").write_text("shares: {n: 3, deep: {rate: 0.5}}\n")
    (folder / "dvc.yaml").write_text(PLAN)
    (folder / "run.sh").write_text(RUN)
    (folder / ".gitignore").write_text("mlruns/\n")
    run(folder, "git", "init", "-q", ".")
    dvc(folder, "init")
    dvc(folder, "repro")
    commit(folder)
    store.prepare(folder)
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the template to stand in, so every test also moves a project."""
    folder = tmp_path / "project"
    shutil.copytree(template, folder)
    monkeypatch.chdir(folder)
    for name in (store.URI, tracking.UNDER_ENGINE):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with neither git nor a store."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(store.URI, raising=False)
    return tmp_path


def found(run_id: str) -> Any:
    return store.open_store().client().get_run(run_id)


def names(run_id: str, folder: str) -> list[str]:
    return [file.path for file in store.open_store().client().list_artifacts(run_id, folder)]


def test_importing_costs_no_mlflow_no_dvc_and_no_pandas() -> None:
    heavy = "{'mlflow', 'dvc', 'pandas', 'numpy', 'yaml'}"
    code = f"import sys, layoutlab.tracking; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout == "[]\n"


def test_under_the_engine_nothing_is_logged(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(tracking.UNDER_ENGINE, "1")
    tracking.track("no-such-notebook", {})
    assert capsys.readouterr() == ("", "")
    assert not (empty / "mlruns").exists()


def test_a_run_by_hand_is_logged_from_its_variables(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "data/own.parquet").write_text("own")
    values = {"n": 7, "source": "data/own.parquet", "metrics": "reports/metrics/shares.json"}
    tracking.track("01-shares", values | {"frame": object()})
    assert capsys.readouterr() == ("", "")
    client = store.open_store().client()
    (logged,) = client.search_runs([client.get_experiment_by_name("retail").experiment_id])
    assert logged.data.params == {name: str(value) for name, value in values.items()}
    assert logged.data.metrics == {"auc": 0.3, "fit.loss": 1.0}
    assert logged.data.tags["layoutlab.notebook"] == "01-shares"
    assert logged.data.tags["layoutlab.dirty"] == "no"
    assert len(logged.data.tags["layoutlab.commit"]) == 40
    assert [i.dataset.name for i in logged.inputs.dataset_inputs] == ["data/own.parquet"]


@pytest.mark.parametrize("name", ["01-shares", "02-missing"])
def test_a_run_by_hand_never_raises(
    name: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(store.URI, "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    tracking.track(name, {"n": 7})
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("this run was not logged to MLflow: ")
    assert err.count("\n") == 1


def test_a_stage_is_projected_once_before_or_after_its_lock(project: Path) -> None:
    (project / "params.yaml").write_text("shares: {n: 4, deep: {rate: 0.5}}\n")
    run(project, "sh", "run.sh", "4")
    before = tracking.project_stage("shares")
    dvc(project, "repro")
    assert tracking.project_stage("dvc.yaml:shares") == before
    assert tracking.project_all() == {"shares": before}
    logged = found(before)
    assert logged.info.status == "FINISHED"
    assert logged.data.params == {"n": "4", "deep.rate": "0.5"}
    assert logged.data.metrics == {"auc": 0.4, "fit.loss": 1.0}
    assert logged.data.tags["fact.by"] == "hand"
    assert logged.data.tags["layoutlab.stage"] == "shares"
    assert logged.data.tags["layoutlab.dirty"] == "yes"
    (read,) = logged.inputs.dataset_inputs
    assert (read.dataset.name, len(read.dataset.digest)) == ("data/in.parquet", 32)
    assert names(before, "figures") == ["figures/f.svg"]
    assert names(before, "notebook") == ["notebook/shares.ipynb"]
    series = store.open_store().client().get_metric_history(before, "fit.loss")
    assert [(point.step, point.value) for point in series] == [(0, 3.0), (1, 2.0), (2, 1.0)]


def test_a_killed_projection_is_replaced(project: Path) -> None:
    with stages.repository(project) as repo:
        result = stages.result_here(repo, "shares")
    client = store.open_store().client()
    experiment = record.experiment_id(client, store.open_store(), "retail")
    half = client.create_run(experiment, tags={record.KEY: result.key}).info.run_id
    whole = tracking.project(result)
    assert whole != half
    assert found(half).info.lifecycle_stage == "deleted"


def test_stages_that_cannot_be_projected_say_why(project: Path) -> None:
    with pytest.raises(InputError, match=r"expected a pipeline at public/dvc\.yaml"):
        tracking.project_stage("public/dvc.yaml:shares")
    with pytest.raises(InputError, match="shires"):
        tracking.project_stage("shires")
    (project / "reports/notebooks/shares.ipynb").unlink()
    with pytest.raises(InputError, match=r"left no reports/notebooks/shares\.ipynb: run it first"):
        tracking.project_stage("shares")
    told: list[str] = []
    assert tracking.project_all(told.append) == {}
    assert told == ["shares is not up to date: not projected"]


def test_the_module_run_as_the_engine_does_never_fails(project: Path) -> None:
    environment = os.environ | {store.URI: "http://127.0.0.1:9"}
    environment["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
    command = [sys.executable, "-m", "layoutlab.tracking", "shares"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0
    (line,) = answer.stderr.splitlines()
    assert line.startswith("mlflow: shares: MLflow at http://127.0.0.1:9 did not take it")
    assert line.endswith("(`layoutlab track` projects it later)")


def test_rebuilding_takes_every_committed_entry_and_keeps_the_old_database(project: Path) -> None:
    first = str(stages.git(project, "rev-parse", "HEAD")).strip()
    (project / "params.yaml").write_text("shares: {n: 5, deep: {rate: 0.5}}\n")
    dvc(project, "repro")
    second = commit(project)
    (project / "README.md").write_text("nothing to do with it")
    commit(project)
    lost = next((project / ".dvc/cache/files/md5").glob("*/*.dir"))
    lost.unlink()
    told: list[str] = []
    answer = tracking.rebuild(told.append)
    assert answer == {
        "runs": 2,
        "missing": ["reports/figures/shares"],
        "previous": "mlruns/before-1/mlflow.db",
    }
    assert "not in the DVC cache here: reports/figures/shares" in told
    client = store.open_store().client()
    runs = client.search_runs([client.get_experiment_by_name("retail").experiment_id])
    facts = {r.data.tags["layoutlab.commit"]: r.data.metrics["auc"] for r in runs}
    assert facts == {first: 0.3, second: 0.5}
    assert all(names(r.info.run_id, "notebook") for r in runs)
    assert set(tracking.project_all().values()) <= {r.info.run_id for r in runs}
    assert not list((project / "mlruns").glob("rebuild*"))


def test_rebuilding_needs_git_and_our_own_database(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="expected a git repository with a commit"):
        tracking.rebuild()
    monkeypatch.setenv(store.URI, "http://127.0.0.1:9")
    with pytest.raises(InputError, match="only our own database can be rebuilt"):
        tracking.rebuild()


@pytest.mark.parametrize("damage", ["text", "half", "empty", "truncated"])
def test_a_database_that_is_not_sound_names_the_cure(damage: str, project: Path) -> None:
    database = project / "mlruns/mlflow.db"
    if damage == "half":
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'bda7b8c39065'")
        connection.close()
    else:
        kept = {"text": b"this is no database" * 100, "empty": b""}
        database.write_bytes(kept.get(damage, database.read_bytes()[:8192]))
    with pytest.raises(InputError) as refusal:
        tracking.project_stage("shares")
    assert str(database) in str(refusal.value)
    assert "run `layoutlab track --rebuild`" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_corrupt_database_is_cured_by_rebuilding(project: Path) -> None:
    (project / "mlruns/mlflow.db").write_bytes(b"this is no database" * 100)
    assert tracking.rebuild(lambda line: None)["previous"] == "mlruns/before-1/mlflow.db"
    assert tracking.project_stage("shares")


def test_a_locked_database_is_waited_for_and_its_holder_named(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_WAIT_S", 0.5)
    database = project / "mlruns/mlflow.db"
    code = (
        "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(database)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(InputError, match=rf"is locked: waited 0 s for process {holder.pid} "):
            tracking.project_stage("shares")
    finally:
        holder.kill()
        holder.communicate()
    assert tracking.project_stage("shares")


def test_who_makes_the_database_is_waited_for_and_named(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "CREATION_WAIT_S", 0.2)
    code = (
        "import sys, time; from pathlib import Path; from layoutlab.tracking import store\n"
        "with store.locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(empty)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(InputError, match=rf"creation\.lock, held by process {holder.pid} "):
            store.prepare(empty)
    finally:
        holder.kill()
        holder.communicate()


def test_eight_processes_may_use_a_store_that_is_not_there_yet(empty: Path) -> None:
    code = (
        "import os, sys\n"
        "from layoutlab.tracking import store\n"
        "store.quiet()\n"
        "import mlflow.tracking, mlflow.store.tracking.sqlalchemy_store\n"
        "from layoutlab import tracking\n"
        "from layoutlab.tracking.record import Result\n"
        "def work(name):\n"
        "    tracking.project(Result(name=name, study='floor', metrics={'x': 1.0}))\n"
        "from multiprocessing import get_context\n"
        "started = [get_context('fork').Process(target=work, args=(str(i),)) for i in range(8)]\n"
        "[process.start() for process in started]\n"
        "[process.join() for process in started]\n"
        "sys.exit(sum(process.exitcode for process in started))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (0, "")
    client = store.open_store().client()
    runs = client.search_runs([client.get_experiment_by_name("floor").experiment_id])
    assert sorted(run.info.run_name for run in runs) == [str(i) for i in range(8)]


def test_a_moved_project_takes_its_artifacts_along(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    projected = tracking.project_stage("shares")
    moved = tmp_path / "moved here"
    project.rename(moved)
    monkeypatch.chdir(moved)
    client = store.open_store().client()
    fetched = client.download_artifacts(projected, "figures/f.svg", str(tmp_path))
    assert Path(fetched).read_text() == "<svg>3</svg>\n"
    assert client.get_run(projected).info.artifact_uri.startswith(str(moved))


@pytest.fixture
def table() -> pd.DataFrame:
    """A sweep of 400 points, of which one failed."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"selection": ["rank", "roulette"] * 200, "seed": np.arange(400)})
    frame["status"], frame["error"] = "done", ""
    frame["fitness"] = rng.random(400)
    frame["curve"] = [list(rng.random(3)) for _ in range(400)]
    frame.loc[399, ["status", "error", "fitness"]] = ["failed", "cell 3: no", np.nan]
    return frame


def test_a_sweep_becomes_a_parent_with_its_points(project: Path, table: pd.DataFrame) -> None:
    given = {"parameters": ["selection", "seed"], "fixed": {"size": 100}}
    table.insert(0, "size", 100)
    parent = tracking.project_sweep("schemes", "floor", table.iloc[:10], **given)
    began = time.perf_counter()
    assert tracking.project_sweep("schemes", "floor", table, **given) == parent
    assert 390 / (time.perf_counter() - began) > 50
    client = store.open_store().client()
    experiment = client.get_experiment_by_name("floor").experiment_id
    query = f"tags.`mlflow.parentRunId` = '{parent}'"
    children = client.search_runs([experiment], query, max_results=1000)
    assert len(children) == 400
    by_seed = {int(child.data.params["seed"]): child for child in children}
    assert by_seed[7].data.params == {"selection": "roulette", "seed": "7"}
    assert by_seed[7].data.metrics["fitness"] == table["fitness"][7]
    curve = client.get_metric_history(by_seed[7].info.run_id, "curve")
    assert [point.value for point in curve] == table["curve"][7]
    assert by_seed[399].info.status == "FAILED"
    assert by_seed[399].data.tags["layoutlab.error"] == "cell 3: no"
    assert set(by_seed[399].data.metrics) == {"curve"}
    assert found(parent).data.params == {"size": "100"}
    assert found(parent).data.metrics == {"points": 400.0, "failed": 1.0}


def test_points_no_longer_in_the_table_are_dropped(project: Path, table: pd.DataFrame) -> None:
    given = {"parameters": ["selection", "seed"], "fixed": {}}
    parent = tracking.project_sweep("schemes", "floor", table.iloc[:5], **given)
    changed = table.iloc[:5].assign(fitness=0.25)
    assert tracking.project_sweep("schemes", "floor", changed, **given) == parent
    client = store.open_store().client()
    experiment = client.get_experiment_by_name("floor").experiment_id
    query = f"tags.`mlflow.parentRunId` = '{parent}'"
    children = client.search_runs([experiment], query)
    assert [child.data.metrics["fitness"] for child in children] == [0.25] * 5
    with pytest.raises(InputError, match=r"no \['mutation'\]"):
        tracking.project_sweep("s", "floor", table, parameters=["mutation"], fixed={})


def test_children_written_at_once_look_like_those_of_the_client(
    project: Path, table: pd.DataFrame
) -> None:
    parent = tracking.project_sweep("s", "floor", table[:1], parameters=["seed"], fixed={})
    opened = store.open_store()
    client = opened.client()
    experiment = record.experiment_id(client, opened, "floor")
    own = client.create_run(experiment, run_name="seed=0").info.run_id
    client.log_metric(own, "fitness", 1.0)
    client.set_terminated(own)
    (child,) = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{parent}'")
    with sqlite3.connect(str(opened.database)) as connection:
        connection.row_factory = sqlite3.Row
        for name in ("runs", "metrics", "latest_metrics"):
            rows = [
                dict(
                    connection.execute(
                        f"SELECT * FROM {name} WHERE run_uuid = ?"
                        + (" AND key = 'fitness'" if name != "runs" else ""),
                        (run_id,),
                    ).fetchone()
                )
                for run_id in (own, child.info.run_id)
            ]
            free = ("run_uuid", "start_time", "end_time", "artifact_uri", "timestamp", "value")
            plain = [{k: v for k, v in row.items() if k not in free} for row in rows]
            assert plain[0] == plain[1]
    connection.close()


def test_a_model_is_logged_with_signature_and_example_and_registered(project: Path) -> None:
    import keras
    import mlflow

    keras.utils.set_random_seed(1)
    inputs = keras.Input((2,), name="visit")
    model = keras.Model(inputs, keras.layers.Dense(1, name="bought")(inputs))
    canonical.write_keras("models/buys.keras", model)
    example = np.ones((2, 2), "float32")
    canonical.write_npz("models/buys.example.npz", visit=example)
    result = record.Result(name="buys", study="retail", model=Path("models/buys.keras"))
    logged = tracking.project(result)
    opened = store.open_store()
    client = opened.client()
    (version,) = client.search_model_versions("name = 'buys'")
    assert version.run_id == logged
    assert found(logged).info.status == "FINISHED"
    assert store.URI not in os.environ
    with store.current(opened):
        described = mlflow.models.get_model_info("models:/buys/1")
        loaded = mlflow.tensorflow.load_model("models:/buys/1")
    assert described.signature.inputs.to_dict()[0]["tensor-spec"]["shape"] == (-1, 2)
    assert described.saved_input_example_info is not None
    answers = loaded.predict(example, verbose=0), model.predict(example, verbose=0)
    np.testing.assert_array_equal(*answers)


def test_a_lock_entry_is_read_relative_to_where_its_stage_runs() -> None:
    locked = {
        "cmd": "papermill notebooks/01-shares.ipynb",
        "deps": [
            {"path": "notebooks/01-shares.ipynb", "md5": "1"},
            {"path": "a.parquet", "md5": "2"},
        ],
        "params": {"params.yaml": {"shares": {"n": 3, "deep": {"rate": 0.5}}}},
        "outs": [{"path": "reports/figures/shares", "md5": "3.dir"}],
    }
    plan = {"stages": {"shares": {"wdir": ".."}, "grid": {"do": {"wdir": "deep"}}}}
    folder = history.stage_folder(plan, "shares", "public/dvc.yaml")
    assert folder == "."
    assert history.stage_folder(plan, "grid@roulette", "public/dvc.yaml") == "public/deep"
    assert history.stage_folder(plan, "other", "dvc.yaml") == "."
    entry = stages.entry_locked("shares", "public/dvc.yaml", locked, folder)
    assert entry.name == "public-shares"
    assert entry.parameters == {"shares.n": 3, "shares.deep.rate": 0.5}
    assert entry.dependencies == (("a.parquet", "2"), ("notebooks/01-shares.ipynb", "1"))
    assert stages.notebook_of(entry) == "notebooks/01-shares.ipynb"
    below = stages.entry_locked("shares", "public/dvc.yaml", locked, "public")
    assert below.outputs == (("public/reports/figures/shares", "3.dir"),)
    assert below.key != entry.key


def test_metrics_are_numbers_series_and_facts() -> None:
    values = {"a": {"b": 1, "c [m/s]": 2.5}, "s": [1.0, 2.0], "t": "text", "rows": [{"x": 1}]}
    metrics, facts = record.metrics_and_facts(values, 5)
    assert metrics == [
        ("a.b", 1.0, 5, 0),
        ("a.c _m/s_", 2.5, 5, 0),
        ("s", 1.0, 5, 0),
        ("s", 2.0, 5, 1),
    ]
    assert facts == {"fact.t": "text"}


def test_the_parameters_cell_and_the_study_are_read_from_the_notebook() -> None:
    written = notebook_json()
    assert notebooks.parameters(written)["n"] == 3
    assert stages.study_of(written) == "retail"
    assert (
        stages.study_of(written.replace("retail import baskets", "import project")) == "workbench"
    )


def test_the_pages_are_served_on_loopback_over_our_database(project: Path) -> None:
    command = tracking.ui_command()
    assert command[command.index("--host") + 1] == "127.0.0.1"
    database = project / "mlruns/mlflow.db"
    assert command[command.index("--backend-store-uri") + 1] == f"sqlite:///{database}"


@pytest.fixture(autouse=True)
def mlflow_as_it_was() -> Iterator[None]:
    """Leave no setting of ours in the environment."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)
