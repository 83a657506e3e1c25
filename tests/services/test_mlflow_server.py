"""A real MLflow server on loopback takes what our own database takes."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from layoutlab import tracking
from layoutlab.tracking import record, store

SETTINGS = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
START_S = 180


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with a database and artifacts of its own."""
    folder = tmp_path_factory.mktemp("server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/server.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    with (folder / "log").open("w") as log:
        started = subprocess.Popen(
            command, env=os.environ | SETTINGS, cwd=folder, stdout=log, stderr=log
        )
        address = f"http://127.0.0.1:{port}"
        until = time.monotonic() + START_S
        while not answers(address):
            assert started.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.3)
        yield address
        started.terminate()
        started.wait(30)


@pytest.mark.timeout(400)
def test_a_server_takes_results_and_sweeps(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(store.URI, server)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures/f.svg").write_text("<svg/>")
    result = record.Result(
        name="plan",
        study="floor",
        key="k1",
        parameters={"seed": 1},
        metrics={"fitness": [1.0, 2.0]},
        inputs=(("data/in.parquet", "0" * 32),),
        figures=tmp_path / "figures",
    )
    projected = tracking.project(result)
    assert tracking.project(result) == projected
    client = store.open_store().client()
    logged = client.get_run(projected)
    assert logged.data.params == {"seed": "1"}
    assert logged.data.metrics == {"fitness": 2.0}
    assert [file.path for file in client.list_artifacts(projected, "figures")] == ["figures/f.svg"]

    table = pd.DataFrame({"seed": range(12), "status": "done", "error": "", "fitness": 0.5})
    parent = tracking.project_sweep("sweep", "floor", table, parameters=["seed"], fixed={})
    query = f"tags.`mlflow.parentRunId` = '{parent}'"
    children = client.search_runs([logged.info.experiment_id], query)
    assert sorted(int(child.data.params["seed"]) for child in children) == list(range(12))
    assert {child.data.metrics["fitness"] for child in children} == {0.5}
    assert not (tmp_path / "mlruns").exists()
