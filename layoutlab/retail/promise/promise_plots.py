"""How do we draw promises, what became of them, and what they hang on?"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.ticker import PercentFormatter

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.retail.promise.plausibility import BELIEVABLE, FIELD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = {
    "promised": ORANGE,
    "corrected": GREY,
    "later": BLUE,
    "other customers": GREEN,
    "later and other customers": VERMILION,
}
MARKS = dict(zip(COLOURS, "sDov^", strict=True))
BAR, RIVAL = 0.7, 0.33
"""Realised by promised: what is asked for, and what another open system has shown."""
PERCENT = PercentFormatter(1, decimals=0)
WIDE = 0.14


def draw_promises(table: pd.DataFrame, *, caption: str, ax: "Axes | None" = None) -> "Axes":
    """Draw what every search promised and what became of it.

    Parameters
    ----------
    table : DataFrame
        As `judged.by_seed` gives it.
    caption : str
    ax : Axes, optional
    """
    ax = ax or _axes(9, 5)
    parts = list(dict.fromkeys(table["part"]))
    _field(ax, upright=True)
    for place, part in enumerate(parts):
        own = table[table["part"] == part]
        x = own["seed"] + 1 + WIDE * (place - (len(parts) - 1) / 2)
        reach = [own["gain"] - own["low"], own["high"] - own["gain"]]
        ax.errorbar(x, own["gain"], reach, fmt=MARKS[part], color=COLOURS[part], label=part, ms=5)
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xticks(sorted(set(table["seed"] + 1)))
    ax.yaxis.set_major_formatter(PERCENT)
    ax.set(title="What searches promised, and what became of it", xlabel="search (seed)",
           ylabel="gain of unplanned margin over today")  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(ax, caption)
    return ax


def draw_ratios(summary: pd.DataFrame, *, caption: str, ax: "Axes | None" = None) -> "Axes":
    """Draw what is left of the promise, part by part.

    Parameters
    ----------
    summary : DataFrame
        As `judged.summary` gives it.
    caption : str
    ax : Axes, optional
    """
    ax = ax or _axes(8, 3.6)
    shown = summary.drop(index="promised")
    y = np.arange(len(shown))[::-1]
    reach = [shown["ratio"] - shown["ratio_low"], shown["ratio_high"] - shown["ratio"]]
    bounded = np.where(np.isfinite(reach), reach, 9.0)
    for at, part in enumerate(shown.index):
        ax.errorbar(shown["ratio"].iloc[at], y[at], xerr=bounded[:, at : at + 1], fmt=MARKS[part],
                    color=COLOURS[part], capsize=3)  # fmt: skip
    ax.axvline(BAR, color="black", linestyle="--", linewidth=1, label=f"asked for: {BAR:g}")
    ax.axvline(RIVAL, color=GREY, linestyle=":", label=f"another open system: {RIVAL:g}")
    ax.axvline(1, color="black", linewidth=0.8, label="the whole promise")
    ax.set_yticks(y, shown.index)
    ax.set(title="What is left of the promise", xlabel="gain as a share of the promised gain",
           xlim=(0, max(1.3, min(2.0, float(shown["ratio_high"].max()) + 0.1))),
           ylim=(-0.6, len(shown) - 0.4))  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(ax, caption)
    return ax


def draw_tornado(
    table: pd.DataFrame, now: float, *, caption: str, most: int = 16, ax: "Axes | None" = None
) -> "Axes":
    """Draw the gain at both ends of every uncertain effect's band, widest first.

    Parameters
    ----------
    table : DataFrame
        As `sensitivity.tornado` gives it.
    now : float
        The gain with the effects as they are.
    caption : str
    most : int
        Effects drawn.
    ax : Axes, optional
    """
    ax = ax or _axes(9, 6)
    shown = table.head(most)
    y = np.arange(len(shown))[::-1]
    _field(ax, upright=False)
    for side, colour in (("low", BLUE), ("high", ORANGE)):
        ends = shown[f"gain_{side}"]
        ax.barh(y, ends - now, left=now, height=0.6, color=colour, label=f"{side} end of the band")
        reach = [ends - shown[f"least_{side}"], shown[f"most_{side}"] - ends]
        ax.errorbar(ends, y, xerr=reach, fmt="none", ecolor="black", elinewidth=0.8, capsize=2)
        lost = shown[f"beaten_{side}"].fillna(value=False).astype(bool).to_numpy()
        ax.plot(ends[lost], y[lost], "x", color=VERMILION, ms=9, mew=2, zorder=3,
                label=f"another layout is better, {side} end" if lost.any() else None)  # fmt: skip
    ax.axvline(now, color="black", linewidth=1, label="effects as they are")
    ax.set_yticks(y, [name.replace("_", " ") for name in shown["effect"]])
    ax.xaxis.set_major_formatter(PERCENT)
    ax.set(title="What the gain hangs on", xlabel="gain of unplanned margin over today")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(ax, caption)
    return ax


def draw_front(
    today: np.ndarray,
    tried: np.ndarray,
    chosen: int | None,
    shown: tuple[tuple[float, float, float], tuple[float, float, float]] | None,
    *,
    caption: str,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw margin against walking of the layouts on a search's front, and the one chosen.

    Parameters
    ----------
    today : ndarray of float, shape (2,)
        Unplanned margin and metres per trip.
    tried : ndarray of float, shape (k, 2)
    chosen : int or None
        Number of the layout better both ways.
    shown : pair of (value, low, high) or None
        Its relative changes of margin and metres for fresh shoppers.
    caption : str
    ax : Axes, optional
    """
    ax = ax or _axes(7.5, 5)
    x, y = tried[:, 1] / today[1] - 1, tried[:, 0] / today[0] - 1
    ax.plot(x, y, "o", color=GREY, ms=5, label="front, as the search saw it")
    ax.plot(0, 0, "s", color="black", label="today")
    if chosen is not None and shown is not None:
        ax.plot(x[chosen], y[chosen], "D", color=ORANGE, ms=8, label="chosen, as promised")
        (margin, *ends), (walk, *sides) = shown
        ax.errorbar(walk, margin, yerr=np.abs(np.array(ends)[:, None] - margin),
                    xerr=np.abs(np.array(sides)[:, None] - walk), fmt="o", color=BLUE, capsize=3,
                    label="chosen, fresh shoppers")  # fmt: skip
    ax.axhline(0, color="black", linewidth=0.8)
    ax.axvline(0, color="black", linewidth=0.8)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=2))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    ax.set(title="More margin and less walking", xlabel="metres walked, against today",
           ylabel="unplanned margin, against today")  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(ax, caption)
    return ax


