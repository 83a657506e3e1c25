"""How good is a score of layouts, and what do layouts do? Drawn here, not computed."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, GREY)


def _axes(ax: Axes | None, wide: float = 6.0, high: float = 4.0) -> Axes:
    return ax if ax is not None else plt.subplots(figsize=(wide, high), layout="constrained")[1]


def draw_told_and_true(
    told: np.ndarray,
    true: np.ndarray,
    half: np.ndarray,
    ax: Axes | None = None,
    *,
    title: str,
    unit: str,
    caption: str = "",
) -> Axes:
    """Draw simulated against foreseen values, with 95 % intervals of the latter.

    Parameters
    ----------
    told, true, half : ndarray of float, shape (n,)
        Half the width of the intervals.
    ax : Axes, optional
    title, unit, caption : str
    """
    ax = _axes(ax)
    ends = [min(told.min(), true.min()), max(told.max(), true.max())]
    ax.errorbar(told, true, xerr=half, fmt="none", ecolor=GREY, alpha=0.35, linewidth=0.8)
    ax.plot(told, true, "o", color=BLUE, markersize=3, label="one layout, 95 % interval in grey")
    ax.plot(ends, ends, color=VERMILION, linewidth=1, label="told = simulated")
    ax.set(title=title, xlabel=f"told by the score ({unit})", ylabel=f"simulated ({unit})")
    ax.legend(loc="upper left", fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_rhos(
    table: pd.DataFrame, ax: Axes | None = None, *, noise: Sequence[float], caption: str = ""
) -> Axes:
    """Draw the mean rank correlation within stores by target and score, with intervals.

    Parameters
    ----------
    table : DataFrame
        Columns target, score, rho, low, high.
    ax : Axes, optional
    noise : sequence of float
        By target, the highest that noisy labels allow a perfect score.
    caption : str
    """
    ax = _axes(ax, 9.0, 4.0)
    scores, targets = list(dict.fromkeys(table["score"])), list(dict.fromkeys(table["target"]))
    step = 0.8 / len(scores)
    for place, score in enumerate(scores):
        part = table[table["score"] == score]
        x = np.arange(len(targets)) - 0.4 + (place + 0.5) * step
        error = [part["rho"] - part["low"], part["high"] - part["rho"]]
        ax.errorbar(
            x, part["rho"], yerr=error, fmt="osD^v"[place % 5], capsize=3, markersize=5,
            color=COLOURS[place % len(COLOURS)], label=score,
        )  # fmt: skip
    for place, most in enumerate(noise):
        ax.plot([place - 0.4, place + 0.4], [most, most], ":", color="black", linewidth=1,
                label="most the labels' noise allows" if place == 0 else None)  # fmt: skip
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set_xticks(range(len(targets)), [name.replace("_", " ") for name in targets])
    ax.set(title="Layouts of unseen stores, ranked", xlabel="what is foreseen",
           ylabel="Spearman's rho within a store")  # fmt: skip
    ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    write_caption(ax, caption)
    return ax


def draw_farness(
    farness: Mapping[str, Sequence[float]], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw how far stores are from the training stores; right of 1 the score warns.

    Parameters
    ----------
    farness : mapping of str to sequence of float
        By kind of store.
    ax : Axes, optional
    caption : str
    """
    ax = _axes(ax, 6.5, 2.8)
    for row, values in enumerate(farness.values()):
        ax.plot(values, np.full(len(values), row), "osD^v"[row % 5],
                color=COLOURS[row % len(COLOURS)], alpha=0.8)  # fmt: skip
    ax.axvline(1, color="black", linestyle="--", label="limit of the training stores")
    ax.set_yticks(range(len(farness)), list(farness))
    ax.set(title="How unlike the training stores?", xlabel="distance (limit = 1)", ylabel="stores",
           xlim=(0, None), ylim=(-0.6, len(farness) - 0.4))  # fmt: skip
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_apart(
    bands: Mapping[str, pd.DataFrame], ax: Axes | None = None, *, title: str, caption: str = ""
) -> Axes:
    """Draw what pairs of departments sell against the walk between them.

    Parameters
    ----------
    bands : mapping of str to DataFrame
        By way of comparing: columns apart_m, change, low, high, see `joint_sales.Curve`.
    ax : Axes, optional
    title, caption : str
    """
    ax = _axes(ax)
    for place, (name, each) in enumerate(bands.items()):
        error = [each["change"] - each["low"], each["high"] - each["change"]]
        ax.errorbar(each["apart_m"], each["change"], yerr=error, fmt="osD^v"[place % 5] + "-",
                    color=COLOURS[place % len(COLOURS)], capsize=3,
                    label=f"{name}, 95 % interval")  # fmt: skip
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.set(title=title, xlabel="walk between the departments (m)",
           ylabel="change against the pair's mean (%)")  # fmt: skip
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_more_space(found: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw what each further slot of a department adds to its impulse sales.

    Parameters
    ----------
    found : DataFrame
        Columns store, slots, own, margin; see `sign_checks.more_space`.
    ax : Axes, optional
    caption : str
    """
    ax = _axes(ax)
    for place, (name, part) in enumerate(found.groupby("store")):
        ax.plot(part["slots"], part["own"] / part["own"].iloc[0], "osD^vP"[place % 6] + "-",
                color=(*COLOURS, "black")[place % 6], label=f"store {name}")  # fmt: skip
    ax.set(title="More space for what tempts most", xlabel="slots of the department",
           ylabel="its impulse sales (first = 1)")  # fmt: skip
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax
