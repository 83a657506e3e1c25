"""What does a simulated store offer, at what price, and when is it busy or in season?

Categories have Zipf-Mandelbrot shares [1]_ and stand in departments. Seasons and promotions
multiply the rate at which a category is bought, so that each effect is a known rate ratio. A
promotion of depth d multiplies it by (1 - d)^-e with the category's own price elasticity e.

References
----------
.. [1] Mandelbrot (1953). An informational theory of the statistical structure of language. In
   Communication Theory, 486-502.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

DEPARTMENTS = {
    "dairy": "milk butter cheese yoghurt eggs",
    "bakery": "bread biscuits cereals honey flour",
    "produce": "bananas tomatoes apples potatoes onions carrots salad oranges",
    "meat and fish": "chicken ham sausages fish frozen-pizza",
    "drinks": "coffee juice water tea beer wine",
    "sweets": "chocolate crisps sugar",
    "cupboard": "pasta rice",
    "household": "detergent toilet-paper pet-food candles nappies batteries",
}
NAMES = (  # noqa: SIM905 -- one word each, from the most to the least bought
    "milk bread bananas eggs tomatoes yoghurt cheese apples coffee pasta butter potatoes chicken "
    "onions rice juice carrots water chocolate ham salad biscuits sausages cereals oranges beer "
    "flour sugar tea crisps wine frozen-pizza detergent fish toilet-paper honey pet-food candles "
    "nappies batteries"
).split()
SKUS_PER_CATEGORY = 5
DAYS_PER_WEEK, DAYS_PER_YEAR = 7, 365.25
WEEKDAYS = (0.9, 0.8, 0.9, 1.0, 1.4, 1.6, 0.4)
OPENS, CLOSES = 8, 20
DEPTHS = (0.1, 0.2, 0.3, 0.4)
SHARE_IN_SEASON = 0.5
"""Of the promotions, those put where their category's season rises fastest, as shops do."""
WEEKS_APART = 8
ELASTICITY_SPREAD = 0.3
SEASON_SHAPE = 4.0
"""Of the gamma distribution of the amplitudes; the greater, the more alike they are."""


@dataclass(frozen=True)
class Store:
    """One store: what it offers, when it is busy, and what it promotes.

    Attributes
    ----------
    names : ndarray of str, shape (n,)
        Categories, from the most to the least bought.
    department : ndarray of int, shape (n,)
        Position in `DEPARTMENTS`.
    share : ndarray of float, shape (n,)
        Of all items, before tastes, missions, seasons and promotions; sums to 1.
    oddity : ndarray of float, shape (n, n_missions)
        Standard normal: how a category departs from its department in a mission.
    price : ndarray of float, shape (n, SKUS_PER_CATEGORY)
        At least 0.05, in the currency.
    amplitude, peak_day : ndarray of float, shape (n,)
        Of the yearly season, on the logarithm of the rate; the day on which it is highest.
    promotions : DataFrame
        ``category`` (position), ``week`` (from 0), ``depth`` (0 to 1), ``rate_ratio`` (above 1),
        ``in_season`` (bool); ordered by week, then category.
    """

    names: np.ndarray
    department: np.ndarray
    share: np.ndarray
    oddity: np.ndarray
    price: np.ndarray
    amplitude: np.ndarray
    peak_day: np.ndarray
    promotions: pd.DataFrame


def open_store(
    n_categories: int,
    n_weeks: int,
    n_missions: int,
    *,
    exponent: float,
    shift: float,
    season_amplitude: float,
    n_promotions: int,
    elasticity: float,
    rng: np.random.Generator,
) -> Store:
    """Draw a store.

    Every draw is made whatever the parameters are, so that equal generators give stores that
    differ by their parameters alone.

    Parameters
    ----------
    n_categories, n_weeks, n_missions : int
        At least 1. Up to 40 categories bear the names and departments of groceries; more are
        numbered, and dealt out to the departments in turn.
    exponent, shift : float
        Of the shares, proportional to (rank + shift)^-exponent with ranks from 1.
    season_amplitude : float
        Mean amplitude of the season of a category.
    n_promotions : int
        Each lasts one week; those of one category lie `WEEKS_APART` weeks apart or more.
    elasticity : float
        Median price elasticity of the categories.
    rng : numpy.random.Generator
    """
    share = (np.arange(1, n_categories + 1) + shift) ** -exponent
    names, department = _departments(n_categories)
    oddity = rng.standard_normal((n_categories, n_missions))
    price = rng.lognormal(1.0, 0.6, (n_categories, SKUS_PER_CATEGORY)).round(2).clip(min=0.05)
    amplitude = season_amplitude * rng.gamma(SEASON_SHAPE, 1 / SEASON_SHAPE, n_categories)
    peak_day = rng.uniform(0, DAYS_PER_YEAR, n_categories)
    own = elasticity * np.exp(ELASTICITY_SPREAD * rng.standard_normal(n_categories))
    promotions = _promotions(n_promotions, n_weeks, own, peak_day, rng)
    return Store(
        names, department, share / share.sum(), oddity, price, amplitude, peak_day, promotions
    )


