"""What does every format give before we know what it means? Shapes with properties, and a unit."""

import gzip
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry

from layoutlab.errors import InputError

UNITS = {
    "m": 1.0,
    "dm": 0.1,
    "cm": 0.01,
    "mm": 0.001,
    "in": 0.0254,
    "ft": 0.3048,
    "yd": 0.9144,
}
TOLERANCE_M = 0.01
"""Ends of lines that lie this near to one another are meant to meet."""
FLAT_M = 0.0005
"""How far a curve may lie from the straight pieces that stand for it: half a millimetre."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """One shape of a drawing.

    Attributes
    ----------
    shape : shapely geometry
        In the drawing's units, y up.
    properties : mapping
        What the drawing says of it: layer, block, class, id, ... as it stands there.
    own : mapping, optional
        Properties in the form of our schema, where LayoutLab itself wrote the drawing.
    """

    shape: BaseGeometry
    properties: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawing as it was found.

    Attributes
    ----------
    name : str
    drawn : tuple of Drawn
    unit_m : float
        Metres in one of its units.
    extra : mapping
        What it says of itself.
    """

    name: str
    drawn: tuple[Drawn, ...]
    unit_m: float
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What the user says about a file that the file does not say itself.

    Attributes
    ----------
    units : str, optional
        A name of `UNITS`, or metres in one unit of the drawing as a number.
    scale : float, optional
        For drawings on paper: 50 stands for 1:50.
    cell_m : float, optional
        Side of a cell of a grid of characters, metres.
    anchor : str
        What x and y of a rectangle are: ``corner`` (turned about it), ``box`` (the corner before
        it is turned about its centre) or ``centre``.
    degrees : bool, optional
        Whether GeoJSON is in longitude and latitude; found out when not said.
    tolerance_m : float
        Ends of lines as near as this are joined.
    """

    units: str | None = None
    scale: float | None = None
    cell_m: float | None = None
    anchor: str = "corner"
    degrees: bool | None = None
    tolerance_m: float = TOLERANCE_M

    def __post_init__(self) -> None:
        for name in ("scale", "cell_m"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise InputError(f"{name}: expected a number above 0, got {value:g}")
        if not (math.isfinite(self.tolerance_m) and self.tolerance_m >= 0):
            raise InputError(f"tolerance_m: expected 0 or more, got {self.tolerance_m:g}")
        if self.units is not None:
            metres_in(self.units)


def metres_in(unit: str) -> float:
    """Return the metres in a unit, given by name or as a number.

    Raises
    ------
    InputError
        For another name, or a number that is not finite and above 0.
    """
    if unit in UNITS:
        return UNITS[unit]
    try:
        metres = float(unit)
    except ValueError:
        metres = math.nan
    if not (math.isfinite(metres) and metres > 0):
        raise InputError(
            f"units: expected {', '.join(UNITS)} or metres in one unit above 0, got {unit!r}"
        )
    return metres


def content(path: str | Path) -> bytes:
    """Return a file's bytes, unpacked when it is gzipped.

    Raises
    ------
    InputError
        For a file that cannot be read or is cut off.
    """
    try:
        found = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: expected a file to read: {error.strerror}") from error
    if not found.startswith(b"\x1f\x8b"):
        return found
    try:
        return gzip.decompress(found)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"{path}: expected a whole gzip file: {error}") from error


def text(path: str | Path) -> str:
    """Return a file's text (UTF-8, a byte-order mark dropped), unpacked when it is gzipped.

    Raises
    ------
    InputError
        As `content`, and for other bytes.
    """
    try:
        return content(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected text in UTF-8: {error}") from error
