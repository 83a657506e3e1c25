"""Which visits would a shop see whose buyers we know? A simulator with a known probability to buy.

Visitors differ in engagement, which nobody records: the engaged look at more pages and leave fewer
of them at once. Whether a visit ends in a purchase depends on the recorded features alone, through
`purchase_probability`: no model can do better than this truth, and a good one comes near it.
"""

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.browsing.visit_columns import FEATURES, TARGET, VISITOR_TYPES


def simulate(n_visits: int, *, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Simulate visits of one year, ordered by month, whose purchase probability is known.

    Parameters
    ----------
    n_visits : int
        At least 1.
    rng : numpy.random.Generator

    Returns
    -------
    visits : pandas.DataFrame
        The columns of `COLUMNS`.
    probability : ndarray of float, shape (n_visits,)
        `purchase_probability` of each; `bought` is drawn from it.

    Raises
    ------
    InputError
        When `n_visits` is below 1.
    """
    if n_visits < 1:
        raise InputError(f"expected n_visits of at least 1, got {n_visits}")
    engagement = rng.normal(size=n_visits)
    visits = pd.DataFrame(
        _clicks(engagement, rng) | _circumstances(n_visits, rng), columns=list(FEATURES)
    )
    probability = purchase_probability(visits)
    visits[TARGET] = rng.random(n_visits) < probability
    return visits, probability


def _clicks(engagement: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw what visitors looked at; the engaged look at more and leave fewer pages at once."""
    n = len(engagement)
    product = np.maximum(1, rng.lognormal(2.8 + 0.8 * engagement, 0.6)).astype("int64")
    administrative = rng.poisson(np.exp(0.1 + 0.7 * engagement))
    informational = rng.poisson(np.exp(-1.3 + 0.6 * engagement))
    exit_rates = 0.2 * rng.beta(1.2, 4 * np.exp(0.5 * engagement))
    valued = rng.random(n) < 1 / (1 + np.exp(1.6 - 0.9 * engagement))
    return {
        "administrative": administrative,
        "administrative_duration_s": administrative * rng.lognormal(3.2, 0.8, n),
        "informational": informational,
        "informational_duration_s": informational * rng.lognormal(3.4, 1.0, n),
        "product_related": product,
        "product_related_duration_s": product * rng.lognormal(3.3, 0.6, n),
        "bounce_rates": exit_rates * rng.beta(1.5, 2.5, n),
        "exit_rates": exit_rates,
        "page_values": np.where(valued, rng.lognormal(2.6, 1.0, n), 0.0),
    }


def _circumstances(n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw when visitors came, from where and with what; months in order."""
    month = np.sort(rng.integers(1, 13, n))
    near_holiday = np.isin(month, (2, 5)) & (rng.random(n) < 0.3)
    return {
        "special_day": np.where(near_holiday, rng.integers(1, 6, n) / 5, 0.0),
        "month": month,
        "operating_system": rng.choice([1, 2, 3, 4], n, p=[0.2, 0.55, 0.2, 0.05]),
        "browser": rng.choice([1, 2, 4, 5], n, p=[0.2, 0.65, 0.1, 0.05]),
        "region": rng.integers(1, 10, n),
        "traffic_type": rng.choice([1, 2, 3, 4, 8, 13], n, p=[0.2, 0.36, 0.2, 0.12, 0.05, 0.07]),
        "visitor_type": rng.choice(np.array(VISITOR_TYPES), n, p=[0.85, 0.14, 0.01]),
        "weekend": rng.random(n) < 2 / 7,
    }


def purchase_probability(visits: pd.DataFrame) -> np.ndarray:
    """Return the simulator's truth: the probability that each visit ends in a purchase.

    The logit adds: a value of the pages seen that saturates; a best time spent on products, about
    ten minutes; pages left at once; a liking of new visitors for many product pages; season,
    traffic and the days before a holiday. Two of these a model linear in its features cannot say:
    the best time, and the liking that only new visitors have.

    Parameters
    ----------
    visits : pandas.DataFrame
        The columns of `FEATURES`.

    Returns
    -------
    ndarray of float, shape (n,), between 0 and 1
    """
    minutes = visits["product_related_duration_s"].to_numpy() / 60
    new = (visits["visitor_type"] == "new").to_numpy()
    logit = (
        -2.6
        + 3.6 * np.tanh(visits["page_values"].to_numpy() / 12)
        - 0.6 * np.log((1 + minutes) / 11) ** 2
        - 14 * visits["exit_rates"].to_numpy()
        + new * 0.9 * np.log1p(visits["product_related"].to_numpy() / 10)
        + 0.7 * np.isin(visits["month"], (10, 11))
        + 0.5 * np.isin(visits["traffic_type"], (2, 8))
        - 0.8 * visits["special_day"].to_numpy()
    )
    return np.asarray(1 / (1 + np.exp(-logit)))
