"""How do rectangular fixtures stand on a store's floor, and how may they be moved?

An arrangement is an array of int16 with one fixture a row: (x, y, wide, high, facing), its lowest
column and row, its size in cells, and the side its customers stand at, 0 right, 1 up (towards
higher rows), 2 left, 3 down. It stands when no two fixtures share a cell, none covers a wall or a
door, and one can walk from the entrance to the front of each and to the exit.
"""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Cell
from layoutlab.floor.grid import ENTRANCE, EXIT, FIXTURE, FREE, WALL, Grid

TRIES = 20


@dataclass(frozen=True, eq=False)
class Store:
    """A floor and the arrangement it has today.

    Attributes
    ----------
    base : ndarray of uint8, shape (rows, columns)
        Codes of `grid`, without fixtures.
    cell_m : float
        Side of a cell, metres, above 0.
    entrance, exit : (int, int)
        Cells (x, y).
    fixtures : ndarray of int16, shape (f, 5)
        Today's arrangement.

    Raises
    ------
    InputError
        When a door is outside or covered, or the arrangement does not stand.
    """

    base: np.ndarray
    cell_m: float
    entrance: Cell
    exit: Cell
    fixtures: np.ndarray

    def __post_init__(self) -> None:
        rows, columns = self.base.shape
        for name in ("entrance", "exit"):
            x, y = door = getattr(self, name)
            on_floor = 0 <= x < columns and 0 <= y < rows
            if not on_floor or self.base[y, x] not in (FREE, ENTRANCE, EXIT):
                raise InputError(f"{name}: expected a free cell of the floor, got {door}")
        if self.fixtures.ndim != 2 or self.fixtures.shape[1] != 5 or len(self.fixtures) == 0:
            raise InputError(
                f"fixtures: expected rows (x, y, wide, high, facing), got {self.fixtures.shape}"
            )
        if not stands(self, self.fixtures):
            raise InputError(
                "fixtures: expected an arrangement without overlaps whose fronts can be walked to, "
                "got one that does not stand"
            )

    @property
    def ends(self) -> np.ndarray:
        """Entrance and exit, int64 (2, 2), (x, y)."""
        return np.array([self.entrance, self.exit], dtype=np.int64)


def stands(store: Store, fixtures: np.ndarray) -> bool:
    """Say whether an arrangement stands on a store's floor."""
    return bool(_kernels().stands(store.base, fixtures, store.ends))


def grid_of(store: Store, fixtures: np.ndarray) -> Grid:
    """Return an arrangement as a grid; fixtures are named by their number, "0", "1" and so on."""
    owner = np.empty(store.base.shape, dtype=np.int16)
    if not _kernels().paint(store.base, fixtures, owner):
        raise InputError("fixtures: expected an arrangement without overlaps inside the floor")
    cells = np.where(owner >= 0, FIXTURE, store.base).astype(np.uint8)
    names = tuple(str(number) for number in range(len(fixtures)))
    return Grid(cells, store.cell_m, (0.0, 0.0), owner, names)


def fronts(fixtures: np.ndarray) -> np.ndarray:
    """Return the cell before the middle of each fixture's facing side, int64 (f, 2) as (x, y)."""
    front_of = _kernels().front_of
    return np.array([front_of(fixture) for fixture in fixtures], dtype=np.int64)


def moved(
    store: Store, fixtures: np.ndarray, *, rng: np.random.Generator, moves: int = 1, reach: int = 4
) -> np.ndarray:
    """Return an arrangement some random moves away that still stands.

    A move shifts a fixture by up to `reach` cells along each axis, swaps the places of two (centre
    to centre, rounded down), or turns one by one, two or three quarters; each kind and each choice
    in it is equally likely. A move that would not stand is drawn again, up to 20 times, then
    left out.

    Parameters
    ----------
    store : Store
    fixtures : ndarray of int16, shape (f, 5)
        Stands, and is not changed.
    rng : numpy.random.Generator
    moves, reach : int
        At least 1.
    """
    draws = rng.random((moves, TRIES, 5))
    changed: np.ndarray = _kernels().moved(store.base, fixtures, store.ends, draws, reach)
    return changed


def crossed(
    store: Store, fixtures: np.ndarray, others: np.ndarray, *, rng: np.random.Generator
) -> np.ndarray:
    """Return an arrangement with a random box of the floor arranged as in another one.

    Fixtures whose centre lies inside the box in `others` take their place from there, as long as
    they fit; when something then cannot be walked to, the first arrangement comes back.
    """
    corners = rng.random((2, 2)) * store.base.shape[::-1]
    box = np.concatenate([corners.min(axis=0), corners.max(axis=0)])
    child: np.ndarray = _kernels().crossed(store.base, fixtures, others, store.ends, box)
    return child


def generated_store(
    *,
    rng: np.random.Generator,
    rows: int = 60,
    columns: int = 100,
    bands: int = 8,
    in_band: int = 10,
    cell_m: float = 0.6,
) -> Store:
    """Make up a store: bands of shelves in straight rows, a stock room's wall, two doors.

    Shelves are two cells deep and 5 to 7 cells long, shifted by up to a cell, and face up or down
    by a fair coin. A wall juts out from the left side and makes a recess. The doors are in the
    lower corners. The default is 36 m by 60 m with 80 fixtures.

    Parameters
    ----------
    rng : numpy.random.Generator
    rows, columns : int
        Cells; a band needs 6 rows, a shelf in it 9 columns.
    bands, in_band : int
        Bands of shelves, and shelves in each, at least 1.
    cell_m : float

    Raises
    ------
    InputError
        When the floor is too small for the shelves.
    """
    if bands < 1 or in_band < 1 or rows < 6 * bands + 6 or columns < 9 * in_band + 4:
        raise InputError(
            f"expected at least {6 * bands + 6} rows and {9 * in_band + 4} columns for {bands} "
            f"bands of {in_band} shelves, got {rows} and {columns}"
        )
    base = np.full((rows, columns), FREE, dtype=np.uint8)
    base[rows - 3, : columns // 5] = WALL
    base[0, 2], base[0, columns - 3] = ENTRANCE, EXIT
    band, place = np.divmod(np.arange(bands * in_band), in_band)
    count = bands * in_band
    across, along = (columns - 13) / max(1, in_band - 1), (rows - 12) / max(1, bands - 1)
    fixtures = np.column_stack(
        [
            3 + np.floor(place * across) + rng.integers(0, 2, count),
            4 + np.floor(band * along) + rng.integers(-1, 1, count),
            rng.integers(5, 8, count),
            np.full(count, 2),
            rng.choice([1, 3], count),
        ]
    ).astype(np.int16)
    return Store(base, cell_m, (2, 0), (columns - 3, 0), fixtures)


def _kernels() -> ModuleType:
    """Return the compiled kernels; numba is only loaded by who needs them."""
    from layoutlab.floor.store import arrangement_kernels

    return arrangement_kernels
