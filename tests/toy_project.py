"""A small project to try the spine on: three tiny notebooks, a pipeline, a copy of the package.

The notebooks of the stages ``a``, ``b`` and ``c`` (which reads what ``a`` wrote) note in
``ran.txt`` that they ran, wait while a file ``hold-STAGE`` exists, and fail while ``fail-STAGE``
does: files that no stage depends on.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

import layoutlab

PACKAGE = Path(layoutlab.__file__).parent
BIN = Path(sys.executable).parent
PATIENCE_S = 240.0

PLAN = """\
# a comment that stays
stages:
  a:
    cmd: >-
      papermill --engine layoutlab notebooks/a.ipynb reports/notebooks/a.ipynb
      -y '{n: ${a.n}, grow: ${a.grow}}'
    deps: [notebooks/a.ipynb]
    params: [a]
    outs: [data/a.npz, data/a.parquet, reports/notebooks/a.ipynb]
    metrics: [{reports/metrics/a.json: {cache: false}}]
    meta: {tolerance: 1.0e-06, figures: [n]}
  c:
    cmd: papermill --engine layoutlab notebooks/c.ipynb reports/notebooks/c.ipynb
    deps: [notebooks/c.ipynb, data/a.npz]
    outs: [reports/notebooks/c.ipynb]
    metrics: [{reports/metrics/c.json: {cache: false}}]
  b:
    cmd: >-
      papermill --engine layoutlab notebooks/b.ipynb reports/notebooks/b.ipynb
      -y '{n: ${b.n}}'
    deps: [notebooks/b.ipynb]
    params: [b]
    outs: [reports/notebooks/b.ipynb]
    metrics: [{reports/metrics/b.json: {cache: false}}]
"""
PARAMS = "a: {n: 4, grow: true}\nb: {n: 5}\n"
OUTSIDE = """\
import time
from pathlib import Path

with Path("ran.txt").open("a") as ran:
    ran.write("{stage}\\n")
while Path("hold-{stage}").exists():
    time.sleep(0.02)
if Path("fail-{stage}").exists():
    raise ValueError("told to fail")
"""
WORK = {
    "a": """\
import numpy as np
import pandas as pd
from layoutlab import canonical

x = np.arange(n) * (1.5 if grow else 1.0)
canonical.write_npz("data/a.npz", x=x)
canonical.write_parquet("data/a.parquet", pd.DataFrame({"x": x}))
canonical.write_json(metrics, {"n": n, "sum": float(x.sum())})
print("sum", x.sum())
""",
    "b": "from layoutlab import canonical\n\ncanonical.write_json(metrics, {'n': n})\nn * 2",
    "c": """\
import numpy as np
from layoutlab import canonical

canonical.write_json(metrics, {"sum": float(np.load("data/a.npz")["x"].sum())})
""",
}
DEFAULTS = {"a": "n = 3\ngrow = True\n", "b": "n = 3\n", "c": "scale = 1.0\n"}
ENTER = "from layoutlab import project\n\nproject.enter()"


def write_notebook(path: Path, parameters: str, *cells: str, tags: Sequence[str] = ()) -> Path:
    """Write a notebook: a title, the cell tagged parameters, and code; the last one has `tags`."""
    sources = [("title", "markdown", f"# {path.stem}", []), ("parameters", "code", parameters)]
    sources += [(f"code-{i}", "code", cell) for i, cell in enumerate(cells)]  # type: ignore[list-item]
    written = []
    for name, kind, source, *_ in sources:
        cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
        if kind == "code":
            cell |= {"outputs": [], "execution_count": None}
        if name == "parameters":
            cell["metadata"] = {"tags": ["parameters"]}
        written.append(cell)
    if tags:
        written[-1]["metadata"] = {"tags": list(tags)}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {
        "cells": written,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path


def environment(home: Path) -> dict[str, str]:
    """Return what a subprocess of the toy sees: our commands on PATH, nothing of this machine's."""
    dropped = {"PYTHONDONTWRITEBYTECODE", "MLFLOW_TRACKING_URI", "LAYOUTLAB_ENGINE", "DVC_STAGE"}
    kept = {k: v for k, v in os.environ.items() if k not in dropped}
    who = {"NAME": "toy", "EMAIL": "toy@example.org"}
    git = {f"GIT_{role}_{k}": v for role in ("AUTHOR", "COMMITTER") for k, v in who.items()}
    return kept | git | {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home / "dvc-site"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }  # fmt: skip


