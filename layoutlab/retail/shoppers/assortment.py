"""Which department stands where? The goods on a prepared floor's places.

A fixture that carries several departments gives each the same part of every face, in their order
along the fixture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.retail.shoppers.prepared_floor import Floor

TOUCH = 1e-9


@dataclass(frozen=True, eq=False)
class Assortment:
    """Departments on places, one entry for each pair of them.

    Attributes
    ----------
    departments : tuple of str
        Sorted.
    place, department : ndarray of int64, shape (e,)
        Ordered by place, then along it.
    share : ndarray of float, shape (e,)
        Of the place, above 0, at most 1.
    shelf_m : ndarray of float, shape (e,)
        Running metres of shelf.
    nowhere : tuple of str
        Departments that only fixtures out of reach carry.
    """

    departments: tuple[str, ...]
    place: np.ndarray
    department: np.ndarray
    share: np.ndarray
    shelf_m: np.ndarray
    nowhere: tuple[str, ...] = ()


def of_plan(floor: Floor, plan: Plan) -> Assortment:
    """Return what the plan's fixtures carry.

    Raises
    ------
    InputError
        When no fixture within reach carries anything.
    """
    carried = {thing.id: thing.departments for thing in plan.of("fixture")}
    out = {name for fixture in floor.unreachable for name in carried.get(fixture, ())}
    found = of_fixtures(floor, {name: carried[name] for name in floor.fixtures})
    return Assortment(
        found.departments,
        found.place,
        found.department,
        found.share,
        found.shelf_m,
        tuple(sorted(out - set(found.departments))),
    )


def of_fixtures(floor: Floor, carried: Mapping[str, Sequence[str]]) -> Assortment:
    """Return departments put on fixtures by hand.

    Parameters
    ----------
    floor : Floor
    carried : mapping of str to sequence of str
        Departments by fixture, in order along it; fixtures not named carry nothing.

    Raises
    ------
    InputError
        For a fixture that the floor does not have within reach, or when nothing is carried.
    """
    if unknown := sorted(set(carried) - set(floor.fixtures)):
        raise InputError(f"expected fixtures within reach on {floor.name}, got {unknown[0]!r}")
    departments = tuple(sorted({name for names in carried.values() for name in names}))
    if not departments:
        raise InputError(f"{floor.name}: expected fixtures that carry departments, got none")
    number = {name: i for i, name in enumerate(departments)}
    kept = [[number[name] for name in carried.get(fixture, ())] for fixture in floor.fixtures]
    counts = np.array([len(names) for names in kept], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(counts)])
    flat = np.array([code for names in kept for code in names], dtype=np.int64)
    slots = counts[floor.fixture]
    place = np.repeat(np.arange(floor.n_places), slots)
    slot = np.arange(len(place)) - np.repeat(np.cumsum(slots) - slots, slots)
    low, high = slot / slots[place], (slot + 1) / slots[place]
    begins, ends = floor.begins[place], floor.ends[place]
    share = (np.minimum(high, ends) - np.maximum(low, begins)) / (ends - begins)
    there = share > TOUCH
    place, slot, share = place[there], slot[there], share[there]
    return Assortment(
        departments,
        place,
        flat[first[floor.fixture[place]] + slot],
        share,
        share * floor.shelf_m[place],
    )


def space_m(assortment: Assortment) -> np.ndarray:
    """Return each department's running metres of shelf, float (departments,)."""
    space: np.ndarray = np.bincount(
        assortment.department, assortment.shelf_m, minlength=len(assortment.departments)
    )
    return space
