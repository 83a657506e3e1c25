"""How does a plan look on a planner's wall? By department, by a value, before and after."""

from collections.abc import Mapping

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from layoutlab.errors import InputError
from layoutlab.figures import BLUE, VERMILION, write_caption
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.plans.plan_colours import NOTHING, carried, swatches
from layoutlab.floor.plans.plan_legend_plots import (
    CHANGES,
    FACE,
    ROWS_IN_COLUMN,
    change_legend,
    department_legend,
)
from layoutlab.floor.plans.plan_sheet_plots import LINE, draw_shape, sheet, write_labels

MOVED_M = 0.01
"""A fixture whose outline changes by no more has not moved."""


def plot_plan(
    plan: Plan,
    ax: Axes | None = None,
    *,
    color_by: str | Mapping[str, float] = "department",
    labels: bool = True,
    legend: bool = True,
    title: str = "",
    caption: str = "",
    label: str = "value",
    cmap: str = "cividis",
) -> Axes:
    """Draw a plan: fixtures by colour, faces, walls, doors, checkouts, scale bar and legend.

    Parameters
    ----------
    plan : Plan
    ax : Axes, optional
        A sheet of the plan's own form when not given.
    color_by : str or mapping
        ``department``, ``type``, or a value for each fixture's id as in `plot_values`.
    labels : bool
        Write names on the fixtures where they fit, else numbers of the legend.
    legend : bool
    title, caption : str
        The plan's name when there is no title; the caption stands beneath.
    label, cmap : str
        For values: what they are, with the unit, and matplotlib's colour map.

    Raises
    ------
    InputError
        When `color_by` is none of these.
    """
    if not isinstance(color_by, str):
        return plot_values(plan, color_by, ax, label=label, title=title, caption=caption,
                           cmap=cmap, labels=labels)  # fmt: skip
    if color_by not in ("department", "type"):
        raise InputError(f"color_by: expected department, type or values, got {color_by!r}")
    ax = sheet(plan, ax, title)
    known = swatches(plan, color_by)
    writing = []
    for thing in plan.of("fixture"):
        names = carried(thing, color_by)
        first = known[names[0]] if names else None
        colour = first.colour if first else NOTHING
        _fixture(ax, thing, colour, first.hatch if first else "")
        numbers = "+".join(str(known[name].number) for name in names)
        writing.append((thing, [" + ".join(names), numbers] if names else [], colour))
    if legend:
        department_legend(ax, plan, known)
    if caption:
        write_caption(ax, caption)
    if labels:
        write_labels(ax, writing)
    return ax


def plot_values(
    plan: Plan,
    values: Mapping[str, float],
    ax: Axes | None = None,
    *,
    label: str,
    title: str = "",
    caption: str = "",
    cmap: str = "cividis",
    labels: bool = True,
) -> Axes:
    """Draw a value for each fixture as a colour; fixtures without one are hatched.

    Parameters
    ----------
    plan : Plan
    values : mapping of str to float
        By the fixture's id; those not finite count as missing.
    ax : Axes, optional
    label : str
        What the values are, with their unit.
    title, caption, cmap : str
    labels : bool
        Write departments on the fixtures where they fit.

    Raises
    ------
    InputError
        When a value is of no fixture.
    """
    fixtures = plan.of("fixture")
    if strange := sorted(set(values) - {thing.id for thing in fixtures}):
        raise InputError(f"values: expected ids of fixtures, got {', '.join(strange[:3])}")
    shown = {name: float(value) for name, value in values.items() if np.isfinite(value)}
    ax = sheet(plan, ax, title)
    low, high = min(shown.values(), default=0.0), max(shown.values(), default=1.0)
    scale = ScalarMappable(Normalize(min(low, 0.0) if low >= 0 else low, high), cmap)
    writing = []
    for thing in fixtures:
        colour = "#FFFFFF"
        if thing.id in shown:
            parts = np.round(np.asarray(scale.to_rgba(np.array(shown[thing.id]))[:3]) * 255).astype(
                int
            )
            colour = "#" + "".join(f"{part:02X}" for part in parts)
        _fixture(ax, thing, colour, "" if thing.id in shown else "////")
        writing.append((thing, [" + ".join(thing.departments) or thing.id], colour))
    ax.figure.colorbar(scale, ax=ax, label=label, shrink=0.7, pad=0.02)
    if caption:
        write_caption(ax, caption)
    if labels:
        write_labels(ax, writing)
    return ax


