"""What has been tried, what is best so far, and is there effort left? The simulator as a judge.

One objective is judged under stated limits, not by weights: unplanned margin, as long as shoppers
walk no farther and find no less than today. All five objectives of every layout tried are kept, so
that the compromises between them can be shown.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.optimise.setting import OBJECTIVES, Setting, measured

MARGIN, METRES, FOUND_RATE, CROWDING, COST = range(len(OBJECTIVES))
CALLS = 20
"""A search that tries known layouts only is ended after so many times its evaluations."""


class SpentError(Exception):
    """The effort granted is used up."""


@dataclass(frozen=True)
class Limits:
    """What a layout must not make worse than today by more than this.

    Attributes
    ----------
    metres : float
        Walked per trip, m, at least 0.
    found_rate : float
        Share found of what is wanted, at least 0.
    """

    metres: float = 0.0
    found_rate: float = 0.0


@dataclass(frozen=True)
class Effort:
    """How much may be tried: layouts simulated, seconds by some clock, or both."""

    evaluations: int | None = None
    seconds: float | None = None
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        if self.evaluations is None and self.seconds is None:
            raise InputError("evaluations or seconds: expected one of the two, got neither")
        if self.evaluations is not None and self.evaluations < 1:
            raise InputError(f"evaluations: expected at least 1, got {self.evaluations}")
        if self.seconds is not None and not 0 < self.seconds < np.inf:
            raise InputError(f"seconds: expected a time above 0, got {self.seconds}")


def limited_key(values: np.ndarray, today: np.ndarray, limits: Limits) -> tuple[float, float]:
    """Return what orders layouts, more is better: limits kept first, then margin.

    Layouts beyond a limit are ordered by how far they are beyond, as a share of today's value
    (Deb 2000, "An efficient constraint handling method for genetic algorithms", section 3).

    Parameters
    ----------
    values, today : ndarray of float, shape (5,)
        As `setting.measured` returns them.
    limits : Limits
    """
    beyond = max(values[METRES] - today[METRES] - limits.metres, 0.0) / today[METRES]
    beyond += max(today[FOUND_RATE] - values[FOUND_RATE] - limits.found_rate, 0.0)
    beyond = float(beyond) if beyond > 1e-12 else 0.0
    return (-beyond, float(values[MARGIN]) if beyond == 0 else 0.0)


class Judge:
    """Simulates assignments, each once, and remembers them.

    Parameters
    ----------
    setting : Setting
    effort : Effort
    limits : Limits
    jobs : int
        Threads, at least 1; the result does not depend on it.
    callback : callable, optional
        Called with the judge after each batch.
    """

    def __init__(
        self,
        setting: Setting,
        effort: Effort,
        *,
        limits: Limits | None = None,
        jobs: int = 1,
        callback: "Callable[[Judge], None] | None" = None,
    ) -> None:
        if jobs < 1:
            raise InputError(f"jobs: expected at least 1, got {jobs}")
        self.setting, self.effort = setting, effort
        self.limits = limits or Limits()
        self.jobs, self.callback = jobs, callback
        self.began = effort.clock()
        self.known: dict[bytes, int] = {}
        self.assignments: list[np.ndarray] = []
        self.values: list[np.ndarray] = []
        self.best_at: list[int] = []
        self.calls = 0
        self.today = self._simulated(setting.slots.today)

    @property
    def spent_s(self) -> float:
        """Seconds since the judge began."""
        return self.effort.clock() - self.began

    @property
    def best(self) -> int:
        """Number of the best layout so far."""
        return self.best_at[-1]

    def key(self, values: np.ndarray) -> tuple[float, float]:
        """Return what orders layouts, more is better; see `limited_key`."""
        return limited_key(values, self.today, self.limits)

    def keeps_limits(self, values: np.ndarray) -> bool:
        """Return whether a layout makes nothing worse that has a limit."""
        return self.key(values)[0] == 0

    def judged(self, assignments: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
        """Return the values of assignments, float (k, 5); those not known yet are simulated.

        Raises
        ------
        SpentError
            Before the first that is beyond the effort; what was simulated is remembered.
        """
        fresh: dict[bytes, np.ndarray] = {}
        for one in assignments:
            if one.tobytes() not in self.known:
                fresh.setdefault(one.tobytes(), one)
        self.calls += len(assignments)
        waiting = list(fresh.values())
        while waiting:
            part, waiting = waiting[: self._room()], waiting[self._room() :]
            self._try(part)
        self._check_calls()
        return np.array([self.values[self.known[one.tobytes()]] for one in assignments])

    def _try(self, part: list[np.ndarray]) -> None:
        if self.jobs == 1:
            found = [self._simulated(one) for one in part]
        else:
            with ThreadPoolExecutor(self.jobs) as pool:
                found = list(pool.map(self._simulated, part))
        for one, values in zip(part, found, strict=True):
            self._remember(one, values)
        if self.callback is not None:
            self.callback(self)

    def _room(self) -> int:
        """Return how many may be simulated now."""
        if self.effort.seconds is not None and self.spent_s >= self.effort.seconds:
            raise SpentError
        if self.effort.evaluations is None:
            return self.jobs
        left = self.effort.evaluations - len(self.values)
        if left <= 0:
            raise SpentError
        return min(left, self.jobs)

    def _check_calls(self) -> None:
        most = self.effort.evaluations
        if most is not None and self.calls > CALLS * most:
            raise SpentError
        if self.effort.seconds is not None and self.spent_s >= self.effort.seconds:
            raise SpentError

    def _simulated(self, assignment: np.ndarray) -> np.ndarray:
        return measured(self.setting, replace(self.setting.today, assignment=assignment))

    def _remember(self, assignment: np.ndarray, values: np.ndarray) -> None:
        number = len(self.values)
        self.known[assignment.tobytes()] = number
        self.assignments.append(assignment.copy())
        self.values.append(values)
        if not self.best_at or self.key(values) > self.key(self.values[self.best]):
            self.best_at.append(number)
        else:
            self.best_at.append(self.best)
