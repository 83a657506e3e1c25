"""What do your receipts say? `retail import`, `retail baskets`."""

import argparse
from typing import Any

from layoutlab.commands import add_verb, say

AT_LENGTH = ("coverage", "quantity", "unit_price", "extreme")


def add(actions: Any) -> None:
    """Add the verbs to the group `retail`."""
    importing = add_verb(
        actions, "import", "bring your receipts to our form, by a mapping", _import
    )
    importing.add_argument("receipts", help="a csv, csv.gz or parquet file, or a folder of them")
    importing.add_argument("--map", required=True, metavar="FILE", help="what your columns mean")
    importing.add_argument("-o", "--out", required=True, help="folder for receipts and report")

    baskets = add_verb(actions, "baskets", "from receipts to baskets and sales", _baskets)
    baskets.add_argument("receipts", help="a parquet or csv file of receipt lines")
    baskets.add_argument("-o", "--out", required=True, help="folder for the results")
    baskets.add_argument("--returns", default="drop",
                         help="drop them, or match them to their sales (%(default)s)")  # fmt: skip
    baskets.add_argument("--gap-min", type=float, metavar="MIN",
                         help="minutes between visits, without transactions")  # fmt: skip
    baskets.add_argument("--runner", default="local", help="local or dask (%(default)s)")
    baskets.add_argument("--cluster", metavar="HOST:PORT", help="the Dask scheduler")


def _import(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.retail.preparation import importing

    summary = importing.from_file(options.receipts, options.map, options.out)
    say(f"receipts.parquet, quality.html and quality.json are in {options.out}")
    if not options.json:
        report.show_summary({name: summary[name] for name in summary if name not in AT_LENGTH})
    return summary, 0


def _baskets(options: argparse.Namespace) -> tuple[Any, int]:
    from pathlib import Path

    from layoutlab import report
    from layoutlab.retail.preparation import baskets

    folder = Path(options.out)
    summary = baskets.prepare(
        options.receipts,
        folder / "baskets.parquet",
        folder / "rejects.parquet",
        sales_path=folder / "sales.parquet",
        returns=options.returns,
        gap_min=options.gap_min,
        runner=options.runner,
        cluster=options.cluster,
    )
    if not options.json:
        report.show_summary(summary)
    return summary, 0
