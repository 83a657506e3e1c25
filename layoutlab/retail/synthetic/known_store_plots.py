"""How do a known store, what is recovered of it and its fit look? Drawn here, not computed."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.retail.synthetic.basket_samples import Summary

LIFT_TICKS = (0.5, 0.7, 1, 1.5, 2, 3, 4)
WAYS = {
    "ratio": ("regression", BLUE, "o"),
    "before_after": ("over the weeks before", VERMILION, "x"),
    "against_store": ("the same, over the store's", ORANGE, "+"),
}
DISTANCES = {
    "size": "basket size\n(categories)",
    "share": "category shares\n(total variation)",
    "log_lift": "log lifts\nof pairs",
    "gap": "time between\nvisits (days)",
}


def draw_sales(
    sold: pd.DataFrame,
    shown: Sequence[str],
    planned: pd.DataFrame,
    ax: Axes | None = None,
    *,
    caption: str = "",
) -> Axes:
    """Draw weekly sales of a few categories and mark their promotions.

    Parameters
    ----------
    sold : DataFrame of int
        Weeks by categories.
    shown : sequence of str
        At most four categories.
    planned : DataFrame
        ``category`` and ``week`` of the promotions.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7.5, 3.6), layout="constrained")[1]
    for name, colour in zip(shown, (BLUE, VERMILION, GREEN, ORANGE), strict=False):
        ax.plot(sold.index, sold[name], color=colour, lw=1.3, label=name)
        week = planned.loc[planned["category"] == name, "week"]
        ax.plot(week, sold.loc[week, name], "o", ms=8, mfc="none", color=colour)
    ax.plot([], [], "o", ms=8, mfc="none", color=GREY, label="promoted")
    ax.set(title="Seasons and promotions", xlabel="week", ylabel="pieces sold in the week")
    ax.set_ylim(bottom=0)
    ax.legend(fontsize=8, ncols=2)
    write_caption(ax, caption)
    return ax


def draw_lifts(
    true: np.ndarray, estimated: np.ndarray, ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw estimated against true lifts of pairs, both axes logarithmic.

    Parameters
    ----------
    true, estimated : ndarray of float, shape (pairs,)
        Above 0.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(5.2, 5), layout="constrained")[1]
    ends = [min(true.min(), estimated.min()), max(true.max(), estimated.max())]
    ax.plot(ends, ends, color=GREY, lw=1, label="equal")
    ax.plot(true, estimated, ".", ms=4, color=BLUE, alpha=0.6, label="a pair of categories")
    ax.set(xscale="log", yscale="log", title="Lifts, true and estimated")
    ax.set(xlabel="true lift", ylabel="estimated lift")
    ticks = [tick for tick in LIFT_TICKS if ends[0] <= tick <= ends[1]]
    ax.set_xticks(ticks, map(str, ticks))
    ax.set_yticks(ticks, map(str, ticks))
    ax.minorticks_off()
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_confusion(confusion: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw how customers of each segment (rows) fall into the groups found (columns).

    Parameters
    ----------
    confusion : DataFrame of int
        At least one customer in every row.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(5.5, 4), layout="constrained")[1]
    count = confusion.to_numpy()
    part = count / count.sum(axis=1, keepdims=True)
    image = ax.imshow(part, cmap="cividis", vmin=0, vmax=1)
    for row, column in np.ndindex(*count.shape):
        ink = "black" if part[row, column] > 0.6 else "white"
        ax.text(column, row, f"{count[row, column]}", ha="center", va="center", color=ink)
    ax.set_xticks(range(count.shape[1]), confusion.columns)
    ax.set_yticks(range(count.shape[0]), confusion.index)
    ax.set(title="Segments found again", xlabel="group found", ylabel="true segment")
    bar = ax.figure.colorbar(image, ax=ax, label="part of the segment's customers")
    bar.ax.yaxis.set_major_formatter(PercentFormatter(1))
    write_caption(ax, caption)
    return ax


