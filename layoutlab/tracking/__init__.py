"""Which run gave which result? MLflow, written as a projection of what stages and notebooks left.

Nothing here is needed to compute anything: the truth is in git and in DVC's cache, and
``layoutlab track --rebuild`` makes the database anew from them. The parts: `store` opens the
database or server, `record` writes one result, `stages` reads results from DVC and git history,
`notebooks` from a notebook's own variables, `sweeps` writes a sweep as parent and children.
"""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab import project as _project
from layoutlab.errors import InputError
from layoutlab.pins import UNDER_ENGINE

if TYPE_CHECKING:
    import pandas as pd

    from layoutlab.tracking.record import Result

UI_ADDRESS = "http://127.0.0.1:5000/#/experiments?workflowType=machine_learning"


def _say(line: str) -> None:
    """Tell the user a line of progress."""
    print(line, file=sys.stderr)


def track(notebook: str, values: Mapping[str, Any]) -> None:
    """Log a notebook's run by hand; the one call in its last cell.

    Does nothing under the engine, whose stages are projected when they end. Never raises: when the
    run cannot be logged, one line on standard error says why.

    Parameters
    ----------
    notebook : str
        Its name in ``notebooks/`` without suffix, say ``01-receipts``.
    values : mapping of str to object
        The notebook's ``globals()``: those of its ``parameters`` cell are logged, and the files
        named by ``metrics``, ``figures`` and ``model``.
    """
    if os.environ.get(UNDER_ENGINE):
        return
    try:
        from layoutlab.tracking import notebooks, record

        record.record(notebooks.result(_project.root(), notebook, values))
    except (InputError, OSError, ValueError, LookupError, TypeError, ImportError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        _say(f"this run was not logged to MLflow: {reason}")


def project(result: "Result") -> str:
    """Write one result to MLflow, unless a finished run with its key is there already.

    Returns
    -------
    str
        The run's id, new or found.

    Raises
    ------
    InputError
        When MLflow cannot be reached, or its database is locked or corrupt. Nothing is lost: the
        result can be projected later.
    """
    from layoutlab.tracking import record

    return record.record(result)


def project_stage(stage: str, dvc_file: str = "dvc.yaml") -> str:
    """Project a DVC stage whose outputs lie here, before or after DVC wrote its lock.

    Parameters
    ----------
    stage : str
        Its name, or DVC's address of it (``public/dvc.yaml:receipts``).
    dvc_file : str
        The pipeline it belongs to, relative to the project's root, when `stage` is a bare name.

    Returns
    -------
    str
        The run's id.

    Raises
    ------
    InputError
        As `project`, and when there is no such stage.
    """
    from layoutlab.tracking import stages

    if ":" in stage:
        dvc_file, _, stage = stage.rpartition(":")
    with stages.repository(_project.root()) as repo:
        return project(stages.result_here(repo, stage, dvc_file))


def project_all(tell: Callable[[str], None] = _say) -> dict[str, str]:
    """Project every stage that is up to date, of both pipelines.

    Returns
    -------
    dict of str to str
        Run id by stage.

    Raises
    ------
    InputError
        As `project`.
    """
    from layoutlab.tracking import stages

    runs = {}
    with stages.repository(_project.root()) as repo:
        for stage, dvc_file in stages.up_to_date(repo, tell):
            result = stages.result_here(repo, stage, dvc_file)
            runs[result.name] = project(result)
    return runs


def project_sweep(
    name: str,
    study: str,
    table: "pd.DataFrame",
    *,
    parameters: list[str],
    fixed: Mapping[str, Any],
) -> str:
    """Write a sweep as a parent run with its points as children.

    Called again, it adds new points and drops those no longer in the table.

    Parameters
    ----------
    name, study : str
        The sweep's name, which with `fixed` and `parameters` says which sweep it is, and the
        experiment it belongs to.
    table : pandas.DataFrame
        The tidy table, a row per point: parameters, metrics, ``status`` (``done`` or ``failed``),
        ``error``.
    parameters : list of str
        The columns that were varied.
    fixed : mapping of str to object
        The parameters that were not.

    Returns
    -------
    str
        The parent run's id.

    Raises
    ------
    InputError
        As `project`, and for a parameter that is no column.
    """
    from layoutlab.tracking import sweeps

    return sweeps.record_sweep(name, study, table, parameters=parameters, fixed=fixed)


def rebuild(tell: Callable[[str], None] = _say) -> dict[str, Any]:
    """Make the database anew from git history and the DVC cache; the old one is moved aside.

    Every distinct stage entry of every committed ``dvc.lock`` becomes a run, tagged with the first
    commit that holds it.

    Returns
    -------
    dict
        ``runs`` (int), ``missing`` (list of str: files whose cache objects are not here),
        ``previous`` (str or None: where the old database lies now).

    Raises
    ------
    InputError
        When this is no git repository, or a server is set, whose database is not ours to rebuild.
    """
    from layoutlab.tracking import history

    return history.rebuild(_project.root(), tell)


def ui_command() -> list[str]:
    """Return the command that serves MLflow's pages on loopback over our database.

    `UI_ADDRESS` opens them on the view for model training.
    """
    from layoutlab.tracking import store

    opened = store.prepare(Path(_project.root()))
    return [
        *("env", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false", "MLFLOW_DISABLE_TELEMETRY=true"),
        *(sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "5000"),
        *("--workers", "1", "--backend-store-uri", opened.uri),
        *("--default-artifact-root", str(opened.artifacts)),
    ]