def draw_stores(
    table: pd.DataFrame, part: str, method: str, *, caption: str, ax: "Axes | None" = None
) -> "Axes":
    """Draw what a method promised and realised in each store.

    Parameters
    ----------
    table : DataFrame
        As `many_stores.study` gives it.
    part, method : str
    caption : str
    ax : Axes, optional
    """
    ax = ax or _axes(10.5, 5)
    own = table[table["method"] == method].sort_values(["form", "area_m2"])
    x = np.arange(len(own))
    _field(ax, upright=True)
    reach = [own[part] - own[f"{part} low"], own[f"{part} high"] - own[part]]
    ax.plot(x, own["promised"], "s", color=ORANGE, label="promised")
    ax.plot(x, own["corrected"], "D", color=GREY, label="corrected", ms=5)
    ax.errorbar(x, own[part], reach, fmt="o", color=BLUE, capsize=3, label=f"realised: {part}")
    ax.axhline(0, color="black", linewidth=0.8)
    names = [f"{form}\n{area:g} m²" for form, area in zip(own["form"], own["area_m2"], strict=True)]
    ax.set_xticks(x, names, fontsize=8)
    ax.yaxis.set_major_formatter(PERCENT)
    ax.set(title=f"Promised and realised by {method}, store by store", xlabel="store",
           ylabel="gain of unplanned margin over today")  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(ax, caption)
    return ax


def draw_methods(compared: pd.DataFrame, *, caption: str, ax: "Axes | None" = None) -> "Axes":
    """Draw the mean realised gain of each method over stores, as `methods_compared` gives it."""
    ax = ax or _axes(8, 3.4)
    y = np.arange(len(compared))[::-1]
    reach = [compared["gain"] - compared["low"], compared["high"] - compared["gain"]]
    ax.errorbar(compared["gain"], y, xerr=reach, fmt="o", color=BLUE, capsize=3,
                label="mean over stores, 95 %")  # fmt: skip
    ax.axvline(0, color="black", linewidth=0.8)
    ax.set_yticks(y, [f"{name} (rank {rank:.1f})" for name, rank in compared["rank"].items()])
    ax.xaxis.set_major_formatter(PERCENT)
    ax.set(title="Search and simple rules", xlabel="realised gain of unplanned margin over today",
           ylim=(-0.6, len(compared) - 0.4))  # fmt: skip
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    write_caption(ax, caption)
    return ax


def _axes(width: float, height: float) -> "Axes":
    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def _field(ax: "Axes", *, upright: bool) -> None:
    """Shade what the field has seen, and mark where belief ends."""
    span, line = (ax.axhspan, ax.axhline) if upright else (ax.axvspan, ax.axvline)
    span(*FIELD, color=GREY, alpha=0.2, label="seen in the field", linewidth=0)
    line(BELIEVABLE, color=VERMILION, linestyle="--", linewidth=1, label="flagged beyond")
