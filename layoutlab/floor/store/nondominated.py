"""Which of many compromises survive? NSGA-II's and NSGA-III's selection, from DEAP, on arrays.

DEAP sorts, measures crowding and associates with reference points. Where DEAP draws at random it
uses the global generators of Python (tournaments) and numpy (niching of NSGA-III), so that neither
`random.seed` nor a seed of our own makes it repeatable; those two steps are written here with a
generator of one's own, and no global state is read or changed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import base, tools
from deap.tools import emo

from layoutlab.errors import InputError


@dataclass
class _Candidate:
    """What DEAP's selections ask of an individual: a fitness; `number` is its row."""

    number: int
    fitness: Any


def _candidates(values: np.ndarray) -> list[_Candidate]:
    costs = type("Costs", (base.Fitness,), {"weights": (-1.0,) * values.shape[1]})
    return [_Candidate(number, costs(row)) for number, row in enumerate(values.tolist())]


def _numbers(candidates: list[_Candidate]) -> np.ndarray:
    return np.array([candidate.number for candidate in candidates], dtype=np.int64)


def select_nsga2(values: np.ndarray, count: int) -> np.ndarray:
    """Return the rows that survive: by front, in the last one by crowding distance.

    Parameters
    ----------
    values : ndarray of float, shape (n, m)
        Objectives, all to be made small.
    count : int
        From 1 to n.

    Returns
    -------
    ndarray of int64, shape (count,)
        Better fronts first. Equal crowding: the earlier row.

    References
    ----------
    Deb, Pratap, Agarwal and Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm:
    NSGA-II", IEEE Trans. Evolutionary Computation 6 (2002); `deap.tools.selNSGA2`.
    """
    _check(values, count)
    return _numbers(tools.selNSGA2(_candidates(values), count))


def tournaments(values: np.ndarray, count: int, *, rng: np.random.Generator) -> np.ndarray:
    """Return winners of pairwise tournaments: who dominates, then who is less crowded, then a coin.

    As `deap.tools.selTournamentDCD`: opponents are neighbours in two random orders of all rows,
    so that each row enters at most twice; orders are drawn until there are winners enough.

    Returns
    -------
    ndarray of int64, shape (count,)
    """
    _check(values, 1)
    candidates = _candidates(values)
    for front in tools.sortNondominated(candidates, len(candidates)):
        emo.assignCrowdingDist(front)
    winners: list[int] = []
    while len(winners) < count:
        order = rng.permutation(len(candidates))
        coins = rng.random(len(order) // 2)
        for coin, one, other in zip(coins, order[::2], order[1::2], strict=False):
            winners.append(_winner(candidates[one], candidates[other], coin < 0.5))
        if len(order) == 1:
            winners.append(0)
    return np.array(winners[:count], dtype=np.int64)


def _winner(one: _Candidate, other: _Candidate, heads: bool) -> int:
    if one.fitness.dominates(other.fitness):
        return one.number
    if other.fitness.dominates(one.fitness):
        return other.number
    crowding = one.fitness.crowding_dist, other.fitness.crowding_dist
    if crowding[0] != crowding[1]:
        return one.number if crowding[0] > crowding[1] else other.number
    return one.number if heads else other.number


def select_nsga3(
    values: np.ndarray, count: int, reference: np.ndarray, *, rng: np.random.Generator
) -> np.ndarray:
    """Return the rows that survive: by front, in the last one by niches of reference points.

    Parameters
    ----------
    values : ndarray of float, shape (n, m)
        Objectives, all to be made small.
    count : int
        From 1 to n.
    reference : ndarray of float, shape (p, m)
        As `deap.tools.uniform_reference_points` gives them.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int64, shape (count,)

    References
    ----------
    Deb and Jain, "An Evolutionary Many-Objective Optimization Algorithm Using
    Reference-Point-Based Nondominated Sorting Approach, Part I", IEEE Trans. Evolutionary
    Computation 18 (2014); `deap.tools.selNSGA3`, of which normalisation and association are used
    as they are, without memory of earlier generations.
    """
    _check(values, count)
    fronts = tools.sortLogNondominated(_candidates(values), count)
    ranked = np.concatenate([_numbers(front) for front in fronts])
    costs = values[ranked]
    best, worst = costs.min(axis=0), costs.max(axis=0)
    extremes = emo.find_extreme_points(costs, best)
    intercepts = emo.find_intercepts(extremes, best, worst, worst)
    niches, distances = emo.associate_to_niche(costs, reference, best, intercepts)
    sure = len(ranked) - len(fronts[-1])
    taken = np.bincount(niches[:sure], minlength=len(reference))
    last = _niching(niches[sure:], distances[sure:], taken, count - sure, rng=rng)
    return np.concatenate([ranked[:sure], ranked[sure:][last]])


def _niching(
    niches: np.ndarray,
    distances: np.ndarray,
    taken: np.ndarray,
    count: int,
    *,
    rng: np.random.Generator,
) -> np.ndarray:
    """Fill the emptiest niches first: the nearest candidate, in a niche not empty any of them."""
    chosen: list[int] = []
    available = np.ones(len(niches), dtype=bool)
    while len(chosen) < count:
        open_niches = np.unique(niches[available])
        emptiest = open_niches[taken[open_niches] == taken[open_niches].min()]
        for niche in rng.permutation(emptiest)[: count - len(chosen)]:
            members = np.flatnonzero((niches == niche) & available)
            nearest = members[np.argmin(distances[members])]
            place = nearest if taken[niche] == 0 else rng.choice(members)
            available[place] = False
            taken[niche] += 1
            chosen.append(int(place))
    return np.array(chosen, dtype=np.int64)


def _check(values: np.ndarray, count: int) -> None:
    if values.ndim != 2 or values.shape[1] < 1 or not np.isfinite(values).all():
        raise InputError(
            f"values: expected finite numbers, a row for each layout, got shape {values.shape}"
        )
    if not 1 <= count <= len(values):
        raise InputError(f"count: expected from 1 to {len(values)}, got {count}")
