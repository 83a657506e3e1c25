"""What must a new layout keep to? The planner's file of constraints.

A small YAML file; every entry may be left out::

    locked: {fixtures: [oven], departments: [bakery]}  # neither moved nor given other goods
    adjacent_within_m: 4           # how far apart neighbours may be, metres, else 4
    adjacent: [[pasta, sauces]]    # some shelf of one is a neighbour of some shelf of the other
    apart: [[pet food, baby]]      # no shelf of one is a neighbour of any shelf of the other
    together: [wine]               # every shelf has a neighbour of its own department
    needs: {frozen: [cold]}        # cold, wall, water, power, back room, or a type of fixture
    near: [{department: flowers, to: entrance, within_m: 10}]
    sight: [{department: wine, from: checkout}]        # no high fixture stands between
    cold_stays: true               # cold goods and cold fixtures stay together, as they are today
    kinds_stay: [table]            # and so do goods and fixtures of these types
    space: {milk: {min_m: 6, max_m: 20}}               # running metres of shelf
    space_change: 0.25             # by what share every other department's may grow or shrink
    moves:                         # what may be spent on the change
      at_most: 10
      hours: 40
      cost: 2000
      kinds: {department: {hours: 2, cost: 50}, gondola: {hours: 6, cost: 200}}
    rules: [ada]                   # rule packs that a plan with moved fixtures must obey
    aisle_m: 1.2                   # and the clear width that every way keeps
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from layoutlab.errors import InputError

ADJACENT_WITHIN_M = 4.0
SPACE_CHANGE = 0.25
"""Without it a search gives all shelves to what tempts most: the simulated shoppers do not mind how
small the rest becomes."""
KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
DEPARTMENT = "department"
"""The kind of move that gives a fixture other goods; every other kind is a type of fixture."""


@dataclass(frozen=True)
class MoveCost:
    """What one move takes: working hours, and money beside them."""

    hours: float = 0.0
    cost: float = 0.0


@dataclass(frozen=True)
class Budget:
    """What may be spent on moves; None is no limit.

    Attributes
    ----------
    at_most : int, optional
        Slots that get another department, and fixtures that are moved, counted together.
    hours, cost : float, optional
    kinds : mapping of str to MoveCost
        A kind that is not listed costs nothing, and is said to.
    """

    at_most: int | None = None
    hours: float | None = None
    cost: float | None = None
    kinds: Mapping[str, MoveCost] = field(default_factory=dict)

    def price(self, kind: str) -> MoveCost:
        """Return what a move of this kind takes."""
        return self.kinds.get(kind, MoveCost())


@dataclass(frozen=True)
class Constraints:
    """The entries of the file; see the module for what each means.

    Where the file does not say, `cold_stays` and `space_change` are None; a search then takes yes,
    and `SPACE_CHANGE`.
    """

    locked_fixtures: tuple[str, ...] = ()
    locked_departments: tuple[str, ...] = ()
    adjacent_within_m: float = ADJACENT_WITHIN_M
    adjacent: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    together: tuple[str, ...] = ()
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    near: tuple[tuple[str, str, float], ...] = ()
    sight: tuple[tuple[str, str], ...] = ()
    space: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    budget: Budget = Budget()
    rules: tuple[str, ...] = ()
    aisle_m: float | None = None
    cold_stays: bool | None = None
    space_change: float | None = None
    kinds_stay: tuple[str, ...] = ()

    @classmethod
    def of(cls, entries: Mapping[str, Any], *, where: str = "constraints") -> Self:
        """Return the constraints that a mapping holds, checked against the schema.

        Raises
        ------
        InputError
            Names the entry, what was expected there and what arrived.
        """
        _check(entries, where)
        locked, moves = entries.get("locked", {}), entries.get("moves", {})
        kinds = {kind: MoveCost(**price) for kind, price in moves.get("kinds", {}).items()}
        bounds = {
            name: (float(bound.get("min_m", 0.0)), float(bound.get("max_m", float("inf"))))
            for name, bound in entries.get("space", {}).items()
        }
        return cls(
            locked_fixtures=tuple(locked.get("fixtures", ())),
            locked_departments=tuple(locked.get("departments", ())),
            adjacent_within_m=float(entries.get("adjacent_within_m", ADJACENT_WITHIN_M)),
            adjacent=tuple((one, other) for one, other in entries.get("adjacent", ())),
            apart=tuple((one, other) for one, other in entries.get("apart", ())),
            together=tuple(entries.get("together", ())),
            needs={name: tuple(needed) for name, needed in entries.get("needs", {}).items()},
            near=tuple(
                (near["department"], near["to"], float(near["within_m"]))
                for near in entries.get("near", ())
            ),
            sight=tuple((seen["department"], seen["from"]) for seen in entries.get("sight", ())),
            space=bounds,
            budget=Budget(moves.get("at_most"), moves.get("hours"), moves.get("cost"), kinds),
            rules=tuple(entries.get("rules", ())),
            aisle_m=entries.get("aisle_m"),
            cold_stays=entries.get("cold_stays"),
            space_change=entries.get("space_change"),
            kinds_stay=tuple(entries.get("kinds_stay", ())),
        )


def read(path: str | Path) -> Constraints:
    """Read the constraints of a YAML file; an empty one constrains nothing."""
    try:
        entries = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"constraints: expected a file, got {path} ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        told = " ".join(str(error).split())
        raise InputError(f"{path}: expected YAML, got a file that is none ({told})") from None
    return Constraints.of({} if entries is None else entries, where=str(path))


@cache
def _schema() -> Any:
    return json.loads((files(__package__) / "constraints-1.schema.json").read_text("utf-8"))


def _check(entries: Any, where: str) -> None:
    """Refuse what the schema refuses, naming the entry."""
    error = best_match(Draft202012Validator(_schema()).iter_errors(entries))
    if error is None:
        return
    entry = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.path)
    raise InputError(f"{where}{entry}: expected {_expected(error)}, got {error.instance!r}")


def _expected(error: Any) -> str:
    """Return in words what a keyword of the schema asks for."""
    value = error.validator_value
    words: dict[str, Callable[[], str]] = {
        "type": lambda: KINDS[value],
        "enum": lambda: " or ".join(map(str, value)),
        "additionalProperties": lambda: f"only {', '.join(sorted(error.schema['properties']))}",
        "required": lambda: f"the entries {', '.join(value)}",
        "minimum": lambda: f"at least {value}",
        "exclusiveMinimum": lambda: f"above {value}",
        "uniqueItems": lambda: "no entry twice",
        "minItems": lambda: f"{value} entries or more",
        "maxItems": lambda: f"{value} entries at most",
        "minProperties": lambda: f"{value} of {', '.join(error.schema['properties'])}",
        "minLength": lambda: "a name",
    }
    return words.get(error.validator, lambda: f"{error.validator} {value}")()
