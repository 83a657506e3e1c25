"""How many of each item are there? A file of items and counts, CSV or JSON."""

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

from layoutlab.errors import InputError

HEADER = ["item", "count"]


def read_stock(path: str | Path) -> dict[str, float]:
    """Read a CSV file with the columns ``item`` and ``count``, or a JSON object of item to count.

    An item the file does not name is taken to be there.

    Parameters
    ----------
    path : str or Path
        JSON when it ends in ``.json``, else CSV.

    Raises
    ------
    InputError
        When the file is missing, not UTF-8, of another form, names an item twice, or a count is no
        number of at least 0.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: expected a readable file: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected UTF-8 text, got other bytes") from error
    pairs = _json_pairs(path, text) if Path(path).suffix == ".json" else _csv_pairs(path, text)
    stock: dict[str, float] = {}
    for item, count in pairs:
        if item in stock:
            raise InputError(f"{path}: item {item} is named twice")
        stock[item] = _number(path, item, count)
    return stock


def _json_pairs(path: str | Path, text: str) -> list[tuple[str, Any]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: expected JSON, got something else ({error})") from error
    if not isinstance(pairs, list) or not all(isinstance(pair, tuple) for pair in pairs):
        raise InputError(f"{path}: expected a JSON object of item to count")
    return pairs


def _csv_pairs(path: str | Path, text: str) -> list[tuple[str, Any]]:
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    if not rows or [name.strip() for name in rows[0]] != HEADER:
        got = ",".join(rows[0]) if rows else "nothing"
        raise InputError(f"{path}: expected the columns item,count, got {got:.60}")
    for row in rows[1:]:
        if len(row) != len(HEADER):
            raise InputError(f"{path}: expected item and count in each row, got {row!r:.60}")
    return [(item.strip(), count) for item, count in rows[1:]]


def _number(path: str | Path, item: str, count: Any) -> float:
    try:
        number = math.nan if isinstance(count, bool) else float(count)
    except (TypeError, ValueError):
        number = math.nan
    if not number >= 0:
        raise InputError(f"{path}: expected a count of at least 0 for item {item}, got {count!r}")
    return number
