"""What do a plan and receipts say together? Files in, simulated trips and a summary out."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.interrupts import Interrupts
from layoutlab.retail.shoppers import (
    assortment,
    demand,
    drawn_trips,
    missions,
    offer,
    prepared_floor,
    simulation,
    visits,
)
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.attributes import Attributes
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.effects import Bounds, Effects, bounds
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.simulation import Outcome
from layoutlab.retail.shoppers.totals import MEASURES

STOCK_COLUMNS = ("department", "available")


def read_demand(path: str | Path, effects: Effects, attributes: Attributes | None = None) -> Demand:
    """Read receipts, or baskets already made of them.

    Parameters
    ----------
    path : str or Path
        A file of receipts, or of baskets (parquet with a column ``items``).
    effects : Effects
    attributes : Attributes, optional
        As for `demand.of_baskets`.

    Raises
    ------
    InputError
        As `layoutlab.retail.preparation.baskets.prepare` and `demand.read`.
    """
    path = Path(path)
    if path.suffix == ".parquet" and path.is_file() and "items" in pq.read_schema(path).names:
        return demand.read(path, effects, attributes=attributes)
    from layoutlab.retail.preparation import baskets

    with tempfile.TemporaryDirectory() as folder:
        made = [Path(folder) / f"{name}.parquet" for name in ("baskets", "rejects", "sales")]
        baskets.prepare(path, made[0], made[1], sales_path=made[2])
        return demand.read(made[0], effects, sales_path=made[2], attributes=attributes)


def read_stock(path: str | Path) -> dict[str, float]:
    """Read a stock table: how much of the time each department has its goods.

    Parameters
    ----------
    path : str or Path
        CSV with the columns `STOCK_COLUMNS`; ``available`` from 0 to 1.

    Raises
    ------
    InputError
        For a file that is not there or has other columns, a department named twice, or what is no
        number.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"expected a stock table, but there is no file {path}")
    table = pd.read_csv(path, dtype={"department": "str"})
    if tuple(table.columns) != STOCK_COLUMNS:
        raise InputError(
            f"{path.name}: expected the columns {', '.join(STOCK_COLUMNS)}, "
            f"got {', '.join(map(str, table.columns))}"
        )
    if table["department"].duplicated().any():
        twice = table["department"][table["department"].duplicated()].iloc[0]
        raise InputError(f"{path.name}: expected each department once, got {twice} again")
    available = pd.to_numeric(table["available"], errors="coerce")
    if available.isna().any():
        wrong = table["department"][available.isna()].iloc[0]
        raise InputError(f"{path.name}: expected a number for {wrong}, got none")
    return dict(zip(table["department"], available.astype(float), strict=True))


def run(
    plan: Plan,
    wants: Demand,
    effects: Effects,
    *,
    seed: int = 1,
    n_days: int = 7,
    stock: dict[str, float] | None = None,
    workers: int = 1,
    limits: Bounds | None = None,
    tell: Callable[[str, int, int], object] | None = None,
    keep: bool = False,
) -> tuple[dict[str, Any], Floor, Assortment, Outcome]:
    """Simulate days of shopping over a plan, rates of impulse calibrated to the plan as it is.

    Parameters
    ----------
    plan : Plan
    wants : Demand
    effects : Effects
    seed : int
    n_days : int
        At least 1.
    stock : dict of str to float, optional
    workers : int
    limits : Bounds, optional
        Of missions and equipment; the built-in ones when not given.
    tell : callable, optional
        Is told now and then what goes on, how many are done, and of how many.
    keep : bool
        An interrupt of the simulation ends it after the day begun, and the days so far are
        returned; it is raised otherwise, and before the simulation.

    Returns
    -------
    dict
        What to say of it: see `summary`.
    Floor, Assortment, Outcome

    Raises
    ------
    InputError
        As `prepared_floor.prepare`, `assortment.of_plan`, `offer.join` and `simulation.simulate`.
    """
    floor = prepared_floor.prepare(plan, effects)
    goods = assortment.of_plan(floor, plan)
    joined = offer.join(goods, wants)
    drawn = drawn_trips.draw(wants, effects, rng=np.random.default_rng(seed), n_days=n_days)
    say = tell or (lambda what, done, everything: None)
    shoppers = simulation.calibrated(
        floor, goods, drawn, effects,
        tell=lambda done: say("rounds of calibration", done, simulation.ROUNDS),
    )  # fmt: skip
    with Interrupts() as heard:

        def go_on(done: int) -> bool:
            say("trips", min(done, len(shoppers)), len(shoppers))
            if not keep:
                heard.raise_noted()
            return not heard.noted

        outcome = simulation.simulate(
            floor, goods, shoppers, effects, stock=stock, workers=workers, go_on=go_on
        )
        heard.noted = False
    said = {"plan": plan.name, "seed": seed, **summary(floor, goods, outcome, joined, limits)}
    said["interrupted"] = len(outcome.shoppers) < len(shoppers)
    said["days_asked"] = n_days
    return said, floor, goods, outcome


