"""How close does our search come to the best known single-row layouts?

Run with ``python benchmarks/srflp.py [--folder DIR] [--seconds S] [--seeds K] [--match GLOB]
[--full] [--quick] [--json]``. Every instance of the folder (``dat/*.txt`` beside
``best_known.csv``; the registry's ``srflp`` when not given) is searched on one core from each seed,
until the best known value is met or the time is up (``--full``: to the end of the time, which may
better it). Beside us, in the same run: descents over random swaps from random orders in NumPy, for
as much time as ours took but at least half a second, and, where all departments have one length,
scipy's ``quadratic_assignment`` (faq and 2opt), since that is a linear arrangement. Exit code 1
when a bar is missed: the best known value for n <= 42, 0.05 % above it for n <= 100, in the mean.
"""

import argparse
import fnmatch
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import quadratic_assignment

from layoutlab import datasets
from layoutlab.floor.rows import solver as rows

BARS = ((42, 0.0), (100, 0.05))
QUICK = ("H30", "N40_1", "sko42_2", "Y-50_t", "AKV60_3", "sko81_1", "sko100_5")


def ours(problem, seconds, seed, target):
    """Return cost, CPU seconds and wall seconds of one search of ours."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = rows.solve(problem, seconds=seconds, target=target, rng=np.random.default_rng(seed))
    assert found.cost == rows.cost(problem, found.order)
    return found.cost, time.process_time() - cpu, time.perf_counter() - wall


def descents(problem, seconds, seed):
    """Return the best cost of swap descents from random orders, each change priced in full."""
    rng, n, best = np.random.default_rng(seed), len(problem.lengths), np.inf
    pairs = np.array(np.triu_indices(n, 1)).T
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        order, better = rng.permutation(n), True
        cost = rows.cost(problem, order)
        while better and time.perf_counter() < end:
            better = False
            for pair in rng.permutation(pairs):
                order[pair] = order[pair[::-1]]
                swapped = rows.cost(problem, order)
                if swapped < cost:
                    cost, better = swapped, True
                else:
                    order[pair] = order[pair[::-1]]
                if time.perf_counter() > end:
                    break
        best = min(best, cost)
    return best


def scipy_qap(problem, seed, method):
    """Return scipy's cost for departments of one length, None for others."""
    n = len(problem.lengths)
    if np.ptp(problem.lengths):
        return None
    places = np.arange(n) * problem.lengths[0]
    distances = np.abs(places[:, None] - places)
    found = quadratic_assignment(
        problem.flows, distances, method=method, options={"rng": np.random.default_rng(seed)}
    )
    order = np.argsort(found.col_ind)
    return rows.cost(problem, order)


def gap(cost, best_known):
    """Return how many percent `cost` is above `best_known`."""
    return None if cost is None else 100 * (cost / best_known - 1)


def measure(path, best_known, options):
    """Return one row of the table: gaps in percent over the seeds, and times."""
    problem, seeds = rows.load(path), range(1, options.seeds + 1)
    target = None if options.full else best_known
    found = [ours(problem, options.seconds, seed, target) for seed in seeds]
    gaps = [gap(cost, best_known) for cost, _, _ in found]
    room = max(0.5, float(np.mean([wall for _, _, wall in found])))
    return {
        "instance": path.stem,
        "n": len(problem.lengths),
        "best_known": best_known,
        "best": min(cost for cost, _, _ in found),
        "mean_gap": float(np.mean(gaps)),
        "worst_gap": max(gaps),
        "cpu_s": float(np.mean([cpu for _, cpu, _ in found])),
        "descents_gap": gap(descents(problem, room, 1), best_known),
        "faq_gap": gap(scipy_qap(problem, 1, "faq"), best_known),
        "2opt_gap": gap(scipy_qap(problem, 1, "2opt"), best_known),
    }


def instances(options):
    """Yield path and best known value of each instance asked for, small ones first."""
    if options.folder is None:
        folder = datasets.fetch("srflp")["best_known.csv"].parent
    else:
        folder = options.folder
    known = pd.read_csv(folder / "best_known.csv").sort_values(["n", "instance"], kind="stable")
    for name, value in zip(known["instance"], known["best_known"], strict=True):
        if name in QUICK if options.quick else fnmatch.fnmatch(name, options.match):
            yield folder / f"dat/{name}.txt", value


def summary(table):
    """Return the worst mean gap of each size class, and whether it keeps the bar."""
    classes, low = {}, 0
    for n, bar in BARS:
        part = table[(table["n"] > low) & (table["n"] <= n)]
        if len(part):
            worst = float(part["mean_gap"].max())
            classes[f"n <= {n}"] = {"worst_mean_gap": worst, "bar": bar, "met": worst <= bar}
        low = n
    return classes


def main():
    """Print the table and its summary, or one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="instances (the registry's srflp)")
    parser.add_argument("--seconds", type=float, default=10, help="wall time of a search (10)")
    parser.add_argument("--seeds", type=int, default=3, help="searches of an instance (3)")
    parser.add_argument("--match", default="*", help="instance names, with * and ? (*)")
    parser.add_argument("--full", action="store_true", help="do not stop at the best known value")
    parser.add_argument("--quick", action="store_true", help="seven instances, 2 s, 2 seeds")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    options = parser.parse_args()
    if options.quick:
        options.seconds, options.seeds = 2, 2
    rows.solve(rows.Problem(np.ones(2), 1 - np.eye(2)), iterations=1, rng=np.random.default_rng(0))
    lines = []
    for path, best_known in instances(options):
        lines.append(measure(path, best_known, options))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    table = pd.DataFrame(lines)
    classes = summary(table)
    if options.json:
        clean = json.loads(table.to_json(orient="records", double_precision=15))
        print(json.dumps({"instances": clean, "classes": classes}, indent=2))
    else:
        print(table.to_string(index=False, float_format="%.4f", na_rep="-"))
        for name, found in classes.items():
            verdict = "met" if found["met"] else "MISSED"
            print(
                f"{name}: worst mean gap {found['worst_mean_gap']:.4f} %, bar {found['bar']} %: "
                f"{verdict}"
            )
    return 0 if all(found["met"] for found in classes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
