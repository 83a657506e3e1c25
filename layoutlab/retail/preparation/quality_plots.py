"""How do the figures of the data-quality report look? Drawn here, from what was measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption

FRAME = 1.3


def draw_counts(counts: Mapping[str, int], ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw how much of everything there is, on a logarithmic scale.

    Parameters
    ----------
    counts : mapping of str to int
        What and how many, in the order to draw.
    ax : Axes, optional
    caption : str
    """
    ax = ax or _axes(7, 3.2)
    bars = ax.barh(list(counts), list(counts.values()), color=BLUE)
    ax.bar_label(bars, [f"{number:,}" for number in counts.values()], padding=3)
    ax.set_xscale("symlog", linthresh=1)
    ax.set_xlim(0, 10 * max(*counts.values(), 1))
    ax.invert_yaxis()
    ax.set(title="How much there is", xlabel="number (logarithmic)", ylabel="what")
    write_caption(ax, caption)
    return ax


def draw_rejects(
    rejects: Mapping[str, int], accepted: int, ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw lines by what becomes of them: accepted, or rejected for a reason.

    Parameters
    ----------
    rejects : mapping of str to int
        Reason and lines.
    accepted : int
        Lines.
    ax : Axes, optional
    caption : str
    """
    ax = ax or _axes(7, 3.8)
    numbers = [accepted, *rejects.values()]
    names = ["accepted", *(name.replace("_", " ") for name in rejects)]
    bars = ax.barh(names, numbers, color=[GREEN] + [VERMILION] * len(rejects))
    total = max(sum(numbers), 1)
    ax.bar_label(bars, [f"{n:,} ({n / total:.2%})" for n in numbers], padding=3)
    ax.set_xscale("symlog", linthresh=1)
    ax.set_xlim(0, 300 * total)
    ax.invert_yaxis()
    ax.set(title="What becomes of the lines", xlabel="lines (logarithmic)", ylabel="verdict")
    write_caption(ax, caption)
    return ax


def draw_coverage(
    lines_per_day: Mapping[str, int], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw accepted lines per day; days without any are shaded.

    Parameters
    ----------
    lines_per_day : mapping of str to int
        Day (ISO 8601) and lines, without holes.
    ax : Axes, optional
    caption : str
    """
    ax = ax or _axes(8, 3.2)
    ax.set(title="When there are lines", xlabel="day (UTC)", ylabel="accepted lines per day")
    if lines_per_day:
        day = np.array(list(lines_per_day), "datetime64[D]")
        number = np.array(list(lines_per_day.values()))
        half, top = np.timedelta64(12, "h"), 1.05 * number.max()
        ax.fill_between(
            day.repeat(2) + np.tile([-half, half], len(day)), 0, top,
            where=(number == 0).repeat(2), color=ORANGE, alpha=0.4, lw=0, label="no lines",
        )  # fmt: skip
        ax.step(day, number, where="mid", color=BLUE, lw=1, label="lines")
        ax.set_ylim(0, top)
        ax.tick_params(axis="x", rotation=30)
        ax.legend(loc="lower left")
    else:
        ax.text(0.5, 0.5, "no line has a time", ha="center", transform=ax.transAxes)
    write_caption(ax, caption)
    return ax


def draw_spread(
    spread: Mapping[str, Any], of: str, unit: str, ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw how values spread, and the fences beyond which they stand out.

    Parameters
    ----------
    spread : mapping
        As `layoutlab.retail.preparation.quality.spread` returns it.
    of, unit : str
        What it is and in what unit.
    ax : Axes, optional
    caption : str
    """
    ax = ax or _axes(7, 3.2)
    ax.set(title=f"How the {of} spreads", xlabel=f"{of} ({unit})", ylabel="lines (logarithmic)")
    if spread["known"]:
        edges = np.array(spread["bins"])
        ax.stairs(spread["counts"], edges, fill=True, color=BLUE, label="lines")
        ax.set_xscale("log")
        ax.set_yscale("log")
        shown = edges[0] / FRAME, 10 * edges[-1]
        ax.set_xlim(shown[0], FRAME * edges[-1])
        ax.axvline(spread["median"], color=GREY, label="median")
        for side in ("lower_fence", "upper_fence"):
            if shown[0] <= spread[side] <= shown[1]:
                name = "fence" if side == "upper_fence" else None
                ax.axvline(spread[side], color=VERMILION, ls="--", label=name)
                ax.set_xlim(right=max(ax.get_xlim()[1], FRAME * spread[side]))
        ax.legend(loc="upper right")
    else:
        ax.text(0.5, 0.5, f"no line has a {of}", ha="center", transform=ax.transAxes)
    write_caption(ax, caption)
    return ax


def _axes(width: float, height: float) -> Axes:
    """Return the axes of a new figure, inches, that nothing else knows of or has to close."""
    return Figure(figsize=(width, height), layout="constrained").subplots()
