"""How far from the best known assignments of QAPLIB do we end, and SciPy beside us?

Run with ``python benchmarks/qaplib.py [--folder DIR] [--seconds S] [--seeds K] [--jobs J]
[--match PATTERN] [--smallest N] [--largest N] [--quick] [--json]``. The folder holds ``dat/*.dat``
and ``best_known.csv``; default is ``qaplib`` in ``LAYOUTLAB_DATA_MIRROR``. Each of our runs ends
after S CPU seconds (wall-clock seconds with several jobs), or when it reaches the best known cost:
this target is given to the solver by the benchmark alone, so that the whole study takes hours
instead of days; the gap is what the full time would have given, or larger where the best known
cost could be beaten. SciPy's ``quadratic_assignment`` runs once by the methods faq (from the
barycentre) and 2opt. A gap is (cost / best known - 1) in %; where the best known cost is 0 it is 0
when reached and infinite when not. Exit code 1 when a bar is missed: mean gap at most 0.1 % and
none above 0.5 % for n up to 40, mean at most 0.5 % for n from 60 to 100.
"""

import argparse
import csv
import fnmatch
import json
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
from scipy.optimize import quadratic_assignment
from tqdm import tqdm

from layoutlab.errors import InputError
from layoutlab.floor.assignment import qaplib, quadratic
from layoutlab.floor.assignment import solver as assignment

CLASSES = {
    "n <= 40": (2, 40), "41 to 59": (41, 59), "60 to 100": (60, 100), "n > 100": (101, 10**9)
}  # fmt: skip
BARS = {"n <= 40": {"mean": 0.1, "worst": 0.5}, "60 to 100": {"mean": 0.5}}
QUICK = ("nug12", "chr18a", "tai25a", "bur26a", "ste36a", "tai35b", "sko64", "tai80a")


def gap(cost, known):
    """Return by how many per cent a cost exceeds the best known one."""
    if known:
        return 100 * (cost / known - 1)
    return 0.0 if cost == 0 else math.inf


def ours(problem, known, chosen):
    """Run every seed; return gaps and the CPU seconds of each run."""
    gaps, spent = [], []
    for seed in range(chosen.seeds):
        started = time.process_time()
        solution = assignment.solve(
            problem,
            seconds=chosen.seconds,
            jobs=chosen.jobs,
            target=known,
            clock=time.process_time if chosen.jobs == 1 else time.perf_counter,
            rng=np.random.default_rng(seed),
        )
        spent.append(time.process_time() - started)
        gaps.append(gap(quadratic.cost(problem, solution.permutation), known))
    return gaps, spent


def scipys(problem, known, method):
    """Run SciPy once; return its gap, counted by us, and the CPU seconds."""
    started = time.process_time()
    options = {} if method == "faq" else {"rng": 0}
    found = quadratic_assignment(problem.flows, problem.distances, method=method, options=options)
    spent = time.process_time() - started
    return gap(quadratic.cost(problem, found.col_ind), known), spent


def measured(folder, row, chosen):
    """Return the row of one instance."""
    problem = qaplib.load(folder / "dat" / f"{row['instance']}.dat")
    known = int(row["best_known"])
    gaps, spent = ours(problem, known, chosen)
    result = {
        "instance": row["instance"],
        "n": problem.n,
        "best": min(gaps),
        "mean": float(np.mean(gaps)),
        "worst": max(gaps),
        "reached": sum(value <= 0 for value in gaps),
        "cpu_s": float(np.mean(spent)),
    }
    for method in ("faq", "2opt"):
        result[method], result[f"{method}_cpu_s"] = scipys(problem, known, method)
    return result


