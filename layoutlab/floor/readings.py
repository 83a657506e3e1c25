"""What does the choice of a reading change? Fitness and evolved floors under each, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.floor.evolution import evolve
from layoutlab.floor.genome import EDGES, OVERLAPS, Floor, random_population, to_array
from layoutlab.floor.kernels import evaluate
from layoutlab.floor.objectives import (
    ALONE,
    COVERS,
    DOORS,
    NEIGHBOURS,
    WALKS,
    Readings,
    reference_tally,
)
from layoutlab.floor.settings import Settings

Variant = tuple[Floor, Readings, Settings]


def alternatives(floor: Floor, readings: Readings, settings: Settings) -> dict[str, Variant]:
    """Return the chosen reading and, one change at a time, every other one that we name.

    Returns
    -------
    dict of str to (Floor, Readings, Settings)
        "chosen" first, then "name: reading".
    """
    variants = {"chosen": (floor, readings, settings)}
    fitness = (
        ("covers", COVERS),
        ("neighbours", NEIGHBOURS),
        ("alone", ALONE),
        ("walk", WALKS),
        ("door", DOORS),
    )
    for name, known in fitness:
        for other in set_aside(known, getattr(readings, name)):
            variants[f"{name}: {other}"] = floor, replace(readings, **{name: other}), settings
    for name, known in (("overlap", OVERLAPS), ("edge", EDGES)):
        for other in set_aside(known, getattr(floor, name)):
            field: dict[str, Any] = {name: other}
            variants[f"{name}: {other}"] = replace(floor, **field), readings, settings
    same_wall = replace(floor, entrance=(0, -1), exit=(-1, -1))
    three = min(3, floor.rows, floor.columns)
    variants["doors: same wall"] = same_wall, readings, settings
    variants[f"lengths: {three} only"] = replace(floor, lengths=(three,)), readings, settings
    variants["mutation: field"] = floor, readings, replace(settings, mutation="field")
    variants["elite: 1"] = floor, readings, replace(settings, elite=1)
    return variants


def set_aside(known: Sequence[str], chosen: str) -> list[str]:
    """Return the readings not chosen."""
    return [reading for reading in known if reading != chosen]


def compare_readings(
    variants: Mapping[str, Variant],
    seeds: Sequence[int],
    *,
    sample: int = 500,
) -> pd.DataFrame:
    """Show what the choice of a reading changes: in the order of plans, and in what evolves.

    Parameters
    ----------
    variants : mapping of str to (Floor, Readings, Settings)
        The first is the chosen reading, to which the others are compared.
    seeds : sequence of int
        Evolutions to run for each variant.
    sample : int
        Random plans, drawn on the first variant's floor, for the rank correlation.

    Returns
    -------
    DataFrame
        One row per variant: reading; rank_correlation, Spearman's, of its fitness with the chosen
        one's over the sample (NaN where a fitness is the same for all); and of the best floors
        evolved under it, averaged over the seeds: fitness, as it reads it; chosen_fitness, as the
        chosen reading does; cells covered; walkable, the share with a walk from door to door;
        neighbours, blocks touching a block.
    """
    floor, chosen, _ = next(iter(variants.values()))
    plans = random_population(floor, sample, rng=np.random.default_rng(seeds[0]))
    rows = []
    for name, (own_floor, own, settings) in variants.items():
        evolved = [
            evolve(own_floor, own, settings, rng=np.random.default_rng(seed)) for seed in seeds
        ]
        best = to_array([each.best for each in evolved])
        tallies = [reference_tally(each.best, own_floor, Readings()) for each in evolved]
        row = {
            "reading": name,
            "rank_correlation": _rank_correlation(
                evaluate(plans, floor, chosen), evaluate(plans, own_floor, own)
            ),
            "fitness": np.mean([each.best_fitness for each in evolved]),
            "chosen_fitness": np.mean(evaluate(best, own_floor, chosen)),
            "cells": np.mean([tally.covered for tally in tallies]),
            "walkable": np.mean([tally.complete for tally in tallies]),
            "neighbours": np.mean([np.mean(tally.neighbours) for tally in tallies]),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    if one.min() == one.max() or other.min() == other.max():
        return float("nan")
    return float(stats.spearmanr(one, other).statistic)
