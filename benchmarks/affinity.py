"""What do affinities with intervals cost, beside mlxtend's without? Groceries, 169 x 169.

    python benchmarks/affinity.py [--rounds 3] [--json]

Both start from the same baskets in memory (9,835 baskets, 169 categories; ``LAYOUTLAB_DATA_MIRROR``
or a download). Ours counts all pairs, and estimates the affinity contract (lift, its interval,
q-values), then all seven measures with exact or bootstrap intervals (200 replicates), then shrunk
lifts; each step is timed. mlxtend finds all pairs by FP-growth (support of one basket, sets of at
most two) and derives its measures with ``association_rules``; it gives no interval. Counted are
user plus system CPU seconds of the whole process, by turns; imports and a warm-up on 500 baskets
are not counted. Numerical libraries may use one thread.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy reads them

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from mlxtend.frequent_patterns import association_rules, fpgrowth  # noqa: E402

from layoutlab.retail.affinities import affinity, measures, shrinkage  # noqa: E402
from layoutlab.retail.affinities import incidence as incidences  # noqa: E402
from layoutlab.retail.affinities.incidence import Incidence  # noqa: E402
from layoutlab.retail.preparation import baskets, receipts  # noqa: E402

PAIRS = 9_636
CPU_BAR_S = 1.0
REPLICATES = 200


def contract(incidence: Incidence) -> np.ndarray:
    """Count pairs and estimate lifts, their intervals and q-values; return the lifts."""
    return affinity.estimate(incidences.count(incidence)).lift


def all_measures(incidence: Incidence) -> np.ndarray:
    """Estimate seven measures with their intervals; return the lifts."""
    rng = np.random.default_rng(1)
    return measures.estimate(incidence, replicates=REPLICATES, rng=rng)["lift"].value


def shrunk(incidence: Incidence) -> np.ndarray:
    """Shrink all lifts, with intervals."""
    return shrinkage.shrink(incidences.together(incidence), incidence.n_baskets).lift


def with_mlxtend(incidence: Incidence) -> np.ndarray:
    """Return the lifts of all pairs met, by mlxtend; 0 for the others."""
    table = pd.DataFrame.sparse.from_spmatrix(incidence.held.astype(bool))
    sets = fpgrowth(table, min_support=1 / incidence.n_baskets, max_len=2)
    found = association_rules(sets, num_itemsets=incidence.n_baskets, min_threshold=0)
    lift = np.zeros((len(incidence.categories),) * 2)
    first, second = (
        [min(items) for items in found[side]] for side in ("antecedents", "consequents")
    )
    lift[first, second] = found["lift"]
    return lift


def groceries(folder: Path) -> Incidence:
    """Return the baskets of Groceries."""
    lines, _ = receipts.load("groceries", rng=np.random.default_rng(0))
    receipts.write(folder / "receipts.parquet", lines)
    names = ("receipts.parquet", "baskets.parquet", "rejects.parquet")
    baskets.prepare(*(folder / name for name in names))
    return incidences.read(folder / "baskets.parquet")


def main() -> int:
    """Measure, print, and return 0 when lifts agree and the bar is met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    ways: dict[str, Callable[[Incidence], np.ndarray]] = {
        "contract": contract,
        "all measures": all_measures,
        "shrunk lifts": shrunk,
        "mlxtend": with_mlxtend,
    }
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    lifts = {}
    with tempfile.TemporaryDirectory() as folder:
        incidence = groceries(Path(folder))
    few = incidences.frequent(incidences.select(incidence, np.arange(500)), 1)
    for way in ways.values():
        way(few)
    for _ in range(arguments.rounds):
        for name, way in ways.items():
            started = time.process_time()
            lifts[name] = way(incidence)
            cpu[name].append(time.process_time() - started)
    off = ~np.eye(len(incidence.categories), dtype=bool)
    agree = all(
        np.allclose(lifts[name][off], lifts["mlxtend"][off])
        for name in ("contract", "all measures")
    )
    met = int((lifts["contract"][off] > 0).sum()) // 2
    middle = {name: float(np.median(seconds)) for name, seconds in cpu.items()}
    with_intervals = middle["contract"] + middle["all measures"]
    result = {
        "pairs": met,
        "agree": bool(agree),
        "cpu_s": cpu,
        "median_cpu_s": middle,
        "with_intervals_cpu_s": with_intervals,
        "bar_cpu_s": CPU_BAR_S,
    }
    print(json.dumps(result) if arguments.json else described(result))
    return 0 if agree and met == PAIRS and with_intervals <= CPU_BAR_S else 1


def described(result: dict) -> str:
    """Say the result in a few lines."""
    rounds = "\n".join(
        f"{name:13} CPU s {' '.join(f'{seconds:5.2f}' for seconds in result['cpu_s'][name])}"
        for name in result["cpu_s"]
    )
    return (
        f"{rounds}\n{result['pairs']:,} pairs met; lifts equal to mlxtend's: {result['agree']}\n"
        f"contract and all measures with intervals, median CPU s: "
        f"{result['with_intervals_cpu_s']:.2f} (bar {result['bar_cpu_s']})"
    )


if __name__ == "__main__":
    sys.exit(main())
