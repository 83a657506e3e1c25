"""Which parameters make the simulated store look like given receipts, and how alike is it then?

The method of simulated moments [1]_: parameters are moved until moments of simulated baskets equal
those of the target, all on logarithmic scales and equally weighted. Every simulation draws from an
equal generator (common random numbers), so that the difference between two of them is due to the
parameters. Sizes, shares and lifts are fitted first, then the times between visits. How alike the
outcome is is measured on baskets that the fit has not seen, with random numbers of its own.

References
----------
.. [1] McFadden (1989). A method of simulated moments for estimation of discrete response models
   without numerical integration. Econometrica 57, 995-1026.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import optimize

from layoutlab.errors import InputError
from layoutlab.retail.synthetic.basket_samples import (
    Sample,
    Summary,
    distances,
    halves,
    of_trips,
    summarise,
)
from layoutlab.retail.synthetic.customers import SEGMENTS
from layoutlab.retail.synthetic.known_trips import Settings, draw_trips, open_store

BASKET_PARAMETERS = (
    "basket_size",
    "size_dispersion",
    "share_exponent",
    "share_shift",
    "mission_strength",
)
GAP_PARAMETERS = ("gap_days", "gap_shape", "gap_spread")
SMALLEST, LARGEST = 0.02, 200.0
PARTS = (0.05, 0.2, 0.5)
"""The shares of the most bought 5, 20 and 50 % of the categories are moments."""
STEP = 0.1
ITERATIONS = 12
REPLICATES = 2
"""Simulated stores whose moments are averaged; more make the fit steadier and slower."""
UNTIMED_DAYS = 28
KNOWN_GAPS = 200


@dataclass(frozen=True)
class Fit:
    """A fit and its quality.

    Attributes
    ----------
    settings : Settings
        The fitted ones.
    evaluations : int
        Simulations needed.
    before, after : dict of str to float
        Distances of the start and of the fit from the held-out half, as `distances` returns them.
    floor : dict of str to float
        Distances of the two halves of the target: what a perfect fit would have.
    summaries : dict of str to Summary
        What the distances were measured on: ``before``, ``after`` and ``held_out``.
    """

    settings: Settings
    evaluations: int
    before: dict[str, float]
    after: dict[str, float]
    floor: dict[str, float]
    summaries: dict[str, Summary] = field(compare=False, repr=False)


def start(sample: Sample, n_trips: int) -> Settings:
    """Return the default settings on a sample's scale: its categories, its days, so many trips."""
    timed = bool(sample.day.any())
    n_days = int(sample.day.max()) + 1 if timed else UNTIMED_DAYS
    settings = Settings(n_days=n_days, n_categories=sample.bought.shape[1])
    return replace(settings, n_customers=_customers_for(n_trips, settings))


def fit(
    target: Sample,
    *,
    n_trips: int = 4_000,
    settings: Settings | None = None,
    rng: np.random.Generator,
) -> Fit:
    """Fit the simulated store to one half of a target and measure it on the other.

    Parameters
    ----------
    target : Sample
    n_trips : int
        About so many trips are simulated each time.
    settings : Settings, optional
        Where to start; `start` when not given.
    rng : numpy.random.Generator

    Raises
    ------
    InputError
        When the target is too small for two halves or has fewer than two categories.
    """
    if target.bought.shape[1] < 2:
        raise InputError(f"target: expected 2 categories or more, got {target.bought.shape[1]}")
    seen, held_out = (summarise(half) for half in halves(target, rng=rng))
    fresh, *common = (int(seed) for seed in rng.integers(2**31, size=1 + REPLICATES))
    first = settings or start(target, n_trips)
    fitted, evaluations = _fit(BASKET_PARAMETERS, first, seen, common)
    if len(seen.gaps) >= KNOWN_GAPS:
        fitted, more = _fit(GAP_PARAMETERS, fitted, seen, common)
        fitted = replace(fitted, n_customers=_customers_for(n_trips, fitted))
        evaluations += more
    before, after = simulated(first, fresh), simulated(fitted, fresh)
    return Fit(
        fitted,
        evaluations,
        distances(before, held_out),
        distances(after, held_out),
        distances(seen, held_out),
        {"before": before, "after": after, "held_out": held_out},
    )


def simulated(settings: Settings, seed: int) -> Summary:
    """Return the summary of a simulation: equal seeds draw equal random numbers."""
    opening, shopping = np.random.default_rng(seed).spawn(2)
    store = open_store(settings, rng=opening)
    return summarise(of_trips(draw_trips(settings, store, rng=shopping)))


def _fit(
    names: Sequence[str], settings: Settings, target: Summary, seeds: Sequence[int]
) -> tuple[Settings, int]:
    """Move the logarithms of some parameters until the moments meet (least squares)."""
    moments = _gap_moments if names == GAP_PARAMETERS else _basket_moments
    wanted, evaluations = moments(target), 0

    def misses(logs: np.ndarray) -> np.ndarray:
        nonlocal evaluations
        evaluations += len(seeds)
        found = [moments(simulated(_moved(settings, names, logs), seed)) for seed in seeds]
        return np.asarray(np.mean(found, axis=0) - wanted)

    def slopes(logs: np.ndarray) -> np.ndarray:
        here = misses(logs)
        moved = [misses(logs + step) - here for step in np.eye(len(logs)) * STEP]
        return np.column_stack(moved) / STEP

    slope = settings.share_exponent / (settings.share_shift + 1)
    free = [slope if name == "share_shift" else getattr(settings, name) for name in names]
    bounds = (np.log(SMALLEST), np.log(LARGEST))
    found = optimize.least_squares(
        misses, np.log(free), slopes, bounds, max_nfev=ITERATIONS, xtol=1e-3, ftol=1e-4
    )
    return _moved(settings, names, found.x), evaluations


def _moved(settings: Settings, names: Sequence[str], logs: np.ndarray) -> Settings:
    """Return settings with other values of some parameters.

    In the place of the shift stands the slope at the first rank, exponent / (shift + 1): the two
    are nearly independent, while exponent and shift lie on a ridge.
    """
    values = dict(zip(names, np.exp(logs).tolist(), strict=True))
    if "share_shift" in values:
        values["share_shift"] = max(values["share_exponent"] / values["share_shift"] - 1, 0.0)
    return replace(settings, **values)


def _basket_moments(summary: Summary) -> np.ndarray:
    log_size = np.log(summary.sizes)
    cumulated = np.cumsum(summary.shares)
    most = [cumulated[max(int(np.ceil(part * len(cumulated))), 1) - 1] for part in PARTS]
    lifts = summary.log_lifts
    return np.array([log_size.mean(), log_size.std(), *np.log(most), lifts.mean(), lifts.std()])


def _gap_moments(summary: Summary) -> np.ndarray:
    """Return mean, spread, and spread within a customer of the logarithm of the gaps."""
    if not len(summary.gaps):
        return np.zeros(3)
    log_gap = np.asarray(np.log(summary.gaps))
    _, whose, number = np.unique(summary.gap_customer, return_inverse=True, return_counts=True)
    own = np.bincount(whose, log_gap) / number
    free = max(len(log_gap) - len(number), 1)
    within = np.sqrt(((log_gap - own[whose]) ** 2).sum() / free)
    return np.array([log_gap.mean(), log_gap.std(), within])


def _customers_for(n_trips: int, settings: Settings) -> int:
    """Return how many customers make about so many trips."""
    pace = sum(segment.share / segment.gap for segment in SEGMENTS)
    each = settings.n_days / settings.gap_days * pace * np.exp(settings.gap_spread**2 / 2)
    return max(int(np.ceil(n_trips / each)), 1)
