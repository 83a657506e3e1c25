"""What lift should we expect of a pair met once or twice? Rare pairs, drawn towards what is usual.

The gamma-Poisson shrinker [1]_: a pair's count c is Poisson with mean λ E, where E = a b / n is
what independence expects and λ the pair's true lift. Over all pairs λ follows a mixture of two
gamma distributions, estimated from the counts of all pairs by maximum likelihood (their marginal
is a mixture of two negative binomials, eq. 4-6). A pair's posterior is then a mixture of two gammas
as well (eq. 7-8): close to c / E where E is large, close to the usual lift where E is small. Our
point estimate is the posterior mean, which predicts new counts; the paper ranks by the geometric
mean.

For pairs so frequent that c is a sizeable share of a or b, c varies less than a Poisson number
does and the intervals err on the safe side. The prior is taken as known once it is estimated: from
6,000 simulated pairs, 95 % intervals held 94 to 95 % of the true lifts.

References
----------
.. [1] DuMouchel (1999). Bayesian data mining in large frequency tables, with an application to the
   FDA spontaneous reporting system. The American Statistician 53, 177-190.
.. [2] DuMouchel and Pregibon (2001). Empirical Bayes screening for multi-item associations. KDD,
   section 2.2 (likelihood from grouped data).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import optimize, special

from layoutlab.errors import InputError

STARTS = ((0.2, 0.1, 2.0, 4.0, 1 / 3), (2.0, 2.0, 4.0, 2.0, 0.8))
BINS_PER_DOUBLING = 16
BOUNDS = ((np.log(1e-3), np.log(1e4)),) * 4 + ((-8.0, 8.0),)
STEPS = 60
RARITY = (0, 1, 5, 25, np.inf)


FEWEST_PAIRS = 10


@dataclass(frozen=True)
class Prior:
    """How lifts are spread over pairs: with `weight` Gamma(shape_1, rate_1), else the second."""

    shape_1: float
    rate_1: float
    shape_2: float
    rate_2: float
    weight: float

    @property
    def mean(self) -> float:
        """The lift expected of a pair nothing is known of."""
        return (
            self.weight * self.shape_1 / self.rate_1
            + (1 - self.weight) * self.shape_2 / self.rate_2
        )


@dataclass(frozen=True)
class Shrunk:
    """Posterior mean of the lift of pairs, and its interval; arrays of one shape, at least 0."""

    lift: np.ndarray
    low: np.ndarray
    high: np.ndarray


def expected(together: np.ndarray, n_baskets: int) -> np.ndarray:
    """Return the baskets with both that independence expects, shape (n, n).

    `together` are the baskets with each two categories, its diagonal those with each.
    """
    single = together.diagonal().astype(float)
    return np.outer(single, single) / n_baskets


def check_pairs(n_pairs: int) -> None:
    """See whether a prior can be learnt from so many pairs.

    Raises
    ------
    InputError
        When they are fewer than `FEWEST_PAIRS`.
    """
    if n_pairs < FEWEST_PAIRS:
        raise InputError(
            f"expected at least {FEWEST_PAIRS} pairs to learn a prior from, got {n_pairs}"
        )


def fit(c: np.ndarray, e: np.ndarray) -> Prior:
    """Estimate how lifts are spread, from all pairs.

    Parameters
    ----------
    c : ndarray of int, shape (m,)
        Baskets with both of each pair; pairs never met belong to it.
    e : ndarray of float, shape (m,)
        What independence expects, above 0.

    Raises
    ------
    InputError
        When there are fewer than 10 pairs, or counts that cannot be.

    Notes
    -----
    The likelihood is summed over groups of equal c and nearly equal e (`BINS_PER_DOUBLING`), so
    that millions of pairs cost no more than thousands.
    """
    c, e = np.asarray(c, dtype=float), np.asarray(e, dtype=float)
    check_pairs(len(c))
    if not (e > 0).all() or (c < 0).any():
        raise InputError("expected counts of at least 0 and expectations above 0")
    bins = np.floor(np.log2(e) * BINS_PER_DOUBLING)
    groups = pd.DataFrame({"c": c, "bin": bins, "e": e}).groupby(["c", "bin"])["e"]
    grouped = groups.agg(["size", "mean"]).reset_index()
    arrays = (grouped["c"].to_numpy(), grouped["mean"].to_numpy(), grouped["size"].to_numpy())
    found = [
        optimize.minimize(
            _loss, _packed(start), args=arrays, jac=True, method="L-BFGS-B", bounds=BOUNDS
        )
        for start in STARTS
    ]
    best = min(found, key=lambda result: result.fun)
    shape_1, rate_1, shape_2, rate_2 = np.exp(best.x[:4]).tolist()
    return Prior(shape_1, rate_1, shape_2, rate_2, float(special.expit(best.x[4])))


def posterior(c: np.ndarray, e: np.ndarray, prior: Prior, *, confidence: float = 0.95) -> Shrunk:
    """Return what is known of each pair's lift after its count was seen.

    Parameters
    ----------
    c, e : ndarray of number, one shape
        As for `fit`.
    prior : Prior
    confidence : float
        Of each interval, between 0 and 1: equal tails of the posterior.
    """
    if not 0 < confidence < 1:
        raise InputError(f"expected confidence between 0 and 1, got {confidence}")
    shape = np.stack([prior.shape_1 + c, prior.shape_2 + c])
    rate = np.stack([prior.rate_1 + e, prior.rate_2 + e])
    weight = _weights(c, e, prior)
    mean = (weight * shape / rate).sum(axis=0)
    tail = (1 - confidence) / 2
    low, high = (_quantile(share, weight, shape, rate) for share in (tail, 1 - tail))
    return Shrunk(mean, low, high)


def shrink(together: np.ndarray, n_baskets: int, *, confidence: float = 0.95) -> Shrunk:
    """Fit the prior to a matrix of pair counts and return the shrunk lifts of all its pairs.

    Parameters
    ----------
    together : ndarray of int, shape (n, n)
        Baskets with each two categories, its diagonal, at least 1, those with each.
    n_baskets : int
    confidence : float

    Returns
    -------
    Shrunk
        Matrices of shape (n, n), symmetric; NaN on the diagonal, which is no pair.
    """
    e = expected(together, n_baskets)
    first, second = np.triu_indices(len(together), 1)
    c, e = together[first, second].astype(float), e[first, second]
    found = posterior(c, e, fit(c, e), confidence=confidence)
    matrices = []
    for values in (found.lift, found.low, found.high):
        matrix = np.full(together.shape, np.nan)
        matrix[first, second] = matrix[second, first] = values
        matrices.append(matrix)
    return Shrunk(*matrices)


def held_out_errors(
    c: np.ndarray, e: np.ndarray, later_c: np.ndarray, later_e: np.ndarray
) -> pd.DataFrame:
    """Compare raw and shrunk lifts of some baskets by the counts of others.

    Parameters
    ----------
    c, e : ndarray, shape (m,)
        Counts and expectations the lifts are estimated from.
    later_c, later_e : ndarray, shape (m,)
        Those of the other baskets, for the same pairs.

    Returns
    -------
    DataFrame
        Rows: pairs by `e` (``all``, then the ranges of `RARITY`); columns: pairs, and the mean of
        (count - lift times expectation)² / expectation for ``independent`` (lift 1), ``raw`` and
        ``shrunk``; about the mean lift when a lift is right, since a Poisson count has that
        variance.
    """
    lifts = {"independent": 1.0, "raw": c / e, "shrunk": posterior(c, e, fit(c, e)).lift}
    errors = pd.DataFrame(
        {name: squared_errors(lift, later_c, later_e) for name, lift in lifts.items()}
    )
    names = [f"{low:g} to {high:g}" for low, high in pairwise(RARITY[:-1])]
    labels = [*names, f"above {RARITY[-2]:g}"]
    rarity = pd.Series(pd.cut(e, RARITY, labels=labels), index=errors.index)
    grouped = errors.groupby(rarity, observed=True)
    rows = grouped.mean()
    rows.insert(0, "pairs", grouped.size())
    rows.index = rows.index.astype(str)
    everything = pd.DataFrame([{"pairs": len(errors), **errors.mean()}], index=["all"])
    table: pd.DataFrame = pd.concat([everything, rows]).rename_axis("expected baskets")
    return table


def squared_errors(
    lift: np.ndarray | float, later_c: np.ndarray, later_e: np.ndarray
) -> np.ndarray:
    """Return (count - lift times expectation)² / expectation of every pair."""
    return np.asarray((later_c - lift * later_e) ** 2 / later_e)


def _packed(start: tuple[float, ...]) -> np.ndarray:
    return np.append(np.log(start[:4]), special.logit(start[4]))


def _log_marginals(c: np.ndarray, e: np.ndarray, shape: float, rate: float) -> np.ndarray:
    """Return the logarithm of the negative binomial (eq. 5), without its c! and E's own terms."""
    found: np.ndarray = (
        special.gammaln(shape + c)
        - special.gammaln(shape)
        + shape * np.log(rate)
        - (shape + c) * np.log(rate + e)
    )
    return found


