"""What does a layout cost, and which rules does it break? Judged by its rectangles alone.

The checker reads x0, y0, width and height; it knows nothing of how a layout was made.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.floor.areas.problem import Problem

COLUMNS = ["department", "x0", "y0", "width", "height"]
TOLERANCE = 1e-6


def as_layout(problem: Problem, layout: Any) -> np.ndarray:
    """Return x0, y0, width and height of every department as an array.

    Parameters
    ----------
    problem : Problem
    layout : array_like of float, shape (n, 4), or path
        A path names a CSV file with the columns department, x0, y0, width, height; its
        departments, counted from 1, may come in any order.

    Returns
    -------
    ndarray of float, shape (n, 4)

    Raises
    ------
    InputError
        When a column or a department is missing, or a value is no finite number.
    """
    if isinstance(layout, str | Path):
        layout = _read_csv(Path(layout), problem.n)
    rectangles = np.asarray(layout, dtype=float)
    if rectangles.shape != (problem.n, 4):
        raise InputError(
            f"layout: expected x0, y0, width, height of {problem.n} departments, "
            f"got shape {rectangles.shape}"
        )
    if not np.isfinite(rectangles).all():
        raise InputError("layout: expected finite numbers")
    return rectangles


def _read_csv(path: Path, n: int) -> np.ndarray:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as CSV: {error}") from error
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise InputError(f"{path}: missing column {', '.join(missing)}")
    table = table[COLUMNS].apply(pd.to_numeric, errors="coerce")
    if sorted(table["department"].tolist()) != list(range(1, n + 1)):
        raise InputError(f"{path}: expected departments 1 to {n}, each once")
    return table.sort_values("department")[COLUMNS[1:]].to_numpy(dtype=float)


def cost(problem: Problem, layout: Any) -> float:
    """Return the sum over the flows of flow x distance between the departments' centroids.

    Parameters
    ----------
    problem : Problem
    layout : array_like of float, shape (n, 4), or path
        As `as_layout` takes it.
    """
    rectangles = as_layout(problem, layout)
    centroids = rectangles[:, :2] + rectangles[:, 2:] / 2
    apart = centroids[problem.pairs[:, 0]] - centroids[problem.pairs[:, 1]]
    measure: Callable[..., Any] = np.abs if problem.metric == "rectilinear" else np.square
    distance = measure(apart).sum(axis=1)
    if problem.metric == "euclidean":
        distance = np.sqrt(distance)
    return float(distance @ problem.flow)


def check(problem: Problem, layout: Any, *, tolerance: float = TOLERANCE) -> list[str]:
    """Return what a layout breaks: bounds, areas, shape rules, overlaps; empty when it is allowed.

    A layout that fits the facility turned by 90 degrees is inside it.

    Parameters
    ----------
    problem : Problem
    layout : array_like of float, shape (n, 4), or path
        As `as_layout` takes it.
    tolerance : float
        Allowed share: of the facility's longer side for bounds and overlaps, of the wanted value
        for areas and shape rules.

    Returns
    -------
    list of str
        One sentence for each violation, departments counted from 1.
    """
    x, y, wide, high = as_layout(problem, layout).T
    slack = tolerance * max(problem.width, problem.height)
    found = _outside(problem, x, y, wide, high, slack)
    off = np.abs(wide * high - problem.area) > tolerance * problem.area
    for i in np.flatnonzero(off | (wide <= 0) | (high <= 0)):
        found.append(
            f"area: department {i + 1} is {wide[i]:.6g} x {high[i]:.6g} = {wide[i] * high[i]:.6g}, "
            f"expected {problem.area[i]:.6g}"
        )
    short, long = np.minimum(wide, high), np.maximum(wide, high)
    if problem.shape_rule == "min_side":
        broken = short < problem.limit * (1 - tolerance)
    else:
        broken = long > problem.limit * (1 + tolerance) * short
    for i in np.flatnonzero(broken & (problem.limit > 0)):
        found.append(
            f"shape: department {i + 1} is {wide[i]:.6g} x {high[i]:.6g}, "
            f"expected {problem.shape_rule} {problem.limit[i]:g}"
        )
    across = np.minimum.outer(x + wide, x + wide) - np.maximum.outer(x, x)
    down = np.minimum.outer(y + high, y + high) - np.maximum.outer(y, y)
    for i, j in np.argwhere(np.triu((across > slack) & (down > slack), 1)):
        found.append(
            f"overlap: departments {i + 1} and {j + 1} share {across[i, j]:.6g} x {down[i, j]:.6g}"
        )
    return found


def _outside(
    problem: Problem, x: np.ndarray, y: np.ndarray, wide: np.ndarray, high: np.ndarray, slack: float
) -> list[str]:
    """Return the departments that reach over the edge, the facility as stated or turned."""
    sides: Sequence[tuple[float, float]] = (
        (problem.width, problem.height),
        (problem.height, problem.width),
    )
    over = [
        np.flatnonzero(
            (np.minimum(x, y) < -slack) | (x + wide > across + slack) | (y + high > down + slack)
        )
        for across, down in sides
    ]
    if any(len(departments) == 0 for departments in over):
        return []
    return [
        f"bounds: department {i + 1} reaches outside {problem.width:g} x {problem.height:g}"
        for i in over[0]
    ]
