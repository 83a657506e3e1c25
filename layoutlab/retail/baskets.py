"""Which categories were bought together? From receipts to baskets, with Beam.

Elements are tables of many lines, never one line: a Python call per line costs some thirty times
as much. A basket that the file's blocks cut in two is whole again after `GatherTransactions`,
which sends all lines of a transaction to the same part. What is written is sorted first: its bytes
do not depend on the order in which Beam does its work.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layoutlab import canonical, flow
from layoutlab.errors import InputError
from layoutlab.flow import beam
from layoutlab.retail import lines, receipts
from layoutlab.retail.receipts import Source

PARTS = 8
ROW_GROUP_BASKETS = 16_384
SCHEMA = pa.schema(
    {
        "transaction_id": pa.string(),
        "time": pa.timestamp("us", "UTC"),
        "store_id": pa.string(),
        "customer_id": pa.string(),
        "items": pa.list_(pa.int32()),
    }
)
DUPLICATES = "duplicates"
REJECTS = "rejects"


def prepare(
    receipts_path: str | Path, baskets_path: str | Path, rejects_path: str | Path
) -> dict[str, Any]:
    """Turn receipts into baskets; lines that cannot be believed go to a file of their own.

    Parameters
    ----------
    receipts_path : str or Path
        A receipts file, see `layoutlab.retail.receipts.inspect`.
    baskets_path : str or Path
        Written as parquet: the columns of `SCHEMA`, one row per store and transaction, ordered by
        time, store and transaction. ``items`` are codes of categories, sorted, each once; the
        schema's metadata holds ``categories``, a JSON list in the order of the codes. ``time`` is
        the earliest of the basket's lines, ``customer_id`` the first in alphabetical order.
    rejects_path : str or Path
        Written as parquet (`lines.REJECTS`): every rejected line as text, its reason and its
        number in the file, ordered by that number. Text is as it came, except that duplicates,
        found last, show their times and numbers as we read them.

    Returns
    -------
    dict
        ``lines``, ``accepted``, ``rejected`` (accepted + rejected = lines), ``baskets``,
        ``categories``, ``basket_items`` (distinct pairs of basket and category), and under
        ``rejects`` for every reason ``lines`` and ``transactions``.

    Raises
    ------
    InputError
        As `receipts.inspect`, and when no valid line is left (the rejects are written then).
    """
    source = receipts.inspect(receipts_path)
    pipeline = flow.pipeline()
    judged = pipeline | ReadReceipts(source) | ValidateLines(source)
    gathered = judged.valid | GatherTransactions() | DropDuplicateLines()
    gathered.valid | FormBaskets() | WriteBaskets(baskets_path)
    (judged[REJECTS], gathered[DUPLICATES]) | beam.Flatten() | WriteRejects(rejects_path)
    counted = flow.run(pipeline)
    rejects = count_rejects(rejects_path)
    rejected = sum(reason["lines"] for reason in rejects.values())
    if rejected == source.n_lines:
        found = ", ".join(f"{n['lines']} {reason}" for reason, n in rejects.items() if n["lines"])
        raise InputError(
            f"expected at least one valid line in {receipts_path}, but all {rejected} are rejected "
            f"({found}); see {rejects_path}"
        )
    return {
        "lines": source.n_lines,
        "accepted": counted["accepted"],
        "rejected": rejected,
        "rejects": rejects,
        "baskets": counted["baskets"],
        "basket_items": counted["basket_items"],
        "categories": len(read_categories(baskets_path)),
    }


def count_rejects(rejects_path: str | Path) -> dict[str, dict[str, int]]:
    """Return lines and distinct transactions rejected for every reason, 0 included."""
    rejects = pq.read_table(rejects_path, columns=["reason", "store_id", "transaction_id"])
    counts = {}
    for reason in lines.REASONS:
        found = rejects.filter(pc.equal(rejects["reason"], reason))
        transactions = found.group_by(["store_id", "transaction_id"]).aggregate([])
        counts[reason] = {"lines": len(found), "transactions": len(transactions)}
    return counts


def read_categories(baskets_path: str | Path) -> list[str]:
    """Return the categories of a baskets file in the order of their codes.

    Raises
    ------
    InputError
        When the file is no baskets file.
    """
    try:
        named: list[str] = json.loads(pq.read_schema(baskets_path).metadata[b"categories"])
    except (OSError, pa.ArrowInvalid, TypeError, KeyError) as error:
        raise InputError(
            f"expected baskets as parquet with their categories in {baskets_path}"
        ) from error
    return named


class ReadReceipts(beam.PTransform):
    """Read a receipts file: tables of lines as they came, with their number, ``line``."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        """Read each row group as blocks of at most `receipts.BATCH_LINES` lines."""
        groups = receipts.row_groups(self.source.path)
        return pipeline | beam.Create(groups) | beam.FlatMap(_read_group, self.source.path)


class ValidateLines(beam.PTransform):
    """Part lines into ``valid`` (tables in the contract's types) and ``rejects``."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.source = source

    def expand(self, raw: beam.PCollection) -> Any:
        """Judge each block."""
        return raw | _parting(_judge, self.source).with_outputs(REJECTS, main="valid")


class GatherTransactions(beam.PTransform):
    """Bring the lines of a transaction together: one table per part, in the order they came."""

    def expand(self, valid: beam.PCollection) -> beam.PCollection:
        """Group parts of blocks by the hash of the transaction."""
        parts = valid | "part" >> beam.FlatMap(_part) | beam.GroupByKey()
        return parts | "join" >> beam.MapTuple(_join)


class DropDuplicateLines(beam.PTransform):
    """Part gathered lines into ``valid``, each once, and ``duplicates`` as rejects."""

    def expand(self, gathered: beam.PCollection) -> Any:
        """Look for repeated lines in each part."""
        return gathered | _parting(_once).with_outputs(DUPLICATES, main="valid")


class FormBaskets(beam.PTransform):
    """Turn gathered lines into tables of baskets, each coded by its own categories."""

    def expand(self, gathered: beam.PCollection) -> beam.PCollection:
        """Form the baskets of each part."""
        return gathered | beam.Map(_baskets)


class WriteBaskets(beam.PTransform):
    """Write all baskets as one sorted file; none at all write no file."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = path

    def expand(self, baskets: beam.PCollection) -> beam.PCollection:
        """Sort and write once."""
        return baskets | flow.AllTogether() | beam.Map(_write_baskets, str(self.path))


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


def _parting(part: Callable[..., Iterator[Any]], *arguments: Any) -> Any:
    """Return a step whose main output is told to be tables, as Beam cannot see from its tags."""
    return beam.FlatMap(part, *arguments).with_output_types(pa.Table)


def _read_group(group: tuple[int | None, int], path: str) -> Iterator[pa.Table]:
    row_group, first_line = group
    for table in receipts.raw_lines(path, row_group):
        line = np.arange(first_line, first_line + len(table))
        if len(table):
            yield table.append_column("line", pa.array(line))
        first_line += len(table)


def _judge(raw: pa.Table, source: Source) -> Iterator[Any]:
    valid, rejects = lines.validate(raw, source)
    if len(valid):
        yield valid
    if len(rejects):
        yield beam.pvalue.TaggedOutput(REJECTS, rejects)


def _part(valid: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """Cut a table into parts by the hash of the transaction, the same in every process."""
    coded = valid["transaction_id"].combine_chunks().dictionary_encode()
    hashes = pd.util.hash_array(coded.dictionary.to_numpy(zero_copy_only=False), categorize=False)
    part = (hashes % PARTS)[coded.indices.to_numpy()]
    for number in range(PARTS):
        rows = np.flatnonzero(part == number)
        if len(rows):
            yield number, valid.take(pa.array(rows))


def _join(_part: int, tables: Iterable[pa.Table]) -> pa.Table:
    ordered = sorted(tables, key=lambda table: table["line"][0].as_py())
    return pa.concat_tables(ordered).combine_chunks()


def _once(gathered: pa.Table) -> Iterator[Any]:
    """Yield the lines that are the first of their kind, and the others as rejects."""
    repeated = lines.repeated(gathered)
    if repeated.any():
        duplicates = gathered.filter(pa.array(repeated))
        yield beam.pvalue.TaggedOutput(DUPLICATES, lines.rejected_as(duplicates, "duplicate"))
        gathered = gathered.filter(pa.array(~repeated))
    flow.count("accepted", len(gathered))
    yield gathered


def _baskets(gathered: pa.Table) -> pa.Table:
    """Form the baskets of one part; the schema's metadata holds its categories."""
    categories = pa.array(sorted(gathered["category"].unique().to_pylist()))
    number = lines.numbered(gathered, "store_id", "transaction_id")
    number = pa.array(number).dictionary_encode().indices.to_numpy().astype(np.int64)
    code = pc.index_in(gathered["category"], value_set=categories).to_numpy()
    bought = lines.distinct(number * len(categories) + code)
    start = np.searchsorted(bought, np.arange(number.max() + 2) * len(categories))
    items = pa.array((bought % len(categories)).astype(np.int32))
    heads = gathered.append_column("basket", pa.array(number)).group_by("basket", use_threads=False)
    heads = heads.aggregate(
        [(name, "min") for name in ("transaction_id", "time", "store_id", "customer_id")]
    ).sort_by("basket")
    flow.count("baskets", len(heads))
    flow.count("basket_items", len(items))
    columns = [heads[f"{name}_min"] for name in SCHEMA.names[:-1]]
    lists = pa.ListArray.from_arrays(pa.array(start.astype(np.int32)), items)
    metadata = {"categories": json.dumps(categories.to_pylist())}
    return pa.table([*columns, lists], SCHEMA.with_metadata(metadata))


def _write_baskets(parts: Iterable[pa.Table], path: str) -> None:
    """Write parts as one file: coded by the categories of all, sorted."""
    coded = [(table, json.loads(table.schema.metadata[b"categories"])) for table in parts]
    categories = sorted({name for _, names in coded for name in names})
    baskets = pa.concat_tables(_recoded(table, names, categories) for table, names in coded)
    order = [(name, "ascending") for name in ("time", "store_id", "transaction_id")]
    metadata = {"categories": json.dumps(categories)}
    canonical.write_parquet(path, baskets.sort_by(order), metadata, ROW_GROUP_BASKETS)


def _recoded(table: pa.Table, names: list[str], categories: list[str]) -> pa.Table:
    """Replace codes by those of more categories; both are sorted, so items stay sorted."""
    lists = table["items"].combine_chunks()
    codes = np.searchsorted(categories, names).astype(np.int32)
    items = pa.array(codes[lists.values.to_numpy()])
    recoded = pa.ListArray.from_arrays(lists.offsets, items)
    return table.set_column(4, "items", recoded).cast(SCHEMA)


def _write_rejects(tables: Iterable[pa.Table], path: str) -> None:
    canonical.write_parquet(path, pa.concat_tables(tables).sort_by("line"))
