"""In which order do departments stand along one aisle? Single-row facility layout (SRFLP)."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.rows.problem import Problem, cost, load

if TYPE_CHECKING:
    from layoutlab.floor.rows.search import Progress, Solution

EXACT, LARGEST = 22, 24

__all__ = ["Problem", "cost", "load", "rows_file", "solve"]


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    jobs: int = 1,
    rng: np.random.Generator,
    target: float | None = None,
    exact: int = EXACT,
    progress: "Progress | None" = None,
) -> "Solution":
    """Find a good order: the best one, proved, for a short row; by iterated local search else.

    Runs of 500 iterations start from random orders, each with its own generator. An iteration
    makes 1 to 60 random swaps (n / 3 at most), then descends over the insertion and swap
    neighbourhoods, and is kept when it ends no worse.

    Parameters
    ----------
    problem : Problem
    seconds : float, optional
        Wall time, above 0, compilation apart; looked at between chunks of some tenths of a second.
    iterations : int, optional
        Descents over all runs, at least 1. The result depends on these and `rng` alone, not on
        `jobs`. At least one of the two limits is given; the one first reached ends the search.
    jobs : int
        Threads, at least 1.
    rng : numpy.random.Generator
        Each run takes a child of it.
    target : float, optional
        End once an order costs this or less.
    exact : int
        Rows of up to so many departments, at most 24, go to the dynamic programme over subsets,
        whatever the limits say: half a second and 64 MiB for 22, twice that for each one more.
    progress : callable, optional
        Called between chunks with a mapping of seconds, cost, evaluations and iterations so far.

    Raises
    ------
    InputError
        When no limit is given, or one is out of range.
    """
    _check_limits(seconds, iterations, jobs, exact)
    from layoutlab.floor.rows.search import Search, Solution
    from layoutlab.floor.rows.subsets import best_of_all

    n = len(problem.lengths)
    if n <= exact:
        order = best_of_all(problem.lengths, problem.flows)
        return Solution(order, cost(problem, order), n << (n - 1), proved=True)
    search = Search(problem, seconds, iterations, target, rng, progress)
    return search.finish(jobs)


def rows_file(
    path: str | Path,
    *,
    seconds: float,
    seed: int,
    jobs: int = 1,
    progress: "Progress | None" = None,
) -> dict[str, Any]:
    """Solve an instance file; return the order with all that is needed to check it.

    Parameters
    ----------
    path : str or Path
        As `load` reads it.
    seconds, jobs, progress
        As `solve` takes them.
    seed : int
        At least 0.

    Returns
    -------
    dict
        instance, n, cost, order (counted from 1, left to right), seconds (wall time of the
        search), evaluations, proved, seed.

    Raises
    ------
    InputError
        As `load` and `solve` raise it, and for a seed below 0.
    """
    problem = load(path)
    if seed < 0:
        raise InputError(f"seed: expected at least 0, got {seed}")
    _compile()
    started = time.perf_counter()
    rng = np.random.default_rng(seed)
    found = solve(problem, seconds=seconds, jobs=jobs, rng=rng, progress=progress)
    return {
        "instance": Path(path).stem,
        "n": len(problem.lengths),
        "cost": found.cost,
        "order": [int(department) + 1 for department in found.order],
        "seconds": round(time.perf_counter() - started, 3),
        "evaluations": found.evaluations,
        "proved": found.proved,
        "seed": seed,
    }


def _compile() -> None:
    """Compile what a search needs, or read it from the cache, before its clock runs."""
    from layoutlab.floor.rows.search import compile_search
    from layoutlab.floor.rows.subsets import best_of_all

    compile_search()
    best_of_all(np.ones(2), np.ones((2, 2)))


def _check_limits(seconds: float | None, iterations: int | None, jobs: int, exact: int) -> None:
    if seconds is None and iterations is None:
        raise InputError("expected a limit, seconds or iterations, got neither")
    if seconds is not None and not 0 < seconds < np.inf:
        raise InputError(f"seconds: expected a number above 0, got {seconds}")
    if iterations is not None and iterations < 1:
        raise InputError(f"iterations: expected at least 1, got {iterations}")
    if jobs < 1:
        raise InputError(f"jobs: expected at least 1, got {jobs}")
    if not 0 <= exact <= LARGEST:
        raise InputError(f"exact: expected 0 to {LARGEST} departments, got {exact}")
