"""How is the fitness counted fast? For whole populations, compiled, equal to the last bit.

A population is an array of int16, shape (individuals, blocks, 4): is_vertical, x, y, length. The
reference in `layoutlab.floor.objectives` says what is counted. Here blocks are rectangles, compared
by their corners, and the floor is a board of bits (`layoutlab.floor.boards`).
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.errors import InputError
from layoutlab.floor import boards
from layoutlab.floor.genome import EDGES, OVERLAPS, Floor
from layoutlab.floor.objectives import COVERS, DOORS, NEIGHBOURS, WALKS, Readings, neighbour_value

INSIDE, CLIP, EDGE_DROP = EDGES.index("inside"), EDGES.index("clip"), EDGES.index("drop")
UNION, DROP = OVERLAPS.index("union"), OVERLAPS.index("drop")
CELLS, LENGTHS = COVERS.index("cells"), COVERS.index("lengths")
PER_BLOCK, AROUND_CELLS = NEIGHBOURS.index("per_block"), NEIGHBOURS.index("cells")
MEAN, TOTAL, FEWEST = (NEIGHBOURS.index(name) for name in ("mean", "total", "fewest"))
EVERY_BLOCK = WALKS.index("every_block")
KEPT_FREE = DOORS.index("kept_free")


class Problem(NamedTuple):
    """A floor and its readings as the kernels take them: every name a number.

    Attributes
    ----------
    size : ndarray of int64, shape (2,)
        Rows and columns.
    doors : ndarray of int64, shape (4,)
        x and y of the entrance, x and y of the exit.
    lengths : ndarray of int64
        Allowed lengths of a block.
    choices : ndarray of int64, shape (6,)
        Positions of the readings in EDGES, OVERLAPS, COVERS, NEIGHBOURS, WALKS and DOORS.
    values : ndarray of float64
        The paper's r of 0, 1, 2 … neighbours.
    """

    size: np.ndarray
    doors: np.ndarray
    lengths: np.ndarray
    choices: np.ndarray
    values: np.ndarray


@lru_cache(maxsize=256)
def compile_problem(floor: Floor, readings: Readings) -> Problem:
    """Return a floor and its readings in the form that the kernels take."""
    choices = (
        EDGES.index(floor.edge),
        OVERLAPS.index(floor.overlap),
        COVERS.index(readings.covers),
        NEIGHBOURS.index(readings.neighbours),
        WALKS.index(readings.walk),
        DOORS.index(readings.door),
    )
    most = max(floor.blocks * floor.blocks, 9)
    return Problem(
        np.array([floor.rows, floor.columns]),
        np.array([*floor.entrance, *floor.exit]),
        np.array(floor.lengths),
        np.array(choices),
        np.array([neighbour_value(n, readings) for n in range(most)]),
    )


def evaluate(population: np.ndarray, floor: Floor, readings: Readings) -> np.ndarray:
    """Return the fitness of every individual, equal to the last bit to `reference_fitness`.

    Parameters
    ----------
    population : ndarray of int, shape (individuals, blocks, 4)
        is_vertical (0 or 1), x, y and length of every block.
    floor : Floor
    readings : Readings

    Returns
    -------
    ndarray of float64, shape (individuals,)

    Raises
    ------
    InputError
        When the array has another shape, or a block reaches past the edge of a floor whose `edge`
        is "inside".
    """
    population = np.ascontiguousarray(population, dtype=np.int16)
    if population.ndim != 3 or population.shape[2] != 4 or population.shape[1] == 0:
        raise InputError(
            "population: expected an array of shape (individuals, blocks, 4), "
            f"got {population.shape}"
        )
    problem = compile_problem(floor, readings)
    outside = first_outside(population, problem)
    if outside >= 0:
        block = population.reshape(-1, 4)[outside].tolist()
        raise InputError(
            f"expected blocks on a floor of {floor.rows} rows and {floor.columns} columns, "
            f"got {tuple(block)}"
        )
    fitness = np.empty(len(population))
    evaluate_chosen(population, np.ones(len(population), dtype=np.bool_), problem, fitness)
    return fitness


@compiled
def first_outside(population: np.ndarray, problem: Problem) -> int:  # type: ignore[type-arg]
    """Return the place of the first block that the floor's edge does not allow, or -1."""
    rows, columns = problem.size
    inside = problem.choices[0] != CLIP and problem.choices[0] != EDGE_DROP
    for one in range(population.shape[0]):
        for place in range(population.shape[1]):
            vertical, x, y, length = population[one, place]
            wide, high = (1, length) if vertical else (length, 1)
            fits = x >= 0 and y >= 0 and length >= 1 and x < columns and y < rows
            if not fits or (inside and (x + wide > columns or y + high > rows)):
                return one * population.shape[1] + place
    return -1


