"""What does DEAP know of our problem? Its toolbox, filled with our operators and generators."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import base, creator, tools

from layoutlab.errors import InputError
from layoutlab.floor.bitboard import FastFitness
from layoutlab.floor.genome import Floor, random_individual
from layoutlab.floor.objectives import Readings
from layoutlab.floor.operators import CROSSOVERS, MUTATIONS, SELECTIONS, named


@dataclass(frozen=True)
class Settings:
    """How to search.

    Attributes
    ----------
    population, generations : int
        The paper's 100 and 100; a population has at least 2, generations may be 0.
    selection, crossover, mutation : str
        Names out of `operators.SELECTIONS`, `CROSSOVERS` and `MUTATIONS`.
    crossover_probability, mutation_probability : float
        Chance of a pair to be crossed and of an individual to be mutated, from 0 to 1. The paper
        does not state them; 0.5 and 0.2 are those of the examples in DEAP's documentation.
    elite : int
        Best individuals carried over unchanged, in place of the last offspring; 0 in ``eaSimple``.

    Raises
    ------
    InputError
        When a value is out of range or an operator unknown.
    """

    population: int = 100
    generations: int = 100
    selection: str = "roulette"
    crossover: str = "two_point"
    mutation: str = "block"
    crossover_probability: float = 0.5
    mutation_probability: float = 0.2
    elite: int = 0

    def __post_init__(self) -> None:
        for name, least in (("population", 2), ("generations", 0), ("elite", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name}: expected at least {least}, got {getattr(self, name)}")
        if self.elite >= self.population:
            raise InputError(
                f"elite: expected less than the population of {self.population}, got {self.elite}"
            )
        for name in ("crossover_probability", "mutation_probability"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name}: expected from 0 to 1, got {getattr(self, name):g}")
        named("selection", self.selection, SELECTIONS)
        named("crossover", self.crossover, CROSSOVERS)
        named("mutation", self.mutation, MUTATIONS)


def individual_class() -> Any:
    """Return DEAP's individual: a list of blocks with a fitness to be maximised.

    DEAP keeps created classes in its module ``creator``; they are made on first use, in whichever
    process that is, and never leave it: results hold plain tuples.
    """
    if not hasattr(creator, "FloorIndividual"):
        creator.create("FloorFitness", base.Fitness, weights=(1.0,))
        creator.create("FloorIndividual", list, fitness=creator.FloorFitness)
    return creator.FloorIndividual


def clone(individual: Any) -> Any:
    """Return a copy that shares the blocks, which never change (DEAP's default copies them too)."""
    copied = type(individual)(individual)
    copied.fitness.wvalues = individual.fitness.wvalues
    return copied


def make_toolbox(
    floor: Floor, readings: Readings, settings: Settings, *, rng: np.random.Generator
) -> base.Toolbox:
    """Register the problem and the operators under DEAP's names.

    Creation, selection, crossover, mutation and the chance of both ("vary") each get a stream of
    their own. Runs from one seed therefore start from the same population and vary the same places
    of it, whatever operators they compare: they are paired, with equally many evaluations.
    """
    creating, selecting, crossing, mutating, varying = rng.spawn(5)
    fast = FastFitness(floor, readings)
    toolbox = base.Toolbox()
    toolbox.register("individual", _create, individual_class(), floor, rng=creating)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (fast(individual),))
    toolbox.register("select", SELECTIONS[settings.selection], rng=selecting)
    toolbox.register("mate", CROSSOVERS[settings.crossover], rng=crossing)
    toolbox.register("mutate", MUTATIONS[settings.mutation], floor=floor, rng=mutating)
    toolbox.register("clone", clone)
    toolbox.register("vary", vary, toolbox=toolbox, settings=settings, rng=varying)
    return toolbox


def _create(kind: type, floor: Floor, *, rng: np.random.Generator) -> Any:
    return kind(random_individual(floor, rng=rng))


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
