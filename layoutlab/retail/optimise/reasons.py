"""Why is a step worth making? What shoppers see, buy and walk before and after it, in words.

Every number comes from two simulations of the same shoppers; nothing is said that was not counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.layouts import Layout
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.shoppers.simulation import Outcome

MOST_DEPARTMENTS, MOST_PAIRS = 4, 2
SLIGHT_M = 0.005
"""Metres per trip below which a pair's walks are not worth a word."""


@dataclass(frozen=True, eq=False)
class Effect:
    """What a step does, per trip.

    Attributes
    ----------
    exposure_m : ndarray of float, shape (2, n_departments)
        For how many metres of walking each department is in view, before and after.
    margin : ndarray of float, shape (2, n_departments)
        Expected unplanned margin.
    pairs : tuple of (str, str, float, float, float)
        Pairs of departments whose walks change most: names, how many walks between them before and
        after, and metres walked between them, after less before.
    metres : float
        Walked in all, after less before.
    """

    exposure_m: np.ndarray
    margin: np.ndarray
    pairs: tuple[tuple[str, str, float, float, float], ...]
    metres: float


def effect_of(
    setting: Setting, before: Layout, after: Layout, first: Outcome, second: Outcome
) -> Effect:
    """Return what the step between two simulated layouts does."""
    both = (first, second)
    exposure, margin = np.array([_by_department(setting, one) for one in both]).transpose(1, 0, 2)
    changed = sorted(
        set(before.assignment[before.assignment != after.assignment].tolist())
        | set(after.assignment[before.assignment != after.assignment].tolist())
    )
    pairs: tuple[tuple[str, str, float, float, float], ...] = ()
    if not (before.shift.any() or after.shift.any()):
        pairs = _pairs(setting, before, after, both, changed)
    walked = second.totals.metres - first.totals.metres
    return Effect(exposure, margin, pairs, float(walked))


def _by_department(setting: Setting, found: Outcome) -> tuple[np.ndarray, np.ndarray]:
    code = {name: at for at, name in enumerate(found.shoppers.demand.categories)}
    category = np.array([code.get(name, -1) for name in setting.slots.departments])
    known = category >= 0
    seen = found.tally.exposure_m[category] / len(found.shoppers)
    margin = settings.expected_margin(found, setting.effects)[category]
    return np.where(known, seen, 0.0), np.where(known, margin, 0.0)


def _pairs(
    setting: Setting,
    before: Layout,
    after: Layout,
    both: tuple[Outcome, Outcome],
    changed: Sequence[int],
) -> tuple[tuple[str, str, float, float, float], ...]:
    """Return the pairs of which one department changed place and whose walks changed most."""
    names = setting.slots.departments
    walks, metres = np.array(
        [
            _walks(setting, layout, found)
            for layout, found in zip((before, after), both, strict=True)
        ]
    ).transpose(1, 0, 2, 3)
    gained = metres[1] - metres[0]
    found = [
        (float(gained[one, other]), one, other)
        for one in changed
        for other in range(len(names))
        if other != one and not (other in changed and other < one)
    ]
    found.sort(key=lambda entry: (-abs(entry[0]), entry[1:]))
    return tuple(
        (names[one], names[other], *walks[:, one, other].tolist(), change)
        for change, one, other in found[:MOST_PAIRS]
        if abs(change) >= SLIGHT_M
    )


def _walks(setting: Setting, layout: Layout, found: Outcome) -> tuple[np.ndarray, np.ndarray]:
    """Return walks between departments per trip and their metres, either way, both (d, d).

    A walk to a place of several departments counts for each by its share of the place.
    """
    floor, standing = setting.floor, setting.standing
    n, n_departments = len(floor.cells), len(setting.slots.departments)
    share = np.zeros((n, n_departments))
    department = layout.assignment[standing.department]
    np.add.at(share, (standing.place, department), standing.share)
    legs = found.tally.legs.reshape(n, n).T / len(found.shoppers)
    metres = floor.legs.metres.reshape(n, n).T
    length = legs * np.where(np.isfinite(metres), metres, 0.0)
    one_way = (share.T @ legs @ share, share.T @ length @ share)
    walks, walked = (way + way.T for way in one_way)
    return walks, walked


def in_words(setting: Setting, effect: Effect, involved: Sequence[int], currency: str) -> str:
    """Return an effect as two or three sentences.

    Parameters
    ----------
    setting : Setting
    effect : Effect
    involved : sequence of int
        The departments that change place, or stand on what moves.
    currency : str
    """
    gained = effect.margin[1] - effect.margin[0]
    names = setting.slots.departments
    told = sorted(set(involved), key=lambda one: (-abs(gained[one]), one))[:MOST_DEPARTMENTS]
    said = []
    for one in told:
        was, now = effect.exposure_m[:, one]
        seen = f"{now / was - 1:+.0%}" if was > 0 else "now"
        said.append(
            f"{names[one]} in view {seen} ({was:.1f} to {now:.1f} m per trip), "
            f"{gained[one]:+.4f} {currency} unplanned"
        )
    rest = float(gained.sum() - gained[told].sum())
    said.append(f"all others {rest:+.4f}")
    words = "; ".join(said) + "."
    for name, partner, was, now, change in effect.pairs:
        words += (
            f" Between {name} and {partner} {abs(change):.2f} m "
            f"{'less' if change < 0 else 'more'} walking per trip ({was:.2f} to {now:.2f} walks)."
        )
    return words + f" In all {effect.metres:+.1f} m per trip."
