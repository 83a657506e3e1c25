"""How good is a search after so many evaluations, and how many until it is so good?

Both questions are asked of best-so-far curves: rows are runs, columns the moments at which a run
was looked at (the end of each generation), larger being better. The fixed-budget view reads a
curve upwards, the fixed-target view sideways (Hansen, Auger, Ros, Mersmann, Tušar and Brockhoff,
"COCO", Optimization Methods and Software 36, 2021). A run is known only at the end of
its generations: a target counts as reached when the generation that reached it is complete.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.floor.comparison.resampling import RESAMPLES, percentile_interval, resample_counts

# Targets lie a hair below their value, since sums of floats may fall short of it by a rounding.
ROUNDING = 1e-9


def check_curves(evaluations: np.ndarray, best: np.ndarray) -> None:
    """Raise `InputError` unless the curves have a row per run and never fall.

    Parameters
    ----------
    evaluations : ndarray of int, shape (runs, points)
        Evaluations spent, growing along a row.
    best : ndarray of float, shape (runs, points)
        Best fitness so far, never falling along a row.
    """
    if evaluations.shape != best.shape or best.ndim != 2 or 0 in best.shape:
        raise InputError(
            "curves: expected evaluations and best so far of one shape (runs, points), got "
            f"{evaluations.shape} and {best.shape}"
        )
    if (np.diff(evaluations, axis=1) < 0).any() or not (np.diff(best, axis=1) >= 0).all():
        raise InputError("curves: expected evaluations and best so far that never fall")


def values_at(evaluations: np.ndarray, best: np.ndarray, budgets: np.ndarray) -> np.ndarray:
    """Return the best fitness so far once `budgets` evaluations are spent.

    Parameters
    ----------
    evaluations, best : ndarray, shape (runs, points)
        As `check_curves` asks.
    budgets : ndarray of int, shape (budgets,)

    Returns
    -------
    ndarray of float, shape (runs, budgets)
        Of the last generation complete within the budget; NaN where none is.
    """
    check_curves(evaluations, best)
    complete = (evaluations[:, :, None] <= np.asarray(budgets)).sum(axis=1)
    found = np.take_along_axis(best, np.maximum(complete - 1, 0), axis=1)
    return np.where(complete > 0, found, np.nan)


def hitting_times(evaluations: np.ndarray, best: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the evaluations each run spent until it reached each target.

    Parameters
    ----------
    evaluations, best : ndarray, shape (runs, points)
        As `check_curves` asks.
    targets : ndarray of float, shape (targets,)

    Returns
    -------
    ndarray of float, shape (runs, targets)
        At the end of the first generation whose best so far is at least the target; infinite
        where the run ended before.
    """
    check_curves(evaluations, best)
    short = (best[:, :, None] < np.asarray(targets)).sum(axis=1)
    last = best.shape[1] - 1
    times = np.take_along_axis(evaluations, np.minimum(short, last), axis=1).astype(float)
    return np.where(short > last, np.inf, times)


def target_levels(best: np.ndarray, count: int = 51) -> np.ndarray:
    """Return evenly spaced targets: from the median first generation to the best ever met.

    Parameters
    ----------
    best : ndarray of float, shape (runs, points)
        Curves of all the searches to be compared, so that all face the same targets.
    count : int
        At least 2.
    """
    if count < 2:
        raise InputError(f"count: expected at least 2 targets, got {count}")
    low, high = float(np.median(best[:, 0])), float(best.max())
    return np.linspace(low, high, count) - ROUNDING


def expected_running_time(times: np.ndarray, spent: np.ndarray) -> np.ndarray:
    """Return the evaluations spent by all runs for each time a target was reached.

    What a search costs that is started anew until it succeeds: the sum over all runs of the
    evaluations up to the target, or of all of them where it was missed, divided by the number of
    runs that reached it.

    Parameters
    ----------
    times : ndarray of float, shape (runs, targets)
        As `hitting_times` gives them.
    spent : ndarray of int, shape (runs,)
        Evaluations of the whole run.

    Returns
    -------
    ndarray of float, shape (targets,)
        Infinite where no run reached the target.

    References
    ----------
    Auger and Hansen, "Performance Evaluation of an Advanced Local Search Evolutionary Algorithm",
    CEC 2005 (there SP2); Hansen et al. (2021).
    """
    return np.asarray(_running_time(np.ones((1, len(times))), times, spent)[0])


def _running_time(counts: np.ndarray, times: np.ndarray, spent: np.ndarray) -> np.ndarray:
    """Return the expected running time of each resample: shape (resamples, targets)."""
    cost = counts @ np.minimum(times, np.asarray(spent)[:, None])
    reached = counts @ np.isfinite(times).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(reached > 0, cost / reached, np.inf)


