"""Where should every object stand? A memetic search of the quadratic assignment problem.

A small population of assignments is crossed over and each child walks by robust tabu search; when
nothing new is found for a while, all but the best are shaken. Forbidden places cost so much that
no walk ends there, and what still does is repaired; fixed objects leave the problem beforehand.
"""

import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.assignment import qaplib, quadratic
from layoutlab.floor.assignment.breeding import Population, Settings, repaired
from layoutlab.floor.assignment.kernels import Layers, Limits, tabu_search
from layoutlab.floor.assignment.layers import Reduced, reduce
from layoutlab.floor.assignment.quadratic import Problem

Progress = Callable[[dict[str, Any]], None]
NO_GOAL = -(2**62)
WORK_OF_A_WALK = 2 * 10**8


@dataclass(frozen=True)
class Solution:
    """What the search found.

    Attributes
    ----------
    permutation : ndarray of int64, shape (n,)
        The location of each object, both from 0.
    cost : int or float
        Counted from scratch.
    bound : int or float
        The Gilmore–Lawler bound; a cost equal to it is proved to be least.
    proved : bool
    iterations : int
        Exchanges walked.
    evaluations : int
        Exchanges whose cost was compared: at each iteration all n (n - 1) / 2 of the free objects.
    interrupted : bool
        Whether Ctrl-C ended the search; what was found by then is here.
    """

    permutation: np.ndarray
    cost: int | float
    bound: int | float
    proved: bool
    iterations: int
    evaluations: int
    interrupted: bool


@dataclass(frozen=True)
class _Walk:
    """One child: where it starts, how far it walks and what drives its chances."""

    start: np.ndarray
    exchanges: int
    goal: int
    state: np.ndarray


def _walked(reduced: Reduced, settings: Settings, walk: _Walk) -> tuple[np.ndarray, int]:
    """Walk; return the best assignment met and how many exchanges were walked."""
    n = len(walk.start)
    best = walk.start.copy()
    limits = Limits(
        walk.exchanges,
        max(1, int(settings.shortest * n)),
        int(settings.longest * n) + 4,
        int(settings.patience * n * n),
        walk.goal,
    )
    layers = Layers(reduced.flows, reduced.distances, reduced.linear, bool(reduced.linear.any()))
    taken = tabu_search(layers, walk.start.copy(), best, limits, walk.state)
    return best, taken


