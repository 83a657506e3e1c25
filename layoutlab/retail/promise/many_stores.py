"""Which stores gain from a search, and does it beat simple rules? One study over many stores."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.floor.generation import stores
from layoutlab.floor.generation.departments import Department
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.promise import gains, judged
from layoutlab.retail.promise.judged import Search
from layoutlab.retail.promise.splits import SEARCH
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.effects import Effects

FIRST_TRIPS = 20
"""Trips a store is prepared with; others take their place at once."""


@dataclass(frozen=True)
class MadeUp:
    """A made-up store: its form, its area as asked for, and its plan."""

    form: str
    area_m2: float
    plan: Plan


def made_up(
    forms: Sequence[str],
    areas_m2: Sequence[float],
    departments: Sequence[Department],
    *,
    rng: np.random.Generator,
) -> list[MadeUp]:
    """Make up one store of each form and area, as `layoutlab.floor.generation.stores.generate`."""
    pairs = list(itertools.product(forms, areas_m2))
    return [
        MadeUp(form, area, stores.generate(form, area, departments, rng=each))
        for (form, area), each in zip(pairs, rng.spawn(len(pairs)), strict=True)
    ]


def study(
    places: Sequence[MadeUp],
    demands: Mapping[str, Demand],
    methods: Mapping[str, Search],
    constraints: Constraints,
    effects: Effects,
    *,
    n_search: int,
    n_judge: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Search every store by every method, and judge all on the same shoppers.

    Parameters
    ----------
    places : sequence of MadeUp
    demands, n_search, n_judge
        As for `judged.judge`.
    methods : mapping of str to callable
    constraints : Constraints
    effects : Effects
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        A row per store and method: store, form, area_m2, slots, method, moves; promised and
        corrected; per part that judges ``<part>``, ``<part> low``, ``<part> high`` (gain of
        unplanned margin) and ``<part> margin``, ``<part> metres`` (changes of all margin and of
        walking).

    Raises
    ------
    InputError
        For no store, or no method.
    """
    if not places or not methods:
        raise InputError(
            f"expected stores and methods, got {len(places)} stores and {len(methods)} methods"
        )
    rows = []
    for number, (place, chance) in enumerate(zip(places, rng.spawn(len(places)), strict=True)):
        meeting, searching = chance.spawn(2)
        first = judged.trips(demands[SEARCH], effects, FIRST_TRIPS, rng=meeting)
        setting = settings.prepare(place.plan, constraints, first, effects)
        met = judged.meet(setting, demands, n_search=n_search, n_judge=n_judge, rng=meeting)
        known = {"store": number, "form": place.form, "area_m2": place.area_m2}
        known["slots"] = len(setting.slots.fixture)
        chances = searching.spawn(len(methods))
        for (method, search), each in zip(methods.items(), chances, strict=True):
            found = judged.of_layout(met, search(met[SEARCH], each))
            rows.append(known | {"method": method} | _told(found))
    return pd.DataFrame(rows)


def _told(found: judged.Judged) -> dict[str, float]:
    told: dict[str, float] = {"moves": found.moves}
    told |= {"promised": found.promised.value, "corrected": found.corrected.value}
    for part, changes in found.changes.items():
        gain = changes[judged.UNPLANNED]
        told |= {part: gain.value, f"{part} low": gain.low, f"{part} high": gain.high}
        told |= {f"{part} {name}": changes[name].value for name in (judged.MARGIN, judged.WALK)}
    return told


def methods_compared(table: pd.DataFrame, part: str, *, best: str) -> pd.DataFrame:
    """Compare methods over stores by realised gain.

    Parameters
    ----------
    table : DataFrame
        As `study` gives it, of at least two stores.
    part : str
        The part that judges.
    best : str
        The method to which the others are compared.

    Returns
    -------
    DataFrame
        By method, lowest mean rank first: rank (mean over stores, 1 is best, ties shared), gain,
        low, high (mean over stores, Student's t), ratio, ratio_low, ratio_high (realised by
        promised, Fieller over stores), wins (stores where the gain's interval is above 0), behind,
        behind_low, behind_high (mean paired difference from `best`, at a confidence of 95 % for all
        comparisons together after Bonferroni).

    Raises
    ------
    InputError
        When `best` is not a method of the table.
    """
    names = list(dict.fromkeys(table["method"].tolist()))
    if best not in names:
        raise InputError(f"best: expected one of {', '.join(names)}, got {best!r}")
    of = {name: table[table["method"] == name].sort_values("store") for name in names}
    realised = {name: each[part].to_numpy(dtype=float) for name, each in of.items()}
    ranks = stats.rankdata(-np.array(list(realised.values())), axis=0).mean(axis=1)
    rows = {}
    for name, rank in zip(names, ranks.tolist(), strict=True):
        gain = gains.mean(realised[name])
        promised = of[name]["promised"].to_numpy(dtype=float)
        ratio = gains.ratio_of_means(realised[name], promised)
        doubt = (1 - gains.CONFIDENCE) / max(len(names) - 1, 1)
        behind = gains.mean(realised[name] - realised[best], confidence=1 - doubt)
        rows[name] = {"rank": rank, "gain": gain.value, "low": gain.low, "high": gain.high}
        rows[name] |= {"ratio": ratio.value, "ratio_low": ratio.low, "ratio_high": ratio.high}
        rows[name] |= {"wins": int((of[name][f"{part} low"] > 0).sum()), "behind": behind.value}
        rows[name] |= {"behind_low": behind.low, "behind_high": behind.high}
    return pd.DataFrame(rows).T.rename_axis("method").sort_values("rank", kind="stable")


def who_gains(table: pd.DataFrame, part: str, method: str) -> dict[str, float | dict[str, float]]:
    """Tell what goes with a high realised gain of one method.

    Returns
    -------
    dict
        ``by_form`` (mean gain), and Spearman's rank correlation of the gain with ``area_m2`` and
        with ``slots``, each with its p-value (``..._p``); 0 and 1 where one does not vary
        or there are too few stores to tell.
    """
    own = table[table["method"] == method]
    by_form = own.groupby("form", sort=True)[part].mean()
    told: dict[str, float | dict[str, float]] = {
        "by_form": {str(form): float(gain) for form, gain in by_form.items()}
    }
    for name in ("area_m2", "slots"):
        found = stats.spearmanr(own[name], own[part])
        known = bool(np.isfinite([found.statistic, found.pvalue]).all())
        told[name] = float(found.statistic) if known else 0.0
        told[f"{name}_p"] = float(found.pvalue) if known else 1.0
    return told
