"""How do mapped columns become fields of the receipts contract? Numbers, times and returns read."""

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.retail.preparation.mapping import Mapping
from layoutlab.retail.preparation.receipts import SCHEMA, as_text, trimmed

THOUSANDS = r"^([+-]?\d{1,3}(?:\.\d{3})+)(,\d+)?$"
ZONED = r"[T ]\d.*(?:Z|[+-]\d\d(?::?\d\d)?)$"


def to_contract(read: pa.Table, mapping: Mapping) -> pa.Table:
    """Bring lines to the columns of the receipts contract, all as text.

    What cannot be read stays as it came, for `lines.validate` to reject and to show.

    Parameters
    ----------
    read : pyarrow.Table
        At least the columns `Mapping.wanted`, of any type.
    mapping : Mapping

    Returns
    -------
    pyarrow.Table
        The columns of `receipts.SCHEMA`, and ``line_number`` if mapped; times in UTC, ISO 8601.
    """
    n_lines = len(read)
    columns: dict[str, Any] = dict.fromkeys(SCHEMA.names, pa.nulls(n_lines, pa.string()))
    columns |= {name: pa.repeat(value, n_lines) for name, value in mapping.constants.items()}
    for name, sources in mapping.columns.items():
        columns[name] = trimmed(_whole(read[sources[0]]))
    if "time" in mapping.columns:
        columns["time"] = _times([read[name] for name in mapping.columns["time"]], mapping)
    if "category" not in {*mapping.columns, *mapping.constants}:
        columns["category"] = columns["sku"]
    for name in ("quantity", "unit_price"):
        came = mapping.columns.get(name)
        if mapping.decimal_comma and came and pa.types.is_string(read[came[0]].type):
            columns[name] = _with_point(columns[name])
    if mapping.return_column is not None:
        marked = pc.is_in(trimmed(read[mapping.return_column]), pa.array(mapping.return_values))
        negative = pc.binary_join_element_wise("-", pc.utf8_ltrim(columns["quantity"], "+-"), "")
        columns["quantity"] = pc.if_else(marked, negative, columns["quantity"])
    return pa.table(columns)


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whole numbers that came as floats, as pandas keeps those beside nulls, as integers."""
    if not pa.types.is_floating(column.type):
        return column
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def _with_point(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write numbers with a decimal point instead of a comma; a lone point stays one."""
    whole = pc.match_substring_regex(text, THOUSANDS)
    plain = pc.if_else(whole, pc.replace_substring(text, ".", ""), text)
    return pc.replace_substring(plain, ",", ".")


def _times(columns: list[pa.ChunkedArray], mapping: Mapping) -> pa.Array:
    """Return times as ISO 8601 text in UTC; as they came where they cannot be read."""
    if len(columns) == 1 and pa.types.is_timestamp(columns[0].type):
        came, found = as_text(columns[0]), columns[0].to_pandas()
        utc = found if columns[0].type.tz is not None else _localised(found, mapping)
    else:
        came = pc.binary_join_element_wise(*(trimmed(column) for column in columns), " ")
        utc = _parsed(came.to_pandas(), mapping)
    utc = utc.dt.tz_convert("UTC").dt.tz_localize(None).dt.as_unit("us")
    iso = np.char.add(np.datetime_as_string(utc.to_numpy(), unit="us"), "Z")
    return pc.if_else(pa.array(utc.isna()), came, pa.array(iso.tolist(), pa.string()))


def _parsed(text: pd.Series, mapping: Mapping) -> pd.Series:
    """Read times in a format or as ISO 8601, some of which may name their zone."""
    how = mapping.time_format
    if how is not None and "%z" in how:
        return pd.to_datetime(text, format=how, utc=True, errors="coerce")
    if how is not None:
        return _localised(pd.to_datetime(text, format=how, errors="coerce"), mapping)
    zoned = text.str.contains(ZONED, na=False)
    local = pd.to_datetime(text.mask(zoned), format="ISO8601", errors="coerce")
    aware = pd.to_datetime(text.where(zoned), format="ISO8601", utc=True, errors="coerce")
    return aware.fillna(_localised(local, mapping))


def _localised(local: pd.Series, mapping: Mapping) -> pd.Series:
    """Return local times in UTC.

    A time that a change to winter time makes occur twice is taken as the first; one that a change
    to summer time leaves out cannot be read.
    """
    first = np.ones(len(local), bool)
    zone = ZoneInfo(mapping.time_zone)
    found = local.dt.tz_localize(zone, ambiguous=first, nonexistent="NaT")
    utc: pd.Series = found.dt.tz_convert("UTC")
    return utc