def summed_up(rows):
    """Return, per class of size, means over the instances, the worst run and whether bars are met.

    SciPy's means leave out instances whose best known cost is 0.
    """
    classes = {}
    for name, (low, high) in CLASSES.items():
        inside = [row for row in rows if low <= row["n"] <= high]
        if not inside:
            continue
        found = {
            "instances": len(inside),
            "mean": float(np.mean([row["mean"] for row in inside])),
            "worst": max(row["worst"] for row in inside),
            "cpu_s": float(np.mean([row["cpu_s"] for row in inside])),
        }
        for method in ("faq", "2opt"):
            finite = [row[method] for row in inside if math.isfinite(row[method])]
            found[method] = float(np.mean(finite)) if finite else math.nan
        bars = BARS.get(name, {})
        found["met"] = all(found[measure] <= most for measure, most in bars.items())
        classes[name] = found
    return classes


def printed(rows, classes, chosen):
    """Print both tables."""
    head = ("best", "mean", "worst", "reached", "CPU s", "faq", "CPU s", "2opt", "CPU s")
    print(f"{'gap in %':12}{'n':>5}" + "".join(f"{name:>9}" for name in head))
    for row in rows:
        print(
            f"{row['instance']:12}{row['n']:5}{row['best']:9.3f}{row['mean']:9.3f}"
            f"{row['worst']:9.3f}{row['reached']:7}/{chosen.seeds}{row['cpu_s']:9.2f}"
            f"{row['faq']:9.2f}{row['faq_cpu_s']:9.2f}{row['2opt']:9.2f}{row['2opt_cpu_s']:9.2f}"
        )
    for name, found in classes.items():
        bar = BARS.get(name)
        verdict = "" if bar is None else f"  bar {bar}: {'met' if found['met'] else 'MISSED'}"
        print(
            f"{name:12}{found['instances']:4} instances: mean {found['mean']:.4f}, worst run "
            f"{found['worst']:.3f}, CPU s {found['cpu_s']:.1f}; faq {found['faq']:.2f}, "
            f"2opt {found['2opt']:.2f}{verdict}"
        )


def main():
    """Print the gaps as a table, or as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="holds dat/*.dat and best_known.csv")
    parser.add_argument("--seconds", type=float, default=60, help="CPU s of a run (%(default)s)")
    parser.add_argument("--seeds", type=int, default=5, help="runs of an instance (%(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="threads of a run (%(default)s)")
    parser.add_argument("--match", default="*", help="names, as tai*a or sko*,wil* (all)")
    parser.add_argument("--smallest", type=int, default=2, help="least n (%(default)s)")
    parser.add_argument("--largest", type=int, default=10**9, help="largest n (any)")
    parser.add_argument("--quick", action="store_true", help="eight instances, 2 s, 2 seeds")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    chosen = parser.parse_args()
    patterns = chosen.match.split(",")
    if chosen.quick:
        chosen.seconds, chosen.seeds, patterns = 2, 2, QUICK
    mirror = os.environ.get("LAYOUTLAB_DATA_MIRROR")
    if chosen.folder is None and mirror is None:
        raise InputError("folder: expected --folder or LAYOUTLAB_DATA_MIRROR, got neither")
    folder = chosen.folder or Path(mirror) / "qaplib"
    with (folder / "best_known.csv").open(newline="") as stream:
        known = sorted(csv.DictReader(stream), key=lambda row: (int(row["n"]), row["instance"]))
    wanted = [
        row
        for row in known
        if chosen.smallest <= int(row["n"]) <= chosen.largest
        and any(fnmatch.fnmatch(row["instance"], pattern) for pattern in patterns)
    ]
    toy = quadratic.state(np.eye(3, dtype=int), np.eye(3, dtype=int))
    assignment.solve(toy, iterations=1, rng=np.random.default_rng(0))  # compiles, once
    rows = []
    for row in tqdm(wanted, desc="instances", file=sys.stderr):
        rows.append(measured(folder, row, chosen))
        tqdm.write(json.dumps(rows[-1]), file=sys.stderr)
    classes = summed_up(rows)
    if chosen.json:
        print(json.dumps({"seconds": chosen.seconds, "rows": rows, "classes": classes}, indent=2))
    else:
        printed(rows, classes, chosen)
    return 0 if all(found["met"] for found in classes.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
