"""What do we know of a customer? A table whose columns may be missing, in part or whole.

One row is one customer on one trip. Only `customer_id` is needed; every other column of `COLUMNS`
may be absent or hold nulls, and a model is told which. The table of the store-layout paper's own
form (customer_id, age, product_category, time_spent_in_store_minutes, amount_spent,
layout_preference) is accepted as it is.
"""

import difflib
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from layoutlab.errors import InputError

ID = "customer_id"
TARGET = "layout_preference"
DEMOGRAPHY = ("age", "household_size", "distance_km")
HISTORY = ("visits", "days_since_last_visit", "spend_per_visit", "product_category")
BROWSING = ("pages_seen", "minutes_browsed")
TRIP = ("time_spent_in_store_minutes", "amount_spent")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "demography": DEMOGRAPHY,
    "purchase history": HISTORY,
    "browsing": BROWSING,
    "this trip": TRIP,
}
FEATURES = tuple(name for group in GROUPS.values() for name in group)
TEXT = ("product_category",)
NUMBERS = tuple(name for name in FEATURES if name not in TEXT)
COLUMNS = (ID, *FEATURES, TARGET)
UNREADABLE = (
    OSError,
    EOFError,
    zlib.error,
    UnicodeDecodeError,
    pd.errors.ParserError,
    pd.errors.EmptyDataError,
    pa.ArrowException,
)
SEED_COLUMNS = (
    ID,
    "age",
    "product_category",
    "time_spent_in_store_minutes",
    "amount_spent",
    TARGET,
)
MOST = {
    "age": 120.0,
    "household_size": 50.0,
    "distance_km": 20_040.0,
    "visits": 1e6,
    "days_since_last_visit": 36_525.0,
    "spend_per_visit": 1e9,
    "pages_seen": 1e6,
    "minutes_browsed": 1e6,
    "time_spent_in_store_minutes": 1440.0,
    "amount_spent": 1e9,
}
"""What is above is absurd: half the Earth's girth, a day in the store, a billion at a time."""


def read(path: str | Path) -> pd.DataFrame:
    """Read a customer table from a file.

    Parameters
    ----------
    path : str or Path
        ``.csv``, ``.csv.gz`` or ``.parquet``; empty cells are nulls.

    Raises
    ------
    InputError
        When the file is not there, of another kind, cannot be read, or `validated` refuses it.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"expected a customer table, but there is no file {path}")
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        elif path.name.endswith((".csv", ".csv.gz")):
            frame = pd.read_csv(path, dtype={ID: "str"})
        else:
            raise InputError(f"expected a .csv, .csv.gz or .parquet file, got {path.name}")
    except UNREADABLE as error:
        raise InputError(f"expected a readable customer table in {path}: {error}") from error
    return validated(frame, str(path))


def validated(frame: pd.DataFrame, name: str = "customers") -> pd.DataFrame:
    """Return the table in the contract's columns, order and types.

    Parameters
    ----------
    frame : pandas.DataFrame
        `ID` and any of `COLUMNS`; a layout preference has two values among all rows.
    name : str
        What to call the table in errors.

    Returns
    -------
    pandas.DataFrame
        All of `COLUMNS`: customer_id, product_category and layout_preference text (None where not
        known), numbers float64 (NaN where not known). An absent column holds nulls alone.

    Raises
    ------
    InputError
        When there is no row, customer_id is absent or null somewhere, a column is not known (the
        nearest name is given), or a value is not a number, negative, infinite or absurd.
    """
    if ID not in frame.columns:
        present = ", ".join(map(str, frame.columns))
        raise InputError(f"{name}: expected a column {ID}, got {present or 'no column'}")
    _require_known(frame, name)
    if frame.empty:
        raise InputError(f"{name}: expected at least one customer, got a table without rows")
    _require_no_null(frame[ID], name)
    table = pd.DataFrame({ID: _text(frame[ID])})
    for column in FEATURES:
        given = frame[column] if column in frame else pd.Series(np.nan, frame.index)
        table[column] = _text(given) if column in TEXT else _number(given, column, name)
    wanted = frame[TARGET] if TARGET in frame else pd.Series(np.nan, frame.index)
    table[TARGET] = _text(wanted)
    layouts = sorted(table[TARGET].dropna().unique())
    if len(layouts) not in (0, 2):
        raise InputError(
            f"{name}: expected {TARGET} to name two layouts, got {len(layouts)}: "
            f"{', '.join(layouts[:5])}"
        )
    return table.reset_index(drop=True)


def _require_known(frame: pd.DataFrame, name: str) -> None:
    for column in frame.columns:
        if column in COLUMNS:
            continue
        near = difflib.get_close_matches(str(column), COLUMNS, n=1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        raise InputError(
            f"{name}: expected columns among {', '.join(COLUMNS)}, got {str(column)!r}{hint}"
        )


def _require_no_null(ids: pd.Series, name: str) -> None:
    absent = ids.isna().to_numpy()
    if absent.any():
        raise InputError(
            f"{name}: expected a {ID} in every row, got none in row {int(np.argmax(absent))} "
            f"({int(absent.sum())} such row(s))"
        )


def _text(values: pd.Series) -> pd.Series:
    """Return trimmed text, None for nulls and blanks."""
    text = values.astype("object").where(values.notna(), None)
    trimmed = [None if value is None else str(value).strip() or None for value in text]
    return pd.Series(trimmed, dtype="object")


def _number(values: pd.Series, column: str, name: str) -> np.ndarray:
    """Return numbers with NaN for nulls, or say which value is none."""
    number = pd.to_numeric(values, errors="coerce").to_numpy("float64", na_value=np.nan)
    most = MOST[column]
    wrong = values.notna().to_numpy() & ~((number >= 0) & (number <= most))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"{name}: expected {column} from 0 to {most:.10g} or empty, got {values.iloc[row]!r} "
            f"in row {row} ({int(wrong.sum())} such row(s))"
        )
    return np.asarray(number)


def without(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return the table as if some columns had not been recorded.

    Raises
    ------
    InputError
        For a name that is no feature.
    """
    unknown = sorted(set(columns) - set(FEATURES))
    if unknown:
        raise InputError(f"expected names among {', '.join(FEATURES)}, got {', '.join(unknown)}")
    empty = {name: None if name in TEXT else np.nan for name in columns}
    return table.assign(**empty)
