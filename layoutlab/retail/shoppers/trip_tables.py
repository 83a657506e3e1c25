"""What do the kernels that follow trips read and write? Tuples of arrays, and columns by number."""

from typing import NamedTuple

import numpy as np

COLUMNS = (
    "metres", "direct_m", "walk_s", "dwell_s", "ready_s", "service_s", "wanted", "not_sold",
    "found", "substituted", "gave_up", "unplanned", "planned_margin", "unplanned_margin",
    "unplanned_spend", "spend", "squares", "edge_m", "winding", "seen", "events", "entrance",
    "checkout",
)  # fmt: skip
(
    METRES, DIRECT_M, WALK_S, DWELL_S, READY_S, SERVICE_S, WANTED, NOT_SOLD,
    FOUND, SUBSTITUTED, GAVE_UP, UNPLANNED, PLANNED_MARGIN, UNPLANNED_MARGIN,
    UNPLANNED_SPEND, SPEND, SQUARES, EDGE_M, WINDING, SEEN, EVENTS, ENTRANCE,
    CHECKOUT,
) = range(len(COLUMNS))  # fmt: skip
KINDS = ("found", "substituted", "out of stock", "gave up", "unplanned")
TAKEN, INSTEAD, OUT, LEFT, EXTRA = range(len(KINDS))
MOST_DETOURS, MOST_CHOICES = 32, 64


class Ways(NamedTuple):
    """A floor's walks, see `prepared_floor.Floor`."""

    metres: np.ndarray
    edge_m: np.ndarray
    winding: np.ndarray
    seen_start: np.ndarray
    seen_place: np.ndarray
    seen_m: np.ndarray
    tile_start: np.ndarray
    tile: np.ndarray
    n: int
    n_places: int
    n_tiles: int
    entrances: np.ndarray
    checkouts: np.ndarray
    exits: np.ndarray
    edge_places: np.ndarray
    angle: np.ndarray
    loop_m: float


class Goods(NamedTuple):
    """What stands where, by category of the demand, see `offer.goods`."""

    start: np.ndarray
    place: np.ndarray
    up_to: np.ndarray
    place_start: np.ndarray
    category: np.ndarray
    share: np.ndarray
    margin: np.ndarray
    price: np.ndarray
    rate: np.ndarray
    stock: np.ndarray
    log_lift: np.ndarray
    dwell_s: np.ndarray


class People(NamedTuple):
    """The trips, see `drawn_trips.Shoppers`."""

    key: np.ndarray
    arrival_s: np.ndarray
    start: np.ndarray
    item: np.ndarray


class Manner(NamedTuple):
    """How people go about it: effect sizes, see `effects`, and the rule for the order."""

    order: int
    speed: float
    hurry: float
    dwell_spread: float
    habit_share: float
    habit_weight: float
    counter_clockwise: float
    noise: float
    detours: float
    detour_spread: float
    choices: int
    edge: float
    patience_m: float
    substitution: float
    base_s: float
    item_s: float
    choice_m: float


class Tally(NamedTuple):
    """What is added up over trips; changed in place."""

    legs: np.ndarray
    place_s: np.ndarray
    exposure_m: np.ndarray
    expected: np.ndarray
    planned: np.ndarray
    unplanned: np.ndarray


class Log(NamedTuple):
    """Room for every event and every category seen of every trip; empty when not wanted."""

    event_start: np.ndarray
    event_category: np.ndarray
    event_place: np.ndarray
    event_kind: np.ndarray
    event_dwell_s: np.ndarray
    seen_start: np.ndarray
    seen_category: np.ndarray
    seen_m: np.ndarray


class Desk(NamedTuple):
    """Work space of one trip."""

    exposure: np.ndarray
    touched: np.ndarray
    tile_mark: np.ndarray
    by_category: np.ndarray
    met: np.ndarray
    listed: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