def draw_promotions(found: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw estimated over true effects of promotions, three ways, the greatest true effect on top.

    Parameters
    ----------
    found : DataFrame
        As `promotions.effects` returns it, with ``rate_ratio``.
    ax : Axes, optional
    caption : str
    """
    found = found.sort_values("rate_ratio", ignore_index=True)
    ax = ax or plt.subplots(figsize=(8.2, 1.6 + 0.2 * len(found)), layout="constrained")[1]
    row = np.arange(len(found))
    true = found["rate_ratio"].to_numpy()
    for way, (label, colour, marker) in WAYS.items():
        ax.plot(found[way] / true, row, marker, ms=5, color=colour, label=label)
    ax.hlines(row, found["low"] / true, found["high"] / true, color=BLUE, lw=1)
    ax.axvline(1, color=GREY, lw=1)
    names = found["category"] + np.where(found["in_season"], " *", "")
    labels = [f"{name} (× {ratio:.2f})" for name, ratio in zip(names, true, strict=True)]
    ax.set_yticks(row, labels, fontsize=7)
    ax.set(title="What a promotion did, estimated over true", xlabel="estimated / true rate ratio")
    ax.set_ylabel("promotion (true rate ratio)")
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    write_caption(ax, caption)
    return ax


def draw_fit(
    target: Summary, before: Summary, after: Summary, *, caption: str = ""
) -> Sequence[Axes]:
    """Draw what is fitted: the target and the simulation before and after.

    Parameters
    ----------
    target, before, after : Summary
        Without gaps the fourth part says so.
    caption : str

    Returns
    -------
    sequence of Axes
        Basket sizes, shares, log lifts, gaps.
    """
    _, grid = plt.subplots(2, 2, figsize=(8.5, 6.2), layout="constrained")
    axes: list[Axes] = list(grid.flat)
    kinds = (
        (before, "before the fit", ORANGE, "--"),
        (after, "after", BLUE, "-"),
        (target, "held-out half", "black", ":"),
    )
    for summary, label, colour, style in kinds:
        looks: dict[str, Any] = {"color": colour, "ls": style, "lw": 1.6, "label": label}
        _ecdf(axes[0], summary.sizes, looks)
        axes[1].plot(np.arange(1, len(summary.shares) + 1), summary.shares, **looks)
        _ecdf(axes[2], summary.log_lifts, looks)
        if len(target.gaps):
            _ecdf(axes[3], summary.gaps, looks)
    axes[0].set(title="Basket size", xlabel="distinct categories", ylabel="share of baskets")
    axes[0].set_xlim(0, np.quantile(target.sizes, 0.99) * 1.3)
    axes[1].set(title="Category shares", xlabel="rank of the category", ylabel="share of lines")
    axes[1].set(xscale="log", yscale="log")
    axes[2].set(title="Pair lifts", xlabel="logarithm of the lift", ylabel="share of pairs")
    axes[3].set(title="Time between visits", xlabel="days", ylabel="share of returns")
    if len(target.gaps):
        axes[3].set_xlim(0, np.quantile(target.gaps, 0.97) * 1.2)
    else:
        axes[3].text(0.5, 0.5, "no times or customers", ha="center", transform=axes[3].transAxes)
    axes[0].legend(fontsize=8)
    write_caption(axes[0], caption)
    return axes


def draw_distances(
    distances: Mapping[str, Mapping[str, float]], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw distances from the held-out half, each in parts of that before the fit.

    Parameters
    ----------
    distances : mapping of str to mapping of str to float
        ``before``, ``after`` and ``floor``, each by name.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(8, 3.4), layout="constrained")[1]
    names = list(distances["before"])
    kinds = (("before", "before the fit", ORANGE), ("after", "after", BLUE),
             ("floor", "target's two halves", GREY))  # fmt: skip
    for i, (kind, label, colour) in enumerate(kinds):
        part = [distances[kind][name] / distances["before"][name] for name in names]
        bars = ax.bar(np.arange(len(names)) + 0.27 * (i - 1), part, 0.25, color=colour, label=label)
        ax.bar_label(bars, [f"{distances[kind][name]:.3g}" for name in names], fontsize=7)
    ax.set_xticks(range(len(names)), [DISTANCES[name] for name in names], fontsize=8)
    ax.set(title="Distance from baskets the fit has not seen", xlabel="what is compared")
    ax.set(ylabel="part of the distance before")
    ax.margins(y=0.12)
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    write_caption(ax, caption)
    return ax


def _ecdf(ax: Axes, values: np.ndarray, looks: dict[str, Any]) -> None:
    ax.plot(np.sort(values), np.arange(1, len(values) + 1) / len(values), **looks)
