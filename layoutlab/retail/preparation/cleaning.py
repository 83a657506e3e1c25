"""Which lines are left to work on? From lines as they came to clean ones, with Beam.

Elements are tables of many lines, never one line: a Python call per line costs some thirty times
as much. Lines that have to be seen together, of one transaction or of one customer and sku, are
sent to the same part by the hash of what they share. Nothing depends on the order of elements.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layoutlab import canonical, flow
from layoutlab.flow import beam
from layoutlab.retail.preparation import lines, receipts, returns, sessions
from layoutlab.retail.preparation.receipts import Source

PARTS = 8
MIX = np.uint64(1_099_511_628_211)


class Parted(NamedTuple):
    """Lines parted in two.

    Attributes
    ----------
    valid, rejects : PCollection of pyarrow.Table
        Lines in the contract's types (`lines.VALID`), and others (`lines.REJECTS`).
    """

    valid: beam.PCollection
    rejects: beam.PCollection


class ReadReceipts(beam.PTransform):
    """Read a receipts file: tables of lines as they came, with their number, ``line``."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        """Read each row group as blocks of at most `receipts.BATCH_LINES` lines."""
        groups = receipts.row_groups(self.source.path)
        return pipeline | beam.Create(groups) | beam.FlatMap(_read_group, self.source)


class ValidateLines(beam.PTransform):
    """Part lines as they came into ``valid`` and ``rejects``, returns valid if `with_returns`."""

    def __init__(self, source: Source, *, with_returns: bool = False) -> None:
        super().__init__()
        self.source, self.with_returns = source, with_returns

    def expand(self, raw: beam.PCollection) -> Any:
        """Judge each block."""
        return _parted(raw, _judge, self.source, self.with_returns)


class Gather(beam.PTransform):
    """Bring together lines that share some columns' values: one table per part, any order."""

    def __init__(self, *columns: str) -> None:
        super().__init__()
        self.columns = columns

    def expand(self, valid: beam.PCollection) -> beam.PCollection:
        """Group parts of blocks by the hash of the columns."""
        parts = valid | "part" >> beam.FlatMap(_part, self.columns) | beam.GroupByKey()
        return parts | "join" >> beam.MapTuple(_join)


class GatherTransactions(beam.PTransform):
    """Bring the lines of a transaction together: one table per part."""

    def expand(self, valid: beam.PCollection) -> beam.PCollection:
        """Group parts of blocks by the hash of the transaction."""
        return valid | Gather("transaction_id")


class DropDuplicateLines(beam.PTransform):
    """Part gathered lines into ``valid``, each once, and duplicates as ``rejects``."""

    def expand(self, gathered: beam.PCollection) -> Any:
        """Look for repeated lines in each part."""
        return _parted(gathered, _once)


class MatchReturns(beam.PTransform):
    """Part lines, each there once, into sales left over and ``rejects``: see `returns.match`."""

    def expand(self, valid: beam.PCollection) -> Any:
        """Gather lines by store, customer and sku, then match in each part."""
        return _parted(valid | Gather(*returns.WHOSE), _match)


class FormVisits(beam.PTransform):
    """Name visits as transactions where there are none: see `sessions.sessionise`."""

    def __init__(self, gap_min: float) -> None:
        super().__init__()
        self.gap_min = gap_min

    def expand(self, valid: beam.PCollection) -> beam.PCollection:
        """Gather lines by store and customer, then cut at the gaps in each part."""
        gathered = valid | Gather("store_id", "customer_id")
        return gathered | beam.Map(sessions.sessionise, gap_min=self.gap_min)


class CleanLines(beam.PTransform):
    """From lines as they came to gathered clean ones: the composition of all of the above.

    Parameters
    ----------
    source : Source
    match_returns : bool
        Whether returns are matched to their sales, or rejected.
    gap_min : float, optional
        Minutes between visits; needed when the source has no transactions.
    """

    def __init__(self, source: Source, *, match_returns: bool = False, gap_min: float = 0.0):
        super().__init__()
        self.source, self.match_returns, self.gap_min = source, match_returns, gap_min

    def expand(self, raw: beam.PCollection) -> Any:
        """Judge, gather, drop duplicates, match returns, form visits, gather again."""
        whole = self.source.transacted
        judged = raw | ValidateLines(self.source, with_returns=self.match_returns)
        by = GatherTransactions() if whole else Gather("store_id", "customer_id")
        once = judged.valid | by | DropDuplicateLines()
        valid, rejects = once.valid, [judged.rejects, once.rejects]
        if self.match_returns:
            matched = valid | MatchReturns()
            valid, rejects = matched.valid, [*rejects, matched.rejects]
        if not whole:
            valid = valid | FormVisits(self.gap_min)
        if self.match_returns or not whole:
            valid = valid | "gather again" >> GatherTransactions()
        return Parted(valid, rejects | beam.Flatten())


