"""How good can a floor be? The best plan, and a bound that no plan exceeds.

All plans fall into cases: with a walk between the doors or without, and by the cells lost, out of
those that the blocks would cover if all had the greatest length and none overlapped. Arithmetic
bounds every case and closes most of them; where no cell is lost, `best_packing` is exact; what is
left goes to CP-SAT, whose bound holds at any time it is stopped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, decode
from layoutlab.floor.objectives import Readings, reference_fitness, reference_tally
from layoutlab.floor.optimum.annealing import Schedule, search
from layoutlab.floor.optimum.covering import Case, best_covering
from layoutlab.floor.optimum.packing import best_packing, neighbour_values
from layoutlab.floor.paths import a_star

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Optimum:
    """What is known of the best fitness on a floor.

    Attributes
    ----------
    blocks : tuple of Block
        The best plan met.
    fitness : float
        Its fitness.
    bound : float
        No plan has a greater fitness.
    walk : bool
        Whether that plan leaves a walk between the doors.
    nodes : int
        Partial plans that branch and bound looked at.
    work : float
        Deterministic time that CP-SAT spent.
    """

    blocks: tuple[Block, ...]
    fitness: float
    bound: float
    walk: bool
    nodes: int
    work: float

    @property
    def gap(self) -> float:
        """What the bound leaves open; 0 where the plan is proved best."""
        return 0.0 if self.proved else self.bound - self.fitness

    @property
    def proved(self) -> bool:
        """Whether plan and bound meet, but for rounding."""
        return self.bound <= self.fitness + TOLERANCE


def optimum(
    floor: Floor,
    readings: Readings | None = None,
    *,
    rng: np.random.Generator,
    evaluations: int = 200_000,
    work: float = 0.0,
    spread: bool = False,
    needs_walk: bool = False,
) -> Optimum:
    """Return the best plan of a floor, proved where the bound reaches it.

    Parameters
    ----------
    floor : Floor
        With `edge` "inside" and `overlap` "union".
    readings : Readings, optional
        `covers` "cells", `neighbours` "per_block", `walk` "exit" and `door` "closed"; `alone` may
        be either.
    rng : numpy.random.Generator
        Of the annealing that gives the first plan; a proof does not depend on it. Where blocks
        cannot all stand beside a walk, it tries overlaps more often than by default.
    evaluations : int
        Budget of that annealing, which ends early at a plan that reaches the simplest bound.
    work : float
        Deterministic time for CP-SAT on each case that is left, roughly seconds; 0 leaves it out.
    spread : bool
        r = 0.05 / n for every n, instead of the paper's reward from five on.
    needs_walk : bool
        Only plans with a walk between the doors count, instead of the paper's loss of 0.55.

    Returns
    -------
    Optimum

    Raises
    ------
    InputError
        When the floor or a reading is not one of those above.
    """
    readings = readings or Readings()
    _check(floor, readings)
    parts = [case for case in cases(floor) if case.walk or not needs_walk]
    simple = {case: case_bound(case, floor, readings, spread=spread) for case in parts}
    blocks, fitness, _ = search(
        floor,
        readings,
        evaluations=evaluations,
        rng=rng,
        target=max(simple.values()),
        schedule=schedule_for(floor),
        spread=spread,
    )
    if needs_walk and not can_walk(blocks, floor):
        blocks = _with_walk(floor, readings, evaluations=evaluations, rng=rng, spread=spread)
        fitness = plan_fitness(blocks, floor, readings, spread=spread) if blocks else -1.0
    nodes, spent, bounds = 0, 0.0, []
    for case in sorted(parts, key=lambda each: -simple[each]):
        bound = simple[case]
        if bound <= fitness + TOLERANCE:
            continue
        plan: tuple[Block, ...] = ()
        if lost(case, floor) == 0:
            bonus = case.most / 5 + _bonus(walk=case.walk)
            least = max(fitness - bonus, -1.0)
            packing = best_packing(floor, readings, walk=case.walk, least=least, spread=spread)
            plan, bound, nodes = packing.blocks, bonus + packing.r, nodes + packing.nodes
        elif work > 0:
            covering = best_covering(floor, readings, case, least=fitness, work=work, spread=spread)
            plan, bound = covering.blocks, min(bound, covering.bound)
            spent += covering.work
        if plan:
            blocks = plan
            fitness = plan_fitness(plan, floor, readings, spread=spread)
        bounds.append(bound)
    fitness = plan_fitness(blocks, floor, readings, spread=spread) if blocks else fitness
    walks = bool(blocks) and can_walk(blocks, floor)
    return Optimum(blocks, fitness, max([fitness, *bounds]), walks, nodes, spent)


def schedule_for(floor: Floor) -> Schedule:
    """Return a schedule that tries overlaps more often where blocks cannot all spare a walk."""
    crowded = most_covered(floor, walk=True) < floor.blocks * max(floor.lengths)
    return Schedule(overlap=0.3) if crowded else Schedule()


def _with_walk(
    floor: Floor,
    readings: Readings,
    *,
    evaluations: int,
    rng: np.random.Generator,
    spread: bool,
) -> tuple[Block, ...]:
    """Return a plan with a walk: one of fewer blocks that leaves it, its first block repeated."""
    for number in range(floor.blocks - 1, 0, -1):
        fewer = replace(floor, blocks=number)
        blocks, _, _ = search(fewer, readings, evaluations=evaluations, rng=rng, spread=spread)
        if can_walk(blocks, fewer):
            return blocks + blocks[:1] * (floor.blocks - number)
    return ()


def _check(floor: Floor, readings: Readings) -> None:
    wanted = {"edge": "inside", "overlap": "union"}
    wanted |= {"covers": "cells", "neighbours": "per_block", "walk": "exit", "door": "closed"}
    for name, value in wanted.items():
        given = getattr(floor if hasattr(floor, name) else readings, name)
        if given != value:
            raise InputError(f"{name}: expected {value!r} for the optimum, got {given!r}")


def plan_fitness(
    blocks: tuple[Block, ...], floor: Floor, readings: Readings, *, spread: bool = False
) -> float:
    """Return the fitness of a plan; that of `reference_fitness` unless r is read as `spread`."""
    if not spread:
        return reference_fitness(blocks, floor, readings)
    tally = reference_tally(blocks, floor, readings)
    values = neighbour_values(floor.blocks, readings, spread=True)
    r = sum(values[n] for n in tally.neighbours) / floor.blocks
    return float(tally.covered / 5 + _bonus(walk=tally.complete) + r)


def can_walk(blocks: tuple[Block, ...], floor: Floor) -> bool:
    """Say whether the exit can be reached from the entrance."""
    return a_star(decode(blocks, floor), floor.entrance, floor.exit) is not None


def _bonus(*, walk: bool) -> float:
    return 0.05 if walk else -0.5


def most_covered(floor: Floor, *, walk: bool) -> int:
    """Return how many cells blocks can cover at most, all cells of a shortest walk being free."""
    (x, y), (x2, y2) = floor.entrance, floor.exit
    kept = abs(x - x2) + abs(y - y2) + 1 if walk else 0
    return min(floor.blocks * max(floor.lengths), floor.rows * floor.columns - kept)


def cases(floor: Floor) -> Iterator[Case]:
    """Split all plans by walk and by cells covered: the three greatest counts, and all fewer."""
    for walk in (True, False):
        most = most_covered(floor, walk=walk)
        least = min(floor.lengths)
        for covered in range(most, max(most - 3, least), -1):
            yield Case(walk, covered, covered)
        yield Case(walk, least, max(most - 3, least))


def lost(case: Case, floor: Floor) -> int:
    """Return how many cells a plan of the case loses at least, to overlap or shorter blocks."""
    return floor.blocks * max(floor.lengths) - case.most


def most_touches(blocks: int, cells_lost: int) -> int:
    """Return how many pairs of blocks can touch.

    Side by side, blocks are the nodes of a planar graph, and a planar graph of n >= 3 nodes has at
    most 3 n - 6 edges (Euler). One lost cell is a shorter block, or one overlap of two blocks in
    one cell. Give that cell to one of them. If the other loses its end, at most two contacts of its
    own are lost with it; if it falls into two pieces, there are n + 1 nodes, and one edge, that of
    both pieces to the block between them, counts twice. So there are at most 3 n - 4. For more
    lost cells we say no more than that every pair may touch.
    """
    pairs = blocks * (blocks - 1) // 2
    if blocks < 3 or cells_lost > 1:
        return pairs
    return min(pairs, 3 * blocks - 6 + 2 * cells_lost)


def case_bound(case: Case, floor: Floor, readings: Readings, *, spread: bool = False) -> float:
    """Return a fitness that no plan of the case exceeds.

    A block's r is at most that of the best number of neighbours, and at most 0.05 for each of
    them, or 0.05 where it has none.
    """
    values = neighbour_values(floor.blocks, readings, spread=spread)
    touches = most_touches(floor.blocks, lost(case, floor))
    r = min(values.max(), max(0.05 * 2 * touches / floor.blocks, 0.05))
    return float(case.most / 5 + _bonus(walk=case.walk) + r)