def _loss(
    packed: np.ndarray, c: np.ndarray, e: np.ndarray, size: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return minus the mean log likelihood, and its gradient."""
    gammas = np.exp(packed[:4]).reshape(2, 2)
    signs = np.array([1, -1])
    shares = special.log_expit(packed[4] * signs)
    terms = np.stack([_log_marginals(c, e, *gammas[k]) + shares[k] for k in (0, 1)])
    whole = np.logaddexp(*terms)
    belongs = np.exp(terms - whole) * size / size.sum()
    gradient = []
    for (shape, rate), member in zip(gammas, belongs, strict=True):
        by_shape = special.digamma(shape + c) - special.digamma(shape)
        by_shape += np.log(rate) - np.log(rate + e)
        by_rate = shape / rate - (shape + c) / (rate + e)
        gradient += [shape * (member @ by_shape), rate * (member @ by_rate)]
    gradient.append(belongs[0].sum() - np.exp(shares[0]))
    return float(-(size * whole).sum() / size.sum()), -np.array(gradient)


def _weights(c: np.ndarray, e: np.ndarray, prior: Prior) -> np.ndarray:
    """Return how likely a pair belongs to the one and the other gamma, shape (2, ...)."""
    one = _log_marginals(c, e, prior.shape_1, prior.rate_1) + np.log(prior.weight)
    two = _log_marginals(c, e, prior.shape_2, prior.rate_2) + np.log1p(-prior.weight)
    first = special.expit(one - two)
    return np.stack([first, 1 - first])


def _quantile(share: float, weight: np.ndarray, shape: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Return a quantile of mixtures of two gammas: it lies between those of the two."""
    ends = special.gammaincinv(shape, share) / rate
    low, high = ends.min(axis=0), ends.max(axis=0)
    for _ in range(STEPS):
        wide = high - low > 1e-7 * high
        if not wide.any():
            break
        middle = (low[wide] + high[wide]) / 2
        below = weight[:, wide] * special.gammainc(shape[:, wide], rate[:, wide] * middle)
        short = below.sum(axis=0) < share
        low[wide] = np.where(short, middle, low[wide])
        high[wide] = np.where(short, high[wide], middle)
    return np.asarray((low + high) / 2)