@compiled
def evaluate_chosen(
    population: np.ndarray, chosen: np.ndarray, problem: Problem, fitness: np.ndarray
) -> int:
    """Write the fitness of the chosen individuals into `fitness`; return how many there were."""
    rectangles = np.empty((population.shape[1], 4), dtype=np.int64)
    n = np.empty(population.shape[1], dtype=np.int64)
    board = boards.new(problem.size)
    count = 0
    for one in range(population.shape[0]):
        if chosen[one]:
            fitness[one] = _fitness(population[one], problem, rectangles, n, board)
            count += 1
    return count


@compiled
def describe(fitness: np.ndarray) -> tuple[float, float, float, float]:
    """Return best, mean, worst and standard deviation, added up from the first to the last."""
    total = 0.0
    for value in fitness:
        total += value
    mean = total / len(fitness)
    squares = 0.0
    for value in fitness:
        squares += (value - mean) * (value - mean)
    return fitness.max(), mean, fitness.min(), np.sqrt(squares / len(fitness))


@compiled
def fitness_of(blocks: np.ndarray, problem: Problem) -> float:
    """Return the fitness of one individual, array of int16, shape (blocks, 4)."""
    rectangles = np.empty((blocks.shape[0], 4), dtype=np.int64)
    n = np.empty(blocks.shape[0], dtype=np.int64)
    return _fitness(blocks, problem, rectangles, n, boards.new(problem.size))


@compiled
def _fitness(
    blocks: np.ndarray,
    problem: Problem,
    rectangles: np.ndarray,
    n: np.ndarray,
    board: np.ndarray,
) -> float:
    placed = _place(blocks, problem, rectangles)
    covered, free = board[0], board[1]
    covered[:] = 0
    for block in range(placed):
        left, top, right, bottom = _corners(rectangles, block)
        boards.add(covered, left, top, right, bottom)
    entrance_x, entrance_y, exit_x, exit_y = problem.doors
    if problem.choices[5] == KEPT_FREE:
        boards.remove(covered, entrance_x, entrance_y)
        boards.remove(covered, exit_x, exit_y)
    boards.complement(covered, free, problem.size[1])
    every_block = problem.choices[4] == EVERY_BLOCK
    boards.flood(board, problem.doors, not every_block)
    complete = boards.holds(board[2], exit_x, exit_y)
    if every_block and complete:
        complete = _all_reached(rectangles, placed, board[2], problem.size)
    if problem.choices[2] == CELLS:
        b = boards.count(covered)
    elif problem.choices[2] == LENGTHS:
        b = _area(rectangles, placed)
    else:
        b = placed
    if problem.choices[3] == AROUND_CELLS:
        r = _around_cells(covered, problem)
    else:
        r = _spread(rectangles, placed, n[:placed], problem)
    return b / 5.0 + (0.05 if complete else -0.5) + r


