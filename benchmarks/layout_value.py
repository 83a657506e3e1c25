"""How many layouts are scored in a second of CPU time? v2, v1 and the simulator, and their ratios.

    python benchmarks/layout_value.py [--trips 2000] [--layouts 20000]

One made-up store of 800 m² with 40 departments; seconds of CPU time on one core, best of three.
Training is no part of it: the models here are learned from a few small stores, which changes their
answers and not their speed.
"""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from layoutlab.retail.layout_value import changed_layouts, forest, labelled, layout_sums
from layoutlab.retail.layout_value import made_up_stores as stores
from layoutlab.retail.layout_value.set_network import Scorer
from layoutlab.retail.layout_value.set_value import Recipe, fit_set, score
from layoutlab.retail.shoppers import effects


def per_second(work: Callable[[], object], layouts: int) -> float:
    """Return layouts per second of CPU time, the best of three runs after a first one."""
    work()
    taken = []
    for _ in range(3):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return layouts / min(taken)


def main() -> None:
    """Score, simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=2000)
    parser.add_argument("--layouts", type=int, default=20_000)
    given = parser.parse_args()
    sizes = effects.load()
    taught = [
        labelled.labelled(stores.made_up(sizes, trips=300, seed=seed), 12, seed=seed)
        for seed in range(3)
    ]
    grown = forest.fit_forest(taught, rng=np.random.default_rng(1))
    model, _ = fit_set(taught, recipe=Recipe(epochs=1), rng=np.random.default_rng(1))
    scorer = Scorer(model)
    store = stores.made_up(sizes, trips=given.trips, seed=7, area_m2=(800, 800))
    tables = layout_sums.prepare(store)
    some = changed_layouts.draw(
        store.slots, 200, tables.enter_m[:, None], rng=np.random.default_rng(1)
    )
    many = some[np.arange(given.layouts) % len(some)]
    few = some[:4]
    found = {
        "v2": per_second(lambda: score(scorer, tables, many), len(many)),
        "v1": per_second(lambda: forest.score(grown, tables, many), len(many)),
        "simulator": per_second(lambda: labelled.label(store, few), len(few)),
    }
    print(json.dumps({
        "slots": len(store.slots.today), "trips": len(store.shoppers),
        "layouts_per_cpu_s": {name: round(rate, 1) for name, rate in found.items()},
        "v2_over_v1": round(found["v2"] / found["v1"], 2),
        "v2_over_simulator": round(found["v2"] / found["simulator"], 1),
    }, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