class Toy:
    """A toy project at `root`, and what can be asked of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *command: str, **more: str) -> "subprocess.Popen[str]":
        """Start a command in the root, in a session of its own."""
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env=environment(self.root.parent) | more,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=hear_interrupts,
        )
        self.started.append(process)
        return process

    def end(self) -> None:
        """End what was started and still runs, as a failed test leaves it."""
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()

    def run(self, *command: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the root to its end."""
        process = self.start(*command, **more)
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def well(self, *command: str) -> str:
        """Run a command that must end well; return its standard output."""
        done = self.run(*command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def commit(self) -> None:
        """Commit everything to git."""
        self.well("git", "add", "-A")
        self.well("git", "commit", "-qm", "state")

    @property
    def ran(self) -> list[str]:
        """The stages that ran, in order."""
        noted = self.root / "ran.txt"
        return noted.read_text().split() if noted.is_file() else []

    @property
    def lock(self) -> bytes:
        """The lock's bytes."""
        return (self.root / "dvc.lock").read_bytes()

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace a text that must be there in one of the project's files."""
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new))


def make_plain(root: Path) -> Toy:
    """Write the project's files, with neither git nor DVC's folder."""
    root.mkdir(parents=True)
    for stage, work in WORK.items():
        parameters = f"{DEFAULTS[stage]}metrics = 'reports/metrics/{stage}.json'"
        outside = OUTSIDE.format(stage=stage)
        write_notebook(root / f"notebooks/{stage}.ipynb", parameters, ENTER, outside, work)
    (root / "dvc.yaml").write_text(PLAN)
    (root / "params.yaml").write_text(PARAMS)
    (root / ".dvcignore").write_text("*.part.*\nmlruns\n")
    ignored = ["/data/", "/mlruns/", "/reports/*", "!/reports/metrics/", "__pycache__", "*.part.*"]
    (root / ".gitignore").write_text("\n".join([*ignored, "ran.txt", "hold-*", "fail-*", "/out*"]))
    shutil.copytree(PACKAGE, root / "layoutlab", ignore=shutil.ignore_patterns("__pycache__"))
    return Toy(root)


def make_reproduced(root: Path) -> Toy:
    """Make the project, list its stages' modules, run ``dvc repro -f`` and commit."""
    toy = make_plain(root)
    toy.well("git", "init", "-q", ".")
    toy.well("dvc", "init", "-q")
    toy.well("layoutlab", "deps")
    toy.well("dvc", "repro", "-q", "-f")
    toy.commit()
    return toy


def copied(toy: Toy, root: Path) -> Toy:
    """Copy a project to another place."""
    shutil.copytree(toy.root, root, symlinks=True)
    return Toy(root)


def hear_interrupts() -> None:
    """Let a process be interrupted, also where the tests run in the background and are not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def until(
    true: Callable[[], bool], what: str, while_runs: "subprocess.Popen[str] | None" = None
) -> None:
    """Wait until something holds, and no longer than a process that is to bring it about runs."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        if while_runs is not None and while_runs.poll() is not None:
            raise AssertionError(f"ended before {what}: {while_runs.communicate()}")
        assert time.monotonic() < end, f"waited {PATIENCE_S} s in vain until {what}"
        time.sleep(0.05)


def names_in(folder: Path) -> list[str]:
    """Return the names of what lies in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def descendants(process: "subprocess.Popen[str]") -> list[psutil.Process]:
    """Return the processes that a process has started, and they in turn."""
    return psutil.Process(process.pid).children(recursive=True)


def read_notebook(path: Path) -> Mapping[str, list[dict]]:  # type: ignore[type-arg]
    """Return the outputs of each code cell, by cell id."""
    cells = json.loads(path.read_text())["cells"]
    return {cell["id"]: cell["outputs"] for cell in cells if cell["cell_type"] == "code"}
