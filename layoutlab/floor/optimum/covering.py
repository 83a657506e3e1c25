"""Which plan is best where blocks are too many to stand side by side? An integer programme.

Where the blocks would cover more than the floor can spare, a best plan may hold shorter blocks and
overlaps. Every block on every place is then a variable, cells are covered or free, the walk is a
path through free cells, and OR-Tools' CP-SAT raises the fitness and lowers its bound until they
meet or its time is up. Time is CP-SAT's own deterministic count of work, so that the same call
gives the same answer on any machine.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layoutlab.cp_sat import cp_model
from layoutlab.floor.genome import Block, Cell, Floor, block_cells
from layoutlab.floor.objectives import Readings
from layoutlab.floor.optimum.packing import neighbour_values, scale
from layoutlab.floor.paths import steps


@dataclass(frozen=True)
class Case:
    """A part of all plans.

    Attributes
    ----------
    walk : bool
        Plans with a walk between the doors, or without.
    fewest, most : int
        Cells covered.
    """

    walk: bool
    fewest: int
    most: int


class Covering(NamedTuple):
    """What the integer programme gives.

    Attributes
    ----------
    blocks : tuple of Block
        The best plan met; empty when none exceeds what was asked for.
    bound : float
        No plan of the case has a greater fitness; `least` when none exceeds it.
    work : float
        Deterministic time spent, in CP-SAT's units, roughly seconds of one core.
    """

    blocks: tuple[Block, ...]
    bound: float
    work: float


def best_covering(
    floor: Floor,
    readings: Readings,
    case: Case,
    *,
    least: float,
    work: float,
    spread: bool = False,
) -> Covering:
    """Search a case for a plan with a fitness above `least`.

    Parameters
    ----------
    floor : Floor
    readings : Readings
        With `covers` "cells" and `neighbours` "per_block".
    case : Case
    least : float
        Fitness to exceed.
    work : float
        Deterministic time at which to stop, above 0.
    spread : bool
        r = 0.05 / n for every n, instead of the paper's reward from five on.

    Returns
    -------
    Covering

    References
    ----------
    Perron and Didier, CP-SAT, Google OR-Tools, 2025.
    """
    copies = _copies(floor, case)
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in copies]
    model.add(sum(chosen) == floor.blocks)
    for at, block in enumerate(copies[1:]):
        if block == copies[at]:
            model.add_implication(chosen[at + 1], chosen[at])
    covered = _covered(model, copies, chosen, floor, case)
    if case.walk:
        _walk(model, covered, floor)
    unit = scale(floor.blocks)
    values = neighbour_values(floor.blocks, readings, spread=spread)
    value = _neighbour_terms(
        model, copies, chosen, np.rint(values * 20 * unit).astype(int).tolist()
    )
    cells = 4 * unit * floor.blocks
    bonus = 0.05 if case.walk else -0.5
    whole = unit * 20 * floor.blocks
    fitness = cells * cp_model.LinearExpr.sum(list(covered.values())) + value
    model.add(fitness >= int(np.floor((least - bonus) * whole + 1e-6)) + 1)
    model.maximize(fitness)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = work
    status = solver.solve(model)
    spent = solver.response_proto.deterministic_time
    if status == cp_model.INFEASIBLE:
        return Covering((), least, spent)
    bound = solver.best_objective_bound / whole + bonus
    if status == cp_model.UNKNOWN:
        return Covering((), bound, spent)
    plan = tuple(block for block, here in zip(copies, chosen, strict=True) if solver.value(here))
    return Covering(plan, bound, spent)


def _copies(floor: Floor, case: Case) -> list[Block]:
    """Return every block that a plan of the case can hold, as often as it can hold it.

    Of the cells that all blocks of the greatest length would cover, a plan may lose `slack`; a
    shorter block loses what it lacks, a block on top of itself its whole length.
    """
    longest = max(floor.lengths)
    slack = floor.blocks * longest - case.fewest
    doors = {floor.entrance, floor.exit}
    copies = []
    for length in sorted(set(floor.lengths)):
        lacking = longest - length
        if lacking > slack:
            continue
        times = min(1 + (slack - lacking) // longest, floor.blocks)
        for is_vertical in (False, True)[: 1 + (length > 1)]:
            for y in range(floor.rows - (length - 1 if is_vertical else 0)):
                for x in range(floor.columns - (0 if is_vertical else length - 1)):
                    block = Block(is_vertical, x, y, length)
                    if not case.walk or doors.isdisjoint(block_cells(block)):
                        copies += [block] * times
    return copies


def _covered(
    model: cp_model.CpModel,
    copies: list[Block],
    chosen: list[cp_model.IntVar],
    floor: Floor,
    case: Case,
) -> dict[Cell, cp_model.IntVar]:
    """Tie a variable to each cell: 1 exactly where a chosen block stands."""
    on = {(x, y): list[cp_model.IntVar]() for y in range(floor.rows) for x in range(floor.columns)}
    for block, here in zip(copies, chosen, strict=True):
        for cell in block_cells(block):
            on[cell].append(here)
    covered = {cell: model.new_bool_var("") for cell in on}
    for cell, blocks in on.items():
        model.add_bool_or([*blocks, covered[cell].negated()])
        for here in blocks:
            model.add_implication(here, covered[cell])
    total = sum(covered.values())
    model.add_linear_constraint(total, case.fewest, case.most)
    return covered


def _walk(model: cp_model.CpModel, covered: dict[Cell, cp_model.IntVar], floor: Floor) -> None:
    """Ask for a path through free cells: a circuit that returns from the exit to the entrance."""
    number = {cell: at for at, cell in enumerate(covered)}
    arcs = [(number[floor.exit], number[floor.entrance], True)]
    for cell, block in covered.items():
        if cell not in (floor.entrance, floor.exit):
            off = model.new_bool_var("")
            model.add_implication(block, off)
            arcs.append((number[cell], number[cell], off))
        arcs += [
            (number[cell], number[after], model.new_bool_var(""))
            for after in steps(cell)
            if after in number and cell != floor.exit and after != floor.entrance
        ]
    model.add_circuit(arcs)


def _neighbour_terms(
    model: cp_model.CpModel,
    copies: list[Block],
    chosen: list[cp_model.IntVar],
    values: list[int],
) -> cp_model.LinearExpr:
    """Return the sum of r over the chosen blocks, in units of 0.05 / `scale`.

    A chosen block claims a number of neighbours. Whether it has at least, or at most, so many is
    asked for only where claiming too many, or too few, would pay.
    """
    spans = [(block_cells(block)[0], block_cells(block)[-1]) for block in copies]
    worth = []
    for at, here in enumerate(chosen):
        others = [other for other in range(len(copies)) if other != at and _meet(spans, at, other)]
        n = cp_model.LinearExpr.sum([chosen[other] for other in others])
        claims = [model.new_bool_var("") for _ in values]
        model.add(sum(claims) == here)
        for claimed, (claim, value) in enumerate(zip(claims, values, strict=True)):
            if any(value > fewer for fewer in values[:claimed]):
                model.add(n >= claimed).only_enforce_if(claim)
            if any(value > more for more in values[claimed + 1 :]):
                model.add(n <= claimed).only_enforce_if(claim)
            worth.append(value * claim)
    return cp_model.LinearExpr.sum(worth)


def _meet(spans: list[tuple[Cell, Cell]], one: int, other: int) -> bool:
    """Say whether two blocks share a side or a cell."""
    (left, top), (right, bottom) = spans[one]
    (left2, top2), (right2, bottom2) = spans[other]
    across = max(left - right2, left2 - right, 0)
    down = max(top - bottom2, top2 - bottom, 0)
    return across + down <= 1
