"""How much does a warm sweep save over the papermill command, on the same runs?

Runs one short notebook 64 times by the plain papermill command, one after another, then the same
64 points by ``layoutlab sweep --jobs 2``, in one go on one machine, and compares the metrics. The
plain runs are spared their own logging to MLflow (4 s each); the sweep's is counted.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tqdm import tqdm

from layoutlab import pins

NOTEBOOK = "notebooks/points/one-evolution.ipynb"
FIXED = {"generations": 5}
WITHOUT_MLFLOW = {**os.environ, pins.UNDER_ENGINE: "1"}


def by_papermill(folder: Path, runs: int) -> list[dict]:
    """Run the papermill command once per seed; return the metrics."""
    found = []
    for seed in tqdm(range(runs), unit="run", desc="papermill"):
        metrics = folder / f"{seed}.json"
        given = {**FIXED, "seed": seed, "metrics": str(metrics)}
        options = [word for name, value in given.items() for word in ("-p", name, str(value))]
        command = ["papermill", NOTEBOOK, str(folder / f"{seed}.ipynb"), *options]
        subprocess.run(
            [*command, "--no-progress-bar"], check=True, capture_output=True, env=WITHOUT_MLFLOW
        )
        found.append(json.loads(metrics.read_text()))
    return found


def by_sweep(folder: Path, runs: int) -> list[dict]:
    """Run one sweep over the seeds; return the metrics, in the order of seeds."""
    fixed = [word for name, value in FIXED.items() for word in ("-p", f"{name}={value}")]
    grid = ["-g", f"seed=0:{runs}"]
    command = ["layoutlab", "sweep", NOTEBOOK, *fixed, *grid, "--jobs", "2", "-o", str(folder)]
    subprocess.run([*command, "--json"], check=True, stdout=subprocess.DEVNULL)
    results = [json.loads(p.read_text()) for p in folder.glob("points/*/result.json")]
    results.sort(key=lambda result: result["parameters"]["seed"])
    return [result["metrics"] for result in results]


def main() -> int:
    """Time both, print the ratio, and fail when the metrics differ."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=64)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    times, metrics = {}, {}
    for name, way in (("papermill", by_papermill), ("sweep", by_sweep)):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            metrics[name] = way(Path(folder), given.runs)
            times[name] = time.perf_counter() - began
    same = metrics["papermill"] == metrics["sweep"]
    result = {
        "runs": given.runs,
        "papermill_s": round(times["papermill"], 2),
        "sweep_s": round(times["sweep"], 2),
        "ratio": round(times["papermill"] / times["sweep"], 1),
        "same_metrics": same,
    }
    if given.json:
        print(json.dumps(result))
    else:
        print(
            f"{given.runs} runs: papermill {result['papermill_s']} s, "
            f"layoutlab sweep {result['sweep_s']} s: {result['ratio']} times less, "
            f"metrics {'equal' if same else 'DIFFERENT'}"
        )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
