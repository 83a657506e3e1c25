"""How is the fitness counted fast? On integers used as sets of cells, equal to the last bit."""

from collections.abc import Iterable

from layoutlab.floor.genome import Block, Blocks, Cell, Floor, placed_cells
from layoutlab.floor.objectives import Readings, Tally, terms


class FastFitness:
    """The paper's fitness of one floor problem, counted on integers used as sets of cells.

    Cell (x, y) is bit ``y * (columns + 1) + x``; the column to spare is never free, so that a
    shift by one does not carry a step from one row into the next. What a block covers and what it
    touches is worked out once per distinct block and kept.

    Parameters
    ----------
    floor : Floor
    readings : Readings

    Examples
    --------
    >>> FastFitness(Floor(blocks=1), Readings())([Block(True, 6, 7, 3)])
    0.7
    """

    def __init__(self, floor: Floor, readings: Readings) -> None:
        self.floor = floor
        self.readings = readings
        self._stride = floor.columns + 1
        self._inside = self._bits((x, y) for x in range(floor.columns) for y in range(floor.rows))
        self._entrance = self._bits([floor.entrance])
        self._exit = self._bits([floor.exit])
        self._masks: dict[Block, tuple[int, int]] = {}

    def __call__(self, blocks: Blocks) -> float:
        """Return f + a + r, equal to the last bit to `reference_fitness`."""
        f, a, r = terms(self.tally(blocks), self.readings)
        return f + a + r

    def tally(self, blocks: Blocks) -> Tally:
        """Count b, s and n as `reference_tally` does."""
        placed = self._placed(blocks)
        covered = 0
        for mask, _ in placed:
            covered |= mask
        if self.readings.door == "kept_free":
            covered &= ~(self._entrance | self._exit)
        if self.readings.covers == "cells":
            b = covered.bit_count()
        elif self.readings.covers == "lengths":
            b = sum(mask.bit_count() for mask, _ in placed)
        else:
            b = len(placed)
        if self.readings.neighbours == "cells":
            n = self._covered_around(covered)
        else:
            n = _touching_masks(placed)
        return Tally(b, self._complete(self._inside & ~covered, placed), tuple(n))

    def _bits(self, cells: Iterable[Cell]) -> int:
        return sum(1 << (y * self._stride + x) for x, y in cells)

    def _placed(self, blocks: Blocks) -> list[tuple[int, int]]:
        """Return, for each block that stands, the cells it covers and those plus their sides."""
        masks = self._masks
        for block in blocks:
            if block not in masks:
                masks[block] = self._block_masks(block)
        placed = [masks[block] for block in blocks if masks[block][0]]
        if self.floor.overlap == "union":
            return placed
        covered, standing = 0, []
        for mask, halo in placed:
            if not mask & covered:
                covered |= mask
                standing.append((mask, halo))
        return standing

    def _block_masks(self, block: Block) -> tuple[int, int]:
        cells = frozenset[Cell]().union(*placed_cells([block], self.floor))
        mask = self._bits(cells)
        return mask, self._grown(mask) & self._inside

    def _grown(self, cells: int) -> int:
        """Add the four cells beside each of `cells`, some of them off the floor."""
        stride = self._stride
        return cells | cells << 1 | cells >> 1 | cells << stride | cells >> stride

    def _complete(self, free: int, placed: list[tuple[int, int]]) -> bool:
        """Flood from the entrance, one step a turn, until the exit is reached or nothing is."""
        needs_all = self.readings.walk == "every_block"
        stride, goal = self._stride, self._exit
        grown, reached = self._entrance & free, 0
        while grown != reached and (needs_all or not grown & goal):
            reached = grown
            grown |= grown << 1 | grown >> 1 | grown << stride | grown >> stride
            grown &= free
        arrived = bool(grown & goal)
        return arrived and (not needs_all or all(halo & grown for _, halo in placed))

    def _covered_around(self, covered: int) -> list[int]:
        """Count for each covered cell, by column and row, the covered ones of the eight around."""
        stride = self._stride
        around = 0b111 | 0b111 << stride | 0b111 << (2 * stride)
        cells = (y * stride + x for x in range(self.floor.columns) for y in range(self.floor.rows))
        return [
            ((covered << (stride + 1) >> cell) & around).bit_count() - 1
            for cell in cells
            if covered >> cell & 1
        ]


def _touching_masks(placed: list[tuple[int, int]]) -> list[int]:
    """Count for each block the others that share a side or a cell with it."""
    n = [0] * len(placed)
    for one, (_, halo) in enumerate(placed):
        for other, (mask, _) in enumerate(placed[:one]):
            if halo & mask:
                n[one] += 1
                n[other] += 1
    return n
