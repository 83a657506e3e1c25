"""How strong is each effect on a simulated shopper, how sure are we, and who says so?

All effect sizes stand in ``effects.yaml`` beside this file, or in one of the user's own with the
same names. Beside them stand the bounds of the names that trips are given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layoutlab.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

BUILT_IN = Path(__file__).with_name("effects.yaml")
STATUSES = ("measured", "assumed", "derived")
KEYS = ("value", "band", "unit", "status", "source")
MAY_BE_ZERO = (
    "hurry_near_checkout",
    "dwell_spread",
    "habit_share",
    "habit_weight",
    "counter_clockwise",
    "order_noise",
    "detours_per_m",
    "detour_spread",
    "perimeter_share",
    "unplanned_share",
    "temptation_pooling",
    "affinity_strength",
    "substitution",
    "checkout_base_s",
    "checkout_item_s",
)
SHARES = (
    "habit_share",
    "counter_clockwise",
    "perimeter_share",
    "unplanned_share",
    "temptation_pooling",
    "substitution",
    "margin_rate",
)


@dataclass(frozen=True)
class Effects:
    """The effect sizes in use. Their units, bands and sources: `records`.

    Change some with `dataclasses.replace`.

    Raises
    ------
    InputError
        For a value that is not finite, negative, 0 where it must not be, or a share above 1.
    """

    walking_speed_m_s: float
    hurry_near_checkout: float
    body_width_m: float
    standing_off_m: float
    face_piece_m: float
    dwell_item_s: float
    dwell_spread: float
    regard_depth_m: float
    regard_turn_deg: float
    regard_grazing_deg: float
    eye_height_m: float
    habit_share: float
    habit_weight: float
    counter_clockwise: float
    order_noise: float
    detours_per_m: float
    detour_spread: float
    detour_choice: float
    perimeter_share: float
    perimeter_band_m: float
    unplanned_share: float
    temptation_pooling: float
    affinity_strength: float
    affinity_cap: float
    patience_m: float
    substitution: float
    checkout_base_s: float
    checkout_item_s: float
    checkout_choice_m: float
    margin_rate: float
    price_default: float
    trips_per_day: float
    opening_h: float
    zone_side_m: float

    def __post_init__(self) -> None:
        for each in fields(self):
            value = getattr(self, each.name)
            _check(each.name, value)


@dataclass(frozen=True)
class Bounds:
    """Where the names of trips part, in items; no simulated number depends on them.

    Raises
    ------
    InputError
        For a bound that is no number above 0, or not above the one before it.
    """

    quick_items: float
    fill_in_items: float
    hands_items: float
    basket_items: float

    def __post_init__(self) -> None:
        for each in fields(self):
            _check(each.name, getattr(self, each.name))
        for low, high in (("quick_items", "fill_in_items"), ("hands_items", "basket_items")):
            if getattr(self, low) >= getattr(self, high):
                raise InputError(f"{high}: expected more than {low}, got {getattr(self, high):g}")


def load(path: str | Path | None = None) -> Effects:
    """Return the effect sizes of a file.

    Parameters
    ----------
    path : str or Path, optional
        YAML with an entry of `KEYS` per effect; the one beside this module when not given.

    Raises
    ------
    InputError
        When there is no such file, or it is not of this form: the message names the effect.
    """
    entries = _entries(Path(path) if path is not None else BUILT_IN)
    return Effects(**{name: float(entries[name]["value"]) for name in _names(Effects)})


def bounds(path: str | Path | None = None) -> Bounds:
    """Return the bounds of names in a file of effects; those it does not hold, as built in.

    Raises
    ------
    InputError
        As `load`.
    """
    entries = _entries(BUILT_IN) | (_entries(Path(path)) if path is not None else {})
    return Bounds(**{name: float(entries[name]["value"]) for name in _names(Bounds)})


def records(
    path: str | Path | None = None, of: "type[Effects] | type[Bounds]" = Effects
) -> "pd.DataFrame":
    """Return all that is known of each effect: name, value, low, high, unit, status, source."""
    import pandas as pd

    known = _entries(Path(path) if path is not None else BUILT_IN)
    entries = {name: known[name] for name in _names(of) if name in known}
    rows = [
        {
            "effect": name,
            "value": float(entry["value"]),
            "low": float(entry["band"][0]),
            "high": float(entry["band"][1]),
            "unit": entry["unit"],
            "status": entry["status"],
            "source": entry["source"],
        }
        for name, entry in entries.items()
    ]
    return pd.DataFrame(rows)


@lru_cache
def _entries(path: Path) -> dict[str, Mapping[str, Any]]:
    """Read and check a file of effects."""
    import yaml

    if not path.is_file():
        raise InputError(f"expected a file of effects, but there is no file {path}")
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name}: expected YAML: {' '.join(str(error).split())}") from error
    if not isinstance(entries, dict):
        raise InputError(f"{path.name}: expected effects by name, got {type(entries).__name__}")
    wanted, more = _names(Effects), _names(Bounds)
    lacking = sorted(set(wanted) - set(entries))
    unknown = sorted(set(entries) - set(wanted) - set(more))
    if lacking or unknown:
        said = "".join(
            f"; {what} {', '.join(names)}"
            for what, names in (("it lacks", lacking), ("it has the unknown", unknown))
            if names
        )
        raise InputError(f"{path.name}: expected {len(wanted)} effects by name{said}")
    kept = [name for name in (*wanted, *more) if name in entries]
    for name in kept:
        _check_entry(name, entries[name])
    return {name: entries[name] for name in kept}


def _names(of: "type[Effects] | type[Bounds]") -> list[str]:
    return [each.name for each in fields(of)]


def _check_entry(name: str, entry: Any) -> None:
    if not isinstance(entry, dict) or sorted(entry) != sorted(KEYS):
        raise InputError(f"{name}: expected {', '.join(KEYS)}, got {_shown(entry)}")
    _check(name, entry["value"])
    band = entry["band"]
    if not isinstance(band, list) or len(band) != 2 or not all(map(_is_number, band)):
        raise InputError(f"{name}: expected a band of two numbers, got {band}")
    if not band[0] <= entry["value"] <= band[1]:
        raise InputError(f"{name}: expected a value within {band}, got {entry['value']}")
    if entry["status"] not in STATUSES:
        raise InputError(f"{name}: expected status {' or '.join(STATUSES)}, got {entry['status']}")


def _check(name: str, value: Any) -> None:
    if not _is_number(value) or not 0 <= value < float("inf"):
        raise InputError(f"{name}: expected a number of at least 0, got {value}")
    if value == 0 and name not in MAY_BE_ZERO:
        raise InputError(f"{name}: expected a number above 0, got {value}")
    if name in SHARES and value > 1:
        raise InputError(f"{name}: expected a share of at most 1, got {value}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(entry: Any) -> str:
    return ", ".join(map(str, entry)) if isinstance(entry, dict) else repr(entry)
