"""How alike are two samples of baskets? Sizes, shares, pair lifts and times between visits.

The names of categories play no part: shares are compared by rank and lifts by their distribution,
so that a simulated store can be held against any other.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets
from layoutlab.retail.synthetic.known_trips import Trips

PAIRED = 30
"""Pair lifts are taken among so many of the most bought categories."""
DISTANCES = ("size", "share", "log_lift", "gap")


@dataclass(frozen=True)
class Sample:
    """Baskets to compare.

    Attributes
    ----------
    bought : ndarray of bool, shape (t, n)
        No row empty.
    customer : ndarray of int, shape (t,)
        -1 where unknown.
    day : ndarray of int, shape (t,)
        Since the first; 0 everywhere when times are unknown.
    """

    bought: np.ndarray
    customer: np.ndarray
    day: np.ndarray


@dataclass(frozen=True)
class Summary:
    """What is compared of a sample.

    Attributes
    ----------
    sizes : ndarray of int, shape (t,)
        Distinct categories of each basket, at least 1.
    shares : ndarray of float, shape (n,)
        Of all lines, largest first.
    log_lifts : ndarray of float
        Of the pairs among the `PAIRED` most bought categories, half a basket added to what is
        found and what is expected.
    gaps : ndarray of int
        Days from a known customer's visit to the next on another day, at least 1.
    gap_customer : ndarray of int
        Whose gap it is.
    """

    sizes: np.ndarray
    shares: np.ndarray
    log_lifts: np.ndarray
    gaps: np.ndarray
    gap_customer: np.ndarray


def read(baskets_path: str | Path, most_categories: int = 200) -> Sample:
    """Read a baskets file.

    Parameters
    ----------
    baskets_path : str or Path
        As `layoutlab.retail.preparation.baskets.prepare` writes it.
    most_categories : int
        Keep so many, the most bought, and the baskets with any of them.

    Raises
    ------
    InputError
        When it is no baskets file or `most_categories` is below 2.
    """
    if most_categories < 2:
        raise InputError(f"most_categories: expected at least 2, got {most_categories}")
    n = len(baskets.read_categories(baskets_path))
    table = pq.read_table(baskets_path, columns=["time", "customer_id", "items"])
    items = table["items"].combine_chunks()
    code = items.values.to_numpy()
    kept = np.argsort(-np.bincount(code, minlength=n), kind="stable")[:most_categories]
    column = np.full(n, -1)
    column[kept] = np.arange(len(kept))
    row = np.repeat(np.arange(len(table)), np.diff(items.offsets.to_numpy()))
    bought = np.zeros((len(table), len(kept)), bool)
    inside = column[code] >= 0
    bought[row[inside], column[code][inside]] = True
    who = table["customer_id"].combine_chunks().dictionary_encode().indices
    customer = who.fill_null(-1).to_numpy(zero_copy_only=False)
    time = table["time"].to_numpy()
    day = np.zeros(len(table), int)
    if not np.isnat(time).any():
        day = (time.astype("datetime64[D]") - time.min().astype("datetime64[D]")).astype(int)
    full = bought.any(axis=1)
    return Sample(bought[full], customer[full].astype(int), day[full])


def of_trips(trips: Trips) -> Sample:
    """Return the baskets of simulated trips."""
    bought = trips.bought
    full = bought.any(axis=1)
    return Sample(bought[full], trips.customer[full], trips.time[full].astype(int))


def halves(sample: Sample, *, rng: np.random.Generator) -> tuple[Sample, Sample]:
    """Split baskets at random into two; those of a known customer stay together."""
    n_customers = int(sample.customer.max(initial=-1)) + 1
    by_customer, by_basket = rng.random(n_customers + 1), rng.random(len(sample.customer))
    first = np.where(sample.customer < 0, by_basket, by_customer[sample.customer]) < 0.5
    if not 0 < first.sum() < len(first):
        raise InputError("expected baskets enough for two halves, got too few")
    one, other = (
        Sample(sample.bought[part], sample.customer[part], sample.day[part])
        for part in (first, ~first)
    )
    return one, other


def summarise(sample: Sample) -> Summary:
    """Return what is compared of a sample."""
    n = len(sample.bought)
    single = sample.bought.sum(axis=0)
    order = np.argsort(-single, kind="stable")
    top = order[:PAIRED]
    chosen = sample.bought[:, top].astype(np.float32)
    together = (chosen.T @ chosen).astype(float)
    expected = np.outer(single[top], single[top]) / n
    first, second = np.triu_indices(len(top), 1)
    log_lift = np.log((together[first, second] + 0.5) / (expected[first, second] + 0.5))
    gaps, gap_customer = _gaps(sample)
    sizes = sample.bought.sum(axis=1)
    return Summary(sizes, single[order] / single.sum(), np.sort(log_lift), gaps, gap_customer)


def distances(first: Summary, second: Summary) -> dict[str, float]:
    """Return how far two summaries are apart, by name of `DISTANCES`.

    ``size`` (categories), ``log_lift`` and ``gap`` (days) are Wasserstein distances, ``share`` is
    the total variation between shares by rank, 0 to 1. Without gaps in both there is no ``gap``.
    """
    n = max(len(first.shares), len(second.shares))
    one, other = (np.pad(each.shares, (0, n - len(each.shares))) for each in (first, second))
    found = {
        "size": float(stats.wasserstein_distance(first.sizes, second.sizes)),
        "share": float(np.abs(one - other).sum() / 2),
        "log_lift": float(stats.wasserstein_distance(first.log_lifts, second.log_lifts)),
    }
    if len(first.gaps) and len(second.gaps):
        found["gap"] = float(stats.wasserstein_distance(first.gaps, second.gaps))
    return found


def _gaps(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    known = (sample.customer >= 0) & bool(sample.day.any())
    visits = np.unique(np.column_stack([sample.customer[known], sample.day[known]]), axis=0)
    same = visits[1:, 0] == visits[:-1, 0]
    return np.diff(visits[:, 1])[same], visits[1:, 0][same]
