"""A sweep on a Dask cluster of real processes on loopback, one of which is killed half-way."""

import socket
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_project import Toy, until, write_notebook

from layoutlab import sweeps
from layoutlab.errors import InputError

NOTEBOOK = "notebooks/point.ipynb"
WORK = """\
import os, time
from pathlib import Path
from layoutlab import canonical, project

project.enter()
with Path("ran.txt").open("a") as ran:
    ran.write(f"{n}-{os.getppid()}\\n")
while n == 2 and Path("hold").exists():
    time.sleep(0.02)
canonical.write_json(metrics, {"square": n * n})
"""


def points_run(sweep: Toy) -> list[str]:
    return [line.partition("-")[0] for line in sweep.ran]


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def sweep(plain: Toy) -> Toy:
    write_notebook(plain.root / NOTEBOOK, "n = 1\nmetrics = 'reports/metrics/p.json'", WORK)
    return plain


@pytest.fixture
def cluster(sweep: Toy) -> Iterator[tuple[str, list["subprocess.Popen[str]"]]]:
    """A scheduler and two worker processes that stand in the project."""
    port = free_port()
    quiet = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error"}
    address = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show"]
    processes = [sweep.start("dask", "scheduler", *address, **quiet)]
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory"]
    for name in ("one", "two"):
        folder = str(sweep.root.parent / name)
        worker = ["dask", "worker", f"tcp://127.0.0.1:{port}", *options, folder]
        processes.append(sweep.start(*worker, "--host", "127.0.0.1", **quiet))
    yield f"dask://127.0.0.1:{port}", processes
    for process in processes:
        process.terminate()
        process.communicate()


def test_a_killed_worker_loses_no_point_and_the_table_is_that_of_a_local_sweep(
    sweep: Toy, cluster: tuple[str, list["subprocess.Popen[str]"]]
) -> None:
    on, processes = cluster
    Path("hold").touch()
    command = ["layoutlab", "sweep", NOTEBOOK, "-g", "n=0:5", "-o", "out/far", "--on", on]
    process = sweep.start(*command, "--json")
    results = Path("out/far/points")
    until(lambda: len(list(results.glob("*/result.json"))) >= 2, "some points are done", process)
    until(lambda: "2" in points_run(sweep), "the waiting point is at work", process)
    owner = next(int(line.partition("-")[2]) for line in sweep.ran if line.startswith("2-"))
    (victim,) = (worker for worker in processes[1:] if worker.pid == owner)
    victim.kill()
    Path("hold").unlink()
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, err
    assert '"done": 5' in out
    far = Path("out/far/runs.parquet").read_bytes()
    table = sweeps.run(NOTEBOOK, grid={"n": list(range(5))}, out="out/near")
    assert Path("out/near/runs.parquet").read_bytes() == far
    assert list(table["square"]) == [0, 1, 4, 9, 16]
    counts = Counter(points_run(sweep))
    assert set(counts) == set("01234")
    assert counts["2"] >= 3  # killed at work, run again, run here
    assert max(counts.values()) <= 3  # a result not yet fetched from the killed one is made anew
    assert len(list(Path("out/far/points").glob("*/result.json"))) == 5
    before = len(sweep.ran)
    again = sweeps.run(NOTEBOOK, grid={"n": list(range(5))}, out="out/far", on="dask://gone:1")
    assert again.equals(table)  # finished: the cluster is not asked
    assert len(sweep.ran) == before


def test_a_scheduler_that_does_not_answer_is_named(sweep: Toy) -> None:
    on = f"dask://127.0.0.1:{free_port()}"
    message = f"^expected a Dask scheduler at dask://HOST:PORT, none answered at {on}$"
    with pytest.raises(InputError, match=message):
        sweeps.run(NOTEBOOK, grid={"n": [1]}, out="out", on=on)
    assert sweep.ran == []


def test_a_worker_with_other_code_is_refused(sweep: Toy) -> None:
    point = ("out/points/x", {"n": 1})
    message = f"^expected the same {NOTEBOOK} and modules on the worker, found others$"
    with pytest.raises(InputError, match=message):
        sweeps.run_point_elsewhere(NOTEBOOK, "another hash", *point)
    assert sweep.ran == []
