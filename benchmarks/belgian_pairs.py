"""What do pair counts cost with Beam, against polars? The Belgian receipts, in one run, by turns.

    python benchmarks/belgian_pairs.py [--rounds 3] [--json]

Both start from the same receipts file (908,576 lines, 88,162 receipts; ``LAYOUTLAB_DATA_MIRROR`` or
a download) and end with the sorted counts of all pairs. Ours is what notebook 02 calls:
`baskets.prepare`, which checks every line, drops duplicates and writes baskets and rejects, and
`pairs.count`. Polars reads two columns, codes them, joins the lines with themselves on the receipt,
and groups; it checks nothing. Counted are user plus system CPU seconds of the whole process,
threads included, by turns in one process. Imports are not counted: a warm-up on a few receipts
loads what either imports late. Polars may use as many threads as Arrow: one.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

THREADS = "1"
for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = THREADS  # before polars and numpy read them

import numpy as np  # noqa: E402
import polars as pl  # noqa: E402
import pyarrow as pa  # noqa: E402

from layoutlab.retail.affinities import pairs  # noqa: E402
from layoutlab.retail.preparation import baskets, receipts  # noqa: E402

PAIRS, OCCURRENCES, MOST = 3_586_797, 7_164_335, 29_142
WARM_UP_LINES = 2_000
CPU_BAR_S, RATIO_BAR = 3.0, 2.0
Answer = tuple[int, int, int]


def with_beam(path: Path) -> Answer:
    """Count the pairs as notebook 02 does: distinct pairs, occurrences, baskets of the top pair."""
    folder = path.parent
    baskets.prepare(path, folder / "baskets.parquet", folder / "rejects.parquet")
    counts = pairs.count(folder / "baskets.parquet")
    together = counts.together.tocoo()
    return (
        counts.n_pairs,
        counts.n_occurrences,
        int(together.data[together.row < together.col].max()),
    )


def with_polars(path: Path) -> Answer:
    """Count the pairs with a join of polars, sorted as ours are; nothing is checked."""
    codes = [
        pl.col(name).cast(pl.Categorical).to_physical() for name in ("transaction_id", "category")
    ]
    lines = pl.read_parquet(path, columns=["transaction_id", "category"]).select(
        receipt=codes[0], item=codes[1].cast(pl.Int64)
    )
    found = (
        lines.join(lines, on="receipt", suffix="_2")
        .filter(pl.col("item") < pl.col("item_2"))
        .select(key=pl.col("item") * 2**32 + pl.col("item_2"))
        .group_by("key")
        .len("baskets")
        .sort("key")
    )
    return found.height, int(found["baskets"].sum()), int(found["baskets"].max())


def measured(count: Callable[[Path], Answer], path: Path) -> tuple[Answer, float, float]:
    """Return the answer, CPU seconds (user and system, all threads) and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = count(path)
    return answer, time.process_time() - cpu, time.perf_counter() - wall


def main() -> int:
    """Measure, print, and return 0 when counts are exact and both bars are met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    pa.set_cpu_count(int(THREADS))
    ways = {"beam": with_beam, "polars": with_polars}
    cpu: dict[str, list[float]] = {name: [] for name in ways}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    exact = True
    with tempfile.TemporaryDirectory() as folder:
        path, few = Path(folder) / "receipts.parquet", Path(folder) / "few.parquet"
        lines, _ = receipts.load("belgian-retail", rng=np.random.default_rng(0))
        receipts.write(path, lines)
        receipts.write(few, lines.slice(0, WARM_UP_LINES))
        del lines
        for count in ways.values():
            count(few)
        for _ in range(arguments.rounds):
            for name, count in ways.items():
                answer, cpu_s, wall_s = measured(count, path)
                exact &= answer == (PAIRS, OCCURRENCES, MOST)
                cpu[name].append(cpu_s)
                wall[name].append(wall_s)
    middle = {name: float(np.median(seconds)) for name, seconds in cpu.items()}
    result = {
        "pairs": PAIRS,
        "exact": exact,
        "cpu_s": cpu,
        "wall_s": wall,
        "median_cpu_s": middle,
        "ratio": middle["beam"] / middle["polars"],
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "bars": {"cpu_s": CPU_BAR_S, "ratio": RATIO_BAR},
    }
    good = exact and middle["beam"] <= CPU_BAR_S and result["ratio"] <= RATIO_BAR
    print(json.dumps(result) if arguments.json else described(result))
    return 0 if good else 1


def described(result: dict) -> str:
    """Say the result in a few lines."""
    rounds = "\n".join(
        f"{name:8} CPU s {' '.join(f'{seconds:5.2f}' for seconds in result['cpu_s'][name])}   "
        f"wall s {' '.join(f'{seconds:5.2f}' for seconds in result['wall_s'][name])}"
        for name in result["cpu_s"]
    )
    return (
        f"{rounds}\nall counts exact ({PAIRS:,} pairs): {result['exact']}\n"
        f"Beam, median CPU s: {result['median_cpu_s']['beam']:.2f} (bar {CPU_BAR_S})\n"
        f"ratio to polars: {result['ratio']:.2f} (bar {RATIO_BAR})\n"
        f"peak memory of the process, both and loading: {result['peak_rss_mb']:,.0f} MB"
    )


if __name__ == "__main__":
    sys.exit(main())
