"""What do the columns of somebody's receipts mean? The mapping file.

A mapping is a small YAML file::

    columns:                      # our field: your column
      transaction_id: Receipt No
      line_number: Pos            # optional
      time: [Date, Time]          # one column, or several that are joined by a blank
      customer_id: Card           # optional
      sku: Article
      category: Group             # optional, else the sku
      quantity: Qty
      unit_price: Price           # optional
    constants: {store_id: north}  # fields that are the same in every line
    time_format: "%d.%m.%Y %H:%M" # as strptime has it, else ISO 8601
    time_zone: Europe/Berlin      # of times that name none, else UTC
    currency: EUR                 # ISO 4217, else XXX
    decimal_comma: true           # 1.234,50 instead of 1234.50
    encoding: cp1252              # else utf-8
    delimiter: ";"                # else a comma
    returns: {column: Type, values: [R]}  # lines that are returns though their quantity is positive
"""

import codecs
import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from layoutlab.errors import InputError
from layoutlab.retail.preparation.receipts import LINE_NUMBER, NO_CURRENCY, SCHEMA

FIELDS = (*SCHEMA.names, LINE_NUMBER)
NEEDED = ("store_id", "sku", "quantity")
NAMES = {
    "columns": dict,
    "constants": dict,
    "time_format": str,
    "time_zone": str,
    "currency": str,
    "decimal_comma": bool,
    "encoding": str,
    "delimiter": str,
    "returns": dict,
}


@dataclass(frozen=True)
class Mapping:
    """How to read somebody's receipts; see the module for what each entry means.

    Attributes
    ----------
    columns : dict of str to tuple of str
        Field of the contract and the columns it is read from, one or, for a time, several.
    constants : dict of str to str
    time_format : str or None
    time_zone, currency, encoding, delimiter : str
    decimal_comma : bool
    return_column : str or None
    return_values : tuple of str
    """

    columns: dict[str, tuple[str, ...]]
    constants: dict[str, str] = field(default_factory=dict)
    time_format: str | None = None
    time_zone: str = "UTC"
    currency: str = NO_CURRENCY
    decimal_comma: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    return_column: str | None = None
    return_values: tuple[str, ...] = ()

    @property
    def wanted(self) -> list[str]:
        """The columns that have to be there, each once."""
        named = [name for columns in self.columns.values() for name in columns]
        return list(dict.fromkeys([*named, *([self.return_column] if self.return_column else [])]))


def load(path: str | Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    InputError
        When there is no such file, it is no YAML, or an entry is unknown, of the wrong type, or
        without meaning.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"expected a mapping file, but there is no file {path}")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise InputError(f"{path}: expected a mapping as YAML ({said})") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected entries as name: value, got {content!r}")
    try:
        return from_entries(content)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def from_entries(content: dict[str, Any]) -> Mapping:
    """Return a mapping from the entries of its file, checked one by one.

    Raises
    ------
    InputError
        As `load`.
    """
    _known(content, NAMES, "entries")
    for name, value in content.items():
        if not isinstance(value, NAMES[name]):
            raise InputError(f"{name}: expected {NAMES[name].__name__}, got {value!r}")
    columns = {
        name: tuple(_text(name, part) for part in (value if isinstance(value, list) else [value]))
        for name, value in content.get("columns", {}).items()
    }
    constants = {name: _text(name, value) for name, value in content.get("constants", {}).items()}
    _check_fields(columns, constants)
    back = content.get("returns", {})
    _known(back, ("column", "values"), "entries of returns")
    if back and not (isinstance(back.get("values"), list) and back.get("column")):
        raise InputError(f"returns: expected a column and a list of values, got {back!r}")
    simple = {name: value for name, value in content.items() if NAMES[name] is not dict}
    _check_simple(simple)
    return Mapping(
        columns,
        constants,
        return_column=str(back["column"]) if back else None,
        return_values=tuple(map(str, back.get("values", ()))),
        **simple,
    )


def check_columns(where: str | Path, present: Iterable[str], mapping: Mapping) -> None:
    """Refuse a file without the columns the mapping names.

    Raises
    ------
    InputError
        Naming the columns that are not there, and the nearest ones that are, or one there twice.
    """
    present = list(present)
    lacking = [name for name in mapping.wanted if name not in present]
    if lacking:
        near = {name: difflib.get_close_matches(name, present, 1) for name in lacking}
        hints = "".join(f"; did you mean {n[0]!r} by {name!r}?" for name, n in near.items() if n)
        raise InputError(
            f"expected the mapped columns in {where}, but it lacks {', '.join(lacking)} "
            f"(it has {', '.join(present)}){hints}"
        )
    twice = [name for name in mapping.wanted if present.count(name) > 1]
    if twice:
        raise InputError(f"expected each mapped column once in {where}, got two of {twice[0]}")


def _known(content: dict[str, Any], names: Iterable[str], what: str) -> None:
    for name in content:
        if name not in names:
            near = difflib.get_close_matches(str(name), list(names), 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InputError(f"expected {what} {', '.join(names)}, got {name!r}{hint}")


def _text(name: str, value: Any) -> str:
    """Return a name or constant as text, unless YAML made something else of it."""
    if value is None or isinstance(value, bool | dict | list):
        raise InputError(
            f"{name}: expected text, got {value!r}; put in quotes what YAML takes for something "
            'else, as "no"'
        )
    return str(value)


def _check_fields(columns: dict[str, tuple[str, ...]], constants: dict[str, str]) -> None:
    for part in (columns, constants):
        _known(part, FIELDS, "fields")
    for name in FIELDS:
        if name in columns and name in constants:
            raise InputError(f"{name}: expected a column or a constant, got both")
        if name in NEEDED and name not in columns and name not in constants:
            raise InputError(f"{name}: expected under columns or constants, got neither")
        if name != "time" and len(columns.get(name, ())) > 1:
            raise InputError(f"{name}: expected one column, got {', '.join(columns[name])}")
    if "transaction_id" not in {*columns, *constants} and not {"customer_id", "time"} <= {*columns}:
        raise InputError(
            "transaction_id: expected under columns, or customer_id and time to make visits of"
        )


def _check_simple(simple: dict[str, Any]) -> None:
    """Check that the entries without parts mean something."""
    if len(simple.get("delimiter", ",")) != 1:
        raise InputError(f"delimiter: expected one character, got {simple['delimiter']!r}")
    if not re.fullmatch("[A-Z]{3}", simple.get("currency", NO_CURRENCY)):
        raise InputError(f"currency: expected an ISO 4217 code, got {simple['currency']!r}")
    try:
        codecs.lookup(simple.get("encoding", "utf-8"))
    except LookupError as error:
        raise InputError(
            f"encoding: expected one Python knows, got {simple['encoding']!r}"
        ) from error
    try:
        ZoneInfo(simple.get("time_zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InputError(
            f"time_zone: expected a name as Europe/Berlin, got {simple['time_zone']!r}"
        ) from error
