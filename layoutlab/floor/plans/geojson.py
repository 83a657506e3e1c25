"""How is a plan kept in a file? GeoJSON in metres, described by a published JSON Schema.

`plan-1.schema.json` beside this module is that description. Files written here are the same bytes
for the same plan: sorted members, coordinates to a thousandth of a millimetre, what a thing does
not say left out.
"""

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import shapely
import shapely.geometry

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.plans import validity
from layoutlab.floor.plans.plan import Plan, Thing

MEMBER, VERSION = "layoutlab_plan", "1.0"
SCHEMA = Path(__file__).with_name("plan-1.schema.json")
DIGITS = 6
_OWN_MEMBERS = ("type", "features", "name", MEMBER)
_OWN_PROPERTIES = (
    "id",
    "kind",
    "name",
    "type",
    "departments",
    "shelf_m",
    "height_m",
    "faces",
    "locked",
    "accessible",
    "needs",
)


def read(path: str | Path) -> Plan:
    """Return the valid plan of a file.

    Raises
    ------
    InputError
        For a file that is not JSON or not of this form, and for a plan with errors
        (`layoutlab.floor.plans.validity`).
    """
    return validity.check(load(path))


def load(path: str | Path) -> Plan:
    """Return the plan of a file, also one with errors that `validity.problems` would name.

    Raises
    ------
    InputError
        For a file that cannot be read, is not JSON or not of this form.
    """
    return from_geojson(parse(path), name=Path(path).name)


def parse(path: str | Path) -> Any:
    """Return a JSON file's content; numbers that are not finite are refused."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected a text file in UTF-8 to read: {error}") from error
    return parse_text(text, str(path))


def parse_text(text: str, name: str) -> Any:
    """Return the content of a JSON text; numbers that are not finite are refused."""

    def refuse(constant: str) -> float:
        raise InputError(f"{name}: expected finite numbers, got {constant}")

    def number(digits: str) -> float:
        value = float(digits)
        return value if math.isfinite(value) else refuse(digits)

    try:
        return json.loads(text, parse_constant=refuse, parse_float=number)
    except json.JSONDecodeError as error:
        raise InputError(f"{name}: expected JSON, got something else: {error}") from error
    except RecursionError as error:
        raise InputError(f"{name}: expected GeoJSON, got JSON nested too deep") from error


def from_geojson(collection: Any, *, name: str = "plan") -> Plan:
    """Return the plan that a parsed file describes; `name` stands in messages.

    Raises
    ------
    InputError
        Where the content departs from the schema: the first place, what was expected and found.
    """
    _check_form(collection, name)
    things = tuple(_thing(feature) for feature in collection["features"])
    extra = {key: value for key, value in collection.items() if key not in _OWN_MEMBERS}
    return Plan(collection.get("name", ""), things, extra)


def to_geojson(plan: Plan) -> dict[str, Any]:
    """Return the FeatureCollection of a plan.

    Raises
    ------
    InputError
        When an extra property has the name of one of the form's own.
    """
    _check_extra("plan", plan.extra, _OWN_MEMBERS)
    return {
        **plan.extra,
        "type": "FeatureCollection",
        MEMBER: VERSION,
        "name": plan.name,
        "features": [
            {
                "type": "Feature",
                "properties": properties(thing),
                "geometry": _rounded(shapely.geometry.mapping(thing.shape)),
            }
            for thing in plan.things
        ],
    }


def write(plan: Plan, path: str | Path) -> None:
    """Write a plan.

    Raises
    ------
    InputError
        As `to_geojson`, and for numbers that are not finite.
    """
    canonical.write_geojson(path, to_geojson(plan))


def properties(thing: Thing) -> dict[str, Any]:
    """Return what a thing says, without its shape: JSON values, nothing that is not said."""
    _check_extra(f"thing {thing.id!r}", thing.extra, _OWN_PROPERTIES)
    said: dict[str, Any] = {
        "name": thing.name,
        "type": thing.type,
        "departments": list(thing.departments),
        "faces": [_rounded([list(point) for point in face.coords]) for face in thing.faces],
        "needs": list(thing.needs),
    }
    said = {key: value for key, value in said.items() if value}
    for key in ("shelf_m", "height_m", "accessible"):
        if getattr(thing, key) is not None:
            said[key] = getattr(thing, key)
    if thing.locked:
        said["locked"] = True
    return {**thing.extra, **said, "id": thing.id, "kind": thing.kind}


def thing_of(said: dict[str, Any], shape: shapely.geometry.base.BaseGeometry) -> Thing:
    """Return the thing of a shape whose properties are those of the schema."""
    return Thing(
        id=said["id"],
        kind=said["kind"],
        shape=shape,
        name=said.get("name", ""),
        type=said.get("type", ""),
        departments=tuple(said.get("departments", ())),
        shelf_m=said.get("shelf_m"),
        height_m=said.get("height_m"),
        faces=tuple(shapely.LineString(face) for face in said.get("faces", ())),
        locked=said.get("locked", False),
        accessible=said.get("accessible"),
        needs=tuple(said.get("needs", ())),
        extra={key: value for key, value in said.items() if key not in _OWN_PROPERTIES},
    )


def _thing(feature: dict[str, Any]) -> Thing:
    return thing_of(feature["properties"], shapely.geometry.shape(feature["geometry"]))


def _rounded(value: Any) -> Any:
    """Round every coordinate; minus zero becomes zero."""
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    if isinstance(value, float) and math.isfinite(value):
        return round(value, DIGITS) + 0.0
    return value


def _check_extra(owner: str, extra: Any, own: tuple[str, ...]) -> None:
    if clash := sorted(set(extra) & set(own)):
        raise InputError(f"{owner}: expected extra names of its own, got {', '.join(clash)}")


def check_properties(said: Any, name: str) -> None:
    """Refuse properties of a thing that are not the schema's; `name` stands in the message."""
    _check_against(_validator("#/$defs/properties"), said, name)


@lru_cache
def _validator(part: str = "") -> Any:
    import jsonschema

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    if part:
        schema = {"$ref": part, "$defs": schema["$defs"]}
    return jsonschema.Draft202012Validator(schema)


def _check_form(collection: Any, name: str) -> None:
    if not isinstance(collection, dict) or MEMBER not in collection:
        raise InputError(
            f'{name}: expected a plan with a member "{MEMBER}": "{VERSION}", got none; '
            "`layoutlab plan import` reads other files"
        )
    if not str(collection[MEMBER]).startswith("1."):
        raise InputError(f"{name}: expected a plan of version 1, got {collection[MEMBER]!r}")
    _check_against(_validator(), collection, name)


def _check_against(validator: Any, said: Any, name: str) -> None:
    """Name the first place where a content departs from its schema."""
    from jsonschema.exceptions import best_match

    error = best_match(validator.iter_errors(said))
    if error is not None:
        place = "".join(f"[{at}]" if isinstance(at, int) else f".{at}" for at in error.path)
        shown = error.message if len(error.message) < 200 else error.message[:200] + " ..."
        raise InputError(f"{name}: at {place.lstrip('.') or 'the top'}: {shown}")
