"""Do two departments sell best side by side? Joint sales in many layouts, by the walk between them.

The same shoppers meet the same goods in ever other places. Every pair of departments is compared
with itself in other layouts, as it is or with the two departments' own places held: where both
stand, each for itself, tells much of what they sell. A curve has an inverted U when its slope is
surely positive at the near end and surely negative at the far end (Lind and Mehlum 2010).

References
----------
Lind and Mehlum (2010). With or Without U? Oxford Bulletin of Economics and Statistics 72(1).
Kopalle, Noble, Nordfält, Grewal and a co-author (forthcoming). The Impact of Inter-Departmental
Distance on Joint Sales in Retail Stores. Journal of Marketing; read by its abstract alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.layout_value import changed_layouts
from layoutlab.retail.layout_value.labelled import carried
from layoutlab.retail.layout_value.made_up_stores import Store
from layoutlab.retail.layout_value.store_tables import StoreTables
from layoutlab.retail.shoppers import assortment, offer, simulation, visits
from layoutlab.retail.shoppers.trip_tables import INSTEAD, TAKEN

MEASURES = ("combined", "both", "beyond", "impulse")
"""Of a pair: sales of the two together, planned or not, per trip in currency; share of trips that
buy from both; that share over what it would be if each sold by itself; impulse purchases of the one
on trips with the other on the list, either way round, per such trip."""
OWN_PLACES = ("enter_m", "leave_m", "views", "room")
"""Sums over the two of way in, way out, mean view of the slots and logarithm of shelf metres."""
BANDS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
RESAMPLES = 1000


def purchases(store: Store, layout: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what each trip buys of each department: planned (0 or 1), and expected on impulse.

    Parameters
    ----------
    store : Store
    layout : ndarray of int, shape (n_slots,)

    Returns
    -------
    planned, impulse : ndarray of float, shape (trips, departments)
    """
    people, sizes = store.shoppers, store.effects
    names = people.demand.categories
    at = np.array([names.index(name) for name in store.slots.departments])
    goods = assortment.of_fixtures(store.floor, carried(store, layout))
    log = visits.events(
        store.floor, goods, simulation.simulate(store.floor, goods, people, sizes), sizes
    )
    sold = offer.goods_of(store.floor, goods, people, sizes)
    shape = (len(people), len(names))
    listed = sparse.csr_array((np.ones(len(people.item)), people.item, people.start), shape=shape)
    seen_m = sparse.csr_array((log.seen_m, log.seen_category, log.seen_start), shape=shape)
    together = (listed @ sold.log_lift.T) / np.maximum(np.diff(people.start), 1)[:, None]
    impulse = -np.expm1(-sold.rate * seen_m.toarray() * np.exp(together))
    impulse[listed.toarray() > 0] = 0.0
    got = np.isin(log.event_kind, (TAKEN, INSTEAD))
    planned = np.zeros(shape)
    trip = np.repeat(np.arange(shape[0]), np.diff(log.event_start))
    planned[trip[got], log.event_category[got]] = 1.0
    return planned[:, at], impulse[:, at]