class WriteRejects(beam.PTransform):
    """Write all rejects as one file in the order of the lines; none write an empty table."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = path

    def expand(self, rejects: beam.PCollection) -> beam.PCollection:
        """Sort and write once."""
        none = rejects.pipeline | beam.Create([lines.REJECTS.empty_table()])
        tables = (rejects, none) | "none too" >> beam.Flatten()
        return tables | flow.AllTogether() | beam.Map(_write_rejects, str(self.path))


def count_rejects(
    rejects_path: str | Path, *, with_returns: bool = False
) -> dict[str, dict[str, int]]:
    """Return lines and distinct transactions rejected for every reason, 0 included.

    The reasons are those of `lines.REASONS`, and of `returns.REASONS` if `with_returns`.
    """
    rejects = pq.read_table(rejects_path, columns=["reason", "store_id", "transaction_id"])
    counts = {}
    for reason in lines.REASONS | (returns.REASONS if with_returns else {}):
        found = rejects.filter(pc.equal(rejects["reason"], reason))
        transactions = found.group_by(["store_id", "transaction_id"]).aggregate([])
        counts[reason] = {"lines": len(found), "transactions": len(transactions)}
    return counts


def _parted(tables: beam.PCollection, part: Callable[..., Any], *arguments: Any) -> Parted:
    """Take apart what a step returns as a pair (valid, rejects), leaving out empty tables.

    Not Beam's tagged outputs: Beam 2.77's DaskRunner gives every output to every consumer.
    """
    pairs = tables | "part" >> beam.FlatMap(_in_turn, part, *arguments).with_output_types(
        tuple[str, pa.Table]
    )
    valid, rejects = (
        pairs | name >> beam.FlatMap(_called, name).with_output_types(pa.Table)
        for name in Parted._fields
    )
    return Parted(valid, rejects)


def _in_turn(
    table: pa.Table, part: Callable[..., Any], *arguments: Any
) -> Iterator[tuple[str, pa.Table]]:
    for name, found in zip(Parted._fields, part(table, *arguments), strict=True):
        if len(found):
            yield name, found


def _called(named: tuple[str, pa.Table], name: str) -> Iterator[pa.Table]:
    if named[0] == name:
        yield named[1]


def _read_group(group: tuple[int | None, int], source: Source) -> Iterator[pa.Table]:
    row_group, first_line = group
    for table in receipts.raw_lines(source.path, row_group, numbered=source.numbered):
        line = np.arange(first_line, first_line + len(table))
        if len(table):
            yield table.append_column("line", pa.array(line))
        first_line += len(table)


def _judge(raw: pa.Table, source: Source, with_returns: bool) -> tuple[pa.Table, pa.Table]:
    return lines.validate(raw, source, with_returns=with_returns)


def _part(valid: pa.Table, columns: tuple[str, ...]) -> Iterator[tuple[int, pa.Table]]:
    """Cut a table into parts by the hash of some columns, the same in every process."""
    mixed = np.zeros(len(valid), np.uint64)
    for name in columns:
        coded = pc.fill_null(valid[name], "").combine_chunks().dictionary_encode()
        values = coded.dictionary.to_numpy(zero_copy_only=False)
        hashes = pd.util.hash_array(values, categorize=False)
        mixed = mixed * MIX + hashes[coded.indices.to_numpy()]
    part = mixed % PARTS
    for number in range(PARTS):
        rows = np.flatnonzero(part == number)
        if len(rows):
            yield number, valid.take(pa.array(rows))


def _join(_part: int, tables: Iterable[pa.Table]) -> pa.Table:
    ordered = sorted(tables, key=lambda table: table["line"][0].as_py())
    return pa.concat_tables(ordered).combine_chunks()


def _once(gathered: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the lines that are the first of their kind, and the others as rejects."""
    repeated = lines.repeated(gathered)
    if not repeated.any():
        return gathered, lines.REJECTS.empty_table()
    duplicates = gathered.filter(pa.array(repeated))
    rejects = lines.rejected_as(duplicates, "duplicate")
    return gathered.filter(pa.array(~repeated)), rejects


def _match(gathered: pa.Table) -> tuple[pa.Table, pa.Table]:
    return returns.match(gathered)


def _write_rejects(tables: Iterable[pa.Table], path: str) -> None:
    canonical.write_parquet(path, pa.concat_tables(tables).sort_by("line"))
