"""Which of two layouts would simulated customers prefer? Invented people whose taste we know.

No public data says which store layout a customer prefers. Here the preference is drawn from a
probability that we wrote down: what is learned from it shows that a method works, not how people
are. Customers lack values at random, as in stores where not everybody has a card.
"""

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.clientele.customer_table import COLUMNS, FEATURES, ID, TARGET, validated

LAYOUTS = ("free-flow", "grid")
LEAST = 50
CATEGORIES = ("bakery", "cosmetics", "drinks", "household", "produce", "toys")
LIKING = (-0.1, -0.9, 0.3, 0.8, 0.1, -1.0)
MISSING = {
    "age": 0.3,
    "household_size": 0.4,
    "distance_km": 0.4,
    "visits": 0.2,
    "days_since_last_visit": 0.2,
    "spend_per_visit": 0.2,
    "product_category": 0.05,
    "pages_seen": 0.6,
    "minutes_browsed": 0.6,
    "time_spent_in_store_minutes": 0.1,
    "amount_spent": 0.02,
}


def simulate(n_customers: int, *, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Simulate customers, one row each, and their taste.

    Parameters
    ----------
    n_customers : int
        At least `LEAST`, so that both layouts are preferred by some.
    rng : numpy.random.Generator

    Returns
    -------
    customers : pandas.DataFrame
        The contract of `customer_table`, with nulls; the preference is known.
    probability : ndarray of float, shape (n_customers,)
        Of preferring ``grid``, computed from all values, those missing included.

    Raises
    ------
    InputError
        When `n_customers` is below `LEAST`.
    """
    if n_customers < LEAST:
        raise InputError(f"expected n_customers of at least {LEAST}, got {n_customers}")
    whole = _people(n_customers, rng)
    probability = preference(whole)
    prefers = np.where(rng.random(n_customers) < probability, LAYOUTS[1], LAYOUTS[0])
    seen = whole.copy()
    for name in FEATURES:
        gone = rng.random(n_customers) < MISSING[name]
        seen[name] = seen[name].where(~gone)
    seen[TARGET] = prefers
    return validated(seen[list(COLUMNS)]), probability


def _people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw customers, every value known."""
    hurry = rng.normal(size=n)
    visits = 1 + rng.poisson(np.exp(1.2 + 0.5 * rng.normal(size=n)))
    spend = rng.lognormal(3.1 + 0.2 * hurry, 0.5)
    return pd.DataFrame(
        {
            ID: [f"card-{number:05d}" for number in range(n)],
            "age": rng.integers(18, 90, n).astype(float),
            "household_size": 1.0 + rng.poisson(1.2, n),
            "distance_km": rng.lognormal(0.8, 0.7, n).round(2),
            "visits": visits.astype(float),
            "days_since_last_visit": rng.integers(1, 60, n).astype(float),
            "spend_per_visit": spend.round(2),
            "product_category": rng.choice(np.array(CATEGORIES), n),
            "pages_seen": rng.poisson(np.exp(2 - 0.4 * hurry)).astype(float),
            "minutes_browsed": rng.lognormal(1.8 - 0.3 * hurry, 0.6).round(1),
            "time_spent_in_store_minutes": rng.lognormal(3.1 - 0.4 * hurry, 0.4).round(1),
            "amount_spent": (spend * rng.lognormal(0, 0.4, n)).round(2),
        }
    )


def preference(customers: pd.DataFrame) -> np.ndarray:
    """Return the truth: the probability of preferring a grid of aisles to a free flow.

    Who hurries, comes often or buys for the household likes the grid; whoever strolls, browses, or
    buys toys and cosmetics likes the free flow. The young and the old like the grid less than those
    in between, and long stays count against the grid for small households alone: two things that a
    model linear in the columns cannot say.

    Parameters
    ----------
    customers : pandas.DataFrame
        `FEATURES`, all known.

    Returns
    -------
    ndarray of float, shape (n,), between 0 and 1
    """
    liking = customers["product_category"].map(dict(zip(CATEGORIES, LIKING, strict=True)))
    small = (customers["household_size"] <= 2).to_numpy()
    minutes = np.log(customers["time_spent_in_store_minutes"].to_numpy() / 22)
    logit = (
        0.9
        + 1.2 * liking.to_numpy(dtype="float64")
        - 2.5 * ((customers["age"].to_numpy() - 50) / 30) ** 2
        - np.where(small, 2.6, 0.2) * minutes
        + 0.6 * np.log(customers["visits"].to_numpy() / 4)
        - 0.5 * np.log1p(customers["pages_seen"].to_numpy() / 7)
        - 0.3 * np.log(customers["distance_km"].to_numpy() / 2)
    )
    return np.asarray(1 / (1 + np.exp(-logit)))
