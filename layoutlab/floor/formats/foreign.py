"""What does someone else's GeoJSON file say? Features with their properties, degrees or not."""

import math
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from shapely.errors import ShapelyError

from layoutlab.errors import InputError
from layoutlab.floor.formats.drawing import Asked, Drawing, Drawn, metres_in
from layoutlab.floor.formats.notes import Notes

AXIS_M = 6378137.0
FLATTENINGS = {"ellipsoid": 1 / 298.257223563, "sphere": 0.0}
"""The ellipsoid of WGS 84, and the sphere that web maps draw on."""
MOST_DEGREES = 0.5


def drawing(
    collection: dict[str, Any], name: str, asked: Asked, notes: Notes, globe: str = "ellipsoid"
) -> Drawing:
    """Return the drawing of a parsed FeatureCollection.

    Longitude and latitude, found or said so, are laid flat around the middle of their box by the
    globe's radii there (equirectangular); the origin becomes the box's lower left corner.

    Raises
    ------
    InputError
        When it is not a FeatureCollection, a geometry is broken, or nothing is drawn.
    """
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise InputError(
            f"{name}: expected a GeoJSON FeatureCollection, got type {collection.get('type')!r}"
        )
    drawn = [
        one for number, feature in enumerate(features) for one in _drawn(feature, number, notes)
    ]
    if not drawn:
        raise InputError(f"{name}: expected features with a geometry, got none")
    shapes = np.array([one.shape for one in drawn], dtype=object)
    degrees = in_degrees(shapes) if asked.degrees is None else asked.degrees
    unit_m = metres_in(asked.units or "m")
    if degrees:
        check_degrees(shapes, name)
        shapes, unit_m = flat(shapes, globe), 1.0
        notes.add("coordinates in degrees", f"laid flat in metres on the {globe}, origin at the "
                  "box's lower left")  # fmt: skip
    extra = {key: value for key, value in collection.items() if key not in ("type", "features")}
    own_name = str(extra.pop("name", name))
    return Drawing(own_name, tuple(Drawn(shape, one.properties)
                                   for shape, one in zip(shapes, drawn, strict=True)),
                   unit_m, extra)  # fmt: skip


def _drawn(feature: Any, number: int, notes: Notes) -> list[Drawn]:
    """Return the shapes of one feature; a collection of geometries gives several."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise InputError(f"features[{number}]: expected a Feature, got {str(feature)[:60]}")
    if feature.get("geometry") is None:
        notes.add("feature without a geometry", "left out", f"features[{number}]")
        return []
    try:
        shape = shapely.geometry.shape(feature["geometry"])
    except (ValueError, TypeError, AttributeError, LookupError, ShapelyError) as error:
        raise InputError(f"features[{number}]: expected a geometry: {error}") from error
    shape = shapely.force_2d(shape)
    if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        notes.add("empty geometry or numbers that are not finite", "left out",
                  f"features[{number}]")  # fmt: skip
        return []
    properties = dict(feature.get("properties") or {})
    if "id" in feature:
        properties.setdefault("id", feature["id"])
    parts = shapely.get_parts(shape) if shape.geom_type == "GeometryCollection" else [shape]
    return [Drawn(part, properties) for part in parts]


def in_degrees(shapes: np.ndarray) -> bool:
    """Say whether coordinates look like longitude and latitude: a tiny box far from the origin."""
    left, low, right, high = shapely.total_bounds(shapes)
    side = max(right - left, high - low)
    middle = abs(left + right) / 2, abs(low + high) / 2
    return (
        side < MOST_DEGREES and middle[0] <= 180 and middle[1] <= 90 and max(middle) > 10 * side > 0
    )


def check_degrees(shapes: np.ndarray, name: str) -> None:
    """Refuse coordinates that no place on earth has, or a box too large for a store."""
    left, low, right, high = shapely.total_bounds(shapes)
    if left < -180 or right > 180 or low < -90 or high > 90:
        raise InputError(
            f"{name}: expected longitude and latitude in degrees, got a box from "
            f"({left:g}, {low:g}) to ({right:g}, {high:g})"
        )
    if max(right - left, high - low) > MOST_DEGREES:
        raise InputError(
            f"{name}: expected a store of less than {MOST_DEGREES:g} degrees, got a box of "
            f"{right - left:g} x {high - low:g}"
        )


def flat(shapes: np.ndarray, globe: str = "ellipsoid") -> np.ndarray:
    """Return shapes in degrees as shapes in metres, their box's lower left corner at the origin.

    Near 30 degrees north the sphere is 0.4 % longer along the meridian and 0.1 % shorter across.

    References
    ----------
    J. P. Snyder (1987), Map Projections: A Working Manual, equations 4-18 and 4-20 (radii of the
    ellipsoid along the meridian and across it).
    """
    left, low, _, high = shapely.total_bounds(shapes)
    square = FLATTENINGS[globe] * (2 - FLATTENINGS[globe])
    latitude = math.radians((low + high) / 2)
    curve = 1 - square * math.sin(latitude) ** 2
    along = AXIS_M * (1 - square) / curve**1.5
    across = AXIS_M / math.sqrt(curve) * math.cos(latitude)
    scale = np.radians(1.0) * np.array([across, along])

    def project(points: np.ndarray) -> np.ndarray:
        return (points - [left, low]) * scale

    flattened: np.ndarray = shapely.transform(shapes, project)
    return flattened


def is_collection(found: Any) -> bool:
    """Say whether a parsed JSON file is GeoJSON."""
    return isinstance(found, dict) and found.get("type") == "FeatureCollection"
