"""Fixtures for the spine: toy projects to stand in, and warm workers to run notebooks."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from toy_project import Toy, copied, environment, make_plain, make_reproduced

from layoutlab import brokers, cp_sat, engine
from layoutlab.workers import Workers

assert cp_sat.cp_model  # loaded before TensorFlow, whichever tests a process runs first
WARM = ["layoutlab.session", "papermill.iorw", "papermill.parameterize", "pandas"]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all test processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def reproduced_once(shared: Path) -> Toy:
    """The toy project after ``dvc repro -f`` and a commit; to be copied, not changed."""
    root = shared / "reproduced" / "project"
    with FileLock(shared / "reproduced.lock"):
        if not (root / ".git/refs/heads").is_dir() or not any((root / ".git/refs/heads").iterdir()):
            make_reproduced(root)
    return Toy(root)


def _stand_in(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Toy:
    seen = environment(toy.root.parent)
    for name in ("MLFLOW_TRACKING_URI", "LAYOUTLAB_ENGINE", "DVC_STAGE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("PATH", "DVC_NO_ANALYTICS", "DVC_SITE_CACHE_DIR", "MLFLOW_DISABLE_TELEMETRY"):
        monkeypatch.setenv(name, seen[name])
    monkeypatch.chdir(toy.root)
    return toy


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Python's own way with interrupts, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    """The toy project without git, DVC's folder or results, to stand in."""
    toy = _stand_in(make_plain(tmp_path / "project"), monkeypatch)
    yield toy
    toy.end()


@pytest.fixture
def toy(reproduced_once: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Toy]:
    """A copy of the reproduced toy project, to stand in."""
    toy = _stand_in(copied(reproduced_once, tmp_path / "project"), monkeypatch)
    yield toy
    toy.end()


@pytest.fixture
def execute() -> Iterator[Callable[..., str | None]]:
    """Run a notebook in a warm fork, as `engine.execute`; returns the error in words, or None."""
    with Workers(1, lambda: WARM) as workers:

        def run(source: Path, target: Path, parameters: dict[str, Any] | None = None) -> str | None:
            workers.start("run", engine.execute, source, target, parameters or {})
            return workers.wait().error

        yield run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what was not run for want of Java or Maven."""
    skipped = terminalreporter.stats.get("skipped", [])
    kafka = [report for report in skipped if "test_retail_kafka" in report.nodeid]
    if kafka:
        lacking = " and ".join(brokers.lacking())
        terminalreporter.write_line(
            f"not run: {len(kafka)} tests of tests/services/test_retail_kafka.py (found no "
            f"{lacking}; Java 17 and Maven start the broker)",
            yellow=True,
        )
