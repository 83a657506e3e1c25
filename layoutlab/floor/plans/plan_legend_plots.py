"""What do the colours and marks of a plan mean? Its key, outside the drawing."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from layoutlab.figures import BLUE, GREEN, ORANGE, VERMILION
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.plans.plan_colours import NOTHING, Swatch
from layoutlab.floor.plans.plan_sheet_plots import ACCESSIBLE, LINE, TILL

ROWS_IN_COLUMN = 38
FACE = "#111111"
LEGEND: dict[str, Any] = {
    "loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0, "frameon": False,
    "fontsize": 7, "handlelength": 1.4, "handleheight": 1.0, "labelspacing": 0.28,
    "columnspacing": 1.2,
}  # fmt: skip
CHANGES = {
    "stays": "#DADADA",
    "moves": "#7FB8D8",
    "changes department": ORANGE,
    "moves and changes department": GREEN,
    "is new": "#CC79A7",
    "goes": VERMILION,
}


def department_legend(ax: Axes, plan: Plan, known: Mapping[str, Swatch]) -> None:
    """Put the key of departments, by family, and of the marks outside the plan."""
    blocks: dict[str, list[tuple[Artist, str]]] = {}
    for one in known.values():
        patch = Patch(facecolor=one.colour, edgecolor=LINE, lw=0.4, hatch=one.hatch or None)
        blocks.setdefault(one.family, []).append((patch, f"{one.number}  {one.name}"))
    blank: Artist = Line2D([], [], ls="")
    stacked = [[(blank, _bold(name))] * bool(name) + rows for name, rows in blocks.items()]
    columns = _columns([*stacked, [(blank, ""), *_marks(plan)]])
    longest = max(map(len, columns))
    entries = [row for column in columns
               for row in column + [(blank, "")] * (longest - len(column))]  # fmt: skip
    ax.legend([handle for handle, _ in entries], [text for _, text in entries],
              ncols=len(columns), **LEGEND)  # fmt: skip


def _columns(blocks: list[list[tuple[Artist, str]]]) -> list[list[tuple[Artist, str]]]:
    """Put blocks into columns of about equal length; one that is too long is cut."""
    total = sum(map(len, blocks))
    rows = -(-total // -(-total // ROWS_IN_COLUMN))
    columns: list[list[tuple[Artist, str]]] = [[]]
    for block in blocks:
        if columns[-1] and len(columns[-1]) + len(block) > rows + 3:
            columns.append([])
        for start in range(0, len(block), ROWS_IN_COLUMN):
            piece = block[start : start + ROWS_IN_COLUMN]
            if len(columns[-1]) + len(piece) > ROWS_IN_COLUMN + 3:
                columns.append([])
            columns[-1].extend(piece)
    return columns


def _bold(text: str) -> str:
    """Return a text in bold type, in matplotlib's mathematics."""
    plain = "".join(letter if letter.isalnum() else r"\ " for letter in text)
    return rf"$\bf{{{plain}}}$"


def _marks(plan: Plan) -> list[tuple[Artist, str]]:
    """Return the key of what else is on the plan."""
    fixtures, checkouts = plan.of("fixture"), plan.of("checkout")
    exits = plan.of("exit")
    every: list[tuple[bool, Artist, str]] = [
        (bool(plan.of("entrance")), Line2D([], [], color=GREEN, lw=2.6), "entrance"),
        (bool(exits), Line2D([], [], color=VERMILION, lw=2.6), "exit"),
        (bool(checkouts), Patch(facecolor=TILL), "checkout"
         + f" ({ACCESSIBLE} for wheelchairs)" * any(one.accessible for one in checkouts)),
        (any(one.faces for one in fixtures), Line2D([], [], color=FACE, lw=0.9), "face"),
        (any(one.locked for one in fixtures),
         Patch(facecolor="white", edgecolor=LINE, lw=1.6), "locked"),
        (any(not one.departments for one in fixtures),
         Patch(facecolor=NOTHING, edgecolor=LINE, lw=0.4), "no department"),
    ]  # fmt: skip
    return [(handle, text) for there, handle, text in every if there]


def change_legend(ax: Axes, counts: Mapping[str, int], said: Sequence[str] = ()) -> None:
    """Put the key of a difference drawing: how many each colour stands for, and the changes."""
    shown = {change: count for change, count in counts.items() if count}
    handles: list[Artist] = [
        Patch(facecolor="none" if change == "goes" else CHANGES[change], edgecolor=LINE, lw=0.4,
              hatch="xxx" if change == "goes" else None)
        for change in shown
    ]  # fmt: skip
    texts = [f"{change} ({count})" for change, count in shown.items()]
    if any("moves" in change for change in shown):
        handles.append(Line2D([], [], color=BLUE, lw=0.9, ls="--"))
        texts.append("old place")
    handles += [Line2D([], [], ls="") for _ in said]
    texts += [f"{number}  {text}" for number, text in enumerate(said, 1)]
    ax.legend(handles, texts, **LEGEND)
