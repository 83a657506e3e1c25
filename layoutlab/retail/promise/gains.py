"""How much better is a layout than today's, relative to today, and how sure is that?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Gain:
    """A relative change, 0.05 being 5 % more than today, and the ends of its interval."""

    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def compared(before: np.ndarray, after: np.ndarray, *, confidence: float = CONFIDENCE) -> Gain:
    """Return how much more there is after than before, as a share of before.

    Parameters
    ----------
    before, after : ndarray of float, shape (units,)
        Sums over the same independent groups of trips, at least two; those before above 0 in all.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    Gain
        Ratio of the sums less 1. Its interval is that of a ratio estimate (Cochran 1977, Sampling
        Techniques, section 6.3) with Student's t.

    Raises
    ------
    InputError
        When there are fewer than two units, not as many after as before, or nothing before.
    """
    units, total = len(before), before.sum()
    if units != len(after) or units < 2:
        raise InputError(
            f"expected the same two or more units before and after, got {units} and {len(after)}"
        )
    if not total > 0:
        raise InputError(f"expected the sum before to be above 0, got {total:g}")
    ratio = after.sum() / total
    error = np.sqrt(((after - ratio * before) ** 2).sum() * units / (units - 1)) / total
    reach = stats.t.ppf((1 + confidence) / 2, units - 1) * error
    return Gain(float(ratio - 1), float(ratio - 1 - reach), float(ratio - 1 + reach))


def mean(values: Sequence[float] | np.ndarray, *, confidence: float = CONFIDENCE) -> Gain:
    """Return the mean of independent repetitions and its interval (Student's t).

    Raises
    ------
    InputError
        For fewer than two values.
    """
    found = np.asarray(values, dtype=float)
    if len(found) < 2:
        raise InputError(f"values: expected at least two repetitions, got {len(found)}")
    middle = float(found.mean())
    quantile = stats.t.ppf((1 + confidence) / 2, len(found) - 1)
    reach = float(quantile * found.std(ddof=1) / np.sqrt(len(found)))
    return Gain(middle, middle - reach, middle + reach)


def ratio_of_means(
    above: Sequence[float] | np.ndarray,
    below: Sequence[float] | np.ndarray,
    *,
    confidence: float = CONFIDENCE,
) -> Gain:
    """Return the ratio of two paired means and its interval after Fieller.

    Parameters
    ----------
    above, below : sequence of float
        Pairs, at least two, say realised and promised gains of repeated searches.
    confidence : float

    Returns
    -------
    Gain
        With infinite ends where the mean below does not differ from 0 at this confidence: then
        no bounded interval has its confidence.

    Raises
    ------
    InputError
        When there are fewer than two pairs, or their numbers differ.

    References
    ----------
    Fieller (1954), Some problems in interval estimation, Journal of the Royal Statistical Society
    B 16, 175-185: the values r for which the mean of ``above - r * below`` does not differ from 0.
    """
    pairs = np.array([above, below], dtype=float) if len(above) == len(below) else np.empty((2, 0))
    n = pairs.shape[1]
    if n < 2:
        raise InputError(
            f"expected at least two pairs, got {len(above)} values above and {len(below)} below"
        )
    upper, lower = pairs.mean(axis=1)
    cov = np.cov(pairs) / n
    squared = stats.t.ppf((1 + confidence) / 2, n - 1) ** 2
    a = lower**2 - squared * cov[1, 1]
    b = upper * lower - squared * cov[0, 1]
    c = upper**2 - squared * cov[0, 0]
    middle = float(upper / lower) if lower else float("nan")
    if a <= 0:
        return Gain(middle, float("-inf"), float("inf"))
    root = np.sqrt(max(b**2 - a * c, 0.0))
    return Gain(middle, float((b - root) / a), float((b + root) / a))


def told(table: pd.DataFrame) -> dict[str, dict[str, float | None]]:
    """Return a table of numbers by row, for JSON: None where an interval has no end."""
    return {
        str(name): {
            str(column): float(value) if np.isfinite(value) else None
            for column, value in row.items()
        }
        for name, row in table.iterrows()
    }