def log_rates(store: Store, n_days: int) -> np.ndarray:
    """Return what season and promotions add to the logarithm of each category's rate.

    Returns
    -------
    ndarray of float, shape (n_days, n)
    """
    angle = 2 * np.pi * (np.arange(n_days)[:, None] - store.peak_day) / DAYS_PER_YEAR
    added = store.amplitude * np.cos(angle)
    promoted, day = _promoted_days(store.promotions, n_days)
    added[day, promoted["category"]] += np.log(promoted["rate_ratio"])
    return np.asarray(added)


def discounts(store: Store, n_days: int) -> np.ndarray:
    """Return the share of the price taken off, 0 to 1, shape (n_days, n)."""
    off = np.zeros((n_days, len(store.names)))
    promoted, day = _promoted_days(store.promotions, n_days)
    off[day, promoted["category"]] = promoted["depth"]
    return off


def busy_days(n_days: int) -> float:
    """Return how much busy time passes in `n_days`: 7 in every week."""
    elapsed, clock = _clocks(n_days)
    return float(np.interp(n_days, clock, elapsed))


def opening_time(busy: np.ndarray, n_days: int) -> np.ndarray:
    """Turn busy time into clock time.

    Busy time runs fast where the store is busy, stands still while it is closed, and takes seven
    days a week: a renewal process in it is one with the store's hours and weekdays.

    Parameters
    ----------
    busy : ndarray of float
        Days, from 0 to ``busy_days(n_days)``.
    n_days : int
        At least 1; the first is a Monday.

    Returns
    -------
    ndarray of float
        Days, from 0 to `n_days`.
    """
    elapsed, clock = _clocks(n_days)
    moving = np.diff(elapsed, prepend=-1, append=np.inf) > 0
    kept = moving[:-1] | moving[1:]
    return np.asarray(np.interp(busy, elapsed[kept], clock[kept]))


def busy_time(clock: np.ndarray, n_days: int) -> np.ndarray:
    """Turn clock time, days from 0 to `n_days`, into busy time: undoes `opening_time`."""
    elapsed, hours = _clocks(n_days)
    return np.asarray(np.interp(clock, hours, elapsed))


def _clocks(n_days: int) -> tuple[np.ndarray, np.ndarray]:
    """Return busy time and clock time at every full hour, days."""
    hour = np.arange(24) + 0.5
    noon, evening = (np.exp(-0.5 * ((hour - peak) / 1.8) ** 2) for peak in (11, 17.5))
    within = np.where((hour >= OPENS) & (hour < CLOSES), 0.2 + 0.7 * noon + evening, 0)
    week = np.outer(WEEKDAYS, within / within.sum()).ravel()
    rate = np.tile(week / week.sum() * DAYS_PER_WEEK, -(-n_days // DAYS_PER_WEEK))
    elapsed = np.concatenate([[0], np.cumsum(rate)])
    return elapsed, np.arange(len(elapsed)) / 24


def _departments(n_categories: int) -> tuple[np.ndarray, np.ndarray]:
    if n_categories > len(NAMES):
        names = np.array([f"category-{rank:04d}" for rank in range(1, n_categories + 1)])
        return names, np.arange(n_categories) % len(DEPARTMENTS)
    of = {name: i for i, names in enumerate(DEPARTMENTS.values()) for name in names.split()}
    return np.array(NAMES[:n_categories]), np.array([of[name] for name in NAMES[:n_categories]])


def _promotions(
    n_promotions: int,
    n_weeks: int,
    elasticity: np.ndarray,
    peak_day: np.ndarray,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Place promotions in one order of the categories, again and again; too close ones are left."""
    n_categories = len(elasticity)
    in_season = rng.random(n_promotions) < SHARE_IN_SEASON
    category = np.resize(rng.permutation(n_categories), n_promotions)
    rising = ((peak_day[category] - DAYS_PER_YEAR / 4) % DAYS_PER_YEAR) // DAYS_PER_WEEK
    week = np.where(in_season, rising, rng.integers(0, n_weeks, n_promotions)).astype(int) % n_weeks
    depth = rng.choice(DEPTHS, n_promotions)
    frame = pd.DataFrame(
        {
            "category": category,
            "week": week,
            "depth": depth,
            "rate_ratio": (1 - depth) ** -elasticity[category],
            "in_season": in_season,
        }
    )
    frame = frame.sort_values(["category", "week"], kind="stable")
    close = frame.groupby("category")["week"].diff() < WEEKS_APART
    return frame[~close].sort_values(["week", "category"], ignore_index=True)


def _promoted_days(promotions: pd.DataFrame, n_days: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Return one row of `promotions` per promoted day, and the day."""
    rows = promotions.loc[promotions.index.repeat(DAYS_PER_WEEK)]
    day = rows["week"].to_numpy() * DAYS_PER_WEEK
    day = day + np.tile(np.arange(DAYS_PER_WEEK), len(promotions))
    return rows[day < n_days], day[day < n_days]
