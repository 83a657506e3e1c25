"""What would shoppers do in this store? `store simulate`."""

import argparse
import time
from typing import Any

from layoutlab.commands import INTERRUPTED, add_verb, say

SHOWN = {
    "margin": "margin",
    "unplanned_margin": "of it unplanned",
    "metres": "walked, m",
    "time_s": "in the store, s",
    "wait_s": "of it in the queue, s",
    "found_rate": "found of what was wanted",
}
BY_MISSION = {
    "margin": "margin",
    "unplanned_margin": "unplanned",
    "metres": "walked, m",
    "time_s": "time, s",
    "found_rate": "found",
}
EVERY_S = 5.0


def add(actions: Any) -> None:
    """Add the verb to the group `store`."""
    verb = add_verb(actions, "simulate", "what would shoppers do in this store?", _simulate)
    verb.add_argument("plan", help="a plan in any format we read, in metres")
    verb.add_argument("--receipts", required=True,
                      help="parquet or csv: lines of receipts, or baskets")  # fmt: skip
    verb.add_argument("--days", type=int, default=7, help="simulated days (%(default)s)")
    verb.add_argument("--seed", type=int, default=1, help="of all random draws (%(default)s)")
    verb.add_argument("--stock", metavar="FILE",
                      help="csv of department, available (0 to 1)")  # fmt: skip
    verb.add_argument("--attributes", metavar="FILE",
                      help="csv of category and any of price, dwell_s, impulse")  # fmt: skip
    verb.add_argument("--effects", metavar="FILE",
                      help="effect sizes as YAML, instead of the built-in ones")  # fmt: skip
    verb.add_argument("--jobs", type=int, default=1, help="threads (%(default)s)")
    verb.add_argument("-o", "--out", metavar="FOLDER",
                      help="write visits, departments, steps and summary there")  # fmt: skip


def _simulate(options: argparse.Namespace) -> tuple[Any, int]:
    from layoutlab.errors import InputError
    from layoutlab.floor.formats import reading
    from layoutlab.retail.shoppers import attributes, effects, store_run

    if options.days < 1 or options.seed < 0:
        raise InputError(
            f"expected --days >= 1 and --seed >= 0, got {options.days} and {options.seed}"
        )
    sizes = effects.load(options.effects)
    stock = store_run.read_stock(options.stock) if options.stock else None
    limits = effects.bounds(options.effects)
    plan = reading.plan_at(options.plan, tell=say)
    told = attributes.read(options.attributes) if options.attributes else None
    wants = store_run.read_demand(options.receipts, sizes, told)
    if told is not None and (strange := attributes.unknown(told, wants.categories)):
        say(f"the receipts have no category {', '.join(strange)} of {options.attributes}")
    try:
        said, floor, goods, outcome = store_run.run(
            plan, wants, sizes, seed=options.seed, n_days=options.days, stock=stock,
            workers=options.jobs, limits=limits, tell=_progress(), keep=True,
        )  # fmt: skip
    except KeyboardInterrupt:
        say("interrupted before a day was simulated; nothing is written")
        return {"simulated": True, "interrupted": True, "days": 0, "trips": 0}, INTERRUPTED
    _warn(said)
    if options.out is not None:
        store_run.write(options.out, said, floor, goods, outcome, sizes, stock=stock, limits=limits)
    if not options.json:
        _show(said)
    return said, INTERRUPTED if said["interrupted"] else 0


def _progress() -> Any:
    """Return a function that says how far we are, every five seconds at most."""
    last = [time.monotonic()]

    def tell(what: str, done: int, everything: int) -> None:
        if time.monotonic() - last[0] >= EVERY_S:
            last[0] = time.monotonic()
            say(f"{done:,} of {everything:,} {what}")

    return tell


def _warn(said: dict[str, Any]) -> None:
    """Say whether all days were simulated, and what plays no part."""
    if said["interrupted"]:
        say(f"interrupted; {said['days']} of {said['days_asked']} days are finished and kept")
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
    _show_missions(said)


def _show_missions(said: dict[str, Any]) -> None:
    """Print the means by mission, and who carries things how."""
    print(f"\n{'mission':<12}{'trips':>9}" + "".join(f"{w:>12}" for w in BY_MISSION.values()))
    for mission, found in said["by_mission"].items():
        means = [found["per_trip"].get(name, {"mean": float("nan")})["mean"] for name in BY_MISSION]
        print(f"{mission:<12}{found['trips']:>9}" + "".join(f"{mean:>12.3f}" for mean in means))
    taken = (f"{name} {share:.1%}" for name, share in said["equipment"].items())
    print(f"carried in: {', '.join(taken)}")
