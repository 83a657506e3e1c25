"""How do the operators work on whole populations? Compiled, draw by draw as in `operators`.

A population is an array of int16, shape (individuals, blocks, 4). The kernels alter it in place and
take the random numbers they need as an array, so that each is a plain function of its arguments.
"""

from collections.abc import Callable

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.floor.kernels import CLIP, EDGE_DROP, Problem
from layoutlab.floor.operators import ANY, MUTATION_DRAWS, MUTATIONS

KINDS = list(MUTATIONS)
BLOCK, FIELD, SHIFT, TURN, LENGTHEN, ANY_KIND = (
    KINDS.index(name) for name in ("block", "field", "shift", "turn", "lengthen", "any")
)
ANY_KINDS = tuple(KINDS.index(name) for name in ANY)


def cross(
    population: np.ndarray,
    pairs: np.ndarray,
    name: str,
    problem: Problem,
    *,
    rng: np.random.Generator,
) -> None:
    """Cross some pairs of neighbours in place.

    Parameters
    ----------
    population : ndarray of int16, shape (individuals, blocks, 4)
    pairs : ndarray of int
        Pair p is individuals 2 p and 2 p + 1.
    name : str
        A name of `operators.CROSSOVERS`.
    problem : Problem
    rng : numpy.random.Generator
    """
    kernel, draws = CROSSOVERS[name]
    count = draws or population.shape[1]
    kernel(population, pairs, rng.random((len(pairs), count)), problem)


def mutate(
    population: np.ndarray,
    chosen: np.ndarray,
    name: str,
    problem: Problem,
    *,
    rng: np.random.Generator,
) -> None:
    """Mutate some individuals in place; `name` is one of `operators.MUTATIONS`."""
    draws = rng.random((len(chosen), MUTATION_DRAWS))
    _mutate(population, chosen, KINDS.index(name), draws, problem)


@compiled
def _exchange(population: np.ndarray, pair: int, here: int, there: int) -> None:
    """Exchange block `here` of a pair's first individual with block `there` of its second."""
    for field in range(4):
        kept = population[2 * pair, here, field]
        population[2 * pair, here, field] = population[2 * pair + 1, there, field]
        population[2 * pair + 1, there, field] = kept


@compiled
def _one_point(
    population: np.ndarray, pairs: np.ndarray, draws: np.ndarray, problem: Problem
) -> None:
    blocks = population.shape[1]
    for at in range(len(pairs)):
        for place in range(1 + int(draws[at, 0] * (blocks - 1)), blocks):
            _exchange(population, pairs[at], place, place)


@compiled
def _two_point(
    population: np.ndarray, pairs: np.ndarray, draws: np.ndarray, problem: Problem
) -> None:
    blocks = population.shape[1]
    for at in range(len(pairs)):
        first = 1 + int(draws[at, 0] * blocks)
        second = 1 + int(draws[at, 1] * (blocks - 1))
        second += second >= first
        for place in range(min(first, second), min(max(first, second), blocks)):
            _exchange(population, pairs[at], place, place)


@compiled
def _uniform(
    population: np.ndarray, pairs: np.ndarray, draws: np.ndarray, problem: Problem
) -> None:
    for at in range(len(pairs)):
        for place in range(population.shape[1]):
            if draws[at, place] < 0.5:
                _exchange(population, pairs[at], place, place)


@compiled
def _rectangle(
    population: np.ndarray, pairs: np.ndarray, draws: np.ndarray, problem: Problem
) -> None:
    rows, columns = problem.size
    blocks = population.shape[1]
    for at in range(len(pairs)):
        corners = (
            int(draws[at, 0] * columns),
            int(draws[at, 1] * columns),
            int(draws[at, 2] * rows),
            int(draws[at, 3] * rows),
        )
        there = 0
        for here in range(blocks):
            if _in_rectangle(population, 2 * pairs[at], here, corners):
                while there < blocks and not _in_rectangle(
                    population, 2 * pairs[at] + 1, there, corners
                ):
                    there += 1
                if there < blocks:
                    _exchange(population, pairs[at], here, there)
                    there += 1


