"""Who becomes a parent, and how do blocks change? Selection, crossover and mutation for DEAP.

The contracts are DEAP's, so that a toolbox can register these functions: a selection takes
individuals and a number and returns that many of them (references, not copies); a crossover alters
two individuals in place and returns both; a mutation alters one in place and returns it in a
tuple. Unlike DEAP's own operators, which draw from Python's global generator, each takes its
generator as `rng`. An individual is a list of `Block`; selection reads ``fitness.values[0]``,
larger being better.
"""

import difflib
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from typing import Any, TypeVar

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, random_blocks

Individual = MutableSequence[Block]
Operator = TypeVar("Operator", bound=Callable[..., Any])


def fitness_values(individuals: Sequence[Any]) -> np.ndarray:
    """Return the fitness of each individual: ndarray of float, shape (individuals,)."""
    return np.array([individual.fitness.values[0] for individual in individuals])


def select_roulette(individuals: Sequence[Any], k: int, *, rng: np.random.Generator) -> list[Any]:
    """Select with a probability in proportion to the fitness (the paper's figure 5).

    Parameters
    ----------
    individuals : sequence with ``fitness.values``
        Every fitness at least 0, one of them above.
    k : int
        How many to select, with replacement.
    rng : numpy.random.Generator

    Raises
    ------
    InputError
        When a fitness is negative or all are 0: a slice of the wheel cannot be negative. DEAP's
        own ``selRoulette`` goes on and selects the best individual only.

    References
    ----------
    Holland, Adaptation in Natural and Artificial Systems, 1975.
    """
    values = fitness_values(individuals)
    if values.min() < 0 or values.sum() <= 0:
        raise InputError(
            "roulette: expected fitness values of at least 0, not all 0, got "
            f"{values.min():g} to {values.max():g}: "
            "select by rank, tournament or windowed_roulette instead"
        )
    return [individuals[chosen] for chosen in _spin(values, k, rng)]


def select_windowed_roulette(
    individuals: Sequence[Any], k: int, *, rng: np.random.Generator
) -> list[Any]:
    """Select in proportion to the fitness above the worst one, which is never selected.

    Bears fitness values of any sign. When all are equal, everyone has the same chance.

    References
    ----------
    Goldberg, Genetic Algorithms in Search, Optimization and Machine Learning, 1989, chapter 4,
    "windowing" with a window of one generation.
    """
    values = fitness_values(individuals)
    above = values - values.min()
    if not above.any():
        above = np.ones_like(values)
    return [individuals[chosen] for chosen in _spin(above, k, rng)]


def select_tournament(
    individuals: Sequence[Any], k: int, *, size: int = 3, rng: np.random.Generator
) -> list[Any]:
    """Select the best of `size` individuals drawn evenly, `k` times.

    Parameters
    ----------
    individuals : sequence with ``fitness.values``
    k : int
        How many to select, with replacement.
    size : int
        Individuals in a tournament, drawn with replacement, at least 1; at a tie the first drawn
        wins.
    rng : numpy.random.Generator

    References
    ----------
    Goldberg and Deb, "A Comparative Analysis of Selection Schemes Used in Genetic Algorithms",
    Foundations of Genetic Algorithms 1 (1991), section 2.3.
    """
    if size < 1:
        raise InputError(f"tournament: expected a size of at least 1, got {size}")
    values = fitness_values(individuals)
    drawn = rng.integers(len(individuals), size=(k, size))
    winners = drawn[np.arange(k), values[drawn].argmax(axis=1)]
    return [individuals[chosen] for chosen in winners]


def select_rank(
    individuals: Sequence[Any], k: int, *, pressure: float = 2.0, rng: np.random.Generator
) -> list[Any]:
    """Select with a probability that grows linearly with the rank of the fitness.

    Of n individuals the worst has probability ``(2 - pressure) / n``, the best ``pressure / n``;
    equal fitness shares the mean of its ranks.

    Parameters
    ----------
    individuals : sequence with ``fitness.values``
    k : int
        How many to select, with replacement.
    pressure : float
        Expected copies of the best among n selected, from 1 (everyone alike) to 2.
    rng : numpy.random.Generator

    References
    ----------
    Baker, "Adaptive Selection Methods for Genetic Algorithms", ICGA 1985.
    """
    if not 1 <= pressure <= 2:
        raise InputError(f"rank: expected a pressure from 1 to 2, got {pressure:g}")
    values = fitness_values(individuals)
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    rank = (np.cumsum(sizes) - (sizes + 1) / 2)[group]
    slope = 2 * (pressure - 1) / max(len(values) - 1, 1)
    return [individuals[chosen] for chosen in _spin(2 - pressure + slope * rank, k, rng)]


def _spin(slices: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return `k` positions, each drawn with a probability in proportion to its slice."""
    wheel = np.cumsum(slices)
    return np.asarray(np.searchsorted(wheel, rng.random(k) * wheel[-1], side="right"))


def cross_one_point(
    one: Individual, other: Individual, *, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange all blocks from one cut on; the cut leaves both sides at least one block."""
    if len(one) > 1:
        cut = int(rng.integers(1, len(one)))
        one[cut:], other[cut:] = other[cut:], one[cut:]
    return one, other


def cross_two_point(
    one: Individual, other: Individual, *, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange the blocks between two cuts (the paper's figure 4), drawn as DEAP draws them.

    The cuts are two different ones of 1 to n, so that the first block is never exchanged.
    """
    if len(one) > 1:
        first = int(rng.integers(1, len(one) + 1))
        second = int(rng.integers(1, len(one)))
        second += second >= first
        low, high = min(first, second), max(first, second)
        one[low:high], other[low:high] = other[low:high], one[low:high]
    return one, other


def cross_uniform(
    one: Individual, other: Individual, *, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange each block with probability one half (Syswerda, ICGA 1989)."""
    for place in np.flatnonzero(rng.random(len(one)) < 0.5).tolist():
        one[place], other[place] = other[place], one[place]
    return one, other


def mutate_block(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Draw one block anew: the "random modification of the chromosome" of section IV."""
    place = int(rng.integers(len(individual)))
    individual[place] = random_blocks(floor, 1, rng=rng)[0]
    return (individual,)


def mutate_field(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Draw one field of one block anew; under ``edge="inside"`` the block is moved back inside."""
    place, name = int(rng.integers(len(individual))), Block._fields[rng.integers(4)]
    fresh = random_blocks(floor, 1, rng=rng)[0]
    block = individual[place]._replace(**{name: getattr(fresh, name)})
    if floor.edge == "inside":
        wide, high = (1, block.length) if block.is_vertical else (block.length, 1)
        block = block._replace(
            x=min(block.x, floor.columns - wide), y=min(block.y, floor.rows - high)
        )
    individual[place] = block
    return (individual,)


SELECTIONS: dict[str, Callable[..., list[Any]]] = {
    "roulette": select_roulette,
    "tournament": select_tournament,
    "rank": select_rank,
    "windowed_roulette": select_windowed_roulette,
}
CROSSOVERS: dict[str, Callable[..., tuple[Individual, Individual]]] = {
    "one_point": cross_one_point,
    "two_point": cross_two_point,
    "uniform": cross_uniform,
}
MUTATIONS: dict[str, Callable[..., tuple[Individual]]] = {
    "block": mutate_block,
    "field": mutate_field,
}


def named(kind: str, name: str, known: Mapping[str, Operator]) -> Operator:
    """Return the operator called `name`.

    Raises
    ------
    InputError
        When there is none; the message gives the nearest name, if one is near, and all of them.
    """
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"{kind}: expected one of {', '.join(known)}, got {name!r}{hint}")
