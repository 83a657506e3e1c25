"""What do receipts become while they come? The same tables as those of a finished file, live.

Lines are taken in block by block. Each block goes through the transforms of the batch, up to the
point where a batch would have to wait for its end: valid lines wait in their event-time window
(`windows`), and those of closed windows go on: gathered by transaction, rid of
duplicates, formed into baskets and summed. What a block led to is written, and then named by one
checkpoint together with the position in the source (`ledger`): a stream that was
interrupted or killed goes on from there as if nothing had happened. What is held in memory is one
block and the lines of open windows.
"""

import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layoutlab import canonical, flow
from layoutlab.flow import beam
from layoutlab.retail.preparation import lines, sales
from layoutlab.retail.preparation.baskets import FormBaskets, WriteBaskets
from layoutlab.retail.preparation.cleaning import (
    DropDuplicateLines,
    GatherTransactions,
    Parted,
    ValidateLines,
    WriteRejects,
)
from layoutlab.retail.preparation.receipts import LINE_NUMBER, Source
from layoutlab.retail.streaming.ledger import Checkpoint, Ledger
from layoutlab.retail.streaming.messages import UNREADABLE
from layoutlab.retail.streaming.windows import BEGINNING, SortByWatermark, Windows

KINDS = ("baskets", "sales", "rejects", "late", "unreadable")
Tell = Callable[[Checkpoint], None]


@dataclass(frozen=True)
class Block:
    """Lines as they came, in the order they came.

    Attributes
    ----------
    lines : pyarrow.Table
        The columns of the receipts contract in any type it lets pass, and ``line``.
    position : int
        Where the source goes on behind them.
    unreadable : pyarrow.Table
        Messages that are no lines at all (`messages.UNREADABLE`), to be kept.
    """

    lines: pa.Table
    position: int
    unreadable: pa.Table = field(default_factory=UNREADABLE.empty_table)


def take_in(
    ledger: Ledger,
    block: Block,
    source: Source,
    windows: Windows,
    *,
    not_after: int | None = None,
    ending: bool = False,
) -> Checkpoint:
    """Take in one block: close the windows whose time is up, and write a checkpoint.

    Parameters
    ----------
    ledger : Ledger
    block : Block
        Without lines when there is nothing more to come.
    source : Source
        What the whole stream is; it must have times.
    windows : Windows
    not_after : int, optional
        Microseconds since 1970; a later time does not move the watermark.
    ending : bool
        Close every window: no line follows.

    Returns
    -------
    Checkpoint
        The ledger's last one from now on. Its ``counts``: ``lines``, of which ``rejected`` (bad
        or duplicate), ``late``, ``unreadable`` and ``accepted``; ``open`` of them wait in windows
        (duplicates among them) and ``most_open`` is the most that ever waited at once.

    Raises
    ------
    Overtaken
        When another worker went on with the same share of the stream.
    """
    following = _step(ledger, block, source, windows, not_after, ending)
    if ending and not following.closed:
        following = _step(ledger, nothing(block.position), source, windows, not_after, ending)
    return following


def _step(
    ledger: Ledger,
    block: Block,
    source: Source,
    windows: Windows,
    not_after: int | None,
    ending: bool,
) -> Checkpoint:
    """Take in one block; one of bad lines alone leaves all windows as they are."""
    before = ledger.last
    paths = {kind: ledger.path(kind, ".parquet") for kind in (*KINDS, "open")}
    spool, waiting = ledger.path("block", ".arrow"), _waiting(ledger, source)
    newest = BEGINNING if before.newest is None else before.newest
    _spool(spool, block.lines)
    pipeline = flow.pipeline()
    arrived = pipeline | beam.Create([str(spool)]) | beam.Map(_unspooled)
    judged = arrived | ValidateLines(source) if len(block.lines) else Parted(arrived, arrived)
    found = judged.valid | SortByWatermark(windows, str(waiting), newest, not_after, ending)
    once = found.closing | GatherTransactions() | DropDuplicateLines()
    once.valid | FormBaskets() | WriteBaskets(paths["baskets"])
    counted = once.valid | "count sales" >> beam.Map(sales.count)
    counted = counted | "parts" >> flow.AllTogether() | "parts in one" >> beam.Map(_one)
    counted | "sales" >> WriteTable(paths["sales"])
    rejects = (judged.rejects, once.rejects) if len(block.lines) else (once.rejects,)
    rejects | beam.Flatten() | WriteRejects(paths["rejects"])
    found.late | "late" >> WriteTable(paths["late"])
    found.open | "open" >> WriteTable(paths["open"])
    flow.run(pipeline)
    if len(block.unreadable):
        canonical.write_parquet(paths["unreadable"], block.unreadable)
    spool.unlink()
    sorted_out = paths["open"].exists()
    if not sorted_out:
        shutil.copyfile(waiting, paths["open"])
    if before.waiting is None:
        waiting.unlink()
    following = _following(before, block, paths, ending and sorted_out)
    ledger.commit(following)
    return following


