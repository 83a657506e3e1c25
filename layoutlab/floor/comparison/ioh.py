"""How do others read our runs? As IOHprofiler's files, which its analyser and iohinspector open.

A folder for each scheme holds, for each problem, a JSON file that describes the runs and a text
file with their best-so-far curves: the format of IOHexperimenter's ``Analyzer`` logger (de Nobel,
Ye, Vermetten, Wang, Doerr and Bäck, "IOHexperimenter", Evolutionary Computation 32, 2024). It is a
few lines of text, so that it is written here and not by the package ``ioh``, which can only log a
search as it runs, one evaluation at a time.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.comparison.pairs import scheme_names
from layoutlab.floor.comparison.runtimes import check_curves, rows_by_group

if TYPE_CHECKING:
    from layoutlab.floor.schemes import Runs

VERSION = "0.3.22"
COLUMNS = ("evaluations", "raw_y")


def write(
    folder: str | Path, found: "Runs", *, function_id: int, function_name: str, dimension: int
) -> list[Path]:
    """Write the runs on one problem, a folder for each scheme.

    Parameters
    ----------
    folder : str or Path
    found : schemes.Runs
    function_id : int
        From 1; differs between the problems in a folder.
    function_name : str
        Letters, digits, "-" and "_" only, since files are named by it.
    dimension : int
        Variables of an individual: 4 for each block.

    Returns
    -------
    list of Path
        The JSON files, one for each scheme.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", function_name):
        raise InputError(
            f"function_name: expected letters, digits, - and _ only, got {function_name!r}"
        )
    check_curves(found.evaluations, found.best)
    data = f"data_f{function_id}_{function_name}/IOHprofiler_f{function_id}_DIM{dimension}.dat"
    written = []
    for name, rows in rows_by_group(scheme_names(found.runs).tolist()).items():
        place = Path(folder) / name.replace(" × ", "-")
        first = found.runs.iloc[rows[0]]
        blocks = [_curve(found, row) for row in rows]
        canonical.write_text(place / data, "".join(blocks))
        described = {
            "version": VERSION,
            "suite": "layoutlab-floor",
            "function_id": function_id,
            "function_name": function_name,
            "maximization": True,
            "algorithm": {"name": name, "info": "genetic algorithm, fitness f + a + r"},
            "experiment_attributes": [
                {key: str(first[key])} for key in ("selection", "crossover", "population")
            ],
            "attributes": list(COLUMNS),
            "scenarios": [
                {"dimension": dimension, "path": data, "runs": [_run(found, row) for row in rows]}
            ],
        }
        written.append(place / f"IOHprofiler_f{function_id}_{function_name}.json")
        canonical.write_json(written[-1], described)
    return written


def _curve(found: "Runs", row: int) -> str:
    """Return a run's lines: those that improve, and the last.

    A run begins at evaluation 1. Within a generation the order of evaluations is anyone's; we let
    the worst individual of the first one come first, so that no better value is claimed too early.
    """
    spent, best = found.evaluations[row], found.best[row]
    better = np.flatnonzero(np.diff(best, prepend=-np.inf) > 0)
    kept = sorted({*better.tolist(), len(best) - 1})
    lines = [" ".join(COLUMNS), f"1 {float(found.runs['first_worst_fitness'].iloc[row])!r}"]
    lines += [f"{int(spent[at])} {float(best[at])!r}" for at in kept]
    return "\n".join(lines) + "\n"


def _run(found: "Runs", row: int) -> dict[str, Any]:
    run, curve = found.runs.iloc[row], found.best[row]
    return {
        "instance": int(run["seed"]),
        "evals": int(run["evaluations"]),
        "best": {
            "evals": int(found.evaluations[row, int(curve.argmax())]),
            "y": float(curve[-1]),
            "x": [int(value) for value in run["best_blocks"]],
        },
    }


def read(folder: str | Path, function_id: int | None = None) -> pd.DataFrame:
    """Read a folder of such files with iohinspector: one row per logged evaluation.

    Parameters
    ----------
    folder : str or Path
    function_id : int, optional
        The one problem to read; all of them when not given.

    Returns
    -------
    DataFrame
        Columns algorithm_name, function_name, instance, evaluations, raw_y, sorted.
    """
    import iohinspector  # opens drawing libraries, which writing does not need

    manager = iohinspector.DataManager()
    manager.add_folder(str(folder))
    if function_id is not None:
        manager = manager.select(function_ids=[function_id])
    named = ["algorithm_name", "function_name", "instance"]
    logged = manager.load(monotonic=False, include_meta_data=True).select([*named, *COLUMNS])
    table = pd.DataFrame(logged.to_dict(as_series=False))
    return table.sort_values([*named, "evaluations"], kind="stable").reset_index(drop=True)