def summary(
    floor: Floor,
    goods: Assortment,
    outcome: Outcome,
    joined: offer.Joining,
    limits: Bounds | None = None,
) -> dict[str, Any]:
    """Return totals with intervals, by mission too, and what of plan and receipts did not meet."""
    found, limits, shoppers = outcome.totals, limits or bounds(), outcome.shoppers
    taken = missions.equipment(shoppers, limits)
    measures = {
        name: {"mean": getattr(found, name), "interval": list(found.interval(name))}
        for name in MEASURES
    }
    return {
        "simulated": True,
        "currency": outcome.shoppers.demand.currency,
        "trips": found.trips,
        "days": found.days,
        "per_trip": measures | {"crowding": {"mean": found.crowding}},
        "by_mission": missions.by_mission(shoppers, outcome.trips, outcome.wait_s, limits),
        "equipment": missions.shares(taken, missions.EQUIPMENT),
        "places": floor.n_places,
        "unreachable_fixtures": list(floor.unreachable),
        "unreachable_departments": list(goods.nowhere),
        **asdict(joined),
    }


def write(
    folder: str | Path,
    said: dict[str, Any],
    floor: Floor,
    goods: Assortment,
    outcome: Outcome,
    effects: Effects,
    *,
    stock: dict[str, float] | None = None,
    limits: Bounds | None = None,
) -> None:
    """Write ``visits.parquet``, ``departments.parquet``, ``steps.npz`` and ``summary.json``."""
    from layoutlab import canonical

    folder = Path(folder)
    log = visits.events(floor, goods, outcome, effects, stock=stock)
    visits.write(folder / "visits.parquet", visits.table(outcome, log, limits), outcome)
    canonical.write_parquet(folder / "departments.parquet", departments(goods, outcome))
    canonical.write_npz(
        folder / "steps.npz",
        steps=prepared_floor.steps(floor, outcome.tally.legs),
        origin=floor.origin,
        cell_m=np.array(floor.cell_m),
    )
    canonical.write_json(folder / "summary.json", said)


def departments(goods: Assortment, outcome: Outcome) -> pd.DataFrame:
    """Return one row per category: shelf metres, exposure and purchases per 1,000 trips, rate."""
    demand_ = outcome.shoppers.demand
    tally, per = outcome.tally, 1000 / len(outcome.shoppers)
    space = dict(zip(goods.departments, assortment.space_m(goods), strict=True))
    return pd.DataFrame(
        {
            "category": _text(demand_.categories),
            "shelf_m": [space.get(name, 0.0) for name in demand_.categories],
            "exposure_m": tally.exposure_m * per,
            "planned": tally.planned * per,
            "unplanned": tally.unplanned * per,
            "rate_per_m": outcome.shoppers.rate,
        }
    )


def _text(names: Iterable[str]) -> pd.Series:
    return pd.Series(list(names), dtype="str")
