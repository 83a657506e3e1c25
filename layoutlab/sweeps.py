"""What happens to a notebook's metrics as its parameters change? One notebook run per point.

A point is addressed by its content: the notebook, the modules it imports, the library lock, its
input files and all its parameters. What was run once is never run again; a killed sweep resumes,
and after a change only the points it touches are run. A notebook that raises is a result too: the
point is kept with its error. A process that died is no result: its point runs again next time.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import canonical, grids, imports, locks, pins, project
from layoutlab.engine import NotebookFailed, execute
from layoutlab.errors import InputError
from layoutlab.grids import Point, code_hash, relative
from layoutlab.metrics import flat
from layoutlab.workers import Outcome, Workers, refuse_in_unguarded_script, run_all

if TYPE_CHECKING:
    import pandas as pd

DASK = "dask://"
WARM = ["layoutlab.sweeps", "layoutlab.session", "papermill.iorw", "papermill.parameterize"]


def run(
    notebook: str | Path,
    *,
    fixed: Mapping[str, Any] | None = None,
    grid: Mapping[str, Sequence[Any]] | None = None,
    jobs: int = 2,
    out: str | Path,
    on: str | None = None,
    retry_failed: bool = False,
) -> "pd.DataFrame":
    """Run a notebook at every point of a grid and return one tidy table.

    Parameters
    ----------
    notebook : str or Path
        Relative to the project's root.
    fixed : mapping of str to value, optional
        Parameters that are the same at every point.
    grid : mapping of str to sequence, optional
        Parameters that vary, with their values; points are all combinations, the last fastest.
    jobs : int
        Notebook runs side by side, at least 1 (on this machine).
    out : str or Path
        Folder for the points and ``runs.parquet``, relative to the project's root.
    on : str, optional
        ``dask://HOST:PORT`` of a scheduler whose workers stand in a clone of the same content.
    retry_failed : bool
        Run again points whose notebook raised.

    Returns
    -------
    pandas.DataFrame
        One row per point in grid order: the parameters given, ``status`` (``done`` or
        ``failed``), ``error`` (text, empty when done) and the metrics, nested names joined by
        dots. Also written to ``out/runs.parquet``.

    Raises
    ------
    InputError
        For an unknown or mistyped parameter, before anything runs; for no scheduler at `on`.
    """
    refuse_in_unguarded_script()
    root = project.root()
    out = root / out
    if jobs < 1:
        raise InputError(f"expected at least one job, got {jobs}")
    points = grids.points(root, notebook, fixed or {}, grid or {}, out)
    with locks.held(out / ".lock", f"the sweep in {relative(out, root)}", _say):
        results = {point.key: _load(point, retry_failed) for point in points}
        pending = {p.key: p for p in points if results[p.key] is None}
        left = list(pending.values())
        ended = (
            run_on_dask(root, notebook, left, on) if on else run_here(root, notebook, left, jobs)
        )
        for outcome in _with_progress(ended, len(points), len(points) - len(pending)):
            results[outcome.name] = _keep(pending[outcome.name], outcome)
        table = tidy(points, results, [*(grid or {}), *(fixed or {})])
        canonical.write_parquet(out / "runs.parquet", table)
    return table


def tidy(
    points: list[Point], results: Mapping[str, dict[str, Any] | None], names: list[str]
) -> "pd.DataFrame":
    """Return one row per point: parameters, status, error, metrics."""
    import pandas as pd

    rows = []
    for point in points:
        result = results[point.key] or {"status": "failed", "error": "not run", "metrics": {}}
        row = {name: point.parameters[name] for name in names}
        row |= {"status": result["status"], "error": result["error"]}
        rows.append(row | dict(flat(result["metrics"])))
    return pd.DataFrame(rows)


def run_point(root: str, notebook: str, folder: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Run one point in this process, a fresh one; return its result."""
    os.chdir(root)
    try:
        execute(notebook, Path(folder) / "notebook.ipynb", parameters)
    except NotebookFailed as failure:
        return {"status": "failed", "error": str(failure), "metrics": {}}
    metrics = Path(str(parameters.get("metrics", "")))
    found = json.loads(metrics.read_text()) if metrics.is_file() else {}
    return {"status": "done", "error": "", "metrics": found}


