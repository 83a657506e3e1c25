"""How does a receipts file come as a stream? Block by block, at a chosen speed of event time."""

import math
import select
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layoutlab.errors import InputError
from layoutlab.interrupts import Interrupts
from layoutlab.retail.preparation import lines, receipts, sessions
from layoutlab.retail.preparation.receipts import Source
from layoutlab.retail.streaming import ledger, stream
from layoutlab.retail.streaming.ledger import Checkpoint, Ledger, Overtaken
from layoutlab.retail.streaming.settling import Cleaning
from layoutlab.retail.streaming.stream import Block, Tell
from layoutlab.retail.streaming.windows import BEGINNING, Windows

BLOCK_LINES = 4 * receipts.BATCH_LINES
WALL_S = 5.0


def inspect(path: str, gap_min: float | None = None) -> Source:
    """Check a receipts file as `receipts.inspect`, and that a stream can be made of it.

    Raises
    ------
    InputError
        Also when no line has a time, or none has a transaction and there is no gap between visits.
    """
    source = receipts.inspect(path)
    if not source.timed:
        raise InputError(f"expected receipts with times to replay, but no line of {path} has one")
    sessions.gap_of(source, gap_min)
    return source


def run(
    source: Source,
    folder: str | Path,
    windows: Windows,
    cleaning: Cleaning = stream.PLAIN,
    *,
    speed: float = math.inf,
    tell: Tell | None = None,
) -> Checkpoint:
    """Replay a file into a folder, from where an earlier run was interrupted or killed.

    Parameters
    ----------
    source : Source
        From `inspect`.
    folder : str or Path
        Gets the checkpoints and what they name; `tables` makes tables of them.
    windows : Windows
    cleaning : Cleaning
    speed : float
        See `paced`.
    tell : callable, optional
        Told every checkpoint.

    Raises
    ------
    InputError
        When the folder holds another stream or another run writes to it, or the speed is not
        above 0.
    KeyboardInterrupt
        Between two blocks, with all before it kept.
    """
    described = {"file": Path(source.path).name, "lines": source.n_lines}
    ledger.settle(folder, stream.settings(source, windows, cleaning, **described))
    held = Ledger(share_folder(folder))
    with Interrupts() as interrupts:
        arriving = paced(blocks(source, held.last.position), speed, wait=_waiting_for(interrupts))
        try:
            heard = _heard(arriving, interrupts)
            return stream.run(held, heard, source, windows, cleaning, tell=tell)
        except Overtaken as error:
            raise InputError(f"another replay is at work in {folder}") from error


def share_folder(folder: str | Path) -> Path:
    """Return where in a folder the checkpoints of a replay are."""
    return Path(folder) / "replay"


def _waiting_for(interrupts: Interrupts) -> Callable[[float], None]:
    """Return what passes time, and ends early when an interrupt is noted."""

    def wait(seconds: float) -> None:
        select.select([interrupts.ready], [], [], seconds)

    return wait


def _heard(arriving: Iterator[Block], interrupts: Interrupts) -> Iterator[Block]:
    """Raise a noted interrupt before each block."""
    for block in arriving:
        interrupts.raise_noted()
        yield block


def blocks(source: Source, position: int = 0, *, at_most: int = BLOCK_LINES) -> Iterator[Block]:
    """Yield a file's lines in the order they stand there, as fast as they are taken.

    Parameters
    ----------
    source : Source
    position : int
        Lines to leave out: those already taken in.
    at_most : int
        Lines of a block, at least 1.
    """
    waiting: list[pa.Table] = []
    for table in _numbered(source, position):
        waiting.append(table)
        while sum(map(len, waiting)) >= at_most:
            whole = pa.concat_tables(waiting)
            yield _block(whole.slice(0, at_most))
            waiting = [whole.slice(at_most)]
    if sum(map(len, waiting)):
        yield _block(pa.concat_tables(waiting))


