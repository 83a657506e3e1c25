"""Who shops in a simulated store, what do they like, and when do they come back?

A segment has a rhythm, a basket size, tastes for departments and missions it prefers. A customer
departs from the segment by a logistic-normal taste [1]_ of their own, keeps a few favourite
categories and in every category a favourite sku, and comes back after gamma-distributed times
[2]_.

Everything random is a smooth function of standard draws: runs from equal generators differ by their
parameters alone, which fitting the parameters needs.

References
----------
.. [1] Aitchison and Shen (1980). Logistic-normal distributions: some properties and uses.
   Biometrika 67, 261-272.
.. [2] Chatfield and Goodhardt (1973). A consumer purchasing model with Erlang inter-purchase times.
   Journal of the American Statistical Association 68, 828-835.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import special

from layoutlab.retail.synthetic.trading import DEPARTMENTS, SKUS_PER_CATEGORY, Store

FAVOURITES = 3
SIZE_SPREAD = 0.25
AT_ONCE = 16


@dataclass(frozen=True)
class Segment:
    """A kind of customer.

    Attributes
    ----------
    name : str
    share : float
        Of all customers.
    gap, size : float
        Time between visits and basket size, relative to the store's.
    tastes : dict of str to float
        By department, on the logarithm of the rate; 0 where not named.
    missions : dict of str to float
        By mission, on the logarithm of the odds; 0 where not named.
    """

    name: str
    share: float
    gap: float
    size: float
    tastes: dict[str, float] = field(default_factory=dict)
    missions: dict[str, float] = field(default_factory=dict)


SEGMENTS = (
    Segment(
        "families",
        0.3,
        0.9,
        1.4,
        {"dairy": 0.5, "bakery": 0.4, "sweets": 0.4, "drinks": -0.5},
        {"main shop": 0.8},
    ),
    Segment(
        "cooks",
        0.25,
        0.8,
        1.0,
        {"produce": 0.7, "meat and fish": 0.5, "cupboard": 0.5, "sweets": -0.8},
    ),
    Segment(
        "passers-by",
        0.25,
        1.0,
        0.7,
        {"drinks": 0.9, "sweets": 0.6, "bakery": 0.3, "produce": -0.5, "household": -0.7},
        {"meal": 1.0, "main shop": -1.0},
    ),
    Segment(
        "stockers",
        0.2,
        1.6,
        1.2,
        {"household": 1.1, "cupboard": 0.6, "produce": -0.6, "dairy": -0.3},
        {"main shop": 0.5, "meal": -0.7},
    ),
)


@dataclass(frozen=True)
class Customers:
    """Customers, one row each.

    Attributes
    ----------
    segment : ndarray of int, shape (c,)
        Position in `SEGMENTS`.
    gap_days, size : ndarray of float, shape (c,)
        Mean time between visits, days; relative basket size.
    taste : ndarray of float, shape (c, n)
        Share of each category before the mission; rows sum to 1.
    favourite : ndarray of bool, shape (c, n)
        `FAVOURITES` categories of each customer.
    favourite_sku : ndarray of int, shape (c, n)
        From 0 to `SKUS_PER_CATEGORY` - 1.
    card : ndarray of bool, shape (c,)
        Whether the receipts name the customer.
    """

    segment: np.ndarray
    gap_days: np.ndarray
    size: np.ndarray
    taste: np.ndarray
    favourite: np.ndarray
    favourite_sku: np.ndarray
    card: np.ndarray


def draw(
    n_customers: int,
    store: Store,
    *,
    segment_strength: float,
    taste_spread: float,
    habit: float,
    gap_days: float,
    gap_spread: float,
    card_share: float,
    rng: np.random.Generator,
) -> Customers:
    """Draw customers of a store.

    Parameters
    ----------
    n_customers : int
    store : Store
    segment_strength : float
        Multiplies the tastes of the segments; at 0 they differ in rhythm and size only.
    taste_spread : float
        Standard deviation of a customer's own taste on the logarithm of the rate.
    habit : float
        A favourite category is bought (1 + habit) times as often; at least 0.
    gap_days : float
        Mean time between two visits of a customer, before the segment's factor, days.
    gap_spread : float
        Standard deviation of the logarithm of the customers' mean times, about the segment's.
    card_share : float
        Of the customers, 0 to 1.
    rng : numpy.random.Generator
    """
    n = len(store.names)
    kind, rhythm, size, tasting, liking, brand, carding = rng.spawn(7)
    bounds = np.cumsum([segment.share for segment in SEGMENTS])[:-1]
    segment = np.searchsorted(bounds, kind.random(n_customers), side="right")
    share = store.share * np.exp(segment_strength * _tastes(store))[segment]
    favourite = _largest(np.log(share) + liking.gumbel(size=(n_customers, n)), FAVOURITES)
    taste = share * np.exp(taste_spread * tasting.standard_normal((n_customers, n)))
    taste *= 1 + habit * favourite
    gaps = gap_days * np.array([each.gap for each in SEGMENTS])[segment]
    sizes = np.array([each.size for each in SEGMENTS])[segment]
    return Customers(
        segment,
        gaps * np.exp(gap_spread * rhythm.standard_normal(n_customers)),
        sizes * np.exp(SIZE_SPREAD * size.standard_normal(n_customers)),
        taste / taste.sum(axis=1, keepdims=True),
        favourite,
        brand.geometric(0.5, (n_customers, n)).clip(max=SKUS_PER_CATEGORY) - 1,
        carding.random(n_customers) < card_share,
    )


def visits(
    customers: Customers, horizon: float, gap_shape: float, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw when every customer visits.

    The times between visits are gamma-distributed; the first visit is that of a customer who has
    been coming for long (the equilibrium renewal process: a uniform part of a gap drawn in
    proportion to its length).

    Parameters
    ----------
    customers : Customers
    horizon : float
        Days; above 0.
    gap_shape : float
        1: at random; more: regular; less: in bursts. Above 0.
    rng : numpy.random.Generator

    Returns
    -------
    customer : ndarray of int, shape (t,)
        Ascending.
    time : ndarray of float, shape (t,)
        Days from 0 to `horizon`; ascending within a customer.
    """
    n = len(customers.gap_days)
    scale = customers.gap_days / gap_shape
    last = rng.random(n) * special.gammaincinv(gap_shape + 1, rng.random(n)) * scale
    active = np.flatnonzero(last < horizon)
    who, when = [active], [last[active]]
    while len(active):
        drawn = rng.random((n, AT_ONCE))[active]
        gaps = special.gammaincinv(gap_shape, drawn) * scale[active, None]
        times = last[active, None] + np.cumsum(gaps, axis=1)
        row, column = np.nonzero(times < horizon)
        who.append(active[row])
        when.append(times[row, column])
        last[active] = times[:, -1]
        active = active[last[active] < horizon]
    customer, time = np.concatenate(who), np.concatenate(when)
    order = np.lexsort((time, customer))
    return customer[order], time[order]


def _tastes(store: Store) -> np.ndarray:
    """Return each segment's taste for each category, on the logarithm, shape (segments, n)."""
    by_department = np.array(
        [[segment.tastes.get(name, 0.0) for name in DEPARTMENTS] for segment in SEGMENTS]
    )
    return by_department[:, store.department]


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """Mark the `k` largest of every row, all where there are fewer."""
    marked = np.zeros(values.shape, bool)
    best = np.argsort(-values, axis=1, kind="stable")[:, :k]
    np.put_along_axis(marked, best, True, axis=1)
    return marked
