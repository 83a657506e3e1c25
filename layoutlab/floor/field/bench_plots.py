"""How does a comparison with others look? Drawn here; nothing is computed."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from layoutlab.figures import BLUE, GREY, write_caption


def plot_bench(
    searches: pd.DataFrame, assignments: pd.DataFrame, axes: Sequence[Axes] | None = None
) -> Sequence[Axes]:
    """Plot evaluations per CPU second and gaps to the least cost, ours in blue.

    Parameters
    ----------
    searches : DataFrame
        Columns search, evaluations_per_cpu_s.
    assignments : DataFrame
        Columns search, n, gap_percent.
    axes : sequence of two Axes, optional
    """
    if axes is None:
        axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained", width_ratios=(1.2, 1))[1]
    speeds = searches.iloc[::-1]
    bars = axes[0].barh(
        speeds["search"], speeds["evaluations_per_cpu_s"], color=_colours(speeds["search"])
    )
    axes[0].bar_label(bars, fmt="{:,.0f}", fontsize=8, padding=3)
    axes[0].set(xscale="log", xlabel="plans evaluated per CPU second", title="Speed")
    axes[0].set_xlim(right=axes[0].get_xlim()[1] * 5)
    shown = assignments.iloc[::-1]
    labels = shown["search"] + ", n = " + shown["n"].astype(str)
    bars = axes[1].barh(labels, shown["gap_percent"], color=_colours(shown["search"]))
    axes[1].bar_label(bars, fmt="{:.2f} %", fontsize=8, padding=3)
    axes[1].set(xlabel="gap to the least cost found, %", title="Quadratic assignment")
    axes[1].margins(x=0.2)
    write_caption(
        axes[0],
        "One run on one machine. Left: the paper's floor, population 100, 100 generations; the "
        "scale is logarithmic. Right: made-up instances, the same CPU time for every search.",
    )
    return axes


def _colours(names: pd.Series) -> list[str]:
    return [BLUE if name.startswith("LayoutLab") else GREY for name in names]
