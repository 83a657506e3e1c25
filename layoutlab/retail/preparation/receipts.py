"""What did the store sell? The receipts contract: which files we read, and how.

A receipts file is parquet or CSV with one row per line of a receipt and the columns of `SCHEMA`.
As it came, it may hold times and numbers as text and any number of bad lines. A file that is no
receipts file at all is refused here, before work starts; what becomes of a bad line is the matter
of `layoutlab.retail.preparation.lines`.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from layoutlab import canonical, datasets
from layoutlab.errors import InputError
from layoutlab.retail.preparation import simulation

SCHEMA = pa.schema(
    {
        "store_id": pa.string(),
        "transaction_id": pa.string(),
        "time": pa.timestamp("us", "UTC"),
        "customer_id": pa.string(),
        "sku": pa.string(),
        "category": pa.string(),
        "quantity": pa.int64(),
        "unit_price": pa.float64(),
    }
)
REQUIRED = ("store_id", "transaction_id", "sku", "category")
TEXT = (*REQUIRED, "customer_id")
LINE_NUMBER = "line_number"
NO_CURRENCY = "XXX"
BATCH_LINES = 131_072


@dataclass(frozen=True)
class Source:
    """A receipts file that can be worked on.

    Attributes
    ----------
    path : str
        Where it lies.
    n_lines : int
        Lines of receipts, bad ones included; at least 1.
    timed, priced : bool
        Whether any line has a time, a unit price. A source without any may leave them out.
    currency : str
        ISO 4217 code; ``XXX`` when the file names none.
    numbered : bool
        Whether it has the column `LINE_NUMBER`.
    transacted : bool
        Whether any line has a transaction. A source without any needs visits to be made of its
        customers and times, see `layoutlab.retail.preparation.sessions`.
    """

    path: str
    n_lines: int
    timed: bool
    priced: bool
    currency: str
    numbered: bool = False
    transacted: bool = True


def inspect(path: str | Path) -> Source:
    """Check a receipts file at the edge and say what it is.

    Parameters
    ----------
    path : str or Path
        A ``.parquet``, ``.csv`` or ``.csv.gz`` file with at least the columns of `SCHEMA`, and
        `LINE_NUMBER`, the line's number or name within its transaction, where there is one. The
        currency is the schema metadata's ``currency`` or one value in a column of that name.

    Raises
    ------
    InputError
        When there is no file, it is of another kind, damaged or empty, lacks columns, holds a
        column of a type that cannot be read, or mixes currencies.
    """
    schema = _schema(path)
    _check_columns(path, schema)
    named = (schema.metadata or {}).get(b"currency", b"").decode()
    currencies = {named} - {""}
    given = dict.fromkeys(("time", "unit_price", "transaction_id"), False)
    n_lines = 0
    seen = [name for name in (*given, "currency") if name in schema.names]
    for batch in _read(path, columns=seen):
        n_lines += len(batch)
        given = {name: known or _any_given(batch[name]) for name, known in given.items()}
        if "currency" in seen:
            currencies |= set(trimmed(batch["currency"]).drop_null().unique().to_pylist())
    if n_lines == 0:
        raise InputError(f"expected lines of receipts in {path}, but it holds none")
    if len(currencies) > 1:
        raise InputError(
            f"expected receipts in one currency, but {path} mixes {', '.join(sorted(currencies))}"
        )
    currency = currencies.pop() if currencies else NO_CURRENCY
    timed, priced, transacted = given.values()
    numbered = LINE_NUMBER in schema.names
    return Source(str(path), n_lines, timed, priced, currency, numbered, transacted)


def raw_lines(
    path: str | Path, row_group: int | None = None, *, numbered: bool = False
) -> Iterator[pa.Table]:
    """Yield a file's lines as they came, in blocks, one row group or all.

    Yields
    ------
    pyarrow.Table
        The columns of `SCHEMA`, in the file's own types, and `LINE_NUMBER` if `numbered`; at most
        `BATCH_LINES` rows.
    """
    names = [*SCHEMA.names, LINE_NUMBER] if numbered else SCHEMA.names
    yield from _read(path, columns=names, row_group=row_group)


def row_groups(path: str | Path) -> list[tuple[int | None, int]]:
    """Return where blocks of lines start: (row group, number of its first line) per row group.

    A CSV file is one block, its row group None.
    """
    if not _is_parquet(path):
        return [(None, 0)]
    described = pq.ParquetFile(path).metadata
    sizes = [described.row_group(i).num_rows for i in range(described.num_row_groups)]
    starts = np.cumsum([0, *sizes])[:-1]
    return [(i, int(start)) for i, start in enumerate(starts)]


def load(
    dataset: str, *, rng: np.random.Generator, **simulated: Any
) -> tuple[pa.Table, dict[str, Any]]:
    """Return receipts as they came, and what is known to be true of them.

    Parameters
    ----------
    dataset : str
        ``simulated``, or a name of `layoutlab.datasets` that has a table of receipts.
    rng : numpy.random.Generator
        Drawn from by the simulation alone.
    **simulated
        Arguments of `simulation.receipts`; a real data set takes no notice.

    Returns
    -------
    lines : pyarrow.Table
        The columns of `SCHEMA`, bad lines included; ``currency`` in the schema's metadata.
    truth : dict
        As `layoutlab.retail.preparation.simulation.receipts` tells it; empty for real data.
    """
    if dataset == "simulated":
        lines, truth = simulation.receipts(rng=rng, **simulated)
        return lines, truth
    frame = datasets.read(dataset, "receipts")
    utc = frame.assign(time=frame["time"].dt.tz_convert(None))
    lines = pa.Table.from_pandas(utc, preserve_index=False).select(SCHEMA.names).cast(SCHEMA)
    return lines.replace_schema_metadata({"currency": frame.attrs["currency"]}), {}


def write(path: str | Path, lines: pa.Table) -> None:
    """Write receipts as parquet, the currency in the schema's metadata."""
    metadata = {
        key.decode(): value.decode() for key, value in (lines.schema.metadata or {}).items()
    }
    canonical.write_parquet(path, lines, metadata=metadata, row_group_size=BATCH_LINES)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column's values as text, null where they are."""
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text without blanks at its ends; nothing left is null."""
    text = pc.utf8_trim_whitespace(as_text(column))
    blank = pc.equal(text, "")
    return pc.if_else(blank, None, text) if pc.any(blank).as_py() else text


def _is_parquet(path: str | Path) -> bool:
    return Path(path).suffix == ".parquet"


def _schema(path: str | Path) -> pa.Schema:
    """Open the file far enough to know its columns."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"expected a receipts file, but there is no file {path}")
    if not path.name.endswith((".parquet", ".csv", ".csv.gz")):
        raise InputError(f"expected receipts as .parquet, .csv or .csv.gz, got {path.name}")
    if path.stat().st_size == 0:
        raise InputError(f"expected lines of receipts in {path}, but it holds none")
    if not _is_parquet(path):
        return next(_read(path, columns=None)).schema
    try:
        return pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(
            f"expected a parquet file, but {path} cannot be read as one: it is truncated, damaged "
            f"or of another kind ({_first_line(error)})"
        ) from error


