"""What became of a promised gain? Searches on some receipts, judged on others.

*Promised* is the gain that the search saw, on shoppers it looked at again and again: the best of
many noisy looks, hence too high (the optimiser's curse). *Corrected* is the gain of the same layout
for fresh shoppers of receipts that were kept from the search: unbiased for what the layout is worth
to such shoppers, whatever the search did. *Realised* is the gain on the receipts that judge.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.layouts import Layout, change_of
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.promise import gains
from layoutlab.retail.promise.gains import Gain
from layoutlab.retail.promise.splits import CHECK, SEARCH
from layoutlab.retail.shoppers import assortment, drawn_trips, simulation
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects

UNPLANNED, MARGIN, WALK = MEASURES = ("unplanned_margin", "margin", "metres")
UNITS = 10
"""Groups of trips over which intervals are taken."""
Search = Callable[[Setting, np.random.Generator], Layout]
"""A search: a setting with its shoppers, and chance, to the layout it proposes."""


@dataclass(frozen=True, eq=False)
class Judged:
    """One search and what became of it.

    Attributes
    ----------
    layout : Layout
    moves : int
    promised : Gain
        Of unplanned margin, on the search's own shoppers.
    corrected : Gain
        On fresh shoppers of receipts kept from the search.
    changes : mapping of str to mapping of str to Gain
        By part that judges and measure (`MEASURES`): realised gains.
    """

    layout: Layout
    moves: int
    promised: Gain
    corrected: Gain
    changes: Mapping[str, Mapping[str, Gain]]

    @property
    def realised(self) -> dict[str, Gain]:
        """Gains of unplanned margin by part that judges."""
        return {part: each[UNPLANNED] for part, each in self.changes.items()}


def trips(demand: Demand, effects: Effects, n: int, *, rng: np.random.Generator) -> Shoppers:
    """Draw `n` trips: as many days as they take, the last one cut short.

    Raises
    ------
    InputError
        For `n` below 1.
    """
    if n < 1:
        raise InputError(f"trips: expected at least 1, got {n}")
    days = int(np.ceil(1.2 * n / demand.arrivals.sum())) + 3
    return drawn_trips.first_trips(drawn_trips.draw(demand, effects, rng=rng, n_days=days), n)


def facing(setting: Setting, demand: Demand, n: int, *, rng: np.random.Generator) -> Setting:
    """Return the store with `n` shoppers of a demand, tempted as its own receipts say.

    Rates of impulse purchases are calibrated to these receipts in the present layout, without
    regard to any shoppers the setting had before.
    """
    drawn = trips(demand, setting.effects, n, rng=rng)
    goods = assortment.of_plan(setting.floor, setting.plan)
    calibrated = simulation.calibrated(setting.floor, goods, drawn, setting.effects)
    return setting.facing(calibrated)


def summed(setting: Setting, layout: Layout, *, units: int = UNITS) -> dict[str, np.ndarray]:
    """Return what the setting's shoppers come to in a layout, by measure, float (units,) each.

    Shoppers are grouped in runs of consecutive trips. Unplanned margin is what is expected
    of each trip from what it saw, as the search counts it: the same mean as what chance lets
    trips buy, with less noise.

    Raises
    ------
    InputError
        For fewer trips than units.
    """
    sums = {name: np.zeros(units) for name in MEASURES}
    for unit, shoppers in enumerate(_runs(setting.shoppers, units)):
        found = settings.outcome(setting.facing(shoppers), layout)
        unplanned = settings.expected_margin(found, setting.effects).sum() * len(shoppers)
        sums[UNPLANNED][unit] = unplanned
        sums[MARGIN][unit] = unplanned + found.column("planned_margin").sum()
        sums[WALK][unit] = found.column("metres").sum()
    return sums


def _runs(shoppers: Shoppers, units: int) -> list[Shoppers]:
    if len(shoppers) < units:
        raise InputError(f"trips: expected at least {units}, got {len(shoppers)}")
    edges = np.linspace(0, len(shoppers), units + 1).astype(np.int64)
    return [
        replace(
            shoppers,
            n_days=int(shoppers.day[last - 1] - shoppers.day[first]) + 1,
            key=shoppers.key[first:last],
            day=shoppers.day[first:last] - shoppers.day[first],
            arrival_s=shoppers.arrival_s[first:last],
            start=shoppers.start[first : last + 1] - shoppers.start[first],
            item=shoppers.item[shoppers.start[first] : shoppers.start[last]],
            basket=shoppers.basket[first:last],
        )
        for first, last in itertools.pairwise(edges.tolist())
    ]


def gained(
    setting: Setting, layout: Layout, *, confidence: float = gains.CONFIDENCE
) -> dict[str, Gain]:
    """Return a layout's changes over today's for the setting's shoppers, by measure.

    Intervals hold the chance of these trips, at these rates of impulse purchases; how rates would
    come out with other shoppers shows between repetitions only (`repeated`, `summary`).
    """
    today, new = summed(setting, setting.today), summed(setting, layout)
    return {name: gains.compared(today[name], new[name], confidence=confidence) for name in today}


def judge(
    setting: Setting,
    demands: Mapping[str, Demand],
    search: Search,
    *,
    n_search: int,
    n_judge: int,
    rng: np.random.Generator,
) -> Judged:
    """Search on one part's shoppers and judge the layout on the others'.

    Parameters
    ----------
    setting : Setting
        The store; its own shoppers play no part.
    demands : mapping of str to Demand
        By part: `SEARCH`, `CHECK`, and at least one that judges.
    search : callable
    n_search, n_judge : int
        Trips that the search sees, and trips of every part afterwards.
    rng : numpy.random.Generator
        Search, check and judging draw from generators of their own: how much one draws changes
        nothing of the others.

    References
    ----------
    Mak, Morton and Wood (1999), Monte Carlo bounding techniques for determining solution quality in
    stochastic programs, Operations Research Letters 24, 47-56, section 2: the value of a solution
    is estimated without bias on a sample independent of the one it was found on, where it looks
    better than it is. Smith and Winkler (2006), The optimizer's curse, Management Science 52,
    311-322.
    """
    meeting, chance = rng.spawn(2)
    met = meet(setting, demands, n_search=n_search, n_judge=n_judge, rng=meeting)
    return of_layout(met, search(met[SEARCH], chance))


def meet(
    setting: Setting,
    demands: Mapping[str, Demand],
    *,
    n_search: int,
    n_judge: int,
    rng: np.random.Generator,
) -> dict[str, Setting]:
    """Return the store as each part's shoppers meet it, arguments as for `judge`."""
    _check_parts(demands)
    return {
        name: facing(setting, demand, n_search if name == SEARCH else n_judge, rng=chance)
        for (name, demand), chance in zip(demands.items(), rng.spawn(len(demands)), strict=True)
    }


