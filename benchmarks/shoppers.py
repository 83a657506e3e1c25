"""How many trips are simulated in a CPU second, beside plain Python? The convenience store.

    python benchmarks/shoppers.py [--trips 20000] [--json]

The plan, and lists from the first half of the store's 10,000 zone paths, come from the data set
``floorplans/convenience_store`` (``LAYOUTLAB_DATA_MIRROR`` or a download). Ours follows each trip
with its full path in metres, exposure, unplanned purchases and queue. The peer does the walking
alone, in plain Python as an agent simulation does: nearest first over the same walking distances,
the cells of each walk one by one, and a heap of checkouts; it sees and buys nothing. Counted are
user plus system CPU seconds of the process, the best of three rounds each; preparing the plan and
the first opening, compiling included, are shown apart.
"""

import argparse
import gzip
import heapq
import json
import os
import sys
import time
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy reads it

import numpy as np

from layoutlab import datasets
from layoutlab.floor.formats import reading
from layoutlab.retail.shoppers import (
    effects,
    prepared_floor,
    simulation,
    validation,
    zone_journeys,
)

BAR = 2_000
ROUNDS = 3
PEER_TRIPS = 2_000


def main() -> int:
    """Print trips per CPU second of both; 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=20_000, help="about (%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    started = time.process_time()
    store, sizes = opened(options.trips)
    opening = time.process_time() - started
    shoppers = store.shoppers
    simulation.evaluate(store.floor, store.goods, shoppers, sizes)  # compiles
    ours = best(lambda: simulation.evaluate(store.floor, store.goods, shoppers, sizes))
    preparing = best(lambda: prepared_floor.prepare(store.plan, sizes))
    walk = plain(store)
    walk(50)
    peer = best(lambda: walk(PEER_TRIPS))
    found = {
        "trips": len(shoppers),
        "trips_per_cpu_s": len(shoppers) / ours,
        "peer_trips_per_cpu_s": PEER_TRIPS / peer,
        "ratio": len(shoppers) / ours / (PEER_TRIPS / peer),
        "prepare_cpu_s": preparing,
        "first_opening_cpu_s": opening,
        "bar": BAR,
    }
    if options.json:
        print(json.dumps(found, indent=2, sort_keys=True))
    else:
        for name, value in found.items():
            print(f"{name:<22}{value:>14,.2f}")
    return 0 if found["trips_per_cpu_s"] >= BAR else 1


def opened(trips: int) -> tuple[validation.Store, effects.Effects]:
    """Return the convenience store with shoppers, a fifth of their purchases left to chance."""
    files = datasets.fetch("floorplans/convenience_store")
    recorded = json.loads(gzip.decompress(files["zone_paths.json.gz"].read_bytes()))
    plan = reading.read(files["fixtures.geojson"]).plan
    sizes = effects.load()
    made = zone_journeys.read(plan, recorded, sizes, rng=np.random.default_rng(1), trips=100)
    store = made.store
    again = validation.open_store(
        store.plan, store.shoppers.demand, sizes, trips=trips, rng=np.random.default_rng(2)
    )
    return again, sizes


def plain(store: validation.Store) -> Callable[[int], float]:
    """Return the peer: follows so many trips in plain Python and returns the metres walked."""
    floor, shoppers = store.floor, store.shoppers
    n = len(floor.cells)
    metres = floor.legs.metres.reshape(n, n).tolist()
    walks: dict[tuple[int, int], list[list[int]]] = {}
    for there in range(n):
        for here in range(n):
            walks[here, there] = prepared_floor.walk_between(floor, here, there).tolist()
    code = {name: i for i, name in enumerate(shoppers.demand.categories)}
    places: dict[int, list[int]] = {}
    for place, department in zip(store.goods.place, store.goods.department, strict=True):
        places.setdefault(code[store.goods.departments[department]], []).append(int(place))
    entrances, tills = floor.entrances.tolist(), floor.checkouts.tolist()

    def follow(trips: int) -> float:
        rng = np.random.default_rng(1)
        total, free = 0.0, [0.0] * len(tills)
        stepped: dict[tuple[int, int], int] = {}
        for trip in range(trips):
            items = shoppers.item[shoppers.start[trip] : shoppers.start[trip + 1]].tolist()
            left = [places[item][int(rng.random() * len(places[item]))] for item in items]
            here, clock = entrances[int(rng.random() * len(entrances))], shoppers.arrival_s[trip]
            while left:
                there = min(left, key=lambda place: metres[place][here])
                left.remove(there)
                for x, y in walks[here, there]:
                    stepped[x, y] = stepped.get((x, y), 0) + 1
                total += metres[there][here]
                clock += metres[there][here] + rng.exponential(40.0)
                here = there
            till = min(tills, key=lambda place: metres[place][here])
            total += metres[till][here]
            heapq.heappush(free, max(heapq.heappop(free), clock) + 40.0)
        return total

    return follow


def best(work: Callable[[], object]) -> float:
    """Return the least CPU seconds of `ROUNDS` rounds."""
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return min(spent)


if __name__ == "__main__":
    sys.exit(main())
