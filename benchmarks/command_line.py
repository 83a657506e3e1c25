"""What does ``layoutlab --help`` cost beside an interpreter that imports argparse and json?"""

import argparse
import json
import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python": [sys.executable, "-c", "import argparse, json"],
    "layoutlab": ["layoutlab", "--help"],
}


def main() -> int:
    """Run both in turn, print the medians and their ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=21)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(given.rounds):
        for name, command in COMMANDS.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(values) for name, values in times.items()}
    result = {f"{name}_ms": round(1000 * value, 1) for name, value in medians.items()}
    result["ratio"] = round(medians["layoutlab"] / medians["python"], 2)
    print(json.dumps(result) if given.json else f"{result} (medians of {given.rounds} rounds)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
