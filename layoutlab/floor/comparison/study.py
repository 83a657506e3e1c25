"""Does the better scheme stay the better one on other floors and readings? All of them at once.

`study` is the whole comparison in one call: it runs every scheme on every problem, writes the runs,
their curves in our own and in IOHprofiler's form, and a summary of the statistics.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from layoutlab import canonical
from layoutlab.floor.comparison import ioh, runtimes
from layoutlab.floor.comparison import pairs as comparison
from layoutlab.floor.comparison.pairs import paired_values, scheme_names
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.schemes import CROSSOVERS, SELECTIONS, Progress, Runs, run, trajectories
from layoutlab.floor.settings import Settings


class Problem(NamedTuple):
    """A floor and how its fitness is read."""

    floor: Floor
    readings: Readings


def standard_problems() -> dict[str, Problem]:
    """Return three sizes of floor, about a block for every ten cells, under two readings.

    The readings differ in what n counts: the neighbours of each block, as in the paper's most
    likely reading, or those of all blocks together, which makes every touch count.
    """
    sizes = {"6x6": Floor(6, 6, 4), "10x10": Floor(), "14x14": Floor(14, 14, 20)}
    return {
        f"{size}_{name}": Problem(floor, Readings(neighbours=name))
        for name in ("per_block", "total")
        for size, floor in sizes.items()
    }


def run_problems(
    problems: Mapping[str, Problem],
    *,
    selections: Sequence[str] = SELECTIONS,
    crossovers: Sequence[str] = CROSSOVERS,
    seeds: Sequence[int],
    settings: Settings | None = None,
    base: int = 1,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, Runs]:
    """Run every scheme at every seed on every problem, as `schemes.run` does on one.

    Parameters
    ----------
    progress : callable, optional
        Called with the runs done and all of them, over all problems, after each run.
    """
    each = len(selections) * len(crossovers) * len(seeds)
    found = {}
    for before, (name, (floor, readings)) in enumerate(problems.items()):
        found[name] = run(
            floor,
            readings,
            selections=selections,
            crossovers=crossovers,
            seeds=seeds,
            settings=settings,
            base=base,
            jobs=jobs,
            progress=_after(progress, before * each, len(problems) * each),
        )
    return found


def _after(progress: Progress | None, before: int, everything: int) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _: progress(before + done, everything)


def common_target(found: Runs) -> float:
    """Return the fitness that half of all runs reach: a target for one table of running times."""
    return float(np.median(found.best[:, -1])) - runtimes.ROUNDING


def describe(found: Runs, *, rng: np.random.Generator, level: float = 0.05) -> dict[str, Any]:
    """Return the statistics of one problem as plain numbers.

    Returns
    -------
    dict
        runs, evaluations (mean of a run), target (see `common_target`), friedman (statistic, p,
        critical_difference), pairs (all, tied), and for each scheme its mean and median with
        intervals, mean_rank, letters (shared by tied schemes), reached (runs that reached the
        target), ert with interval (evaluations; null where infinite).
    """
    values = paired_values(found.runs)
    summary = comparison.summarise(values, rng=rng)
    pairs = comparison.compare_pairs(values, level)
    letters = comparison.tie_letters(summary["group"].tolist(), pairs, level)
    target = common_target(found)
    times = runtimes.fixed_target(
        scheme_names(found.runs).tolist(),
        found.evaluations,
        found.best,
        np.array([target]),
        rng=rng,
    )
    table = summary.merge(times.drop(columns=["runs", "target"]), on="group").set_index("group")
    table["letters"] = table.index.map(letters)
    columns = [name for name in table.columns if name != "runs"]
    described = {
        "runs": len(found.runs),
        "evaluations": float(found.runs["evaluations"].mean()),
        "target": target,
        "pairs": {"all": len(pairs), "tied": int((pairs["verdict"] == "tie").sum())},
        "schemes": {
            name: {column: _finite(row[column]) for column in columns}
            for name, row in table.iterrows()
        },
    }
    if values.shape[1] > 2:
        test = comparison.friedman(values, level)
        described["friedman"] = {
            "statistic": test.statistic,
            "p": test.p,
            "critical_difference": test.critical_difference,
        }
    return described


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not np.isfinite(value) else value


def problem_means(found: Mapping[str, Runs]) -> pd.DataFrame:
    """Return the mean best fitness of each scheme (columns) on each problem (index)."""
    means = {name: paired_values(each.runs).mean() for name, each in found.items()}
    return pd.DataFrame(means).T


def pooled_shares(
    found: Mapping[str, Runs], budgets: np.ndarray, *, targets: int = 51
) -> dict[str, np.ndarray]:
    """Return for each scheme and seed the share of (problem, target) pairs reached in time.

    Parameters
    ----------
    found : mapping of str to Runs
        Of the same schemes and seeds.
    budgets : ndarray of int, shape (budgets,)
        Evaluations.
    targets : int
        Targets on each problem, as `runtimes.target_levels` spaces them.

    Returns
    -------
    dict of str to ndarray of float, shape (seeds, budgets)
        What `runtimes.ecdf` takes.
    """
    pooled: dict[str, list[np.ndarray]] = {}
    for each in found.values():
        levels = runtimes.target_levels(each.best, targets)
        times = runtimes.hitting_times(each.evaluations, each.best, levels)
        shares = runtimes.shares_reached(times, budgets)
        for name, rows in runtimes.rows_by_group(scheme_names(each.runs).tolist()).items():
            pooled.setdefault(name, []).append(shares[rows])
    return {name: np.mean(shares, axis=0) for name, shares in pooled.items()}


def write(out: str | Path, problems: Mapping[str, Problem], found: Mapping[str, Runs]) -> None:
    """Write runs.parquet, trajectories.parquet and the folder ioh, all problems in each."""
    for name, tables in (
        ("runs", {key: each.runs for key, each in found.items()}),
        ("trajectories", {key: trajectories(each) for key, each in found.items()}),
    ):
        table = pd.concat(tables, names=["problem", None]).reset_index(level=0)
        canonical.write_parquet(Path(out) / f"{name}.parquet", table)
    for number, (name, each) in enumerate(found.items(), 1):
        dimension = 4 * problems[name].floor.blocks
        ioh.write(
            Path(out) / "ioh", each, function_id=number, function_name=name, dimension=dimension
        )


def study(
    out: str | Path,
    *,
    problems: Mapping[str, Problem] | None = None,
    selections: Sequence[str] = SELECTIONS,
    crossovers: Sequence[str] = CROSSOVERS,
    seeds: Sequence[int] = range(51),
    settings: Settings | None = None,
    base: int = 1,
    level: float = 0.05,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compare the schemes on every problem and write runs, curves and statistics.

    Parameters
    ----------
    out : str or Path
        Folder for runs.parquet, trajectories.parquet, summary.json and ioh/, made when missing.
    problems : mapping of str to Problem, optional
        `standard_problems` when not given.
    level : float
        Adjusted p-values of at least this are ties.
    progress : callable, optional
        As for `run_problems`.

    Returns
    -------
    dict
        What summary.json holds (problems: as `describe` gives them; runs; mean_ranks of the
        schemes over the problems) and beside it out and cpu_s, processor seconds of this process
        for the runs and for the rest.
    """
    problems = standard_problems() if problems is None else problems
    started = time.process_time()
    found = run_problems(
        problems,
        selections=selections,
        crossovers=crossovers,
        seeds=seeds,
        settings=settings,
        base=base,
        jobs=jobs,
        progress=progress,
    )
    ran = time.process_time()
    rng = np.random.default_rng(base)
    ranks = problem_means(found).rank(axis=1, ascending=False).mean()
    summary = {
        "runs": sum(len(each.runs) for each in found.values()),
        "mean_ranks": ranks.to_dict(),
        "problems": {name: describe(each, rng=rng, level=level) for name, each in found.items()},
    }
    write(out, problems, found)
    canonical.write_json(Path(out) / "summary.json", summary)
    cpu_s = {"runs": ran - started, "statistics_and_files": time.process_time() - ran}
    return summary | {"out": str(out), "cpu_s": cpu_s}
