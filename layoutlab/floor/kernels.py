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
    size, doors, values = problem.size, problem.doors, problem.values
    edge, overlap, covers, neighbours, walk, door = problem.choices
    entrance_x, entrance_y, exit_x, exit_y = doors
    blocks = population.shape[1]
    rectangles = np.empty((4, blocks), dtype=np.int32)
    n = np.empty(blocks, dtype=np.int64)
    board = boards.new(size)
    covered, free, reached = board[0], board[1], board[2]
    count = 0
    for one in range(population.shape[0]):
        if not chosen[one]:
            continue
        count += 1
        placed = blocks
        _place(population, one, rectangles)
        if edge != INSIDE or overlap != UNION:
            placed = _thin_out(rectangles, size, edge, overlap)
        boards.clear(covered)
        for block in range(placed):
            left, top, right, bottom = _corners(rectangles, block)
            boards.add(covered, left, top, right, bottom)
        if door == KEPT_FREE:
            boards.remove(covered, entrance_x, entrance_y)
            boards.remove(covered, exit_x, exit_y)
        boards.complement(covered, free, size[1])
        boards.flood(free, reached, doors, walk != EVERY_BLOCK)
        complete = boards.holds(reached, exit_x, exit_y)
        if walk == EVERY_BLOCK and complete:
            complete = _all_reached(rectangles, placed, reached, size)
        if covers == CELLS:
            b = boards.count(covered)
        elif covers == LENGTHS:
            b = _area(rectangles, placed)
        else:
            b = placed
        if neighbours == AROUND_CELLS:
            r = _around_cells(covered, size, values)
        else:
            _count_touching(rectangles, placed, n)
            r = _spread(n, placed, values, neighbours)
        fitness[one] = b / 5.0 + (0.05 if complete else -0.5) + r
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
    fitness = np.empty(1)
    evaluate_chosen(blocks.reshape(1, -1, 4), np.ones(1, dtype=np.bool_), problem, fitness)
    return fitness[0]


@compiled
def _corners(rectangles: np.ndarray, block: int) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom, all included."""
    return (
        rectangles[0, block], rectangles[1, block], rectangles[2, block], rectangles[3, block],
    )  # fmt: skip


@compiled
def _place(population: np.ndarray, one: int, rectangles: np.ndarray) -> None:
    """Write left, top, right and bottom of every block, a row of `rectangles` each."""
    lefts, tops, rights, bottoms = rectangles[0], rectangles[1], rectangles[2], rectangles[3]
    for block in range(population.shape[1]):
        x, y = population[one, block, 1], population[one, block, 2]
        beyond, vertical = population[one, block, 3] - 1, population[one, block, 0]
        lefts[block], tops[block] = x, y
        rights[block] = x + beyond * (1 - vertical)
        bottoms[block] = y + beyond * vertical


@compiled
def _thin_out(rectangles: np.ndarray, size: np.ndarray, edge: int, overlap: int) -> int:
    """Cut off or drop what reaches past the edge, drop what overlaps; move the rest together."""
    rows, columns = size
    placed = 0
    for block in range(rectangles.shape[1]):
        left, top, right, bottom = _corners(rectangles, block)
        if edge == EDGE_DROP and (right >= columns or bottom >= rows):
            continue
        right, bottom = min(right, columns - 1), min(bottom, rows - 1)
        dropped = False
        if overlap == DROP:
            for other in range(placed):
                left2, top2, right2, bottom2 = _corners(rectangles, other)
                across = left <= right2 and left2 <= right
                dropped |= across and top <= bottom2 and top2 <= bottom
        if not dropped:
            rectangles[0, placed], rectangles[1, placed] = left, top
            rectangles[2, placed], rectangles[3, placed] = right, bottom
            placed += 1
    return placed


@compiled
def _count_touching(rectangles: np.ndarray, placed: int, n: np.ndarray) -> None:
    """Write into `n` how many others each rectangle shares a cell or a side with.

    All are compared with all, itself included: that is one loop without a branch, which the
    compiler turns into vector instructions.
    """
    lefts, tops, rights, bottoms = rectangles[0], rectangles[1], rectangles[2], rectangles[3]
    for block in range(placed):
        left, top, right, bottom = _corners(rectangles, block)
        count = -1
        for other in range(placed):
            across = max(left - rights[other], lefts[other] - right, 0)
            down = max(top - bottoms[other], tops[other] - bottom, 0)
            count += across + down <= 1
        n[block] = count


@compiled
def _area(rectangles: np.ndarray, placed: int) -> int:
    cells = 0
    for block in range(placed):
        left, top, right, bottom = _corners(rectangles, block)
        cells += (right - left + 1) * (bottom - top + 1)
    return cells


@compiled
def _spread(n: np.ndarray, placed: int, values: np.ndarray, reading: int) -> float:
    """Return the paper's r from the blocks that touch each block that stands."""
    if placed == 0:
        return values[0]
    if reading == PER_BLOCK:
        r = 0.0
        for block in range(placed):
            r += values[n[block]]
        return r / placed
    n = n[:placed]
    if reading == MEAN:
        mean = n.sum() / placed
        if mean == 0:
            return values[0]
        return 0.05 * mean if mean >= 5 else 0.05 / mean
    if reading == TOTAL:
        return values[n.sum()]
    return values[n.min() if reading == FEWEST else n.max()]


@compiled
def _around_cells(covered: np.ndarray, size: np.ndarray, values: np.ndarray) -> float:
    """Return r averaged over covered cells, n being the covered ones of the eight around each."""
    rows, columns = size
    total, cells = 0.0, 0
    for x in range(columns):
        for y in range(rows):
            if boards.holds(covered, x, y):
                n = -1
                for across in range(max(x - 1, 0), min(x + 2, columns)):
                    for down in range(max(y - 1, 0), min(y + 2, rows)):
                        n += boards.holds(covered, across, down)
                total += values[n]
                cells += 1
    return total / cells if cells else values[0]


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