def _numbered(source: Source, position: int) -> Iterator[pa.Table]:
    """Yield a file's lines from a position on, with their numbers."""
    groups = receipts.row_groups(source.path)
    ends = [*(first for _, first in groups[1:]), source.n_lines]
    for (group, first), end in zip(groups, ends, strict=True):
        if end <= position:
            continue
        for table in receipts.raw_lines(source.path, group, numbered=source.numbered):
            line = pa.array(np.arange(first, first + len(table)))
            yield table.append_column("line", line).slice(max(position - first, 0))
            first += len(table)


def _block(table: pa.Table) -> Block:
    return Block(table, table["line"][-1].as_py() + 1)


def paced(
    arriving: Iterator[Block],
    speed: float,
    *,
    wall_s: float = WALL_S,
    now: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[Block]:
    """Give out lines when their event time has come, so many times faster than they happened.

    Parameters
    ----------
    arriving : iterator of Block
    speed : float
        Seconds of event time in one second, above 0; infinity to wait for nothing.
    wall_s : float
        Seconds between two blocks at least, above 0.
    now, wait : callable
        The clock, in seconds, and what passes time.

    Raises
    ------
    InputError
        When the speed is not above 0.
    """
    if not speed > 0:
        raise InputError(f"speed: expected a number above 0, got {speed}")
    return arriving if math.isinf(speed) else _paced(arriving, speed, wall_s, now, wait)


def _paced(
    arriving: Iterator[Block],
    speed: float,
    wall_s: float,
    now: Callable[[], float],
    wait: Callable[[float], None],
) -> Iterator[Block]:
    began, first = now(), None
    for block in arriving:
        event_s = _event_s(block.lines, first)
        first = event_s[0] if first is None else first
        due = (event_s - first) / speed
        tick = np.ceil(due / wall_s)
        cuts = [0, *(np.flatnonzero(np.diff(tick)) + 1), len(tick)]
        for low, high in pairwise(cuts):
            wait(max(began + tick[low] * wall_s - now(), 0.0))
            part = block.lines.slice(low, high - low)
            yield Block(part, block.position - len(tick) + high)


def _event_s(raw: pa.Table, first: float | None) -> np.ndarray:
    """Return the newest event time up to each line, in seconds; lines without one wait for none."""
    time_us = pc.fill_null(lines.times(raw["time"])[1].cast(pa.int64()), BEGINNING).to_numpy()
    known = time_us[time_us != BEGINNING]
    if first is None:
        first = known[0] / 1e6 if len(known) else 0.0
    return np.asarray(np.maximum.accumulate(np.maximum(time_us / 1e6, first)))


def disturbed(
    receipts_lines: pa.Table,
    *,
    late: float = 0.05,
    duplicates: float = 0.01,
    delay_s: int = 3_600,
    rng: np.random.Generator,
) -> pa.Table:
    """Return lines in an order in which they may arrive: some late, some twice.

    Parameters
    ----------
    receipts_lines : pyarrow.Table
        Receipts in the order of their time.
    late, duplicates : float
        Shares of lines that arrive late, and of lines that arrive a second time, 0 to 1.
    delay_s : int
        A late line, and a second copy, comes up to so many seconds of event time after its own;
        at least 0.
    rng : numpy.random.Generator
    """
    n = len(receipts_lines)
    time_us = lines.times(receipts_lines["time"])[1].cast(pa.int64())
    event = np.asarray(pc.fill_null(pc.fill_null_forward(time_us), 0))
    again = np.sort(rng.choice(n, round(n * duplicates), replace=False))
    chosen = np.concatenate([np.arange(n), again])
    delay = np.zeros(len(chosen), np.int64)
    held = np.concatenate(
        [rng.choice(n, round(n * late), replace=False), np.arange(n, len(chosen))]
    )
    delay[held] = rng.integers(0, delay_s * 1_000_000, len(held), endpoint=True)
    order = np.argsort(event[chosen] + delay, kind="stable")
    return receipts_lines.take(pa.array(chosen[order])).combine_chunks()
