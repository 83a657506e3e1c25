"""When is a line settled? From lines of closed windows to those of tables, with what must wait.

The steps are the batch's, in its order: duplicates dropped, returns matched, visits formed. Each
gets, with the lines of the windows that close, what `remembering` kept of those before, and gives
out what is settled and what to keep. All of it is in files that a checkpoint names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from layoutlab.errors import InputError
from layoutlab.flow import beam
from layoutlab.retail.preparation import lines, returns, sessions
from layoutlab.retail.preparation.cleaning import (
    DropDuplicateLines,
    Gather,
    GatherTransactions,
)
from layoutlab.retail.preparation.receipts import LINE_NUMBER, Source
from layoutlab.retail.streaming import remembering
from layoutlab.retail.streaming.remembering import Named, padded
from layoutlab.retail.streaming.windows import MICROS, Sorted, Windows, newest_of

STATE = ("seen", "held", "visits")
HORIZON_S = 30 * 86_400
VISITOR = ("store_id", "customer_id")
END = 2**62


@dataclass(frozen=True)
class Cleaning:
    """What becomes of returns, of lines without transactions, and how long a sale is remembered.

    Attributes
    ----------
    returns : str
        ``drop`` or ``match``, as for `baskets.prepare`.
    gap_min : float or None
        Minutes between two visits, above 0, where there are no transactions.
    horizon_s : int
        Seconds of event time behind the end of a sale's window in which a return can still undo
        it, and in which a line of the same number repeats it; at least 0. Sales of known customers
        wait that long when returns are matched.
    """

    returns: str = "drop"
    gap_min: float | None = None
    horizon_s: int = HORIZON_S

    def __post_init__(self) -> None:
        returns.check(self.returns)
        if self.gap_min is not None:
            sessions.check_gap(self.gap_min)
        if self.horizon_s < 0:
            raise InputError(f"horizon: expected at least 0 s, got {self.horizon_s}")

    @property
    def matching(self) -> bool:
        """Whether returns are matched to their sales."""
        return self.returns == "match"

    @property
    def horizon_us(self) -> int:
        """The horizon in microseconds."""
        return self.horizon_s * MICROS

    def settings(self, source: Source) -> dict[str, Any]:
        """Return what makes another stream of the same source."""
        return {
            "returns": self.returns,
            "gap_min": sessions.gap_of(source, self.gap_min),
            "horizon_s": self.horizon_s,
        }


class Settled(NamedTuple):
    """Lines of closed windows, and what is kept of them.

    Attributes
    ----------
    valid, rejects : PCollection of pyarrow.Table
        Lines that nothing can change any more, and rejects (`lines.REJECTS`).
    state : dict of str to PCollection of pyarrow.Table
        What is remembered, by its name in `STATE`.
    """

    valid: beam.PCollection
    rejects: list[beam.PCollection]
    state: dict[str, beam.PCollection]


class WithRemembered(beam.PTransform):
    """Gather lines with what is remembered by some columns, and let a step sort each part.

    Gives a PCollection for each name of the step's tables; empty tables are left out.
    """

    def __init__(
        self,
        step: Callable[..., Iterator[Named]],
        names: tuple[str, ...],
        by: tuple[str, ...],
        schema: pa.Schema,
        kept: Path | None,
        *arguments: Any,
    ) -> None:
        super().__init__()
        self.step, self.names, self.by, self.schema = step, names, by, schema
        self.kept, self.arguments = kept, arguments

    def expand(self, new: beam.PCollection) -> Any:
        """Read, gather, sort."""
        read = beam.Create([] if self.kept is None else [str(self.kept)], reshuffle=False)
        old = new.pipeline | read | beam.Map(_read, self.schema).with_output_types(pa.Table)
        wide = new | "widen" >> beam.Map(padded, self.schema).with_output_types(pa.Table)
        gathered = (wide, old) | beam.Flatten() | Gather(*self.by)
        sort = beam.FlatMap(_in_turn, self.step, *self.arguments)
        named = gathered | "sort" >> sort.with_output_types(Named)
        return {
            name: named | name >> beam.FlatMap(_called, name).with_output_types(pa.Table)
            for name in self.names
        }


def settle(
    found: Sorted,
    source: Source,
    windows: Windows,
    cleaning: Cleaning,
    *,
    kept: Mapping[str, Path],
    newest: int,
    ending: bool,
) -> Settled:
    """Settle the lines of closing windows, as far as they can be.

    Parameters
    ----------
    found : Sorted
    source : Source
    windows : Windows
    cleaning : Cleaning
    kept : mapping of str to Path
        The files of what was remembered so far, by its name in `STATE`.
    newest : int
        The newest time of all earlier lines, microseconds since 1970.
    ending : bool
        Whether all windows close now.
    """

    def known(behind_us: int) -> Any:
        """Give the end of the last window that has been closed for so long."""
        before = END if ending else windows.closed_to(newest, behind_us)
        now = beam.Map(_closed_to, windows, behind_us, ending)
        name = "settled" if behind_us else "closed"
        return beam.pvalue.AsSingleton(found.open | name >> now, before)

    schema, horizon_us = waiting_schema(source), cleaning.horizon_us
    closed, state = known(0), {}
    if source.numbered and source.transacted:
        step = WithRemembered(
            remembering.once, ("valid", "rejects", "seen"), ("transaction_id",), schema,
            kept.get("seen"), windows, horizon_us, closed,
        )  # fmt: skip
        once = found.closing | "once" >> step
        valid, rejects, state["seen"] = once["valid"], [once["rejects"]], once["seen"]
    else:
        by = ("transaction_id",) if source.transacted else VISITOR
        once = found.closing | Gather(*by) | DropDuplicateLines()
        valid, rejects = once.valid, [once.rejects]
    if cleaning.matching:
        step = WithRemembered(
            remembering.take_back, ("settled", "rejects", "held"), returns.WHOSE,
            schema.append(remembering.LEFT), kept.get("held"), windows, horizon_us, closed,
        )  # fmt: skip
        back = valid | "take back" >> step
        valid, rejects, state["held"] = back["settled"], [*rejects, back["rejects"]], back["held"]
    if not source.transacted:
        settled = known(horizon_us) if cleaning.matching else closed
        step = WithRemembered(
            remembering.end_visits, ("settled", "open"), VISITOR, schema, kept.get("visits"),
            cleaning.gap_min, settled,
        )  # fmt: skip
        visits = valid | "end visits" >> step
        valid, state["visits"] = visits["settled"], visits["open"]
    if cleaning.matching or not source.transacted:
        valid = valid | "gather again" >> GatherTransactions()
    return Settled(valid, rejects, state)


def waiting_schema(source: Source) -> pa.Schema:
    """Return the schema of the lines that wait in open windows."""
    if not source.numbered:
        return lines.VALID
    return lines.VALID.append(pa.field(LINE_NUMBER, pa.string()))


def _closed_to(waiting: pa.Table, windows: Windows, behind_us: int, ending: bool) -> int:
    """Return the boundary from the lines still open, whose metadata holds the newest time."""
    return END if ending else windows.closed_to(newest_of(waiting.schema), behind_us)


def _read(path: str, schema: pa.Schema) -> pa.Table:
    return padded(pq.read_table(path, use_threads=False), schema)


def _in_turn(
    part: pa.Table, step: Callable[..., Iterator[Named]], *arguments: Any
) -> Iterator[Named]:
    for name, table in step(part, *arguments):
        if len(table):
            yield name, table


def _called(named: Named, name: str) -> Iterator[pa.Table]:
    if named[0] == name:
        yield named[1]
