"""What do receipts become while they come? The same tables as those of a finished file, live.

Lines are taken in block by block. Each block goes through the transforms of the batch, up to the
point where a batch would have to wait for its end: valid lines wait in their event-time window
(`windows`), and those of closed windows go on: rid of duplicates and, where asked for, of returns,
put into visits (`settling`), formed into baskets and summed. What a block led to is written, and
then named by one checkpoint together with the position in the source (`ledger`): a stream that was
interrupted or killed goes on from there as if nothing had happened. What is held in memory is one
block, the lines of open windows, and what `remembering` keeps of closed ones.
"""

import shutil
import time
from collections.abc import Callable, Iterator
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
from layoutlab.retail.preparation.cleaning import Parted, ValidateLines, WriteRejects
from layoutlab.retail.preparation.receipts import Source
from layoutlab.retail.streaming import forgotten
from layoutlab.retail.streaming.ledger import Checkpoint, Ledger
from layoutlab.retail.streaming.messages import UNREADABLE
from layoutlab.retail.streaming.settling import STATE, Cleaning, settle, waiting_schema
from layoutlab.retail.streaming.windows import BEGINNING, SortByWatermark, Windows, newest_of
from layoutlab.retail.streaming.writing import WriteParts, WriteTable

KINDS = ("baskets", "sales", "sold", "rejects", "late", "unreadable")
WAITING = ("open", "held", "visits")
PLAIN = Cleaning()
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
    cleaning: Cleaning = PLAIN,
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
    cleaning : Cleaning
    not_after : int, optional
        Microseconds since 1970; a later time does not move the watermark.
    ending : bool
        Close every window: no line follows.

    Returns
    -------
    Checkpoint
        The ledger's last one from now on. Its ``counts``: ``lines``, of which ``rejected`` (bad
        or duplicate, or returns and what they undo), ``late``, ``unreadable`` and ``accepted``;
        ``open`` of them wait in windows (duplicates among them), for returns or in open visits,
        and ``most_open`` is the most that ever waited at once.

    Raises
    ------
    Overtaken
        When another worker went on with the same share of the stream.
    """
    arguments = source, windows, cleaning, not_after, ending
    following = _step(ledger, block, *arguments)
    if ending and not following.closed:
        following = _step(ledger, nothing(block.position), *arguments)
    return following


def _step(
    ledger: Ledger,
    block: Block,
    source: Source,
    windows: Windows,
    cleaning: Cleaning,
    not_after: int | None,
    ending: bool,
) -> Checkpoint:
    """Take in one block; one of bad lines alone leaves all windows as they are."""
    before = ledger.last
    paths = {kind: ledger.path(kind, ".parquet") for kind in (*KINDS, "open", *STATE)}
    spool, waiting = ledger.path("block", ".arrow"), _waiting(ledger, source)
    newest = BEGINNING if before.newest is None else before.newest
    kept = {name: ledger.folder / before.state[name] for name in STATE if name in before.state}
    _spool(spool, block.lines if len(block.lines) else waiting_schema(source).empty_table())
    pipeline = flow.pipeline()
    arrived = pipeline | beam.Create([str(spool)]) | beam.Map(_unspooled)
    judge = ValidateLines(source, with_returns=cleaning.matching)
    judged = arrived | judge if len(block.lines) else Parted(arrived, arrived)
    found = judged.valid | SortByWatermark(windows, str(waiting), newest, not_after, ending)
    settled = settle(found, source, windows, cleaning, kept=kept, newest=newest, ending=ending)
    settled.valid | FormBaskets() | WriteBaskets(paths["baskets"])
    settled.valid | "sales" >> WriteParts(paths["sales"], sales.count)
    if cleaning.matching:
        settled.valid | "sold" >> WriteParts(paths["sold"], forgotten.sold)
    for name, table in settled.state.items():
        table | name >> WriteParts(paths[name])
    rejects = (judged.rejects, *settled.rejects) if len(block.lines) else settled.rejects
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
    if "open" not in before.state:
        waiting.unlink()
    following = _following(before, block, paths, ending and sorted_out)
    ledger.commit(following)
    return following


def run(
    ledger: Ledger,
    blocks: Iterator[Block],
    source: Source,
    windows: Windows,
    cleaning: Cleaning = PLAIN,
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
    cleaning : Cleaning
    tell : callable, optional
        Told every checkpoint.
    """
    rest = iter(()) if ledger.last.closed else blocks
    for block in rest:
        ending = block.position >= source.n_lines
        take_in(ledger, block, source, windows, cleaning, ending=ending)
        if tell:
            tell(ledger.last)
    if not ledger.last.closed:
        take_in(ledger, nothing(ledger.last.position), source, windows, cleaning, ending=True)
    return ledger.last


def nothing(position: int) -> Block:
    """Return a block without lines."""
    return Block(lines.VALID.empty_table(), position)


def shown(checkpoint: Checkpoint, started: float) -> str:
    """Say in one line how far a stream has come; `started` as `time.perf_counter` gave it."""
    counts = checkpoint.counts
    return (
        f"{counts['lines']:,} lines, {counts['accepted']:,} accepted, "
        f"{counts['rejected']:,} rejected, {counts['late']:,} too late, {counts['open']:,} "
        f"waiting, {time.perf_counter() - started:.0f} s"
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
    newest = newest_of(pq.read_schema(paths["open"]))
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
        state={kind: paths[kind].name for kind in ("open", *STATE) if paths[kind].exists()},
        closed=ending,
    )
    waiting = sum(rows[kind] for kind in WAITING)
    most = max(before.counts.get("most_open", 0), waiting)
    following.counts.update(open=waiting, most_open=most)
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
    if "open" in ledger.last.state:
        return ledger.folder / ledger.last.state["open"]
    path, none = ledger.path("none", ".parquet"), waiting_schema(source).empty_table()
    canonical.write_parquet(path, none, {"newest": str(BEGINNING)})
    return path


def settings(
    source: Source, windows: Windows, cleaning: Cleaning, **described: Any
) -> dict[str, Any]:
    """Return what a stream is, for `ledger.settle`."""
    cut = {"window_s": windows.length_s, "lateness_s": windows.lateness_s}
    return cut | cleaning.settings(source) | described
