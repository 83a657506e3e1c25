"""Which selection and crossover find the better floor at the same price? Run them all, paired.

Every scheme starts from the same generator state at a seed and varies the same places of its
population with the same chances, so that the runs of a seed are paired and spend equally many
evaluations.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import ndimage

from layoutlab.errors import InputError
from layoutlab.floor.evolution import Result, evolve
from layoutlab.floor.genome import Floor, decode
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

SELECTIONS = ("roulette", "tournament", "rank")
CROSSOVERS = ("one_point", "two_point", "uniform")
CURVES = ("evaluations", "best", "mean", "diversity")

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Runs:
    """What the runs on one problem gave, in the order selection, crossover, seed.

    Attributes
    ----------
    runs : DataFrame
        A row per run: selection, crossover, seed, population, generations, best_fitness,
        evaluations, covered_cells and walkable of the best floor, last_mean_fitness,
        last_diversity (share of different individuals, above 0 and up to 1), first_worst_fitness,
        best_blocks (is_vertical, x, y, length of each block, one after the other).
    evaluations : ndarray of int, shape (runs, generations + 1)
        Spent at the end of each generation.
    best : ndarray of float, shape (runs, generations + 1)
        Best fitness so far.
    mean, diversity : ndarray of float, shape (runs, generations + 1)
        Of the population.
    """

    runs: pd.DataFrame
    evaluations: np.ndarray
    best: np.ndarray
    mean: np.ndarray
    diversity: np.ndarray


def run(
    floor: Floor,
    readings: Readings,
    *,
    selections: Sequence[str] = SELECTIONS,
    crossovers: Sequence[str] = CROSSOVERS,
    seeds: Sequence[int],
    settings: Settings | None = None,
    base: int = 1,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Runs:
    """Run every selection with every crossover at every seed.

    Parameters
    ----------
    floor : Floor
        The problem.
    readings : Readings
        How the fitness is read.
    selections, crossovers : sequence of str
        Names that `Settings` knows, none twice.
    seeds : sequence of int
        From 0, none twice; seed s gives every scheme the generator
        ``numpy.random.default_rng([base, s])``.
    settings : Settings, optional
        The rest of the search; its own selection and crossover are not used.
    base : int
        Another base gives other runs for the same seeds.
    jobs : int
        Threads, at least 1; the result does not depend on them.
    progress : callable, optional
        Called with the runs done and all of them after each run.

    Returns
    -------
    Runs

    Raises
    ------
    InputError
        When a name or seed is given twice or none is, a name is unknown, the settings would end a
        run early, or roulette meets a negative fitness.
    """
    settings = settings or Settings()
    for name, given in (("selections", selections), ("crossovers", crossovers), ("seeds", seeds)):
        if not len(given) or len(set(given)) < len(given):
            said = ", ".join(map(str, given)) or "none"
            raise InputError(f"{name}: expected at least one, none twice, got {said}")
    if jobs < 1:
        raise InputError(f"jobs: expected at least 1, got {jobs}")
    if min(seeds) < 0:
        raise InputError(f"seeds: expected from 0, got {min(seeds)}")
    if settings.patience or settings.target < math.inf:
        raise InputError(
            "settings: expected neither patience nor target, since paired runs spend equal "
            f"budgets, got {settings.patience} and {settings.target:g}"
        )
    grid = [
        (replace(settings, selection=selection, crossover=crossover), seed)
        for selection, crossover, seed in product(selections, crossovers, seeds)
    ]

    def one(point: tuple[Settings, int]) -> Result:
        rng = np.random.default_rng([base, point[1]])
        return evolve(floor, readings, point[0], rng=rng, snapshots=())

    rows, curves = [], []
    for (own, seed), result in zip(grid, _in_order(one, grid, jobs), strict=True):
        rows.append(_row(own, seed, result, floor))
        curves.append(_curves(result))
        if progress is not None:
            progress(len(rows), len(grid))
    spent, best, mean, diversity = np.stack(curves, axis=1)
    table = pd.DataFrame(rows)
    return Runs(table, spent.astype(np.int64), np.maximum.accumulate(best, axis=1), mean, diversity)


def _in_order(
    work: Callable[[tuple[Settings, int]], Result], grid: Sequence[tuple[Settings, int]], jobs: int
) -> Iterator[Result]:
    """Yield the results in the order of the grid, `jobs` of them being worked on at once."""
    if jobs == 1:
        yield from map(work, grid)
        return
    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(work, grid)


def _curves(result: Result) -> np.ndarray:
    """Return the curves of one run: shape (4, generations + 1)."""
    return np.array([[record[name] for record in result.history] for name in CURVES])


def _row(settings: Settings, seed: int, result: Result, floor: Floor) -> dict[str, Any]:
    plan = decode(result.best, floor)
    last = result.history[-1]
    return {
        "selection": settings.selection,
        "crossover": settings.crossover,
        "seed": seed,
        "population": settings.population,
        "generations": settings.generations,
        "best_fitness": result.best_fitness,
        "evaluations": result.evaluations,
        "covered_cells": int(plan.sum()),
        "walkable": _walkable(plan, floor),
        "last_mean_fitness": last["mean"],
        "last_diversity": last["diversity"],
        "first_worst_fitness": result.history[0]["worst"],
        "best_blocks": [int(value) for block in result.best for value in block],
    }


def _walkable(plan: np.ndarray, floor: Floor) -> bool:
    """Return whether both doors lie in one connected part of the free cells."""
    parts, _ = ndimage.label(plan == 0)
    (x, y), (other_x, other_y) = floor.entrance, floor.exit
    return bool(parts[y, x] > 0 and parts[y, x] == parts[other_y, other_x])


def join(*parts: Runs) -> Runs:
    """Return the runs of several calls on one problem as one, in the order given."""
    return Runs(
        pd.concat([part.runs for part in parts], ignore_index=True),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in CURVES),
    )


def subset(found: Runs, rows: np.ndarray) -> Runs:
    """Return some of the runs: `rows` is a mask over them, or their positions."""
    return Runs(
        found.runs.loc[rows].reset_index(drop=True),
        *(getattr(found, name)[rows] for name in CURVES),
    )


def trajectories(found: Runs) -> pd.DataFrame:
    """Return the curves as a tidy table, a row per run and generation.

    Returns
    -------
    DataFrame
        Columns selection, crossover, seed, generation, evaluations, best_so_far, mean, diversity.
    """
    runs, points = found.best.shape
    tidy = found.runs[["selection", "crossover", "seed"]]
    tidy = tidy.loc[tidy.index.repeat(points)].reset_index(drop=True)
    return tidy.assign(
        generation=np.tile(np.arange(points), runs),
        evaluations=found.evaluations.ravel(),
        best_so_far=found.best.ravel(),
        mean=found.mean.ravel(),
        diversity=found.diversity.ravel(),
    )
