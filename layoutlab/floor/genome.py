"""How is a floor of shelf blocks written as a chromosome? As blocks, decoded into covered cells.

The encoding is that of Dalgic, Bostanci and Guzel, "Genetic Algorithm Based Floor Planning
System", section IV.A: a block is (isVertical, x, y, length), an individual a fixed number of
blocks. The paper leaves open how long a block may be, where the doors stand, and what happens to
blocks that overlap or reach past the edge; `Floor` names each choice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layoutlab.errors import InputError

EDGES = ("inside", "clip", "drop")
OVERLAPS = ("union", "drop")

Cell = tuple[int, int]


class Block(NamedTuple):
    """One shelf block: a gene of the chromosome.

    Attributes
    ----------
    is_vertical : bool
        True: the block runs down its column; False: it runs along its row.
    x, y : int
        Column and row of its first cell, counted from 0 at the top left.
    length : int
        Cells it covers.
    """

    is_vertical: bool
    x: int
    y: int
    length: int


Blocks = Sequence[Block]


@dataclass(frozen=True)
class Floor:
    """The problem: a floor of cells, how many blocks to place on it, and of which lengths.

    Attributes
    ----------
    rows, columns : int
        Size of the floor in cells; the paper's is 10 by 10.
    blocks : int
        Blocks in an individual; the paper's 10.
    lengths : tuple of int
        Allowed lengths of a block, in cells. The paper does not state them; the plans it prints
        (figures 3 and 6) show blocks of 2, 3, 4 and 5 cells.
    entrance, exit : (int, int)
        The doors' cells as (x, y); a negative number counts back from the far edge, so that
        (-1, -1) is the bottom right corner on any floor. Not stated in the paper.
    edge : {"inside", "clip", "drop"}
        Blocks past the edge: never drawn; cut off at it; drawn, but not placed.
    overlap : {"union", "drop"}
        Blocks on top of one another: both placed, a shared cell being one cell ("many overlapping
        parts", section VI); or a block that would overlap an earlier one is not placed.

    Raises
    ------
    InputError
        When a value is out of range or an unknown reading is named.
    """

    rows: int = 10
    columns: int = 10
    blocks: int = 10
    lengths: tuple[int, ...] = (2, 3, 4, 5)
    entrance: Cell = (0, 0)
    exit: Cell = (-1, -1)
    edge: str = "inside"
    overlap: str = "union"

    def __post_init__(self) -> None:
        for name, least in (("rows", 2), ("columns", 2), ("blocks", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name}: expected at least {least}, got {getattr(self, name)}")
        lengths = tuple(sorted(set(self.lengths)))
        longest = min(self.rows, self.columns)
        if not lengths or min(lengths) < 1 or max(lengths) > longest:
            raise InputError(
                f"lengths: expected at least one, each from 1 to {longest} cells "
                f"on a floor of {self.rows} rows and {self.columns} columns, got {lengths}"
            )
        object.__setattr__(self, "lengths", lengths)
        for name in ("entrance", "exit"):
            object.__setattr__(self, name, self._door(name, getattr(self, name)))
        if self.entrance == self.exit:
            raise InputError(f"expected two doors, got entrance and exit both at {self.exit}")
        check_reading("edge", self.edge, EDGES)
        check_reading("overlap", self.overlap, OVERLAPS)

    def _door(self, name: str, door: Cell) -> Cell:
        """Return a door counted from the top left, once it is known to lie on the floor."""
        x, y = door
        if not (-self.columns <= x < self.columns and -self.rows <= y < self.rows):
            raise InputError(
                f"{name}: expected a cell (x, y) on a floor of {self.rows} rows "
                f"and {self.columns} columns, got {tuple(door)}"
            )
        return x % self.columns, y % self.rows


def check_reading(name: str, value: str, known: Iterable[str]) -> None:
    """Raise `InputError` unless `value` is one of the readings that `name` offers."""
    if value not in known:
        raise InputError(f"{name}: expected one of {', '.join(known)}, got {value!r}")


def block_cells(block: Block) -> list[Cell]:
    """Return the cells (x, y) a block would cover on an endless floor, first cell first."""
    is_vertical, x, y, length = block
    if is_vertical:
        return [(x, y + step) for step in range(length)]
    return [(x + step, y) for step in range(length)]


def _on_floor(cell: Cell, floor: Floor) -> bool:
    x, y = cell
    return 0 <= x < floor.columns and 0 <= y < floor.rows


def placed_cells(blocks: Blocks, floor: Floor) -> list[frozenset[Cell]]:
    """Return the cells of every block that the floor's `edge` and `overlap` let stand.

    Blocks are placed in the order of the chromosome; one that is not placed is left out.

    Raises
    ------
    InputError
        When a block reaches past the edge of a floor whose `edge` is "inside".
    """
    placed: list[frozenset[Cell]] = []
    for block in blocks:
        wanted = block_cells(block)
        cells = frozenset(cell for cell in wanted if _on_floor(cell, floor))
        if len(cells) < len(wanted) and floor.edge == "inside":
            raise InputError(
                f"expected blocks inside a floor of {floor.rows} rows and {floor.columns} "
                f"columns, got {tuple(block)}"
            )
        past_edge = len(cells) < len(wanted) and floor.edge == "drop"
        overlaps = floor.overlap == "drop" and any(cells & other for other in placed)
        if cells and not past_edge and not overlaps:
            placed.append(cells)
    return placed


def decode(blocks: Blocks, floor: Floor) -> np.ndarray:
    """Return the plan: 1 where a block stands, 0 where one can walk (figure 3 of the paper).

    Returns
    -------
    ndarray of uint8, shape (rows, columns)
        Row y, column x.
    """
    plan = np.zeros((floor.rows, floor.columns), dtype=np.uint8)
    for cells in placed_cells(blocks, floor):
        for x, y in cells:
            plan[y, x] = 1
    return plan


def block_from(draws: Sequence[float], floor: Floor) -> Block:
    """Return the block that four numbers, from 0 to below 1, stand for.

    Direction by a fair coin, length evenly, then the position evenly: under ``edge="inside"``
    among those where the block fits, otherwise among all cells.
    """
    direction, size, across, down = draws
    is_vertical = direction < 0.5
    length = floor.lengths[int(size * len(floor.lengths))]
    spare = length - 1 if floor.edge == "inside" else 0
    x = int(across * (floor.columns - (0 if is_vertical else spare)))
    y = int(down * (floor.rows - (spare if is_vertical else 0)))
    return Block(is_vertical, x, y, length)


def moved_inside(block: Block, floor: Floor) -> Block:
    """Return the block at the nearest position that the floor's edge allows."""
    is_vertical, x, y, length = block
    spare = length - 1 if floor.edge == "inside" else 0
    last_x = floor.columns - 1 - (0 if is_vertical else spare)
    last_y = floor.rows - 1 - (spare if is_vertical else 0)
    return Block(is_vertical, min(max(x, 0), last_x), min(max(y, 0), last_y), length)


def random_individual(floor: Floor, *, rng: np.random.Generator) -> list[Block]:
    """Draw one individual: as many blocks as the floor asks for, four even numbers each."""
    return [block_from(draws, floor) for draws in rng.random((floor.blocks, 4)).tolist()]


def random_population(floor: Floor, size: int, *, rng: np.random.Generator) -> np.ndarray:
    """Draw individuals at once: the same as `random_individual` draws one after the other.

    Returns
    -------
    ndarray of int16, shape (size, blocks, 4)
        is_vertical, x, y and length of every block.
    """
    direction, length, across, down = np.moveaxis(rng.random((size, floor.blocks, 4)), 2, 0)
    population = np.empty((size, floor.blocks, 4), dtype=np.int16)
    vertical = direction < 0.5
    lengths = np.array(floor.lengths)[(length * len(floor.lengths)).astype(np.intp)]
    spare = lengths - 1 if floor.edge == "inside" else np.zeros_like(lengths)
    population[..., 0] = vertical
    population[..., 1] = across * (floor.columns - np.where(vertical, 0, spare))
    population[..., 2] = down * (floor.rows - np.where(vertical, spare, 0))
    population[..., 3] = lengths
    return population


def to_array(individuals: Sequence[Blocks]) -> np.ndarray:
    """Return individuals as a population: ndarray of int16, shape (individuals, blocks, 4)."""
    return np.array(individuals, dtype=np.int16)


def to_blocks(individual: np.ndarray) -> tuple[Block, ...]:
    """Return one individual of a population, shape (blocks, 4), as blocks."""
    return tuple(Block(bool(v), x, y, length) for v, x, y, length in individual.tolist())
