"""Which rules are asked for? Packs are YAML files: those that come with the package, or one's own.

A pack names its jurisdiction once; a rule may name its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import KINDS
from layoutlab.floor.rules.rule import BOUNDS, COMPARISONS, FACTS, STATUSES, UNITS, Rule

PACKS = ("ada", "ibc", "bavaria", "practice", "ergonomics")
REQUIRED = ("id", "title", "quantity", "comparison", "value", "unit", "scope", "source", "status")
CHOICES = {
    "comparison": COMPARISONS,
    "unit": tuple(UNITS),
    "status": STATUSES,
    "if_unknown": ("skip", "apply"),
}
LISTS = ("of_types", "of_departments", "of_families", "of_needs", "to", "measured_from")
TEXTS = ("id", "title", "scope", "source", "jurisdiction", "in_zone", "not_in_zone")


def load(names: Sequence[str | Path]) -> tuple[Rule, ...]:
    """Return the rules of packs, in the order given.

    Parameters
    ----------
    names : sequence of str or Path
        A name of `PACKS`; the path of a YAML file; or `pack/rule-id` for one rule, also one that
        its pack leaves off.

    Raises
    ------
    InputError
        For an unknown pack or rule, a file that is no pack, or two rules of one id.
    """
    found: list[Rule] = []
    for name in names:
        found += _named(str(name))
    ids = [rule.id for rule in found]
    if twice := sorted({each for each in ids if ids.count(each) > 1}):
        raise InputError(f"rules: expected every rule once, got {', '.join(twice)} more than once")
    if not found:
        raise InputError(f"rules: expected some of {', '.join(PACKS)} or a YAML file, got none")
    return tuple(found)


def _named(name: str) -> list[Rule]:
    """Return the rules of one pack, or the one rule asked for."""
    pack, _, rule_id = name.partition("/")
    if pack in PACKS:
        text = resources.files(__package__).joinpath("packs", f"{pack}.yaml").read_text("utf-8")
        rules = read(text, f"{pack}.yaml")
        if not rule_id:
            return [rule for rule in rules if not rule.asked_only]
        if chosen := [rule for rule in rules if rule.id == rule_id]:
            return chosen
        raise InputError(f"rules: expected a rule of {pack}, got {rule_id!r}")
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        raise InputError(f"rules: expected one of {', '.join(PACKS)} or a YAML file, got {name!r}")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"rules: expected a YAML file to read, got {name}: {error}") from error
    return [rule for rule in read(text, path.name) if not rule.asked_only]


def read(text: str, name: str) -> list[Rule]:
    """Return the rules of a pack's text; `name` is said in errors.

    Raises
    ------
    InputError
        Naming the rule, the field, what was expected and what arrived.
    """
    try:
        pack = yaml.safe_load(text)
    except yaml.YAMLError as error:
        said = " ".join(str(error).split())
        raise InputError(f"{name}: expected YAML, got {said}") from error
    if not isinstance(pack, Mapping) or not isinstance(pack.get("rules"), list):
        raise InputError(f"{name}: expected a mapping with a list `rules`")
    if not pack["rules"]:
        raise InputError(f"{name}: expected at least one rule, got none")
    return [_rule(pack, given, f"{name}, rule {n}") for n, given in enumerate(pack["rules"], 1)]


def _rule(pack: Mapping[str, Any], given: Any, where: str) -> Rule:
    """Return one rule, once every field is what it has to be."""
    if not isinstance(given, Mapping):
        raise InputError(f"{where}: expected a mapping, got {given!r}")
    where = f"{where} ({given['id']})" if "id" in given else where
    if missing := [key for key in REQUIRED if key not in given]:
        raise InputError(f"{where}: expected {', '.join(missing)}, which are not there")
    known = {each.name for each in fields(Rule)} - {"pack"}
    if unknown := sorted(set(map(str, given)) - known):
        raise InputError(f"{where}: expected fields of a rule, got {', '.join(unknown)}")
    values = {"jurisdiction": str(pack.get("jurisdiction", ""))} | dict(given)
    values |= {key: tuple(values[key]) for key in LISTS if _is_list(values, key)}
    _check(values, where)
    return Rule(**values, pack=str(pack.get("pack", where.partition(",")[0])))


def _is_list(values: Mapping[str, Any], key: str) -> bool:
    return isinstance(values.get(key), list)


def _check(values: Mapping[str, Any], where: str) -> None:
    """Raise for the first field that is not what it has to be."""
    from layoutlab.floor.rules.quantities import QUANTITIES

    for key in TEXTS:
        _expect(isinstance(values.get(key, ""), str), where, key, "a text", values.get(key))
    for key, choices in (CHOICES | {"quantity": tuple(QUANTITIES)}).items():
        good = key not in values or values[key] in choices
        _expect(good, where, key, f"one of {', '.join(choices)}", values.get(key))
    _expect(_is_number(values["value"]), where, "value", "a number from 0", values["value"])
    counted = QUANTITIES[values["quantity"]].counts
    right = "count" if counted else "a length (m, cm, mm, in or ft)"
    _expect(counted == (values["unit"] == "count"), where, "unit", right, values["unit"])
    parts = values.get("parts", {})
    _expect(
        isinstance(parts, Mapping) and all(map(_is_number, parts.values())),
        where, "parts", "names with numbers", parts,
    )  # fmt: skip
    allowed = QUANTITIES[values["quantity"]].parts
    _expect(
        set(parts) <= set(allowed),
        where, "parts", f"some of {', '.join(allowed) or 'nothing'}", ", ".join(map(str, parts)),
    )  # fmt: skip
    if QUANTITIES[values["quantity"]].zone:
        _expect(bool(values.get("in_zone")), where, "in_zone", "a type of zone", None)
    for key in LISTS:
        names = values.get(key, ())
        good = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
        _expect(good, where, key, "a list", names if isinstance(names, str) else list(names))
    if QUANTITIES[values["quantity"]].measured_from:
        said = "kinds or types of things"
        _expect(bool(values.get("measured_from")), where, "measured_from", said, None)
    _expect(
        set(values.get("to", ())) <= set(KINDS), where, "to", "kinds of things", values.get("to")
    )
    asked_only = values.get("asked_only", False)
    _expect(isinstance(asked_only, bool), where, "asked_only", "true or false", asked_only)
    _check_conditions(values, where)


def _check_conditions(values: Mapping[str, Any], where: str) -> None:
    when, per = values.get("when", {}), values.get("per")
    _expect(isinstance(when, Mapping), where, "when", "facts with bounds", when)
    for fact, bounds in when.items():
        _expect(fact in FACTS, where, "when", f"some of {', '.join(FACTS)}", fact)
        good = isinstance(bounds, Mapping) and set(bounds) <= set(BOUNDS)
        _expect(good, where, f"when.{fact}", f"some of {', '.join(BOUNDS)}", bounds)
        numbers = all(
            _is_number(v) or (k == "is" and isinstance(v, bool)) for k, v in bounds.items()
        )
        _expect(numbers, where, f"when.{fact}", "numbers, or is: true", bounds)
    if per is not None:
        good = isinstance(per, Mapping) and set(per) == {"fact", "above", "each"}
        _expect(good, where, "per", "fact, above and each", per)
        good = per["fact"] in FACTS[:-1] and _is_number(per["above"]) and _is_number(per["each"])
        _expect(good, where, "per", "a counted fact and two numbers", dict(per))


def _expect(good: bool, where: str, key: str, expected: str, got: Any) -> None:
    if not good:
        raise InputError(f"{where}: {key}: expected {expected}, got {got!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
