"""Which colour has which department? Eight hues that all tell apart, shades within a family.

With up to eight departments each has its own hue. With more, a family of departments shares a hue
and its members differ in shade; a large family takes further hues as long as there are any. What is
drawn also bears the department's number. Families are the fixtures' ``family`` where they say one,
else the type of fixture that carries most of a department.
The hues are those of Okabe and Ito (2008); families after the eighth are hatched.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from layoutlab.floor.plans.plan import Plan, Thing

HUES = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#F0E442", "#0072B2", "#D55E00", "#999999")
HATCHES = ("", "////", "....", "xxxx", "----")
LIGHTEST, SHADES = 0.62, 5
NOTHING = "#D9DEE4"


@dataclass(frozen=True)
class Swatch:
    """How a department is drawn.

    Attributes
    ----------
    number : int
        From 1, in the order of families and of the plan.
    name, family : str
    colour : str
        As #RRGGBB.
    hatch : str
        matplotlib's; empty for none.
    """

    number: int
    name: str
    family: str
    colour: str
    hatch: str


def swatches(plan: Plan, by: str = "department") -> dict[str, Swatch]:
    """Return how each department, or each type of fixture, is drawn, in the legend's order.

    Parameters
    ----------
    plan : Plan
    by : str
        ``department`` or ``type``.
    """
    families = _families(plan, by)
    members: dict[str, list[str]] = {}
    for name, family in families.items():
        members.setdefault(family, []).append(name)
    alone = len(families) <= len(HUES)
    size = 1 if alone else _shades(list(map(len, members.values())))
    found: dict[str, Swatch] = {}
    hue = 0
    for family, names in members.items():
        for start in range(0, len(names), size):
            chunk = names[start : start + size]
            for name, mixed in zip(chunk, np.linspace(0, LIGHTEST, len(chunk)), strict=True):
                found[name] = Swatch(
                    len(found) + 1, name, "" if alone else family,
                    lighter(HUES[hue % len(HUES)], float(mixed)),
                    HATCHES[hue // len(HUES) % len(HATCHES)],
                )  # fmt: skip
            hue += 1
    return found


def _shades(sizes: list[int]) -> int:
    """Return the fewest shades of a hue, at least `SHADES`, with which the hues suffice."""
    for shades in range(SHADES, max(sizes) + 1):
        if sum(-(-size // shades) for size in sizes) <= len(HUES):
            return shades
    return max(*sizes, SHADES)


def carried(thing: Thing, by: str = "department") -> tuple[str, ...]:
    """Return what a fixture is coloured by: its departments, or its type."""
    return thing.departments if by == "department" else (thing.type or "no type",)


def _families(plan: Plan, by: str) -> dict[str, str]:
    """Return the family of each department in the order of the plan."""
    votes: dict[str, Counter[str]] = {}
    for thing in plan.of("fixture"):
        own = str(thing.extra.get("family", "")) or thing.type or "other"
        for name in carried(thing, by):
            votes.setdefault(name, Counter())[own] += 1
    return {name: "" if by == "type" else counted.most_common(1)[0][0]
            for name, counted in votes.items()}  # fmt: skip


def lighter(colour: str, share: float) -> str:
    """Return a colour mixed with so much white, 0 to 1."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    mixed = np.round(parts + (255 - parts) * share).astype(int)
    return "#" + "".join(f"{part:02X}" for part in mixed)


def ink(colour: str) -> str:
    """Return black or white, whichever reads better on a colour (relative luminance, WCAG 2)."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return "#000000" if linear @ np.array([0.2126, 0.7152, 0.0722]) > 0.179 else "#FFFFFF"