class WriteTable(beam.PTransform):
    """Write the one table that comes as parquet, with its metadata; none writes no file."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = str(path)

    def expand(self, table: beam.PCollection) -> beam.PCollection:
        """Write it."""
        return table | beam.Map(_write, self.path)


def run(
    ledger: Ledger,
    blocks: Iterator[Block],
    source: Source,
    windows: Windows,
    *,
    tell: Tell | None = None,
) -> Checkpoint:
    """Take in all blocks of a source that ends, and close every window behind the last.

    Parameters
    ----------
    ledger : Ledger
        A closed one stays as it is.
    blocks : iterator of Block
        From the ledger's position on.
    source : Source
        Its windows close with the last of its lines.
    windows : Windows
    tell : callable, optional
        Told every checkpoint.
    """
    rest = iter(()) if ledger.last.closed else blocks
    for block in rest:
        take_in(ledger, block, source, windows, ending=block.position >= source.n_lines)
        if tell:
            tell(ledger.last)
    if not ledger.last.closed:
        take_in(ledger, nothing(ledger.last.position), source, windows, ending=True)
    return ledger.last


def nothing(position: int) -> Block:
    """Return a block without lines."""
    return Block(lines.VALID.empty_table(), position)


def shown(checkpoint: Checkpoint, started: float) -> str:
    """Say in one line how far a stream has come; `started` as `time.perf_counter` gave it."""
    counts = checkpoint.counts
    return (
        f"{counts['lines']:,} lines, {counts['accepted']:,} accepted, "
        f"{counts['rejected']:,} rejected, {counts['late']:,} too late, {counts['open']:,} in open "
        f"windows, {time.perf_counter() - started:.0f} s"
    )


def _following(
    before: Checkpoint, block: Block, paths: dict[str, Path], ending: bool
) -> Checkpoint:
    """Return the checkpoint behind a block from what was written."""
    rows = {kind: _rows(path) for kind, path in paths.items()}
    for kind in ("rejects", "late"):
        if rows[kind] == 0:
            paths[kind].unlink(missing_ok=True)
    written = {kind: paths[kind].name for kind in KINDS if rows[kind]}
    newest = int(pq.read_schema(paths["open"]).metadata[b"newest"])
    counts = {
        "lines": len(block.lines) + len(block.unreadable),
        "rejected": rows["rejects"],
        "late": rows["late"],
        "unreadable": rows["unreadable"],
        "accepted": _accepted(paths["sales"]) if rows["sales"] else 0,
    }
    following = before.followed(
        written=written,
        counts=counts,
        position=block.position,
        newest=None if newest == BEGINNING else newest,
        waiting=paths["open"].name,
        closed=ending,
    )
    most = max(before.counts.get("most_open", 0), rows["open"])
    following.counts.update(open=rows["open"], most_open=most)
    return following


def _accepted(sales_path: Path) -> int:
    return int(pc.sum(pq.read_table(sales_path, columns=["lines"])["lines"]).as_py())


def _rows(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows) if path.exists() else 0


def _spool(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)


def _unspooled(path: str) -> pa.Table:
    with pa.OSFile(path) as stored, pa.ipc.open_file(stored) as file:
        return file.read_all()


def _waiting(ledger: Ledger, source: Source) -> Path:
    """Return the file of the lines that wait in open windows, an empty one at first."""
    if ledger.last.waiting is not None:
        return ledger.folder / ledger.last.waiting
    schema = lines.VALID
    if source.numbered:
        schema = schema.append(pa.field(LINE_NUMBER, pa.string()))
    path = ledger.path("none", ".parquet")
    canonical.write_parquet(path, schema.empty_table(), {"newest": str(BEGINNING)})
    return path


def _one(tables: Iterable[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables)


def _write(table: pa.Table, path: str) -> None:
    named = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
    canonical.write_parquet(path, table, metadata=named)


def settings(windows: Windows, **source: Any) -> dict[str, Any]:
    """Return what a stream is, for `ledger.settle`."""
    return {"window_s": windows.length_s, "lateness_s": windows.lateness_s, **source}
