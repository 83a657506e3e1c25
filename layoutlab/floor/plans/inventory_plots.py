"""Who has how much room? Departments by shelf metres, in the colours of the plan."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from layoutlab.figures import write_caption
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.plans.plan_colours import Swatch
from layoutlab.floor.plans.plan_plots import plot_plan


def plot_inventory(
    table: pd.DataFrame,
    known: Mapping[str, Swatch],
    ax: Axes | None = None,
    *,
    value: str = "shelf_m",
    label: str = "running metres of shelf, m",
    title: str = "Room by department",
    caption: str = "",
) -> Axes:
    """Draw a bar for each department, the first row at the top.

    Parameters
    ----------
    table : DataFrame
        As `inventory.by_department` gives it.
    known : mapping of str to Swatch
        As `plan_colours.swatches` gives it.
    ax : Axes, optional
    value, label : str
        Column to be drawn, and what it is, with its unit.
    title, caption : str
    """
    if ax is None:
        tall = max(2.5, 0.17 * len(table) + 1.2)
        ax = plt.subplots(figsize=(7.5, tall), layout="constrained")[1]
    place = np.arange(len(table))
    ax.barh(
        place, table[value], color=[known[name].colour for name in table["department"]],
        edgecolor="#555555", linewidth=0.4,
    )  # fmt: skip
    ax.set_yticks(place, table["department"], fontsize=7.5)
    ax.set(ylim=(len(table) - 0.4, -0.6), xlabel=label, ylabel="department", title=title)
    ax.spines[["top", "right"]].set_visible(False)
    if caption:
        write_caption(ax, caption)
    return ax


def plot_stores(plans: Sequence[Plan], *, columns: int = 3, caption: str = "") -> Figure:
    """Draw plans side by side, each to its own scale and without a key.

    Parameters
    ----------
    plans : sequence of Plan
        At least one.
    columns : int
        At least 1.
    caption : str
    """
    rows = -(-len(plans) // columns)
    figure, panels = plt.subplots(
        rows, columns, figsize=(4.2 * columns, 3.3 * rows), layout="constrained", squeeze=False
    )
    for plan, ax in zip(plans, panels.flat, strict=False):
        plot_plan(plan, ax, labels=False, legend=False)
        ax.set_title(f"{plan.name}, {len(plan.of('fixture'))} fixtures", fontsize=9, loc="left")
    for ax in panels.flat[len(plans) :]:
        ax.set_axis_off()
    if caption:
        write_caption(panels.flat[0], caption)
    return figure
