"""How does a layout of unequal areas look? As a plan, with the flows between its departments."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from layoutlab.figures import GREY, VERMILION, write_caption
from layoutlab.floor.areas.problem import Problem

THINNEST, THICKEST = 0.3, 3.5


def draw_layout(
    problem: Problem,
    layout: np.ndarray,
    ax: Axes | None = None,
    *,
    title: str = "",
    flows: int = 40,
) -> Axes:
    """Draw a layout as a plan: numbered departments, and lines for the largest flows.

    Parameters
    ----------
    problem : Problem
    layout : ndarray of float, shape (n, 4)
        x0, y0, width and height of every department.
    ax : Axes, optional
    title : str
    flows : int
        Lines to draw, at least 0; the width of a line is in proportion to its flow.

    Returns
    -------
    Axes
        Equal aspect, (0, 0) at the bottom left. Departments are filled by how much they exchange in
        all, the busiest darkest; those without flow or shape rule are hatched and not numbered.
    """
    across, up = (layout[:, :2] + layout[:, 2:]).max(axis=0)
    ax = ax or plt.subplots(figsize=(6.0, 1.2 + 5.2 * up / across), layout="constrained")[1]
    busy = np.bincount(problem.pairs.ravel(), np.repeat(problem.flow, 2), minlength=problem.n)
    shade = plt.get_cmap("cividis_r")(0.05 + 0.5 * busy / max(float(busy.max()), 1e-12))
    empty = (busy == 0) & (problem.limit == 0)
    for (x, y, wide, high), colour, free in zip(layout, shade, empty, strict=True):
        fill = {"facecolor": "white", "hatch": "///"} if free else {"facecolor": colour}
        edge = GREY if free else "black"
        ax.add_patch(Rectangle((x, y), wide, high, edgecolor=edge, lw=0.9, **fill))
    _draw_flows(problem, layout, ax, flows)
    _number(layout, ax, np.flatnonzero(~empty))
    ax.add_patch(Rectangle((0, 0), across, up, fill=False, edgecolor="black", lw=1.8, zorder=5))
    ax.set(xlim=(-0.01 * across, 1.01 * across), ylim=(-0.01 * up, 1.01 * up))
    ax.set(aspect="equal", xlabel="x (units of length)", ylabel="y (units of length)")
    ax.set_title(title or f"{problem.name}: {problem.n} departments")
    write_caption(
        ax,
        "Plan of the facility. Darker departments exchange more with all others; hatched: empty "
        f"space. Lines join centroids, as wide as their flow, the {flows} largest.",
    )
    return ax


def _draw_flows(problem: Problem, layout: np.ndarray, ax: Axes, flows: int) -> None:
    """Draw the largest flows as lines between centroids."""
    centre = layout[:, :2] + layout[:, 2:] / 2
    largest = np.argsort(-problem.flow, kind="stable")[:flows]
    most = max(float(problem.flow.max(initial=0.0)), 1e-12)
    for k in largest[problem.flow[largest] > 0]:
        ends = centre[problem.pairs[k]]
        width = max(THINNEST, THICKEST * problem.flow[k] / most)
        ax.plot(*ends.T, color=VERMILION, alpha=0.5, lw=width, solid_capstyle="round", zorder=3)


def _number(layout: np.ndarray, ax: Axes, departments: np.ndarray) -> None:
    """Write the departments' numbers at their centroids."""
    scale = 420 / max(layout[:, 0].max() + layout[:, 2].max(), 1e-12)
    for i in departments:
        x, y, wide, high = layout[i]
        size = float(np.clip(0.45 * scale * min(wide / 1.4, high), 6, 11))
        ax.text(
            x + wide / 2,
            y + high / 2,
            str(i + 1),
            ha="center",
            va="center",
            fontsize=size,
            zorder=4,
            bbox={"boxstyle": "circle,pad=0.12", "facecolor": "white", "alpha": 0.75, "lw": 0},
        )
