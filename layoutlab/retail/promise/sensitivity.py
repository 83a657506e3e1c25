"""Do gain and ranking of layouts survive when an assumed effect is at the end of its band?

One effect at a time is set to its low and to its high end (a tornado); all else, the lists and the
luck of the shoppers included, stays as it is. Rates of impulse purchases are calibrated anew each
time: the receipts are what they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.optimise.layouts import Layout
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.promise import gains, judged
from layoutlab.retail.shoppers import assortment, effects, prepared_floor, simulation
from layoutlab.retail.shoppers.drawn_trips import Shoppers

UNCERTAIN = ("assumed", "derived")
OF_THE_FLOOR = (
    "body_width_m",
    "standing_off_m",
    "face_piece_m",
    "regard_depth_m",
    "regard_turn_deg",
    "regard_grazing_deg",
    "eye_height_m",
    "perimeter_band_m",
    "zone_side_m",
)
"""Effects that walks and views depend on; the others leave a prepared floor as it is."""
SIDES = ("low", "high")
UNITS = 5
"""Groups of trips over which intervals are taken: few, for there are many simulations."""


@dataclass(frozen=True)
class Ranked:
    """Layouts under one set of effect sizes.

    Attributes
    ----------
    gain : tuple of Gain
        Of unplanned margin, by layout.
    beaten_by : Gain
        Of the layout that is best now over the one that was best before, as a share of today's
        margin; nothing where that is the same one.
    """

    gain: tuple[gains.Gain, ...]
    beaten_by: gains.Gain

    @property
    def values(self) -> np.ndarray:
        """The gains alone."""
        return np.array([each.value for each in self.gain])


def uncertain(records: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the effects nobody has measured: those assumed or derived, as `effects.records`."""
    known = effects.records() if records is None else records
    return known[known["status"].isin(UNCERTAIN)].reset_index(drop=True)


def tornado(
    setting: Setting,
    shoppers: Shoppers,
    layouts: Sequence[Layout],
    *,
    records: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, Ranked]:
    """Judge layouts at both ends of every uncertain effect's band.

    Parameters
    ----------
    setting : Setting
    shoppers : Shoppers
        Drawn, not calibrated: they are calibrated under each set of effects.
    layouts : sequence of Layout
        At least two. The first one is *chosen*: its gain is what the table tells.
    records : DataFrame, optional
        Effects, as `uncertain` gives them, which is what is taken when not given.

    Returns
    -------
    table : DataFrame
        A row per effect, widest span of the gain first (at ties by name): effect, status, low,
        high, unit; per side (``gain_low`` is the gain at the low end) gain, least and most (its
        interval), tau (Kendall's tau-b of the layouts' gains with those of the effects as they
        are), best_stays (the layout that was best is best), beaten (another one is better beyond
        chance); span; problem (why a side could not be tried, else empty).
    before : Ranked
        With the effects as they are.

    Raises
    ------
    InputError
        For fewer than two layouts.
    """
    if len(layouts) < 2:
        raise InputError(f"layouts: expected at least two to rank, got {len(layouts)}")
    before = ranked(setting, shoppers, layouts, {}, best=None)
    best = int(np.argmax(before.values))
    asked = uncertain() if records is None else records
    rows = []
    for effect in asked.to_dict("records"):
        row = {name: effect[name] for name in ("effect", "status", "low", "high", "unit")}
        row["problem"] = ""
        for side in SIDES:
            try:
                change = {str(effect["effect"]): float(effect[side])}
                found = ranked(setting, shoppers, layouts, change, best=best)
            except InputError as error:
                row["problem"] = f"{side}: {error}"
                continue
            row |= {f"{name}_{side}": value for name, value in _row(before, found, best).items()}
        rows.append(row)
    table = pd.DataFrame(rows)
    ends = table.reindex(columns=[f"gain_{side}" for side in SIDES]).assign(
        now=before.gain[0].value
    )
    table["span"] = ends.max(axis=1) - ends.min(axis=1)
    return table.sort_values(["span", "effect"], ascending=[False, True], ignore_index=True), before


def ranked(
    setting: Setting,
    shoppers: Shoppers,
    layouts: Sequence[Layout],
    change: Mapping[str, float],
    *,
    best: int | None,
) -> Ranked:
    """Judge layouts with some effects changed; `best` is the layout that was best before."""
    changed = replace(setting.effects, **change)
    floor = setting.floor
    if any(name in OF_THE_FLOOR for name in change):
        floor = prepared_floor.prepare(setting.plan, changed, cell_m=floor.cell_m)
    goods = assortment.of_plan(floor, setting.plan)
    met = simulation.calibrated(floor, goods, shoppers, changed)
    there = replace(setting, floor=floor, effects=changed, shoppers=met)
    today, *tried = (
        judged.summed(there, each, units=UNITS)[judged.UNPLANNED]
        for each in (setting.today, *layouts)
    )
    found = tuple(gains.compared(today, each) for each in tried)
    now = int(np.argmax([each.value for each in found]))
    old = now if best is None else best
    ahead = gains.compared(today, today + (tried[now] - tried[old]))
    return Ranked(found, ahead)


def _row(before: Ranked, found: Ranked, best: int) -> dict[str, float | bool]:
    chosen = found.gain[0]
    return {
        "gain": chosen.value,
        "least": chosen.low,
        "most": chosen.high,
        "tau": float(stats.kendalltau(before.values, found.values).statistic),
        "best_stays": int(np.argmax(found.values)) == best,
        "beaten": found.beaten_by.low > 0,
    }


def stable(table: pd.DataFrame) -> dict[str, float | int | str]:
    """Sum a tornado up in numbers.

    Returns
    -------
    dict
        ends (tried), not_tried, positive (ends at which the chosen layout's interval lies above 0),
        best_stays, beaten (ends), least_tau, least_gain, most_gain, widest (effect).
    """
    columns = {
        name: np.concatenate([table[f"{name}_{side}"].dropna().to_numpy() for side in SIDES])
        for name in ("gain", "least", "tau", "best_stays", "beaten")
    }
    return {
        "ends": len(columns["gain"]),
        "not_tried": 2 * len(table) - len(columns["gain"]),
        "positive": int((columns["least"] > 0).sum()),
        "best_stays": int(columns["best_stays"].astype(bool).sum()),
        "beaten": int(columns["beaten"].astype(bool).sum()),
        "least_tau": float(columns["tau"].astype(float).min()),
        "least_gain": float(columns["gain"].min()),
        "most_gain": float(columns["gain"].max()),
        "widest": str(table["effect"].iloc[0]),
    }
