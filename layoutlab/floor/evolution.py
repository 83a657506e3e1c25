"""How does a population of floors evolve? The paper's programme, written with DEAP.

`evolve` is DEAP's simple evolutionary algorithm (``eaSimple``; Bäck, Fogel and Michalewicz,
Evolutionary Computation 1, 2000, chapter 7): select as many parents as there are individuals, cross
neighbouring pairs, mutate, evaluate those that changed, replace everyone. Toolbox, fitness,
statistics, logbook and hall of fame are DEAP's; operators and loop are ours, because DEAP's draw
from Python's global generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import base, tools

from layoutlab.errors import InputError
from layoutlab.floor.bitboard import FastFitness
from layoutlab.floor.genome import Block, Blocks, Floor, random_blocks
from layoutlab.floor.objectives import Readings
from layoutlab.floor.toolbox import Settings, make_toolbox


@dataclass(frozen=True)
class Snapshot:
    """The best floor of one generation; generation 0 is the random one."""

    generation: int
    blocks: tuple[Block, ...]
    fitness: float


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
        The logbook, one record for each generation from 0: generation, evaluations (so far),
        best, mean, worst and spread (standard deviation) of the fitness in the population, and
        diversity, the share of different individuals in it, from 1 / population to 1.
    snapshots : tuple of Snapshot
        The best floor of each generation asked for.
    """

    best: tuple[Block, ...]
    best_fitness: float
    evaluations: int
    history: tuple[dict[str, float], ...]
    snapshots: tuple[Snapshot, ...]


def evolve(
    floor: Floor,
    readings: Readings,
    settings: Settings,
    *,
    rng: np.random.Generator,
    snapshots: Sequence[int] = (1, 50, 100),
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

    Returns
    -------
    Result

    Raises
    ------
    InputError
        From roulette selection, when a fitness is negative.
    """
    toolbox = make_toolbox(floor, readings, settings, rng=rng)
    statistics, logbook, hall_of_fame = make_statistics(), tools.Logbook(), tools.HallOfFame(1)
    kept: list[Snapshot] = []
    evaluations = 0
    population = toolbox.population(n=settings.population)
    for generation in range(settings.generations + 1):
        if generation > 0:
            population = breed(population, toolbox, settings)
        changed = [individual for individual in population if not individual.fitness.valid]
        for individual, values in zip(changed, map(toolbox.evaluate, changed), strict=True):
            individual.fitness.values = values
        evaluations += len(changed)
        hall_of_fame.update(population)
        logbook.record(
            generation=generation,
            evaluations=evaluations,
            diversity=diversity(population),
            **statistics.compile(population),
        )
        if generation in snapshots:
            best = tools.selBest(population, 1)[0]
            kept.append(Snapshot(generation, tuple(best), best.fitness.values[0]))
    best = hall_of_fame[0]
    history = tuple(dict(record) for record in logbook)
    return Result(tuple(best), best.fitness.values[0], evaluations, history, tuple(kept))


def breed(population: list[Any], toolbox: base.Toolbox, settings: Settings) -> list[Any]:
    """Return the next generation: varied offspring of selected parents, and the elite, if any."""
    offspring: list[Any] = toolbox.vary(toolbox.select(population, settings.population))
    if settings.elite == 0:
        return offspring
    offspring[-settings.elite :] = tools.selBest(population, settings.elite)
    return offspring


def make_statistics() -> tools.Statistics:
    """Return what the logbook says of the fitness in a generation."""
    statistics = tools.Statistics(key=lambda individual: individual.fitness.values[0])
    statistics.register("best", max)
    statistics.register("mean", lambda values: float(np.mean(values)))
    statistics.register("worst", min)
    statistics.register("spread", lambda values: float(np.std(values)))
    return statistics


def diversity(population: Sequence[Blocks]) -> float:
    """Return the share of different individuals in a population, above 0 and up to 1."""
    return len({tuple(individual) for individual in population}) / len(population)


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
    fast = FastFitness(floor, readings)
    blocks = random_blocks(floor, evaluations * floor.blocks, rng=rng)
    floors = [blocks[at : at + floor.blocks] for at in range(0, len(blocks), floor.blocks)]
    fitness = np.array([fast(individual) for individual in floors])
    return tuple(floors[int(fitness.argmax())]), fitness
