"""Is a larger population better, at the price of more evaluations, or at the same price?

The paper raises its population above 100 and lets it live for as many generations, so that the
larger one also spends more. Both questions are answered from the same runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.floor.comparison.pairs import DECIMALS, compare_pairs
from layoutlab.floor.comparison.resampling import percentile_interval, resample_counts
from layoutlab.floor.comparison.runtimes import values_at
from layoutlab.floor.genome import Floor
from layoutlab.floor.objectives import Readings
from layoutlab.floor.schemes import Runs, join, run
from layoutlab.floor.settings import Settings


def run_populations(
    floor: Floor,
    readings: Readings,
    *,
    schemes: Sequence[tuple[str, str]],
    sizes: Sequence[int],
    seeds: Sequence[int],
    settings: Settings | None = None,
    base: int = 1,
    jobs: int = 1,
) -> dict[int, Runs]:
    """Run every scheme with every population until each has spent what the largest spends.

    Parameters
    ----------
    schemes : sequence of (selection, crossover)
    sizes : sequence of int
        Populations, growing; the largest lives for `settings.generations`, a smaller one for
        longer in proportion.
    seeds, base, jobs
        As for `schemes.run`.

    Returns
    -------
    dict of int to Runs
        For each population the runs of all schemes.
    """
    settings = settings or Settings()
    if list(sizes) != sorted(set(sizes)) or not sizes:
        raise InputError(f"sizes: expected growing populations, got {list(sizes)}")
    found = {}
    for size in sizes:
        generations = -(-settings.generations * sizes[-1] // size)
        own = replace(settings, population=size, generations=generations)
        parts = [
            run(
                floor,
                readings,
                selections=[selection],
                crossovers=[crossover],
                seeds=seeds,
                settings=own,
                base=base,
                jobs=jobs,
            )
            for selection, crossover in schemes
        ]
        found[size] = join(*parts)
    return found


def equal_price(found: Mapping[int, Runs], generations: int) -> dict[str, pd.DataFrame]:
    """Return the best fitness of each population at equal generations and equal evaluations.

    Parameters
    ----------
    found : mapping of int to Runs
        As `run_populations` gives it.
    generations : int
        At which the populations are compared, and for which the smallest one's evaluations are
        the lesser of the two budgets.

    Returns
    -------
    dict of str to DataFrame
        For each view a table with columns selection, crossover, seed, population, evaluations (at
        equal evaluations the budget; at equal generations what was spent) and best_fitness. Views:
        "equal generations", "equal evaluations: few" (what the smallest population spends in
        these generations) and "equal evaluations: many" (what all of them spend in the end).
    """
    smallest = found[min(found)]
    few = int(smallest.evaluations[:, generations].min())
    many = min(int(each.evaluations[:, -1].min()) for each in found.values())
    tables: dict[str, list[pd.DataFrame]] = {}
    for size, each in found.items():
        at_few, at_many = values_at(each.evaluations, each.best, np.array([few, many])).T
        spent = each.evaluations[:, generations]
        named = each.runs[["selection", "crossover", "seed"]].assign(population=size)
        for view, evaluations, best in (
            ("equal generations", spent, each.best[:, generations]),
            ("equal evaluations: few", few, at_few),
            ("equal evaluations: many", many, at_many),
        ):
            table = named.assign(evaluations=evaluations, best_fitness=best)
            tables.setdefault(view, []).append(table)
    return {view: pd.concat(parts, ignore_index=True) for view, parts in tables.items()}


def summarise_populations(
    views: Mapping[str, pd.DataFrame], *, rng: np.random.Generator, confidence: float = 0.95
) -> pd.DataFrame:
    """Return each population's mean best fitness with a bootstrap interval over the seeds.

    Returns
    -------
    DataFrame
        Columns view, scheme, population, evaluations (mean), mean, low, high.
    """
    rows = []
    for view, table in views.items():
        counts = resample_counts(table["seed"].nunique(), rng=rng)
        by = table.groupby(["selection", "crossover", "population"], sort=False)
        for (selection, crossover, size), runs in by:
            values = runs["best_fitness"].to_numpy()
            low, high = percentile_interval(counts @ values / len(values), confidence)
            spent = runs["evaluations"].mean()
            scheme = f"{selection} × {crossover}"
            rows.append((view, scheme, size, spent, values.mean(), float(low), float(high)))
    names = ["view", "scheme", "population", "evaluations", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=names)


def compare_sizes(
    views: Mapping[str, pd.DataFrame], level: float = 0.05
) -> dict[tuple[str, str], pd.DataFrame]:
    """Test every pair of populations, as `comparison.compare_pairs` does.

    At equal generations the larger population spent more: there a verdict says what more
    evaluations bought.

    Returns
    -------
    dict of (view, scheme) to DataFrame
    """
    tests = {}
    for view, table in views.items():
        for (selection, crossover), runs in table.groupby(["selection", "crossover"], sort=False):
            wide = runs.pivot_table(index="seed", columns="population", values="best_fitness")
            wide = wide.round(DECIMALS).rename(columns=str).rename_axis(columns=None)
            tests[view, f"{selection} × {crossover}"] = compare_pairs(wide, level)
    return tests
