"""How do gains grow with moves, and what compromises are there? Figures of a search."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from layoutlab.figures import BLUE, GREY, ORANGE, VERMILION, write_caption

FIELD = (0.04, 0.07)
"""Gains that field experiments found."""


def draw_curve(curve: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw the gain by number of moves, promised and judged by other shoppers.

    Parameters
    ----------
    curve : DataFrame
        As `move_list.curve` returns it.
    ax : Axes, optional
    caption : str
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.2, 4.4), layout="constrained")[1]
    ax.axhspan(*(100 * np.array(FIELD)), color=GREY, alpha=0.2, lw=0, label="field experiments")
    moves, gain = curve["moves"], 100 * curve["gain"]
    ends = np.abs(100 * curve[["gain_low", "gain_high"]].to_numpy().T - gain.to_numpy())
    ax.plot(moves, 100 * curve["promised"], color=ORANGE, ls="--", marker="s", ms=4,
            label="promised by the search")  # fmt: skip
    ax.errorbar(moves, gain, ends, color=BLUE, marker="o", capsize=3,
                label="other shoppers, 95 % interval")  # fmt: skip
    ax.plot(moves, 100 * curve["metres"], color=VERMILION, ls=":", marker="^", ms=4,
            label="metres walked")  # fmt: skip
    ax.axhline(0, color="black", lw=0.8)
    ax.set(xlabel="moves allowed", ylabel="change, % of today's", xticks=list(moves))
    ax.set(title="Unplanned margin by number of moves")
    ax.legend(frameon=False)
    write_caption(ax, caption)
    return ax


def draw_front(
    history: np.ndarray,
    front: np.ndarray,
    today: np.ndarray,
    best: np.ndarray,
    ax: Axes | None = None,
    *,
    caption: str = "",
) -> Axes:
    """Draw all layouts tried by margin and walking, those of the front by their found rate.

    Parameters
    ----------
    history : ndarray of float, shape (evaluations, 5)
        As `searches.Found` has it.
    front : ndarray of int
        Numbers of the layouts that no other dominates.
    today, best : ndarray of float, shape (5,)
    ax : Axes, optional
    caption : str
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.2, 4.8), layout="constrained")[1]
    share = 100 * (history[:, :2] / today[:2] - 1)
    ax.scatter(share[:, 0], share[:, 1], s=6, color=GREY, alpha=0.5, lw=0, label="tried")
    points = 100 * (history[front, 2] - today[2])
    drawn = ax.scatter(share[front, 0], share[front, 1], s=22, c=points, cmap="cividis",
                       label="no other is better in all five")  # fmt: skip
    ax.figure.colorbar(drawn, ax=ax, label="found rate, percentage points")
    ax.plot(0, 0, marker="*", ms=13, color=VERMILION, ls="", label="today")
    own = 100 * (best[:2] / today[:2] - 1)
    ax.plot(own[0], own[1], marker="D", ms=8, mfc="none", mec=BLUE, mew=2, ls="", label="chosen")
    ax.axhline(0, color="black", lw=0.8, ls=":")
    ax.set(xlabel="unplanned margin, % of today's", ylabel="metres walked, % of today's")
    ax.set(title="Compromises between margin and walking")
    ax.legend(frameon=False, fontsize="small")
    write_caption(ax, caption)
    return ax


def draw_methods(
    summary: pd.DataFrame, letters: Sequence[str], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw each method's mean gain with its interval; methods that share a letter are tied.

    Parameters
    ----------
    summary : DataFrame
        As `layoutlab.floor.comparison.pairs.summarise` returns it, gains as shares.
    letters : sequence of str
        Of each row.
    ax : Axes, optional
    caption : str
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.2, 4.4), layout="constrained")[1]
    rows = np.arange(len(summary))[::-1]
    mean = 100 * summary["mean"].to_numpy()
    ends = np.abs(100 * summary[["mean_low", "mean_high"]].to_numpy().T - mean)
    ax.errorbar(mean, rows, xerr=ends, fmt="o", color=BLUE, capsize=3)
    for row, high, letter in zip(rows, 100 * summary["mean_high"], letters, strict=True):
        ax.annotate(letter, (high, row), (6, 0), textcoords="offset points", va="center")
    ax.set(yticks=rows, yticklabels=list(summary["group"]))
    ax.set(xlabel="gain of unplanned margin, % of today's", ylabel="method")
    ax.set(title="What each method finds at equal effort")
    ax.axvline(0, color=GREY, lw=0.8)
    write_caption(ax, caption)
    return ax