def fixed_target(
    groups: Sequence[str],
    evaluations: np.ndarray,
    best: np.ndarray,
    targets: np.ndarray,
    *,
    rng: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Return each group's success and expected running time for each target, with intervals.

    Parameters
    ----------
    groups : sequence of str, length runs
        The group of each run; all of a size, in the order of the seeds.
    evaluations, best : ndarray, shape (runs, points)
        As `check_curves` asks.
    targets : ndarray of float, shape (targets,)
    rng : numpy.random.Generator
        Of the bootstrap over seeds; every group is resampled alike.

    Returns
    -------
    DataFrame
        Columns group, target, runs, reached, ert, ert_low, ert_high (evaluations; infinite where
        no run, or no run of the resample, reached the target).
    """
    times, spent = hitting_times(evaluations, best, targets), evaluations[:, -1]
    parts = rows_by_group(groups)
    counts = resample_counts(_runs_each(parts), rng=rng, resamples=resamples)
    tables = []
    for group, rows in parts.items():
        low, high = percentile_interval(_running_time(counts, times[rows], spent[rows]), confidence)
        table = {
            "group": group,
            "target": targets,
            "runs": len(rows),
            "reached": np.isfinite(times[rows]).sum(axis=0),
            "ert": expected_running_time(times[rows], spent[rows]),
            "ert_low": low,
            "ert_high": high,
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables, ignore_index=True)


def fixed_budget(
    groups: Sequence[str],
    evaluations: np.ndarray,
    best: np.ndarray,
    budgets: np.ndarray,
    *,
    quantiles: tuple[float, float] = (0.1, 0.9),
) -> pd.DataFrame:
    """Return how good each group is after each budget: its anytime band.

    Returns
    -------
    DataFrame
        Columns group, evaluations (the budget), runs, mean, median, low, high (the two
        `quantiles` over the runs); NaN for a budget within which some run has no complete
        generation.
    """
    values = values_at(evaluations, best, budgets)
    tables = []
    for group, rows in rows_by_group(groups).items():
        low, median, high = np.quantile(values[rows], [quantiles[0], 0.5, quantiles[1]], axis=0)
        table = {
            "group": group,
            "evaluations": budgets,
            "runs": len(rows),
            "mean": values[rows].mean(axis=0),
            "median": median,
            "low": low,
            "high": high,
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables, ignore_index=True)


def shares_reached(times: np.ndarray, budgets: np.ndarray) -> np.ndarray:
    """Return the share of targets that each run has reached within each budget.

    Parameters
    ----------
    times : ndarray of float, shape (runs, targets)
    budgets : ndarray of int, shape (budgets,)

    Returns
    -------
    ndarray of float, shape (runs, budgets), from 0 to 1
    """
    return np.asarray((times[:, :, None] <= np.asarray(budgets)).mean(axis=1))


def ecdf(
    shares: Mapping[str, np.ndarray],
    budgets: np.ndarray,
    *,
    rng: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Return the empirical distribution of running times over all (run, target) pairs.

    Parameters
    ----------
    shares : mapping of str to ndarray of float, shape (seeds, budgets)
        As `shares_reached` gives them for each group; over several problems, their mean.
    budgets : ndarray of int, shape (budgets,)
    rng : numpy.random.Generator
        Of the bootstrap over seeds; every group is resampled alike.

    Returns
    -------
    DataFrame
        Columns group, evaluations, share, low, high.
    """
    counts = resample_counts(
        _runs_each({group: np.arange(len(rows)) for group, rows in shares.items()}),
        rng=rng,
        resamples=resamples,
    )
    tables = []
    for group, rows in shares.items():
        low, high = percentile_interval(counts @ rows / len(rows), confidence)
        table = {
            "group": group,
            "evaluations": budgets,
            "share": rows.mean(axis=0),
            "low": low,
            "high": high,
        }
        tables.append(pd.DataFrame(table))
    return pd.concat(tables, ignore_index=True)


def rows_by_group(groups: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the rows of each group, groups in order of first appearance."""
    names = np.asarray(groups)
    return {name: np.flatnonzero(names == name) for name in dict.fromkeys(names.tolist())}


def _runs_each(parts: Mapping[str, np.ndarray]) -> int:
    sizes = {name: len(rows) for name, rows in parts.items()}
    if len(set(sizes.values())) != 1:
        said = ", ".join(f"{name}: {size}" for name, size in sizes.items())
        raise InputError(f"groups: expected as many runs in each, got {said or 'none'}")
    return next(iter(sizes.values()))
