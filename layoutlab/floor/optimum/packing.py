"""How well can blocks of one length stand side by side? Exact search, branch and bound.

On a floor with room to spare, every block of a best floor has the greatest length and no two
overlap (`layoutlab.floor.optimum.proof` proves when); what is left to choose is who touches whom.
The paper's r pays little for one to four neighbours and much from five on, so the search branches
on the crowded blocks, those with five neighbours or more: it names two of them, places their
neighbours, then names a third one or none, and cuts off what an upper bound shows to be no better.

Values are whole numbers, so nothing is lost by rounding.
"""

from collections.abc import Iterator
from itertools import product
from math import lcm
from typing import NamedTuple

import numpy as np

from layoutlab.floor.genome import Block, Cell, Floor, block_cells
from layoutlab.floor.objectives import Readings, neighbour_value
from layoutlab.floor.optimum.packing_kernels import PackingTables, pack_from

CROWDED = 5
NOTHING = np.array([], dtype=np.int64)


class Packing(NamedTuple):
    """The best plan of blocks side by side.

    Attributes
    ----------
    blocks : tuple of Block
        Empty when no plan beats `least`.
    r : float
        The paper's r of that plan, or `least`.
    nodes : int
        Partial plans looked at.
    """

    blocks: tuple[Block, ...]
    r: float
    nodes: int


def scale(blocks: int) -> int:
    """Return how many units 0.05 is worth, so that 0.05 / n is whole for every n below `blocks`."""
    return lcm(*range(1, max(blocks, 2)))


def neighbour_values(blocks: int, readings: Readings, *, spread: bool) -> np.ndarray:
    """Return r of 0, 1, 2 … neighbours, up to one less than `blocks`.

    `spread` replaces the paper's 0.05 n from five on by 0.05 / n, as below five.
    """
    paper = [neighbour_value(n, readings) for n in range(blocks)]
    return np.array(
        [0.05 / n if spread and n >= CROWDED else value for n, value in enumerate(paper)]
    )


def best_packing(
    floor: Floor,
    readings: Readings,
    *,
    walk: bool = True,
    least: float = -1.0,
    spread: bool = False,
) -> Packing:
    """Return the plan with the greatest r among blocks of the greatest length, none overlapping.

    Parameters
    ----------
    floor : Floor
    readings : Readings
        With `neighbours` "per_block"; decides what r is at n = 0.
    walk : bool
        Only plans with both doors free and a way between them, or any plan.
    least : float
        Only plans with a greater r than this are looked for.
    spread : bool
        r = 0.05 / n for every n, instead of the paper's reward from five on.

    Returns
    -------
    Packing
        Its r is the exact maximum, unless `blocks` is empty: then no such plan exceeds `least`.

    References
    ----------
    Land and Doig, "An Automatic Method of Solving Discrete Programming Problems", Econometrica 28
    (1960), for branch and bound.
    """
    tables = packing_tables(floor, readings, walk=walk, spread=spread)
    unit = scale(floor.blocks) * 20 * floor.blocks
    best = np.array([int(np.floor(least * unit + 1e-6))])
    plan = np.full(floor.blocks, -1)
    nodes = np.zeros(1, dtype=np.int64)
    for roots in [NOTHING] if spread else _roots(tables):
        pack_from(roots, floor.blocks, tables, best, plan, nodes)
        if len(roots) == 2:
            for image in tables.images:
                one, other = image[roots]
                tables.closed[one, other] = tables.closed[other, one] = True
    if plan[0] < 0:
        return Packing((), least, int(nodes[0]))
    blocks = tuple(Block(bool(v), x, y, length) for v, x, y, length in tables.places[plan].tolist())
    return Packing(blocks, float(best[0] / unit), int(nodes[0]))


def packing_tables(floor: Floor, readings: Readings, *, walk: bool, spread: bool) -> PackingTables:
    """Work out every place of a block of the greatest length, and which places meet."""
    length = max(floor.lengths)
    places = [
        Block(is_vertical, x, y, length)
        for is_vertical in (False, True)[: 1 + (length > 1)]
        for y in range(floor.rows - (length - 1 if is_vertical else 0))
        for x in range(floor.columns - (0 if is_vertical else length - 1))
        if not (walk and _on_a_door(Block(is_vertical, x, y, length), floor))
    ]
    corners = np.array([(*block_cells(b)[0], *block_cells(b)[-1]) for b in places])
    left, top, right, bottom = (corners[:, [side]] for side in range(4))
    across = np.maximum(np.maximum(left - right.T, left.T - right), 0)
    down = np.maximum(np.maximum(top - bottom.T, top.T - bottom), 0)
    unit = scale(floor.blocks)
    values = neighbour_values(floor.blocks, readings, spread=spread) * 20 * unit
    values = np.rint(values).astype(np.int64)
    crowded = floor.blocks if spread else CROWDED
    ahead = [max(values[n:crowded], default=values[n]) for n in range(floor.blocks)]
    return PackingTables(
        places=np.array(places, dtype=np.int64),
        corners=corners,
        overlap=across + down == 0,
        touch=across + down == 1,
        values=values,
        ahead=np.array(ahead),
        size=np.array([floor.rows, floor.columns]),
        doors=np.array([*floor.entrance, *floor.exit]),
        crowded=crowded,
        walk=walk,
        images=_images(places, floor),
        closed=np.zeros((len(places), len(places)), dtype=np.bool_),
    )


def _on_a_door(block: Block, floor: Floor) -> bool:
    return not {floor.entrance, floor.exit}.isdisjoint(block_cells(block))


def _images(places: list[Block], floor: Floor) -> np.ndarray:
    """Return where each symmetry of floor and doors sends each place: shape (symmetries, places).

    A symmetry keeps the pair of doors; a walk can be walked backwards.
    """
    number = {frozenset(block_cells(block)): at for at, block in enumerate(places)}
    doors = {floor.entrance, floor.exit}
    images = []
    turns = (False, True) if floor.rows == floor.columns else (False,)
    for image in product(turns, (False, True), (False, True)):
        if {_moved(door, floor, *image) for door in doors} == doors:
            cells = [[_moved(cell, floor, *image) for cell in block_cells(b)] for b in places]
            images.append([number[frozenset(moved)] for moved in cells])
    return np.array(images)


def _moved(cell: Cell, floor: Floor, transpose: bool, flip_x: bool, flip_y: bool) -> Cell:
    x, y = cell[::-1] if transpose else cell
    return floor.columns - 1 - x if flip_x else x, floor.rows - 1 - y if flip_y else y


def _roots(tables: PackingTables) -> Iterator[np.ndarray]:
    """Name the crowded blocks to start from: two of them, or the only one, or none.

    Of pairs that a symmetry sends to one another, the first is taken. Pairs with few common
    neighbours come first: they are done soon, and the others then need not consider them.
    """
    touch = tables.touch.astype(np.int64)
    one, other = np.nonzero(np.tri(len(touch), k=-1, dtype=bool) & ~tables.overlap)
    order = np.argsort((touch @ touch)[one, other], kind="stable")
    for pair in np.stack([one, other], axis=1)[order]:
        if not tables.closed[pair[0], pair[1]]:
            yield pair
    yield from (np.array([place]) for place in np.unique(tables.images.min(axis=0)))
    yield NOTHING