@compiled
def _corners(rectangles: np.ndarray, block: int) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom, all included."""
    return (
        rectangles[block, 0], rectangles[block, 1], rectangles[block, 2], rectangles[block, 3],
    )  # fmt: skip


@compiled
def _touch(rectangles: np.ndarray, one: int, other: int, within: int) -> bool:
    """Say whether two rectangles share a cell (`within` 0), or a cell or a side (1)."""
    left, top, right, bottom = _corners(rectangles, one)
    left2, top2, right2, bottom2 = _corners(rectangles, other)
    across = max(left - right2, left2 - right, 0)
    down = max(top - bottom2, top2 - bottom, 0)
    return across + down <= within


@compiled
def _place(blocks: np.ndarray, problem: Problem, rectangles: np.ndarray) -> int:
    """Write left, top, right and bottom of every block that stands; return how many stand."""
    for block in range(blocks.shape[0]):
        x, y = np.int64(blocks[block, 1]), np.int64(blocks[block, 2])
        beyond = np.int64(blocks[block, 3]) - 1
        vertical = np.int64(blocks[block, 0])
        rectangles[block, 0], rectangles[block, 1] = x, y
        rectangles[block, 2] = x + beyond * (1 - vertical)
        rectangles[block, 3] = y + beyond * vertical
    if problem.choices[0] == INSIDE and problem.choices[1] == UNION:
        return blocks.shape[0]
    return _thin_out(rectangles, problem)


@compiled
def _thin_out(rectangles: np.ndarray, problem: Problem) -> int:
    """Cut off or drop what reaches past the edge, drop what overlaps; move the rest together."""
    rows, columns = problem.size
    placed = 0
    for block in range(rectangles.shape[0]):
        left, top, right, bottom = _corners(rectangles, block)
        if problem.choices[0] == EDGE_DROP and (right >= columns or bottom >= rows):
            continue
        rectangles[placed, 0], rectangles[placed, 1] = left, top
        rectangles[placed, 2], rectangles[placed, 3] = (
            min(right, columns - 1),
            min(bottom, rows - 1),
        )
        overlaps = False
        if problem.choices[1] == DROP:
            for other in range(placed):
                overlaps |= _touch(rectangles, placed, other, 0)
        placed += not overlaps
    return placed


@compiled
def _area(rectangles: np.ndarray, placed: int) -> int:
    cells = 0
    for block in range(placed):
        left, top, right, bottom = _corners(rectangles, block)
        cells += (right - left + 1) * (bottom - top + 1)
    return cells


@compiled
def _spread(rectangles: np.ndarray, placed: int, n: np.ndarray, problem: Problem) -> float:
    """Return the paper's r from the blocks that touch each block, counted in `n`."""
    if placed == 0:
        return problem.values[0]
    n[:] = 0
    for one in range(placed):
        for other in range(one):
            touch = _touch(rectangles, one, other, 1)
            n[one] += touch
            n[other] += touch
    reading = problem.choices[3]
    if reading == PER_BLOCK:
        r = 0.0
        for block in range(placed):
            r += problem.values[n[block]]
        return r / placed
    if reading == MEAN:
        mean = n.sum() / placed
        if mean == 0:
            return problem.values[0]
        return 0.05 * mean if mean >= 5 else 0.05 / mean
    if reading == TOTAL:
        return problem.values[n.sum()]
    return problem.values[n.min() if reading == FEWEST else n.max()]


@compiled
def _around_cells(covered: np.ndarray, problem: Problem) -> float:
    """Return r averaged over covered cells, n being the covered ones of the eight around each."""
    rows, columns = problem.size
    total, cells = 0.0, 0
    for x in range(columns):
        for y in range(rows):
            if boards.holds(covered, x, y):
                n = -1
                for across in range(max(x - 1, 0), min(x + 2, columns)):
                    for down in range(max(y - 1, 0), min(y + 2, rows)):
                        n += boards.holds(covered, across, down)
                total += problem.values[n]
                cells += 1
    return total / cells if cells else problem.values[0]


@compiled
def _all_reached(
    rectangles: np.ndarray, placed: int, reached: np.ndarray, size: np.ndarray
) -> bool:
    """Say whether beside every block there is a reached cell that it does not cover itself."""
    rows, columns = size
    for block in range(placed):
        left, top, right, bottom = _corners(rectangles, block)
        beside = False
        for x in range(left, right + 1):
            beside |= top > 0 and boards.holds(reached, x, top - 1)
            beside |= bottom + 1 < rows and boards.holds(reached, x, bottom + 1)
        for y in range(top, bottom + 1):
            beside |= left > 0 and boards.holds(reached, left - 1, y)
            beside |= right + 1 < columns and boards.holds(reached, right + 1, y)
        if not beside:
            return False
    return True