@compiled
def _in_rectangle(
    population: np.ndarray, one: int, place: int, corners: tuple[int, int, int, int]
) -> bool:
    """Say whether the middle of a block lies between two corners, both included."""
    half = (population[one, place, 3] - 1) // 2
    x, y = population[one, place, 1], population[one, place, 2]
    if population[one, place, 0]:
        y += half
    else:
        x += half
    across, across_too, down, down_too = corners
    return min(across, across_too) <= x <= max(across, across_too) and min(
        down, down_too
    ) <= y <= max(down, down_too)


@compiled
def _mutate(
    population: np.ndarray, chosen: np.ndarray, kind: int, draws: np.ndarray, problem: Problem
) -> None:
    for at in range(len(chosen)):
        one, place = chosen[at], int(draws[at, 0] * population.shape[1])
        vertical, x, y, length = (
            population[one, place, 0],
            population[one, place, 1],
            population[one, place, 2],
            population[one, place, 3],
        )
        choice, direction, sign = draws[at, 1], draws[at, 2], 1 if draws[at, 3] < 0.5 else -1
        change = ANY_KINDS[int(choice * len(ANY_KINDS))] if kind == ANY_KIND else kind
        if change == BLOCK:
            vertical, x, y, length = _drawn(draws, at, problem)
        elif change == FIELD:
            fresh = _drawn(draws, at, problem)
            field = int(choice * 4)
            vertical = fresh[0] if field == 0 else vertical
            x = fresh[1] if field == 1 else x
            y = fresh[2] if field == 2 else y
            length = fresh[3] if field == 3 else length
        elif change == SHIFT:
            if direction < 0.5:
                x += sign
            else:
                y += sign
        elif change == TURN:
            vertical = 1 - vertical
        elif change == LENGTHEN:
            step = 1 if direction < 0.5 else -1
            rank = np.searchsorted(problem.lengths, length) + step
            length = problem.lengths[min(max(rank, 0), len(problem.lengths) - 1)]
        population[one, place, 0] = vertical
        population[one, place, 1] = min(max(x, 0), _room(vertical, length, 1, problem) - 1)
        population[one, place, 2] = min(max(y, 0), _room(vertical, length, 0, problem) - 1)
        population[one, place, 3] = length


@compiled
def _room(vertical: int, length: int, axis: int, problem: Problem) -> int:
    """Return how many rows (axis 0) or columns (1) the first cell of a block can lie in."""
    past_edge = problem.choices[0] == CLIP or problem.choices[0] == EDGE_DROP
    along = (axis == 0) == (vertical != 0)
    return problem.size[axis] - (0 if past_edge or not along else length - 1)


@compiled
def _drawn(draws: np.ndarray, at: int, problem: Problem) -> tuple[int, int, int, int]:
    """Draw a block anew, as `genome.block_from` does."""
    vertical = 1 if draws[at, 2] < 0.5 else 0
    length = problem.lengths[int(draws[at, 3] * len(problem.lengths))]
    x = int(draws[at, 4] * _room(vertical, length, 1, problem))
    y = int(draws[at, 5] * _room(vertical, length, 0, problem))
    return vertical, x, y, length


@compiled
def different(population: np.ndarray) -> int:
    """Return how many different individuals there are, found by hashing and full comparison."""
    individuals = population.shape[0]
    slots = 1
    while slots < 2 * individuals:
        slots *= 2
    table = np.full(slots, -1, dtype=np.int64)
    count = 0
    for one in range(individuals):
        key = np.uint64(14695981039346656037)
        for value in population[one].flat:
            key = (key ^ np.uint64(value)) * np.uint64(1099511628211)
        slot = np.int64((key ^ (key >> np.uint64(32))) & np.uint64(slots - 1))
        while table[slot] >= 0 and not _same(population, one, table[slot]):
            slot = (slot + 1) & (slots - 1)
        if table[slot] < 0:
            table[slot] = one
            count += 1
    return count


@compiled
def _same(population: np.ndarray, one: int, other: int) -> bool:
    for place in range(population.shape[1]):
        for field in range(4):
            if population[one, place, field] != population[other, place, field]:
                return False
    return True


# The kernel of each crossover, and how many numbers it draws for a pair; 0: one for each block.
CROSSOVERS: dict[str, tuple[Callable[..., None], int]] = {
    "one_point": (_one_point, 1),
    "two_point": (_two_point, 2),
    "uniform": (_uniform, 0),
    "rectangle": (_rectangle, 4),
}
