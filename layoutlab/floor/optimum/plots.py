"""How do optima, gaps and success rates look? Drawn here; nothing is computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.floor.genome import Blocks, Cell, Floor
from layoutlab.floor.plots import draw_floor

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, GREY)
MARKS = ("o", "D", "s", "^", "v")
LINES = ("-", "-", (0, (4, 4)), "-.", ":")


def draw_plans(
    plans: Sequence[tuple[str, Blocks, Floor, Sequence[Cell] | None]],
    axes: Sequence[Axes] | None = None,
    *,
    caption: str = "",
) -> Sequence[Axes]:
    """Draw plans side by side.

    Parameters
    ----------
    plans : sequence of (title, blocks, floor, walk)
        At least one; the walk is None where there is none.
    axes : sequence of Axes, optional
        One for each plan.
    caption : str
        What is shown; the meaning of colours is added.
    """
    if axes is None:
        size = (3.3 * len(plans), 4.2)
        axes = plt.subplots(1, len(plans), figsize=size, layout="constrained", squeeze=False)[1][0]
    for ax, (title, blocks, floor, walk) in zip(axes, plans, strict=True):
        draw_floor(blocks, floor, ax, walk=walk, title=title)
    write_caption(
        axes[0],
        f"{caption} Blue: blocks, darker where they overlap; in, out: doors; dashed: a shortest "
        "walk between them, where there is one.",
    )
    return axes


def plot_gaps(gaps: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Plot how far each search stays below the best fitness known, by number of blocks.

    Parameters
    ----------
    gaps : DataFrame of float, index number of blocks, a column for each search
        Mean gap, at least 0.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.4), layout="constrained")[1]
    for name, colour, mark in zip(gaps.columns, COLOURS, MARKS, strict=False):
        ax.plot(gaps.index, gaps[name], color=colour, marker=mark, label=name)
    ax.set_yscale("symlog", linthresh=0.01)
    ax.set_ylim(bottom=-0.001)
    ax.axhline(0.2, color=GREY, lw=1, ls=":", label="one covered cell")
    ax.set_xticks(gaps.index)
    ax.set(xlabel="blocks on the floor", ylabel="mean gap to the optimum (fitness)")
    ax.set_title("What a search leaves on the table")
    ax.grid(axis="y", color="#D8D8D8", lw=0.6)
    ax.legend(fontsize=8)
    write_caption(
        ax,
        "Mean over the seeds; 0 is the proved optimum. Linear below 0.01, logarithmic above.",
    )
    return ax


def plot_success(
    reached: Mapping[str, np.ndarray], evaluations: int, ax: Axes | None = None
) -> Axes:
    """Plot the share of runs that have reached the optimum, against evaluations.

    Parameters
    ----------
    reached : mapping of str to ndarray of float, shape (runs,)
        Evaluations at which each run reached it; infinite where it did not.
    evaluations : int
        Budget of a run.
    ax : Axes, optional
    """
    ax = ax or plt.subplots(figsize=(7.2, 4.4), layout="constrained")[1]
    for (name, at), colour, line in zip(reached.items(), COLOURS, LINES, strict=False):
        met = np.sort(at[np.isfinite(at)])
        share = np.arange(1, len(met) + 1) / len(at)
        ax.step(
            [0, *met, evaluations],
            [0, *share, len(met) / len(at)],
            where="post",
            color=colour,
            ls=line,
            lw=1.8,
            label=f"{name}: {len(met)} of {len(at)}",
        )
    ax.set(xlim=(0, evaluations), ylim=(-0.03, 1.03))
    ax.set(xlabel="fitness evaluations", ylabel="share of runs at the optimum")
    ax.set_title("How soon is the optimum reached?")
    ax.grid(color="#D8D8D8", lw=0.6)
    ax.legend(fontsize=8, loc="center right")
    write_caption(ax, "Each run counts from the evaluation at which it first meets the optimum.")
    return ax


def plot_walk_worth(
    tables: Mapping[str, pd.DataFrame], axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Plot by how much the literal fitness prefers a shut store.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Label of the horizontal axis to what `optimum_study.walk_table` gives.
    axes : sequence of Axes, optional
    """
    if axes is None:
        size = (4.6 * len(tables), 4.2)
        axes = plt.subplots(1, len(tables), figsize=size, layout="constrained", squeeze=False)[1][0]
    marks = {"kept": (BLUE, "v"), "open": (GREY, "o"), "shut": (VERMILION, "^")}
    for ax, (label, table) in zip(axes, tables.items(), strict=True):
        for walk, rows in table.groupby("walk"):
            colour, mark = marks[str(walk)]
            ax.scatter(rows["at"], rows["without"], color=colour, marker=mark, label=str(walk))
        ax.axhline(0, color=GREY, lw=1)
        ax.set_xticks(table["at"], labels=[str(at) if at % 2 == 0 else "" for at in table["at"]])
        ax.set(xlabel=label, ylabel="a shut store above an open one (fitness)")
        ax.grid(axis="y", color="#D8D8D8", lw=0.6)
        ax.legend(fontsize=8, title="walk in the best plan")
        ax.set_title("Does the formula keep a walk?")
    write_caption(
        axes[0],
        "Down: a plan without a walk is at least so much worse than the best one, proved. Up: it "
        "is at least so much better than any with a walk, proved. Grey: bounds do not decide.",
    )
    return axes
