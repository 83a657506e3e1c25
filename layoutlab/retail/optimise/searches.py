"""Which department should stand where? One interface for all methods, at equal effort."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import moocore
import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.optimise import exchange_searches as single
from layoutlab.retail.optimise import population_searches as populations
from layoutlab.retail.optimise.exact import enumerate_all
from layoutlab.retail.optimise.exchange_searches import Hunt
from layoutlab.retail.optimise.judging import Effort, Judge, Limits, SpentError
from layoutlab.retail.optimise.layouts import Layout
from layoutlab.retail.optimise.legality import legal_start, legality_of
from layoutlab.retail.optimise.screening import Screen, Tables, screen_of, tables_of
from layoutlab.retail.optimise.setting import SIGNS, Setting

METHODS: dict[str, Callable[[Hunt], None]] = {
    "today": single.present,
    "popularity": single.popularity,
    "random": single.at_random,
    "greedy": single.greedy,
    "annealing": single.annealing,
    "tabu": single.tabu,
    "genetic": populations.genetic,
    "nsga2": partial(populations.compromises, selection="nsga2"),
    "nsga3": partial(populations.compromises, selection="nsga3"),
    "exact": enumerate_all,
}


@dataclass(frozen=True, eq=False)
class Found:
    """What a search tried and what was best.

    Attributes
    ----------
    method : str
    layout : Layout
        The best one under the limits.
    values : ndarray of float, shape (5,)
        Its `setting.OBJECTIVES`, as they are.
    today : ndarray of float, shape (5,)
        Those of the present layout.
    assignments : ndarray of int64, shape (evaluations, n_slots)
        All that were simulated, in their order.
    history : ndarray of float, shape (evaluations, 5)
        Their objectives.
    best_at : ndarray of int64, shape (evaluations,)
        Number of the best layout after each evaluation.
    front : ndarray of int64
        Numbers of the layouts that no other one dominates, by rising margin.
    interrupted : bool
        Whether Ctrl-C ended it; what was found by then is here.
    """

    method: str
    layout: Layout
    values: np.ndarray
    today: np.ndarray
    assignments: np.ndarray
    history: np.ndarray
    best_at: np.ndarray
    front: np.ndarray
    interrupted: bool

    @property
    def gain(self) -> float:
        """Unplanned margin gained, as a share of today's."""
        return float(self.values[0] / self.today[0] - 1)


def search(
    setting: Setting,
    method: str = "tabu",
    *,
    evaluations: int | None = None,
    seconds: float | None = None,
    limits: Limits | None = None,
    screen: Screen | None = None,
    tables: Tables | None = None,
    jobs: int = 1,
    earlier: Found | None = None,
    callback: Callable[[Judge], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    rng: np.random.Generator,
) -> Found:
    """Search for a better layout, fixtures staying where they are.

    Parameters
    ----------
    setting : Setting
    method : str
        One of `METHODS`.
    evaluations : int, optional
        Layouts to simulate, today's among them, at least 1. With this limit alone the result
        depends on `rng` only.
    seconds : float, optional
        Give one of the two, or both.
    limits : Limits, optional
        What must not get worse; walking and found rate by nothing at all, when not given.
    screen : callable, optional
        Ranks candidates for greedy and tabu; the analytic one of `screening` when not given.
    tables : Tables, optional
        `screening.tables_of` the setting; worked out when not given.
    jobs : int
        Layouts simulated at once, in threads.
    earlier : Found, optional
        Go on from its best layout.
    callback : callable, optional
        Sees the judge after each batch.
    clock : callable
        What the seconds are of; ``time.process_time`` counts those of the processor.
    rng : numpy.random.Generator

    Returns
    -------
    Found
        After Ctrl-C too, with the best so far.

    Raises
    ------
    InputError
        For an unknown method, no effort, or constraints that collide.
    """
    if method not in METHODS:
        raise InputError(f"method: expected one of {', '.join(METHODS)}, got {method!r}")
    effort = Effort(evaluations, seconds, clock)
    legality = legality_of(setting)
    start = legal_start(setting, legality)
    judge = Judge(setting, effort, limits=limits, jobs=jobs, callback=callback)
    interrupted = False
    try:
        judge.judged([start])
        if earlier is not None and legality.keeps(earlier.layout.assignment):
            start = earlier.layout.assignment
            judge.judged([start])
        tables = tables_of(setting) if tables is None else tables
        METHODS[method](Hunt(judge, legality, start, screen or screen_of(tables), tables, rng))
    except SpentError:
        pass
    except KeyboardInterrupt:
        interrupted = True
    return _found(method, judge, start, interrupted)


def _found(method: str, judge: Judge, start: np.ndarray, interrupted: bool) -> Found:
    if not judge.values:
        judge._remember(start, judge._simulated(start))
    history, assignments = np.array(judge.values), np.array(judge.assignments)
    best = judge.best
    front = np.flatnonzero(moocore.is_nondominated(history * SIGNS))
    return Found(
        method=method,
        layout=replace(judge.setting.today, assignment=assignments[best]),
        values=history[best],
        today=judge.today,
        assignments=assignments,
        history=history,
        best_at=np.array(judge.best_at),
        front=front[np.argsort(history[front, 0], kind="stable")],
        interrupted=interrupted,
    )
