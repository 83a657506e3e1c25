"""How do affinities look? Drawn here; nothing is computed, saved or shown."""

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter, ScalarFormatter

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.retail.affinities.assortment import Families, label

INCHES_PER_CATEGORY = 0.135


def draw_lift_matrix(lift: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw lifts between categories as a heat map, blue below 1 and red above, diagonal blank.

    Parameters
    ----------
    lift : DataFrame of float, shape (n, n)
        Rows and columns named by category; at least 0.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7.5, 7), layout="constrained")[1]
    _heat(lift, ax, fontsize=7)
    ax.set(title="Bought together more or less than by chance", xlabel="category")
    ax.set_ylabel("category")
    write_caption(ax, caption)
    return ax


def draw_families(families: Families, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw lifts in the order of their families, each framed and numbered.

    The figure grows with the categories, so that every name stays readable in print.

    Parameters
    ----------
    families : Families
    ax : Axes, optional
    caption : str
    """
    side = max(6.5, 2.6 + INCHES_PER_CATEGORY * len(families.lift))
    ax = ax or plt.subplots(figsize=(side, side * 0.97), layout="constrained")[1]
    _heat(families.lift, ax, fontsize=7)
    for number in np.unique(families.family):
        members = np.flatnonzero(families.family == number)
        start, size = members[0] - 0.5, len(members)
        ax.add_patch(Rectangle((start, start), size, size, fill=False, ec="black", lw=1.2))
        ax.annotate(
            str(number), (start + size, start), xytext=(2, -2), textcoords="offset points",
            fontsize=8, fontweight="bold", va="top",
        )  # fmt: skip
    ax.set(title="Families of categories that sell together", xlabel="category")
    ax.set_ylabel("category")
    write_caption(ax, caption)
    return ax


def draw_network(
    places: pd.DataFrame, pairs: pd.DataFrame, ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw categories as points and pairs as lines, the wider the higher the lift.

    Parameters
    ----------
    places : DataFrame
        x, y (0 to 1) and links by category, as `assortment.network` places them.
    pairs : DataFrame
        first, second, lift.
    ax : Axes, optional
    caption : str
    """
    height = 7.5 if len(places) > 16 else 4.5
    ax = ax or plt.subplots(figsize=(9.5, height), layout="constrained")[1]
    strength = np.log2(pairs["lift"].to_numpy(dtype=float).clip(min=1.05))
    widest = strength.max() if len(strength) else 1.0
    for first, second, power in zip(pairs["first"], pairs["second"], strength, strict=True):
        ends = places.loc[[first, second]]
        ax.plot(ends["x"], ends["y"], color=BLUE, alpha=0.45, lw=0.5 + 3 * power / widest, zorder=1)
    sizes = 14 + 8 * places["links"].to_numpy()
    ax.scatter(places["x"], places["y"], s=sizes, color=VERMILION, zorder=2)
    box = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.6}
    for name, place in places.iterrows():
        ax.annotate(
            label(str(name)), (place["x"], place["y"]), xytext=(0, 4), textcoords="offset points",
            ha="center", va="bottom", fontsize=7, linespacing=0.9, bbox=box, zorder=3,
        )  # fmt: skip
    for power in (0.25, 1.0):
        said = f"lift {2 ** (widest * power):.1f}"
        ax.plot([], [], color=BLUE, alpha=0.45, lw=0.5 + 3 * power, label=said)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.01), ncols=2, fontsize=8, frameon=False)
    ax.set(title="What sells together", xticks=[], yticks=[], xlabel="near: linked", ylabel="")
    ax.margins(0.07)
    write_caption(ax, caption)
    return ax


