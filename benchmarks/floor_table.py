"""What does the floor study reach, beside its peers? One table, everything measured in this run.

Run with ``python benchmarks/floor_table.py [--full]``. The rows on the field's instances need
``LAYOUTLAB_DATA_MIRROR`` and are left out without it; by default they take few instances and
seconds, with ``--full`` all of them and the times of the bars (hours). A bar is what we promise; a
missed one is said, and the exit code is 1.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from layoutlab.floor import evolution, reference, schemes
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings

HERE = Path(__file__).parent
COMPILE = """
import time
started = time.process_time()
import numpy as np
from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.settings import Settings
for crossover in ("one_point", "two_point", "uniform"):
    settings = Settings(population=4, generations=1, crossover=crossover)
    evolve(Floor(), Readings(), settings, rng=np.random.default_rng(1))
print(time.process_time() - started)
"""


def asked(*command):
    """Run a command that prints one JSON object; a missed bar of its own is no failure here."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return json.loads(done.stdout)


def speed():
    """Evaluations per CPU second, the whole study of schemes, and compiling once."""
    with tempfile.TemporaryDirectory() as folder:
        found = asked("layoutlab", "floor", "bench", "--quick", "--json", "--out", folder)
        told = subprocess.run(
            [sys.executable, "-c", COMPILE],
            env={**os.environ, "NUMBA_CACHE_DIR": folder},
            capture_output=True,
            text=True,
            check=True,
        )
    ours, deap = found["evaluations_per_cpu_s"], found["deap_evaluations_per_cpu_s"]
    yield (
        "plan evaluations per CPU s",
        "1,000,000; 100 × DEAP",
        f"{ours:,.0f}",
        f"DEAP {deap:,.0f}: {ours / deap:,.0f} ×",
        ours >= 1e6 and ours >= 100 * deap,
    )
    study = found["scheme_study_cpu_s"]
    yield "3 × 3 schemes × 31 seeds × 100 × 100", "3 CPU s", f"{study:.2f} CPU s", "", study <= 3
    once = float(told.stdout)
    yield "compiling it, once", "20 s", f"{once:.1f} CPU s", "", once <= 20


def store():
    """All-pairs walks on a floor of a store's size."""
    found = asked(sys.executable, HERE / "store_floor.py", "--json")
    rate, times = found["layouts_per_cpu_s"], found["times_from_scratch"]
    yield (
        "60 × 100 cells, 80 fixtures, all walks: layouts per CPU s",
        "500",
        f"{rate['from scratch']:,.0f}",
        f"scipy {rate['scipy dijkstra']:.0f}",
        rate["from scratch"] >= 500,
    )
    yield (
        "the same after one move",
        "2 × that",
        f"{rate['after one move']:,.0f}",
        f"{times['after one move']:.2f} ×",
        times["after one move"] >= 2,
    )


def field(full):
    """The field's instances, ours beside SciPy, descents and pymoo."""
    how = () if full else ("--quick",)
    found = asked(sys.executable, HERE / "qaplib.py", "--json", *how)
    seconds = found["seconds"]
    for name, bar in (("n <= 40", 0.1), ("60 to 100", 0.5)):
        one = found["classes"][name]
        yield (
            f"QAPLIB, {name}, {seconds:g} s: mean gap, {one['instances']} instances",
            f"{bar} % in 60 s",
            f"{one['mean']:.4f} %",
            f"scipy faq {one['faq']:.1f} %, 2opt {one['2opt']:.1f} %",
            one["mean"] <= bar if seconds >= 60 else None,
        )
    found = asked(sys.executable, HERE / "srflp.py", "--json", *how)
    for name, one in found["classes"].items():
        yield (
            f"single row, {name}: worst mean gap",
            f"{one['bar']} %",
            f"{one['worst_mean_gap']:.4f} %",
            "",
            one["met"],
        )
    found = asked(sys.executable, HERE / "uaflp.py", "--json", *how)
    for name, met in found["bars"].items():
        yield f"unequal areas: {name}", "", "yes" if met else "no", "", met


def same_bits():
    """One result, whoever computes it and however often it is interrupted."""
    settings = Settings(population=30, generations=20, selection="tournament")
    given = {"floor": Floor(), "readings": Readings(), "settings": settings}

    def rng():
        return np.random.default_rng(1)

    whole = evolution.evolve(**given, rng=rng())
    same = reference.evolve(**given, rng=rng()) == whole
    with tempfile.TemporaryDirectory() as folder:
        for stop in (0, 7, 19):
            kept = {"rng": rng(), "checkpoint": f"{folder}/{stop}.npz"}
            evolution.evolve(**given, **kept, callback=lambda each, at=stop: each.generation == at)
            kept["rng"] = rng()
            same &= evolution.evolve(**given, **kept) == whole
    runs = [
        schemes.run(Floor(), Readings(), seeds=range(3), settings=settings, jobs=jobs).runs
        for jobs in (1, 2, 4)
    ]
    same &= all(table.equals(runs[0]) for table in runs)
    yield "DEAP or compiled, resumed, 1 / 2 / 4 threads", "same bits", str(same), "", same


def main():
    """Measure, print the table, and say what was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="all instances, the bars' times")
    full = parser.parse_args().full
    started = time.perf_counter()
    rows = [*same_bits(), *speed(), *store()]
    if os.environ.get("LAYOUTLAB_DATA_MIRROR"):
        rows += field(full)
    else:
        print("LAYOUTLAB_DATA_MIRROR is not set: the field's instances are left out")
    table = Table("what", "bar", "measured", "beside it", "")
    for what, bar, measured, beside, met in rows:
        table.add_row(what, bar, measured, beside, {True: "met", False: "MISSED", None: ""}[met])
    Console(width=130).print(table)
    print(f"{time.perf_counter() - started:.0f} s")
    return any(met is False for *_, met in rows)


if __name__ == "__main__":
    sys.exit(main())
