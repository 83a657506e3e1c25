"""What does a rule say? A quantity, a limit in the unit of its source, and where it comes from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "in": 0.0254, "ft": 0.3048, "count": 1.0}
COMPARISONS = ("at least", "at most")
STATUSES = ("in force", "expired", "practice", "user's own")
FACTS = (
    "area_m2", "checkouts", "exits", "entrances", "entrance_depth_m", "exit_depth_m", "sprinklered",
)  # fmt: skip
BOUNDS = ("at_least", "above", "at_most", "below", "is")
READ_TO_M = 0.0005
"""Lengths are compared to half a millimetre: no drawing is better."""


@dataclass(frozen=True)
class Rule:
    """One rule of a pack.

    Attributes
    ----------
    id, title : str
    quantity : str
        One of `layoutlab.floor.rules.quantities.QUANTITIES`.
    comparison : {"at least", "at most"}
    value : float
        The limit, in `unit`; at least 0.
    unit : {"m", "cm", "mm", "in", "ft", "count"}
    scope, jurisdiction, source : str
    status : {"in force", "expired", "practice", "user's own"}
    pack : str
    parts : mapping of str to float
        Further lengths the quantity needs, in `unit` (factors without one: `times_width`; metres
        where a rule counts).
    per : mapping, optional
        `fact`, `above` and `each`: the limit grows by `each` for each unit of a fact above it.
    when : mapping
        Bounds on facts of the plan: where the rule applies.
    if_unknown : {"skip", "apply"}
        What to do where the plan does not tell a fact of `when`.
    in_zone, not_in_zone : str
        Types of zones: only there, or not there.
    of_types, of_departments, of_families, of_needs : tuple of str
        Only fixtures of one of these types, or that carry one of these departments, say that they
        are of one of these families, or need one of these (see `layoutlab.floor.plans.plan`).
    to : tuple of str
        Kinds of things it is about; the quantity's own when empty.
    measured_from : tuple of str
        Kinds or types of things from where it is measured.
    asked_only : bool
        Left out unless asked for by its own name.
    """

    id: str
    title: str
    quantity: str
    comparison: str
    value: float
    unit: str
    scope: str
    jurisdiction: str
    source: str
    status: str
    pack: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)
    per: Mapping[str, Any] | None = None
    when: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    if_unknown: str = "skip"
    in_zone: str = ""
    not_in_zone: str = ""
    of_types: tuple[str, ...] = ()
    of_departments: tuple[str, ...] = ()
    of_families: tuple[str, ...] = ()
    of_needs: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    measured_from: tuple[str, ...] = ()
    asked_only: bool = False

    def part(self, name: str, otherwise: float) -> float:
        """Return a further length in metres (a factor as it is); `otherwise` when not given."""
        if name not in self.parts:
            return otherwise
        factor = 1.0 if name.startswith("times_") else UNITS[self.unit]
        return self.parts[name] * factor


def applies(rule: Rule, facts: Mapping[str, Any]) -> bool | str:
    """Say whether a rule applies to a plan; the name of the fact when the plan does not tell it."""
    if rule.per is not None and facts.get(rule.per["fact"]) is None:
        return str(rule.per["fact"])
    for name, bounds in rule.when.items():
        if facts.get(name) is None:
            if rule.if_unknown == "skip":
                return name
        elif not all(_holds(bound, facts[name], limit) for bound, limit in bounds.items()):
            return False
    return True


def _holds(bound: str, value: Any, limit: Any) -> bool:
    if bound == "is":
        return bool(value == limit)
    if bound in ("above", "below"):
        return bool(value > limit) if bound == "above" else bool(value < limit)
    return bool(value >= limit) if bound == "at_least" else bool(value <= limit)


def limit(rule: Rule, facts: Mapping[str, Any]) -> float:
    """Return what a rule requires of a plan, in metres or as a count (rounded up)."""
    value = rule.value
    if rule.per is not None:
        value += rule.per["each"] * max(0.0, facts[rule.per["fact"]] - rule.per["above"])
    if rule.unit == "count":
        return float(math.ceil(value - 1e-9))
    return value * UNITS[rule.unit]


def obeys(rule: Rule, measured: float, required: float) -> bool:
    """Compare a measured value with the limit, to half a millimetre."""
    if rule.comparison == "at least":
        return measured >= required - READ_TO_M
    return measured <= required + READ_TO_M
