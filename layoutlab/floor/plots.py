"""How do floors, evolutions and comparisons look? Drawn here; nothing is computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.floor.evolution import Snapshot
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
        size = (3.6 * len(snapshots), 4.3)
        axes = plt.subplots(1, len(snapshots), figsize=size, layout="constrained", squeeze=False)[
            1
        ][0]
    for ax, snapshot in zip(axes, snapshots, strict=True):
        walk = (walks or {}).get(snapshot.generation)
        title = f"Generation {snapshot.generation}: fitness {snapshot.fitness:.3f}"
        draw_floor(snapshot.blocks, floor, ax, walk=walk, title=title)
    write_caption(
        axes[0],
        "Best floor of each generation. Blue: blocks, darker where they overlap; in, out: doors; "
        "dashed: a shortest walk between them, where there is one.",
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


def plot_schemes(
    summary: pd.DataFrame,
    letters: Mapping[str, str],
    ax: Axes | None = None,
    *,
    level: float = 0.05,
) -> Axes:
    """Plot each scheme's mean and median with their intervals; tied schemes share a letter.

    Parameters
    ----------
    summary : DataFrame
        As `schemes.summarise` gives it.
    letters : mapping of str to str
        As `schemes.tie_letters` gives them.
    ax : Axes, optional
    level : float
        Of the tests behind the letters.
    """
    ax = ax or plt.subplots(figsize=(7.2, 5.2), layout="constrained")[1]
    height = np.arange(len(summary))
    for statistic, colour, mark, shift in (
        ("mean", BLUE, "o", -0.12),
        ("median", ORANGE, "D", 0.12),
    ):
        centre = summary[statistic]
        reach = [centre - summary[f"{statistic}_low"], summary[f"{statistic}_high"] - centre]
        ax.errorbar(
            centre,
            height + shift,
            xerr=np.clip(reach, 0, None),
            color=colour,
            fmt=mark,
            ms=5,
            capsize=3,
            label=statistic,
        )
    labels = [f"{group}  [{letters[group]}]" for group in summary["group"]]
    ax.set_yticks(height, labels=labels)
    ax.invert_yaxis()
    ax.grid(axis="x", color="#D8D8D8", lw=0.6)
    ax.set(xlabel="best fitness of a run", title="Selection × crossover, equal budgets")
    ax.legend(fontsize=8)
    write_caption(
        ax,
        "Marks with 95 % bootstrap intervals over the seeds. Schemes that share a letter are tied: "
        f"Wilcoxon's signed-rank test, Holm's correction, does not separate them at {level:.0%}.",
    )
    return ax


def plot_heatmap(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Plot the mean best fitness of each selection (row) and crossover (column).

    Parameters
    ----------
    table : DataFrame of float, index selection, columns crossover
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(6.0, 4.6), layout="constrained")[1]
    values = table.to_numpy()
    image = ax.imshow(values, cmap="cividis")
    middle = (values.min() + values.max()) / 2
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if value < middle else "black"
        ax.text(column, row, f"{value:.3f}", ha="center", va="center", color=colour)
    ax.set_xticks(range(table.shape[1]), labels=list(table.columns))
    ax.set_yticks(range(table.shape[0]), labels=list(table.index))
    ax.set(xlabel="crossover", ylabel="selection", title="Mean best fitness of a run")
    plt.colorbar(image, ax=ax, label="mean best fitness")
    write_caption(
        ax,
        "Mean over the seeds of the best fitness that a run met; lighter is better.",
    )
    return ax
