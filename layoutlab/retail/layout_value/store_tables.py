"""What does a slot offer and a department bring, so that layouts can be scored by table look-ups?

Worked out once per store: walks and views between slots from the floor's shortest walks, demand and
temptation by department from the shoppers. Lengths are compared with the store's own scale, so that
stores of all sizes speak the same language.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy import sparse

from layoutlab.retail.layout_value import detours, neutral_walks
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor

KINDS = ("refrigerated", "freezer", "table", "endcap", "rack")
SLOT_FEATURES = (
    "enter", "leave", "detour", "across", "edge", "seen", "seen_once", "walked", "left", "shelf",
    *KINDS,
)  # fmt: skip
DEPARTMENT_FEATURES = (
    "demand", "value", "price", "lift", "space", "enter_now", "leave_now", "seen_now",
)  # fmt: skip
STORE_FEATURES = (
    "slots", "departments", "scale_m", "per_patience", "items", "single", "demand_top",
    "value_top", "winding",
)  # fmt: skip
LISTS = 256
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, eq=False)
class StoreTables:
    """A store as a score of layouts sees it: s slots, d departments.

    Attributes
    ----------
    today : ndarray of int64, shape (s,)
        The present layout.
    shelf_m : ndarray of float, shape (s,)
        Within reach; 0 for a slot that is not.
    enter_m, leave_m : ndarray of float, shape (s,)
        Shortest way from an entrance, and to the checkouts (the farther, the less often).
    through_m : float
        From the entrance straight to the checkouts.
    apart_m : ndarray of float, shape (s, s)
    walk_m : ndarray of float, shape (s + 1, s + 1)
        Walked from [row] to [column], detours included; the last row is the entrance, the last
        column the checkouts.
    seen : ndarray of float32, shape (LEVELS, s, s)
    walked_m, left : ndarray of float, shape (s,)
        See `neutral_walks.Walked`.
    level : ndarray of int64, shape (d,)
        Whose rate is nearest to each department's.
    demand : ndarray of float, shape (d,)
        Planned purchases, shares that sum to 1.
    chance : ndarray of float, shape (d,)
        Unplanned purchases per trip in the present layout.
    value : ndarray of float, shape (d,)
        Their margin, shares that sum to 1.
    joint : ndarray of float, shape (d, d)
        Lift on lists, drawn to 1 and capped.
    tempt : ndarray of float, shape (d, d)
        How much [row] on a list makes [column] more tempting, times; 0 on the diagonal.
    list_start : ndarray of int64, shape (LISTS + 1,)
    list_item : ndarray of int64
        Departments on some of the shoppers' lists.
    list_luck : ndarray of float
        Which of its slots each is taken from, 0 to 1 of the shelf.
    patience_m : float
    sums_scale : ndarray of float, shape (m,)
        How widely each of `layout_sums.SUMS` varies among changed layouts of this store.
    slot_features : ndarray of float, shape (s, len(SLOT_FEATURES))
    department_features : ndarray of float, shape (d, len(DEPARTMENT_FEATURES))
    store_features : ndarray of float, shape (len(STORE_FEATURES),)
    """

    today: np.ndarray
    shelf_m: np.ndarray
    enter_m: np.ndarray
    leave_m: np.ndarray
    through_m: float
    apart_m: np.ndarray
    walk_m: np.ndarray
    seen: np.ndarray
    walked_m: np.ndarray
    left: np.ndarray
    level: np.ndarray
    demand: np.ndarray
    chance: np.ndarray
    value: np.ndarray
    joint: np.ndarray
    tempt: np.ndarray
    list_start: np.ndarray
    list_item: np.ndarray
    list_luck: np.ndarray
    patience_m: float
    sums_scale: np.ndarray
    slot_features: np.ndarray
    department_features: np.ndarray
    store_features: np.ndarray

    @property
    def scale_m(self) -> float:
        """Mean way from the entrance past a slot to the checkouts, metres."""
        return float((self.enter_m + self.leave_m).mean())


def as_arrays(tables: StoreTables) -> dict[str, np.ndarray]:
    """Return the tables by name, to be written."""
    return {each.name: np.asarray(getattr(tables, each.name)) for each in fields(tables)}


def of_arrays(arrays: dict[str, np.ndarray]) -> StoreTables:
    """Return tables from what `as_arrays` gave; other arrays are passed over."""
    names = [each.name for each in fields(StoreTables)]
    held = {name: arrays[name] for name in names}
    single = {name: float(held[name]) for name in ("through_m", "patience_m")}
    return StoreTables(**{**held, **single})  # type: ignore[arg-type]


def tables_of(store: Store) -> StoreTables:
    """Work out what scoring needs of a store, but for the scale of its sums.

    See `layout_sums.prepare`, which adds it.
    """
    floor, slots, effects = store.floor, store.slots, store.effects
    stands = neutral_walks.slots_on_places(floor, slots.fixture)
    slot = np.array([int(name) for name in stands.departments])[stands.department]
    shelf = np.bincount(slot, stands.shelf_m, minlength=len(slots.today))
    enter, leave, apart, through = _ways(floor, stands, slot, shelf, effects.checkout_choice_m)
    wants = _wants(store)
    sizes = np.bincount(np.diff(store.shoppers.start))
    rates, level = _levels(wants["rate"])
    walked = neutral_walks.walked(floor, slots.fixture, sizes, rates, effects)
    edge = np.bincount(slot, stands.shelf_m * floor.at_edge[stands.place], minlength=len(shelf))
    slot_features = _slot_features(
        slots.kind, shelf, edge, enter, leave, through, walked, (enter + leave).mean()
    )
    places = np.bincount(slot, minlength=len(shelf)).astype(float)
    at_edge = np.bincount(slot, floor.at_edge[stands.place], minlength=len(shelf))
    walk = detours.expected_walks(enter, leave, apart, through, places, at_edge, effects)
    return StoreTables(
        today=slots.today.astype(np.int64), shelf_m=shelf, enter_m=enter, leave_m=leave,
        through_m=through, apart_m=apart, seen=walked.seen, walked_m=walked.metres,
        left=walked.left, level=level, demand=wants["demand"], chance=wants["chance"],
        value=wants["value"], joint=wants["joint"], tempt=wants["tempt"], walk_m=walk,
        **_lists(store), patience_m=effects.patience_m, sums_scale=np.ones(0),
        slot_features=slot_features,
        department_features=_department_features(wants, slots.today, shelf, slot_features),
        store_features=_store_features(wants, sizes, (enter + leave).mean(), walked, effects),
    )  # fmt: skip


def _ways(
    floor: Floor, stands: Assortment, slot: np.ndarray, shelf: np.ndarray, choice_m: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return ways from the entrance, to the checkouts, between slots, and straight through."""
    n = len(floor.cells)
    metres = floor.legs.metres.reshape(n, n).T  # [from, to]
    standing = sparse.csr_array(
        (stands.shelf_m / shelf[slot], (slot, stands.place)), shape=(len(shelf), n)
    )
    to_till = metres[:, floor.checkouts]
    chosen = np.exp(-(to_till - to_till.min(axis=1, keepdims=True)) / choice_m)
    out = (to_till * chosen).sum(axis=1) / chosen.sum(axis=1)
    enter = standing @ metres[floor.entrances].mean(axis=0)
    apart = standing @ (standing @ metres).T
    return enter, standing @ out, apart, float(out[floor.entrances].mean())


