"""How much does ``layoutlab repro`` save over ``dvc repro``, leaving the same lock?

Clones this project twice, runs ``dvc repro -f`` in the one clone and then ``layoutlab repro -f
-j 2`` in the other, and compares ``dvc.lock`` byte by byte.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMANDS = {"dvc": ["dvc", "repro", "-f"], "layoutlab": ["layoutlab", "repro", "-f", "-j", "2"]}


def main() -> int:
    """Time both, print the ratio, and fail when the locks differ."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    here = Path(__file__).resolve().parents[1]
    times, locks, changed = {}, {}, ""
    for name, command in COMMANDS.items():
        with tempfile.TemporaryDirectory() as folder:  # each its own clone: no sweep is resumed
            subprocess.run(["git", "clone", "-q", str(here), folder], check=True)
            print(*command, file=sys.stderr)
            began = time.perf_counter()
            subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
            times[name] = time.perf_counter() - began
            locks[name] = Path(folder, "dvc.lock").read_bytes()
            changed += subprocess.run(
                ["git", "status", "--short"], cwd=folder, check=True, capture_output=True, text=True
            ).stdout
    same = locks["dvc"] == locks["layoutlab"]
    result = {
        "dvc_s": round(times["dvc"], 1),
        "layoutlab_s": round(times["layoutlab"], 1),
        "ratio": round(times["layoutlab"] / times["dvc"], 2),
        "same_lock": same,
        "git_status_clean": not changed,
    }
    if given.json:
        print(json.dumps(result))
    else:
        print(
            f"dvc repro -f {result['dvc_s']} s, layoutlab repro -f -j 2 {result['layoutlab_s']} s: "
            f"{result['ratio']} of the time, lock {'equal' if same else 'DIFFERENT'}, "
            f"git status {changed or 'clean'}"
        )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
