"""How are notebooks run over a grid, and runs shown in MLflow? `sweep`, `track`."""

import argparse
import json
import os
from typing import Any

from layoutlab.commands import FAILED, add_verb, say

ROLLED_BACK = "next-basket"


def add(verbs: Any) -> None:
    """Add the verbs."""
    sweep = add_verb(verbs, "sweep", "run a notebook at every point of a grid", _sweep)
    sweep.add_argument("notebook")
    sweep.add_argument("-p", dest="fixed", metavar="NAME=VALUE", action="append", default=[],
                       help="a parameter that is the same at every point")  # fmt: skip
    sweep.add_argument("-g", dest="grid", metavar="NAME=A,B,…|FROM:TO", action="append", default=[],
                       help="a parameter that varies")  # fmt: skip
    sweep.add_argument("-o", "--out", required=True, help="folder for the points and runs.parquet")
    sweep.add_argument("-j", "--jobs", type=int, default=2, help="runs side by side (%(default)s)")
    sweep.add_argument("--on", metavar="dask://HOST:PORT", help="send the points to a Dask cluster")
    sweep.add_argument("--retry-failed", action="store_true", help="run failed points again")

    track = add_verb(verbs, "track", "project finished stages to MLflow", _track)
    track.add_argument("--ui", action="store_true", help="open MLflow's pages on our database")
    track.add_argument("--rebuild", action="store_true", help="make the database anew from git")
    track.add_argument("--promote", metavar="FOLDER", help="register the stored model in FOLDER; "
                       "make it champion if it is ahead of the present one")  # fmt: skip
    track.add_argument("--roll-back", action="store_true",
                       help="make the champion's predecessor champion again")  # fmt: skip
    track.add_argument("--name", help="of the registered model (by default the one on the card of "
                       f"the folder to promote, and {ROLLED_BACK} to roll back)")  # fmt: skip


def _sweep(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import grids, project, report, sweeps

    root = project.root()
    defaults = grids.defaults(root / options.notebook)
    fixed = grids.parse_fixed(options.fixed, defaults)
    grid = grids.parse_grid(options.grid, defaults)
    table = sweeps.run(
        options.notebook, fixed=fixed, grid=grid, jobs=options.jobs, out=options.out,
        on=options.on, retry_failed=options.retry_failed,
    )  # fmt: skip
    _log_sweep(options, table, list(grid), fixed)
    summary = report.sweep_summary(table, list(grid), options.out)
    if not options.json:
        report.show_sweep(summary)
    return summary, FAILED if summary["failed"] else 0


def _log_sweep(options: argparse.Namespace, table: Any, varied: list[str], fixed: Any) -> None:
    """Show the sweep in MLflow, once; MLflow being away is said, and fails nothing."""
    from pathlib import Path

    from layoutlab import project, tracking
    from layoutlab.errors import InputError
    from layoutlab.tracking import stages, sweeps

    root = project.root()
    notebook = root / options.notebook
    name = f"{notebook.stem} {Path(options.out).name}"
    if sweeps.is_recorded(root, name, table, parameters=varied, fixed=fixed):
        return
    study = stages.study_of(notebook.read_text())
    try:
        tracking.project_sweep(name, study, table, parameters=varied, fixed=fixed)
    except InputError as error:
        say(f"the sweep was not logged to MLflow, the same command logs it later: {error}")


def _track(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import tracking

    if options.ui:
        say(f"MLflow opens at {tracking.UI_ADDRESS}")
        command = tracking.ui_command()
        os.execvp(command[0], command)
    if options.promote is not None or options.roll_back:
        return _champion(options), 0
    result = tracking.rebuild() if options.rebuild else tracking.project_all()
    if not options.json:
        print(json.dumps(result, indent=2, default=str))
    return result, 0


def _champion(options: argparse.Namespace) -> dict[str, Any]:
    """Register and promote a model, or roll back; say what was decided."""
    from dataclasses import asdict

    import numpy as np

    from layoutlab.tracking import registry, stored_models

    if options.roll_back:
        name = options.name or ROLLED_BACK
        decision = registry.roll_back(name)
    else:
        name = options.name or stored_models.default_name(options.promote)
        version = registry.register(options.promote, name)
        decision = registry.promote(name, version, rng=np.random.default_rng(1))
    say(decision.reason)
    return {"name": name} | asdict(decision)
