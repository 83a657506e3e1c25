"""How would one read the paper's programme in DEAP's own examples? The reference for `evolution`.

Creator, toolbox, fitness, statistics, logbook and hall of fame are DEAP's. Operators and generators
are ours, because DEAP's operators draw from Python's global generator, and the loop is, because
``eaSimple`` knows no elite, no end and no generator. Fitness is counted cell by cell with A*. From
the same generator, `evolve` gives what `evolution.evolve` gives, to the last bit.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from deap import base, creator, tools

from layoutlab.floor import checkpoints
from layoutlab.floor.checkpoints import Search
from layoutlab.floor.evolution import Result
from layoutlab.floor.genome import Blocks, Floor, random_individual, to_array, to_blocks
from layoutlab.floor.objectives import Readings, reference_fitness
from layoutlab.floor.operators import CROSSOVERS, MUTATIONS
from layoutlab.floor.selection import Selection
from layoutlab.floor.settings import Settings


def individual_class() -> Any:
    """Return DEAP's individual: a list of blocks with a fitness to be maximised.

    DEAP keeps created classes in its module ``creator``; they are made on first use, in whichever
    process that is, and never leave it: results hold plain tuples.
    """
    if not hasattr(creator, "FloorIndividual"):
        creator.create("FloorFitness", base.Fitness, weights=(1.0,))
        creator.create("FloorIndividual", list, fitness=creator.FloorFitness)
    return creator.FloorIndividual


def make_toolbox(search: Search) -> base.Toolbox:
    """Register the problem and the operators under DEAP's names."""
    floor, readings, settings = search.floor, search.readings, search.settings
    streams, toolbox = search.streams, base.Toolbox()
    knows_space = {"floor": floor} if settings.crossover == "rectangle" else {}
    mate = CROSSOVERS[settings.crossover]
    toolbox.register("individual", _create, individual_class(), floor, rng=streams["create"])
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", _evaluate, floor=floor, readings=readings)
    toolbox.register("select", _select, search.select, rng=streams["select"])
    toolbox.register("mate", mate, **knows_space, rng=streams["cross"])
    toolbox.register("mutate", MUTATIONS[settings.mutation], floor=floor, rng=streams["mutate"])
    toolbox.register("clone", clone)
    toolbox.register("vary", vary, toolbox=toolbox, settings=settings, rng=streams["vary"])
    return toolbox


def _create(kind: type, floor: Floor, *, rng: np.random.Generator) -> Any:
    return kind(random_individual(floor, rng=rng))


def _evaluate(individual: Blocks, floor: Floor, readings: Readings) -> tuple[float]:
    return (reference_fitness(individual, floor, readings),)


def _select(
    select: Selection, individuals: Sequence[Any], k: int, *, rng: np.random.Generator
) -> list[Any]:
    """Return references to the selected, as DEAP's selections do."""
    fitness = np.array([individual.fitness.values[0] for individual in individuals])
    return [individuals[place] for place in select(fitness, k, rng=rng)]


def clone(individual: Any) -> Any:
    """Return a copy that shares the blocks, which never change (DEAP's default copies them too)."""
    copied = type(individual)(individual)
    copied.fitness.wvalues = individual.fitness.wvalues
    return copied


