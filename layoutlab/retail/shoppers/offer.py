"""What does a layout offer to the trips? Departments joined with the receipts' categories."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers.assortment import Assortment
from layoutlab.retail.shoppers.demand import Demand
from layoutlab.retail.shoppers.drawn_trips import Shoppers
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.trip_tables import Goods, Manner, People, Ways

ORDERS = ("behaved", "random", "nearest", "shortest")


@dataclass(frozen=True)
class Joining:
    """How receipts and plan fit together.

    Attributes
    ----------
    not_sold : tuple of str
        Categories of the receipts that no fixture within reach carries.
    not_bought : tuple of str
        Departments on fixtures that no receipt names.
    lines_not_sold : float
        Share of the receipts' items that is not sold, 0 to 1.
    """

    not_sold: tuple[str, ...]
    not_bought: tuple[str, ...]
    lines_not_sold: float


def join(assortment: Assortment, demand: Demand) -> Joining:
    """Say which categories and departments do not meet.

    Raises
    ------
    InputError
        When none does.
    """
    carried, named = set(assortment.departments), demand.categories
    not_sold = tuple(name for name in named if name not in carried)
    not_bought = tuple(sorted(carried - set(named)))
    if len(not_sold) == len(named):
        raise InputError(
            f"expected fixtures that carry categories of the receipts, got none in common: the "
            f"fixtures carry {_some(assortment.departments)}, the receipts name {_some(named)}"
        )
    lacking = np.array([name not in carried for name in named])
    return Joining(not_sold, not_bought, float(lacking[demand.item].mean()))


def ways_of(floor: Floor) -> Ways:
    """Return a floor as the kernels read it."""
    legs = floor.legs
    edge_places = np.flatnonzero(floor.at_edge[: floor.n_places])
    return Ways(
        legs.metres, legs.edge_m, legs.winding, legs.seen_start, legs.seen_place, legs.seen_m,
        legs.tile_start, legs.tile, len(floor.cells), floor.n_places, floor.n_tiles,
        floor.entrances, floor.checkouts, floor.exits, edge_places, floor.angle, floor.loop_m,
    )  # fmt: skip


def goods_of(
    floor: Floor,
    assortment: Assortment,
    shoppers: Shoppers,
    effects: Effects,
    stock: Mapping[str, float] | None = None,
) -> Goods:
    """Return what stands where as the kernels read it, by category of the demand.

    Parameters
    ----------
    floor, assortment, shoppers, effects
    stock : mapping of str to float, optional
        Share of the time that a department has its goods, 0 to 1; 1 where not named.

    Raises
    ------
    InputError
        For a stock out of its range, or of a department that the receipts do not name.
    """
    demand = shoppers.demand
    code = {name: i for i, name in enumerate(demand.categories)}
    category_of = np.array([code.get(name, -1) for name in assortment.departments])
    category = category_of[assortment.department]
    known = category >= 0
    place, category = assortment.place[known], category[known]
    share, shelf_m = assortment.share[known], assortment.shelf_m[known]
    order = np.argsort(category, kind="stable")
    n = len(demand.categories)
    start = np.searchsorted(category[order], np.arange(n + 1)).astype(np.int64)
    run = np.concatenate([[0.0], np.cumsum(shelf_m[order])])
    total = np.repeat(run[start[1:]] - run[start[:-1]], np.diff(start))
    before = np.repeat(run[start[:-1]], np.diff(start))
    capped = np.log(np.clip(demand.lift, 1 / effects.affinity_cap, effects.affinity_cap))
    return Goods(
        start=start,
        place=place[order],
        up_to=(run[1:] - before) / total,
        place_start=np.searchsorted(place, np.arange(floor.n_places + 1)).astype(np.int64),
        category=category,
        share=share,
        margin=demand.price * effects.margin_rate,
        price=demand.price,
        rate=shoppers.rate,
        stock=_stock(demand.categories, stock),
        log_lift=effects.affinity_strength * capped,
        dwell_s=_dwell(demand, effects),
    )


def _dwell(demand: Demand, effects: Effects) -> np.ndarray:
    """Return the mean time before the shelf by category, seconds."""
    usual = np.full(len(demand.categories), effects.dwell_item_s)
    if demand.dwell_s is None:
        return usual
    return np.where(np.isfinite(demand.dwell_s), demand.dwell_s, usual)


def _stock(categories: tuple[str, ...], stock: Mapping[str, float] | None) -> np.ndarray:
    available = np.ones(len(categories))
    code = {name: i for i, name in enumerate(categories)}
    for name, share in (stock or {}).items():
        if name not in code:
            raise InputError(f"stock: expected categories of the receipts, got {name!r}")
        if not 0 <= share <= 1:
            raise InputError(f"stock of {name}: expected a share from 0 to 1, got {share:g}")
        available[code[name]] = share
    return available


def people_of(shoppers: Shoppers) -> People:
    """Return the trips as the kernels read them."""
    return People(shoppers.key, shoppers.arrival_s, shoppers.start, shoppers.item)


def manner_of(effects: Effects, order: str = "behaved") -> Manner:
    """Return how people shop as the kernels read it.

    Parameters
    ----------
    effects : Effects
    order : str
        ``behaved``, or a null shopper without habits, detours or hurry: ``random`` order,
        ``nearest`` first, or the ``shortest`` walk.

    Raises
    ------
    InputError
        For another order.
    """
    if order not in ORDERS:
        raise InputError(f"order: expected one of {', '.join(ORDERS)}, got {order!r}")
    behaved = order == "behaved"
    return Manner(
        order=ORDERS.index(order),
        speed=effects.walking_speed_m_s,
        hurry=effects.hurry_near_checkout if behaved else 0.0,
        dwell_spread=effects.dwell_spread,
        habit_share=effects.habit_share,
        habit_weight=effects.habit_weight,
        counter_clockwise=effects.counter_clockwise,
        noise=effects.order_noise,
        detours=effects.detours_per_m if behaved else 0.0,
        detour_spread=effects.detour_spread,
        choices=round(effects.detour_choice),
        edge=effects.perimeter_share,
        patience_m=effects.patience_m,
        substitution=effects.substitution,
        base_s=effects.checkout_base_s,
        item_s=effects.checkout_item_s,
        choice_m=effects.checkout_choice_m,
    )


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
