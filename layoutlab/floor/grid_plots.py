"""How does a store look from above? Plans, maps of distances and widths, faces by exposure."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION
from layoutlab.floor.genome import Cell
from layoutlab.floor.grid import ENTRANCE, EXIT, OUTSIDE, WALL, Grid, centres_m, doors
from layoutlab.floor.visibility import Faces

SHELF, WALLS, FLOOR = "#B9CCE0", "#404040", "#FBFBFB"


def draw_store(
    grid: Grid,
    ax: Axes | None = None,
    *,
    walks: Sequence[Sequence[Cell]] = (),
    moved: Sequence[str] = (),
    title: str = "",
) -> Axes:
    """Draw a store as a plan: fixtures, walls, doors, a scale bar, and walks when given.

    Parameters
    ----------
    grid : Grid
    ax : Axes, optional
    walks : sequence of sequences of (int, int)
        Cells walked through, drawn through their centres.
    moved : sequence of str
        Fixtures to be set off by colour.
    title : str

    Returns
    -------
    Axes
        Metres, equal aspect, y upwards.
    """
    ax = _room(grid, ax, title)
    for number, name in enumerate(grid.fixture_ids):
        rows, columns = np.nonzero(grid.owner == number)
        low = centres_m(grid, [(columns.min(), rows.min())])[0] - grid.cell_m / 2
        wide, high = (np.ptp(columns) + 1) * grid.cell_m, (np.ptp(rows) + 1) * grid.cell_m
        face = ORANGE if name in moved else SHELF
        ax.add_patch(Rectangle(tuple(low), wide, high, facecolor=face, edgecolor=BLUE, lw=0.6))
    colours = (VERMILION, GREEN, "#CC79A7", GREY)
    for number, walk in enumerate(walks):
        along = centres_m(grid, walk)
        ax.plot(*along.T, color=colours[number % len(colours)], lw=1.4, label=f"trip {number + 1}")
    if walks:
        ax.legend(loc="upper right", fontsize=8, framealpha=0.9)
    return ax


def draw_map(
    grid: Grid,
    values: np.ndarray,
    ax: Axes | None = None,
    *,
    label: str,
    title: str = "",
    marked: np.ndarray | None = None,
) -> Axes:
    """Draw a number for each cell of the floor as a colour, with a colour bar.

    Parameters
    ----------
    grid : Grid
    values : ndarray of float, shape (rows, columns)
        Cells that are not finite stay blank.
    ax : Axes, optional
    label : str
        What the colour bar shows, with its unit.
    title : str
    marked : ndarray of bool, shape (rows, columns), optional
        Cells to be hatched.
    """
    ax = _room(grid, ax, title)
    shown = np.ma.masked_invalid(np.where(np.isfinite(values), values, np.nan))
    image = ax.imshow(shown, origin="lower", extent=_extent(grid), cmap="cividis", zorder=1)
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.75, pad=0.02)
    for number in range(len(grid.fixture_ids)):
        rows, columns = np.nonzero(grid.owner == number)
        low = centres_m(grid, [(columns.min(), rows.min())])[0] - grid.cell_m / 2
        wide, high = (np.ptp(columns) + 1) * grid.cell_m, (np.ptp(rows) + 1) * grid.cell_m
        ax.add_patch(Rectangle(tuple(low), wide, high, facecolor="#D0D0D0", lw=0, zorder=2))
    for row, column in np.argwhere(marked) if marked is not None else []:
        low = centres_m(grid, [(column, row)])[0] - grid.cell_m / 2
        square = Rectangle(
            tuple(low), grid.cell_m, grid.cell_m, fill=False, hatch="////", edgecolor="white", lw=0
        )
        ax.add_patch(square).set_zorder(3)
    return ax


def draw_exposure(
    grid: Grid,
    faces: Faces,
    seen_m: np.ndarray,
    ax: Axes | None = None,
    *,
    walks: Sequence[Sequence[Cell]] = (),
    title: str = "",
) -> Axes:
    """Draw the faces of fixtures, coloured by how long a walk shows them; unseen ones are dotted.

    Parameters
    ----------
    grid : Grid
    faces : Faces
    seen_m : ndarray of float, shape (f,), metres
        As `visibility.exposure_m` gives it.
    ax : Axes, optional
    walks : sequence of sequences of (int, int)
        Drawn as thin lines.
    title : str
    """
    ax = draw_store(grid, ax, title=title)
    for walk in walks:
        ax.plot(*centres_m(grid, walk).T, color=GREY, lw=0.9)
    middle = np.asarray(grid.origin) + faces.points * grid.cell_m / 2
    half = faces.normals[:, ::-1] * grid.cell_m / 2
    lines = np.stack([middle - half, middle + half], axis=1)
    seen = seen_m > 0
    ax.add_collection(
        LineCollection(list(lines[~seen]), colors=VERMILION, linewidths=1.6, linestyles=":")
    )
    drawn = LineCollection(list(lines[seen]), cmap="cividis", linewidths=3.2, zorder=4)
    drawn.set_array(seen_m[seen])
    ax.add_collection(drawn)
    ax.figure.colorbar(drawn, ax=ax, label="in view for, metres walked", shrink=0.75, pad=0.02)
    return ax


def _extent(grid: Grid) -> tuple[float, float, float, float]:
    left, low = grid.origin
    rows, columns = grid.cells.shape
    return left, left + columns * grid.cell_m, low, low + rows * grid.cell_m


def _room(grid: Grid, ax: Axes | None, title: str) -> Axes:
    """Draw the floor, its walls, doors and a scale bar."""
    if ax is None:
        ax = plt.subplots(figsize=(8.2, 5.4), layout="constrained")[1]
    left, right, low, high = _extent(grid)
    ax.add_patch(Rectangle((left, low), right - left, high - low, facecolor=FLOOR, lw=0, zorder=0))
    for code, colour in ((WALL, WALLS), (OUTSIDE, "#E3E3E3")):
        for x, y in centres_m(grid, np.argwhere(grid.cells == code)[:, ::-1]) - grid.cell_m / 2:
            ax.add_patch(Rectangle((x, y), grid.cell_m, grid.cell_m, facecolor=colour, lw=0))
    for name, code, colour in (("in", ENTRANCE, GREEN), ("out", EXIT, VERMILION)):
        for number, cell in enumerate(doors(grid, code)):
            x, y = centres_m(grid, [cell])[0]
            ax.plot(x, y, marker="s", ms=6, color=colour, zorder=5)
            if number == 0:
                ax.annotate(
                    name, (x, y), (4, 5), textcoords="offset points", color=colour, weight="bold"
                )
    bar = 5.0 if right - left >= 20 else 1.0
    ax.plot([right - bar, right], [high + 0.8] * 2, color="black", lw=3, clip_on=False)
    ax.text(right - bar / 2, high + 1.2, f"{bar:g} m", ha="center", va="bottom", fontsize=8)
    ax.set(xlim=(left, right), ylim=(low, high), aspect="equal", title=title)
    ax.set(xlabel="x, m", ylabel="y, m")
    ax.xaxis.set_major_locator(MaxNLocator(7))
    return ax
