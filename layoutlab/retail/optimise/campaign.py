"""What are the best one, three, five and ten moves, and what does each number of them gain?

Each number is searched anew, from the best found with fewer moves: the layouts need not be nested.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.optimise import fixture_moves
from layoutlab.retail.optimise.fixture_moves import Improved
from layoutlab.retail.optimise.judging import Judge, Limits, limited_key
from layoutlab.retail.optimise.layouts import Layout, change_of
from layoutlab.retail.optimise.screening import Screen
from layoutlab.retail.optimise.searches import Found, search
from layoutlab.retail.optimise.setting import Setting, is_affordable

MOVES = (1, 3, 5, 10)
DEFAULT_BUDGET = 10
"""Moves, when the constraints set no limit on them."""
FIXTURE_SHARE = 0.15
"""Of the time, for fixtures that move."""


@dataclass(frozen=True, eq=False)
class Campaign:
    """The best layouts by number of moves.

    Attributes
    ----------
    setting : Setting
    found : dict of int to Found
        By the number of moves allowed, rising. Shorter than asked when it was interrupted.
    fixtures : Improved or None
        The last one's layout with a fixture that moves, when that was tried.
    limits : Limits
    interrupted : bool
    """

    setting: Setting
    found: dict[int, Found]
    fixtures: Improved | None
    limits: Limits
    interrupted: bool

    @property
    def today(self) -> np.ndarray:
        """The present layout's objectives."""
        return next(iter(self.found.values())).today

    @property
    def best(self) -> tuple[Layout, np.ndarray]:
        """The best layout of all and its objectives."""
        ranked = [(found.layout, found.values) for found in self.found.values()]
        if self.fixtures is not None:
            ranked.append((self.fixtures.layout, self.fixtures.values))
        return max(ranked, key=lambda entry: limited_key(entry[1], self.today, self.limits))


def numbers_of_moves(setting: Setting, wanted: Sequence[int] = MOVES) -> tuple[int, ...]:
    """Return the numbers of moves to search: those wanted within the budget, and the budget."""
    most = setting.constraints.budget.at_most
    most = DEFAULT_BUDGET if most is None else most
    return tuple(sorted({number for number in wanted if number < most} | {most}))


def run(
    setting: Setting,
    method: str = "tabu",
    *,
    evaluations: int | None = None,
    seconds: float | None = None,
    fixture_simulations: int = 0,
    limits: Limits | None = None,
    screen: Screen | None = None,
    jobs: int = 1,
    callback: Callable[[Judge], None] | None = None,
    rng: np.random.Generator,
) -> Campaign:
    """Search the best layouts with few moves, and then for a fixture that should move.

    Parameters
    ----------
    setting : Setting
        A budget of 0 moves is answered with today's layout.
    method, limits, screen, jobs, callback, rng
        As for `searches.search`.
    evaluations, seconds : int and float, optional
        In all, one of them or both; the last number of moves gets half of it.
    fixture_simulations : int
        Layouts with a moved fixture to simulate; none when not given. Each costs a few times an
        evaluation.
    """
    limits = limits or Limits()
    numbers = numbers_of_moves(setting)
    shares = np.array([1.0] * (len(numbers) - 1) + [max(1.0, len(numbers) - 1.0)])
    shares /= shares.sum()
    if evaluations is not None and evaluations < len(numbers):
        raise InputError(f"evaluations: expected at least {len(numbers)}, got {evaluations}")
    parts = _parts(evaluations, shares, numbers)
    began, found, earlier = time.monotonic(), dict[int, Found](), None
    for number, share in zip(numbers, np.cumsum(shares), strict=True):
        earlier = search(
            _allowing(setting, number),
            "today" if number == 0 else method,
            evaluations=parts[number],
            seconds=None if seconds is None else _left(seconds, share, began, fixture_simulations),
            limits=limits, screen=screen, jobs=jobs, earlier=earlier, callback=callback, rng=rng,
        )  # fmt: skip
        found[number] = earlier
        if earlier.interrupted:
            return Campaign(setting, found, None, limits, True)
    return _with_fixtures(setting, found, fixture_simulations, limits, rng)


def _with_fixtures(
    setting: Setting,
    found: dict[int, Found],
    simulations: int,
    limits: Limits,
    rng: np.random.Generator,
) -> Campaign:
    if simulations == 0 or max(found) == 0:
        return Campaign(setting, found, None, limits, False)
    try:
        moved = fixture_moves.improved(
            setting, _with_room(setting, found, limits), simulations=simulations, limits=limits,
            rng=rng,
        )  # fmt: skip
    except KeyboardInterrupt:
        return Campaign(setting, found, None, limits, True)
    return Campaign(setting, found, moved, limits, False)


def _with_room(setting: Setting, found: dict[int, Found], limits: Limits) -> Layout:
    """Return the best layout tried that leaves a move for a fixture."""
    budget, today = setting.constraints.budget, setting.today
    most = max(found)
    best, best_key = today, limited_key(found[most].today, found[most].today, limits)
    for one in found.values():
        for assignment, values in zip(one.assignments, one.history, strict=True):
            layout = replace(today, assignment=assignment)
            key = limited_key(values, one.today, limits)
            if key > best_key and is_affordable(setting, layout):
                change = change_of(setting.plan, setting.slots, layout, budget)
                if change.moves < most:
                    best, best_key = layout, key
    return best


def _allowing(setting: Setting, moves: int) -> Setting:
    constraints = setting.constraints
    budget = replace(constraints.budget, at_most=moves)
    return replace(setting, constraints=replace(constraints, budget=budget))


def _parts(
    evaluations: int | None, shares: np.ndarray, numbers: Sequence[int]
) -> dict[int, int | None]:
    """Return how many evaluations each number of moves gets."""
    if evaluations is None:
        return dict.fromkeys(numbers)
    ends = np.round(np.cumsum(shares) * evaluations).astype(int)
    return dict(zip(numbers, np.maximum(1, np.diff(ends, prepend=0)).tolist(), strict=True))


def _left(seconds: float, share: float, began: float, fixture_simulations: int) -> float:
    whole = seconds * (1 - FIXTURE_SHARE) if fixture_simulations else seconds
    return max(0.2, began + share * whole - time.monotonic())
