"""How does a stream write what a block led to? Tables as parquet, with their metadata."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa

from layoutlab import canonical, flow
from layoutlab.flow import beam


class WriteParts(beam.PTransform):
    """Write tables, each through a function, as one parquet file; none write no file."""

    def __init__(self, path: str | Path, of: Callable[[pa.Table], pa.Table] | None = None) -> None:
        super().__init__()
        self.path, self.of = path, of

    def expand(self, tables: beam.PCollection) -> beam.PCollection:
        """Bring together and write."""
        if self.of is not None:
            tables = tables | beam.Map(self.of)
        return tables | flow.AllTogether() | "in one" >> beam.Map(_one) | WriteTable(self.path)


class WriteTable(beam.PTransform):
    """Write the one table that comes as parquet, with its metadata; none writes no file."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = str(path)

    def expand(self, table: beam.PCollection) -> beam.PCollection:
        """Write it."""
        return table | beam.Map(_write, self.path)


def _one(tables: Iterable[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables)


def _write(table: pa.Table, path: str) -> None:
    named = {key.decode(): text.decode() for key, text in (table.schema.metadata or {}).items()}
    canonical.write_parquet(path, table, metadata=named)
