"""Which search method finds most at equal effort, and how far is each from a proved optimum?"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from layoutlab.floor.comparison import pairs
from layoutlab.retail.optimise.screening import tables_of
from layoutlab.retail.optimise.searches import METHODS, Found, search
from layoutlab.retail.optimise.setting import Setting

WITHOUT_SEARCH = ("today", "popularity")
COMPARED = tuple(name for name in METHODS if name not in (*WITHOUT_SEARCH, "exact"))
ENOUGH = 10**9
REACHED = 1e-9
"""A gap not above this is the optimum reached."""


def compare(
    setting: Setting, methods: Sequence[str], evaluations: int, seeds: Iterable[int]
) -> pd.DataFrame:
    """Run every method with every seed.

    Returns
    -------
    DataFrame
        Columns store, method, seed, evaluations (granted), simulated, gain (unplanned margin as a
        share of today's), metres (walked, a share of today's, less 1).
    """
    tables = tables_of(setting)
    rows = []
    for seed in seeds:
        for method in methods:
            found = search(
                setting, method, evaluations=evaluations, tables=tables,
                rng=np.random.default_rng(seed),
            )  # fmt: skip
            metres = float(found.values[1] / found.today[1] - 1)
            rows.append((setting.plan.name, method, seed, evaluations, len(found.history),
                         found.gain, metres))  # fmt: skip
    columns = ["store", "method", "seed", "evaluations", "simulated", "gain", "metres"]
    return pd.DataFrame(rows, columns=columns).astype({"store": "str", "method": "str"})


def paired(runs: pd.DataFrame) -> pd.DataFrame:
    """Return gains with a row for each seed and a column for each method, for `comparison.pairs`.

    A method that ends before its effort is used up has spent what it was granted.
    """
    named = runs.assign(selection=runs["method"], crossover="")
    return pairs.paired_values(named, by=("selection",), value="gain")


def gaps(
    setting: Setting, methods: Sequence[str], evaluations: int, seeds: Iterable[int]
) -> tuple[pd.DataFrame, Found]:
    """Run methods on a store small enough to try every legal layout.

    Returns
    -------
    DataFrame
        As `compare`, with the gap: what lacks of the optimum's unplanned margin, as a share of it.
    Found
        The optimum.
    """
    optimum = search(setting, "exact", evaluations=ENOUGH, rng=np.random.default_rng(0))
    runs = compare(setting, methods, evaluations, seeds)
    gap = (optimum.gain - runs["gain"]) / (1 + optimum.gain)
    return runs.assign(gap=gap.clip(lower=0.0)), optimum


def gap_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Return mean and largest gap of each method and how often it reached the optimum."""
    grouped = runs.groupby("method", sort=False)["gap"]
    table = grouped.agg(["mean", "max"])
    table["reached"] = grouped.apply(lambda gap: int((gap <= REACHED).sum()))
    table["runs"] = grouped.size()
    return table.sort_values("mean", kind="stable")
