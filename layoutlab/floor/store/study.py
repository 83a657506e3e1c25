"""Do NSGA-II and NSGA-III find better compromises for a store than random layouts do?

Every method gets the same seeds and the same number of evaluations; a seed draws one generator for
each run. Sets of compromises are compared by hypervolume after scaling each objective so that 0 is
the best and 1 the worst value that any run of any method met.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import bootstrap

from layoutlab.errors import InputError
from layoutlab.floor.store import arrangement, fronts, pareto
from layoutlab.floor.store import objectives as store_objectives
from layoutlab.floor.store.arrangement import Store
from layoutlab.floor.visibility import Regard

METHODS = ("nsga2", "nsga3", "random")
OBJECTIVES = ("mean trip, m", "hidden fronts, share", "carried, m")
MOST_MOVES = 60
Runs = Mapping[str, Sequence[pareto.State]]


def store_problem(store: Store, lists: np.ndarray, watched: int, regard: Regard) -> pareto.Problem:
    """Return the search for store layouts with a short trip, fronts in view and little to carry.

    A new layout is up to 60 random moves from today's, few being as likely as many on a scale of
    ratios. A mutation brings a random box of the floor back to today's, with chance 0.25, or else
    makes one move, and with chance 0.8 each time one more.

    Parameters
    ----------
    store : Store
    lists : ndarray of int64, shape (trips, stops)
        Simulated shopping lists.
    watched : int
        Trips, the first of the lists, on which it is noted what is seen: from 1 to all.
    regard : Regard
    """
    if not 1 <= watched <= len(lists):
        raise InputError(f"watched: expected from 1 to {len(lists)} trips, got {watched}")

    def create(*, rng: np.random.Generator) -> np.ndarray:
        moves = int(MOST_MOVES ** rng.random())
        return arrangement.moved(store, store.fixtures, rng=rng, moves=moves)

    def mutate(layout: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
        if rng.random() < 0.25:
            return arrangement.crossed(store, layout, store.fixtures, rng=rng)
        return arrangement.moved(store, layout, rng=rng, moves=int(rng.geometric(0.2)))

    objectives = (
        partial(store_objectives.mean_trip_m, store=store, lists=lists),
        partial(
            store_objectives.hidden_share,
            store=store,
            lists=lists[:watched],
            regard=regard,
            every=3,
        ),
        partial(store_objectives.carried_m, store=store),
    )
    return pareto.Problem(create, mutate, partial(arrangement.crossed, store), objectives)


def run_methods(
    problem: pareto.Problem, population: int, generations: int, seeds: Sequence[int]
) -> dict[str, list[pareto.State]]:
    """Run each method from each seed; all with `population` * (`generations` + 1) evaluations."""
    runs: dict[str, list[pareto.State]] = {}
    for method in METHODS:
        selection = method if method in pareto.SELECTIONS else pareto.SELECTIONS[0]
        settings = pareto.Settings(population=population, selection=selection)
        run = pareto.random_search if method == "random" else pareto.search
        runs[method] = [
            run(problem, settings, generations, rng=np.random.default_rng(seed)) for seed in seeds
        ]
    return runs


def growth(runs: Runs, every: int) -> dict[str, np.ndarray]:
    """Return the scaled hypervolume of each run, float (seeds, evaluations // every), by method."""
    everything = np.concatenate([state.seen for states in runs.values() for state in states])
    best, worst = everything.min(axis=0), everything.max(axis=0)
    span = np.where(worst > best, worst - best, 1.0)
    ones = np.ones(len(span))
    return {
        method: np.array(
            [fronts.hypervolume_growth((state.seen - best) / span, ones, every) for state in states]
        )
        for method, states in runs.items()
    }


def compared(grown: Mapping[str, np.ndarray], *, rng: np.random.Generator) -> pd.DataFrame:
    """Return the final hypervolume by method: mean, interval, and paired gain over random layouts.

    Returns
    -------
    DataFrame
        method; mean, low and high (95 % percentile bootstrap over the seeds); gain, gain_low and
        gain_high, the same of the differences from random layouts of the same seed; wins, the
        number of seeds in which the method has more.
    """
    final = {method: values[:, -1] for method, values in grown.items()}
    rows = []
    for method, values in final.items():
        gain = values - final["random"]
        low, high = _interval(values, rng)
        gain_low, gain_high = _interval(gain, rng)
        row = (method, values.mean(), low, high, gain.mean(), gain_low, gain_high, (gain > 0).sum())
        rows.append(row)
    names = ["method", "mean", "low", "high", "gain", "gain_low", "gain_high", "wins"]
    return pd.DataFrame(rows, columns=names)


def _interval(values: np.ndarray, rng: np.random.Generator) -> tuple[float, float]:
    if len(values) < 2 or np.ptp(values) == 0:
        return float(values.min()), float(values.max())
    found = bootstrap((values,), np.mean, method="percentile", rng=rng).confidence_interval
    return float(found.low), float(found.high)


def attained(runs: Runs, first: int, second: int) -> dict[str, dict[float, np.ndarray]]:
    """Return for two of the objectives what one run, half of the runs and all of them attain."""
    return {
        method: fronts.attainment(
            [fronts.front_of(state.seen[:, [first, second]]) for state in states],
            (1 / len(states), 0.5, 1.0),
        )
        for method, states in runs.items()
    }


def compromise(state: pareto.State, today: Sequence[float]) -> int:
    """Return the row of a final population that is better than today in trip and sight, if any.

    Of those, the one with the least to carry; without one, the row with the shortest trip.
    """
    better = (state.values[:, :2] < np.asarray(today)[:2]).all(axis=1)
    if better.any():
        return int(np.argmin(np.where(better, state.values[:, 2], np.inf)))
    return int(np.argmin(state.values[:, 0]))
