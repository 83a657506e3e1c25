"""What does a message say? One line of a receipt as JSON; what says nothing is kept as it came.

A message is an object with the names of the receipts contract: text as strings, time as ISO 8601,
quantity and price as numbers, and ``line_number``, text or a number, where the till has one; other
names are passed over, missing ones are null. What is wrong
with a line is judged by `preparation.lines`, as in a file. A message that is no such object at
all, a poison message, stands with its reason and its bytes in a table of its own.
"""

import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import pyarrow as pa
import pyarrow.json

from layoutlab.retail.preparation.receipts import LINE_NUMBER, SCHEMA

UNREADABLE = pa.schema({"line": pa.int64(), "reason": pa.string(), "content": pa.binary()})
NUMBERS = ("quantity", "unit_price")
NAMES = (*SCHEMA.names, LINE_NUMBER)
_AS_TEXT = pa.schema({name: pa.string() for name in NAMES})


def read(values: Sequence[bytes | None], number: Sequence[int]) -> tuple[pa.Table, pa.Table]:
    """Read messages as lines.

    Parameters
    ----------
    values : sequence of bytes or None
    number : sequence of int
        Their offsets.

    Returns
    -------
    lines : pyarrow.Table
        The columns of the receipts contract and `LINE_NUMBER` as they came, and ``line``, the
        offset.
    unreadable : pyarrow.Table
        `UNREADABLE`: offset, reason and bytes of poison messages.
    """
    table = _all_well(values)
    if table is not None:
        return table.append_column("line", pa.array(number, pa.int64())), UNREADABLE.empty_table()
    rows, kept, poison = [], [], []
    for value, offset in zip(values, number, strict=True):
        found = _object(value)
        if isinstance(found, str):
            poison.append((offset, found, value or b""))
        else:
            rows.append({name: _text(found.get(name), name) for name in NAMES})
            kept.append(offset)
    lines = pa.Table.from_pylist(rows, _AS_TEXT).append_column("line", pa.array(kept, pa.int64()))
    columns = list(zip(*poison, strict=True)) or [(), (), ()]
    return lines, pa.table([pa.array(c, f.type) for c, f in zip(columns, UNREADABLE, strict=True)],
                           UNREADABLE)  # fmt: skip


def written(
    lines: pa.Table, *, by: Literal["transaction", "customer"] = "transaction"
) -> Iterator[tuple[bytes, bytes]]:
    """Yield a key and a message per line; lines of one transaction, or customer, have one key.

    Returns are matched, and visits formed, where lines of a customer have one key. A line without
    customer has that of its transaction.
    """
    names = [name for name in NAMES if name in lines.column_names]
    for row in lines.select(names).to_pylist():
        whose = by == "customer" and row["customer_id"]
        key = f"{row['store_id']}\x1f{whose or row['transaction_id']}".encode()
        yield key, json.dumps(row, default=lambda time: time.isoformat()).encode()


def _all_well(values: Sequence[bytes | None]) -> pa.Table | None:
    """Read all messages at once; None when any is not plainly one object on one line."""
    if not all(v and v[:1] == b"{" and v[-1:] == b"}" and b"\n" not in v for v in values):
        return None
    content = b"\n".join(values)  # type: ignore[arg-type]  # none is None
    for number in (pa.string(), pa.int64()):
        table = _parsed(content, number)
        if table is not None and len(table) == len(values):
            return table.select(NAMES)
    return None


def _parsed(content: bytes, number: pa.DataType) -> pa.Table | None:
    """Read lines of JSON whose line numbers are text, or numbers; None when any is otherwise."""
    arriving = [f if f.name in NUMBERS else pa.field(f.name, pa.string()) for f in SCHEMA]
    options = pyarrow.json.ParseOptions(
        explicit_schema=pa.schema([*arriving, pa.field(LINE_NUMBER, number)]),
        unexpected_field_behavior="ignore",
    )
    reading = pyarrow.json.ReadOptions(use_threads=False, block_size=64 << 20)
    try:
        table = pyarrow.json.read_json(io.BytesIO(content), reading, options)
        table.validate(full=True)  # text that is not UTF-8 passes the reader
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return table


def _object(value: bytes | None) -> dict[str, Any] | str:
    """Return the object in a message, or why there is none."""
    if not value:
        return "the message is empty"
    try:
        found = json.loads(value)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        return f"the message is no JSON: {error}"
    return found if isinstance(found, dict) else "the message is JSON, but no object"


def _text(value: Any, name: str) -> str | None:
    """Return a value as the text that it would be in a file."""
    if value is None or isinstance(value, str):
        return value
    if name == "unit_price" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(pa.scalar(float(value)).cast(pa.string()))
    return str(value) if isinstance(value, int | float) else json.dumps(value)
