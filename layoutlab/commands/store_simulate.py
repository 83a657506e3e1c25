"""What would shoppers do in this store? `store simulate`."""

import argparse
from typing import Any

from layoutlab.commands import add_verb, say

SHOWN = {
    "margin": "margin",
    "unplanned_margin": "of it unplanned",
    "metres": "walked, m",
    "time_s": "in the store, s",
    "wait_s": "of it in the queue, s",
    "found_rate": "found of what was wanted",
}


def add(actions: Any) -> None:
    """Add the verb to the group `store`."""
    verb = add_verb(actions, "simulate", "what would shoppers do in this store?", _simulate)
    verb.add_argument("plan", help="a plan as GeoJSON, in metres")
    verb.add_argument("--receipts", required=True,
                      help="parquet or csv: lines of receipts, or baskets")  # fmt: skip
    verb.add_argument("--days", type=int, default=7, help="simulated days (%(default)s)")
    verb.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    verb.add_argument("--stock", metavar="FILE",
                      help="csv of department, available (0 to 1)")  # fmt: skip
    verb.add_argument("--effects", metavar="FILE",
                      help="effect sizes as YAML, instead of the built-in ones")  # fmt: skip
    verb.add_argument("--jobs", type=int, default=1, help="threads (%(default)s)")
    verb.add_argument("-o", "--out", metavar="FOLDER",
                      help="write visits, departments, steps and summary there")  # fmt: skip


def _simulate(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab.errors import InputError
    from layoutlab.floor.plans import geojson
    from layoutlab.retail.shoppers import effects, store_run

    if options.days < 1 or options.seed < 0:
        raise InputError(
            f"expected --days >= 1 and --seed >= 0, got {options.days} and {options.seed}"
        )
    sizes = effects.load(options.effects)
    stock = store_run.read_stock(options.stock) if options.stock else None
    plan = geojson.read(options.plan)
    wants = store_run.read_demand(options.receipts, sizes)
    said, floor, goods, outcome = store_run.run(
        plan, wants, sizes, seed=options.seed, n_days=options.days, stock=stock,
        workers=options.jobs,
    )  # fmt: skip
    _warn(said)
    if options.out is not None:
        store_run.write(options.out, said, floor, goods, outcome, sizes, stock=stock)
    if not options.json:
        _show(said)
    return said, 0


def _warn(said: dict[str, Any]) -> None:
    """Name what of the plan and of the receipts plays no part."""
    for key, words in (
        ("not_sold", "categories of the receipts that no fixture within reach carries"),
        ("not_bought", "departments on fixtures that no receipt names"),
        ("unreachable_fixtures", "fixtures out of reach"),
    ):
        if said[key]:
            names = said[key]
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            say(f"{len(names)} {words}: {', '.join(names[:5])}{more}")
    if said["not_sold"]:
        say(f"{said['lines_not_sold']:.1%} of the receipts' items are not sold here")


def _show(said: dict[str, Any]) -> None:
    """Print the totals as a table."""
    print(f"{said['plan']}: {said['trips']} simulated trips on {said['days']} days, per trip:")
    for name, words in SHOWN.items():
        found = said["per_trip"][name]
        low, high = found["interval"]
        unit = f" {said['currency']}" if "margin" in name else ""
        print(f"{words + unit:<30}{found['mean']:>10.3f}   {low:.3f} to {high:.3f}")
    print(f"{'others in the same square':<30}{said['per_trip']['crowding']['mean']:>10.4f}")
