"""Where should departments of unequal areas stand? Read, search, check: all of it in a few calls.

problem = areas.load("O9.json")
solution = areas.solve(problem, form="slicing", seconds=10, rng=numpy.random.default_rng(1))
areas.check(problem, solution.layout)  # []
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.areas.check import as_layout, check, cost
from layoutlab.floor.areas.filling import cut_up, filled
from layoutlab.floor.areas.problem import Problem, from_mapping, load
from layoutlab.floor.areas.search import FORMS, Budget, Progress, best_ladder, search

DEFAULT_SECONDS = 10.0

__all__ = [
    "Problem",
    "Solution",
    "areas_file",
    "as_layout",
    "check",
    "cost",
    "from_mapping",
    "load",
    "solve",
]


@dataclass(frozen=True)
class Solution:
    """A layout that keeps every rule.

    Attributes
    ----------
    layout : ndarray of float, shape (n, 4)
        x0, y0, width and height of every department.
    cost : float
        As `cost` counts it.
    evaluations : int
        Layouts looked at.
    form : {"slicing", "bays"}
    encoding : ndarray of int32
        Bay code, shape (2, m), or slicing tree, shape (2m, 4), of the m departments and pieces of
        empty space that `area_filling.filled` gives.
    """

    layout: np.ndarray
    cost: float
    evaluations: int
    form: str
    encoding: np.ndarray


def solve(
    problem: Problem,
    *,
    rng: np.random.Generator,
    form: str = "slicing",
    seconds: float | None = None,
    iterations: int | None = None,
    jobs: int = 1,
    target: float | None = None,
    progress: Progress | None = None,
) -> Solution:
    """Search a layout of least cost by parallel tempering over bay codes or slicing trees.

    Parameters
    ----------
    problem : Problem
    rng : numpy.random.Generator
    form : {"slicing", "bays"}
        Slicing trees hold every flexible-bay layout and many more.
    seconds : float, optional
        More than 0; 10 when neither seconds nor iterations are given. Compilation, once for all
        times on a machine, is not counted.
    iterations : int, optional
        Layouts to look at instead: the same generator then gives the same layout, whatever `jobs`.
    jobs : int
        Walks that run at once, at least 1.
    target : float, optional
        Stop when a layout costs no more.
    progress : callable, optional
        Called with a mapping of seconds, cost and evaluations so far.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        When an argument is out of range, or no layout was met that keeps the shape rules.

    References
    ----------
    Tate and Smith (1995), "Unequal-area facility layout by genetic search", IIE Transactions 27
    (flexible bays, penalty that follows the search); Tam (1992), "Genetic algorithms, function
    optimization, and facility layout design", EJOR 63 (slicing trees); Wong and Liu (1986), "A new
    algorithm for floorplan design", DAC (annealing over slicing trees).
    """
    _check_arguments(form, seconds, iterations, jobs)
    if seconds is None and iterations is None:
        seconds = DEFAULT_SECONDS
    budget = Budget(iterations, seconds, target)
    inner, members = filled(problem)
    ladders = search(inner, FORMS[form], budget, jobs=jobs, rng=rng, progress=progress)
    best = best_ladder(ladders, problem)
    code = best.best.best
    layout = cut_up(FORMS[form].layout(code, best.facility), members, problem.n)
    if best.turned:
        layout = layout[:, [1, 0, 3, 2]]
    evaluations = sum(ladder.evaluations for ladder in ladders)
    return Solution(layout, cost(problem, layout), evaluations, form, code)


def _check_arguments(form: str, seconds: float | None, iterations: int | None, jobs: int) -> None:
    if form not in FORMS:
        raise InputError(f"form: expected one of {', '.join(FORMS)}, got {form!r}")
    if seconds is not None and iterations is not None:
        raise InputError("expected seconds or iterations, got both")
    if seconds is not None and not 0 < seconds < np.inf:
        raise InputError(f"seconds: expected more than 0, got {seconds}")
    if iterations is not None and iterations < 1:
        raise InputError(f"iterations: expected at least 1, got {iterations}")
    if jobs < 1:
        raise InputError(f"jobs: expected at least 1, got {jobs}")


def areas_file(
    path: str | Path,
    *,
    form: str = "slicing",
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 1,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Search a layout for an instance file; return it with all that is needed to check it.

    Parameters
    ----------
    path : str or Path
        JSON file as `load` reads it.
    form, seconds, iterations, jobs, progress
        As `solve` takes them.
    seed : int
        At least 0.

    Returns
    -------
    dict
        instance, n, cost, form, layout (one mapping for each department: department, x0, y0, width,
        height), violations (empty), seconds, evaluations, seed.

    Raises
    ------
    InputError
        As `load` and `solve` raise it.
    """
    problem = load(path)
    if seed < 0:
        raise InputError(f"seed: expected at least 0, got {seed}")
    began = time.perf_counter()
    solution = solve(
        problem,
        rng=np.random.default_rng(seed),
        form=form,
        seconds=seconds,
        iterations=iterations,
        jobs=jobs,
        progress=progress,
    )
    rectangles = [
        {"department": i, "x0": x, "y0": y, "width": wide, "height": high}
        for i, (x, y, wide, high) in enumerate(solution.layout.tolist(), 1)
    ]
    return {
        "instance": problem.name,
        "n": problem.n,
        "cost": solution.cost,
        "form": form,
        "layout": rectangles,
        "violations": check(problem, solution.layout),
        "seconds": round(time.perf_counter() - began, 3),
        "evaluations": solution.evaluations,
        "seed": seed,
    }
