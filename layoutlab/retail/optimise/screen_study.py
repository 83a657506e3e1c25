"""Which screen ranks layouts best, and how much more does a search find by it at equal effort?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.floor.comparison import pairs
from layoutlab.floor.comparison.resampling import percentile_interval, resample_counts
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.legality import legality_of, neighbours
from layoutlab.retail.optimise.screening import Screen, Tables, screen_of, tables_of
from layoutlab.retail.optimise.searches import search
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.shoppers import drawn_trips

Maker = Callable[[Setting, Tables, np.random.Generator], Screen]
"""Makes a screen for a store and its shoppers."""


def analytic(setting: Setting, tables: Tables, rng: np.random.Generator) -> Screen:
    """Return the screen of `screening`."""
    return screen_of(tables)


def by_chance(setting: Setting, tables: Tables, rng: np.random.Generator) -> Screen:
    """Return a screen that knows nothing: layouts are simulated in random order."""
    return lambda assignments: 1.0 + rng.random((len(assignments), 2))


def compare_screens(
    setting: Setting,
    screens: Mapping[str, Maker],
    methods: Sequence[str],
    evaluations: int,
    seeds: Iterable[int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Search with every screen; each seed draws as many other shoppers, whom all screens meet.

    Returns
    -------
    runs : DataFrame
        Columns seed, screen, method, evaluations, gain (unplanned margin, a share of today's).
    ranks : DataFrame
        Columns seed, screen, margin, metres: Spearman's rank correlation of the screen's estimates
        with the simulator's over all legal single changes of today's layout; 0 where all are alike.
    """
    runs, ranks = [], []
    for seed in seeds:
        met = _with_other_shoppers(setting, np.random.default_rng(seed))
        tables = tables_of(met)
        near = neighbours(legality_of(met), met.slots.today)
        true = [settings.measured(met, replace(met.today, assignment=one))[:2] for one in near]
        for name, maker in screens.items():
            screen = maker(met, tables, np.random.default_rng(seed))
            told = screen(near)[:, :2]
            ranks.append((seed, name, *_rhos(np.array(true), told)))
            for method in methods:
                found = search(met, method, evaluations=evaluations, tables=tables, screen=screen,
                               rng=np.random.default_rng(seed))  # fmt: skip
                runs.append((seed, name, method, evaluations, found.gain))
    return (
        pd.DataFrame(runs, columns=["seed", "screen", "method", "evaluations", "gain"]),
        pd.DataFrame(ranks, columns=["seed", "screen", "margin", "metres"]),
    )


def _with_other_shoppers(setting: Setting, rng: np.random.Generator) -> Setting:
    count = len(setting.shoppers)
    days = max(1, int(np.ceil(1.2 * count / setting.shoppers.demand.arrivals.sum())))
    drawn = settings.others(setting, rng=rng, n_days=days)
    return drawn.facing(drawn_trips.first_trips(drawn.shoppers, count))


def _rhos(true: np.ndarray, told: np.ndarray) -> list[float]:
    return [
        0.0 if np.ptp(one) == 0 or np.ptp(other) == 0 else float(stats.spearmanr(one, other)[0])
        for one, other in zip(true.T, told.T, strict=True)
    ]


def against(runs: pd.DataFrame, base: str, *, rng: np.random.Generator) -> pd.DataFrame:
    """Return each screen's mean gain by method, and how much it is ahead of a base, seed by seed.

    Returns
    -------
    DataFrame, index method and screen
        Columns gain, ahead, ahead_low, ahead_high (mean difference with its 95 % bootstrap interval
        over the seeds), verdict ("better", "worse", or "tie" where Wilcoxon's test, with Holm's
        correction over the screens of a method, does not part them at 5 %).
    """
    rows = []
    for method, part in runs.groupby("method", sort=False):
        table = pairs.paired_values(
            part.assign(selection=part["screen"], crossover=""), by=("selection",), value="gain"
        )
        tests = pairs.compare_pairs(table)
        for name in table.columns:
            ahead = (table[name] - table[base]).to_numpy()
            counts = resample_counts(len(ahead), rng=rng)
            low, high = percentile_interval(counts @ ahead / len(ahead), 0.95)
            rows.append((method, name, table[name].mean(), ahead.mean(), low, high,
                         _verdict(tests, name, base)))  # fmt: skip
    columns = ["method", "screen", "gain", "ahead", "ahead_low", "ahead_high", "verdict"]
    return pd.DataFrame(rows, columns=columns).set_index(["method", "screen"])


def _verdict(tests: pd.DataFrame, name: str, base: str) -> str:
    pair = tests[tests["one"].isin([name, base]) & tests["other"].isin([name, base])]
    if pair.empty or pair["verdict"].iloc[0] == "tie":
        return "tie"
    return "better" if pair["verdict"].iloc[0] == name else "worse"
