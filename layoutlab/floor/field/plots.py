"""How do results on the field's benchmarks look? Gaps, a row as a strip, areas as a plan."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Arc, Rectangle

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.floor.rows.problem import Problem as Row

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, GREY)
MARKS = "oDs^v"
SMALL = 8
ROOM = 0.02


def plot_gaps(
    gaps: pd.DataFrame,
    searches: Sequence[str],
    ax: Axes | None = None,
    *,
    linear: float = 0.1,
    title: str = "",
) -> Axes:
    """Plot how far each search ended above the best known cost, a line for each instance.

    Parameters
    ----------
    gaps : DataFrame
        Columns instance, search and gap (percent, one row a run), in the order to be drawn.
    searches : sequence of str
        At most five; a search has the colour and mark of its place here.
    ax : Axes, optional
    linear : float
        The axis is linear up to so many percent, logarithmic beyond.
    title : str
    """
    instances = list(dict.fromkeys(gaps["instance"]))
    height = 1.2 + 0.42 * len(instances)
    ax = ax or plt.subplots(figsize=(7.0, height), layout="constrained")[1]
    for number, search in enumerate(searches):
        chosen = gaps[gaps["search"] == search]
        if chosen.empty:
            continue
        level = chosen["instance"].map(instances.index) + 0.15 * (number - len(searches) / 2 + 0.5)
        colour, mark = COLOURS[number], MARKS[number]
        ax.scatter(chosen["gap"], level, s=9, alpha=0.45, lw=0, c=colour, marker=mark)
        mean = chosen.assign(level=level).groupby("instance", sort=False)[["gap", "level"]].mean()
        place = mean["gap"], mean["level"]
        ax.scatter(*place, s=30, label=search, zorder=3, c=colour, marker=mark)
    ax.set_xscale("symlog", linthresh=linear, linscale=0.6)
    ax.set_xlim(min(-linear / 4, 1.3 * gaps["gap"].min()), 1.6 * max(linear, gaps["gap"].max()))
    ax.axvline(0, color="#333333", lw=0.8)
    ax.set_yticks(range(len(instances)), labels=instances, fontsize=SMALL)
    ax.set_ylim(len(instances) - 0.5, -0.5)
    for edge in np.arange(0.5, len(instances) - 1):
        ax.axhline(edge, color="#D8D8D8", lw=0.6)
    ax.set(xlabel="above the best known cost, %", title=title)
    ax.legend(fontsize=SMALL, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(
        ax,
        "Large marks: mean over the runs; small ones: single runs. 0 is the best known cost. The "
        f"axis is linear up to {linear:g} %, logarithmic beyond.",
    )
    return ax


def draw_row(
    row: Row,
    order: Sequence[int] | np.ndarray,
    ax: Axes | None = None,
    *,
    strongest: int = 12,
    title: str = "",
) -> Axes:
    """Draw a row as a strip along its aisle, arcs above it for the strongest flows.

    A department of less than a fiftieth of the row has no room for its number.

    Parameters
    ----------
    row : Problem
    order : sequence of int
        Departments from left to right, counted from 0; drawn with numbers from 1.
    ax : Axes, optional
    strongest : int
        How many pairs are joined, the thicker the stronger; at ties the first pairs.
    title : str
    """
    ax = ax or plt.subplots(figsize=(7.0, 3.2), layout="constrained")[1]
    lengths = row.lengths[np.asarray(order)]
    ends = np.cumsum(lengths)
    high = ends[-1] / 16
    centre = dict(zip(np.asarray(order).tolist(), ends - lengths / 2, strict=True))
    for department, end, length in zip(order, ends, lengths, strict=True):
        place = (end - length, -high)
        ax.add_patch(Rectangle(place, length, high, facecolor="#CFE3F1", edgecolor=BLUE, lw=1))
        if length > ROOM * ends[-1]:
            middle = end - length / 2, -high / 2
            ax.text(*middle, str(department + 1), ha="center", va="center", fontsize=SMALL)
    first, second = np.triu_indices(len(lengths), 1)
    flows = row.flows[first, second]
    top = 0.0
    for k in np.argsort(-flows, kind="stable")[:strongest]:
        left, right = sorted((centre[int(first[k])], centre[int(second[k])]))
        wide = right - left
        weight = 0.5 + 2 * flows[k] / flows.max()
        arc = Arc(((left + right) / 2, 0), wide, wide * 0.6, theta2=180, color=ORANGE, lw=weight)
        ax.add_patch(arc)
        top = max(top, wide * 0.3)
    ax.set(xlim=(0, ends[-1]), ylim=(-1.15 * high, top + high / 2), aspect="equal", title=title)
    ax.set_yticks([])
    ax.spines[["left", "right", "top"]].set_visible(False)
    ax.set_xlabel("along the aisle, the instance's unit of length")
    write_caption(
        ax,
        "Boxes: departments, as long as they are along the aisle, numbered where there is room. "
        f"Arcs: the {strongest} strongest flows, thicker for more flow.",
    )
    return ax


def draw_areas(
    layout: np.ndarray,
    size: tuple[float, float],
    ax: Axes | None = None,
    *,
    flows: np.ndarray | None = None,
    title: str = "",
) -> Axes:
    """Draw departments of unequal areas as a plan, lines between them for their flows.

    Parameters
    ----------
    layout : ndarray of float, shape (n, 4)
        x0, y0, width and height of each department; drawn with numbers from 1.
    size : (float, float)
        Width and height of the facility.
    ax : Axes, optional
    flows : ndarray of float, shape (flows, 3), optional
        Two departments, counted from 0, and the flow between them: a line, the thicker the more.
    title : str
    """
    width, height = size
    ax = ax or plt.subplots(figsize=(4.2, 4.6), layout="constrained")[1]
    for number, (x, y, wide, high) in enumerate(layout, 1):
        ax.add_patch(Rectangle((x, y), wide, high, facecolor="#CFE3F1", edgecolor=BLUE, lw=1.2))
        ax.text(
            x + wide / 2,
            y + high / 2,
            str(number),
            ha="center",
            va="center",
            zorder=4,
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": BLUE},
        )
    if flows is not None and len(flows):
        centres = layout[:, :2] + layout[:, 2:] / 2
        for i, j, flow in flows:
            ends = centres[[int(i), int(j)]]
            ax.plot(*ends.T, color=ORANGE, lw=0.4 + 3 * flow / flows[:, 2].max(), alpha=0.8)
    ax.add_patch(Rectangle((0, 0), width, height, fill=False, edgecolor="#333333", lw=2))
    margin = 0.02 * max(width, height)
    ax.set(xlim=(-margin, width + margin), ylim=(-margin, height + margin), aspect="equal")
    ax.set(xlabel="x, the instance's unit of length", ylabel="y", title=title)
    write_caption(
        ax, "Boxes: departments to scale, with their numbers. Lines: flows, the thicker the more."
    )
    return ax
