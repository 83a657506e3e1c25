"""What is on every drawing of a plan? Floor, walls, doors, checkouts, labels and a scale bar."""

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from shapely.geometry.base import BaseGeometry

from layoutlab.figures import GREEN, VERMILION
from layoutlab.floor.plans.plan import Plan, Thing
from layoutlab.floor.plans.plan_colours import ink

FLOOR, WALL, LINE, TILL, FAINT = "#FAFAF7", "#2B2B2B", "#555555", "#4A4A4A", "#8A8A8A"
FIGURE_IN, LEGEND_IN = 10.0, 3.0
ACCESSIBLE = "\u267f"
SMALLEST_PT, LARGEST_PT, EM = 4.5, 8.0, 0.58


def sheet(plan: Plan, ax: Axes | None, title: str) -> Axes:
    """Draw the floor, its walls, zones, doors and checkouts, and a scale bar; equal aspect."""
    left, low, right, high = plan.outline.bounds
    if ax is None:
        size = np.array([right - left, high - low])
        wide, tall = size * FIGURE_IN / max(size.max(), 1e-9)
        figure = plt.figure(figsize=(wide + LEGEND_IN, max(tall + 1.2, 4.5)), layout="constrained")
        ax = figure.add_subplot()
    draw_shape(ax, plan.outline, facecolor=FLOOR, edgecolor=WALL, lw=2.4, zorder=1)
    for thing in plan.of("zone"):
        draw_shape(ax, thing.shape, facecolor="none", edgecolor=FAINT, lw=0.5, ls=":", zorder=1.5)
        if thing.type == "back room":
            draw_shape(ax, thing.shape, facecolor="#E4E4E0", edgecolor="none", zorder=1.4)
            _write(ax, thing, thing.name or thing.type)
    for thing in plan.of("wall"):
        draw_shape(ax, thing.shape, facecolor=WALL, edgecolor=WALL, lw=1.2, zorder=3)
    for thing in plan.of("utility"):
        if thing.type == "back room":
            draw_shape(ax, thing.shape, edgecolor="#E4E4E0", lw=4, zorder=3.1)
    for thing in plan.of("checkout"):
        draw_shape(ax, thing.shape, facecolor=TILL, edgecolor="white", lw=0.4, zorder=3)
        if thing.accessible:
            _write(ax, thing, ACCESSIBLE)
    _edge(ax, plan, title)
    for thing in plan.of("entrance", "exit"):
        _door(ax, plan, thing)
    return ax


def _write(ax: Axes, thing: Thing, text: str) -> None:
    x, y = shapely.get_coordinates(thing.shape.representative_point())[0]
    colour = "white" if thing.kind == "checkout" else LINE
    ax.text(x, y, text, ha="center", va="center", fontsize=8, color=colour, zorder=5, clip_on=True)


def draw_shape(ax: Axes, shape: BaseGeometry, **style: object) -> None:
    """Draw polygons with their holes, and lines."""
    lines = shape.geom_type in ("LineString", "MultiLineString")
    rings = shapely.get_parts(shape) if lines else _rings(shape)
    paths = [Path(shapely.get_coordinates(ring), closed=not lines) for ring in rings]
    if not paths:
        return
    if lines:
        style = style | {"facecolor": "none"}
    ax.add_patch(PathPatch(Path.make_compound_path(*paths), **style))


def _rings(shape: BaseGeometry) -> np.ndarray:
    """Return outer and inner rings of all polygons of a shape."""
    return np.asarray(shapely.get_rings(shapely.get_parts(shape)))


