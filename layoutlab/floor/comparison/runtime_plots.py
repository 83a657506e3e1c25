"""How do searches on their way look in print? Drawn here at 7 inches; nothing is computed."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from layoutlab.figures import GREY, write_caption
from layoutlab.floor.comparison.plots import (
    COLOURS,
    PAGE,
    SMALL,
    STROKES,
    page_axes,
    scheme_parts,
    set_print_size,
)


def plot_ecdf(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Plot the share of (run, target) pairs reached against the evaluations spent.

    Parameters
    ----------
    table : DataFrame
        As `runtimes.ecdf` gives it; groups "selection × crossover".
    ax : Axes, optional
    """
    ax = ax or page_axes(4.0)
    for group, colour, stroke in scheme_styles(table["group"]):
        rows = table[table["group"] == group]
        ax.fill_between(
            rows["evaluations"], rows["low"], rows["high"], color=colour, alpha=0.12, lw=0
        )
        ax.plot(rows["evaluations"], rows["share"], color=colour, ls=stroke, lw=1.4, label=group)
    ax.set(xlabel="evaluations", ylabel="share of (run, target) pairs", ylim=(0, 1))
    ax.grid(color="#E4E4E4", lw=0.6)
    set_print_size(ax, "How many targets are reached by when")
    ax.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(
        ax, "Shaded: 95 % bootstrap band over the seeds. Higher and further left is better."
    )
    return ax


def plot_running_times(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Plot the expected running time of each scheme against the target.

    Parameters
    ----------
    table : DataFrame
        As `runtimes.fixed_target` gives it; a line ends where no run reached the target.
    ax : Axes, optional
    """
    ax = ax or page_axes(4.0)
    for group, colour, stroke in scheme_styles(table["group"]):
        rows = table[(table["group"] == group) & np.isfinite(table["ert"])]
        ax.plot(rows["target"], rows["ert"], color=colour, ls=stroke, lw=1.4, label=group)
        sure = rows[np.isfinite(rows["ert_high"])]
        ax.fill_between(
            sure["target"], sure["ert_low"], sure["ert_high"], color=colour, alpha=0.12, lw=0
        )
    ax.set(xlabel="target fitness", ylabel="expected running time (evaluations)", yscale="log")
    ax.grid(color="#E4E4E4", lw=0.6)
    set_print_size(ax, "What a target costs")
    ax.legend(fontsize=7, loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(
        ax,
        "Evaluations of all runs for each run that reached the target; shaded: 95 % bootstrap "
        "interval over the seeds, where finite. A line ends where no run reached the target.",
    )
    return ax


def plot_anytime(table: pd.DataFrame, axes: np.ndarray | None = None) -> np.ndarray:
    """Plot each scheme's band of best-so-far curves, a row for each selection.

    Parameters
    ----------
    table : DataFrame
        As `runtimes.fixed_budget` gives it; groups "selection × crossover".
    axes : ndarray of Axes, shape (selections, crossovers), optional
    """
    groups = list(dict.fromkeys(table["group"]))
    selections, crossovers = scheme_parts(groups)
    if axes is None:
        shape = len(selections), len(crossovers)
        size = (PAGE, 0.9 + 1.45 * shape[0])
        axes = plt.subplots(
            *shape, figsize=size, layout="constrained", sharex=True, sharey=True, squeeze=False
        )[1]
    everyone = table.groupby("evaluations")["median"].mean()
    for group in groups:
        row, column = (
            names.index(part)
            for names, part in zip((selections, crossovers), group.split(" × "), strict=True)
        )
        ax, rows = axes[row, column], table[table["group"] == group]
        colour = COLOURS[row % len(COLOURS)]
        ax.plot(everyone.index, everyone, color=GREY, lw=0.9, ls="--")
        ax.fill_between(
            rows["evaluations"], rows["low"], rows["high"], color=colour, alpha=0.25, lw=0
        )
        ax.plot(rows["evaluations"], rows["median"], color=colour, lw=1.5)
        ax.grid(color="#E4E4E4", lw=0.6)
        set_print_size(ax, group, 9)
    axes[0, 0].figure.supylabel("best fitness so far", fontsize=9)
    for ax in axes[-1]:
        ax.set_xlabel("evaluations", fontsize=9)
    write_caption(
        axes[0, 0],
        "Line: median of the runs; shaded: 10 % to 90 % of them; dashed: mean of all medians.",
    )
    return axes


def plot_populations(table: pd.DataFrame, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Plot what a larger population gives at equal generations and at equal evaluations.

    Parameters
    ----------
    table : DataFrame
        Columns view (a panel each), scheme, population, mean, low, high.
    axes : sequence of Axes, optional
        One for each view.
    """
    views = list(dict.fromkeys(table["view"]))
    if axes is None:
        size = (PAGE, 3.2)
        axes = plt.subplots(
            1, len(views), figsize=size, layout="constrained", sharey=True, squeeze=False
        )[1][0]
    for ax, view in zip(axes, views, strict=True):
        shown = table[table["view"] == view]
        for at, (scheme, rows) in enumerate(shown.groupby("scheme", sort=False)):
            reach = [rows["mean"] - rows["low"], rows["high"] - rows["mean"]]
            ax.errorbar(
                rows["population"],
                rows["mean"],
                yerr=np.clip(reach, 0, None),
                color=COLOURS[at],
                ls=STROKES[at % len(STROKES)],
                marker="o",
                ms=4,
                capsize=2,
                lw=1.2,
                label=scheme,
            )
        sizes = sorted(set(table["population"]))
        ax.set(xlabel="population", xscale="log")
        ax.set_xticks(sizes, labels=[str(size) for size in sizes])
        ax.minorticks_off()
        ax.grid(color="#E4E4E4", lw=0.6)
        set_print_size(ax, view)
    axes[0].set_ylabel("mean best fitness", fontsize=9)
    axes[0].legend(fontsize=SMALL, frameon=False)
    write_caption(axes[0], "Means with 95 % bootstrap intervals over the seeds.")
    return axes


def scheme_styles(groups: pd.Series) -> list[tuple[str, str, str]]:
    """Return a colour for each selection and a stroke for each crossover."""
    names = list(dict.fromkeys(groups))
    selections, crossovers = scheme_parts(names)
    return [
        (
            name,
            COLOURS[selections.index(name.split(" × ")[0]) % len(COLOURS)],
            STROKES[crossovers.index(name.split(" × ")[-1]) % len(STROKES)],
        )
        for name in names
    ]
