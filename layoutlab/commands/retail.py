"""What do receipts say? `retail affinity`, and the verbs of the other `retail_*` modules."""

import argparse
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from layoutlab.commands import (
    add_group,
    add_verb,
    retail_next_basket,
    retail_receipts,
    retail_stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS = ("hour", "weekday", "store", "segment")


def add(verbs: Any) -> None:
    """Add the verbs."""
    actions = add_group(verbs, "retail", "receipts, live receipts, what sells together, what next")
    retail_receipts.add(actions)
    retail_stream.add(actions)
    retail_next_basket.add(actions)
    _add_affinity(actions)


def _add_affinity(actions: Any) -> None:
    verb = add_verb(actions, "affinity", "which categories are bought together?", _affinity)
    verb.add_argument("receipts", help="a parquet or csv file of receipt lines")
    verb.add_argument("-o", "--out", required=True, help="folder for the results")
    verb.add_argument("--min-baskets", type=int, default=1,
                      help="leave out categories in fewer baskets (%(default)s)")  # fmt: skip
    verb.add_argument("--measures", action="store_true",
                      help="all measures, intervals, shrunk lifts (measures.parquet)")  # fmt: skip
    verb.add_argument("--by", action="append", default=[], metavar="WAY", choices=WAYS,
                      help="pairs that differ by hour, weekday, store or segment of customers "
                      "(pairs-by-WAY.parquet); repeatable")  # fmt: skip
    verb.add_argument("--rules", action="store_true", help="association rules (rules.parquet)")
    verb.add_argument("--min-support", type=float, default=0.001,
                      help="least share of baskets of a rule (%(default)s)")  # fmt: skip
    verb.add_argument("--min-confidence", type=float, default=0.5,
                      help="least confidence of a rule (%(default)s)")  # fmt: skip
    verb.add_argument("--seed", type=int, default=1, help="of the bootstrap (%(default)s)")


def _affinity(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab import report
    from layoutlab.retail.affinities import affinity, affinity_report, rules

    if options.rules:
        rules.check(options.min_support, options.min_confidence)
    affinity_report.check_receipts(options.receipts, measured=options.measures, by=options.by)
    with _all_or_nothing(options.out) as folder:
        summary = affinity.from_receipts(options.receipts, folder, min_baskets=options.min_baskets)
        summary |= _asked_for(options, folder)
    if not options.json:
        report.show_summary(summary)
    return summary, 0


@contextmanager
def _all_or_nothing(out: str) -> "Iterator[Path]":
    """Give a folder whose files go to `out` when all is done; rejects go there if all lines are."""
    import tempfile
    from pathlib import Path

    from layoutlab.errors import InputError

    near = next(path for path in Path(out).absolute().parents if path.is_dir())
    with tempfile.TemporaryDirectory(prefix=".affinity-", dir=near) as name:
        made = Path(name)
        try:
            yield made
        except InputError as error:
            if {path.name for path in made.iterdir()} == {"rejects.parquet"}:
                _move(made, Path(out))
            raise InputError(str(error).replace(name, out)) from error
        _move(made, Path(out))


def _move(made: "Path", out: "Path") -> None:
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(made.iterdir()):
        path.replace(out / path.name)


def _asked_for(options: argparse.Namespace, folder: "Path") -> dict[str, Any]:
    """Write what was asked for beyond the contract, and return its summaries."""
    if not (options.measures or options.by or options.rules):
        return {}
    from layoutlab.retail.affinities import affinity, affinity_report, incidence

    every = incidence.read(folder / "baskets.parquet")
    kept = incidence.frequent(every, options.min_baskets)
    found: dict[str, Any] = {}
    if options.measures:
        estimated = affinity.load(folder / "affinity.npz")
        found["measures"] = affinity_report.write_measures(
            folder, kept, estimated, seed=options.seed
        )
    if options.by:
        found["by"] = {
            by: affinity_report.write_groups(folder, kept, by, affinity.FALSE_DISCOVERY_RATE)
            for by in options.by
        }
    if options.rules:
        found["rules"] = affinity_report.write_rules(
            folder, kept, options.min_support, options.min_confidence
        )
    return found
