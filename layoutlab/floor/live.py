"""How can one watch a search? The best floor drawn anew in a notebook as generations pass.

This is the paper's section V with a notebook in place of its window. Where nobody can watch, as in
the pipeline, there is no view, and the notebook draws the same floor once, as a still figure.
"""

import time
from typing import TYPE_CHECKING

import numpy as np
from IPython.core.getipython import get_ipython

from layoutlab.figures import BLUE, GREEN, GREY, ORANGE, VERMILION
from layoutlab.floor.genome import Floor

if TYPE_CHECKING:
    from layoutlab.floor.evolution import Progress

SHARE = 0.05
CURVE_WIDTH, CURVE_HEIGHT = 320, 300


def view(floor: Floor, *, pace_s: float = 0.0) -> "View | None":
    """Return a callback for `evolution.evolve` that shows the search, or None where nobody watches.

    Parameters
    ----------
    floor : Floor
    pace_s : float
        Least time a generation takes while it is watched, in seconds: 0 for full speed. Ten blocks
        on the paper's floor evolve faster than an eye follows.
    """
    shell = get_ipython()
    if shell is None or getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    watched = View(floor, pace_s=pace_s)
    display(watched.panel)
    watched.listen()
    return watched


class View:
    """A drawing of the best floor, the fitness so far, and a button that stops the search.

    Drawing takes at most a twentieth of the time: a generation is drawn only when its drawing fits
    into that share of the time since the search began. The last one is always drawn.

    Attributes
    ----------
    panel : ipywidgets.VBox
        What is displayed.
    drawn : int
        Generations drawn.
    spent_s : float
        Time spent on drawing, in seconds.
    stopped : bool
        Whether the button was pressed.
    """

    def __init__(self, floor: Floor, *, pace_s: float = 0.0) -> None:
        import ipywidgets

        self.floor = floor
        self.pace_s = pace_s
        self.drawn = 0
        self.spent_s = 0.0
        self.stopped = False
        self._picture = ipywidgets.HTML()
        self._button = ipywidgets.Button(description="Stop the search", icon="stop")
        self._button.on_click(lambda _: self.stop())
        self.panel = ipywidgets.VBox([self._picture, self._button])
        self._curve: list[tuple[int, float, float]] = []
        self._begun = self._told = time.perf_counter()
        self._cost_s = 0.0

    def listen(self) -> None:
        """Let a click reach us while the search keeps the kernel busy.

        ipykernel takes a widget's messages to where its last one came from: for our button, the
        thread that the search keeps busy. Without that note they go where JupyterLab sends them,
        to a subshell.
        """
        vars(self._button.comm).pop("_reply_subshell_id", None)

    def stop(self) -> None:
        """End the search after the generation it is in."""
        self.stopped = True

    def __call__(self, progress: "Progress") -> bool:
        """Draw the generation if there is time for it; say whether the search shall stop."""
        if self.pace_s:
            time.sleep(max(0.0, self._told + self.pace_s - time.perf_counter()))
        self._told = now = time.perf_counter()
        self._curve.append((progress.generation, progress.best, progress.best_so_far))
        affordable = self.spent_s + self._cost_s <= SHARE * (now - self._begun)
        if affordable or progress.last or self.stopped:
            self._picture.value = picture(progress, self._curve, self.floor)
            self.drawn += 1
            self._cost_s = time.perf_counter() - now
            self.spent_s += self._cost_s
        return self.stopped


def picture(progress: "Progress", curve: list[tuple[int, float, float]], floor: Floor) -> str:
    """Return floor, fitness curve and figures of a generation as HTML with two SVG drawings."""
    words = (
        f"generation {progress.generation} · best {progress.best:.3f} · best so far "
        f"{progress.best_so_far:.3f} · diversity {progress.diversity:.0%} · "
        f"{progress.evaluations_per_s:,.0f} evaluations/s"
    )
    return f"<div>{words}</div>{_floor_drawing(progress.blocks, floor)}{_curve_drawing(curve)}"


def _floor_drawing(blocks: np.ndarray, floor: Floor) -> str:
    scale = CURVE_HEIGHT / floor.rows
    marks = [
        f'<rect x="{x + 0.06}" y="{y + 0.06}" width="{(1 if vertical else length) - 0.12}" '
        f'height="{(length if vertical else 1) - 0.12}" fill="{BLUE}" fill-opacity="0.6"/>'
        for vertical, x, y, length in blocks.tolist()
    ]
    marks += [
        f'<rect x="{x + 0.08}" y="{y + 0.08}" width="0.84" height="0.84" fill="none" '
        f'stroke="{colour}" stroke-width="0.12"/>'
        for (x, y), colour in ((floor.entrance, GREEN), (floor.exit, VERMILION))
    ]
    return (
        f'<svg width="{scale * floor.columns:.0f}" height="{CURVE_HEIGHT}" '
        f'viewBox="0 0 {floor.columns} {floor.rows}" style="border:1px solid {GREY}">'
        f"{''.join(marks)}</svg>"
    )


def _curve_drawing(curve: list[tuple[int, float, float]]) -> str:
    """Draw the best of each generation and the best so far, at most one point for each pixel."""
    points = np.array(curve[:: 1 + len(curve) // CURVE_WIDTH])
    last = max(points[-1, 0], 1.0)
    low, high = points[:, 1:].min(), max(points[:, 1:].max(), points[:, 1:].min() + 1e-9)
    across = 10 + points[:, 0] / last * (CURVE_WIDTH - 20)
    lines = []
    for column, colour in ((1, ORANGE), (2, BLUE)):
        down = CURVE_HEIGHT - 20 - (points[:, column] - low) / (high - low) * (CURVE_HEIGHT - 40)
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return (
        f'<svg width="{CURVE_WIDTH}" height="{CURVE_HEIGHT}">{"".join(lines)}'
        f'<text x="10" y="14" font-size="12">fitness {low:.2f} to {high:.2f} · '
        "blue: best so far</text></svg>"
    )