def plot_difference(
    before: Plan,
    after: Plan,
    ax: Axes | None = None,
    *,
    title: str = "",
    caption: str = "",
    labels: bool = True,
) -> Axes:
    """Draw what changed between two plans: places with arrows, departments by colour.

    Fixtures are the same when their ids are. The old place of a moved one is dashed.

    Parameters
    ----------
    before, after : Plan
    ax : Axes, optional
    title, caption : str
    labels : bool
        Number the fixtures that changed, say in the key what each carried and carries, and write
        it on them where it fits. Of more than `plan_legend_plots.ROWS_IN_COLUMN` fixtures no list
        is made.
    """
    ax = sheet(after, ax, title or f"{before.name}: what changes")
    was = {thing.id: thing for thing in before.of("fixture")}
    now = {thing.id: thing for thing in after.of("fixture")}
    counts = dict.fromkeys(CHANGES, 0)
    changed: list[tuple[Thing, list[str], str]] = []
    for name, thing in now.items():
        change = _change(was.get(name), thing)
        counts[change] += 1
        _fixture(ax, thing, CHANGES[change], "", faces=change == "stays")
        if change != "stays":
            changed.append((thing, _said(was.get(name), thing), CHANGES[change]))
        if change in ("moves", "moves and changes department"):
            _move(ax, was[name], thing)
    for name in was.keys() - now.keys():
        counts["goes"] += 1
        draw_shape(ax, was[name].shape, facecolor="none", edgecolor=VERMILION, hatch="xxx", lw=0.8,
                   zorder=2)  # fmt: skip
    listed = labels and len(changed) <= ROWS_IN_COLUMN
    said = [texts[0] if texts else "empty" for _, texts, _ in changed]
    change_legend(ax, counts, said if listed else [])
    if caption:
        write_caption(ax, caption)
    if listed:
        changed = [
            (thing, [f"{number} {text}" for text in texts] + [str(number)], colour)
            for number, (thing, texts, colour) in enumerate(changed, 1)
        ]
    if labels:
        write_labels(ax, changed)
    return ax


def _change(was: Thing | None, now: Thing) -> str:
    if was is None:
        return "is new"
    moved = shapely.hausdorff_distance(was.shape, now.shape) > MOVED_M
    changed = was.departments != now.departments
    if moved:
        return "moves and changes department" if changed else "moves"
    return "changes department" if changed else "stays"


def _said(was: Thing | None, now: Thing) -> list[str]:
    """Return what a fixture carries and carried, the fuller text first."""
    text = " + ".join(now.departments)
    if not text:
        return []
    before = " + ".join(was.departments) if was else ""
    return [f"{before} → {text}", text] if before not in ("", text) else [text]


def _move(ax: Axes, was: Thing, now: Thing) -> None:
    draw_shape(ax, was.shape, facecolor="none", edgecolor=BLUE, lw=0.9, ls="--", zorder=4)
    start, end = (shapely.get_coordinates(thing.shape.centroid)[0] for thing in (was, now))
    if np.hypot(*(end - start)) > 0.2:
        ax.annotate("", end, start, zorder=6, arrowprops={
            "arrowstyle": "-|>", "color": BLUE, "lw": 1.1, "shrinkA": 0, "shrinkB": 0,
            "connectionstyle": "arc3,rad=0.12"})  # fmt: skip


def _fixture(ax: Axes, thing: Thing, colour: str, hatch: str, faces: bool = True) -> None:
    """Draw a fixture: its body, its faces as lines, a thick edge when locked."""
    draw_shape(
        ax, thing.shape, facecolor=colour, edgecolor=LINE, hatch=hatch or None, zorder=2.5,
        lw=1.6 if thing.locked else 0.4,
    )  # fmt: skip
    for face in thing.faces if faces else ():
        ax.plot(*shapely.get_coordinates(face).T, color=FACE, lw=0.9, zorder=2.8,
                solid_capstyle="butt")  # fmt: skip
