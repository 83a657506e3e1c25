"""Which search reaches the best floor known? Simulated annealing with moves that know blocks.

One block at a time is moved: shifted by a cell, turned about one of its cells, lengthened or
shortened, placed beside another block or between two, or drawn anew. A worse floor is accepted
with Metropolis' probability at a temperature that falls geometrically; when a run has cooled,
another starts from a random floor. Every fitness evaluation counts against the budget.
"""

from dataclasses import dataclass

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, random_individual
from layoutlab.floor.kernels import Problem, compile_problem, fitness_of
from layoutlab.floor.objectives import Readings

MOVES = ("shift", "turn", "lengthen", "beside", "bridge", "replace")
TRIES = 20
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Schedule:
    """How the annealing cools and what it tries.

    The defaults were chosen on floors of 8 by 8, 9 by 9 and 12 by 10 cells and on the paper's with
    9 and with 11 blocks, never on the paper's with 10.

    Attributes
    ----------
    hot, cold : float
        First and last temperature of a run, in units of fitness; `cold` above 0, `hot` at least
        `cold`.
    run : int
        Evaluations of a run, at least 2; then a random floor starts the next.
    weights : tuple of float, length 6
        Chances of the moves in `MOVES`, at least 0, not all 0.
    overlap : float
        Chance that a moved block which would lie on another is tried all the same, above 0 and up
        to 1; otherwise another move is drawn, and nothing is evaluated.

    Raises
    ------
    InputError
        When a value is out of range.
    """

    hot: float = 0.03
    cold: float = 0.004
    run: int = 33_334
    weights: tuple[float, ...] = (0.08, 0.03, 0.02, 0.1, 0.67, 0.1)
    overlap: float = 0.02

    def __post_init__(self) -> None:
        if not 0 < self.cold <= self.hot:
            raise InputError(
                f"temperatures: expected 0 < cold <= hot, got {self.cold:g} and {self.hot:g}"
            )
        if self.run < 2:
            raise InputError(f"run: expected at least 2 evaluations, got {self.run}")
        weights = tuple(self.weights)
        if len(weights) != len(MOVES) or min(weights) < 0 or sum(weights) <= 0:
            raise InputError(
                f"weights: expected one of at least 0 for each of {', '.join(MOVES)}, "
                f"not all 0, got {weights}"
            )
        if not 0 < self.overlap <= 1:
            raise InputError(f"overlap: expected above 0 and up to 1, got {self.overlap:g}")


def search(
    floor: Floor,
    readings: Readings,
    *,
    evaluations: int,
    rng: np.random.Generator,
    target: float | None = None,
    schedule: Schedule | None = None,
    spread: bool = False,
) -> tuple[tuple[Block, ...], float, np.ndarray]:
    """Return the best floor met within a budget of evaluations.

    Parameters
    ----------
    floor : Floor
        Its `edge` must be "inside".
    readings : Readings
    evaluations : int
        Most floors to evaluate, at least 1.
    rng : numpy.random.Generator
        The same state gives the same result on any machine.
    target : float, optional
        Stop once a floor is at least as good as this, less 1e-9.
    schedule : Schedule, optional
    spread : bool
        r = 0.05 / n for every n, instead of the paper's reward from five on.

    Returns
    -------
    best : tuple of Block
        At a tie the first met.
    fitness : float
    trajectory : ndarray of float, shape (improvements, 2)
        Evaluations spent and best fitness so far, at each improvement, from the first floor on.

    Raises
    ------
    InputError
        When the budget is below 1 or blocks may reach past the edge.

    References
    ----------
    Kirkpatrick, Gelatt and Vecchi, "Optimization by Simulated Annealing", Science 220 (1983).
    """
    if evaluations < 1:
        raise InputError(f"evaluations: expected at least 1, got {evaluations}")
    if floor.edge != "inside":
        raise InputError(f"edge: expected 'inside' for annealing, got {floor.edge!r}")
    schedule = schedule or Schedule()
    problem = compile_problem(floor, readings)
    if spread:
        values = problem.values.copy()
        values[5:] = 0.05 / np.arange(5, len(values))
        problem = problem._replace(values=values)
    wheel = np.cumsum(schedule.weights) / sum(schedule.weights)
    goal = np.inf if target is None else target - TOLERANCE
    cooling = np.array([schedule.hot, schedule.cold, schedule.run, schedule.overlap])
    best: tuple[Block, ...] = ()
    best_fitness, spent = -np.inf, 0
    improvements: list[tuple[float, float]] = []
    while spent < evaluations and best_fitness < goal:
        start = np.array(random_individual(floor, rng=rng), dtype=np.int16)
        budget = min(schedule.run, evaluations - spent)
        found, track, used = _anneal(start, problem, cooling, budget, wheel, goal, rng)
        for at, fitness in track.tolist():
            if fitness > best_fitness:
                best_fitness = fitness
                improvements.append((spent + at, fitness))
                best = tuple(Block(bool(v), x, y, length) for v, x, y, length in found.tolist())
        spent += used
    return best, float(best_fitness), np.array(improvements)


