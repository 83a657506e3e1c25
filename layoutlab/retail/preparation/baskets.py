"""Which categories were bought together? From receipts to baskets, with Beam.

Lines are cleaned by the transforms of `cleaning`; a basket that the file's blocks
cut in two is whole again after `GatherTransactions`, which sends all lines of a transaction to the
same part. What is written is sorted first: its bytes do not depend on the order in which Beam does
its work, nor on the runner.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from layoutlab import canonical, flow
from layoutlab.errors import InputError
from layoutlab.flow import beam
from layoutlab.retail.preparation import lines, receipts, sessions
from layoutlab.retail.preparation.cleaning import (
    CleanLines,
    DropDuplicateLines,
    FormVisits,
    Gather,
    GatherTransactions,
    MatchReturns,
    ReadReceipts,
    ValidateLines,
    WriteRejects,
    count_rejects,
)
from layoutlab.retail.preparation.hourly import CountSales, WriteSales
from layoutlab.retail.preparation.receipts import Source
from layoutlab.retail.preparation.returns import check as check_returns

__all__ = [
    "CleanLines",
    "DropDuplicateLines",
    "FormBaskets",
    "FormVisits",
    "Gather",
    "GatherTransactions",
    "MatchReturns",
    "ReadReceipts",
    "ValidateLines",
    "WriteBaskets",
    "WriteRejects",
    "WriteTables",
    "count_rejects",
    "prepare",
    "read_categories",
]

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


def prepare(
    receipts_path: str | Path,
    baskets_path: str | Path,
    rejects_path: str | Path,
    *,
    sales_path: str | Path | None = None,
    returns: str = "drop",
    gap_min: float | None = None,
    runner: str = flow.LOCAL,
    cluster: str | None = None,
) -> dict[str, Any]:
    """Turn receipts into baskets; lines that cannot be believed go to a file of their own.

    Parameters
    ----------
    receipts_path : str or Path
        A receipts file, see `layoutlab.retail.preparation.receipts.inspect`.
    baskets_path : str or Path
        Written as parquet: the columns of `SCHEMA`, one row per store and transaction, ordered by
        time, store and transaction. ``items`` are codes of categories, sorted, each once; the
        schema's metadata holds ``categories``, a JSON list in the order of the codes. ``time`` is
        the earliest of the basket's lines, ``customer_id`` the first in alphabetical order.
    rejects_path : str or Path
        Written as parquet (`lines.REJECTS`): every rejected line as text, its reason and its
        number in the file, ordered by that number. Text is as it came, except that duplicates and
        returns, found last, show their times and numbers as we read them.
    sales_path : str or Path, optional
        Written as parquet: sales per store, hour and category, see `sales`.
    returns : str
        ``drop``: lines of negative quantity are rejected and the sales they undo stay, as the
        published counts of Online Retail have it. ``match``: each is taken off the sale it undoes
        (`returns.match`); a sale taken back in full leaves the baskets.
    gap_min : float, optional
        Minutes of pause after which a customer's next line is another visit. Needed, and used,
        only when the file has no transactions at all (`layoutlab.retail.preparation.sessions`).
    runner, cluster : str
        Where the work is done, see `layoutlab.flow.pipeline`.

    Returns
    -------
    dict
        ``lines``, ``accepted``, ``rejected`` (accepted + rejected = lines), ``baskets``,
        ``categories``, ``basket_items`` (distinct pairs of basket and category), and under
        ``rejects`` for every reason ``lines`` and ``transactions``.

    Raises
    ------
    InputError
        As `receipts.inspect` and `flow.pipeline`, for an option out of its range, for a file
        without transactions when `gap_min` is not given or no times are, and when no valid line is
        left (the rejects are written then).
    """
    check_returns(returns)
    source = receipts.inspect(Path(receipts_path).absolute())
    gap_min = sessions.gap_of(source, gap_min)
    matching = returns == "match"
    pipeline = flow.pipeline(runner, cluster)
    clean = (
        pipeline
        | ReadReceipts(source)
        | CleanLines(source, match_returns=matching, gap_min=gap_min)
    )
    clean | WriteTables(source.currency, baskets_path, rejects_path, sales_path)
    flow.run(pipeline)
    return _counts(source, baskets_path, rejects_path, matching)


def _counts(
    source: Source, baskets_path: str | Path, rejects_path: str | Path, matching: bool
) -> dict[str, Any]:
    """Count what was written: the same on every runner, unlike Beam's own counters."""
    rejects = count_rejects(rejects_path, with_returns=matching)
    rejected = sum(reason["lines"] for reason in rejects.values())
    if rejected == source.n_lines:
        found = ", ".join(f"{n['lines']} {reason}" for reason, n in rejects.items() if n["lines"])
        raise InputError(
            f"expected at least one valid line in {source.path}, but all {rejected} are rejected "
            f"({found}); see {rejects_path}"
        )
    items = pq.read_table(baskets_path, columns=["items"])["items"]
    return {
        "lines": source.n_lines,
        "accepted": source.n_lines - rejected,
        "rejected": rejected,
        "rejects": rejects,
        "baskets": len(items),
        "basket_items": pc.sum(pc.list_value_length(items)).as_py(),
        "categories": len(read_categories(baskets_path)),
    }


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


class WriteTables(beam.PTransform):
    """From clean lines and rejects to the tables that `prepare` writes.

    Its last step follows from all others: DaskRunner computes what the last step needs, no more.
    """

    def __init__(
        self,
        currency: str,
        baskets_path: str | Path,
        rejects_path: str | Path,
        sales_path: str | Path | None = None,
    ) -> None:
        super().__init__()
        self.currency, self.sales_path = currency, sales_path
        self.baskets_path, self.rejects_path = baskets_path, rejects_path

    def expand(self, clean: Any) -> beam.PCollection:
        """Write baskets, rejects and, where a path is given, sales."""
        written = [
            clean.valid | FormBaskets() | WriteBaskets(Path(self.baskets_path).absolute()),
            clean.rejects | WriteRejects(Path(self.rejects_path).absolute()),
        ]
        if self.sales_path is not None:
            sold = clean.valid | CountSales()
            written.append(sold | WriteSales(Path(self.sales_path).absolute(), self.currency))
        return written | "all written" >> beam.Flatten()


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
        return baskets | flow.AllTogether() | beam.Map(write_baskets, str(self.path))


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
    columns = [heads[f"{name}_min"] for name in SCHEMA.names[:-1]]
    lists = pa.ListArray.from_arrays(pa.array(start.astype(np.int32)), items)
    metadata = {"categories": json.dumps(categories.to_pylist())}
    return pa.table([*columns, lists], SCHEMA.with_metadata(metadata))


def write_baskets(parts: Iterable[pa.Table], path: str) -> None:
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
