"""What of a layout bears on its worth? A dozen sums over its slots and pairs of slots.

All compare a layout with the store's present one, whose own entries are therefore 0.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import changed_layouts, layout_kernels
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.layout_value.store_tables import STORE_FEATURES, StoreTables, tables_of

SUMS = (
    "enter",
    "round",
    "give_up",
    "left",
    "walked",
    "taken",
    "tempted",
    "tour",
    "tour_left",
    "moved",
)
"""Mean way from the entrance; way past a slot to the checkouts; chance that a thing alone on its
list is left for the way; that one among others is, and metres walked, as `neutral_walks` found;
margin taken on impulse, without and with what goes together; walk, detours included, and things
left out for the way on the tours of some lists, nearest stop next; share of slots with other
goods."""
DIFFERENCES = ("give_up", "left", "tour_left")
"""Small shares that are told as differences, in tenths."""
FORETOLD = ("tempted", "tour", "tour_left")
UNIT = np.array([100.0, 100.0, 10.0])
"""Sums that stand for the targets, and what makes them per cent or percentage points."""
REFERENCES, REFERENCE_SEED = 99, 4_711
SMALLEST = 1e-4


class Held(NamedTuple):
    """Tables as the kernels read them."""

    demand: np.ndarray
    chance: np.ndarray
    value: np.ndarray
    shelf: np.ndarray
    enter: np.ndarray
    leave: np.ndarray
    through: float
    patience: float
    left: np.ndarray
    walked: np.ndarray
    apart: np.ndarray
    walk: np.ndarray
    seen: np.ndarray
    level: np.ndarray
    tempt: np.ndarray
    general: np.ndarray
    list_start: np.ndarray
    list_item: np.ndarray
    list_luck: np.ndarray
    longest_list: int


class Sums(NamedTuple):
    """Sums of layouts.

    Attributes
    ----------
    aggregates : ndarray of float, shape (n, len(SUMS))
        Changes against the present layout, relative but for ``give_up`` (difference) and
        ``moved``.
    planned, tempting : ndarray of float, shape (n, n_slots)
        Weight of each slot by what is planned to be bought there, and by what tempts there.
    """

    aggregates: np.ndarray
    planned: np.ndarray
    tempting: np.ndarray


def sums_of(tables: StoreTables, assignments: np.ndarray) -> Sums:
    """Return the sums of layouts.

    Parameters
    ----------
    tables : StoreTables
    assignments : ndarray of int, shape (n, n_slots)
        Departments by slot.

    Raises
    ------
    InputError
        For another shape, or a department that the store does not have.
    """
    assignments = checked(tables, assignments)
    with_today = np.vstack([tables.today, assignments])
    now = present_views(tables)
    n, s = with_today.shape
    out, planned, tempting = np.zeros((n, 9)), np.empty((n, s)), np.empty((n, s))
    layout_kernels.sums(with_today, held(tables), now, out, planned, tempting)
    out[:, SUMS.index("tour_left")] /= max(len(tables.list_item), 1)
    change = out[1:] / np.where(out[0] > 0, out[0], 1.0) - 1.0
    for name in DIFFERENCES:
        at = SUMS.index(name)
        change[:, at] = 10 * (out[1:, at] - out[0, at])
    moved = (assignments != tables.today).mean(axis=1)
    return Sums(np.column_stack([change, moved]), planned[1:], tempting[1:])


def checked(tables: StoreTables, assignments: np.ndarray) -> np.ndarray:
    """Return assignments as the kernels take them, or raise `InputError`."""
    assignments = np.asarray(assignments)
    if assignments.ndim != 2 or assignments.shape[1] != len(tables.today):
        raise InputError(
            f"assignments: expected shape (n, {len(tables.today)}), got {assignments.shape}"
        )
    if not np.issubdtype(assignments.dtype, np.integer):
        raise InputError(f"assignments: expected whole numbers, got {assignments.dtype}")
    if assignments.size and not 0 <= assignments.min() <= assignments.max() < len(tables.demand):
        raise InputError(
            f"assignments: expected departments from 0 to {len(tables.demand) - 1}, "
            f"got {assignments.min()} to {assignments.max()}"
        )
    return np.ascontiguousarray(assignments, dtype=np.int64)


def present_views(tables: StoreTables) -> np.ndarray:
    """Return what is taken on impulse per trip at present as the sums see it, (2, d)."""
    share, room = np.empty(len(tables.today)), np.empty(len(tables.demand))
    layout_kernels.shares_of_slots(tables.today, tables.shelf_m, room, share)
    now = np.empty((2, len(tables.demand)))
    met = tables.demand[tables.today] * share
    layout_kernels.views(tables.today, met, tables.seen, tables.level, tables.tempt, now)
    return now


def held(tables: StoreTables) -> Held:
    """Return the tables for the kernels.

    ``general`` is the view of a slot over that of all slots that the department has at present.
    """
    shown = np.maximum(tables.seen.mean(axis=1, dtype=np.float64), 0.0)[tables.level]
    now = shown[tables.today, np.arange(len(tables.today))]
    had = np.bincount(tables.today, now, minlength=len(tables.demand))
    general = shown / np.where(had > 0, had, np.inf)[:, None]
    return Held(
        tables.demand, tables.chance, tables.value, tables.shelf_m, tables.enter_m,
        tables.leave_m, tables.through_m, tables.patience_m, tables.left, tables.walked_m,
        tables.apart_m, tables.walk_m, tables.seen, tables.level, tables.tempt, general,
        tables.list_start, tables.list_item, tables.list_luck,
        int(np.diff(tables.list_start).max(initial=1)),
    )  # fmt: skip


def described(tables: StoreTables, sums: Sums) -> np.ndarray:
    """Return what v1 sees: scaled sums with the store's features beside, (n, ...)."""
    beside = np.broadcast_to(tables.store_features, (len(sums.aggregates), len(STORE_FEATURES)))
    return np.hstack([scaled(tables, sums), beside])


def prepare(store: Store) -> StoreTables:
    """Work out all that scoring needs of a store; the scale of its sums from changed layouts."""
    tables = replace(tables_of(store), sums_scale=np.ones(len(SUMS)))
    order_by = np.column_stack([tables.enter_m, tables.leave_m, tables.seen[0].mean(axis=0)])
    rng = np.random.default_rng(REFERENCE_SEED)
    drawn = changed_layouts.draw(store.slots, REFERENCES, order_by, rng=rng)
    spread = np.sqrt((sums_of(tables, drawn).aggregates ** 2).mean(axis=0))
    return replace(tables, sums_scale=np.maximum(spread, SMALLEST))


def scaled(tables: StoreTables, sums: Sums) -> np.ndarray:
    """Return the aggregates in the store's own scale, (n, len(SUMS))."""
    found: np.ndarray = sums.aggregates / tables.sums_scale
    return found


def target_scale(tables: StoreTables) -> np.ndarray:
    """Return how widely the targets should vary in this store by its sums, in their units, (3,)."""
    found: np.ndarray = UNIT * tables.sums_scale[[SUMS.index(name) for name in FORETOLD]]
    return found
