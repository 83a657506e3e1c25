"""What do a drawing's words mean? A mapping file: data that turns layers and names into kinds.

A mapping is a YAML file (`mappings/common.yaml` shows every member). One of the user's own goes
before the common one, pattern by pattern; ``extends: none`` leaves the common one out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import KINDS

MAPPINGS = Path(__file__).with_name("mappings")
COMMON = "common"
IGNORE = "ignore"
CHOICES = {"outline": ("box", "hull", "walls", "none"), "globe": ("ellipsoid", "sphere")}
SAYABLE = (
    "kind",
    "type",
    "name",
    "departments",
    "shelf_m",
    "height_m",
    "locked",
    "accessible",
    "needs",
)
ATTRIBUTES = ("id", *SAYABLE[1:])
COLUMNS = ("x", "y", "width", "depth", "angle")
_GROUND = ("floor", "outside")


@dataclass(frozen=True)
class Vocabulary:
    """What words mean.

    Attributes
    ----------
    kind_from : tuple of str
        Properties whose values are looked up, in this order.
    kinds : tuple of (str, mapping)
        Pattern and what a thing that matches it is; ``{"kind": "ignore"}`` is left out.
    otherwise : mapping, optional
        What a thing is that no pattern fits; left out and reported when not given.
    properties : mapping of str to tuple of str
        Our attribute, and the drawing's properties that may hold it.
    rectangles : mapping of str to tuple of str
        x, y, width, depth and angle, and the columns that may hold them.
    kind_of_rectangles : tuple of str
        As `kind_from`, for rectangles.
    characters : mapping of str to mapping
        What a character of a grid stands for.
    merge : tuple of str
        Kinds whose overlapping things become one.
    outline : str
        What stands for an outline that is not drawn: what ``walls``, entrances and exits enclose
        (the box, when that does not hold all fixtures), the ``box`` of all things, their convex
        ``hull``, or ``none``.
    globe : str
        What longitude and latitude lie on: the ``ellipsoid`` of WGS 84 or a web map's ``sphere``.
    """

    kind_from: tuple[str, ...]
    kinds: tuple[tuple[str, Mapping[str, Any]], ...]
    otherwise: Mapping[str, Any] | None
    properties: Mapping[str, tuple[str, ...]]
    rectangles: Mapping[str, tuple[str, ...]]
    kind_of_rectangles: tuple[str, ...]
    characters: Mapping[str, Mapping[str, Any]]
    merge: tuple[str, ...]
    outline: str
    globe: str

    def meaning(self, properties: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
        """Return the word that decided and what it means; None when no word is known."""
        for name in self.kind_from:
            for word in _words(properties.get(name)):
                for pattern, meant in self.kinds:
                    if fnmatchcase(word.casefold(), pattern.casefold()):
                        return f"{name} {word}", meant
        return None


def load(name: str | Path | None = None) -> Vocabulary:
    """Return the vocabulary of a mapping file before the common one.

    Parameters
    ----------
    name : str or Path, optional
        A file, or the name of one that comes with LayoutLab (`names`); the common words alone when
        not given.

    Raises
    ------
    InputError
        For a file that cannot be read or has members or kinds that are not known.
    """
    common = _parsed(MAPPINGS / f"{COMMON}.yaml")
    if name is None or str(name) == COMMON:
        return _built(common, {})
    path = MAPPINGS / f"{name}.yaml" if str(name) in names() else Path(name)
    own = _parsed(path)
    extends = own.pop("extends", COMMON)
    if extends not in (COMMON, "none"):
        raise InputError(f"{path}: extends: expected {COMMON} or none, got {extends!r}")
    return _built(own, common if extends == COMMON else {})


def names() -> tuple[str, ...]:
    """Return the names of the mappings that come with LayoutLab."""
    return tuple(sorted(path.stem for path in MAPPINGS.glob("*.yaml")))


def _parsed(path: Path) -> dict[str, Any]:
    """Return a mapping file's members, each checked."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        known = ", ".join(names())
        raise InputError(
            f"{path}: expected a mapping file, or the name of one ({known}): {error}"
        ) from error
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise InputError(f"{path}: expected YAML, got something else: {words}") from error
    if not isinstance(found, dict):
        raise InputError(f"{path}: expected a YAML mapping, got {type(found).__name__}")
    members = {*Vocabulary.__dataclass_fields__, "extends"}
    if unknown := sorted(set(map(str, found)) - members):
        raise InputError(
            f"{path}: expected members of {', '.join(sorted(members))}, got {', '.join(unknown)}"
        )
    return _checked(path, found)