def run_point_elsewhere(
    notebook: str, code: str, folder: str, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Run one point on a Dask worker, in an interpreter of its own; return its result.

    The worker stands in a clone with the same content, which is checked.
    """
    root = project.root()
    if code_hash(root / notebook, root) != code:
        raise InputError(f"expected the same {notebook} and modules on the worker, found others")
    given = json.dumps([str(root), notebook, folder, parameters])
    done = subprocess.run(
        [sys.executable, "-m", "layoutlab.sweeps"],
        input=given, capture_output=True, text=True, env=pins.environment(), check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    executed = Path(root, folder, "notebook.ipynb")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**result, "notebook": executed.read_text() if executed.is_file() else ""}


def run_here(root: Path, notebook: str | Path, points: list[Point], jobs: int) -> Iterator[Outcome]:
    """Run points on this machine, in warm workers; yield as they end."""
    if not points:
        return
    pieces = [
        (p.key, (str(root), str(notebook), relative(p.folder, root), p.parameters)) for p in points
    ]
    logs = {point.key: point.folder / "run.log" for point in points}

    def preload() -> list[str]:
        return [*WARM, *imports.to_preload([root / notebook], root)]

    with Workers(jobs, preload) as workers:
        yield from run_all(run_point, pieces, workers, logs)


def run_on_dask(
    root: Path, notebook: str | Path, points: list[Point], on: str
) -> Iterator[Outcome]:
    """Run points on a Dask cluster; a point whose worker dies is sent to another one."""
    from distributed import Client, as_completed

    address = str(on).removeprefix(DASK)
    try:
        client = Client(f"tcp://{address}", timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        message = f"expected a Dask scheduler at dask://HOST:PORT, none answered at {on}"
        raise InputError(message) from error
    code = code_hash(root / notebook, root)
    with client:
        futures = [
            client.submit(
                run_point_elsewhere, str(notebook), code, relative(p.folder, root), p.parameters,
                key=f"layoutlab-{p.key}-{os.getpid()}", retries=2,
            )
            for p in points
        ]  # fmt: skip
        names = {future.key: point.key for future, point in zip(futures, points, strict=True)}
        for future in as_completed(futures, loop=client.loop):
            failure = future.exception()
            value = None if failure else future.result()
            yield Outcome(names[future.key], value, str(failure) if failure else None)


def _keep(point: Point, outcome: Outcome) -> dict[str, Any]:
    """Keep a point's result; a process that died left none."""
    if outcome.error is not None:
        return {"status": "failed", "error": outcome.error, "metrics": {}}
    result = dict(outcome.value)
    executed = result.pop("notebook", "")
    if executed and not (point.folder / "notebook.ipynb").is_file():
        canonical.write_text(point.folder / "notebook.ipynb", executed)
    canonical.write_json(point.result, {**result, "parameters": point.parameters})
    return result


def _load(point: Point, retry_failed: bool) -> dict[str, Any] | None:
    if not point.result.is_file():
        return None
    result: dict[str, Any] = json.loads(point.result.read_text())
    return None if retry_failed and result["status"] == "failed" else result


def _with_progress(ended: Iterable[Outcome], total: int, done: int) -> Iterator[Outcome]:
    from tqdm import tqdm

    if done == total:
        return iter(())
    quiet = pins.UNDER_ENGINE in os.environ
    return iter(tqdm(ended, total=total, initial=done, unit="point", desc="sweep", disable=quiet))


def _say(line: str) -> None:
    print(line, file=sys.stderr)


def main() -> None:
    """Run the point described on standard input; print its result as one line of JSON."""
    given = json.load(sys.stdin)
    print(json.dumps(run_point(*given)))


if __name__ == "__main__":
    main()
