"""How good are our unequal-area layouts beside the published ones? All recomputed in one run.

    python benchmarks/uaflp.py [--folder DIR] [--seconds 60] [--seeds 1] [--match TEXT] [--quick]

For every instance: the published flexible-bay and slicing-tree layouts, our two searches with
`--seconds` of one core each, and, with equal numbers of evaluations, our bay search beside a plain
peer, pymoo's genetic algorithm (random keys) over the same bay decoding. Every layout is costed
and checked by the same independent checker. "proved": the flexible-bay optimum by enumeration.
Exit code 1 when a bar is missed: the proved optima found, every published slicing-tree layout met
within 1 %, at least one of all published layouts improved (`--quick`: the first of these only). The
folder defaults to ``$LAYOUTLAB_DATA_MIRROR/uaflp``.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from pymoo.algorithms.soo.nonconvex.ga import GA
from pymoo.core.problem import Problem as Peer
from pymoo.optimize import minimize

from layoutlab.floor.areas import bay_kernels, bays
from layoutlab.floor.areas import solver as areas
from layoutlab.floor.areas.bay_exact import best_layout
from layoutlab.floor.areas.kernels import facility_of

PROVED = ("O7", "O8", "O9", "vC10Ra")
QUICK = ("O7", "O9", "AB20-ar10")
WITHIN = 0.01
PENALTY = 0.5


class RandomKeys(Peer):
    """Bay codes as 2n + 1 keys: order of the first n, bay ends, direction; broken shapes cost."""

    def __init__(self, problem: areas.Problem) -> None:
        super().__init__(n_var=2 * problem.n + 1, n_obj=1, xl=0.0, xu=1.0)
        self.facilities = [facility_of(problem, turned=turned) for turned in (False, True)]
        self.n = problem.n
        self.best = (np.inf, np.zeros((problem.n, 4)))

    def _evaluate(self, keys: np.ndarray, out: dict[str, Any], *_: Any, **__: Any) -> None:
        codes = np.empty((len(keys), 2, self.n), dtype=np.int32)
        codes[:, 0] = np.argsort(keys[:, : self.n], axis=1)
        codes[:, 1] = keys[:, self.n : 2 * self.n] > 1 - 1 / np.sqrt(self.n)
        found = np.empty((len(keys), 2))
        turned = keys[:, -1] > 0.5
        for way, facility in enumerate(self.facilities):
            rows = turned == bool(way)
            found[rows] = bay_kernels.evaluate_all(codes[rows], facility)
        allowed = np.where(found[:, 1] == 0, found[:, 0], np.inf)
        k = int(allowed.argmin())
        if allowed[k] < self.best[0]:
            layout = bays.layout(codes[k], self.facilities[int(turned[k])])
            self.best = (allowed[k], layout[:, [1, 0, 3, 2]] if turned[k] else layout)
        out["F"] = found[:, 0] * (1 + PENALTY * found[:, 1])


def with_pymoo(problem: areas.Problem, evaluations: int, seed: int) -> np.ndarray | None:
    """Return the best allowed layout of pymoo's genetic algorithm, None where it met none."""
    peer = RandomKeys(problem)
    minimize(peer, GA(pop_size=100), ("n_eval", evaluations), seed=seed, verbose=False)
    return peer.best[1] if np.isfinite(peer.best[0]) else None


def judged(problem: areas.Problem, layout: Any) -> float:
    """Return a layout's cost once the checker has passed it; a broken rule ends the run."""
    violations = areas.check(problem, layout)
    if violations:
        raise SystemExit(f"{problem.name}: {violations}")
    return areas.cost(problem, layout)


