"""What do searches leave on the table, and when does the formula want no walk? Tables of both."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.optimum.annealing import TOLERANCE, search
from layoutlab.floor.optimum.proof import (
    Optimum,
    can_walk,
    case_bound,
    cases,
    optimum,
    schedule_for,
)
from layoutlab.floor.settings import Settings


def survey(
    sizes: Iterable[int], blocks: Iterable[int], *, seed: int, evaluations: int
) -> dict[tuple[int, int], Optimum]:
    """Find the optimum, or a bound, on square floors for several numbers of blocks.

    Blocks may have the lengths 2 to 5.
    """
    numbers = list(blocks)
    return {
        (size, number): optimum(
            Floor(size, size, number), rng=np.random.default_rng(seed), evaluations=evaluations
        )
        for size in sizes
        for number in numbers
    }


def optimum_table(found: Mapping[tuple[int, int], Optimum]) -> pd.DataFrame:
    """Return a row for each floor: size, blocks, fitness, bound, gap, proved, walk, nodes."""
    return pd.DataFrame(
        {
            "size": size,
            "blocks": number,
            "fitness": best.fitness,
            "bound": best.bound,
            "gap": best.gap,
            "proved": best.proved,
            "walk": best.walk,
            "nodes": best.nodes,
        }
        for (size, number), best in found.items()
    )


def annealing_runs(
    floor: Floor, target: float, seeds: Iterable[int], *, evaluations: int
) -> pd.DataFrame:
    """Anneal once for each seed: its best fitness, and the evaluations at which it met `target`.

    Returns
    -------
    DataFrame
        Columns seed, fitness, reached (infinite where the target was not met).
    """
    rows = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        _, fitness, track = search(
            floor, Readings(), evaluations=evaluations, rng=rng, target=target
        )
        met = fitness >= target - TOLERANCE
        rows.append({"seed": seed, "fitness": fitness, "reached": track[-1, 0] if met else np.inf})
    return pd.DataFrame(rows)


def evolution_runs(
    floor: Floor, settings: Settings, target: float, seeds: Iterable[int], *, evaluations: int
) -> pd.DataFrame:
    """Evolve once for each seed until `evaluations` are spent; columns as `annealing_runs`.

    Generations go on until the budget is surely spent; what comes after it is left out.
    """
    kept = (1 - settings.crossover_probability) * (1 - settings.mutation_probability)
    fewest = 0.95 * (1 - kept) * (settings.population - settings.elite)
    generations = int(np.ceil(evaluations / fewest))
    settings = replace(settings, generations=generations)
    rows = []
    for seed in seeds:
        result = evolve(floor, Readings(), settings, rng=np.random.default_rng(seed))
        history = pd.DataFrame(list(result.history)).query("evaluations <= @evaluations")
        met = history.loc[history["best"] >= target - TOLERANCE, "evaluations"]
        reached = float(met.iloc[0]) if len(met) else np.inf
        rows.append({"seed": seed, "fitness": history["best"].max(), "reached": reached})
    return pd.DataFrame(rows)


def paper_runs(floor: Floor, settings: Settings, seeds: Iterable[int]) -> np.ndarray:
    """Evolve for the generations of `settings`: the best fitness of each seed."""
    return np.array(
        [
            evolve(floor, Readings(), settings, rng=np.random.default_rng(seed)).best_fitness
            for seed in seeds
        ]
    )


def walk_worth(floor: Floor, *, rng: np.random.Generator, evaluations: int) -> dict[str, object]:
    """Ask whether the best plan of the literal formula leaves a walk, from one plan and bounds.

    Returns
    -------
    dict
        walk: "kept" or "shut" where that is proved, else "open"; without: when kept, what a plan
        without a walk has at most over the best plan; when shut, what the plan met has at least
        over all plans with a walk; when open, the plan met over the bound of the other kind.
    """
    readings = Readings()
    blocks, fitness, _ = search(
        floor, readings, evaluations=evaluations, rng=rng, schedule=schedule_for(floor)
    )
    walks = can_walk(blocks, floor)
    bound = max(
        case_bound(case, floor, readings) for case in cases(floor) if case.walk is not walks
    )
    proved = fitness > bound + TOLERANCE
    ahead = fitness - bound
    return {
        "walk": ("kept" if walks else "shut") if proved else "open",
        "without": -ahead if walks else ahead,
        "fitness": fitness,
    }


def walk_table(floors: Mapping[int, Floor], *, seed: int, evaluations: int) -> pd.DataFrame:
    """Return `walk_worth` of each floor, the name being the column "at"."""
    return pd.DataFrame(
        {"at": at} | walk_worth(floor, rng=np.random.default_rng(seed), evaluations=evaluations)
        for at, floor in floors.items()
    )
