"""Which layouts are worth simulating? Exposure and walking, estimated from one simulated layout.

Shoppers are taken to go from department to department as often as they do today, along the
shortest walks between the departments' new slots, and to see there what such walks show. How much
a department sells unplanned is taken to grow in proportion to its exposure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.setting import Setting
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.prepared_floor import Floor

Screen = Callable[[np.ndarray], np.ndarray]
"""Takes assignments, int (k, n_slots), and returns estimates, float (k, 2 or more): unplanned
margin first, which should be high, metres second, which should be low, each in any unit of its
own in which today's layout can be estimated too."""
CHUNK = 128
DENSE = 4 * 10**7
ENTRANCE, TILL = -2, -1
"""Stops and departments beyond the slots' own."""


@dataclass(frozen=True, eq=False)
class Tables:
    """What walks between slots are like; stops are the s slots, then entrances and checkouts.

    Attributes
    ----------
    metres : ndarray of float, shape (s + 2, s + 2)
        Mean walk from stop (row) to stop (column).
    seen_m : array or sparse array of float32, shape ((s + 2)², s)
        Metres for which each slot is in view on the walk of number ``from * (s + 2) + to``.
    legs : ndarray of float, shape (d + 2, d + 2)
        Walks per trip from department to department in the layout of today.
    margin : ndarray of float, shape (d,)
        Expected unplanned margin per trip, today.
    shelf_m : ndarray of float, shape (s,)
    exposure : ndarray of float, shape (d,)
        The estimate for today; 1 where there is none.
    """

    metres: np.ndarray
    seen_m: Any
    legs: np.ndarray
    margin: np.ndarray
    shelf_m: np.ndarray
    exposure: np.ndarray


def tables_of(setting: Setting) -> Tables:
    """Simulate today's layout once, and add its walks up between departments and slots."""
    found = settings.outcome(setting, setting.today)
    floor, slots, standing = setting.floor, setting.slots, setting.standing
    n_slots, n_departments = len(slots.fixture), len(slots.departments)
    weights = _weights(floor, standing, n_slots)
    metres = floor.legs.metres.reshape(len(floor.cells), -1).T
    within = np.where(np.isfinite(metres), metres, 0.0)
    code = {name: at for at, name in enumerate(setting.shoppers.demand.categories)}
    category = np.array([code.get(name, -1) for name in slots.departments])
    known = category >= 0
    planned = np.where(known, found.tally.planned[category], 0) + 1.0
    margin = np.where(
        known, settings.expected_margin(found, setting.effects)[category], 0.0
    )  # fmt: skip
    legs = _legs(setting, found.tally.legs, planned)
    seen = _seen(floor, standing, weights, n_slots)
    raw = Tables(weights @ within @ weights.T, seen, legs / len(setting.shoppers), margin,
                 slots.shelf_m, np.ones(n_departments))  # fmt: skip
    exposure = exposures(raw, slots.today[None])[1]
    today = np.bincount(slots.today, exposure[0], minlength=n_departments)
    return Tables(raw.metres, seen, raw.legs, margin, slots.shelf_m, np.where(today > 0, today, 1))


