"""How do we draw two engines' walks on one plan? Flows side by side, on one scale."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import Normalize

from layoutlab.figures import write_caption

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from layoutlab.floor.plans.plan import Plan
    from layoutlab.retail.shoppers.prepared_floor import Floor

FRAME, SOLID = "#333333", "#767676"


def draw_flows(
    plan: "Plan",
    floor: "Floor",
    flows: Mapping[str, np.ndarray],
    side_m: float,
    *,
    caption: str,
    axes: "np.ndarray | None" = None,
) -> "np.ndarray":
    """Draw flows over the squares of a floor, one map each, on one scale.

    Maps of a store that is wider than deep stand one above the other, else side by side.

    Parameters
    ----------
    plan : Plan
        Its obstacles are drawn on top.
    floor : Floor
    flows : mapping of str to ndarray of float, shape (rows, columns)
        Metres walked, by title; each as `pedestrian_flows.flow` returns it.
    side_m : float
        Of a square.
    caption : str
    axes : ndarray of Axes, optional
        One per flow.

    Returns
    -------
    ndarray of Axes
    """
    if axes is None:
        left, low, right, high = plan.outline.bounds
        wide = right - left > high - low
        shape, size = (
            ((len(flows), 1), (8, 0.7 + 3.6 * len(flows)))
            if wide
            else ((1, len(flows)), (1 + 4 * len(flows), 6))
        )
        _, grid = plt.subplots(*shape, figsize=size, layout="constrained", squeeze=False)
        axes = grid.ravel()
    scaled = {title: 100 * values / values.sum() for title, values in flows.items()}
    norm = Normalize(0, max(values.max() for values in scaled.values()))
    left, low = floor.origin
    for ax, (title, values) in zip(axes, scaled.items(), strict=True):
        rows, columns = values.shape
        image = ax.imshow(
            np.ma.masked_equal(values, 0), cmap="cividis", norm=norm, origin="lower",
            extent=(left, left + columns * side_m, low, low + rows * side_m),
        )  # fmt: skip
        _draw_plan(plan, ax)
        ax.set(title=title, xlabel="x, m", ylabel="y, m")
    figure = axes[0].figure
    figure.colorbar(image, ax=list(axes), label="metres walked in a square, % of all", shrink=0.6)
    write_caption(axes[0], caption)
    return np.asarray(axes)


def _draw_plan(plan: "Plan", ax: "Axes") -> None:
    import shapely

    for part in shapely.get_parts(plan.obstacles):
        if part.geom_type == "Polygon":
            ax.fill(
                *part.exterior.xy, facecolor=SOLID, edgecolor="white", linewidth=0.4, alpha=0.85
            )
        elif part.geom_type == "LineString":
            ax.plot(*part.xy, color=FRAME, linewidth=1)
    for part in shapely.get_parts(plan.outline):
        ax.plot(*part.exterior.xy, color=FRAME, linewidth=1.2)
