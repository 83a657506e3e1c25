"""Which departments, of which areas, flows and shapes, shall stand where? The problem and its file.

Unequal-area facility layout (Armour and Buffa, 1963): rectangles of given areas in a facility of
width x height, without overlap, such that the sum over the flows of flow x distance between
centroids is least. Every department may carry a shape rule: a longest aspect ratio or a shortest
side.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from layoutlab.errors import InputError

METRICS = ("rectilinear", "euclidean")
SHAPE_RULES = ("max_aspect_ratio", "min_side")
KEYS = ("width", "height", "metric", "shape_rule", "area", "limit", "flows")
ROUNDING = 1e-6


@dataclass(frozen=True)
class Problem:
    """Departments, their flows and the facility.

    Attributes
    ----------
    name : str
    width, height : float
        Of the facility, in the instance's unit of length.
    metric : {"rectilinear", "euclidean"}
        Distance between centroids.
    shape_rule : {"max_aspect_ratio", "min_side"}
        What `limit` means: longer side / shorter side at most, or shorter side at least.
    area : ndarray of float, shape (n,)
        Square of the unit of length.
    limit : ndarray of float, shape (n,)
        0: no shape rule.
    pairs : ndarray of int, shape (flows, 2)
        Departments of each flow, counted from 0.
    flow : ndarray of float, shape (flows,)
        At least 0.
    """

    name: str
    width: float
    height: float
    metric: str
    shape_rule: str
    area: np.ndarray
    limit: np.ndarray
    pairs: np.ndarray
    flow: np.ndarray

    @property
    def n(self) -> int:
        """Departments, dummies included."""
        return len(self.area)

    @property
    def shortest_sides(self) -> np.ndarray:
        """The shortest side each department may have, whichever the rule; 0 without a rule."""
        if self.shape_rule == "min_side":
            return self.limit.copy()
        return np.sqrt(np.divide(self.area, self.limit, out=np.zeros(self.n), where=self.limit > 0))


def load(path: str | Path) -> Problem:
    """Read an instance from its JSON file and check that it can be met department by department.

    Raises
    ------
    InputError
        When the file is no JSON object, a key is missing or of the wrong kind, an area is not
        positive, a flow names an unknown department or is negative, the areas cannot fit the
        facility, or a department's shape rule cannot be met.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path}: expected JSON, got: {error}") from error
    return from_mapping(content, name=path.stem, source=str(path))


def from_mapping(content: Any, *, name: str = "", source: str = "problem") -> Problem:
    """Return the problem that a JSON object states; `load` says what is checked.

    Parameters
    ----------
    content : mapping
        Keys width, height, metric, shape_rule, area, limit, flows ([i, j, flow], departments
        counted from 1); optionally name and n. Other keys are not read.
    name : str
        Taken when the object has none.
    source : str
        First word of every error.
    """
    if not isinstance(content, Mapping):
        raise InputError(f"{source}: expected a JSON object, got {type(content).__name__}")
    missing = [key for key in KEYS if key not in content]
    if missing:
        raise InputError(f"{source}: missing {', '.join(missing)}")
    for key, known in (("metric", METRICS), ("shape_rule", SHAPE_RULES)):
        if content[key] not in known:
            raise InputError(
                f"{source}: {key}: expected one of {', '.join(known)}, got {content[key]!r}"
            )
    width, height = (_number(content[key], f"{source}: {key}") for key in ("width", "height"))
    if width <= 0 or height <= 0:
        raise InputError(f"{source}: expected a positive width and height, got {width} x {height}")
    area = _numbers(content["area"], f"{source}: area")
    limit = _numbers(content["limit"], f"{source}: limit")
    n = content.get("n", len(area))
    if not len(area) == len(limit) == n or n < 2:
        raise InputError(
            f"{source}: expected at least 2 departments, each with area and limit, "
            f"got n = {n}, {len(area)} areas and {len(limit)} limits"
        )
    pairs, flow = _flows(content["flows"], len(area), source)
    problem = Problem(
        str(content.get("name", name)),
        width,
        height,
        content["metric"],
        content["shape_rule"],
        area,
        limit,
        pairs,
        flow,
    )
    _check_fit(problem, source)
    return problem


def _number(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{what}: expected a finite number, got {value!r}")
    return float(value)


def _numbers(values: Any, what: str) -> np.ndarray:
    if not isinstance(values, list):
        raise InputError(f"{what}: expected a list of numbers, got {type(values).__name__}")
    return np.array([_number(value, f"{what} {i}") for i, value in enumerate(values, 1)])


def _flows(rows: Any, n: int, source: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pairs counted from 0 and their flows."""
    if not isinstance(rows, list):
        raise InputError(f"{source}: flows: expected a list, got {type(rows).__name__}")
    pairs = np.zeros((len(rows), 2), dtype=np.int64)
    flow = np.zeros(len(rows))
    for k, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 3:
            raise InputError(f"{source}: flow {k + 1}: expected [i, j, flow], got {row!r}")
        for end, department in enumerate(row[:2]):
            if not isinstance(department, int) or not 1 <= department <= n:
                raise InputError(
                    f"{source}: flow {k + 1}: expected departments from 1 to {n}, got {row!r}"
                )
            pairs[k, end] = department - 1
        flow[k] = _number(row[2], f"{source}: flow {k + 1}")
        if flow[k] < 0:
            raise InputError(f"{source}: flow {k + 1}: expected at least 0, got {row[2]}")
    return pairs, flow


def _check_fit(problem: Problem, source: str) -> None:
    """Raise `InputError` when the areas, one by one or together, cannot fit the facility."""
    facility = problem.width * problem.height
    ratio = problem.shape_rule == "max_aspect_ratio"
    for i in range(problem.n):
        area, limit = problem.area[i], problem.limit[i]
        if area <= 0:
            raise InputError(f"{source}: area {i + 1}: expected more than 0, got {area:g}")
        if limit < 0 or (ratio and 0 < limit < 1):
            least = "0 (no rule) or at least 1" if ratio else "at least 0"
            raise InputError(f"{source}: limit {i + 1}: expected {least}, got {limit:g}")
    if problem.area.sum() > facility * (1 + ROUNDING):
        raise InputError(
            f"{source}: expected areas that fit {problem.width:g} x {problem.height:g} = "
            f"{facility:g}, got {problem.area.sum():g} in all"
        )
    shortest = problem.shortest_sides
    short, long = sorted((problem.width, problem.height))
    for i in range(problem.n):
        side = max(float(shortest[i]), problem.area[i] / long)
        other = problem.area[i] / side
        if side > short * (1 + ROUNDING) or other < shortest[i] * (1 - ROUNDING):
            raise InputError(
                f"{source}: department {i + 1}: expected a shape rule that can be met, got area "
                f"{problem.area[i]:g} with {problem.shape_rule} {problem.limit[i]:g} in a facility "
                f"of {problem.width:g} x {problem.height:g}"
            )
