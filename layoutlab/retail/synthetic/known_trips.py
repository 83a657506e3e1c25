"""Who goes to the store when, on which mission, and how likely is each category to be bought?

Trip t of customer c on mission m buys category i at the rate

    mu s_c s_m g_t  w_cmi  season_i(day) promotion_i(day),   w_cmi ~ taste_ci tilt_mi, summing to 1,

with lognormal g_t of mean 1; the number of pieces is Poisson, independent between categories. The
rate is log-linear: what a season or a promotion does is a rate ratio, known exactly. So is every
lift: with p_ti = 1 - exp(-rate) and q_t the probability that the basket is not empty, it is

    sum q  sum p_i p_j / (sum p_i  sum p_j),   sums over the trips,

the lift among the receipts, as an empty basket prints none.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.synthetic import customers, trading
from layoutlab.retail.synthetic.customers import SEGMENTS, Customers
from layoutlab.retail.synthetic.trading import DEPARTMENTS, Store

MISSIONS = ("main shop", "top-up", "meal")
MISSION_SIZE = np.array([2.0, 0.7, 0.45])
MISSION_TILT = {
    "dairy": (0.2, 0.4, -0.8),
    "bakery": (0.0, 0.5, 0.3),
    "produce": (0.2, 0.4, -0.6),
    "meat and fish": (0.4, -0.3, 0.3),
    "drinks": (-0.2, -0.2, 1.1),
    "sweets": (0.0, -0.2, 0.8),
    "cupboard": (0.5, -0.3, -0.8),
    "household": (0.7, -0.5, -1.5),
}
ODDITY = 0.4
POSITIVE = ("n_customers", "n_days", "n_categories", "basket_size", "gap_days", "gap_shape")


@dataclass(frozen=True)
class Settings:
    """The few parameters of a store; those marked * are fitted by `fitting`.

    Attributes
    ----------
    n_customers, n_days, n_categories : int
        At least 1.
    basket_size * : float
        Mean pieces of a trip, for a segment of size 1 and a mission of size 1; above 0.
    size_dispersion * : float
        Standard deviation of the logarithm of a trip's own size g_t.
    share_exponent *, share_shift * : float
        Of the shares of categories, see `trading.open_store`.
    mission_strength * : float
        Multiplies how missions differ in what they buy; at 0 they differ in size only.
    segment_strength, taste_spread, habit, card_share : float
        See `customers.draw`.
    gap_days *, gap_shape *, gap_spread * : float
        See `customers.draw` and `customers.visits`.
    n_promotions : int
        Asked for; those too close to another of their category are left out.
    elasticity, season_amplitude : float
        See `trading.open_store`.

    Raises
    ------
    InputError
        When a number is outside its range.
    """

    n_customers: int = 1200
    n_days: int = 364
    n_categories: int = 40
    basket_size: float = 8.0
    size_dispersion: float = 0.4
    share_exponent: float = 1.0
    share_shift: float = 4.0
    mission_strength: float = 1.0
    segment_strength: float = 0.7
    taste_spread: float = 0.5
    habit: float = 1.5
    gap_days: float = 20.0
    gap_shape: float = 2.0
    gap_spread: float = 0.4
    card_share: float = 0.75
    n_promotions: int = 30
    elasticity: float = 2.0
    season_amplitude: float = 0.35

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not np.isfinite(value) or value < 0:
                raise InputError(f"{name}: expected a number of at least 0, got {value}")
            if name in POSITIVE and value == 0:
                raise InputError(f"{name}: expected a number above 0, got {value}")
        if self.card_share > 1:
            raise InputError(f"card_share: expected a share up to 1, got {self.card_share}")


@dataclass(frozen=True)
class Trips:
    """Trips in order of time, those that end with an empty basket included.

    Attributes
    ----------
    store : Store
    customers : Customers
    customer, mission : ndarray of int, shape (t,)
    time : ndarray of float, shape (t,)
        Days since the first one, a Monday.
    rate : ndarray of float, shape (t, n)
        Expected pieces of each category.
    drawn : ndarray of float, shape (t, n)
        Uniform: category i is bought when drawn < 1 - exp(-rate).
    """

    store: Store
    customers: Customers
    customer: np.ndarray
    mission: np.ndarray
    time: np.ndarray
    rate: np.ndarray
    drawn: np.ndarray

    @property
    def bought(self) -> np.ndarray:
        """Who bought what, bool of shape (t, n)."""
        return np.asarray(self.drawn < -np.expm1(-self.rate))


def open_store(settings: Settings, *, rng: np.random.Generator) -> Store:
    """Draw the store of some settings."""
    return trading.open_store(
        settings.n_categories,
        max(1, settings.n_days // trading.DAYS_PER_WEEK),
        len(MISSIONS),
        exponent=settings.share_exponent,
        shift=settings.share_shift,
        season_amplitude=settings.season_amplitude,
        n_promotions=settings.n_promotions,
        elasticity=settings.elasticity,
        rng=rng,
    )


def draw_trips(settings: Settings, store: Store, *, rng: np.random.Generator) -> Trips:
    """Draw customers of a store and their trips: everything but what chance put into the baskets.

    Equal generators give trips that differ by the settings alone (common random numbers).
    """
    who, when, why, how_much, what = rng.spawn(5)
    shoppers = customers.draw(
        settings.n_customers,
        store,
        segment_strength=settings.segment_strength,
        taste_spread=settings.taste_spread,
        habit=settings.habit,
        gap_days=settings.gap_days,
        gap_spread=settings.gap_spread,
        card_share=settings.card_share,
        rng=who,
    )
    horizon = trading.busy_days(settings.n_days)
    customer, busy = customers.visits(shoppers, horizon, settings.gap_shape, rng=when)
    time = trading.opening_time(busy, settings.n_days)
    order = np.argsort(time, kind="stable")
    customer, time = customer[order], time[order]
    mission = _missions(shoppers.segment[customer], time, why)
    noise = settings.size_dispersion
    size = np.exp(noise * how_much.standard_normal(len(time)) - noise * noise / 2)
    size *= settings.basket_size * shoppers.size[customer] * MISSION_SIZE[mission]
    rate = shoppers.taste[customer] * np.exp(_tilts(store, settings.mission_strength))[mission]
    rate *= (size / rate.sum(axis=1))[:, None]
    rate *= np.exp(trading.log_rates(store, settings.n_days))[time.astype(int)]
    return Trips(store, shoppers, customer, mission, time, rate, what.random(rate.shape))


def lifts(rates: Iterable[np.ndarray]) -> np.ndarray:
    """Return the exact lifts among the receipts of trips with given rates.

    Parameters
    ----------
    rates : iterable of ndarray of float, shape (t, n)
        Expected pieces, in one block or several.

    Returns
    -------
    ndarray of float, shape (n, n)
        Symmetric; NaN on the diagonal.
    """
    sums = []
    for rate in rates:
        probability = -np.expm1(-rate)
        full = -np.expm1(-rate.sum(axis=1)).sum()
        sums.append((probability.T @ probability, probability.sum(axis=0), full))
    both, single, full = (np.sum(parts, axis=0) for parts in zip(*sums, strict=True))
    lift: np.ndarray = full * both / np.outer(single, single)
    np.fill_diagonal(lift, np.nan)
    return lift


def _missions(segment: np.ndarray, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw each trip's mission: by the segment, the weekday and the hour."""
    liking = [[each.missions.get(name, 0.0) for name in MISSIONS] for each in SEGMENTS]
    weekday, hour = time.astype(int) % 7, time % 1 * 24
    odds = np.array(liking)[segment]
    odds[:, 0] += np.where(np.isin(weekday, (4, 5)), 0.8, -0.4)
    odds[:, 1] += 0.4
    odds[:, 2] += np.where((hour >= 11) & (hour < 14), 1.2, -0.6)
    weight = np.exp(odds)
    edges = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)[:, :-1]
    return np.asarray((rng.random((len(time), 1)) > edges).sum(axis=1))


def _tilts(store: Store, strength: float) -> np.ndarray:
    """Return how missions tilt tastes, on the logarithm of the rate, shape (missions, n)."""
    by_department = np.array([MISSION_TILT[name] for name in DEPARTMENTS])
    return np.asarray(strength * (by_department[store.department] + ODDITY * store.oddity).T)
