"""Which customers are there, when do they return, what do they prefer? Drawn here, not computed."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, GREY, "#CC79A7", "#56B4E9", "#F0E442")
MARKERS = "osD^vPX*"


def draw_visits(
    gaps: np.ndarray,
    spend: np.ndarray,
    axes: "tuple[Axes, Axes] | None" = None,
    *,
    currency: str,
    caption: str = "",
) -> Axes:
    """Draw days between visits and spend per visit side by side.

    Parameters
    ----------
    gaps : ndarray of float
        Days between successive visits of a customer, at least 1.
    spend : ndarray of float
        Spend per visit, above 0; without any the part says that prices are not known.
    axes : pair of Axes, optional
    currency : str
        Unit of spend.
    caption : str
    """
    if axes is None:
        axes = tuple(plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")[1])
    left, right = axes
    if len(gaps):
        left.hist(gaps, bins=list(np.arange(0.5, np.quantile(gaps, 0.99) + 1)), color=BLUE)
    else:
        left.text(0.5, 0.5, "nobody came twice", ha="center", transform=left.transAxes)
    left.set(title="Time between visits", xlabel="days since the visit before", ylabel="visits")
    if len(spend):
        right.hist(spend, bins=list(np.geomspace(spend.min(), spend.max(), 40)), color=ORANGE)
        right.set_xscale("log")
    else:
        right.text(0.5, 0.5, "no prices", ha="center", transform=right.transAxes)
    right.set(title="Spend per visit", xlabel=f"{currency} (log scale)", ylabel="visits")
    write_caption(left, caption)
    return left


def draw_baskets(
    visits: np.ndarray,
    items: np.ndarray,
    axes: "tuple[Axes, Axes] | None" = None,
    *,
    caption: str = "",
) -> Axes:
    """Draw visits per customer and items per visit side by side, both axes of numbers logarithmic.

    Parameters
    ----------
    visits, items : ndarray of int
        At least 1.
    axes : pair of Axes, optional
    caption : str
    """
    if axes is None:
        axes = tuple(plt.subplots(1, 2, figsize=(7.5, 3.2), layout="constrained")[1])
    for ax, values, colour in zip(axes, (visits, items), (BLUE, ORANGE), strict=True):
        number, times = np.unique(values, return_counts=True)
        ax.plot(number, times, "o", ms=4, color=colour)
        ax.set(xscale="log", yscale="log")
    axes[0].set(title="Visits of a customer", xlabel="visits (log scale)", ylabel="customers")
    axes[1].set(title="Items of a visit", xlabel="items (log scale)", ylabel="visits")
    write_caption(axes[0], caption)
    return axes[0]


def draw_segments(
    table: pd.DataFrame,
    segment: np.ndarray,
    ax: Axes | None = None,
    *,
    worth: str = "spend_per_visit",
    caption: str = "",
) -> Axes:
    """Draw customers by frequency and what a visit is worth, marked by segment.

    Parameters
    ----------
    table : DataFrame
        frequency and `worth` by customer, as `rfm.rfm_table` gives them.
    segment : ndarray of int, shape (n,)
        From 0; at most eight segments.
    ax : Axes, optional
    worth : str
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 4.2), layout="constrained")[1]
    for number in np.unique(segment):
        part = table[segment == number]
        ax.plot(
            part["frequency"],
            part[worth],
            MARKERS[number],
            ms=3,
            alpha=0.5,
            color=COLOURS[number],
            label=f"segment {number}: {len(part):,}",
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.set(title="Segments of customers", xlabel="visits (log scale)")
    ax.set_ylabel(f"{worth.replace('_', ' ')} (log scale)")
    ax.legend(fontsize=8, markerscale=2)
    write_caption(ax, caption)
    return ax


def draw_stability(
    found: Mapping[str, np.ndarray], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw how alike two halves of the customers cut them, one row of points per way.

    Parameters
    ----------
    found : mapping of str to ndarray of float
        Adjusted Rand indices by way.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 1.3 + 0.5 * len(found)), layout="constrained")[1]
    for row, (_, values) in enumerate(found.items()):
        ax.plot(values, np.full(len(values), row), "o", ms=4, alpha=0.4, color=BLUE)
        ax.plot(values.mean(), row, "D", ms=7, mfc="none", color=VERMILION)
    ax.plot([], [], "o", color=BLUE, alpha=0.4, label="one pair of halves")
    ax.plot([], [], "D", mfc="none", color=VERMILION, label="mean")
    ax.set_yticks(range(len(found)), list(found))
    ax.invert_yaxis()
    ax.margins(y=0.15)
    ax.set_xlim(min(0.0, *(values.min() for values in found.values())) - 0.03, 1.03)
    ax.set(title="Would other customers give the same segments?", ylabel="described by")
    ax.set_xlabel("adjusted Rand index (0: chance, 1: the same)")
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_returns(
    days: np.ndarray,
    back: np.ndarray,
    said: Mapping[str, np.ndarray],
    ax: Axes | None = None,
    *,
    caption: str = "",
) -> Axes:
    """Draw which share of customers was back by each day, and what forecasts had said.

    Parameters
    ----------
    days : ndarray of float, shape (periods,)
        Ends of the periods, days after the landmark.
    back : ndarray of float, shape (periods,)
        Share of customers back by then.
    said : mapping of str to ndarray of float, shape (periods,)
        Mean probability by forecast.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.6), layout="constrained")[1]
    ax.plot(days, back, "k-", lw=2.5, label="happened")
    for (name, shares), colour, marker in zip(said.items(), COLOURS, MARKERS, strict=False):
        ax.plot(days, shares, f"{marker}--", ms=4, lw=1, color=colour, label=name)
    ax.set(title="Back by then", xlabel="days after the forecast", ylabel="share of customers")
    ax.set_ylim(bottom=0)
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_worth(table: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw what the model loses without each column or group, with intervals.

    Parameters
    ----------
    table : DataFrame
        lost, lost_low, lost_high by what is missing, as `layout_preference.worth` gives them.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 1.2 + 0.28 * len(table)), layout="constrained")[1]
    row = np.arange(len(table))
    reach = [table["lost"] - table["lost_low"], table["lost_high"] - table["lost"]]
    ax.errorbar(table["lost"], row, xerr=np.clip(reach, 0, None), fmt="o", color=BLUE, capsize=3)
    ax.axvline(0, color=GREY, lw=1, ls="--")
    ax.set_yticks(row, [str(name).replace("_", " ") for name in table.index], fontsize=8)
    ax.invert_yaxis()
    ax.set(title="What a missing column costs", xlabel="log loss added (nats per customer)")
    ax.set_ylabel("missing when asked")
    write_caption(ax, caption)
    return ax
