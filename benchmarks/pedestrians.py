"""Do our shoppers walk as the agents of an independent pedestrian engine do? JuPedSim, same trips.

    python benchmarks/pedestrians.py [--trips 150] [--plan convenience|generated] [--rush 1]
                                     [--time-gap 1] [--seed 1] [--json] [-o FOLDER]

The trips are those of the busiest hour that our simulator draws, with the same stops, stays and
speeds: on the convenience store (data set ``floorplans/convenience_store``, downloaded or from
``LAYOUTLAB_DATA_MIRROR``) or in a generated store of 180 m2. JuPedSim walks them twice, each trip
alone in the store and all at their times; ``--rush 2`` lets twice as many come in the same time,
``--time-gap`` is how closely its agents follow each other.
Its ways in the empty store are what ours are held against; beside ours stand two nulls, straight
lines from stop to stop and a flow that is everywhere alike. Printed are ratios, agreement by
squares of the floor, and CPU seconds: ours for as many trips, with all purchases decided.
``-o FOLDER`` draws the flows side by side.
"""

import argparse
import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy reads it

import numpy as np

from layoutlab import canonical, datasets
from layoutlab.floor.formats import reading
from layoutlab.floor.generation import builtin, stores
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.shoppers import (
    demand,
    drawn_trips,
    effects,
    itineraries,
    pedestrian_flows,
    pedestrian_ground,
    pedestrians,
    simulation,
    validation,
    visits,
    zone_journeys,
)

HOUR_S = 3600.0
FINE_SIDE_M = 1.0
AREA_M2, BASKETS, MOST_ITEMS = 180.0, 2_000, 8
TRIPS_A_DAY = 560.0  # 40 an hour: what the generated store's one checkout can serve
ROUNDS = 3


def main() -> int:
    """Print how alike the two engines' walks are, and the time each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=150, help="at most (%(default)s)")
    parser.add_argument("--plan", choices=("convenience", "generated"), default="convenience")
    parser.add_argument("--rush", type=float, default=1.0, help="times as many an hour")
    parser.add_argument("--time-gap", type=float, default=pedestrians.TIME_GAP_S, help="seconds")
    parser.add_argument("--seed", type=int, default=1, help="of the trips drawn (%(default)s)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("-o", dest="folder", type=Path, help="draw the flows into this folder")
    options = parser.parse_args()
    if options.trips < 1 or not options.rush > 0:
        parser.error("expected --trips of at least 1 and --rush above 0")
    sizes = effects.load()
    made = convenience if options.plan == "convenience" else generated
    store = made(sizes, np.random.default_rng(options.seed))
    found, flows = compared(store, sizes, options.trips, options.rush, options.time_gap)
    if options.folder:
        draw(store, flows, found, options.folder)
    if options.json:
        print(json.dumps(found, indent=2, sort_keys=True))
    else:
        show(found)
    return 0


def compared(
    store: validation.Store, sizes: effects.Effects, trips: int, rush: float, gap_s: float
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Walk the same trips in both engines."""
    floor, shoppers = store.floor, store.shoppers
    outcome = simulation.simulate(floor, store.goods, shoppers, sizes)
    log = visits.events(floor, store.goods, outcome, sizes)
    chosen = itineraries.busiest(shoppers, HOUR_S)[:trips]
    few = drawn_trips.first_trips(shoppers, len(chosen))
    ours_s = min(
        timed(lambda: simulation.simulate(floor, store.goods, few, sizes))[1] for _ in range(ROUNDS)
    )
    same = itineraries.of_trips(floor, outcome, log, sizes, chosen)
    same = tuple(each._replace(arrival_s=each.arrival_s / rush) for each in same)
    grid = [itineraries.on_grid(floor, each) for each in same]
    null = [itineraries.straight(floor, each) for each in same]
    (empty, empty_s), (busy, busy_s) = (
        timed(
            partial(pedestrians.walk, store.plan, floor, same, sizes, alone=alone, time_gap_s=gap_s)
        )
        for alone in (True, False)
    )
    routes = pedestrian_ground.routes(store.plan, floor, same, sizes)
    found: dict[str, Any] = {
        "plan": store.plan.name,
        "trips": len(chosen),
        "trips_an_hour": HOUR_S * len(same) / max(1.0, float(np.ptp([i.arrival_s for i in same]))),
        "ours": {
            "metres": float(np.mean([way.metres for way in grid])),
            "walking_s": float(
                np.mean([w.seconds.sum() - i.stay_s.sum() for w, i in zip(grid, same, strict=True)])
            ),
            "queue_s": float(outcome.wait_s[chosen].mean()),
        },
        "ratio_to_ours": pedestrian_flows.ratios(same, grid, routes, empty, busy),
        "cpu_s": {"ours": ours_s, "jupedsim_empty": empty_s, "jupedsim_busy": busy_s},
    }
    for name, side_m in (("squares", sizes.zone_side_m), ("fine_squares", FINE_SIDE_M)):
        share = pedestrian_flows.walkable_share(floor, side_m)
        theirs, _ = pedestrian_flows.flow(floor, empty.ways, side_m)
        crowded, _ = pedestrian_flows.flow(floor, [w for w in busy.ways if len(w.seconds)], side_m)
        tried = {
            "ours": pedestrian_flows.flow(floor, grid, side_m)[0],
            "jupedsim_routes": pedestrian_flows.flow(floor, routes, side_m)[0],
            "straight_lines": pedestrian_flows.flow(floor, null, side_m)[0],
            "uniform": share,
            "jupedsim_busy": crowded,
        }
        found[name] = {"side_m": side_m, "squares": int((share > 0).sum())} | {
            who: pedestrian_flows.agreement(one, theirs, share) for who, one in tried.items()
        }
        if name == "fine_squares":
            flows = {"ours": tried["ours"], "JuPedSim, empty store": theirs}
    return found, flows


