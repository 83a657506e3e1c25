"""How do we draw simulated shoppers? Where they walk, what they see, how they compare."""

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.colors import LogNorm

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from layoutlab.retail.shoppers.prepared_floor import Floor

MARKS = {"behaved": "o", "random": "x", "nearest": "s", "shortest": "^"}
COLOURS = {"behaved": BLUE, "random": ORANGE, "nearest": GREY, "shortest": VERMILION}
LABELS = {
    "behaved": "our shopper",
    "random": "random order",
    "nearest": "nearest first",
    "shortest": "shortest tour",
}
MOST_WIDTHS = 2.0
ROOM = 0.35


def draw_steps(
    floor: "Floor", steps: np.ndarray, trips: int, *, caption: str, ax: "Axes | None" = None
) -> "Axes":
    """Draw how often each cell of the floor is stepped on, per 1,000 trips.

    Parameters
    ----------
    floor : Floor
    steps : ndarray of int64, shape (rows, columns)
        As `prepared_floor.steps` counts them.
    trips : int
        Above 0.
    caption : str
    ax : Axes, optional
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 5.5), layout="constrained")
    rows, columns = steps.shape
    left, low = floor.origin
    extent = (left, left + columns * floor.cell_m, low, low + rows * floor.cell_m)
    often = np.ma.masked_equal(steps, 0) * (1000 / trips)
    ax.set_facecolor("#dddddd")
    floor_ = np.ma.masked_where(~floor.walkable, np.zeros(steps.shape))
    ax.imshow(floor_, cmap="Greys", vmin=0, vmax=1, origin="lower", extent=extent)
    image = ax.imshow(
        often, cmap="cividis", norm=LogNorm(), origin="lower", extent=extent,
        interpolation="nearest",
    )  # fmt: skip
    ax.figure.colorbar(image, ax=ax, label="steps on a cell per 1,000 trips", shrink=0.8)
    for name, nodes, colour, mark in (
        ("entrance", floor.entrances, GREEN, "v"),
        ("checkout", floor.checkouts, VERMILION, "s"),
        ("exit", floor.exits, ORANGE, "^"),
    ):
        at = floor.origin + (floor.cells[nodes] + 0.5) * floor.cell_m
        x, y = at.T
        ax.scatter(x, y, color=colour, marker=mark, edgecolor="black", label=name, zorder=3)
    ax.legend(loc="upper left", bbox_to_anchor=(0, -0.1), ncols=3, frameon=False)
    ax.set(title=f"Where simulated shoppers walk: {floor.name}", xlabel="x, m", ylabel="y, m")
    write_caption(ax, caption)
    return ax


def draw_departments(table: pd.DataFrame, *, caption: str, ax: "Axes | None" = None) -> "Axes":
    """Draw each department's exposure against its shelf metres, sized by unplanned purchases.

    Parameters
    ----------
    table : DataFrame
        As `store_run.departments` gives it.
    caption : str
    ax : Axes, optional
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(8, 5.5), layout="constrained")
    shown = table[table["shelf_m"] > 0]
    most = max(float(shown["unplanned"].max()), 1e-9)
    ax.scatter(
        shown["shelf_m"],
        shown["exposure_m"] / 1000,
        s=20 + 300 * shown["unplanned"] / most,
        color=BLUE,
        alpha=0.6,
        label=f"department; area: unplanned purchases, at most {most:.0f} per 1,000 trips",
    )
    named = pd.concat([shown.nlargest(5, "exposure_m"), shown.nsmallest(3, "exposure_m")])
    for row in named.drop_duplicates("category").itertuples():
        ax.annotate(
            str(row.category),
            (float(str(row.shelf_m)), float(str(row.exposure_m)) / 1000),
            xytext=(7, 4),
            textcoords="offset points",
            fontsize=8,
        )
    ax.set(
        title="What simulated shoppers see of each department",
        xlabel="shelf, m",
        ylabel="exposure, m of walking per trip",
    )
    ax.legend(loc="upper left", frameon=False)
    ax.margins(y=0.15)
    write_caption(ax, caption)
    return ax


def draw_card(card: pd.DataFrame, *, caption: str, ax: "Axes | None" = None) -> "Axes":
    """Draw every regularity as a row: the accepted range, and where each shopper lies.

    Values are scaled so that each range runs from 0 to 1; what is farther away than two widths of
    it is drawn at the edge.

    Parameters
    ----------
    card : DataFrame
        As `validation.card` returns it.
    caption : str
    ax : Axes, optional
    """
    names = [name for name in dict.fromkeys(card["regularity"]) if _role(card, name) != "input"]
    if ax is None:
        _, ax = plt.subplots(figsize=(9, 1.6 + 0.36 * len(names)), layout="constrained")
    at = {name: len(names) - 1 - row for row, name in enumerate(names)}
    for name, row in at.items():
        ax.barh(row, 1, height=0.7, color="#cfe6d8", zorder=0)
        ax.text(-MOST_WIDTHS - ROOM, row, _label(card, name), ha="right", va="center", fontsize=8)
    for shoppers, mark in MARKS.items():
        ours = card[(card["shoppers"] == shoppers) & card["regularity"].isin(names)]
        if ours.empty:
            continue
        least = ours["least"].to_numpy(dtype=float)
        width = ours["most"].to_numpy(dtype=float) - least
        scaled = (ours["value"].to_numpy(dtype=float) - least) / width
        ax.scatter(
            np.clip(scaled, -MOST_WIDTHS, 1 + MOST_WIDTHS),
            [at[name] for name in ours["regularity"]],
            marker=mark,
            s=45 if shoppers == "behaved" else 32,
            color=COLOURS[shoppers],
            label=LABELS[shoppers],
            zorder=3 if shoppers == "behaved" else 2,
        )
    patch = mpl.patches.Patch(color="#cfe6d8", label="accepted")
    handles = [*ax.get_legend_handles_labels()[0], patch]
    ax.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=5, frameon=False
    )
    ax.set(
        title="Simulated shoppers against what is known of real ones\n\n",
        xlabel="distance from the accepted range, in widths of the range (0 to 1: inside)",
        ylabel="regularity (role)",
        xlim=(-MOST_WIDTHS - ROOM, 1 + MOST_WIDTHS + ROOM),
        yticks=[],
    )
    ax.yaxis.set_label_coords(-0.42, 0.5)
    write_caption(ax, caption)
    return ax


def _role(card: pd.DataFrame, name: str) -> str:
    return str(card.loc[card["regularity"] == name, "role"].iloc[0])


def _label(card: pd.DataFrame, name: str) -> str:
    return f"{name.replace('_', ' ')} ({_role(card, name)})  "