def of_layout(met: Mapping[str, Setting], layout: Layout) -> Judged:
    """Judge a layout that was found on ``met["search"]`` by all parts."""
    seen = met[SEARCH]
    found = {name: gained(there, layout) for name, there in met.items()}
    change = change_of(seen.plan, seen.slots, layout, seen.constraints.budget)
    return Judged(
        layout=layout,
        moves=change.moves,
        promised=found.pop(SEARCH)[UNPLANNED],
        corrected=found.pop(CHECK)[UNPLANNED],
        changes=found,
    )


def _check_parts(demands: Mapping[str, Demand]) -> None:
    judging = tuple(name for name in demands if name not in (SEARCH, CHECK))
    if SEARCH not in demands or CHECK not in demands or not judging:
        raise InputError(
            f"demands: expected the parts {SEARCH!r}, {CHECK!r} and one that judges, "
            f"got {', '.join(demands) or 'none'}"
        )


def repeated(
    setting: Setting,
    demands: Mapping[str, Demand],
    search: Search,
    *,
    n_search: int,
    n_judge: int,
    seeds: int,
    rng: np.random.Generator,
) -> tuple[Judged, ...]:
    """Judge independent searches: all chance, of shoppers and of the search, drawn anew each time.

    Parameters
    ----------
    setting, demands, search, n_search, n_judge
        As for `judge`.
    seeds : int
        At least 2.
    rng : numpy.random.Generator
    """
    if seeds < 2:
        raise InputError(f"seeds: expected at least 2, got {seeds}")
    return tuple(
        judge(setting, demands, search, n_search=n_search, n_judge=n_judge, rng=each)
        for each in rng.spawn(seeds)
    )


def by_seed(judged: Sequence[Judged]) -> pd.DataFrame:
    """Return a row per search and judge: seed, moves, part, gain, low, high.

    Parts are ``promised``, ``corrected``, and those that judge.
    """
    rows = [
        {"seed": seed, "moves": each.moves, "part": part, "gain": found.value}
        | {"low": found.low, "high": found.high}
        for seed, each in enumerate(judged)
        for part, found in _parts(each).items()
    ]
    return pd.DataFrame(rows)


def summary(judged: Sequence[Judged], *, confidence: float = 0.95) -> pd.DataFrame:
    """Return by part the mean gain over searches and its ratio to the mean promise.

    Columns gain, low, high (Student's t over seeds) and ratio, ratio_low, ratio_high
    (`gains.ratio_of_means`). Seeds are independent, so the intervals hold the chance of the trips
    and of the searches; the receipts themselves are taken as given.
    """
    promised = [each.promised.value for each in judged]
    rows = {}
    for part in _parts(judged[0]):
        values = [_parts(each)[part].value for each in judged]
        over = gains.mean(values, confidence=confidence)
        ratio = gains.ratio_of_means(values, promised, confidence=confidence)
        rows[part] = {"gain": over.value, "low": over.low, "high": over.high}
        rows[part] |= {"ratio": ratio.value, "ratio_low": ratio.low, "ratio_high": ratio.high}
    return pd.DataFrame(rows).T.rename_axis("part")


def _parts(each: Judged) -> dict[str, Gain]:
    return {"promised": each.promised, "corrected": each.corrected, **each.realised}