def exposures(tables: Tables, assignments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return metres walked per trip, (k,), and each slot's exposure, (k, n_slots), metres."""
    n_departments = len(tables.margin)
    k, n_slots = assignments.shape
    shelf = np.broadcast_to(tables.shelf_m, (k, n_slots))
    flat = assignments + n_departments * np.arange(k)[:, None]
    space = np.bincount(flat.ravel(), shelf.ravel(), minlength=k * n_departments)
    share = np.ones((k, n_slots + 2))
    share[:, :n_slots] = shelf / space[flat]
    department = np.tile([n_departments, n_departments + 1], (k, 1))
    department = np.hstack([assignments, department])
    flows = tables.legs[department[:, :, None], department[:, None, :]]
    flows *= share[:, :, None]
    flows *= share[:, None, :]
    walks = flows.reshape(k, -1)
    return walks @ tables.metres.ravel(), walks.astype(np.float32) @ tables.seen_m


def screen_of(tables: Tables) -> Screen:
    """Return a screen that estimates unplanned margin and metres per trip from tables."""
    n_departments = len(tables.margin)
    worth = tables.margin / tables.exposure

    def estimated(assignments: np.ndarray) -> np.ndarray:
        parts = []
        for first in range(0, len(assignments), CHUNK):
            part = assignments[first : first + CHUNK]
            metres, seen = exposures(tables, part)
            parts.append(np.column_stack([(worth[part] * seen).sum(axis=1), metres]))
        return np.concatenate(parts) if parts else np.empty((0, 2))

    assert n_departments == len(worth)
    return estimated


def ranked(screen: Screen, today: np.ndarray, assignments: np.ndarray) -> np.ndarray:
    """Return assignments' numbers, the most margin gained less metres added first.

    Both count as shares of today's. Metres do not come before margin, though the search limits
    them: what a single change does to the walk is too small to be told well, and would hide the
    best changes. The order says what to simulate next, no more.
    """
    if not len(assignments):
        return np.empty(0, dtype=np.int64)
    values = screen(np.concatenate([today[None], assignments]))[:, :2]
    margin, metres = (values / np.where(values[0] > 0, values[0], 1.0)).T
    order: np.ndarray = np.argsort(-np.round(margin - metres, 9)[1:], kind="stable")
    return order


def cautious(screen: Screen, today: np.ndarray, assignments: np.ndarray) -> np.ndarray:
    """Return assignments' numbers, those that should not walk farther than today first.

    Of these the higher margin comes before the lower; of the others the less walking before the
    more. For stores in which what gains most walks farther, and is not allowed.
    """
    if not len(assignments):
        return np.empty(0, dtype=np.int64)
    values = screen(np.concatenate([today[None], assignments]))
    margin, metres = np.round(values[:, :2].T, 9)
    farther = np.maximum(metres[1:] - metres[0], 0.0)
    order: np.ndarray = np.lexsort((-margin[1:], farther))
    return order


def _weights(floor: Floor, standing: Assortment, n_slots: int) -> np.ndarray:
    """Return how often each standing point is meant by each stop, (s + 2, n); rows sum to 1."""
    weights = np.zeros((n_slots + 2, len(floor.cells)))
    weights[standing.department, standing.place] = standing.shelf_m
    weights[ENTRANCE, floor.entrances] = 1.0
    weights[TILL, floor.checkouts] = 1.0
    total = weights.sum(axis=1, keepdims=True)
    scaled: np.ndarray = weights / np.where(total > 0, total, 1.0)
    return scaled


def _legs(setting: Setting, walked: np.ndarray, planned: np.ndarray) -> np.ndarray:
    """Return walks between departments; a place of several counts by what is planned of each."""
    floor, standing, slots = setting.floor, setting.standing, setting.slots
    n_departments = len(planned)
    space = np.bincount(slots.today, slots.shelf_m, minlength=n_departments)
    department = slots.today[standing.department]
    meant = np.zeros((len(floor.cells), n_departments + 2))
    pull = standing.share * planned[department] / space[department]
    np.add.at(meant, (standing.place, department), pull)
    meant[floor.entrances, ENTRANCE] = 1.0
    meant[floor.checkouts, TILL] = 1.0
    total = meant.sum(axis=1, keepdims=True)
    meant /= np.where(total > 0, total, 1.0)
    legs: np.ndarray = meant.T @ walked.reshape(len(floor.cells), -1).T @ meant
    return legs


def _seen(floor: Floor, standing: Assortment, weights: np.ndarray, n_slots: int) -> Any:
    """Return metres for which slots are in view on walks between stops, sparse where large."""
    n, stops = len(floor.cells), n_slots + 2
    of_place = sparse.csr_array(
        (standing.share, (standing.place, standing.department)), shape=(floor.n_places, n_slots)
    )
    legs = floor.legs
    views = sparse.csr_array(
        (legs.seen_m.astype(float), legs.seen_place, legs.seen_start), shape=(n * n, floor.n_places)
    )
    to_slots = (views @ of_place).tocsr()
    total = np.zeros((stops, stops, n_slots), dtype=np.float32)
    from_stops = sparse.csr_array(weights)
    for goal in range(n):
        toward = np.flatnonzero(weights[:, goal])
        if len(toward):
            part = (from_stops @ to_slots[goal * n : (goal + 1) * n]).toarray()
            for stop in toward:
                total[:, stop] += weights[stop, goal] * part
    flat = total.reshape(stops * stops, n_slots)
    return flat if flat.size <= DENSE else sparse.csr_array(flat)