def _checked(path: Path, found: dict[str, Any]) -> dict[str, Any]:
    for member in ("kinds", "characters"):
        allowed = (*KINDS, IGNORE, *(_GROUND if member == "characters" else ()))
        entries = _mapping(path, member, found.get(member, {}))
        found[member] = {str(key): _meant(path, member, key, value, allowed)
                         for key, value in entries.items()}  # fmt: skip
    if (otherwise := found.get("otherwise")) is not None:
        found["otherwise"] = _meant(path, "otherwise", "", otherwise, (*KINDS, IGNORE))
    for member, columns in (("properties", ATTRIBUTES), ("rectangles", COLUMNS)):
        entries = _mapping(path, member, found.get(member, {}))
        if unknown := sorted(set(map(str, entries)) - set(columns)):
            raise InputError(
                f"{path}: {member}: expected {', '.join(columns)}, got {', '.join(unknown)}"
            )
        found[member] = {key: tuple(_words(value)) for key, value in entries.items()}
    for member in ("kind_from", "kind_of_rectangles", "merge"):
        found[member] = tuple(_words(found.get(member)))
    if unknown := sorted(set(found["merge"]) - set(KINDS)):
        raise InputError(f"{path}: merge: expected {', '.join(KINDS)}, got {', '.join(unknown)}")
    for member, choices in CHOICES.items():
        if found.get(member, choices[0]) not in choices:
            expected = ", ".join(choices)
            raise InputError(f"{path}: {member}: expected {expected}, got {found[member]!r}")
    return found


def _mapping(path: Path, member: str, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{path}: {member}: expected a mapping, got {value!r}")
    return value


def _meant(
    path: Path, member: str, key: Any, value: Any, allowed: tuple[str, ...]
) -> dict[str, Any]:
    """Return what a word means as a mapping with a kind."""
    meant = {"kind": value} if isinstance(value, str) else value
    if not isinstance(meant, dict) or meant.get("kind") not in allowed:
        raise InputError(f"{path}: {member}: {key!r}: expected a kind of {', '.join(allowed)}, "
                         f"got {value!r}")  # fmt: skip
    if unknown := sorted(set(map(str, meant)) - set(SAYABLE)):
        raise InputError(
            f"{path}: {member}: {key!r}: expected {', '.join(SAYABLE)}, got {', '.join(unknown)}"
        )
    return meant


def _built(own: Mapping[str, Any], common: Mapping[str, Any]) -> Vocabulary:
    """Put one mapping before another."""

    def both(member: str) -> dict[str, Any]:
        mine, theirs = own.get(member, {}), common.get(member, {})
        return {**mine, **{key: value for key, value in theirs.items() if key not in mine}}

    def first(member: str) -> Any:
        return own.get(member) or common.get(member) or ()

    return Vocabulary(
        kind_from=tuple(dict.fromkeys([*own.get("kind_from", ()), *common.get("kind_from", ())])),
        kinds=tuple(both("kinds").items()),
        otherwise=own.get("otherwise", common.get("otherwise")),
        properties=both("properties"),
        rectangles=both("rectangles"),
        kind_of_rectangles=first("kind_of_rectangles"),
        characters=both("characters"),
        merge=first("merge"),
        outline=own.get("outline", common.get("outline", "box")),
        globe=own.get("globe", common.get("globe", "ellipsoid")),
    )


def _words(value: Any) -> list[str]:
    """Return one or several values as text."""
    if value is None or isinstance(value, dict):
        return []
    return [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]
