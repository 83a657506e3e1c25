"""Baskets on a Dask cluster of real processes on loopback, one of which is killed half-way."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from distributed import Client

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets, receipts

DASK = str(Path(sys.executable).parent / "dask")
TABLES = ("baskets", "rejects", "sales")


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def until(holds: Callable[[], Any], what: str, limit_s: float = 120.0) -> None:
    """Wait for something to be true."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end, f"waited {limit_s} s until {what}"
        time.sleep(0.02)


Cluster = tuple[str, list["subprocess.Popen[bytes]"]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start processes of Dask that end with the test."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(*arguments: str) -> "subprocess.Popen[bytes]":
        log = (tmp_path / f"dask-{len(processes)}.log").open("wb")
        command = [DASK, *arguments, "--host", "127.0.0.1", "--no-dashboard"]
        with log:
            processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path))
        return processes[-1]

    yield run
    for process in processes:
        process.terminate()
        process.wait()


@pytest.fixture
def scheduler(start: Callable[..., Any]) -> str:
    port = free_port()
    start("scheduler", "--port", str(port), "--no-show")
    with Client(f"tcp://127.0.0.1:{port}", timeout=60, set_as_default=False):
        return f"127.0.0.1:{port}"


@pytest.fixture
def cluster(scheduler: str, start: Callable[..., Any], tmp_path: Path) -> Cluster:
    """A scheduler and two worker processes."""
    options = ["--nthreads", "1", "--no-nanny", "--local-directory"]
    workers = [
        start("worker", f"tcp://{scheduler}", "--name", name, *options, str(tmp_path / name))
        for name in ("one", "two")
    ]
    with Client(f"tcp://{scheduler}", timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return scheduler, workers


def written(folder: Path, row_group_size: int) -> Path:
    """Write simulated receipts, bad lines and repeated ones among them, in many row groups."""
    lines, _ = receipts.load(
        "simulated", rng=np.random.default_rng(6), n_baskets=900, n_categories=20, bad_lines=9
    )
    pq.write_table(lines, folder / "receipts.parquet", row_group_size=row_group_size)
    return folder / "receipts.parquet"


def prepared(source: Path, folder: Path, **options: Any) -> dict[str, Any]:
    folder.mkdir()
    paths = [folder / f"{name}.parquet" for name in TABLES]
    return baskets.prepare(
        source, paths[0], paths[1], sales_path=paths[2], returns="match", **options
    )


def test_a_killed_worker_changes_no_byte_of_the_tables(cluster: Cluster, tmp_path: Path) -> None:
    address, workers = cluster
    source = written(tmp_path, row_group_size=400)
    here = prepared(source, tmp_path / "here")
    with (
        Client(f"tcp://{address}", timeout=60, set_as_default=False) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        names = {about["name"]: at for at, about in client.scheduler_info()["workers"].items()}
        work = pool.submit(prepared, source, tmp_path / "far", runner="dask", cluster=address)
        until(lambda: len(client.has_what()[names["one"]]) >= 5, "a worker holds results")
        workers[0].kill()
        assert not work.done()
        assert not list((tmp_path / "far").glob("*.parquet"))
        far = work.result(timeout=300)
        assert list(client.scheduler_info()["workers"]) == [names["two"]]
    assert far == here
    for name in TABLES:
        there = (tmp_path / f"far/{name}.parquet").read_bytes()
        assert there == (tmp_path / f"here/{name}.parquet").read_bytes(), name


def test_what_is_wrong_with_a_file_is_said_from_afar(cluster: Cluster, tmp_path: Path) -> None:
    path = written(tmp_path, row_group_size=2_000)
    content = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(0).column(4)
    begin, end = column.dictionary_page_offset + 30, column.total_compressed_size - 60
    content[begin : begin + end] = bytes(end)
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        prepared(path, tmp_path / "far", runner="dask", cluster=cluster[0])
    assert str(caught.value).startswith(f"{path} is damaged and cannot be read: ")
    assert not list((tmp_path / "far").iterdir())


def test_a_cluster_without_workers_is_named(scheduler: str, tmp_path: Path) -> None:
    source = written(tmp_path, row_group_size=2_000)
    with pytest.raises(InputError) as caught:
        prepared(source, tmp_path / "far", runner="dask", cluster=scheduler)
    assert str(caught.value) == (
        f"expected workers at the Dask scheduler {scheduler}, but it has none"
    )


EITHER = "cluster: expected HOST:PORT of a scheduler for the runner dask, and none otherwise; got "


@pytest.mark.parametrize(
    ("runner", "cluster", "message"),
    [
        ("flink", None, "runner: expected local or dask, got 'flink'"),
        (
            "dask",
            None,
            f"{EITHER}None for the runner dask",
        ),
        (
            "local",
            "127.0.0.1:1",
            f"{EITHER}'127.0.0.1:1' for the runner local",
        ),
        (
            "dask",
            "127.0.0.1:1",
            "expected a Dask scheduler at HOST:PORT, none answered at 127.0.0.1:1",
        ),
    ],
)
def test_runners_are_checked_before_any_work(
    tmp_path: Path, runner: str, cluster: str | None, message: str
) -> None:
    source = written(tmp_path, row_group_size=2_000)
    with pytest.raises(InputError) as caught:
        prepared(source, tmp_path / "far", runner=runner, cluster=cluster)
    assert str(caught.value) == message
