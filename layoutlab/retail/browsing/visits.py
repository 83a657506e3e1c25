"""Who came to the shop, and did they buy? Visits: what they are, and how they are read.

A visit is one row: 17 features and whether it ended in a purchase, the form of the Online Shoppers
data (Sakar, Polat, Katircioglu and Kastro 2019, Neural Computing and Applications 31, 6893-6908).
"""

import difflib

import numpy as np
import pandas as pd

from layoutlab import datasets
from layoutlab.errors import InputError
from layoutlab.retail.browsing.scores import share
from layoutlab.retail.browsing.visit_columns import (
    COLUMNS,
    FEATURES,
    FLAGS,
    MONTHS,
    ONLINE_SHOPPERS_COLUMNS,
    SHARES,
    SOURCE_VISITOR_TYPES,
    TARGET,
    TRUTH,
    VISITOR_TYPES,
    WHOLE,
)
from layoutlab.retail.browsing.visitors import simulate


def load(
    dataset: str, *, rng: np.random.Generator, n_visits: int = 12_000
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return visits, and what is known of their truth.

    Parameters
    ----------
    dataset : str
        ``"simulated"``, or a name of `layoutlab.datasets.listing` with a table of visits.
    rng : numpy.random.Generator
        Used by the simulator alone.
    n_visits : int
        How many visits to simulate, at least 1.

    Returns
    -------
    visits : pandas.DataFrame
        The columns of `COLUMNS`, as `validated` gives them.
    truth : pandas.DataFrame
        One column `TRUTH`, the probability that each visit ends in a purchase; no row for real
        data, of which it is not known.

    Raises
    ------
    InputError
        For a name or table that is not registered, or visits that break the contract.
    """
    if dataset == "simulated":
        visits, probability = simulate(n_visits, rng=rng)
        return visits, pd.DataFrame({TRUTH: probability})
    return validated(datasets.read(dataset, "visits")), pd.DataFrame({TRUTH: np.empty(0)})


def validated(frame: pd.DataFrame, *, outcome: bool = True) -> pd.DataFrame:
    """Check visits and return them in the contract's columns, order and types.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of `COLUMNS`, or the publisher's of `ONLINE_SHOPPERS_COLUMNS`; others are left out.
        Months may be numbers or English names, visitor types the publisher's or ours, flags bool
        or 0 and 1.
    outcome : bool
        False for visits whose purchase is still to be foretold: ``bought`` is then neither asked
        for nor returned.

    Returns
    -------
    pandas.DataFrame
        Counts, month (1 to 12) and codes int64; durations (s), rates (0 to 1), page_values and
        special_day float64; visitor_type one of `VISITOR_TYPES`; weekend and bought bool.

    Raises
    ------
    InputError
        When there is no row, a column is missing (the nearest name is given) or there twice, or a
        value is not of its column's kind.
    """
    frame = frame.rename(columns=ONLINE_SHOPPERS_COLUMNS)
    columns = COLUMNS if outcome else FEATURES
    _require_columns(frame, columns)
    if frame.empty:
        raise InputError("expected at least one visit, got a table without rows")
    visits = frame[list(columns)].copy()
    visits["month"] = _month_numbers(visits["month"])
    visits["visitor_type"] = visits["visitor_type"].replace(SOURCE_VISITOR_TYPES)
    _require_known("visitor_type", visits["visitor_type"], VISITOR_TYPES)
    for name in visits.columns.drop(["visitor_type"]):
        visits[name] = _checked_number(visits[name])
    return visits.reset_index(drop=True)


def _require_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    twice = [name for name in columns if list(frame.columns).count(name) > 1]
    if twice:
        raise InputError(f"expected each column of visits once, got twice: {', '.join(twice)}")
    missing = [name for name in columns if name not in frame.columns]
    if not missing:
        return
    present = [str(name) for name in frame.columns if name not in COLUMNS]
    described = []
    for name in missing:
        near = difflib.get_close_matches(name, present, n=1)
        described.append(name + (f" (did you mean {near[0]!r}?)" if near else ""))
    raise InputError(f"expected the column(s) of visits, but missing: {', '.join(described)}")


def _month_numbers(months: pd.Series) -> pd.Series:
    """Return months as numbers from 1 to 12; names are known by their first three letters."""
    if pd.api.types.is_numeric_dtype(months):
        _require_known("month", months, range(1, 13))
        return months
    names = months.astype("str").str.slice(0, 3)
    _require_known("month", names, MONTHS)
    return names.map({name: number for number, name in enumerate(MONTHS, start=1)})


def _require_known(name: str, values: pd.Series, known: "range | tuple[str, ...]") -> None:
    unknown = ~values.isin(list(known)).to_numpy()
    if unknown.any():
        row = int(np.argmax(unknown))
        expected = "1 to 12" if isinstance(known, range) else ", ".join(known)
        raise InputError(
            f"expected {name} to be one of {expected}, got {values.tolist()[row]!r} in row {row} "
            f"({int(unknown.sum())} such row(s))"
        )


def _checked_number(values: pd.Series) -> pd.Series:
    """Return one column of numbers in its contract's type, or say what is wrong with it."""
    name = str(values.name)
    if not pd.api.types.is_numeric_dtype(values):
        raise InputError(
            f"expected numbers in {name}, got {values.dtype} such as {values.iloc[0]!r}"
        )
    number = values.to_numpy(dtype="float64", na_value=np.nan)
    wrong, expected = ~(number >= 0) | np.isinf(number), "numbers of at least 0"
    if name in FLAGS:
        wrong, expected = ~np.isin(number, (0, 1)), "0 or 1"
    elif name in SHARES:
        wrong, expected = wrong | (number > 1), "shares from 0 to 1"
    elif name in WHOLE:
        wrong, expected = wrong | (number % 1 != 0), "whole numbers of at least 0"
    if wrong.any():
        row = int(np.argmax(wrong))
        raise InputError(
            f"expected {expected} in {name}, got {number[row]} in row {row} "
            f"({int(wrong.sum())} such row(s))"
        )
    return values.astype("bool" if name in FLAGS else "int64" if name in WHOLE else "float64")


def purchase_rates(visits: pd.DataFrame, groups: "str | pd.Series") -> pd.DataFrame:
    """Return how many visits of each group ended in a purchase.

    Parameters
    ----------
    visits : pandas.DataFrame
    groups : str or pandas.Series
        A column of `visits`, or a group for each row.

    Returns
    -------
    pandas.DataFrame
        Per group, in order: ``visits``, ``bought`` (share), ``bought_low`` and ``bought_high``
        (95 % interval); months are named as in `MONTHS`.
    """
    by_group = visits[TARGET].groupby(visits[groups] if isinstance(groups, str) else groups)
    rates = pd.DataFrame(
        {group: (len(bought), *share(bought.to_numpy())) for group, bought in by_group},
        index=["visits", "bought", "bought_low", "bought_high"],
    ).T.astype({"visits": "int64"})
    if isinstance(groups, str) and groups == "month":
        rates.index = pd.Index([MONTHS[number - 1] for number in rates.index])
    return rates
