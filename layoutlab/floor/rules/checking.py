"""Does a plan obey rules? Every violation with its place, and what could not be checked."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.rules.quantities import QUANTITIES
from layoutlab.floor.rules.rule import Rule, applies, limit, obeys
from layoutlab.floor.rules.survey import Survey

OBEYED, VIOLATED, PARTLY, NOT_CHECKED, NOT_APPLICABLE = (
    "obeyed", "violated", "partly checked", "not checked", "does not apply",
)  # fmt: skip


UNTOLD = {
    "entrance_depth_m": "the plan has no entrance",
    "exit_depth_m": "the plan has no exit and no entrance",
}


@dataclass(frozen=True)
class Violation:
    """One place where a rule is not obeyed.

    Attributes
    ----------
    rule, quantity, comparison : str
    place : (float, float)
        Metres.
    measured, required : float
        In `unit`: metres, or a count.
    unit : {"m", "count"}
    things : tuple of str
        Ids of what is behind it or beside it.
    words, source, jurisdiction, status : str
    """

    rule: str
    quantity: str
    comparison: str
    place: tuple[float, float]
    measured: float
    required: float
    unit: str
    things: tuple[str, ...]
    words: str
    source: str
    jurisdiction: str
    status: str


@dataclass(frozen=True)
class Verdict:
    """What became of one rule.

    Attributes
    ----------
    rule, title, status, source : str
    verdict : str
        "obeyed", "violated", "partly checked" (what could be checked is obeyed), "not checked" or
        "does not apply".
    required, worst : float, optional
        Limit and the reading nearest to it or farthest beyond it, metres or a count; None where
        there is none.
    readings, violations : int
    not_checked : tuple of str
        Why something was not checked.
    """

    rule: str
    title: str
    verdict: str
    required: float | None
    worst: float | None
    unit: str
    readings: int
    violations: int
    not_checked: tuple[str, ...]
    status: str
    source: str


@dataclass(frozen=True)
class Findings:
    """What a check found: a verdict for each rule, all violations, how the plan was read."""

    plan: str
    verdicts: tuple[Verdict, ...]
    violations: tuple[Violation, ...]
    notes: tuple[str, ...] = ()

    @property
    def obeyed(self) -> bool:
        """Whether no rule is violated; rules that could not be checked are not violated."""
        return not self.violations

    def to_frame(self) -> pd.DataFrame:
        """Return the violations, one a row, with x_m and y_m."""
        columns = [*Violation.__dataclass_fields__]
        frame = pd.DataFrame([asdict(each) for each in self.violations], columns=columns)
        places = [each.place for each in self.violations]
        frame["x_m"], frame["y_m"] = [x for x, _ in places], [y for _, y in places]
        frame["things"] = [", ".join(each.things) for each in self.violations]
        return frame.drop(columns="place")

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON can hold; lengths to a tenth of a millimetre."""
        return {
            "plan": self.plan,
            "obeyed": self.obeyed,
            "rules": [_rounded(asdict(verdict)) for verdict in self.verdicts],
            "violations": [_rounded(asdict(violation)) for violation in self.violations],
            "notes": list(self.notes),
        }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    values = {key: round(v, 4) if isinstance(v, float) else v for key, v in values.items()}
    if "place" in values:
        values["place"] = [round(each, 4) for each in values["place"]]
    return values


def check(plan: Plan, rules: Sequence[Rule]) -> Findings:
    """Check a plan against rules.

    Parameters
    ----------
    plan : Plan
        With one outline; see `layoutlab.floor.plans.validity` for what a sound plan is.
    rules : sequence of Rule
        From `layoutlab.floor.rules.packs.load`.

    Returns
    -------
    Findings
        Verdicts in the order of the rules; violations too, worst first within a rule.

    Raises
    ------
    InputError
        When the plan has no outline, or no rule is given.
    """
    if not rules:
        raise InputError("rules: expected at least one rule, got none")
    if not plan.outline.area > 0:
        raise InputError("plan: expected an outline with an area, got an empty one")
    survey = Survey(plan)
    verdicts, violations = [], []
    for rule in rules:
        verdict, found = _judge(survey, rule)
        verdicts.append(verdict)
        violations += found
    notes = [
        f"the plan draws no {kind}: what rules ask of it cannot be checked"
        for kind in ("entrance", "checkout")
        if not plan.of(kind)
    ]
    if not plan.of("exit") and plan.of("entrance"):
        notes.append("the plan draws no exit: its entrances are taken as exits")
    bare = sum(not each.faces for each in plan.of("fixture"))
    if bare:
        total = len(plan.of("fixture"))
        notes.append(f"{bare} of {total} fixtures name no face: all their sides are taken as faces")
    if survey.on_others:
        notes.append(
            f"{len(survey.on_others)} things stand on others and need no route of their own"
        )
    return Findings(plan.name, tuple(verdicts), tuple(violations), tuple(notes))


def _judge(survey: Survey, rule: Rule) -> tuple[Verdict, list[Violation]]:
    """Return what became of one rule, and where it is violated."""
    unit = "count" if rule.unit == "count" else "m"
    told = (rule.id, rule.title)
    asked = applies(rule, survey.facts)
    if asked is not True:
        why = (UNTOLD.get(str(asked), f"the plan does not tell: {asked}"),) if asked else ()
        said = NOT_CHECKED if asked else NOT_APPLICABLE
        return Verdict(*told, said, None, None, unit, 0, 0, why, rule.status, rule.source), []
    required = limit(rule, survey.facts)
    readings, unknown = QUANTITIES[rule.quantity].measure(survey, rule)
    pairs = [(each, required if each.required is None else each.required) for each in readings]
    broken = [
        Violation(
            rule.id, rule.quantity, rule.comparison, each.place, each.value, needed, unit,
            each.things, each.words, rule.source, rule.jurisdiction, rule.status,
        )
        for each, needed in pairs
        if not obeys(rule, each.value, needed)
    ]  # fmt: skip
    sign = 1 if rule.comparison == "at least" else -1
    broken.sort(key=lambda each: (sign * (each.measured - each.required), each.place))
    margins = [(sign * (each.value - needed), each.value) for each, needed in pairs]
    said = VIOLATED if broken else OBEYED
    if unknown and not broken:
        said = PARTLY if readings else NOT_CHECKED
    elif not readings and not broken:
        said = NOT_APPLICABLE
    return (
        Verdict(
            *told, said, required, min(margins)[1] if margins else None, unit,
            len(readings), len(broken), tuple(unknown), rule.status, rule.source,
        ),
        broken,
    )  # fmt: skip
