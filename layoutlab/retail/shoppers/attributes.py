"""What is known of categories beyond receipts: price, time before the shelf, impulse?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from layoutlab.errors import InputError

RANGES = {
    "price": (0.0, np.inf, "a price above 0"),
    "dwell_s": (0.0, np.inf, "seconds above 0"),
    "impulse": (0.0, 1.0, "a share from 0 to 1"),
}
KNOWN = tuple(RANGES)


@dataclass(frozen=True, eq=False)
class Attributes:
    """What is known of categories; NaN where a value is not.

    Attributes
    ----------
    categories : tuple of str
    price : ndarray of float, shape (n,)
        Of an item, in `currency`; for categories whose receipts have none.
    dwell_s : ndarray of float, shape (n,)
        Mean time before the shelf when something is taken, seconds.
    impulse : ndarray of float, shape (n,)
        Share of the purchases that are unplanned, 0 to 1.
    relative : bool
        Whether `impulse` says only how much likelier one category is than another; the mean over
        purchases is then ``unplanned_share`` of the effects.
    arrivals : ndarray of float, shape (24,), optional
        Trips in each hour of the day, as shares of any total; for receipts without times.
    currency : str
        XXX where not known.
    """

    categories: tuple[str, ...]
    price: np.ndarray
    dwell_s: np.ndarray
    impulse: np.ndarray
    relative: bool = False
    arrivals: np.ndarray | None = None
    currency: str = "XXX"


def read(path: str | Path) -> Attributes:
    """Read a table of attributes.

    Parameters
    ----------
    path : str or Path
        CSV with the column ``category`` and one or more of `KNOWN`. An empty field is not known.

    Raises
    ------
    InputError
        For a file that is not there or no table, other columns, a category named twice or not at
        all, and a value out of its range; the message names the category.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"expected a table of attributes, but there is no file {path}")
    try:
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        told = " ".join(str(error).split())
        raise InputError(f"{path.name}: expected a table as csv ({told})") from None
    _check_columns(path.name, list(table.columns))
    names = table["category"].str.strip()
    if (names == "").any():
        line = int(np.flatnonzero(names == "")[0]) + 2
        raise InputError(f"{path.name}: expected a category on line {line}, got none")
    if names.duplicated().any():
        twice = names[names.duplicated()].iloc[0]
        raise InputError(f"{path.name}: expected each category once, got {twice} again")
    price, dwell_s, impulse = (_numbers(path.name, table, names, name) for name in KNOWN)
    return Attributes(tuple(names), price, dwell_s, impulse)


def _check_columns(name: str, columns: list[str]) -> None:
    if (
        "category" not in columns
        or not set(columns) - {"category"}
        or set(columns) - {"category", *KNOWN}
    ):
        raise InputError(
            f"{name}: expected the column category and one or more of {', '.join(KNOWN)}, "
            f"got {', '.join(columns)}"
        )


def _numbers(name: str, table: pd.DataFrame, categories: pd.Series, column: str) -> np.ndarray:
    """Return a column as numbers within their range, NaN where nothing is written."""
    if column not in table:
        return np.full(len(table), np.nan)
    low, high, words = RANGES[column]
    text = table[column].str.strip()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    fits = np.isfinite(values) & (values >= low) & (values <= high)
    if column != "impulse":
        fits &= values > low
    if wrong := np.flatnonzero(~fits & (text != "").to_numpy()).tolist():
        raise InputError(
            f"{name}: {column} of {categories.iloc[wrong[0]]}: expected {words}, "
            f"got {text.iloc[wrong[0]]}"
        )
    return values


def unknown(known: Attributes, categories: Sequence[str]) -> tuple[str, ...]:
    """Return the categories of a table that receipts do not have, in the table's order.

    Raises
    ------
    InputError
        When they have none of it.
    """
    there = set(categories)
    strange = tuple(name for name in known.categories if name not in there)
    if len(strange) == len(known.categories):
        raise InputError(
            f"attributes: expected categories of the receipts ({_some(categories)}), "
            f"got none of them: {_some(known.categories)}"
        )
    return strange


def of(known: Attributes, name: str, categories: Sequence[str]) -> np.ndarray:
    """Return one of `KNOWN` for given categories: ndarray of float, NaN where it is not known."""
    place = {category: at for at, category in enumerate(known.categories)}
    at = np.array([place.get(category, -1) for category in categories], dtype=np.int64)
    values = np.append(getattr(known, name), np.nan)
    found: np.ndarray = values[at]
    return found


def unplanned_shares(rates: np.ndarray, bought: np.ndarray, overall: float) -> np.ndarray:
    """Scale rates to shares of purchases that are unplanned, given the share over all of them.

    Shares are proportional to rates, none above 1; a category whose rate is not known gets the mean
    one.

    Parameters
    ----------
    rates : ndarray of float, shape (n,)
        At least 0, NaN where not known.
    bought : ndarray of int, shape (n,)
        Purchases of each category.
    overall : float
        0 to 1.

    Returns
    -------
    ndarray of float, shape (n,)
        Their mean over purchases is `overall`, or as near as can be where many rates are 0.
    """
    known = np.isfinite(rates)
    total = (rates * bought)[known].sum()
    if total == 0:
        return np.full(len(rates), overall)
    weight = np.where(known, rates * bought[known].sum() / total, 1.0)
    full = np.zeros(len(rates), dtype=bool)
    while True:
        rest = (weight * bought)[~full].sum()
        if rest == 0:
            return (full | (weight > 0)).astype(float)
        scale = (overall * bought.sum() - bought[full].sum()) / rest
        over = full | (scale * weight > 1)
        if (over == full).all():
            return np.where(full, 1.0, scale * weight)
        full = over


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
