"""How does a stream come on? Drawn here; nothing is computed, saved or shown."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption

COLOURS = (BLUE, ORANGE, GREEN, VERMILION, GREY)
MARKS = "osD^v"


def draw_arrivals(
    time: np.ndarray, lateness_s: int, ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw event time against the order of arrival, with the watermark beneath the newest.

    Parameters
    ----------
    time : ndarray of datetime64, shape (n,)
        Event times in the order of arrival, at least one.
    lateness_s : int
        Seconds between the newest time and the watermark.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7, 4), layout="constrained")[1]
    order, newest = np.arange(len(time)), np.maximum.accumulate(time)
    watermark = newest - np.timedelta64(lateness_s, "s")
    ax.plot(order, time, ".", ms=3, color=BLUE, label="a line")
    ax.step(order, newest, where="post", color=GREY, lw=1, label="newest so far")
    ax.step(order, watermark, where="post", color=VERMILION, lw=1.5, label="watermark")
    ax.set(
        title="Lines as they arrive", xlabel="order of arrival (lines)", ylabel="event time (UTC)"
    )
    ax.legend(loc="upper left")
    write_caption(ax, caption)
    return ax


def draw_waiting(
    waiting: np.ndarray, record: pd.DataFrame, ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw how many lines wait in open windows over the lines that have come.

    Parameters
    ----------
    waiting : ndarray of int, shape (n,)
        As `layoutlab.retail.streaming.lateness.waiting` gives it.
    record : DataFrame
        As `layoutlab.retail.streaming.lateness.progress` gives it.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7, 3.6), layout="constrained")[1]
    ax.plot(np.arange(1, len(waiting) + 1), waiting, color=BLUE, lw=1, label="after every line")
    ax.plot(record["lines"], record["open"], "o", color=VERMILION, label="at a checkpoint")
    ax.set(
        title="What waits in open windows",
        xlabel="lines that have come",
        ylabel="lines waiting",
    )
    most = max(int(waiting.max()), 1)
    ax.set_ylim(-0.03 * most, 1.25 * most)
    ax.legend(loc="upper right", ncols=2)
    write_caption(ax, caption)
    return ax


def draw_too_late(shares: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw the share of lines that come too late over the lateness that is allowed.

    Parameters
    ----------
    shares : DataFrame of float
        As `layoutlab.retail.streaming.lateness.too_late_shares` gives it.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.8), layout="constrained")[1]
    for i, (length_s, share) in enumerate(shares.items()):
        ax.plot(
            shares.index / 60,
            share,
            color=COLOURS[i % len(COLOURS)],
            marker=MARKS[i % len(MARKS)],
            label=_duration(int(str(length_s))),
        )
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    ax.set(
        title="What waiting saves",
        xlabel="lateness allowed (min)",
        ylabel="share of lines too late",
        ylim=(0, None),
    )
    ax.legend(title="windows of")
    write_caption(ax, caption)
    return ax


def _duration(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
