"""Which things of a plan does a rule speak of, and from where does it measure?"""

import numpy as np
import shapely

from layoutlab.floor.plans.plan import Thing
from layoutlab.floor.rules.rule import Rule
from layoutlab.floor.rules.survey import Survey


def chosen(survey: Survey, rule: Rule) -> tuple[tuple[Thing, ...], list[str]]:
    """Return the things a rule speaks of; why they cannot be told where the plan names nothing.

    Of the kinds in `to` (fixtures when empty), those of one of the types, departments, families or
    needs that the rule names; all where it names none.
    """
    things = survey.plan.of(*(rule.to or ("fixture",)))
    if not (rule.of_types or rule.of_departments or rule.of_families or rule.of_needs):
        return things, []
    found = tuple(thing for thing in things if _is_meant(thing, rule))
    if found or any(_says(thing, rule) for thing in things):
        return found, []
    asked = [
        word
        for word, names in (
            ("type", rule.of_types), ("department", rule.of_departments),
            ("family", rule.of_families), ("needs", rule.of_needs),
        )
        if names
    ]  # fmt: skip
    return (), [f"nothing on the plan says its {' or '.join(asked)}"]


def _is_meant(thing: Thing, rule: Rule) -> bool:
    return (
        _same((thing.type,), rule.of_types)
        or _same(thing.departments, rule.of_departments)
        or _same((str(thing.extra.get("family", "")),), rule.of_families)
        or _same(thing.needs, rule.of_needs)
    )


def _says(thing: Thing, rule: Rule) -> bool:
    """Say whether a thing tells at least one of what the rule asks about."""
    return bool(
        (rule.of_types and thing.type)
        or (rule.of_departments and thing.departments)
        or (rule.of_families and thing.extra.get("family"))
        or (rule.of_needs and thing.needs)
    )


def _same(words: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return bool({word.casefold() for word in words} & {name.casefold() for name in names})


def origins(survey: Survey, rule: Rule) -> tuple[tuple[Thing, ...], list[str]]:
    """Return the things a rule measures from, by kind or type; why not where there is none.

    `exit` means the ways out of customers: no emergency exits, and the entrances of a plan that
    draws no exit.
    """
    found = tuple(
        thing
        for thing in survey.plan.things
        if _same((thing.kind, thing.type), rule.measured_from) and thing.kind != "exit"
    )
    if "exit" in rule.measured_from:
        found += tuple(each for each in survey.ways_out if each not in found)
    return found, [] if found else [f"the plan has no {' or '.join(rule.measured_from)}"]


def nearest(thing: Thing, others: tuple[Thing, ...]) -> tuple[Thing, float]:
    """Return the nearest of others in a straight line, the first of equals, and how far it is."""
    apart = shapely.distance(thing.shape, np.asarray([each.shape for each in others], dtype=object))
    first = int(np.argmin(apart))
    return others[first], float(apart[first])
