"""How do compared schemes look in print? Drawn here at 3.5 or 7 inches; nothing is computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scikit_posthocs
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from layoutlab.figures import BLUE, GREEN, ORANGE, VERMILION, write_caption
from layoutlab.floor.comparison.pairs import Friedman

COLUMN, PAGE = 3.5, 7.0
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, "#CC79A7", "#56B4E9", "#000000")
STROKES = ("-", "--", ":", "-.")
SMALL = 8


def plot_schemes(
    summary: pd.DataFrame,
    letters: Mapping[str, str],
    ax: Axes | None = None,
    *,
    level: float = 0.05,
    title: str = "Selection × crossover, equal budgets",
) -> Axes:
    """Plot each scheme's mean and median with their intervals; tied schemes share a letter.

    Parameters
    ----------
    summary : DataFrame
        As `comparison.summarise` gives it.
    letters : mapping of str to str
        As `comparison.tie_letters` gives them.
    ax : Axes, optional
    level : float
        Of the tests behind the letters.
    title : str
    """
    ax = ax or page_axes(0.9 + 0.26 * len(summary))
    height = np.arange(len(summary))
    for statistic, colour, mark, shift in (
        ("mean", BLUE, "o", -0.14),
        ("median", ORANGE, "D", 0.14),
    ):
        centre = summary[statistic]
        reach = [centre - summary[f"{statistic}_low"], summary[f"{statistic}_high"] - centre]
        ax.errorbar(
            centre,
            height + shift,
            xerr=np.clip(reach, 0, None),
            color=colour,
            fmt=mark,
            ms=4,
            capsize=2,
            lw=1.2,
            label=statistic,
        )
    labels = [f"{group}  [{letters[group]}]" for group in summary["group"]]
    ax.set_yticks(height, labels=labels)
    ax.invert_yaxis()
    ax.grid(axis="x", color="#D8D8D8", lw=0.6)
    ax.set(xlabel="best fitness of a run")
    set_print_size(ax, title)
    ax.legend(fontsize=SMALL)
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
    ax = ax or page_axes(1.2 + 0.34 * len(table))
    values = table.to_numpy()
    image = ax.imshow(values, cmap="cividis", aspect="auto")
    middle = (values.min() + values.max()) / 2
    for (row, column), value in np.ndenumerate(values):
        colour = "white" if value < middle else "black"
        ax.text(column, row, f"{value:.3f}", ha="center", va="center", color=colour, fontsize=SMALL)
    ax.set_xticks(range(table.shape[1]), labels=list(table.columns))
    ax.set_yticks(range(table.shape[0]), labels=list(table.index))
    ax.set(xlabel="crossover", ylabel="selection")
    set_print_size(ax, "Mean best fitness of a run")
    bar = plt.colorbar(image, ax=ax)
    bar.set_label("mean best fitness", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    write_caption(ax, "Mean over the seeds of the best fitness that a run met; lighter is better.")
    return ax


def plot_critical_difference(
    test: Friedman, ax: Axes | None = None, *, level: float = 0.05, title: str = ""
) -> Axes:
    """Plot mean ranks, best on the left; a bar joins schemes that Nemenyi's test leaves tied.

    Parameters
    ----------
    test : Friedman
        As `comparison.friedman` gives it.
    ax : Axes, optional
    level : float
        As given to `comparison.friedman`.
    title : str

    References
    ----------
    Demšar, Journal of Machine Learning Research 7 (2006), figure 1.
    """
    ax = ax or page_axes(1.3 + 0.2 * len(test.mean_ranks))
    scikit_posthocs.critical_difference_diagram(
        test.mean_ranks,
        test.p_nemenyi,
        alpha=level,
        ax=ax,
        label_fmt_left="{label} ({rank:.2f})",
        label_fmt_right="({rank:.2f}) {label}",
        label_props={"fontsize": SMALL},
        elbow_props={"color": "#444444", "lw": 0.8},
        marker_props={"color": BLUE, "s": 14},
        crossbar_props={"color": VERMILION, "linewidth": 2.4},
        text_h_margin=0.15,
    )
    start = float(test.mean_ranks.min())
    end = start + test.critical_difference
    ax.plot([start, end], [1.7, 1.7], color=VERMILION, lw=2.4)
    ax.text(end + 0.08, 1.7, f"CD = {test.critical_difference:.2f}", fontsize=SMALL, va="center")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.tick_params(labelsize=SMALL)
    ax.set_title(title or "Mean rank within a seed, 1 being best", fontsize=10)
    write_caption(
        ax,
        "Scale: mean rank over the blocks. A bar joins schemes whose mean ranks differ by less "
        f"than the critical difference CD (Nemenyi's test at {level:.0%}): they are tied.",
    )
    return ax


def plot_interaction(
    cells: pd.DataFrame, ax: Axes | None = None, *, title: str = "Selection × crossover"
) -> Axes:
    """Plot the mean of each crossover, a line for each selection: parallel lines do not interact.

    Parameters
    ----------
    cells : DataFrame
        As `comparison.summarise` gives it; groups "selection × crossover", in the order in which
        selections get their colours and crossovers their places.
    ax : Axes, optional
    title : str
    """
    ax = ax or plt.subplots(figsize=(COLUMN, 3.2), layout="constrained")[1]
    selections, crossovers = scheme_parts(list(cells["group"]))
    found = cells.set_index("group")
    for at, selection in enumerate(selections):
        rows = found.loc[[f"{selection} × {crossover}" for crossover in crossovers]]
        reach = [rows["mean"] - rows["mean_low"], rows["mean_high"] - rows["mean"]]
        place = np.arange(len(crossovers)) + 0.06 * (at - (len(selections) - 1) / 2)
        ax.errorbar(
            place,
            rows["mean"],
            yerr=np.clip(reach, 0, None),
            color=COLOURS[at % len(COLOURS)],
            ls=STROKES[at % len(STROKES)],
            marker="o",
            ms=4,
            capsize=2,
            lw=1.2,
            label=selection,
        )
    ax.set_xticks(range(len(crossovers)), labels=crossovers)
    ax.set(xlabel="crossover", ylabel="mean best fitness", xlim=(-0.4, len(crossovers) - 0.6))
    ax.grid(axis="y", color="#E4E4E4", lw=0.6)
    set_print_size(ax, title)
    ax.legend(fontsize=SMALL, frameon=False)
    write_caption(ax, "Means with 95 % bootstrap intervals.")
    return ax


def plot_equivalence(
    table: pd.DataFrame, rope: float, ax: Axes | None = None, *, title: str = ""
) -> Axes:
    """Plot the probabilities of being worse, practically equivalent and better.

    Parameters
    ----------
    table : DataFrame
        As `effects.practical_equivalence` gives it, all against one scheme.
    rope : float
        Half the width of the region, in fitness.
    ax : Axes, optional
    title : str
    """
    ax = ax or page_axes(1.1 + 0.27 * len(table))
    height, left = np.arange(len(table)), np.zeros(len(table))
    for name, colour in (("worse", VERMILION), ("equivalent", "#C8C8C8"), ("better", BLUE)):
        share = table[name].to_numpy()
        ax.barh(height, share, left=left, color=colour, height=0.72, label=name)
        for at in np.flatnonzero(share >= 0.06).tolist():
            ink = "black" if name == "equivalent" else "white"
            middle = left[at] + share[at] / 2
            ax.text(middle, at, f"{share[at]:.2f}", ha="center", va="center", fontsize=7, color=ink)
        left = left + share
    ax.set_yticks(height, labels=list(table["group"]))
    ax.invert_yaxis()
    ax.set(xlabel="posterior probability", xlim=(0, 1))
    set_print_size(ax, title or f"Against {table['against'].iloc[0]}")
    ax.legend(fontsize=SMALL, ncols=3, loc="lower right", bbox_to_anchor=(1, 1), frameon=False)
    ax.title.set(ha="left", x=0)
    write_caption(
        ax,
        f"Bayesian signed-rank test; typical differences within ±{rope:g} count as equivalent.",
    )
    return ax


def page_axes(height: float) -> Axes:
    """Return the axes of a new figure as wide as a page, `height` inches high."""
    ax: Axes = plt.subplots(figsize=(PAGE, height), layout="constrained")[1]
    return ax


def set_print_size(ax: Axes, title: str, size: int = 10) -> None:
    """Give axes their title and letters that can be read in print."""
    ax.set_title(title, fontsize=size)
    ax.tick_params(labelsize=SMALL)
    ax.xaxis.label.set_fontsize(9)
    ax.yaxis.label.set_fontsize(9)


def scheme_parts(groups: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the selections and the crossovers of "selection × crossover", in order."""
    parts = [group.split(" × ") for group in groups]
    return list(dict.fromkeys(part[0] for part in parts)), list(
        dict.fromkeys(part[-1] for part in parts)
    )