def _edge(ax: Axes, plan: Plan, title: str) -> None:
    """Set limits, quiet axes in metres, and a scale bar below."""
    left, low, right, high = shapely.total_bounds([thing.shape for thing in plan.things])
    size = max(right - left, high - low)
    pad = 0.02 * size + 0.6
    bar = max(nice for nice in (1, 2, 5, 10, 20, 50, 100) if nice == 1 or nice <= size / 5)
    top = low - pad - 0.012 * size
    for number in range(2):
        ax.add_patch(Rectangle(
            (left + number * bar / 2, top), bar / 2, 0.008 * size, clip_on=False, lw=0.6,
            facecolor=("black", "white")[number], edgecolor="black", zorder=6,
        ))  # fmt: skip
    ax.text(left + bar + 0.01 * size, top + 0.004 * size, f"{bar} m", va="center", fontsize=8)
    ax.set(xlim=(left - pad, right + pad), ylim=(top - 0.02 * size, high + pad), aspect="equal")
    ax.set_title(title or plan.name, fontsize=12, loc="left", weight="bold")
    ax.set_xlabel("x, m", fontsize=7, color=FAINT)
    ax.set_ylabel("y, m", fontsize=7, color=FAINT)
    ax.tick_params(labelsize=6.5, colors=FAINT, length=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    ax.spines[:].set_visible(False)


def _door(ax: Axes, plan: Plan, door: Thing) -> None:
    """Draw a door as an opening in the outline and an arrow through it."""
    enters, emergency = door.kind == "entrance", door.type == "emergency"
    colour = GREEN if enters else VERMILION
    middle, inwards = _through(plan.outline, door.shape)
    size = max(np.ptp(np.reshape(plan.outline.bounds, (2, 2)), axis=0))
    reach = (0.018 if emergency else 0.03) * size
    if door.shape.area > 0:
        draw_shape(ax, door.shape, facecolor=colour, alpha=0.35, edgecolor=colour, lw=1, zorder=4)
    else:
        draw_shape(ax, door.shape, edgecolor="white", lw=3.4, zorder=4)
        draw_shape(ax, door.shape, edgecolor=colour, lw=1.6 if emergency else 2.6, zorder=4.1)
    start, end = middle - inwards * reach, middle + inwards * reach
    start, end = (start, end) if enters else (end, start)
    ax.annotate("", end, start, zorder=5, annotation_clip=False,
                arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0,
                            "lw": 1.0 if emergency else 2.0})  # fmt: skip


def _through(outline: BaseGeometry, door: BaseGeometry) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of a door and the direction inwards, across the nearest outer wall."""
    middle = door.centroid
    ring = min(_rings(outline), key=middle.distance)
    at = ring.project(middle)
    before, after = (ring.interpolate(at + step) for step in (-0.05, 0.05))
    along = np.array([after.x - before.x, after.y - before.y])
    across = np.array([-along[1], along[0]]) / max(np.hypot(*along), 1e-9)
    point = np.array([middle.x, middle.y])
    wall = ring.interpolate(at)
    inside = outline.contains(shapely.Point(np.array([wall.x, wall.y]) + 0.3 * across))
    return point, across if inside else -across


def write_labels(ax: Axes, labels: Iterable[tuple[Thing, list[str], str]]) -> None:
    """Write on each fixture the first of its texts that fits, along its longer side.

    Parameters
    ----------
    ax : Axes
    labels : iterable of (Thing, list of str, str)
        Fixture, texts from the best, and the colour of the fixture.
    """
    ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
    points = np.diff(ax.transData.transform([(0, 0), (0, 1)])[:, 1])[0] * 72 / ax.figure.dpi
    for thing, texts, ground in labels:
        long, short, angle = sides(thing.shape)
        for text in texts:
            size = min(LARGEST_PT, 0.8 * short * points, 0.84 * long * points / (EM * len(text)))
            if size >= SMALLEST_PT:
                x, y = shapely.get_coordinates(thing.shape.centroid)[0]
                ax.text(x, y, text, fontsize=size, rotation=angle, color=ink(ground), ha="center",
                        va="center", rotation_mode="anchor", zorder=5, clip_on=True,
                        path_effects=[withStroke(linewidth=1.6, foreground=ground)])  # fmt: skip
                break


def sides(shape: BaseGeometry) -> tuple[float, float, float]:
    """Return longer and shorter side of a shape's rectangle, m, and the longer's angle, degrees.

    The angle is above -90 and at most 90, so that writing along it is not upside down.
    """
    four = shapely.get_coordinates(shapely.oriented_envelope(shape))
    if len(four) < 4:
        return 0.0, 0.0, 0.0
    edges = np.diff(four[:3], axis=0)
    lengths = np.hypot(*edges.T)
    x, y = edges[np.argmax(lengths)]
    angle = np.round(np.rad2deg(np.arctan2(y, x)), 3)
    angle = 90 - (90 - angle) % 180
    if abs(lengths[0] - lengths[1]) < 0.05 * lengths.max():
        angle = (angle + 45) % 90 - 45
    return float(lengths.max()), float(lengths.min()), float(angle)
