"""What sold in which hour? Sales counted over clean lines, with Beam."""

from pathlib import Path

from layoutlab import flow
from layoutlab.flow import beam
from layoutlab.retail.preparation import sales


class CountSales(beam.PTransform):
    """Count clean lines by store, hour and category, as `sales.count`: one table."""

    def expand(self, clean: beam.PCollection) -> beam.PCollection:
        """Count each table, then add up."""
        parts = clean | "count" >> beam.Map(sales.count)
        return parts | flow.AllTogether() | "add up" >> beam.Map(sales.add_up)


class WriteSales(beam.PTransform):
    """Write sales as parquet (`sales.SCHEMA`), ordered by store, hour and category."""

    def __init__(self, path: str | Path, currency: str) -> None:
        super().__init__()
        self.path, self.currency = str(path), currency

    def expand(self, counted: beam.PCollection) -> beam.PCollection:
        """Write the one element."""
        return counted | beam.Map(sales.write, self.path, self.currency)
