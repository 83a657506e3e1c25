"""How far does one walk between places on a plan, and after a fixture has moved?

A plan is an array of rows and columns, 0 where one can walk; cells are (x, y): column and row.
With 4 neighbours a walk goes right, down, left or up, one cell at a time; with 8 it may also step
diagonally, a square root of 2 cells long, where both cells beside the step are free: no corner is
cut. Lengths are those of shortest walks on the cells, in metres, and infinite without one.
"""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Cell

NEIGHBOURS = (4, 8)


def walking_field(
    plan: np.ndarray, start: Cell, *, neighbours: int = 4, cell_m: float = 1.0
) -> np.ndarray:
    """Return how far one walks from a cell to every other one.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    start : (int, int)
    neighbours : {4, 8}
    cell_m : float
        Side of a cell in metres, above 0.

    Returns
    -------
    ndarray of float, shape (rows, columns), metres
        Infinity where one cannot stand or get to; everywhere when `start` is not free.

    Raises
    ------
    InputError
        For a cell off the plan, other neighbours than 4 or 8, or a cell size not above 0.

    References
    ----------
    Dinitz (1978), as described in Goldberg, "A Practical Shortest Path Algorithm with Linear
    Expected Time", SIAM J. Computing 37 (2008): buckets as wide as the shortest step.
    """
    walks = WalkingDistances(plan, [start], neighbours=neighbours, cell_m=cell_m)
    field: np.ndarray = walks.fields_m()[0]
    return field


def distances_between(
    plan: np.ndarray,
    cells: Sequence[Cell] | np.ndarray,
    *,
    neighbours: int = 4,
    cell_m: float = 1.0,
) -> np.ndarray:
    """Return how far one walks between every two of some cells.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    cells : sequence of (int, int) or ndarray of int, shape (n, 2)
        (x, y), at least one.
    neighbours : {4, 8}
    cell_m : float
        Side of a cell in metres, above 0.

    Returns
    -------
    ndarray of float, shape (n, n), metres
        Symmetric; infinity where there is no walk, 0 from a free cell to itself.

    Raises
    ------
    InputError
        As for `walking_field`.
    """
    from layoutlab.floor.step_kernels import steps_between

    if neighbours == 8:
        return WalkingDistances(plan, cells, neighbours=8, cell_m=cell_m).metres()
    blocked, places = _checked(plan, cells, neighbours, cell_m)
    if blocked.shape[0] > blocked.shape[1]:
        blocked, places = np.ascontiguousarray(blocked.T), np.ascontiguousarray(places[:, ::-1])
    middle = (np.array(blocked.shape[::-1]) - 1) / 2
    outer_first = np.argsort(-np.abs(places - middle).sum(axis=1), kind="stable")
    found = steps_between(blocked, places[outer_first])
    between = np.empty(found.shape)
    between[np.ix_(outer_first, outer_first)] = np.where(found < 0, np.inf, found * cell_m)
    return between


