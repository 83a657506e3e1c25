"""What does a list of named points say? ``{"label": [x, y], ...}``: marks, no outlines."""

from typing import Any

import numpy as np
import shapely

from layoutlab.errors import InputError
from layoutlab.floor.formats.drawing import Asked, Drawing, Drawn, metres_in


def drawing(found: dict[str, Any], name: str, asked: Asked) -> Drawing:
    """Return the drawing of a parsed JSON object of points.

    Each has the property ``label``. Points say nothing of their unit, so the user has to.

    Raises
    ------
    InputError
        When units are not given, or a point is not two finite numbers.
    """
    if asked.units is None:
        raise InputError(
            f"{name}: points have no unit: say --units, a name or metres in one unit of the file"
        )
    drawn = []
    for label, place in found.items():
        if not _is_place(place) or not np.isfinite(place).all():
            raise InputError(f"{name}: {label}: expected two finite numbers, got {place!r}")
        drawn.append(Drawn(shapely.Point(*map(float, place)), {"label": label, "name": label}))
    return Drawing(name, tuple(drawn), metres_in(asked.units))


def is_points(found: Any) -> bool:
    """Say whether a parsed JSON file holds named points."""
    return isinstance(found, dict) and bool(found) and all(map(_is_place, found.values()))


def _is_place(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value)
    )
