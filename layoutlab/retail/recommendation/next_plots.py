"""How do rankings of the next basket look? Drawn here; nothing is computed, saved or shown."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from layoutlab.figures import BLUE, GREY, ORANGE, VERMILION, write_caption


def draw_methods(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    ceiling: float | None = None,
    caption: str = "",
) -> Axes:
    """Draw each method's recall with its interval, the first on top.

    Parameters
    ----------
    table : DataFrame
        By method: ``recall``, ``low``, ``high``, ``chosen`` (bool).
    ax : Axes, optional
    ceiling : float, optional
        The best any ranking can reach.
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7, 1.2 + 0.4 * len(table)), layout="constrained")[1]
    columns = (table[name] for name in ("recall", "low", "high", "chosen"))
    for place, (recall, low, high, chosen) in enumerate(zip(*columns, strict=True)):
        colour = BLUE if chosen else GREY
        ax.plot([low, high], [place, place], color=colour, linewidth=3, alpha=0.5)
        ax.plot(recall, place, "o", color=colour)
    if ceiling is not None:
        ax.axvline(ceiling, color=VERMILION, linestyle="--", label="knowing all habits")
        ax.legend(loc="lower left")
    ax.set_yticks(range(len(table)), [str(name).replace("_", " ") for name in table.index])
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set(
        title="How much of the next basket ten items hold",
        xlabel="recall at 10 (mean over test customers, 95 % interval)",
        ylabel="method",
    )
    write_caption(ax, caption)
    return ax


def draw_losses(
    history: Mapping[str, Sequence[float]], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw the networks' mean loss after each epoch.

    Parameters
    ----------
    history : mapping of str to sequence of float
        ``train`` and ``validation``, as `fit_network` gives it.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.4), layout="constrained")[1]
    styles = (("train", GREY, "training, while it learns"), ("validation", BLUE, "validation"))
    for name, colour, label in styles:
        losses = history[name]
        ax.plot(np.arange(len(losses)) + 1, losses, "o-", color=colour, label=label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(title="What the networks learn", xlabel="epoch", ylabel="loss")
    ax.legend()
    write_caption(ax, caption)
    return ax


def draw_parts(table: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw recall of items bought before and of new items, by method.

    Parameters
    ----------
    table : DataFrame
        By method: ``repeat`` and ``explore``, recall at 10.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7, 3.6), layout="constrained")[1]
    places = np.arange(len(table))
    ax.bar(places - 0.2, table["repeat"], 0.38, color=BLUE, label="bought before")
    ax.bar(places + 0.2, table["explore"], 0.38, color=ORANGE, label="never bought before")
    ax.set_xticks(places, [str(name).replace("_", "\n") for name in table.index])
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.set(title="Old habits and new items", xlabel="method", ylabel="recall at 10")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    write_caption(ax, caption)
    return ax