class WalkingDistances:
    """Walking distances from chosen cells, kept right while fixtures move.

    Holds one field of lengths per cell. `move` repairs in each field only what a changed cell was
    part of; the result is that of a new search, to the bit. To take a move back, move back.

    Parameters
    ----------
    plan : ndarray of uint8, shape (rows, columns)
        0 where one can walk.
    cells : sequence of (int, int) or ndarray of int, shape (n, 2)
        (x, y), at least one.
    neighbours : {4, 8}
    cell_m : float
        Side of a cell in metres, above 0.

    Raises
    ------
    InputError
        For a cell off the plan, other neighbours than 4 or 8, or a cell size not above 0.

    References
    ----------
    Ramalingam and Reps, "An Incremental Algorithm for a Generalization of the Shortest-Path
    Problem", J. Algorithms 21 (1996).
    """

    def __init__(
        self,
        plan: np.ndarray,
        cells: Sequence[Cell] | np.ndarray,
        *,
        neighbours: int = 4,
        cell_m: float = 1.0,
    ) -> None:
        blocked, places = _checked(plan, cells, neighbours, cell_m)
        self._neighbours, self._cell_m, self._shape = neighbours, cell_m, blocked.shape
        self._padded = _kernels().pad(blocked)
        self._places = self._index(places)
        self._scratch = _kernels().scratch(self._padded.size)
        self._fields = np.empty((len(places), self._padded.size), dtype=np.int64)
        nowhere = np.full(len(places), -1)
        self._update(self._padded, nowhere, self._places)

    def _index(self, places: np.ndarray) -> np.ndarray:
        index: np.ndarray = (places[:, 1] + 1) * (self._shape[1] + 2) + places[:, 0] + 1
        return index

    def _update(self, padded: np.ndarray, before: np.ndarray, after: np.ndarray) -> None:
        _kernels().update_fields(
            self._padded, padded, self._neighbours, self._fields, before, after, *self._scratch
        )

    def move(self, plan: np.ndarray, cells: Sequence[Cell] | np.ndarray) -> None:
        """Take on another plan of the same size, and the cells, as many as before, on it.

        Raises
        ------
        InputError
            When the plan's size or the number of cells differs.
        """
        blocked, places = _checked(plan, cells, self._neighbours, self._cell_m)
        if blocked.shape != self._shape or len(places) != len(self._places):
            raise InputError(
                f"expected a plan of {self._shape} and {len(self._places)} cells as before, "
                f"got {blocked.shape} and {len(places)}"
            )
        padded, after = _kernels().pad(blocked), self._index(places)
        self._update(padded, self._places, after)
        self._padded, self._places = padded, after

    def metres(self) -> np.ndarray:
        """Return the distances between the cells, shape (n, n), as `distances_between`."""
        return self._metres(self._fields[:, self._places])

    def fields_m(self) -> np.ndarray:
        """Return the distance from each cell to every cell of the plan, (n, rows, columns)."""
        fields = self._fields.reshape(-1, self._shape[0] + 2, self._shape[1] + 2)
        return self._metres(fields[:, 1:-1, 1:-1])

    def _metres(self, lengths: np.ndarray) -> np.ndarray:
        kernels = _kernels()
        metres: np.ndarray = lengths * (self._cell_m / kernels.STRAIGHT)
        metres[lengths == kernels.FAR] = np.inf
        return metres

    def walk_to(self, start: Cell, index: int = 0) -> list[Cell] | None:
        """Return a shortest walk from `start` to the cell number `index`; None without one."""
        stride = self._shape[1] + 2
        place = (start[1] + 1) * stride + start[0] + 1
        cells = _kernels().walk_down(
            self._padded.ravel(), stride, self._neighbours, self._fields[index], place
        )
        return [(int(cell % stride) - 1, int(cell // stride) - 1) for cell in cells] or None


def _kernels() -> ModuleType:
    """Return the compiled kernels; numba is only loaded by who needs them."""
    from layoutlab.floor import path_kernels

    return path_kernels


def _checked(
    plan: np.ndarray, cells: Sequence[Cell] | np.ndarray, neighbours: int, cell_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the plan as bytes and the cells as integers, once they can be used."""
    if neighbours not in NEIGHBOURS:
        raise InputError(f"neighbours: expected 4 or 8, got {neighbours}")
    if not cell_m > 0:
        raise InputError(f"cell_m: expected a size above 0 m, got {cell_m:g}")
    plan, places = np.asarray(plan), np.asarray(cells)
    if plan.ndim != 2 or plan.size == 0:
        raise InputError(f"plan: expected rows and columns of cells, got shape {plan.shape}")
    if places.ndim != 2 or places.shape[1] != 2 or len(places) == 0:
        raise InputError(f"cells: expected at least one (x, y), got shape {places.shape}")
    if (places < 0).any() or (places >= plan.shape[::-1]).any():
        off = places[((places < 0) | (places >= plan.shape[::-1])).any(axis=1)][0]
        rows, columns = plan.shape
        raise InputError(
            f"cells: expected cells of a plan of {rows} rows and {columns} columns, "
            f"got {tuple(off.tolist())}"
        )
    return np.ascontiguousarray(plan, dtype=np.uint8), places.astype(np.int64)