def panel(
    stores: Sequence[Store],
    tables: Sequence[StoreTables],
    *,
    layouts: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the joint sales of every pair of departments in changed layouts of stores.

    Parameters
    ----------
    stores, tables : sequences of the same stores
    layouts : int
        Of each store, at least 3.
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        One row a pair and layout: store, pair (number within the store), lift (on lists), apart_m
        (mean walk between the two), apart (its rank in the store, 0 to 1), `MEASURES`,
        `OWN_PLACES`.
    """
    if layouts < 3:
        raise InputError(f"layouts: expected at least 3, got {layouts}")
    parts = []
    for number, (store, table) in enumerate(zip(stores, tables, strict=True)):
        order_by = np.column_stack([table.enter_m, table.leave_m, table.seen[0].mean(axis=0)])
        drawn = changed_layouts.draw(store.slots, layouts, order_by, rng=rng)
        found = pd.concat([_pairs(store, table, layout) for layout in drawn], ignore_index=True)
        rank = (found["apart_m"].rank() - 0.5) / len(found)
        parts.append(found.assign(store=number, apart=rank))
    return pd.concat(parts, ignore_index=True)


def _pairs(store: Store, table: StoreTables, layout: np.ndarray) -> pd.DataFrame:
    planned, impulse = purchases(store, layout)
    bought, trips = planned + impulse, len(planned)
    own, both = bought.mean(axis=0), np.einsum("ti,tj->ij", bought, bought) / trips
    wants = store.shoppers.demand
    price = wants.price[[wants.categories.index(name) for name in store.slots.departments]]
    share = np.zeros((len(own), len(layout)))
    share[layout, np.arange(len(layout))] = table.shelf_m
    room = share.sum(axis=1)
    share /= np.maximum(room, 1e-9)[:, None]
    walk = np.einsum("ik,kl,jl->ij", share, table.apart_m, share, optimize=True)
    views = table.seen[0].mean(axis=0, dtype=np.float64)
    there = np.flatnonzero(room > 0)
    one, two = (there[side] for side in np.triu_indices(len(there), 1))
    listed = _listed(store)
    tempted = np.einsum("ti,tj->ij", listed, impulse) / np.maximum(listed.sum(axis=0), 1)[:, None]
    lengths = {"enter_m": share @ table.enter_m, "leave_m": share @ table.leave_m}
    held = {**lengths, "views": share @ views, "room": np.log(np.maximum(room, 1e-9))}
    return pd.DataFrame(
        {
            "pair": one * len(own) + two,
            "lift": table.joint[one, two],
            "apart_m": (walk + walk.T)[one, two] / 2,
            "combined": own[one] * price[one] + own[two] * price[two],
            "both": both[one, two],
            "beyond": both[one, two] / np.maximum(own[one] * own[two], 1e-12),
            "impulse": tempted[one, two] + tempted[two, one],
            **{name: each[one] + each[two] for name, each in held.items()},
        }
    )


def _listed(store: Store) -> np.ndarray:
    """Return which departments are on each trip's list, (trips, departments)."""
    people = store.shoppers
    names = people.demand.categories
    shape = (len(people), len(names))
    lists = sparse.csr_array((np.ones(len(people.item)), people.item, people.start), shape=shape)
    found: np.ndarray = lists.toarray()[:, [names.index(one) for one in store.slots.departments]]
    return found


@dataclass(frozen=True, eq=False)
class Curve:
    """How a measure goes with the distance, in per cent of a pair's own mean.

    Attributes
    ----------
    near, far : (float, float, float)
        Slope of the fitted parabola at the nearest and the farthest, per cent over the whole range
        of distances, and its 95 % interval over stores.
    bands : DataFrame
        By band of distance: apart_m, change, low, high.
    """

    near: tuple[float, float, float]
    far: tuple[float, float, float]
    bands: pd.DataFrame

    @property
    def inverted_u(self) -> bool:
        """Whether it surely rises at the near end and surely falls at the far end."""
        return self.near[1] > 0 and self.far[2] < 0


def curve(
    found: pd.DataFrame, measure: str, held: Sequence[str] = (), *, rng: np.random.Generator
) -> Curve:
    """Fit a measure's change within pairs by the rank of the distance and its square.

    Parameters
    ----------
    found : DataFrame
        As `panel` returns it, of at least 2 stores.
    measure : str
        One of `MEASURES`.
    held : sequence of str
        Columns held beside, such as `OWN_PLACES`.
    rng : numpy.random.Generator
        Stores are drawn with replacement.
    """
    found = found.reset_index(drop=True)
    n = found["store"].nunique()
    if n < 2:
        raise InputError(f"found: expected at least 2 stores, got {n}")
    if measure not in MEASURES:
        raise InputError(f"measure: expected one of {', '.join(MEASURES)}, got {measure!r}")
    pair = [found["store"], found["pair"]]
    level = found[measure].groupby(pair).transform("mean").clip(lower=1e-12)
    y = (100 * (found[measure] / level - 1)).to_numpy()
    x = np.column_stack([found["apart"], found["apart"] ** 2, *(found[name] for name in held)])
    x = (pd.DataFrame(x) - pd.DataFrame(x).groupby(pair).transform("mean")).to_numpy()
    at = [np.flatnonzero(found["store"] == store) for store in np.unique(found["store"])]
    squares = np.array([np.einsum("ni,nj->ij", x[one], x[one]) for one in at])
    products = np.array([np.einsum("ni,n->i", x[one], y[one]) for one in at])
    weights = np.linalg.lstsq(squares.sum(axis=0), products.sum(axis=0))[0]
    rest = y - np.einsum("ni,i->n", x[:, 2:], weights[2:])
    draws = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    slopes = np.array([_slopes(np.tensordot(d, squares, 1), d @ products) for d in draws])
    low, high = np.quantile(slopes, [0.025, 0.975], axis=0)
    best = _slopes(squares.sum(axis=0), products.sum(axis=0))
    ends = [(float(best[k]), float(low[k]), float(high[k])) for k in range(2)]
    return Curve(ends[0], ends[1], _bands(found, rest, at, draws))


def _slopes(squares: np.ndarray, products: np.ndarray) -> np.ndarray:
    """Return the parabola's slope at 0 and at 1."""
    weights = np.linalg.lstsq(squares, products)[0]
    return np.array([weights[0], weights[0] + 2 * weights[1]])


def _bands(
    found: pd.DataFrame, rest: np.ndarray, at: Sequence[np.ndarray], draws: np.ndarray
) -> pd.DataFrame:
    band = np.clip(np.searchsorted(BANDS, found["apart"], side="left") - 1, 0, len(BANDS) - 2)
    n = len(BANDS) - 1
    count = np.array([np.bincount(band[one], minlength=n) for one in at])
    total = np.array([np.bincount(band[one], rest[one], n) for one in at])
    metres = np.bincount(band, found["apart_m"], n) / np.maximum(np.bincount(band, minlength=n), 1)
    drawn = (draws @ total) / np.maximum(draws @ count, 1)
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    mean = total.sum(axis=0) / np.maximum(count.sum(axis=0), 1)
    return pd.DataFrame({"apart_m": metres, "change": mean, "low": low, "high": high})