def _wants(store: Store) -> dict[str, np.ndarray]:
    """Return what customers want of each department of the plan; see `StoreTables`."""
    shoppers, effects = store.shoppers, store.effects
    wants = shoppers.demand
    code = {name: number for number, name in enumerate(wants.categories)}
    at = np.array([code.get(name, -1) for name in store.slots.departments])
    known = at >= 0
    bought = np.bincount(shoppers.item, minlength=len(code))[at] * known
    chance = np.minimum(shoppers.left_to_chance[at], 0.99) * known
    earned = chance * wants.price[at]
    lift = np.where(np.outer(known, known), wants.lift[np.ix_(at, at)], 1.0)
    capped = np.clip(lift, 1 / effects.affinity_cap, effects.affinity_cap)
    items = max(float(np.diff(shoppers.start).mean()), 1.0)
    tempt = capped ** (effects.affinity_strength / items)
    np.fill_diagonal(tempt, 0.0)
    return {
        "demand": bought / max(bought.sum(), 1), "chance": chance, "joint": capped,
        "value": earned / max(earned.sum(), 1e-12), "tempt": tempt,
        "price": np.where(known, wants.price[at], np.median(wants.price)),
        "rate": shoppers.rate[at] * known,
    }  # fmt: skip


def _lists(store: Store) -> dict[str, np.ndarray]:
    """Return some of the shoppers' lists, evenly spaced among the trips."""
    shoppers = store.shoppers
    code = {name: number for number, name in enumerate(store.slots.departments)}
    sold = np.array([code.get(name, -1) for name in shoppers.demand.categories])
    trips = np.unique(np.linspace(0, len(shoppers) - 1, LISTS).astype(np.int64))
    lists = [sold[shoppers.item[shoppers.start[one] : shoppers.start[one + 1]]] for one in trips]
    kept = [one[one >= 0] for one in lists]
    item = np.concatenate(kept)
    return {
        "list_start": np.concatenate([[0], np.cumsum([len(one) for one in kept])]),
        "list_item": item,
        "list_luck": (np.arange(len(item)) * GOLDEN + GOLDEN) % 1.0,
    }


