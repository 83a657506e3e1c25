"""Where on the plan is a rule not obeyed?"""

import textwrap
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Circle

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION, write_caption
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.plans.plan_plots import plot_plan
from layoutlab.floor.rules.checking import Findings, Violation

WIDTHS = ("route_width", "aisle_width", "zone_width", "u_turn", "turning_space", "checkout_room")
COLOURS = (VERMILION, BLUE, ORANGE, GREEN, "#CC79A7", "#56B4E9", "#000000", "#F0E442")
MARKS = "oDs^vPX*"
NUMBER_PT = 6.5
AROUND = [
    (reach * np.cos(turn), reach * np.sin(turn))
    for reach in (7.0, 14.0, 22.0, 32.0)
    for turn in np.radians([45, -45, 135, -135, 0, 90, -90, 180])
]
"""Where the number of a place is tried, in points from it."""


def plot_violations(
    plan: Plan, findings: Findings, ax: Axes | None = None, *, title: str = "", caption: str = ""
) -> Axes:
    """Draw a plan in grey with a number at each violation, and the disc that passes narrow ways.

    Parameters
    ----------
    plan : Plan
    findings : Findings
        Of this plan.
    ax : Axes, optional
        A sheet of the plan's own form when not given.
    title, caption : str
        How many violations of how many rules there are, when there is no title.
    """
    broken = findings.violations
    rules = list(dict.fromkeys(each.rule for each in broken))
    title = title or f"{plan.name}: {_said(broken, rules)}"
    grey = replace(plan, things=tuple(replace(each, departments=()) for each in plan.things))
    ax = plot_plan(grey, ax, labels=False, legend=False, title=title)
    numbers: dict[tuple[float, float], list[str]] = {}
    for number, each in enumerate(broken, 1):
        x, y = each.place
        numbers.setdefault((round(x, 1), round(y, 1)), []).append(str(number))
        _mark(ax, each, rules.index(each.rule))
    _number(ax, {place: ", ".join(said) for place, said in numbers.items()})
    if rules:
        ax.legend(
            handles=[_key(rule, n, findings) for n, rule in enumerate(rules)],
            loc="upper left", bbox_to_anchor=(1.01, 1.0), fontsize=8, title="not obeyed",
            frameon=False, alignment="left", labelspacing=0.9,
        )  # fmt: skip
    if caption:
        write_caption(ax, caption)
    return ax


def _said(broken: Sequence[Violation], rules: Sequence[str]) -> str:
    if not broken:
        return "no violation found"
    places = "1 violation" if len(broken) == 1 else f"{len(broken)} violations"
    return f"{places} of {len(rules)} rule{'s' if len(rules) > 1 else ''}"


def _mark(ax: Axes, violation: Violation, rule: int) -> None:
    colour, (x, y) = COLOURS[rule % len(COLOURS)], violation.place
    if violation.quantity in WIDTHS and violation.measured > 0:
        ax.add_patch(Circle((x, y), violation.measured / 2, fc="none", ec=colour, lw=1.4, zorder=8))
    ax.plot(x, y, MARKS[rule % len(MARKS)], ms=5, color=colour, mec="white", mew=0.6, zorder=9)


def _number(ax: Axes, numbers: dict[tuple[float, float], str]) -> None:
    """Write numbers beside their places, where they cover no other as far as there is room."""
    ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    points = 72 / ax.figure.dpi
    taken = np.empty((0, 4))
    for place, text in numbers.items():
        x, y = ax.transData.transform(place) * points
        wide, high = 0.62 * NUMBER_PT * len(text), 1.3 * NUMBER_PT
        boxes = [_box(x, y, right, up, wide, high) for right, up in AROUND]
        covered = [_shared(box, taken) for box in boxes]
        best = int(np.argmin(covered))
        right, up = AROUND[best]
        taken = np.vstack([taken, boxes[best]])
        far = np.hypot(right, up) > 10
        ax.annotate(
            text, place, xytext=(right, up), textcoords="offset points", fontsize=NUMBER_PT,
            ha="left" if right > 1 else "right" if right < -1 else "center", va="center", zorder=10,
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": GREY} if far else None,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7},
        )  # fmt: skip


def _box(x: float, y: float, right: float, up: float, wide: float, high: float) -> np.ndarray:
    """Return left, low, right and upper side of a text beside a place, in points."""
    shift = 0.0 if right > 1 else wide if right < -1 else wide / 2
    left, low = x + right - shift, y + up - high / 2
    return np.array([left, low, left + wide, low + high])


def _shared(box: np.ndarray, others: np.ndarray) -> float:
    """Return the area that a box shares with others, square points."""
    sides = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    return float(np.prod(np.clip(sides, 0, None), axis=1).sum())


def _key(rule: str, number: int, findings: Findings) -> Line2D:
    broken = findings.violations
    mine = [n for n, each in enumerate(broken, 1) if each.rule == rule]
    span = str(mine[0]) if len(mine) == 1 else f"{mine[0]}–{mine[-1]}"
    first = broken[mine[0] - 1]
    title = next((each.title for each in findings.verdicts if each.rule == rule), rule)
    required = {each.required for each in broken if each.rule == rule}
    limit = f"{first.required:.4g}{' m' if first.unit == 'm' else ''}"
    asked = f", {first.comparison} {limit}" if len(required) == 1 else ""
    words = textwrap.fill(f"{span}: {title}{asked}", 38)
    return Line2D(
        [], [], ls="none", marker=MARKS[number % len(MARKS)], mec="white",
        color=COLOURS[number % len(COLOURS)], label=f"{words}\n({rule})",
    )  # fmt: skip


def plot_reach(
    widths_m: Sequence[float],
    counts: Sequence[int],
    total: int,
    ax: Axes,
    *,
    limits_m: dict[str, float],
    title: str,
    caption: str = "",
) -> Axes:
    """Draw how many things a route of each width reaches, and the widths of rules as lines.

    Parameters
    ----------
    widths_m : sequence of float
        Metres, rising.
    counts : sequence of int
        Things reached by each.
    total : int
        All things.
    ax : Axes
    limits_m : dict of str to float
        Names of rules and the widths they ask for, metres.
    """
    ax.step(
        widths_m,
        counts,
        "o-",
        ms=3,
        where="pre",
        color=BLUE,
        lw=1.8,
        label="reached from an entrance",
    )
    ax.axhline(total, color=GREY, lw=1, ls=":", label=f"all {total}")
    for number, (name, limit) in enumerate(limits_m.items()):
        style = ("--", "-.", ":")[number % 3]
        ax.axvline(limit, color=VERMILION, lw=1.2, ls=style, label=f"{name} ({limit:.3f} m)")
    ax.set(xlabel="clear width asked for (m)", ylabel="fixtures and checkouts", title=title)
    ax.set_ylim(0, total * 1.08)
    ax.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False)
    if caption:
        write_caption(ax, caption)
    return ax
