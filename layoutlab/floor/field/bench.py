"""How do we compare with others in one run? Evaluations per CPU second, and quality at a price."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import quadratic_assignment

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor import schemes
from layoutlab.floor.assignment import quadratic
from layoutlab.floor.assignment import solver as assignment
from layoutlab.floor.evolution import evolve
from layoutlab.floor.field import bench_plots, peers, planted
from layoutlab.floor.genome import Blocks, Floor, random_population
from layoutlab.floor.kernels import compile_problem, evaluate, fitness_of
from layoutlab.floor.objectives import Readings, reference_fitness
from layoutlab.floor.settings import Settings

Progress = Callable[[int, int], None]
PLANS = 400_000
CPU_S = {True: 1.0, False: 10.0}
STUDY = "LayoutLab, 3 × 3 schemes × 31 seeds"
TABLES = ("searches", "assignments")


def run(
    *,
    quick: bool = False,
    seconds: float | None = None,
    seed: int = 1,
    jobs: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure ours and theirs on this machine, now.

    Parameters
    ----------
    quick : bool
        Fewer repetitions and smaller assignments: within half a minute on an idle core.
    seconds : float, optional
        CPU time of each search of an assignment, above 0; 1 when quick, else 10.
    seed : int
    jobs : int
        Threads for our assignment search, at least 1.
    progress : callable, optional
        Called with the parts done and all of them.

    Returns
    -------
    dict
        evaluations_per_cpu_s (ours, through `kernels.evaluate`), deap_evaluations_per_cpu_s (DEAP
        with the fitness counted cell by cell in plain Python), their ratio, the CPU seconds of the
        whole selection and crossover study, and the tables: `searches`, `assignments`.

    Raises
    ------
    InputError
        When a peer is not installed, or seconds are not above 0.
    """
    cpu_s = CPU_S[quick] if seconds is None else seconds
    if not cpu_s > 0:
        raise InputError(f"seconds: expected more than 0, got {cpu_s:g}")
    parts = [*_search_parts(seed, 1 if quick else 3), *_assignment_parts(seed, quick, cpu_s, jobs)]
    rows: dict[str, list[dict[str, Any]]] = {"searches": [], "assignments": []}
    for done, (table, measure) in enumerate(parts):
        rows[table].append(measure())
        if progress:
            progress(done + 1, len(parts))
    speed = {row["search"]: row["evaluations_per_cpu_s"] for row in rows["searches"]}
    ours, deap = speed["LayoutLab, evaluate"], speed["DEAP, plain fitness"]
    return {
        "evaluations_per_cpu_s": ours,
        "deap_evaluations_per_cpu_s": deap,
        "ratio": ours / deap,
        "scheme_study_cpu_s": next(
            row["cpu_s"] for row in rows["searches"] if row["search"] == STUDY
        ),
        "searches": rows["searches"],
        "assignments": with_gaps(rows["assignments"]),
    }


Part = tuple[str, Callable[[], dict[str, Any]]]


def _search_parts(seed: int, repeats: int) -> list[Part]:
    floor, readings = Floor(), Readings()
    problem = compile_problem(floor, readings)

    def plain(blocks: Blocks) -> float:
        return reference_fitness(blocks, floor, readings)

    def compiled(blocks: Blocks) -> float:
        return float(fitness_of(np.array(blocks, dtype=np.int16), problem))

    population = random_population(floor, PLANS, rng=np.random.default_rng(seed))

    def score() -> tuple[int, float]:
        return PLANS, float(evaluate(population, floor, readings).max())

    parts: list[Part] = [
        ("searches", lambda: _timed("LayoutLab, evaluate", score, repeats)),
        ("searches", lambda: _timed("LayoutLab, evolve", lambda: _evolve(seed), repeats)),
        ("searches", lambda: _timed(STUDY, _study, 1)),
    ]
    for name, search in (("DEAP", peers.deap), ("PyGAD", peers.pygad), ("pymoo", peers.pymoo)):
        for how, fitness in (("plain", plain), ("our compiled", compiled)):
            counted = _Counted(fitness)
            label = f"{name}, {how} fitness"
            parts.append(("searches", _later(label, search, floor, counted, seed)))
    return parts


def _later(label: str, search: Any, floor: Floor, counted: "_Counted", seed: int) -> Any:
    return lambda: _timed(label, lambda: counted.around(search, floor, seed), 1)


