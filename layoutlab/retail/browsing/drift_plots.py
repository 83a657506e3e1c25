"""How have visits and purchases drifted? Drawn here; nothing is computed, saved or shown."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from layoutlab.figures import BLUE, GREY, ORANGE, VERMILION, write_caption


def draw_shifts(
    psi: Mapping[str, pd.Series],
    ax: Axes | None = None,
    *,
    threshold: float,
    caption: str = "",
) -> Axes:
    """Draw each feature's stability index, one set of bars per watched period.

    Parameters
    ----------
    psi : mapping of str to Series of float
        By period, index by feature in the order to draw.
    ax : Axes, optional
    threshold : float
        Above it, a shift.
    caption : str
    """
    names = next(iter(psi.values())).index
    ax = ax or plt.subplots(figsize=(7, 1.2 + 0.32 * len(names)), layout="constrained")[1]
    height = 0.8 / len(psi)
    looks = zip((BLUE, ORANGE, VERMILION), ("", "//", ".."), strict=True)
    for number, ((period, values), (colour, hatch)) in enumerate(
        zip(psi.items(), looks, strict=False)
    ):
        place = np.arange(len(names)) + (number - (len(psi) - 1) / 2) * height
        ax.barh(place, values[names], height, color=colour, hatch=hatch, ec="white", label=period)
    ax.axvline(threshold, color=GREY, lw=1, ls="--", label="commonly called a shift")
    ax.set_yticks(range(len(names)), [str(name).replace("_", " ") for name in names], fontsize=8)
    ax.invert_yaxis()
    ax.set(title="What changed in the visits", xlabel="population stability index")
    ax.set_ylabel("feature")
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax


def draw_gaps(gaps: pd.DataFrame, ax: Axes | None = None, *, caption: str = "") -> Axes:
    """Draw by how much purchases differed from what was said, month by month.

    Parameters
    ----------
    gaps : DataFrame
        By month: gap, gap_low, gap_high (shares of visits) and watched (bool), as
        `held_out.monthly_gaps` gives them.
    ax : Axes, optional
    caption : str
    """
    ax = ax or plt.subplots(figsize=(6.5, 3.4), layout="constrained")[1]
    place = np.arange(len(gaps))
    for watched, colour, marker, label in (
        (False, BLUE, "o", "months of training, held out"),
        (True, VERMILION, "s", "months watched"),
    ):
        part = gaps["watched"].to_numpy() == watched
        low, middle, high = (gaps.loc[part, name] for name in ("gap_low", "gap", "gap_high"))
        reach = np.clip([middle - low, high - middle], 0, None)
        ax.errorbar(
            place[part], middle, yerr=reach, fmt=marker, color=colour, capsize=3, label=label
        )
    ax.axhline(0, color=GREY, lw=1, ls="--")
    ax.set_xticks(place, [str(name) for name in gaps.index])
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.set(title="Bought more or less than was said", xlabel="month")
    ax.set_ylabel("bought less said\n(share of visits)")
    ax.legend(fontsize=8)
    write_caption(ax, caption)
    return ax
