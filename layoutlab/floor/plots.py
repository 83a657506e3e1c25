"""How do floors and evolutions look? Drawn here; nothing is computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.floor.checkpoints import Snapshot
from layoutlab.floor.genome import Blocks, Cell, Floor, placed_cells


def draw_floor(
    blocks: Blocks,
    floor: Floor,
    ax: Axes | None = None,
    *,
    walk: Sequence[Cell] | None = None,
    title: str = "",
) -> Axes:
    """Draw a floor plan: blocks, doors and, when given, a walk between the doors.

    Parameters
    ----------
    blocks : sequence of Block
    floor : Floor
    ax : Axes, optional
    walk : sequence of (int, int), optional
        Cells (x, y) walked through, as `paths.a_star` gives them.
    title : str

    Returns
    -------
    Axes
        Equal aspect, cells counted from 0 at the top left; overlapping blocks show darker.
    """
    ax = ax or plt.subplots(figsize=(4.2, 4.6), layout="constrained")[1]
    for cells in placed_cells(blocks, floor):
        x, y = np.min(sorted(cells), axis=0)
        wide, high = np.max(sorted(cells), axis=0) - (x, y) + 1
        ax.add_patch(
            Rectangle((x + 0.06, y + 0.06), wide - 0.12, high - 0.12, color=BLUE, alpha=0.6, lw=0)
        )
    for name, (x, y), colour in (("in", floor.entrance, GREEN), ("out", floor.exit, VERMILION)):
        ax.add_patch(Rectangle((x + 0.05, y + 0.05), 0.9, 0.9, fill=False, edgecolor=colour, lw=2))
        ax.text(
            x + 0.5, y + 0.5, name, ha="center", va="center", fontsize=8, color=colour, zorder=5
        )
    if walk:
        across, down = np.array(walk).T + 0.5
        ax.plot(across, down, color=ORANGE, lw=2, ls="--", label="shortest walk")
    ax.set_xticks(range(floor.columns + 1), labels=[])
    ax.set_yticks(range(floor.rows + 1), labels=[])
    ax.grid(color="#D8D8D8", lw=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(length=0)
    ax.set(xlim=(0, floor.columns), ylim=(floor.rows, 0), aspect="equal", title=title)
    ax.set_xlabel(f"x: {floor.columns} cells")
    ax.set_ylabel(f"y: {floor.rows} cells")
    return ax


def draw_generations(
    snapshots: Sequence[Snapshot],
    floor: Floor,
    axes: Sequence[Axes] | None = None,
    *,
    walks: Mapping[int, Sequence[Cell] | None] | None = None,
) -> Sequence[Axes]:
    """Draw the best floor of several generations side by side.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        At least one.
    floor : Floor
    axes : sequence of Axes, optional
        One for each snapshot.
    walks : mapping of int to sequence of (int, int), optional
        A walk for each generation; None where there is no way from door to door.
    """
    if axes is None:
        size = (3.0 * len(snapshots), 3.9)
        axes = plt.subplots(1, len(snapshots), figsize=size, layout="constrained", squeeze=False)[
            1
        ][0]
    for ax, snapshot in zip(axes, snapshots, strict=True):
        walk = (walks or {}).get(snapshot.generation)
        title = f"Generation {snapshot.generation}: {snapshot.fitness:.3f}"
        draw_floor(snapshot.blocks, floor, ax, walk=walk, title=title)
    write_caption(
        axes[0],
        "Best floor of each generation and its fitness. Blue: blocks, darker where they overlap; "
        "in, out: doors; dashed: a shortest walk between them, where there is one.",
    )
    return axes


def plot_history(
    history: pd.DataFrame, ax: Axes | None = None, *, random_best: np.ndarray | None = None
) -> Axes:
    """Plot fitness over generations: best, mean and worst of the population.

    Parameters
    ----------
    history : DataFrame
        Columns generation, best, mean, worst.
    ax : Axes, optional
    random_best : ndarray of float, shape (generations + 1,), optional
        Best of as many random floors as were evaluated up to each generation.
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.6), layout="constrained")[1]
    generation = history["generation"]
    ax.fill_between(generation, history["worst"], history["best"], color=BLUE, alpha=0.12, lw=0)
    ax.plot(generation, history["best"], color=BLUE, lw=1.8, label="best of the generation")
    ax.plot(generation, history["mean"], color=ORANGE, lw=1.8, label="mean of the generation")
    ax.plot(generation, history["worst"], color=BLUE, lw=0.9, ls=":", label="worst")
    if random_best is not None:
        label = "best of as many random floors"
        ax.plot(generation, random_best, color=GREY, lw=1.8, ls="--", label=label)
    ax.set(xlabel="generation", ylabel="fitness f + a + r", title="Fitness over generations")
    ax.legend(fontsize=8, loc="lower right")
    write_caption(
        ax,
        "One evolution. Shaded: from the worst to the best individual of a generation. Dashed "
        "grey: random floors, given the same number of evaluations.",
    )
    return ax