def vary(
    parents: Sequence[Any],
    *,
    toolbox: base.Toolbox,
    settings: Settings,
    rng: np.random.Generator,
) -> list[Any]:
    """Clone the parents, cross neighbouring pairs and mutate; who changed loses its fitness.

    As DEAP's ``varAnd``, with all chances of a generation drawn at once.
    """
    offspring = [toolbox.clone(parent) for parent in parents]
    crossed = rng.random(len(offspring) // 2) < settings.crossover_probability
    for pair in np.flatnonzero(crossed):
        one, other = offspring[2 * pair], offspring[2 * pair + 1]
        toolbox.mate(one, other)
        del one.fitness.values, other.fitness.values
    for place in np.flatnonzero(rng.random(len(offspring)) < settings.mutation_probability):
        toolbox.mutate(offspring[place])
        del offspring[place].fitness.values
    return offspring


def evolve(
    floor: Floor,
    readings: Readings,
    settings: Settings,
    *,
    rng: np.random.Generator,
    snapshots: Sequence[int] = (),
    checkpoint: str | Path | None = None,
) -> Result:
    """Evolve floors as the paper does, with DEAP; arguments and result are `evolution.evolve`'s."""
    search = checkpoints.open_search(floor, readings, settings, snapshots, rng, checkpoint)
    toolbox, statistics = make_toolbox(search), make_statistics()
    logbook, hall_of_fame = tools.Logbook(), tools.HallOfFame(1)
    if search.generation < 0:
        population = toolbox.population(n=settings.population)
    else:
        population = with_fitness(search.population, search.fitness)
        hall_of_fame.update(with_fitness(search.best[None], np.array([search.best_fitness])))
        for record in search.history:
            logbook.record(**record)
    while not search.ended():
        if search.generation >= 0:
            population, evaluations = breed(population, toolbox, settings)
        else:
            evaluations = evaluate_changed(population, toolbox)
        hall_of_fame.update(population)
        search.evaluations += evaluations
        search.population, search.fitness = to_array(population), fitness_of(population)
        search.end_generation(**statistics.compile(population), diversity=diversity(population))
        logbook.record(**search.history[-1])
        if checkpoint is not None:
            checkpoints.save(search, checkpoint)
    (best,) = hall_of_fame
    return Result(
        to_blocks(to_array(best)),
        best.fitness.values[0],
        search.evaluations,
        tuple(dict(record) for record in logbook),
        tuple(search.kept),
    )


def with_fitness(population: np.ndarray, fitness: np.ndarray) -> list[Any]:
    """Return the individuals of an array as DEAP's, their fitness known."""
    individuals = [individual_class()(to_blocks(blocks)) for blocks in population]
    for individual, value in zip(individuals, fitness.tolist(), strict=True):
        individual.fitness.values = (value,)
    return individuals


def fitness_of(individuals: Sequence[Any]) -> np.ndarray:
    """Return the fitness of each individual: ndarray of float, shape (individuals,)."""
    return np.array([individual.fitness.values[0] for individual in individuals])


def evaluate_changed(individuals: Sequence[Any], toolbox: base.Toolbox) -> int:
    """Evaluate who has no fitness; return how many that were."""
    changed = [individual for individual in individuals if not individual.fitness.valid]
    for individual, values in zip(changed, map(toolbox.evaluate, changed), strict=True):
        individual.fitness.values = values
    return len(changed)


def breed(
    population: list[Any], toolbox: base.Toolbox, settings: Settings
) -> tuple[list[Any], int]:
    """Return the next generation, evaluated, and how many evaluations it took."""
    if settings.replacement == "generational":
        population, evaluations = replace_all(population, toolbox, settings)
    else:
        population, evaluations = replace_worst(population, toolbox)
    if diversity(population) < settings.restart_below:
        best = tools.selBest(population, 1)
        population = best + toolbox.population(n=settings.population)[1:]
        evaluations += evaluate_changed(population, toolbox)
    return population, evaluations


def replace_all(
    population: list[Any], toolbox: base.Toolbox, settings: Settings
) -> tuple[list[Any], int]:
    """Let varied offspring of selected parents replace everyone but the elite, if any."""
    offspring = toolbox.vary(toolbox.select(population, settings.population))
    if settings.elite:
        offspring[-settings.elite :] = tools.selBest(population, settings.elite)
    return offspring, evaluate_changed(offspring, toolbox)


def replace_worst(population: list[Any], toolbox: base.Toolbox) -> tuple[list[Any], int]:
    """Let offspring, pair by pair, replace the two worst; at a tie the later one is worse."""
    population, evaluations = list(population), 0
    for _ in range(len(population) // 2):
        offspring = toolbox.vary(toolbox.select(population, 2))
        evaluations += evaluate_changed(offspring, toolbox)
        order = sorted(range(len(population)), key=lambda at: -population[at].fitness.values[0])
        for place, individual in zip(order[-2:], offspring, strict=True):
            population[place] = individual
    return population, evaluations


def make_statistics() -> tools.Statistics:
    """Return what the logbook says of the fitness in a generation, added up in order."""
    statistics = tools.Statistics(key=lambda individual: individual.fitness.values[0])
    statistics.register("best", max)
    statistics.register("mean", _mean)
    statistics.register("worst", min)
    statistics.register("spread", _spread)
    return statistics


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _spread(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.sqrt(sum((value - mean) * (value - mean) for value in values) / len(values))


def diversity(population: Sequence[Blocks]) -> float:
    """Return the share of different individuals in a population, above 0 and up to 1."""
    return len({tuple(individual) for individual in population}) / len(population)