def compare(path: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Return one row of the table: published, ours and the peer's, means over the seeds."""
    problem = areas.load(path)
    row: dict[str, Any] = {"instance": problem.name, "n": problem.n}
    for kind, form in (("FBS", "bays"), ("STS", "slicing")):
        published = path.parent.parent / "layouts" / f"{path.stem}_{kind}.csv"
        row[f"published_{form}"] = judged(problem, published) if published.exists() else None
        began = time.process_time()
        costs = []
        for seed in range(1, given.seeds + 1):
            rng = np.random.default_rng(seed)
            solution = areas.solve(problem, form=form, seconds=given.seconds, rng=rng)
            costs.append(judged(problem, solution.layout))
        row |= {form: statistics.mean(costs), f"{form}_best": min(costs)}
        row[f"{form}_cpu_s"] = (time.process_time() - began) / given.seeds
    if problem.name in PROVED:
        least, layout = best_layout(problem)
        row["proved_bays"] = judged(problem, layout)
        assert abs(least - row["proved_bays"]) < 1e-6 * least
    rng = np.random.default_rng(1)
    ours = areas.solve(problem, form="bays", iterations=given.evaluations, rng=rng)
    peer = with_pymoo(problem, given.evaluations, seed=1)
    row["bays_equal"] = judged(problem, ours.layout)
    row["pymoo_equal"] = None if peer is None else judged(problem, peer)
    return row


def gap(row: dict[str, Any], ours: str, theirs: str) -> float | None:
    """Return by how many per cent ours costs more than theirs."""
    if row.get(ours) is None or row.get(theirs) is None:
        return None
    return float(100 * (row[ours] / row[theirs] - 1))


def shown(value: float | None, form: str) -> str:
    """Return a number in a format, a dash where there is none."""
    width = int(form.split(".")[0].lstrip("+"))
    return "–".rjust(width) if value is None else format(value, form)


def line(row: dict[str, Any]) -> str:
    """Return a row of the table as text."""
    cells = [f"{row['instance']:10} {row['n']:3}"]
    for form in ("bays", "slicing"):
        cells.append(shown(row[f"published_{form}"], "13.3f") + shown(row[form], "13.3f"))
        cells.append(shown(gap(row, form, f"published_{form}"), "+8.2f"))
    cells.append(shown(row.get("proved_bays"), "11.3f"))
    cells.append(shown(gap(row, "pymoo_equal", "bays_equal"), "+9.2f"))
    return " ".join(cells)


def bars(rows: list[dict[str, Any]], *, quick: bool) -> dict[str, bool]:
    """Return which bars are met by the rows at hand; quick: the proved optima only."""
    pairs = [(row, form) for row in rows for form in ("bays", "slicing")]
    gaps = [gap(row, f"{form}_best", f"published_{form}") for row, form in pairs]
    near = [gap(row, "slicing", "published_slicing") for row in rows]
    proved = [gap(row, "bays", "proved_bays") for row in rows]
    reproduced = all(abs(g) < 1e-6 for g in proved if g is not None)
    if quick:
        return {"proved optima reproduced": reproduced}
    return {
        "proved optima reproduced": reproduced,
        "slicing trees within 1 %": all(g <= 100 * WITHIN for g in near if g is not None),
        "a published layout improved": any(g < -1e-4 for g in gaps if g is not None),
    }


def main() -> int:
    """Run every instance, print the table and the bars."""
    mirror = os.environ.get("LAYOUTLAB_DATA_MIRROR", "data")
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--folder", type=Path, default=Path(mirror) / "uaflp")
    options.add_argument("--seconds", type=float, default=60.0, help="for each search")
    options.add_argument("--seeds", type=int, default=1, help="runs of each search")
    options.add_argument("--evaluations", type=int, default=50_000, help="beside the peer")
    options.add_argument("--match", default="", help="only instances whose name holds this")
    options.add_argument("--quick", action="store_true", help="three instances, 2 s each")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    paths = [p for p in sorted(given.folder.glob("instances/*.json")) if given.match in p.stem]
    if given.quick:
        given.seconds = 2.0
        paths = [path for path in paths if path.stem in QUICK]
    if not paths:
        options.error(f"no instances in {given.folder / 'instances'}")
    if not given.json:
        print(
            "instance     n     FBS publ.    ours, bays    gap %     STS publ. ours, slicing"
            "    gap %      proved  pymoo %"
        )
    rows = []
    for path in paths:
        rows.append(compare(path, given))
        if not given.json:
            print(line(rows[-1]), flush=True)
    met = bars(rows, quick=given.quick)
    if given.json:
        print(json.dumps({"rows": rows, "bars": met}))
    else:
        print("pymoo %: by how much its layout costs more than ours after equal evaluations")
        print("\n".join(f"{'met' if ok else 'MISSED'}: {name}" for name, ok in met.items()))
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