def draw_pairs(
    pairs: pd.DataFrame,
    ax: Axes | None = None,
    *,
    truth: pd.Series | None = None,
    shrunk: pd.DataFrame | None = None,
    caption: str = "",
) -> Axes:
    """Draw pairs' lifts with their intervals, the first on top.

    Parameters
    ----------
    pairs : DataFrame
        first, second, lift, lift_low, lift_high, as `affinity.ranked` gives them.
    ax : Axes, optional
    truth : Series of float, optional
        True lifts in the order of `pairs`, NaN where unknown.
    shrunk : DataFrame, optional
        shrunk, shrunk_low, shrunk_high in the order of `pairs`, drawn beneath each.
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7, 1.3 + 0.27 * len(pairs)), layout="constrained")[1]
    row = np.arange(len(pairs))
    shift = 0.0 if shrunk is None else 0.18
    reach = _reach(pairs["lift"], pairs["lift_low"], pairs["lift_high"])
    ax.errorbar(
        pairs["lift"],
        row - shift,
        xerr=reach,
        fmt="o",
        ms=4,
        color=BLUE,
        label="estimate, interval",
    )
    if shrunk is not None:
        reach = _reach(shrunk["shrunk"], shrunk["shrunk_low"], shrunk["shrunk_high"])
        ax.errorbar(
            shrunk["shrunk"], row + shift, xerr=reach, fmt="s", ms=3.5, color=ORANGE, label="shrunk"
        )
    if truth is not None:
        ax.plot(truth, row, "D", ms=5, mfc="none", color=VERMILION, label="planted truth")
    ax.axvline(1, color=GREY, lw=1, ls="--", label="independent")
    ax.set_yticks(row, _named(pairs), fontsize=8)
    ax.invert_yaxis()
    ax.set_xscale("log", base=2)
    ax.xaxis.set_major_formatter(ScalarFormatter())
    ax.set(title="Pairs bought together most beyond chance", xlabel="lift (log scale)")
    ax.set_ylabel("pair of categories")
    ax.legend(loc="best", fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_groups(
    compared: pd.DataFrame, names: tuple[str, ...], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw pairs' lifts in each group of baskets with their intervals, the first pair on top.

    Parameters
    ----------
    compared : DataFrame
        As `affinity_groups.compare` returns it; only the rows to draw.
    names : tuple of str
        The groups, at most 7.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7, 1.6 + 0.62 * len(compared)), layout="constrained")[1]
    row = np.arange(len(compared))
    shifts = np.linspace(-0.34, 0.34, len(names))
    colours = (BLUE, VERMILION, GREEN, ORANGE, "black", "#56B4E9", "#CC79A7")
    for name, shift, colour, marker in zip(names, shifts, colours, "osD^vPX", strict=False):
        value = compared[f"lift {name}"]
        reach = _reach(value, compared[f"lift_low {name}"], compared[f"lift_high {name}"])
        ax.errorbar(
            value, row + shift, xerr=reach, fmt=marker, ms=4, lw=1, color=colour, label=name
        )
    ax.axvline(1, color=GREY, lw=1, ls="--")
    ax.set_yticks(row, _named(compared), fontsize=8)
    ax.invert_yaxis()
    ax.set(title="Pairs that differ most between groups", xlabel="lift (1: independent)")
    ax.set_ylabel("pair of categories")
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    write_caption(ax, caption)
    return ax


def draw_stability(summary: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw how many of the best pairs two halves of the baskets share, by ranking, as bars.

    Parameters
    ----------
    summary : DataFrame
        ``top_20`` and the like by ranking, 0 to 1, as `stability.summary` returns it.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 1.2 + 0.42 * len(summary)), layout="constrained")[1]
    tops = [name for name in summary.columns if name.startswith("top_")]
    row, height = np.arange(len(summary)), 0.8 / len(tops)
    for number, (top, colour) in enumerate(zip(tops, (BLUE, ORANGE, GREEN), strict=False)):
        where = row + (number - (len(tops) - 1) / 2) * height
        ax.barh(where, summary[top], height, color=colour, label=f"best {top.removeprefix('top_')}")
    ax.set_yticks(row, [str(name).replace("_low", ", lower limit") for name in summary.index])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set(title="Which ranking survives other baskets?", ylabel="pairs ranked by")
    ax.set_xlabel("best pairs of one half among those of the other")
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    write_caption(ax, caption)
    return ax


def _heat(lift: pd.DataFrame, ax: Axes, *, fontsize: float) -> None:
    power = np.log2(np.clip(lift.to_numpy(dtype=float), 0.25, 4))
    np.fill_diagonal(power, np.nan)
    image = ax.imshow(power, cmap="RdBu_r", vmin=-2, vmax=2)
    names = [_short(name) for name in lift.columns]
    ax.set_xticks(range(len(names)), names, rotation=90, fontsize=fontsize)
    ax.set_yticks(range(len(names)), names, fontsize=fontsize)
    bar = ax.figure.colorbar(image, ax=ax, label="lift (1: independent)", shrink=0.7)
    bar.set_ticks([-2, -1, 0, 1, 2], labels=["≤ ¼", "½", "1", "2", "≥ 4"])


def _reach(value: pd.Series, low: pd.Series, high: pd.Series) -> np.ndarray:
    """Return how far intervals reach below and above their points, shape (2, n)."""
    return np.clip([value - low, high - value], 0, None)


def _named(pairs: pd.DataFrame) -> list[str]:
    return [
        f"{_short(a)} + {_short(b)}" for a, b in zip(pairs["first"], pairs["second"], strict=True)
    ]


def _short(name: str) -> str:
    """Return a name cut to what fits beside a bar."""
    return textwrap.shorten(name, 26, placeholder="…") or name[:26]
