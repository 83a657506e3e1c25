"""How do sales and buyers look? Drawn here; nothing is computed, saved or shown."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption


def draw_top_categories(lines: pd.Series, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw lines per category as bars, the first on top.

    Parameters
    ----------
    lines : Series of int
        Lines by category, in the order to draw.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 0.5 + 0.27 * len(lines)), layout="constrained")[1]
    ax.barh([_short(name) for name in lines.index], lines.to_numpy(), color=BLUE)
    ax.invert_yaxis()
    ax.set(title="What the store sold", xlabel="lines of receipts", ylabel="category")
    write_caption(ax, caption)
    return ax


def draw_hours(lines: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw lines per weekday and hour as a heat map; say so when there are none.

    Parameters
    ----------
    lines : DataFrame of int, shape (7, 24)
        Weekdays by hours.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(7.5, 3), layout="constrained")[1]
    image = ax.imshow(lines.to_numpy(), cmap="cividis", aspect="auto")
    ax.set_yticks(range(len(lines)), lines.index)
    ax.set_xticks(range(0, 24, 2))
    ax.set(title="When it sold", xlabel="hour of the day (UTC)", ylabel="weekday")
    if lines.to_numpy().any():
        ax.figure.colorbar(image, ax=ax, label="lines of receipts")
    else:
        box = {"facecolor": "white", "edgecolor": "none"}
        ax.text(11.5, 3, "this source records no times", ha="center", va="center", bbox=box)
    write_caption(ax, caption)
    return ax


def draw_basket_sizes(sizes: np.ndarray, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw how many transactions have how many lines; those above 50 share the last bar.

    Parameters
    ----------
    sizes : ndarray of int
        Lines of every transaction, at least 1.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.2), layout="constrained")[1]
    most = min(int(sizes.max()), 51)
    ax.hist(sizes.clip(max=most), bins=list(np.arange(1, most + 2) - 0.5), color=BLUE, ec="white")
    ax.set(
        title="How much goes into one basket",
        xlabel="lines of a transaction" + (" (51: 51 and more)" if most == 51 else ""),
        ylabel="transactions",
    )
    write_caption(ax, caption)
    return ax


def draw_rejects(rejects: Mapping[str, int], ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw rejected lines by reason as bars with their numbers.

    Parameters
    ----------
    rejects : mapping of str to int
        Lines by reason, in the order to draw.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.2), layout="constrained")[1]
    names = [name.replace("_", " ") for name in rejects]
    bars = ax.barh(names, list(rejects.values()), color=VERMILION)
    ax.bar_label(bars, padding=3, fmt="{:,.0f}")
    ax.invert_yaxis()
    ax.margins(x=0.15)
    ax.set_xlim(left=0, right=None if any(rejects.values()) else 1)
    ax.set(title="Lines put aside", xlabel="lines of receipts", ylabel="reason")
    write_caption(ax, caption)
    return ax


def draw_purchase_rates(
    rates: pd.DataFrame, ax: Axes | None = None, *, group: str, caption: str = ""
) -> Axes:
    """Draw the share of visits with a purchase per group, with intervals and numbers of visits.

    Parameters
    ----------
    rates : DataFrame
        visits, bought, bought_low, bought_high by group, as `visits.purchase_rates` gives them.
    ax : Axes, optional
    group : str
        What the groups are.
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.4), layout="constrained")[1]
    place = np.arange(len(rates))
    ax.errorbar(
        place, rates["bought"], yerr=_reach(rates, "bought"), fmt="o", color=BLUE, capsize=3
    )
    names = [
        f"{name}\n{n:,}" for name, n in zip(rates.index, rates["visits"].to_numpy(), strict=True)
    ]
    ax.set_xticks(place, names, fontsize=8)
    ax.margins(x=0.5 / len(rates))
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.set(title=f"Who bought, by {group}", xlabel=f"{group}, and visits")
    ax.set_ylabel("visits with a purchase")
    write_caption(ax, caption)
    return ax


def draw_training(
    history: Mapping[str, Sequence[float]], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw the log loss of a model after each epoch, one line per part of the data.

    Parameters
    ----------
    history : mapping of str to sequence of float
        Loss per epoch, nats, by part.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.4), layout="constrained")[1]
    looks = zip((BLUE, VERMILION, GREEN), ("o-", "s--", "^:"), strict=True)
    for (part, losses), (colour, style) in zip(history.items(), looks, strict=False):
        ax.plot(range(1, len(losses) + 1), losses, style, ms=4, color=colour, label=part)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(title="Training", xlabel="epoch", ylabel="mean log loss (nats)")
    ax.legend()
    write_caption(ax, caption)
    return ax


def draw_reliability(
    said: Mapping[str, pd.DataFrame], ax: Axes | None = None, *, caption: str = ""
) -> Axes:
    """Draw what happened over what was said, one set of points per model, with intervals.

    Parameters
    ----------
    said : mapping of str to DataFrame
        By model: said, bought, bought_low, bought_high per bin, as `scores.reliability` gives them.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(5.2, 5.2), layout="constrained")[1]
    ax.plot([0, 1], [0, 1], color=GREY, lw=1, ls="--", label="perfectly calibrated")
    looks = zip((ORANGE, BLUE, VERMILION, GREEN), "soD^", strict=True)
    for (model, bins), (colour, marker) in zip(said.items(), looks, strict=False):
        reach = _reach(bins, "bought")
        style: dict[str, Any] = {"ms": 5, "lw": 1, "color": colour, "capsize": 2, "label": model}
        ax.errorbar(bins["said"], bins["bought"], yerr=reach, fmt=f"{marker}-", **style)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.set(title="Said and happened", xlabel="probability given", ylabel="visits with a purchase")
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_gains(table: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw by how much a model differs from its baseline on each measure, with intervals.

    Parameters
    ----------
    table : DataFrame
        difference, difference_low, difference_high per measure, as `scores.compare` gives them.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.2), layout="constrained")[1]
    row = np.arange(len(table))
    ax.errorbar(
        table["difference"], row, xerr=_reach(table, "difference"), fmt="o", color=BLUE, capsize=3
    )
    ax.axvline(0, color=GREY, lw=1, ls="--")
    ax.set_yticks(row, [str(name).replace("_", " ") for name in table.index])
    ax.invert_yaxis()
    ax.set(title="What the network adds", xlabel="network less baseline", ylabel="measure")
    write_caption(ax, caption)
    return ax


def _reach(table: pd.DataFrame, name: str) -> np.ndarray:
    """Return how far an interval reaches below and above its point, shape (2, n)."""
    low, point, high = (table[name + end].to_numpy() for end in ("_low", "", "_high"))
    return np.asarray(np.clip([point - low, high - point], 0, None))


def _short(name: str) -> str:
    """Return a name cut to what fits beside a bar."""
    return textwrap.shorten(name, 26, placeholder="…") or name[:26]