def convenience(sizes: effects.Effects, rng: np.random.Generator) -> validation.Store:
    """Return the convenience store; lists are those of the first half of its zone paths."""
    files = datasets.fetch("floorplans/convenience_store")
    recorded = json.loads(gzip.decompress(files["zone_paths.json.gz"].read_bytes()))
    plan = reading.read(files["fixtures.geojson"]).plan
    return zone_journeys.read(
        plan, recorded, sizes, rng=rng, trips=round(sizes.trips_per_day)
    ).store


def generated(sizes: effects.Effects, rng: np.random.Generator) -> validation.Store:
    """Return a made-up store, and made-up lists of its departments."""
    sizes = replace(sizes, trips_per_day=TRIPS_A_DAY)
    departments = builtin.groceries()
    plan: Plan = stores.generate("grid", AREA_M2, departments, rng=rng)
    size = rng.integers(1, MOST_ITEMS + 1, BASKETS)
    lists = [np.sort(rng.choice(len(departments), n, replace=False)) for n in size]
    wants = demand.of_baskets(
        tuple(each.name for each in departments),
        np.concatenate([[0], np.cumsum(size)]),
        np.concatenate(lists),
        sizes,
    )
    return validation.open_store(plan, wants, sizes, trips=round(sizes.trips_per_day), rng=rng)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what work returns, and the CPU seconds it took."""
    started = time.process_time()
    done = work()
    return done, time.process_time() - started


def draw(
    store: validation.Store, flows: dict[str, np.ndarray], found: dict[str, Any], folder: Path
) -> None:
    """Draw both engines' flows on one scale."""
    from layoutlab.retail.shoppers import pedestrian_plots

    fine = found["fine_squares"]
    axes = pedestrian_plots.draw_flows(
        store.plan,
        store.floor,
        flows,
        fine["side_m"],
        caption=f"The same {found['trips']} simulated trips through two engines, in squares of "
        f"{fine['side_m']:g} m: rank correlation {fine['ours']['rank_correlation']:.2f}, common "
        f"part {fine['ours']['common_part']:.2f}.",
    )
    canonical.write_figure(folder / "pedestrian-flows.svg", axes[0].figure)


def show(found: dict[str, Any], path: str = "") -> None:
    """Print what was found, a line for each figure."""
    for name, value in found.items():
        if isinstance(value, dict):
            show(value, f"{path}{name} ")
        else:
            shown = f"{value:>12,.3f}" if isinstance(value, float) else f"{value!s:>12}"
            print(f"{path + name:<44}{shown}")


if __name__ == "__main__":
    sys.exit(main())