class _Counted:
    """A fitness that counts its calls."""

    def __init__(self, fitness: peers.Fitness) -> None:
        self.fitness = fitness
        self.calls = 0

    def __call__(self, blocks: Blocks) -> float:
        self.calls += 1
        return self.fitness(blocks)

    def around(self, search: Callable[..., float], floor: Floor, seed: int) -> tuple[int, float]:
        best = search(floor, self, seed)
        return self.calls, best


def _timed(name: str, work: Callable[[], tuple[int, float]], repeats: int) -> dict[str, Any]:
    """Run once to compile when it is ours, then as often as asked; the median counts."""
    if name.startswith("LayoutLab"):
        work()
    spent = []
    for _ in range(repeats):
        begun = time.process_time()
        evaluations, best = work()
        spent.append(time.process_time() - begun)
    cpu_s = float(np.median(spent))
    return {
        "search": name,
        "evaluations": evaluations,
        "best_fitness": best,
        "cpu_s": cpu_s,
        "evaluations_per_cpu_s": evaluations / cpu_s,
    }


def _evolve(seed: int) -> tuple[int, float]:
    settings = Settings(selection="tournament")
    rng = np.random.default_rng(seed)
    results = [evolve(Floor(), Readings(), settings, rng=each) for each in rng.spawn(10)]
    return sum(each.evaluations for each in results), max(each.best_fitness for each in results)


def _study() -> tuple[int, float]:
    found = schemes.run(Floor(), Readings(), seeds=range(31)).runs
    return int(found["evaluations"].sum()), float(found["best_fitness"].max())


def _assignment_parts(seed: int, quick: bool, cpu_s: float, jobs: int) -> list[Part]:
    """One part for each made-up instance and search, all with the same CPU time."""
    sizes = ((4, 5), (5, 6)) if quick else ((4, 5), (5, 6), (6, 8))
    parts: list[Part] = []
    for rows, columns in sizes:
        rng = np.random.default_rng([seed, rows, columns])
        instance = planted.random_assignment(rows, columns, rng=rng)
        for name, solve in (
            ("LayoutLab, assign", _ours(jobs)),
            ("scipy, faq from random starts", _scipy("faq")),
            ("scipy, 2opt from random starts", _scipy("2opt")),
        ):
            parts.append(("assignments", _priced(name, solve, instance, cpu_s, seed)))
    return parts


Instance = tuple[np.ndarray, np.ndarray]
Solve = Callable[[Instance, float, np.random.Generator], int | float]


def _priced(name: str, solve: Solve, instance: Instance, cpu_s: float, seed: int) -> Any:
    def measure() -> dict[str, Any]:
        begun = time.process_time()
        cost = solve(instance, cpu_s, np.random.default_rng(seed))
        spent = time.process_time() - begun
        return {"search": name, "n": len(instance[0]), "cost": cost, "cpu_s": spent}

    return measure


def _ours(jobs: int) -> Solve:
    def solve(instance: Instance, cpu_s: float, rng: np.random.Generator) -> int | float:
        problem = quadratic.state(*instance)
        found = assignment.solve(
            problem, seconds=cpu_s, jobs=jobs, rng=rng, clock=time.process_time
        )
        return found.cost

    return solve


def _scipy(method: str) -> Solve:
    def solve(instance: Instance, cpu_s: float, rng: np.random.Generator) -> int | float:
        ends, best = time.process_time() + cpu_s, np.inf
        while time.process_time() < ends:
            options: dict[str, Any] = {"rng": rng}
            if method == "faq":
                options["P0"] = "randomized"
            best = min(best, quadratic_assignment(*instance, method=method, options=options).fun)
        return float(best)

    return solve


def with_gaps(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each row its gap in per cent to the least cost that anyone found for its size."""
    table = pd.DataFrame(rows)
    least = table.groupby("n")["cost"].transform("min")
    gaps = (100 * (table["cost"] / least - 1)).tolist()
    return [row | {"gap_percent": gap} for row, gap in zip(rows, gaps, strict=True)]


def write(found: dict[str, Any], out: str | Path) -> list[str]:
    """Write the tables as CSV and the figure as SVG into a folder; return the files."""
    files = []
    for table in TABLES:
        files.append(f"{out}/{table}.csv")
        canonical.write_text(files[-1], pd.DataFrame(found[table]).to_csv(index=False))
    axes = bench_plots.plot_bench(
        pd.DataFrame(found["searches"]), pd.DataFrame(found["assignments"])
    )
    files.append(f"{out}/bench.svg")
    figure = axes[0].get_figure(root=True)
    assert figure is not None
    canonical.write_figure(files[-1], figure)
    return files