def _levels(rate: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rates evenly spaced in the logarithm, and which is nearest to each department's."""
    some = rate[rate > 0]
    low, high = (some.min(), some.max()) if len(some) else (1e-4, 1e-4)
    rates = np.geomspace(low, high * 1.0001, neutral_walks.LEVELS)
    off = np.abs(np.log(np.maximum(rate, low))[:, None] - np.log(rates))
    return rates, off.argmin(axis=1).astype(np.int64)


def _slot_features(
    kinds: tuple[str, ...],
    shelf: np.ndarray,
    edge: np.ndarray,
    enter: np.ndarray,
    leave: np.ndarray,
    through: float,
    walked: neutral_walks.Walked,
    scale: float,
) -> np.ndarray:
    shown = [np.maximum(level.mean(axis=0), 1e-9) for level in (walked.seen[0], walked.seen[-1])]
    one_hot = [np.array([kind == one for kind in kinds], float) for one in KINDS]
    return np.column_stack(
        [
            enter / scale, leave / scale, (enter + leave - through) / scale,
            ((enter - leave) / scale) ** 2, edge / np.maximum(shelf, 1e-9),
            *(np.log(one / one.mean() + 0.05) for one in shown),
            walked.metres / walked.metres.mean() - 1, 10 * (walked.left - walked.left.mean()),
            np.log(shelf / shelf.mean() + 0.05), *one_hot,
        ]
    )  # fmt: skip


def _department_features(
    wants: dict[str, np.ndarray], today: np.ndarray, shelf: np.ndarray, slot_features: np.ndarray
) -> np.ndarray:
    n = len(wants["demand"])
    now = np.zeros((n, len(today)))
    now[today, np.arange(len(today))] = shelf
    space = now.sum(axis=1)
    now /= np.maximum(space[:, None], 1e-9)
    columns = [SLOT_FEATURES.index(name) for name in ("enter", "leave", "seen")]
    return np.column_stack(
        [
            np.log(wants["demand"] * n + 0.05), np.log(wants["value"] * n + 0.05),
            np.log(wants["price"] / np.median(wants["price"])),
            np.log(np.maximum(wants["joint"] @ wants["demand"], 0.1)),
            np.log(space / space.mean() + 0.05), now @ slot_features[:, columns],
        ]
    )  # fmt: skip


def _store_features(
    wants: dict[str, np.ndarray],
    sizes: np.ndarray,
    scale: float,
    walked: neutral_walks.Walked,
    effects: Effects,
) -> np.ndarray:
    """Return what sets one store apart from another; far-off values are a warning."""
    n, s = len(wants["demand"]), len(walked.metres)
    items = float(sizes @ np.arange(len(sizes)) / sizes.sum())
    return np.array(
        [
            np.log(s), np.log(n), np.log(scale), scale / effects.patience_m, np.log(items),
            sizes[1] / sizes.sum() if len(sizes) > 1 else 0.0,
            np.log(wants["demand"].max() * n), np.log(wants["value"].max() * n),
            np.log(walked.metres.mean() / scale),
        ]
    )  # fmt: skip