@compiled
def _anneal(
    blocks: np.ndarray,
    problem: Problem,
    schedule: np.ndarray,
    budget: int,
    wheel: np.ndarray,
    goal: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, int]:
    """Anneal once; return the best floor, its improvements and the evaluations spent."""
    track = np.empty((budget, 2))
    fitness = fitness_of(blocks, problem)
    best, met = blocks.copy(), 1
    track[0, 0], track[0, 1] = 1.0, fitness
    hot, cold, run, overlap = schedule
    cooling = np.log(cold / hot) / (run - 1)
    moved = np.empty(4, dtype=np.int16)
    kept = np.empty(4, dtype=np.int16)
    spent = 1
    while spent < budget and track[met - 1, 1] < goal:
        place = int(rng.integers(0, blocks.shape[0]))
        if not _move(blocks, place, problem, wheel, moved, rng):
            continue
        if _overlaps(blocks, place, moved) and rng.random() >= overlap:
            continue
        kept[:] = blocks[place]
        blocks[place] = moved
        candidate = fitness_of(blocks, problem)
        temperature = hot * np.exp(cooling * spent)
        spent += 1
        if candidate > track[met - 1, 1]:
            track[met, 0], track[met, 1] = spent, candidate
            met += 1
            best[:] = blocks
        if candidate >= fitness or rng.random() < np.exp((candidate - fitness) / temperature):
            fitness = candidate
        else:
            blocks[place] = kept
    return best, track[:met].copy(), spent


@compiled
def _move(
    blocks: np.ndarray,
    place: int,
    problem: Problem,
    wheel: np.ndarray,
    moved: np.ndarray,
    rng: np.random.Generator,
) -> bool:
    """Write a changed block to `moved`; say whether it differs and lies inside the floor."""
    lengths = problem.lengths
    kind = np.searchsorted(wheel, rng.random(), side="right")
    moved[:] = blocks[place]
    if kind == 0:
        moved[1 + rng.integers(0, 2)] += 2 * rng.integers(0, 2) - 1
    elif kind == 1:
        about, at = rng.integers(0, moved[3]), rng.integers(0, moved[3])
        across, down = (-at, about) if moved[0] else (about, -at)
        moved[0], moved[1], moved[2] = 1 - moved[0], moved[1] + across, moved[2] + down
    elif kind == 2:
        length = lengths[rng.integers(0, lengths.shape[0])]
        if rng.integers(0, 2):
            moved[2 if moved[0] else 1] += moved[3] - length
        moved[3] = length
    elif kind == 3:
        other = blocks[rng.integers(0, blocks.shape[0])]
        _put_beside(other, moved, rng)
    elif kind == 4:
        other = blocks[rng.integers(0, blocks.shape[0])]
        third = blocks[rng.integers(0, blocks.shape[0])]
        for _ in range(TRIES):
            _put_beside(other, moved, rng)
            if _apart(moved, third) == 1:
                break
    else:
        moved[0] = rng.integers(0, 2)
        moved[3] = lengths[rng.integers(0, lengths.shape[0])]
        wide, high = (1, moved[3]) if moved[0] else (moved[3], 1)
        moved[1] = rng.integers(0, problem.size[1] - wide + 1)
        moved[2] = rng.integers(0, problem.size[0] - high + 1)
    right = moved[1] + (0 if moved[0] else moved[3] - 1)
    bottom = moved[2] + (moved[3] - 1 if moved[0] else 0)
    inside = moved[1] >= 0 and moved[2] >= 0
    inside &= right < problem.size[1] and bottom < problem.size[0]
    return inside and not np.array_equal(moved, blocks[place])


@compiled
def _put_beside(other: np.ndarray, moved: np.ndarray, rng: np.random.Generator) -> None:
    """Give `moved` a fair direction and a place that shares a side with `other`."""
    moved[0] = rng.integers(0, 2)
    wide, high = (1, moved[3]) if moved[0] else (moved[3], 1)
    wide2, high2 = (1, other[3]) if other[0] else (other[3], 1)
    if rng.random() * (wide + wide2 + high + high2 - 2) < wide + wide2 - 1:
        moved[1] = other[1] - wide + 1 + rng.integers(0, wide + wide2 - 1)
        moved[2] = other[2] + (high2 if rng.integers(0, 2) else -high)
    else:
        moved[1] = other[1] + (wide2 if rng.integers(0, 2) else -wide)
        moved[2] = other[2] - high + 1 + rng.integers(0, high + high2 - 1)


@compiled
def _apart(one: np.ndarray, other: np.ndarray) -> int:
    """Return the steps between two blocks: 0 where they share a cell, 1 where they share a side."""
    wide, high = (1, one[3]) if one[0] else (one[3], 1)
    wide2, high2 = (1, other[3]) if other[0] else (other[3], 1)
    across = max(one[1] - other[1] - wide2, other[1] - one[1] - wide, -1) + 1
    down = max(one[2] - other[2] - high2, other[2] - one[2] - high, -1) + 1
    return across + down


@compiled
def _overlaps(blocks: np.ndarray, place: int, moved: np.ndarray) -> bool:
    """Say whether `moved`, put in the place of a block, would share a cell with another one."""
    for other in range(blocks.shape[0]):
        if other != place and _apart(moved, blocks[other]) == 0:
            return True
    return False
