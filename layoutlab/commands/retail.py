"""What do receipts say? `retail affinity`."""

import argparse
from typing import Any

from layoutlab.commands import add_group, add_verb


def add(verbs: Any) -> None:
    """Add the verbs."""
    actions = add_group(verbs, "retail", "receipts: affinity")
    affinity = add_verb(actions, "affinity", "which categories are bought together?", _affinity)
    affinity.add_argument("receipts", help="a parquet or csv file of receipt lines")
    affinity.add_argument("-o", "--out", required=True, help="folder for the results")
    affinity.add_argument("--min-baskets", type=int, default=1,
                          help="leave out categories in fewer baskets (%(default)s)")  # fmt: skip


def _affinity(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.retail import affinity

    summary = affinity.from_receipts(options.receipts, options.out, min_baskets=options.min_baskets)
    if not options.json:
        report.show_summary(summary)
    return summary, 0