def solve(
    problem: Problem,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    jobs: int = 1,
    target: float | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.perf_counter,
    since: float | None = None,
    rng: np.random.Generator,
) -> Solution:
    """Search for an assignment of least cost.

    With a number of iterations alone the result depends on `rng` only, whatever `jobs` and the
    machine. A walk under way at the end of the time is finished, a fraction of a second.

    Parameters
    ----------
    problem : Problem
    seconds : float, optional
        Wall-clock time to search, above 0; the kernel's compilation is not counted.
    iterations : int, optional
        Exchanges to walk in all, at least 1. Give one of the two, or both.
    jobs : int
        Threads, at least 1; more than ``settings.brood`` are of no use.
    target : float, optional
        Stop as soon as a cost is at most this.
    settings : Settings, optional
    progress : callable, optional
        Called after each brood with a dict of seconds, iterations and cost (the least so far).
    clock : callable
        What tells the time: ``time.process_time`` counts CPU seconds instead.
    since : float, optional
        When the seconds began by that clock, so that a command can count its loading; now if not
        given. At least a fifth of them is searched.
    rng : numpy.random.Generator

    Returns
    -------
    Solution
        Found earlier than asked when its cost meets the Gilmore–Lawler bound or the target.

    Raises
    ------
    InputError
        When a limit is missing or out of range.

    References
    ----------
    Taillard, "Robust taboo search for the quadratic assignment problem", Parallel Computing 17
    (1991); Benlic and Hao, "Memetic search for the quadratic assignment problem", Expert Systems
    with Applications 42 (2015), without its breakout walk: ours is Taillard's.
    """
    since = clock() if since is None else since
    settings = settings or Settings()
    _check_limits(seconds, iterations, jobs)
    bound, reduced = quadratic.bound(problem), reduce(problem)
    n = len(reduced.objects)
    best, done, interrupted = np.zeros(n, np.int32), 0, False
    if n > 1:
        enough = bound if target is None else max(bound, target)
        loading = clock()
        _walked(reduced, settings, _Walk(np.arange(n, dtype=np.int32), 0, NO_GOAL, _seed(rng)))
        compiling = max(0.0, clock() - loading - 1)
        started = max(since + compiling, clock() - 0.8 * (seconds or 0))
        budget = _Budget(clock, started, seconds, iterations, enough)
        best, done, interrupted = _search(problem, reduced, settings, budget, jobs, progress, rng)
    permutation = _whole_assignment(problem, reduced, best)
    least = quadratic.cost(problem, permutation)
    compared = done * (n * (n - 1) // 2)
    return Solution(permutation, least, bound, least <= bound, done, compared, interrupted)


def _check_limits(seconds: float | None, iterations: int | None, jobs: int) -> None:
    if seconds is None and iterations is None:
        raise InputError("seconds or iterations: expected one of the two, got neither")
    if seconds is not None and not 0 < seconds < math.inf:
        raise InputError(f"seconds: expected a time above 0, got {seconds}")
    if iterations is not None and iterations < 1:
        raise InputError(f"iterations: expected at least 1, got {iterations}")
    if jobs < 1:
        raise InputError(f"jobs: expected at least 1, got {jobs}")


def _seed(rng: np.random.Generator) -> np.ndarray:
    return rng.integers(1, 2**63, 1, dtype=np.uint64)


def _whole_assignment(problem: Problem, reduced: Reduced, p: np.ndarray) -> np.ndarray:
    """Return the locations of all objects, given those of the free ones."""
    placed = problem.allowed.argmax(axis=1)
    placed[reduced.objects] = reduced.locations[p]
    return placed


@dataclass(frozen=True)
class _Budget:
    """When the search ends: by the clock, after so many exchanges, or at a cost."""

    clock: Callable[[], float]
    started: float
    seconds: float | None
    iterations: int | None
    enough: float

    def spent(self) -> float:
        return self.clock() - self.started

    def late(self) -> bool:
        return self.seconds is not None and self.spent() >= self.seconds

    def left(self, done: int, most: int) -> int:
        return most if self.iterations is None else max(0, min(most, self.iterations - done))


def _search(
    problem: Problem,
    reduced: Reduced,
    settings: Settings,
    budget: _Budget,
    jobs: int,
    progress: Progress | None,
    rng: np.random.Generator,
) -> tuple[np.ndarray, int, bool]:
    """Return the best assignment found, how many exchanges were walked, and if interrupted."""
    n = len(reduced.objects)
    population = Population(n, settings, rng)
    length = max(1, min(settings.walk, WORK_OF_A_WALK // n**2))

    def cost(p: np.ndarray) -> int | float:
        return quadratic.cost(problem, _whole_assignment(problem, reduced, p))

    def prepare(start: np.ndarray, done: int) -> _Walk:
        start = repaired(start, reduced.allowed, rng)
        goal = NO_GOAL
        if reduced.divisor:
            goal = int(2 * (budget.enough - cost(start)) // reduced.divisor)
        return _Walk(start, budget.left(done, length), goal, _seed(rng))

    def work(walk: _Walk) -> tuple[np.ndarray, int] | None:
        return None if budget.late() else _walked(reduced, settings, walk)

    best = repaired(population.waiting[0], reduced.allowed, rng)
    least, done = cost(best), 0
    interrupted = False
    try:
        with ThreadPoolExecutor(jobs) as pool:
            while least > budget.enough and budget.left(done, 1) and not budget.late():
                starts = population.starts()
                walks = [
                    prepare(start, done + place * length) for place, start in enumerate(starts)
                ]
                walked = map(work, walks) if jobs == 1 else pool.map(work, walks)
                for met, taken in filter(None, walked):
                    p = repaired(met, reduced.allowed, rng)
                    reached = cost(p)
                    done += taken
                    population.enter(reached, p)
                    if reached < least:
                        least, best = reached, p
                if progress is not None:
                    progress({"seconds": budget.spent(), "iterations": done, "cost": least})
    except KeyboardInterrupt:
        interrupted = True
    return best, done, interrupted


def assign_file(
    path: str | Path,
    *,
    seconds: float | None = None,
    iterations: int | None = None,
    seed: int = 0,
    jobs: int = 1,
    fixed: Iterable[tuple[int, int]] = (),
    forbidden: Iterable[tuple[int, int]] = (),
    linear: str | Path | None = None,
    target: float | None = None,
    progress: Progress | None = None,
    since: float | None = None,
) -> dict[str, Any]:
    """Solve a QAPLIB file and return what the command line prints.

    Parameters
    ----------
    path : str or Path
    seconds, iterations, jobs, target, progress, since
        As `solve` takes them.
    seed : int
        At least 0.
    fixed, forbidden : iterable of (int, int)
        Pairs of an object and a location, both **from 1** as in the result.
    linear : str or Path, optional
        A file with the n × n linear costs.

    Returns
    -------
    dict
        instance, n, cost, permutation (location of each object, from 1), bound, proved, seconds,
        iterations, evaluations, seed, jobs and interrupted.

    Raises
    ------
    InputError
        As `qaplib.load` and `solve` say, or when an object is fixed twice.
    """
    if seed < 0:
        raise InputError(f"seed: expected at least 0, got {seed}")
    places: dict[int, int] = {}
    for i, k in fixed:
        if places.setdefault(i - 1, k - 1) != k - 1:
            raise InputError(f"fixed: expected one location for object {i}, got two")
    refused = [(i - 1, k - 1) for i, k in forbidden]
    started = time.perf_counter() if since is None else since
    problem = qaplib.load(path, linear=linear, fixed=places, forbidden=refused)
    solution = solve(
        problem,
        seconds=seconds,
        iterations=iterations,
        jobs=jobs,
        target=target,
        progress=progress,
        since=started,
        rng=np.random.default_rng(seed),
    )
    return {
        "instance": problem.name,
        "n": problem.n,
        "cost": solution.cost,
        "permutation": (solution.permutation + 1).tolist(),
        "bound": solution.bound,
        "proved": solution.proved,
        "seconds": round(time.perf_counter() - started, 3),
        "iterations": solution.iterations,
        "evaluations": solution.evaluations,
        "seed": seed,
        "jobs": jobs,
        "interrupted": solution.interrupted,
    }
