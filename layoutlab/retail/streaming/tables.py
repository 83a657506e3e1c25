"""Which tables does a stream, or a batch, end with? Baskets, sales, pairs, and what was put aside.

A transaction whose lines stand in two windows was formed into two baskets; here they become one.
Sales of windows are added up. The bytes written are those of the batch.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from scipy import sparse

from layoutlab import canonical, flow
from layoutlab.flow import beam
from layoutlab.retail.affinities import pairs
from layoutlab.retail.preparation import baskets, lines, sales
from layoutlab.retail.preparation.baskets import FormBaskets, WriteBaskets
from layoutlab.retail.preparation.cleaning import GatherTransactions
from layoutlab.retail.streaming import forgotten, ledger
from layoutlab.retail.streaming.messages import UNREADABLE

TABLES = ("baskets.parquet", "sales.parquet", "pairs.npz")
KEY = ["store_id", "transaction_id"]


def from_file(
    receipts_path: str | Path,
    folder: str | Path,
    *,
    returns: str = "drop",
    gap_min: float | None = None,
) -> dict[str, Any]:
    """Write the tables of a finished receipts file, in one batch.

    Parameters
    ----------
    receipts_path : str or Path
        See `layoutlab.retail.preparation.receipts.inspect`.
    folder : str or Path
        Gets ``baskets.parquet``, ``sales.parquet``, ``rejects.parquet`` (see `baskets.prepare`)
        and ``pairs.npz``: the sparse triangle of `pairs.PairCounts`, for `scipy.sparse.load_npz`.
    returns, gap_min : str, float
        As for `baskets.prepare`.

    Returns
    -------
    dict
        As `baskets.prepare`.
    """
    folder = Path(folder)
    counted = baskets.prepare(
        receipts_path,
        folder / "baskets.parquet",
        folder / "rejects.parquet",
        sales_path=folder / "sales.parquet",
        returns=returns,
        gap_min=gap_min,
    )
    write_pairs(folder)
    return counted


def from_windows(shares: Iterable[str | Path], folder: str | Path, currency: str) -> dict[str, int]:
    """Write the tables of all windows that a stream has closed so far.

    Parameters
    ----------
    shares : iterable of str or Path
        Folders of `layoutlab.retail.streaming.ledger`, one per share of the stream.
    folder : str or Path
        Gets what `from_file` writes, and ``late.parquet``: valid lines that came too late for
        their window, as `lines.VALID` (and ``line_number`` where there may be one),
        ``unreadable.parquet``: messages that are no lines, as `messages.UNREADABLE`, and
        ``after-horizon.parquet``: returns whose sale was forgotten, as `lines.REJECTS`, see
        `forgotten`. Without any closed window no baskets, sales and pairs.
    currency : str
        ISO 4217 code.

    Returns
    -------
    dict of str to int
        The sums of the checkpoints' counts, and ``baskets``; ``after_horizon`` are no longer
        counted as ``rejected``.
    """
    folder, found = Path(folder), [(Path(share), ledger.read(share)) for share in shares]
    formed = _paths(found, "baskets")
    if formed:
        write_baskets(formed, folder / "baskets.parquet")
        counted = sales.add_up(pq.read_table(path) for path in _paths(found, "sales"))
        sales.write(counted, folder / "sales.parquet", currency)
        write_pairs(folder)
    for kind, schema in (("late", lines.VALID), ("unreadable", UNREADABLE)):
        _write_lines(_joined(_paths(found, kind), schema), folder / f"{kind}.parquet")
    rejects = _joined(_paths(found, "rejects"), lines.REJECTS)
    rejects, after_horizon = forgotten.part(rejects, _paths(found, "sold"))
    _write_lines(rejects, folder / "rejects.parquet")
    _write_lines(after_horizon, folder / "after-horizon.parquet")
    names = ("lines", "accepted", "rejected", "late", "open", "most_open", "unreadable")
    counts = {name: sum(last.counts.get(name, 0) for _, last in found) for name in names}
    counts["rejected"] -= len(after_horizon)
    n_baskets = pq.read_metadata(folder / "baskets.parquet").num_rows if formed else 0
    return counts | {"after_horizon": len(after_horizon), "baskets": n_baskets}


def write_pairs(folder: str | Path) -> None:
    """Count the pairs of ``baskets.parquet`` in a folder and write them beside it."""
    counts = pairs.count(Path(folder) / "baskets.parquet")
    with canonical.writing(Path(folder) / "pairs.npz") as part:
        sparse.save_npz(part, counts.together, compressed=False)


def _paths(found: list[tuple[Path, ledger.Checkpoint]], kind: str) -> list[Path]:
    return [share / name for share, last in found for name in last.files.get(kind, ())]


def write_baskets(paths: list[Path], target: Path) -> None:
    """Write the baskets of all files as one, those in two windows joined."""
    keys = pa.concat_tables(pq.read_table(path, columns=KEY) for path in paths)
    counted = keys.group_by(KEY, use_threads=False).aggregate([([], "count_all")])
    twice = counted.filter(pc.greater(counted["count_all"], 1)).select(KEY)
    if not len(twice):
        baskets.write_baskets([pq.read_table(path) for path in paths], str(target))
        return
    pipeline = flow.pipeline()
    read = pipeline | beam.Create([str(path) for path in paths])
    whole = read | "whole" >> beam.FlatMap(_whole, twice)
    joined = read | "cut" >> beam.FlatMap(_cut, twice) | GatherTransactions() | FormBaskets()
    (whole, joined) | beam.Flatten() | WriteBaskets(target)
    flow.run(pipeline)


def _whole(path: str, twice: pa.Table) -> Iterator[pa.Table]:
    """Yield a file's baskets that stand in no other file; its categories stay in the metadata."""
    table = pq.read_table(path, use_threads=False)
    number = table.select(KEY).append_column("row", pa.array(np.arange(len(table))))
    rows = number.join(twice, KEY, join_type="left anti", use_threads=False)["row"].combine_chunks()
    if len(rows):
        yield table.take(rows).combine_chunks()


def _cut(path: str, twice: pa.Table) -> Iterator[pa.Table]:
    """Yield a file's baskets that stand in another file too, as lines again: one per item."""
    table = pq.read_table(path, use_threads=False)
    names = pa.array(baskets.read_categories(path))
    number = table.select(KEY).append_column("row", pa.array(np.arange(len(table))))
    rows = number.join(twice, KEY, join_type="left semi", use_threads=False)["row"].combine_chunks()
    some = table.take(rows)
    if len(some):
        items = some["items"].combine_chunks()
        row = items.value_parent_indices()
        item = names.take(items.flatten())
        head = some.drop_columns("items").take(row)
        line = pa.array(np.arange(len(head)))
        yield head.append_column("category", item).append_column("line", line)


def _joined(paths: list[Path], schema: pa.Schema) -> pa.Table:
    none = schema.empty_table() if not paths else pq.read_schema(paths[0]).empty_table()
    return pa.concat_tables([none, *(pq.read_table(path) for path in paths)])


def _write_lines(whole: pa.Table, target: Path) -> None:
    """Write lines in the order they came; of equal numbers, in order of all else."""
    order = ["line", *(name for name in whole.column_names if name != "line")]
    canonical.write_parquet(target, whole.sort_by([(name, "ascending") for name in order]))
