"""When will a customer be back? Waiting times from a day on, some of them not yet over.

A landmark is a day at which we stand: what happened before it describes a customer, what follows is
counted in periods of equal length up to a horizon. Whoever has not come by the last day we may know
is censored: that says "not until then", no more. Training landmarks lie, with all they are told of
the future, before the day of the forecast.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layoutlab.errors import InputError

FEATURES = (
    "recency_days",
    "tenure_days",
    "visits",
    "mean_gap_days",
    "last_gap_days",
    "gap_spread_days",
    "overdue",
    "spend_per_visit",
    "categories_per_visit",
)


@dataclass(frozen=True)
class Waits:
    """Customers at landmarks, and how long until they came.

    Attributes
    ----------
    features : pandas.DataFrame
        `FEATURES`, one row per customer and landmark; gaps NaN for customers of one visit.
    customer, landmark : ndarray, shape (n,)
        Who, and the day we stand at.
    period : ndarray of int, shape (n,)
        In which period after the landmark the customer came, from 1; 0: not in those observed.
    observed : ndarray of int, shape (n,)
        Periods that were watched to their end, at least 1; the period of the visit among them.
    n_periods, period_days : int
        Periods up to the horizon, and their length.
    """

    features: pd.DataFrame
    customer: np.ndarray
    landmark: np.ndarray
    period: np.ndarray
    observed: np.ndarray
    n_periods: int
    period_days: int

    def __len__(self) -> int:
        return len(self.customer)


def waits(
    visits: pd.DataFrame,
    landmarks: "list[int] | range",
    *,
    known_until: int,
    n_periods: int,
    period_days: int,
) -> Waits:
    """Return every customer seen before each landmark, and the wait that followed.

    Parameters
    ----------
    visits : pandas.DataFrame
        customer_id, day, spend, categories, as `trips.visits` gives them.
    landmarks : list of int or range
        Days; only visits on earlier days describe a customer, the first that may end the wait is on
        the landmark itself.
    known_until : int
        Visits on this day and later are not looked at.
    n_periods, period_days : int
        The horizon is their product, days.

    Raises
    ------
    InputError
        When a number is below 1, no customer was seen before a landmark, or a landmark leaves no
        whole period before `known_until`.
    """
    if min(n_periods, period_days) < 1 or not len(landmarks):
        raise InputError(
            "expected landmarks, n_periods and period_days of at least 1, "
            f"got {len(landmarks)}, {n_periods} and {period_days}"
        )
    if max(landmarks) + period_days > known_until:
        raise InputError(
            f"expected landmarks at least {period_days} days before day {known_until}, "
            f"got {max(landmarks)}"
        )
    known = visits[visits["day"] < known_until]
    rows = [_at(known, day, known_until, n_periods, period_days) for day in landmarks]
    features, period, observed, landmark = zip(*rows, strict=True)
    together: pd.DataFrame = pd.concat(features)
    return Waits(
        features=together.reset_index(drop=True),
        customer=together.index.to_numpy(),
        landmark=np.concatenate(landmark),
        period=np.concatenate(period),
        observed=np.concatenate(observed),
        n_periods=n_periods,
        period_days=period_days,
    )


def parts(
    visits: pd.DataFrame, *, n_periods: int, period_days: int, landmarks: int = 8
) -> tuple[Waits, Waits]:
    """Split by time: landmarks to learn from, and the forecast of the last periods of the data.

    The forecast is made on the day that leaves just the horizon to the last visit. The training
    landmarks are spread from a quarter of the days before it to one period before it, and are told
    nothing from that day on.

    Parameters
    ----------
    visits : pandas.DataFrame
        As `waits` takes them.
    n_periods, period_days, landmarks : int
        At least 1.

    Returns
    -------
    train, asked : Waits

    Raises
    ------
    InputError
        When the visits span no more than a period and the horizon, nobody came before the first
        landmark, or as `waits`.
    """
    end = int(visits["day"].max()) + 1
    at = end - n_periods * period_days
    if at <= period_days:
        raise InputError(
            f"expected visits over more than {(n_periods + 1) * period_days} days, "
            f"a period and the horizon, got {end}"
        )
    first = max(at // 4, int(visits["day"].min()) + 1)
    days = np.linspace(first, at - period_days, landmarks).astype(int)
    horizon = {"n_periods": n_periods, "period_days": period_days}
    train = waits(visits, sorted(set(days.tolist())), known_until=at, **horizon)
    return train, waits(visits, [at], known_until=end, **horizon)


def _at(
    known: pd.DataFrame, landmark: int, known_until: int, n_periods: int, period_days: int
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Return features, period of the next visit, periods observed and the landmark."""
    features = describe(known, landmark)
    later = known[known["day"] >= landmark].groupby("customer_id")["day"].min()
    wait = later.reindex(features.index).to_numpy() - landmark
    whole = min(n_periods, (known_until - landmark) // period_days)
    period = np.where(np.isnan(wait), 0, wait // period_days + 1).astype("int64")
    period = np.where(period > whole, 0, period)
    n = len(features)
    return features, period, np.full(n, whole), np.full(n, landmark)


def describe(visits: pd.DataFrame, landmark: int) -> pd.DataFrame:
    """Return `FEATURES` of every customer seen before the landmark, by customer_id, sorted.

    ``overdue`` is recency over the customer's mean gap, NaN for customers of one visit.

    Raises
    ------
    InputError
        When nobody was seen before.
    """
    past = visits[visits["day"] < landmark]
    if past.empty:
        raise InputError(f"expected visits before day {landmark}, got none")
    past = past.assign(gap=past.groupby("customer_id")["day"].diff())
    by_customer = past.groupby("customer_id", sort=True)
    first, last = by_customer["day"].min(), by_customer["day"].max()
    gaps = by_customer["gap"]
    found = pd.DataFrame(
        {
            "recency_days": landmark - last,
            "tenure_days": landmark - first,
            "visits": by_customer.size(),
            "mean_gap_days": gaps.mean(),
            "last_gap_days": gaps.last(),
            "gap_spread_days": gaps.std(ddof=0),
            "spend_per_visit": by_customer["spend"].mean(),
            "categories_per_visit": by_customer["categories"].mean(),
        }
    )
    found["overdue"] = found["recency_days"] / found["mean_gap_days"]
    return found[list(FEATURES)].astype("float64")


def at_risk(given: Waits) -> np.ndarray:
    """Return which periods count, bool of shape (n, n_periods): observed, and not yet back before.

    The period of the visit counts; what follows it does not.
    """
    number = np.arange(1, given.n_periods + 1)
    last = np.where(given.period > 0, given.period, given.observed)
    return np.asarray(number <= last[:, None])


def came(given: Waits) -> np.ndarray:
    """Return in which period a customer came, bool of shape (n, n_periods)."""
    return np.asarray(np.arange(1, given.n_periods + 1) == given.period[:, None])


def survival(hazard: np.ndarray) -> np.ndarray:
    """Return the probability of not having come by the end of each period, shape (n, periods).

    Parameters
    ----------
    hazard : ndarray of float, shape (n, periods)
        Probability to come in a period of whoever has not come before, 0 to 1.
    """
    return np.asarray(np.cumprod(1 - hazard, axis=1))


def expected_days(hazard: np.ndarray, period_days: int) -> np.ndarray:
    """Return the mean days until the next visit, the horizon counted for whoever is not back.

    The visit lies in the middle of its period: the restricted mean survival time, shape (n,).
    """
    still = np.c_[np.ones(len(hazard)), survival(hazard)]
    return np.asarray(period_days * (still[:, :-1] + still[:, 1:]).sum(axis=1) / 2)


def interval_days(
    hazard: np.ndarray, period_days: int, *, level: float = 0.8
) -> tuple[np.ndarray, np.ndarray]:
    """Return a range of days that holds the next visit with at least probability `level`.

    From the start of the period in which the lower quantile lies to the end of that of the upper;
    infinite where the upper quantile lies beyond the horizon.
    """
    come = 1 - survival(hazard)
    low = (come <= (1 - level) / 2).sum(axis=1)
    high = (come < (1 + level) / 2).sum(axis=1) + 1
    beyond = high > hazard.shape[1]
    return low * float(period_days), np.where(beyond, np.inf, high * float(period_days))