def plot_seeds(
    best: np.ndarray, diversity: np.ndarray, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Plot the best fitness so far and the diversity of many evolutions, as bands over the seeds.

    Parameters
    ----------
    best, diversity : ndarray of float, shape (seeds, generations + 1)
        Best fitness so far; share of different individuals in the population.
    axes : sequence of two Axes, optional
    """
    if axes is None:
        axes = plt.subplots(1, 2, figsize=(9.6, 4.2), layout="constrained")[1]
    for ax, values, name in zip(
        axes,
        (best, 100 * diversity),
        ("best fitness so far", "different individuals, %"),
        strict=True,
    ):
        generation = np.arange(values.shape[1])
        low, lower, middle, upper, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1], axis=0)
        ax.fill_between(generation, low, high, color=BLUE, alpha=0.12, lw=0, label="all seeds")
        ax.fill_between(generation, lower, upper, color=BLUE, alpha=0.3, lw=0, label="middle half")
        ax.plot(generation, middle, color=BLUE, lw=1.8, label="median")
        ax.set(xlabel="generation", ylabel=name, title=name.partition(",")[0].capitalize())
        ax.legend(fontsize=8)
    write_caption(
        axes[0],
        f"{len(best)} evolutions that differ in their seed only. Left: the best floor met so far. "
        "Right: the share of different individuals in the population.",
    )
    return axes


def animate_generations(
    snapshots: Sequence[Snapshot], floor: Floor, history: pd.DataFrame
) -> FuncAnimation:
    """Return an animation of one evolution: the best floor of each generation beside the fitness.

    Parameters
    ----------
    snapshots : sequence of Snapshot
        A frame each, in order.
    floor : Floor
    history : DataFrame
        Columns generation, best, mean.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 4.3), width_ratios=(1, 1.2))
    figure.subplots_adjust(left=0.05, right=0.98, bottom=0.2, wspace=0.2)
    for name, colour in (("best", BLUE), ("mean", ORANGE)):
        label = f"{name} of the generation"
        right.plot(history["generation"], history[name], color=colour, lw=1.8, label=label)
    right.set(xlabel="generation", ylabel="fitness f + a + r", title="Fitness over generations")
    right.legend(fontsize=8, loc="lower right")
    (mark,) = right.plot([], [], "o", color=VERMILION, ms=7)
    write_caption(right, "Left: the best floor of each generation. Right: the dot is where we are.")

    def draw(frame: int) -> list[Axes]:
        snapshot = snapshots[frame]
        left.clear()
        title = f"Generation {snapshot.generation}: {snapshot.fitness:.2f}"
        draw_floor(snapshot.blocks, floor, left, title=title)
        mark.set_data([snapshot.generation], [snapshot.fitness])
        return [left, right]

    return FuncAnimation(figure, draw, frames=len(snapshots))  # type: ignore[arg-type]
