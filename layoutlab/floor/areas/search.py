"""How is a good layout searched for within a budget? In rounds of walks at many temperatures.

There is no cooling schedule but for the first rounds, so that a search can end after any round; one
that is stuck starts anew.
Every walk has its own generator: with a number of evaluations the same seed gives the same layout,
however many walks run at once.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.areas import bays, slicing
from layoutlab.floor.areas.kernels import facility_of
from layoutlab.floor.areas.ladder import (
    Form,
    Ladder,
    change_places,
    follow_weight,
    is_stuck,
    new_ladder,
    walk_on,
)
from layoutlab.floor.areas.problem import Problem

RUNGS, STEPS, COOLING = 14, 1_000, 20
FEWEST_RUNGS, EVALUATIONS_PER_RUNG, PIECES = 6, 25_000, 40

Progress = Callable[[Mapping[str, float]], None]

FORMS = {
    "slicing": Form(slicing.start, slicing.anneal, slicing.layout, (False,)),
    "bays": Form(bays.start, bays.anneal, bays.layout, (False, True)),
}


@dataclass(frozen=True)
class Budget:
    """What a search may spend: evaluations or seconds, one of them None.

    Attributes
    ----------
    iterations : int, optional
        Layouts to look at; moves that come to nothing are counted.
    seconds : float, optional
    target : float, optional
        The search ends after the round in which a layout costs no more.
    """

    iterations: int | None = None
    seconds: float | None = None
    target: float | None = None


class Rounds(NamedTuple):
    """How a search goes: walks on a ladder, steps a round, rounds (None: any), rounds to cool."""

    rungs: int
    steps: int
    rounds: int | None
    cooling: int


def search(
    problem: Problem,
    form: Form,
    budget: Budget,
    *,
    jobs: int,
    rng: np.random.Generator,
    progress: Progress | None = None,
) -> list[Ladder]:
    """Walk until the budget is spent; return all ladders, those first that were left as stuck.

    A ladder for each way of the form is walked at a time; a stuck one is left for a new one.

    Parameters
    ----------
    problem : Problem
    form : Form
    budget : Budget
        At least one round of one step is walked.
    jobs : int
        Threads; the kernels let go of the interpreter's lock.
    rng : numpy.random.Generator
        Each walk gets a descendant of it.
    progress : callable, optional
        Called after every round with seconds, cost (infinite while no layout keeps the rules) and
        evaluations.
    """
    plan = plan_rounds(budget, len(form.ways))
    ladders = [new_ladder(problem, form, plan.rungs, turned=way, rng=rng) for way in form.ways]
    left: list[Ladder] = []
    _warm_up(problem, form)
    began, done, spent, cost = time.perf_counter(), 0, 0.0, np.inf
    with ThreadPoolExecutor(jobs) if jobs > 1 else nullcontext() as pool:
        while done == 0 or not _is_spent(budget, plan, done, spent, cost):
            _run_round(ladders, form, plan, pool)
            for place, ladder in enumerate(ladders):
                follow_weight(ladder, plan.steps)
                if ladder.rounds >= plan.cooling:
                    change_places(ladder)
                if is_stuck(ladder):
                    left.append(ladder)
                    turned = ladder.turned
                    ladders[place] = new_ladder(problem, form, plan.rungs, turned=turned, rng=rng)
            done += 1
            every = [*left, *ladders]
            cost = min(ladder.cost for ladder in every)
            spent = time.perf_counter() - began
            if progress is not None:
                evaluations = sum(ladder.evaluations for ladder in every)
                progress({"seconds": spent, "cost": cost, "evaluations": evaluations})
    return every


def plan_rounds(budget: Budget, ways: int) -> Rounds:
    """Return the rounds that a budget allows: fewer rungs and shorter rounds where it is small."""
    if budget.iterations is None:
        return Rounds(RUNGS, STEPS, None, COOLING)
    rungs = int(np.clip(budget.iterations // EVALUATIONS_PER_RUNG, FEWEST_RUNGS, RUNGS))
    each = budget.iterations // (rungs * ways)
    steps = max(1, min(STEPS, each // PIECES))
    rounds = max(1, each // steps)
    return Rounds(rungs, steps, rounds, max(1, min(COOLING, rounds // 2)))


def _is_spent(budget: Budget, plan: Rounds, done: int, spent: float, cost: float) -> bool:
    """Return whether a search ends after so many rounds and seconds, at such a cost."""
    return (
        (plan.rounds is not None and done >= plan.rounds)
        or (budget.seconds is not None and spent >= budget.seconds)
        or (budget.target is not None and cost <= budget.target)
    )


def _run_round(ladders: list[Ladder], form: Form, plan: Rounds, pool: Executor | None) -> None:
    """Let every walk take its steps, in the pool's threads where there is one."""

    def walk(pair: tuple[Ladder, int]) -> None:
        ladder, rung = pair
        walk_on(ladder, rung, form, plan.steps, min(1.0, ladder.rounds / plan.cooling))

    pairs = [(ladder, rung) for ladder in ladders for rung in range(plan.rungs)]
    list((map if pool is None else pool.map)(walk, pairs))


def _warm_up(problem: Problem, form: Form) -> None:
    """Compile the kernels, or load them, before the clock starts."""
    rng = np.random.default_rng(0)
    facility = facility_of(problem)
    form.anneal(form.start(facility, rng=rng), facility, 1, 1.0, rng)


def best_ladder(ladders: list[Ladder], problem: Problem) -> Ladder:
    """Return the ladder with the best layout, the first at ties.

    Raises
    ------
    InputError
        When no walk met a layout that keeps the shape rules.
    """
    best = min(ladders, key=lambda ladder: ladder.cost)
    if not np.isfinite(best.cost):
        raise InputError(
            f"{problem.name}: expected a layout that keeps every shape rule, found none among "
            f"{sum(ladder.evaluations for ladder in ladders)} looked at; loosen the rules or give "
            "more time"
        )
    return best
