"""What do walking distances on a store's floor cost? Ours beside scipy and plain Python, one run.

    python benchmarks/store_floor.py [--layouts 40] [--seed 1] [--neighbours 4] [--json]

The floor has 60 x 100 cells of 0.6 m and 80 fixtures; a layout differs from the one before by one
fixture, shifted by up to 4 cells or turned. Each programme returns the walking distances between
the 80 cells before the fixtures: ours from scratch (`walking.distances_between`), ours repaired
after the move (`walking.WalkingDistances.move` and `metres`), scipy's Dijkstra on a sparse graph of
the free cells (its building counted), and breadth-first search in plain Python (4 neighbours only).
They take turns on blocks of 20 layouts, each of which is a walk of 20 such moves; all distances are
compared, to the bit with 4 neighbours and to 1e-9 m with 8, what is repaired always to the bit.

Counted are CPU seconds of the process, compiling and a first layout not counted.
"""

import argparse
import json
import sys
import time
from collections import deque
from collections.abc import Callable

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from layoutlab.floor.grid import plan_of
from layoutlab.floor.store import arrangement
from layoutlab.floor.walking import WalkingDistances, distances_between

BLOCK = 20
BARS = {"from scratch": 500.0, "after one move": 1000.0}
Answer = Callable[[np.ndarray, np.ndarray], np.ndarray]


def with_scipy(plan: np.ndarray, cells: np.ndarray, neighbours: int, cell_m: float) -> np.ndarray:
    """Search with scipy's Dijkstra from every cell, on a graph of the free cells."""
    rows, columns = plan.shape
    free = np.pad(plan == 0, 1)
    number = np.arange(rows * columns).reshape(rows, columns)
    starts, ends, lengths = [], [], []
    ways = [(0, 1), (1, 0), (1, 1), (1, -1)][: 2 if neighbours == 4 else 4]
    for down, right in ways:

        def beside(down: int, right: int) -> np.ndarray:
            return free[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]

        open_ = beside(0, 0) & beside(down, right) & beside(down, 0) & beside(0, right)
        starts.append(number[open_])
        ends.append(number[open_] + down * columns + right)
        lengths.append(np.full(open_.sum(), np.hypot(down, right)))
    graph = coo_array(
        (np.concatenate(lengths), (np.concatenate(starts), np.concatenate(ends))),
        shape=(plan.size, plan.size),
    ).tocsr()
    index = cells[:, 1] * columns + cells[:, 0]
    return dijkstra(graph, directed=False, indices=index)[:, index] * cell_m


def with_python(plan: np.ndarray, cells: np.ndarray, cell_m: float) -> np.ndarray:
    """Search breadth first from every cell, in plain Python."""
    rows, columns = plan.shape
    blocked = plan.tolist()
    goals = [tuple(cell) for cell in cells.tolist()]
    found = np.full((len(goals), len(goals)), np.inf)
    for source, start in enumerate(goals):
        steps = {start: 0}
        waiting = deque([start])
        while waiting:
            x, y = cell = waiting.popleft()
            for following in ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)):
                right, down = following
                if (
                    0 <= right < columns
                    and 0 <= down < rows
                    and following not in steps
                    and not blocked[down][right]
                ):
                    steps[following] = steps[cell] + 1
                    waiting.append(following)
        found[source] = [steps.get(goal, np.inf) for goal in goals]
    return found * cell_m


def layouts(
    count: int, rng: np.random.Generator
) -> tuple[float, list[tuple[np.ndarray, np.ndarray]]]:
    """Return the size of a cell, and plans with the cells before their fixtures."""
    store = arrangement.generated_store(rng=rng)
    fixtures, made = store.fixtures, []
    for _ in range(count):
        grid = arrangement.grid_of(store, fixtures)
        made.append((plan_of(grid), arrangement.fronts(fixtures)))
        now = fixtures
        while (now != fixtures).any(axis=1).sum() != 1:
            now = arrangement.moved(store, fixtures, rng=rng)
        fixtures = now
    return store.cell_m, made


def measure(count: int, neighbours: int, seed: int) -> dict[str, float]:
    """Return CPU seconds by programme, all of them having agreed."""
    cell_m, made = layouts(count + 1, np.random.default_rng(seed))
    walks = WalkingDistances(*made[0], neighbours=neighbours, cell_m=cell_m)

    def moved(plan: np.ndarray, cells: np.ndarray) -> np.ndarray:
        walks.move(plan, cells)
        return walks.metres()

    programmes: dict[str, Answer] = {
        "from scratch": lambda *of: distances_between(*of, neighbours=neighbours, cell_m=cell_m),
        "after one move": moved,
        "scipy dijkstra": lambda *of: with_scipy(*of, neighbours, cell_m),
    }
    if neighbours == 4:
        programmes["plain Python"] = lambda *of: with_python(*of, cell_m)
    for answer in programmes.values():
        answer(*made[0])
    seconds = dict.fromkeys(programmes, 0.0)
    for first in range(1, count + 1, BLOCK):
        block = made[first : first + BLOCK]
        answers = {}
        for name, answer in programmes.items():
            start = time.process_time()
            answers[name] = [answer(*layout) for layout in block]
            seconds[name] += time.process_time() - start
        for name, found in answers.items():
            close = np.allclose(found, answers["scipy dijkstra"], rtol=0, atol=1e-9)
            same = np.array_equal(found, answers["from scratch"])
            if not close or (not same and (neighbours == 4 or name == "after one move")):
                raise SystemExit(f"{name} differs from the others")
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layouts", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--neighbours", type=int, choices=(4, 8), default=4)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    seconds = measure(given.layouts, given.neighbours, given.seed)
    rates = {name: given.layouts / value for name, value in seconds.items()}
    scratch = rates["from scratch"]
    ratios = {name: rate / scratch for name, rate in rates.items()}
    if given.json:
        figures = {"layouts_per_cpu_s": rates, "times_from_scratch": ratios}
        print(json.dumps({**vars(given), **figures}, sort_keys=True))
        return
    print(f"{given.layouts} layouts, {given.neighbours} neighbours, all distances equal")
    print(f"{'programme':16} {'layouts/CPU-s':>14} {'ms/layout':>10} {'x scratch':>10}  bar")
    for name, rate in rates.items():
        bar = f">= {BARS[name]:.0f}" if name in BARS and given.neighbours == 4 else ""
        print(f"{name:16} {rate:14.1f} {1e3 / rate:10.3f} {ratios[name]:10.3f}  {bar}")
    missed = [name for name, bar in BARS.items() if given.neighbours == 4 and rates[name] < bar]
    if missed:
        sys.exit(f"below the bar: {', '.join(missed)}")


if __name__ == "__main__":
    main()
