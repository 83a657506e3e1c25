"""How do compromises compare? Attained fronts with their band, and hypervolume as it grows."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION

LOOKS = {
    "nsga2": ("NSGA-II", BLUE, "-"),
    "nsga3": ("NSGA-III", ORANGE, "--"),
    "random": ("random layouts", GREY, ":"),
}


def plot_attained(
    attained: Mapping[str, Mapping[float, np.ndarray]],
    labels: Sequence[str],
    ax: Axes | None = None,
    *,
    today: Sequence[float] | None = None,
) -> Axes:
    """Plot what half of the runs attain, and the band from any one run to all of them.

    Parameters
    ----------
    attained : mapping of method to mapping of share to front
        As `store_study.attained` gives it: the smallest share, 0.5, and 1.
    labels : sequence of str
        Of the two objectives, with units.
    ax : Axes, optional
    today : sequence of float, optional
        Where the present layout lies.
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.2, 5.0), layout="constrained")[1]
    corners = np.concatenate([front for levels in attained.values() for front in levels.values()])
    if today is not None:
        corners = np.concatenate([corners, [today]])
    low, high = corners.min(axis=0), corners.max(axis=0)
    limit = high + 0.05 * (high - low)
    across = np.unique(np.concatenate([corners[:, 0], limit[:1]]))
    for method, levels in attained.items():
        name, colour, style = LOOKS[method]
        best, worst = (_height(levels[share], across) for share in (min(levels), max(levels)))
        reached = np.isfinite(best)
        top = np.where(np.isfinite(worst), worst, limit[1])
        ax.fill_between(
            across[reached],
            best[reached],
            top[reached],
            step="post",
            color=colour,
            alpha=0.16,
            lw=0,
        )
        ax.step(across, _height(levels[0.5], across), where="post", color=colour, ls=style, lw=2)
        ax.plot([], [], color=colour, ls=style, lw=2, label=name)
    if today is not None:
        ax.plot(*today, marker="*", ms=13, color=VERMILION, ls="", label="today")
    ax.set(
        xlim=(low[0] - 0.03 * (high - low)[0], limit[0]),
        ylim=(low[1] - 0.05 * (high - low)[1], limit[1]),
    )
    ax.set(xlabel=labels[0], ylabel=labels[1], title="Compromises attained")
    ax.legend(frameon=False)
    return ax


def _height(front: np.ndarray, across: np.ndarray) -> np.ndarray:
    """Return the second objective attained at each value of the first; NaN left of the front."""
    place = np.searchsorted(front[:, 0], across, side="right") - 1
    return np.where(place >= 0, front[np.maximum(place, 0), 1], np.nan)


def plot_growth(grown: Mapping[str, np.ndarray], every: int, ax: Axes | None = None) -> Axes:
    """Plot the scaled hypervolume over evaluations: mean of the seeds, and the range of them.

    Parameters
    ----------
    grown : mapping of method to ndarray of float, shape (seeds, k)
    every : int
        Evaluations between two columns.
    ax : Axes, optional
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.2, 4.4), layout="constrained")[1]
    for method, values in grown.items():
        name, colour, style = LOOKS[method]
        evaluations = every * np.arange(1, values.shape[1] + 1)
        ax.fill_between(evaluations, values.min(0), values.max(0), color=colour, alpha=0.16, lw=0)
        ax.plot(evaluations, values.mean(0), color=colour, ls=style, lw=2, label=name)
    ax.set(xlabel="layouts evaluated", ylabel="hypervolume (scaled, 1 is all)")
    ax.set(title="Compromises found, by effort", ylim=(0, None))
    ax.legend(frameon=False, loc="lower right")
    return ax


def plot_angles(study: pd.DataFrame, ax: Axes | None = None, *, ways: str = "one_way") -> Axes:
    """Plot how much of a rack is seen over its angle, a line for each head turn.

    Parameters
    ----------
    study : DataFrame
        As `rack_angles.angle_study` gives it.
    ax : Axes, optional
    ways : {"one_way", "both_ways"}
    """
    if ax is None:
        ax = plt.subplots(figsize=(7.2, 4.4), layout="constrained")[1]
    looks = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (VERMILION, "D"))
    for (head, part), (colour, marker) in zip(study.groupby("head_turn_deg"), looks, strict=False):
        ax.plot(
            part["angle_deg"], part[ways], color=colour, marker=marker, ms=5, label=f"{head:g}°"
        )
    shoppers = "shoppers in one direction" if ways == "one_way" else "shoppers in both directions"
    ax.set(xlabel="angle between rack and direction of walking, degrees", ylim=(0, 1.04))
    ax.set(ylabel="share of both faces seen", title=f"Racks seen from the aisle: {shoppers}")
    ax.axvline(90, color=GREY, lw=0.8, ls=":")
    ax.legend(title="head turns up to", frameon=False)
    return ax
