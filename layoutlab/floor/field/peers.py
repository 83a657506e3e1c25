"""How do others search the paper's floor? DEAP, PyGAD and pymoo on the same fitness and budget.

PyGAD and pymoo search numbers from 0 to 1, four for a block, as `genome.block_from` reads them. All
use a population of 100 over 100 generations, tournaments of three and a library's own operators.
"""

import random
from collections.abc import Callable

import numpy as np
from deap import algorithms, base, tools

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Blocks, Floor, block_from, random_individual
from layoutlab.floor.reference import individual_class

Fitness = Callable[[Blocks], float]
POPULATION, GENERATIONS, TOURNAMENT = 100, 100, 3


def deap(floor: Floor, fitness: Fitness, seed: int) -> float:
    """Search with DEAP's ``eaSimple`` and its own operators; return the best fitness."""
    toolbox, rng = base.Toolbox(), np.random.default_rng(seed)
    random.seed(seed)  # DEAP's operators know no other generator
    toolbox.register("individual", _individual, floor, rng)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (fitness(individual),))
    toolbox.register("select", tools.selTournament, tournsize=TOURNAMENT)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", _redraw, floor=floor, rng=rng)
    hall_of_fame = tools.HallOfFame(1)
    algorithms.eaSimple(
        toolbox.population(n=POPULATION),
        toolbox,
        cxpb=0.5,
        mutpb=0.2,
        ngen=GENERATIONS,
        halloffame=hall_of_fame,
        verbose=False,
    )
    return float(hall_of_fame[0].fitness.values[0])


def _individual(floor: Floor, rng: np.random.Generator) -> list[Block]:
    individual: list[Block] = individual_class()(random_individual(floor, rng=rng))
    return individual


def _redraw(individual: list[Block], floor: Floor, rng: np.random.Generator) -> tuple[list[Block]]:
    individual[int(rng.integers(len(individual)))] = block_from(rng.random(4).tolist(), floor)
    return (individual,)


def blocks_of(numbers: np.ndarray, floor: Floor) -> list[Block]:
    """Return the blocks that numbers from 0 to 1, four for each block, stand for."""
    below_one = np.clip(numbers, 0, np.nextafter(1, 0)).reshape(-1, 4)
    return [block_from(draws, floor) for draws in below_one.tolist()]


def pygad(floor: Floor, fitness: Fitness, seed: int) -> float:
    """Search with PyGAD; return the best fitness.

    Raises
    ------
    InputError
        When PyGAD is not installed.
    """
    try:
        import pygad as library
    except ImportError as error:
        raise _missing("pygad") from error
    search = library.GA(
        num_generations=GENERATIONS,
        sol_per_pop=POPULATION,
        num_parents_mating=POPULATION,
        num_genes=4 * floor.blocks,
        gene_space={"low": 0, "high": 1},
        fitness_func=lambda _, numbers, __: fitness(blocks_of(numbers, floor)),
        parent_selection_type="tournament",
        K_tournament=TOURNAMENT,
        crossover_type="two_points",
        mutation_probability=0.02,
        keep_elitism=0,
        keep_parents=0,
        random_seed=seed,
        suppress_warnings=True,
    )
    search.run()
    return float(max(search.best_solutions_fitness))


def pymoo(floor: Floor, fitness: Fitness, seed: int) -> float:
    """Search with pymoo's genetic algorithm; return the best fitness.

    Raises
    ------
    InputError
        When pymoo is not installed.
    """
    try:
        from pymoo.algorithms.soo.nonconvex.ga import GA
        from pymoo.core.problem import ElementwiseProblem
        from pymoo.operators.crossover.pntx import TwoPointCrossover
        from pymoo.optimize import minimize
    except ImportError as error:
        raise _missing("pymoo") from error

    class Placement(ElementwiseProblem):  # type: ignore[misc]
        def _evaluate(self, numbers: np.ndarray, out: dict[str, float]) -> None:
            out["F"] = -fitness(blocks_of(numbers, floor))

    problem = Placement(n_var=4 * floor.blocks, n_obj=1, xl=0.0, xu=1.0)
    algorithm = GA(pop_size=POPULATION, crossover=TwoPointCrossover(), eliminate_duplicates=False)
    found = minimize(problem, algorithm, ("n_gen", GENERATIONS + 1), seed=seed, verbose=False)
    return -float(found.F[0])


def _missing(name: str) -> InputError:
    return InputError(f"expected the package {name}, which is not installed: pip install {name}")