def _check_columns(path: str | Path, schema: pa.Schema) -> None:
    """Refuse a schema without the contract's columns, or with types that mean something else."""
    lacking = [name for name in SCHEMA.names if name not in schema.names]
    if lacking:
        unknown = [name for name in schema.names if name not in SCHEMA.names]
        near = {name: difflib.get_close_matches(name, unknown, 1) for name in lacking}
        hints = "".join(
            f"; did you mean {found[0]} by {name}?" for name, found in near.items() if found
        )
        raise InputError(
            f"expected the columns {', '.join(SCHEMA.names)} in {path}, but it lacks "
            f"{', '.join(lacking)} (it has {', '.join(schema.names)}){hints}"
        )
    for name in (*SCHEMA.names, *({LINE_NUMBER} & set(schema.names))):
        if not _readable(name, schema.field(name).type):
            wanted = "int64" if name == LINE_NUMBER else SCHEMA.field(name).type
            raise InputError(
                f"expected {name} in {path} as {wanted} or text, "
                f"but it is {schema.field(name).type}"
            )


def _readable(name: str, arriving: pa.DataType) -> bool:
    """Tell whether a column's type can be read as the contract's."""
    if pa.types.is_dictionary(arriving):
        arriving = arriving.value_type
    kind = pa.types
    if kind.is_null(arriving) or kind.is_string(arriving) or kind.is_large_string(arriving):
        return True
    if name == "time":
        return bool(kind.is_timestamp(arriving) or kind.is_date(arriving))
    if kind.is_integer(arriving):
        return True
    return name not in TEXT and bool(kind.is_floating(arriving) or kind.is_decimal(arriving))


def _read(
    path: str | Path, columns: list[str] | None, row_group: int | None = None
) -> Iterator[pa.Table]:
    """Yield blocks of a parquet or CSV file; a file damaged inside is an InputError too."""
    try:
        if _is_parquet(path):
            groups = None if row_group is None else [row_group]
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH_LINES, groups, columns, use_threads=False):
                    yield pa.Table.from_batches([batch])
        else:
            yield from _read_csv(path, columns)
    except (pa.ArrowException, OSError, EOFError) as error:
        raise InputError(f"{path} is damaged and cannot be read: {_first_line(error)}") from error


def _read_csv(path: str | Path, columns: list[str] | None) -> Iterator[pa.Table]:
    """Yield blocks of a CSV file, every column as text; an empty field is null."""
    with pa.csv.open_csv(path) as file:
        names = file.schema.names
    converting = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=columns,
        strings_can_be_null=True,
        null_values=[""],
    )
    reading = pa.csv.ReadOptions(use_threads=False, block_size=8 << 20)
    with pa.csv.open_csv(path, read_options=reading, convert_options=converting) as file:
        yield file.schema.empty_table()
        yield from (pa.Table.from_batches([batch]) for batch in file)


def _any_given(column: pa.ChunkedArray) -> bool:
    """Tell whether any value is there; blank text is none."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = trimmed(column)
    return bool(column.null_count < len(column))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
