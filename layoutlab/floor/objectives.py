"""How good is a floor? The paper's fitness f + a + r, and the readings its text allows.

Dalgic, Bostanci and Guzel, "Genetic Algorithm Based Floor Planning System", section IV.C::

    f = b / 5        b: "total block count (1's in an individual)"
    a = +0.05 if s, else -0.5         s: "A* algorithm result that the map can complete process"
    r = 0.05 n if n >= 5, else 0.05 / n         n: "number of neighbours for a block"

`reference_fitness` follows these lines cell by cell with A*; `kernels.evaluate` counts the same for
whole populations, compiled, and is tested to be equal to the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from layoutlab.floor.genome import (
    Blocks,
    Cell,
    Floor,
    check_reading,
    placed_cells,
)
from layoutlab.floor.paths import a_star, steps

COVERS = ("cells", "lengths", "blocks")
NEIGHBOURS = ("per_block", "mean", "total", "fewest", "most", "cells")
ALONE = ("as_one", "zero")
WALKS = ("exit", "every_block")
DOORS = ("closed", "kept_free")


@dataclass(frozen=True)
class Readings:
    """One reading for each sentence of the fitness that can be read in several ways.

    Attributes
    ----------
    covers : {"cells", "lengths", "blocks"}
        What b counts: cells with a 1; the lengths of the blocks, overlapping cells twice; blocks.
    neighbours : {"per_block", "mean", "total", "fewest", "most", "cells"}
        What n counts. A block's neighbours are the other blocks that share a side or a cell with
        it. "per_block": r of every block, averaged; "mean", "total", "fewest", "most": r of that
        figure over the blocks; "cells": a "block" is one cell with a 1, its neighbours those among
        the eight cells around it, and r is averaged over them.
    alone : {"as_one", "zero"}
        What r is at n = 0, where 0.05 / n has no value: 0.05, as with one neighbour, or 0.
    walk : {"exit", "every_block"}
        What "complete" means: the exit is reached; or the exit and a free cell beside each block.
    door : {"closed", "kept_free"}
        A block on a door: the door is closed; or its cell is kept free.

    Raises
    ------
    InputError
        When an unknown reading is named.
    """

    covers: str = "cells"
    neighbours: str = "per_block"
    alone: str = "as_one"
    walk: str = "exit"
    door: str = "closed"

    def __post_init__(self) -> None:
        check_reading("covers", self.covers, COVERS)
        check_reading("neighbours", self.neighbours, NEIGHBOURS)
        check_reading("alone", self.alone, ALONE)
        check_reading("walk", self.walk, WALKS)
        check_reading("door", self.door, DOORS)


@dataclass(frozen=True)
class Tally:
    """What the fitness counts on one floor.

    Attributes
    ----------
    covered : int
        The paper's b.
    complete : bool
        The paper's s.
    neighbours : tuple of int
        One count for each placed block (or covered cell); the paper's n before it is summed up.
    """

    covered: int
    complete: bool
    neighbours: tuple[int, ...]


def neighbour_value(n: float, readings: Readings) -> float:
    """Return the paper's r of one count `n`, at least 0."""
    if n == 0:
        return 0.05 if readings.alone == "as_one" else 0.0
    return 0.05 * n if n >= 5 else 0.05 / n


def terms(tally: Tally, readings: Readings) -> tuple[float, float, float]:
    """Return the paper's (f, a, r) of a tally."""
    n = tally.neighbours or (0,)
    if readings.neighbours in ("per_block", "cells"):
        r = sum(neighbour_value(each, readings) for each in n) / len(n)
    else:
        figures = {"mean": sum(n) / len(n), "total": sum(n), "fewest": min(n), "most": max(n)}
        r = neighbour_value(figures[readings.neighbours], readings)
    return tally.covered / 5.0, 0.05 if tally.complete else -0.5, r


def reference_tally(blocks: Blocks, floor: Floor, readings: Readings) -> Tally:
    """Count b, s and n cell by cell: the reference that the kernels must equal."""
    placed = placed_cells(blocks, floor)
    covered = frozenset[Cell]().union(*placed)
    if readings.door == "kept_free":
        covered -= {floor.entrance, floor.exit}
    figures = {
        "cells": len(covered),
        "lengths": sum(len(cells) for cells in placed),
        "blocks": len(placed),
    }
    plan = np.zeros((floor.rows, floor.columns), dtype=np.uint8)
    for x, y in covered:
        plan[y, x] = 1
    complete = a_star(plan, floor.entrance, floor.exit) is not None
    if readings.walk == "every_block":
        complete = complete and all(_reached(cells, plan, floor) for cells in placed)
    n = (
        [_covered_around(cell, covered) for cell in sorted(covered)]
        if readings.neighbours == "cells"
        else _touching(placed)
    )
    return Tally(figures[readings.covers], complete, tuple(n))


def _reached(cells: frozenset[Cell], plan: np.ndarray, floor: Floor) -> bool:
    beside = {following for cell in cells for following in steps(cell)} - cells
    return any(a_star(plan, floor.entrance, cell) is not None for cell in sorted(beside))


def _touching(placed: Sequence[frozenset[Cell]]) -> list[int]:
    """Count for each block the others that share a side or a cell with it."""
    n = [0] * len(placed)
    for (one, cells), (other, others) in combinations(enumerate(placed), 2):
        if any(cell in others or not others.isdisjoint(steps(cell)) for cell in cells):
            n[one] += 1
            n[other] += 1
    return n


def _covered_around(cell: Cell, covered: frozenset[Cell]) -> int:
    x, y = cell
    return sum((x + dx, y + dy) in covered for dx in (-1, 0, 1) for dy in (-1, 0, 1)) - 1


def reference_fitness(blocks: Blocks, floor: Floor, readings: Readings) -> float:
    """Return the paper's f + a + r, counted cell by cell with A*."""
    f, a, r = terms(reference_tally(blocks, floor, readings), readings)
    return f + a + r
