"""How does a population of floors evolve? The paper's programme on whole arrays, compiled.

`evolve` is the simple evolutionary algorithm (Bäck, Fogel and Michalewicz, Evolutionary Computation
1, 2000, chapter 7; DEAP's ``eaSimple``): select as many parents as there are individuals, cross
neighbouring pairs, mutate, evaluate those that changed, replace everyone. The same in DEAP's own
words is `layoutlab.floor.reference`; both give the same result to the last bit.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor import breeding, checkpoints
from layoutlab.floor.checkpoints import Search, Snapshot
from layoutlab.floor.genome import Block, Floor, random_population, to_blocks
from layoutlab.floor.kernels import describe, evaluate, evaluate_chosen
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

CHECKPOINT_S = 1.0


@dataclass(frozen=True)
class Result:
    """What one evolution gives.

    Attributes
    ----------
    best : tuple of Block
        The best individual ever met (the hall of fame's first).
    best_fitness : float
    evaluations : int
        Individuals whose fitness was worked out.
    history : tuple of dict
        One record for each generation from 0: generation, evaluations (so far), best, mean, worst
        and spread (standard deviation) of the fitness in the population, and diversity, the share
        of different individuals in it, from 1 / population to 1.
    snapshots : tuple of Snapshot
        The best floor of each generation asked for.
    """

    best: tuple[Block, ...]
    best_fitness: float
    evaluations: int
    history: tuple[dict[str, float], ...]
    snapshots: tuple[Snapshot, ...]


class Progress(NamedTuple):
    """What a callback is told after every generation.

    `blocks` is the best individual of the generation as an array (blocks, 4); `best` its fitness;
    `best_so_far` that of the whole search. `last` says that no generation will follow.
    """

    generation: int
    best: float
    best_so_far: float
    blocks: np.ndarray
    diversity: float
    evaluations: int
    evaluations_per_s: float
    last: bool


Callback = Callable[[Progress], bool | None]


def evolve(
    floor: Floor,
    readings: Readings,
    settings: Settings,
    *,
    rng: np.random.Generator,
    snapshots: Sequence[int] = (),
    callback: Callback | None = None,
    checkpoint: str | Path | None = None,
) -> Result:
    """Evolve floors as the paper does and return the best one with its history.

    Parameters
    ----------
    floor : Floor
        The problem.
    readings : Readings
        How the fitness is read.
    settings : Settings
        How to search.
    rng : numpy.random.Generator
        The same generator state gives the same result, on any machine.
    snapshots : sequence of int
        Generations whose best floor is kept; those beyond the last are left out.
    callback : callable, optional
        Told a `Progress` after each generation; the search ends when it returns True.
    checkpoint : path, optional
        File in which the search is kept about once a second and when it ends, however it ends. A
        search with the same arguments goes on from there, to the same result to the last bit.

    Returns
    -------
    Result

    Raises
    ------
    InputError
        From roulette selection, when a fitness is negative; when `checkpoint` holds another search.
    """
    search = checkpoints.open_search(floor, readings, settings, snapshots, rng, checkpoint)
    begun, before, kept_at = time.perf_counter(), search.evaluations, time.monotonic()
    if search.generation < 0:
        _begin(search)

    def tell() -> bool:
        seconds = max(time.perf_counter() - begun, 1e-9)
        evaluated = search.evaluations - before
        return callback is not None and bool(callback(_progress(search, evaluated / seconds)))

    stopped = tell()
    while not stopped and not search.ended():
        _step(search)
        stopped = tell()
        if checkpoint is not None and time.monotonic() - kept_at > CHECKPOINT_S:
            checkpoints.save(search, checkpoint)
            kept_at = time.monotonic()
    if checkpoint is not None:
        checkpoints.save(search, checkpoint)
    return Result(
        to_blocks(search.best),
        search.best_fitness,
        search.evaluations,
        tuple(search.history),
        tuple(search.kept),
    )


def _progress(search: Search, evaluations_per_s: float) -> Progress:
    record = search.history[-1]
    return Progress(
        search.generation,
        record["best"],
        search.best_fitness,
        search.population[search.fitness.argmax()],
        record["diversity"],
        search.evaluations,
        evaluations_per_s,
        search.ended(),
    )


def _begin(search: Search) -> None:
    """Draw and evaluate generation 0."""
    search.population = _fresh(search)
    search.fitness = evaluate(search.population, search.floor, search.readings)
    search.evaluations = len(search.fitness)
    search.end_generation(*_figures(search))


def _step(search: Search) -> None:
    """Go on by one generation."""
    if search.settings.replacement == "generational":
        _replace_all(search)
    else:
        for _ in range(search.settings.population // 2):
            _replace_worst(search)
    shares = _figures(search)
    if shares[-1] < search.settings.restart_below:
        _restart(search)
        shares = _figures(search)
    search.end_generation(*shares)


def _fresh(search: Search) -> np.ndarray:
    settings = search.settings
    return random_population(search.floor, settings.population, rng=search.streams["create"])


def _figures(search: Search) -> tuple[float, float, float, float, float]:
    """Return best, mean, worst and spread of the fitness, and the diversity."""
    share = breeding.different(search.population) / len(search.population)
    return (*describe(search.fitness), share)


def _offspring(search: Search, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Select `count` parents and vary copies of them: offspring, fitness, and who changed."""
    settings, streams, problem = search.settings, search.streams, search.problem
    parents = search.select(search.fitness, count, rng=streams["select"])
    population = search.population.take(parents, axis=0)
    fitness = search.fitness.take(parents)
    crossed = (streams["vary"].random(count // 2) < settings.crossover_probability).nonzero()[0]
    mutated = (streams["vary"].random(count) < settings.mutation_probability).nonzero()[0]
    breeding.cross(population, crossed, settings.crossover, problem, rng=streams["cross"])
    breeding.mutate(population, mutated, settings.mutation, problem, rng=streams["mutate"])
    changed = np.zeros(count, dtype=np.bool_)
    changed[2 * crossed] = changed[2 * crossed + 1] = True
    changed[mutated] = True
    return population, fitness, changed


def _replace_all(search: Search) -> None:
    """Let all offspring replace all parents, but for the elite."""
    population, fitness, changed = _offspring(search, search.settings.population)
    elite = search.settings.elite
    if elite:
        best = np.argsort(-search.fitness, kind="stable")[:elite]
        population[-elite:], fitness[-elite:] = search.population[best], search.fitness[best]
        changed[-elite:] = False
    search.evaluations += evaluate_chosen(population, changed, search.problem, fitness)
    search.population, search.fitness = population, fitness


def _replace_worst(search: Search) -> None:
    """Let two offspring replace the two worst; at a tie the later in the population is worse."""
    population, fitness, changed = _offspring(search, 2)
    search.evaluations += evaluate_chosen(population, changed, search.problem, fitness)
    worst = np.argsort(-search.fitness, kind="stable")[-2:]
    search.population[worst], search.fitness[worst] = population, fitness


def _restart(search: Search) -> None:
    """Draw everyone anew but the best, who comes first."""
    best = search.fitness.argmax()
    population, fitness = _fresh(search), np.empty(len(search.fitness))
    population[0], fitness[0] = search.population[best], search.fitness[best]
    fitness[1:] = evaluate(population[1:], search.floor, search.readings)
    search.population, search.fitness = population, fitness
    search.evaluations += len(fitness) - 1


def random_search(
    floor: Floor, readings: Readings, evaluations: int, *, rng: np.random.Generator
) -> tuple[tuple[Block, ...], np.ndarray]:
    """Draw random floors only: what a search must beat with as many evaluations.

    Returns
    -------
    best : tuple of Block
        The best floor; at a tie the first.
    fitness : ndarray of float, shape (evaluations,)
        Of every floor in the order drawn.
    """
    if evaluations < 1:
        raise InputError(f"evaluations: expected at least 1, got {evaluations}")
    population = random_population(floor, evaluations, rng=rng)
    fitness = evaluate(population, floor, readings)
    return to_blocks(population[fitness.argmax()]), fitness
