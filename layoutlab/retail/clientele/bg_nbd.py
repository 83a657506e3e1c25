"""How many customers have left for good, and when will the others be back? The BG/NBD model.

The field's standard baseline for customers who need not say that they leave. While active, a
customer visits at random at a rate of their own, gamma-distributed among customers (shape r, rate
alpha); after every repeat visit they leave with a probability of their own, beta-distributed (a,
b). Equations are those of [1]_. It is a page of formulas, fitted here with scipy: of the libraries
that have it, ``lifetimes`` is archived and ``pymc-marketing`` would bring a whole sampler.

Time is counted from the first visit, in any unit; the first visit itself is given.

References
----------
.. [1] P. S. Fader, B. G. S. Hardie and K. L. Lee (2005). "Counting your customers" the easy way: an
   alternative to the Pareto/NBD model. Marketing Science 24, 275-284.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from layoutlab.errors import InputError
from layoutlab.retail.clientele.next_visit import Waits

LEAST_HAZARD = 1e-4
START = (0.0, 0.0, 0.0, 0.0)
LEAST_LOG, MOST_LOG = -8.0, 10.0


@dataclass(frozen=True)
class Histories:
    """What the model knows of customers, one entry each.

    Attributes
    ----------
    repeats : ndarray of int, shape (n,)
        Visits after the first; x in the paper.
    last : ndarray of float, shape (n,)
        Time of the last visit since the first, 0 without repeats; t_x.
    age : ndarray of float, shape (n,)
        Time since the first visit, at least `last`; T.

    Raises
    ------
    InputError
        When there is no customer, or one whose numbers contradict each other.
    """

    repeats: np.ndarray
    last: np.ndarray
    age: np.ndarray

    def __post_init__(self) -> None:
        if not len(self.repeats):
            raise InputError("expected at least one customer, got none")
        sound = (self.repeats >= 0) & (self.last >= 0) & (self.age >= self.last)
        sound &= np.isfinite(self.age) & ((self.repeats > 0) == (self.last > 0))
        if not sound.all():
            row = int(np.argmin(sound))
            raise InputError(
                "expected 0 <= last <= age, and last above 0 where there are repeats, got "
                f"repeats {self.repeats[row]}, last {self.last[row]:g}, age {self.age[row]:g} "
                f"in row {row} ({int((~sound).sum())} such row(s))"
            )


@dataclass(frozen=True)
class BgNbd:
    """Parameters, all above 0: visits at gamma rates (r, alpha), leaving at beta odds (a, b)."""

    r: float
    alpha: float
    a: float
    b: float


def log_likelihood(model: BgNbd, given: Histories) -> np.ndarray:
    """Return the logarithm of each customer's likelihood (equation 6), shape (n,)."""
    x = given.repeats
    visits = special.gammaln(model.r + x) - special.gammaln(model.r)
    visits = visits + model.r * np.log(model.alpha)
    stay = special.betaln(model.a, model.b + x) - special.betaln(model.a, model.b)
    present = -(model.r + x) * np.log(model.alpha + given.age)
    return np.asarray(visits + stay + np.logaddexp(present, present + _log_odds_left(model, given)))


def fit(given: Histories) -> BgNbd:
    """Fit the four parameters by maximum likelihood.

    Parameters lie between exp(-8) and exp(10): without anybody leaving, or with customers all
    alike, the likelihood is flat towards 0 and infinity.
    """

    def unlikely(logs: np.ndarray) -> float:
        return -float(log_likelihood(BgNbd(*np.exp(logs)), given).mean())

    found = optimize.minimize(
        unlikely, START, method="L-BFGS-B", bounds=[(LEAST_LOG, MOST_LOG)] * len(START)
    )
    return BgNbd(*np.exp(found.x).tolist())


def active(model: BgNbd, given: Histories) -> np.ndarray:
    """Return the probability that each customer has not left, shape (n,), 1 without repeats.

    From equation 6, whose second term is the case of having left at the last visit.
    """
    return np.asarray(special.expit(-_log_odds_left(model, given)))


def expected_visits(model: BgNbd, given: Histories, time: float) -> np.ndarray:
    """Return how many visits to expect of each customer in a time to come (equation 10)."""
    x, r, a, b = given.repeats, model.r, model.a, model.b
    past = model.alpha + given.age
    fewer = (past / (past + time)) ** (r + x)
    fewer = fewer * special.hyp2f1(r + x, b + x, a + b + x - 1, time / (past + time))
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - fewer) * active(model, given))


def staying_away(model: BgNbd, given: Histories, times: np.ndarray) -> np.ndarray:
    """Return the probability of no visit by each time to come, shape (n, times).

    A customer who is still active visits at a rate that is gamma-distributed with shape r + x and
    rate alpha + T; who has left never does.
    """
    past = (model.alpha + given.age)[:, None]
    here = active(model, given)[:, None]
    none = (past / (past + times)) ** (model.r + given.repeats)[:, None]
    return np.asarray(1 - here + here * none)


def histories(given: Waits) -> Histories:
    """Return what the model knows of customers at their landmarks, time in periods."""
    age = given.features["tenure_days"].to_numpy()
    last = age - given.features["recency_days"].to_numpy()
    repeats = given.features["visits"].to_numpy().astype("int64") - 1
    return Histories(repeats, last / given.period_days, age / given.period_days)


def hazards(train: Waits, given: Waits) -> np.ndarray:
    """Return hazards of the next visit, shape (customers, periods), as other forecasts do.

    The parameters are fitted to the histories at the last training landmark.
    """
    latest = train.landmark == train.landmark.max()
    told = histories(train)
    model = fit(Histories(told.repeats[latest], told.last[latest], told.age[latest]))
    away = staying_away(model, histories(given), np.arange(given.n_periods + 1.0))
    gone = 1 - away[:, 1:] / away[:, :-1]
    return np.asarray(np.clip(gone, LEAST_HAZARD, 1 - LEAST_HAZARD))


def _log_odds_left(model: BgNbd, given: Histories) -> np.ndarray:
    """Return the log-odds of having left at the last visit, minus infinity without repeats."""
    x = given.repeats
    silent = (model.r + x) * np.log((model.alpha + given.age) / (model.alpha + given.last))
    leave = np.log(model.a) - np.log(np.where(x > 0, model.b + x - 1, 1.0))
    return np.asarray(np.where(x > 0, leave + silent, -np.inf))
