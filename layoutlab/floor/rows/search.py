"""How is a search over rows shared among threads? Runs with generators of their own.

The runs are numbered, each has its own child of the generator and a fixed number of iterations, and
the best one counts, the first at ties: how many threads take them makes no difference.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np

from layoutlab.floor.rows.kernels import iterate
from layoutlab.floor.rows.problem import Problem, cost

RUN = 500
KICK = 60
CHUNK = 3_000_000
WHOLE = 2.0**52

Progress = Callable[[Mapping[str, float]], None]


@dataclass(frozen=True)
class Solution:
    """An order found.

    Attributes
    ----------
    order : ndarray of int64, shape (n,)
        Departments from left to right, counted from 0. Its mirror image costs the same.
    cost : float
        An int when it is a whole number.
    evaluations : int
        Orders priced.
    proved : bool
        Whether no order can cost less.
    """

    order: np.ndarray
    cost: float
    evaluations: int
    proved: bool


@dataclass
class _Run:
    """One run from a random start: its best order so far and what it took."""

    order: np.ndarray
    cost: float
    evaluations: int = 0
    iterations: int = 0


class Search:
    """Runs handed out in their numbers' order to any number of threads."""

    def __init__(
        self,
        problem: Problem,
        seconds: float | None,
        iterations: int | None,
        target: float | None,
        rng: np.random.Generator,
        progress: Progress | None,
    ) -> None:
        self.problem, self.rng, self.progress = problem, rng, progress
        self.iterations, self.target = iterations, -np.inf if target is None else target
        self.n = len(problem.lengths)
        self.tolerance = _tolerance(problem)
        self.runs: list[_Run] = []
        self.hit: int | None = None
        self.lock = threading.Lock()
        compile_search()
        self.started = time.perf_counter()
        self.deadline = np.inf if seconds is None else self.started + seconds

    def finish(self, jobs: int) -> Solution:
        """Make all the runs; return the first that met the target, else the best of them."""
        with ThreadPoolExecutor(jobs) as pool:
            workers = [pool.submit(self._work) for _ in range(jobs)]
            try:
                for worker in as_completed(workers):
                    worker.result()
            finally:
                self.deadline = -np.inf
        counted = self.runs if self.hit is None else self.runs[: self.hit + 1]
        run = min(counted, key=lambda run: run.cost) if self.hit is None else counted[-1]
        evaluations = sum(run.evaluations for run in counted)
        return Solution(run.order, cost(self.problem, run.order), evaluations, proved=False)

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            self._follow(*taken)

    def _take(self) -> tuple[int, int, np.random.Generator] | None:
        """Return the next run's number, iterations and generator; None when there is none."""
        with self.lock:
            number, left = len(self.runs), RUN
            if self.iterations is not None:
                left = min(RUN, self.iterations - number * RUN)
            if left < 1 or self._over(number):
                return None
            child = self.rng.spawn(1)[0]
            order = child.permutation(self.n)
            self.runs.append(_Run(order, float(cost(self.problem, order))))
            return number, left, child

    def _follow(self, number: int, iterations: int, rng: np.random.Generator) -> None:
        """Search on in one run, chunk by chunk."""
        run, problem = self.runs[number], self.problem
        chunk = max(1, CHUNK // self.n**2)
        kick = max(1, min(KICK, self.n // 3))
        while run.iterations < iterations:
            change, done, priced = iterate(
                run.order,
                problem.lengths,
                problem.flows,
                min(chunk, iterations - run.iterations),
                kick,
                self.tolerance,
                self.target - run.cost,
                rng,
            )
            with self.lock:
                run.cost += change
                run.iterations += done
                run.evaluations += priced
                if run.cost <= self.target:
                    self.hit = number if self.hit is None else min(number, self.hit)
                self._report()
                if run.cost <= self.target or self._over(number):
                    return

    def _over(self, number: int) -> bool:
        """Tell whether a run is needless: the time is up, or an earlier one met the target."""
        late = bool(self.runs) and time.perf_counter() >= self.deadline
        return late or (self.hit is not None and number > self.hit)

    def _report(self) -> None:
        if self.progress is not None:
            self.progress(
                {
                    "seconds": time.perf_counter() - self.started,
                    "cost": min(run.cost for run in self.runs),
                    "evaluations": sum(run.evaluations for run in self.runs),
                    "iterations": sum(run.iterations for run in self.runs),
                }
            )


def compile_search() -> None:
    """Compile, or read from the cache, before a clock runs."""
    pair = np.ones(2) - np.eye(2)
    iterate(np.arange(2), np.ones(2), pair, 1, 1, 0.0, -np.inf, np.random.default_rng(0))


def _tolerance(problem: Problem) -> float:
    """Return 0 where all deltas are exact, else what rounding may amount to."""
    lengths, flows = problem.lengths, problem.flows
    largest = 2.0 * float(np.abs(flows).sum()) * float(lengths.sum())
    whole = np.array_equal(lengths, np.rint(lengths)) and np.array_equal(flows, np.rint(flows))
    return 0.0 if whole and largest < WHOLE else 1e-13 * largest
