"""Do two categories belong together at every hour, on every weekday, in every store, for everyone?

Within each group of baskets a pair has its own table: c baskets with both, a and b with the one and
the other, n in all. Whether its odds ratio is the same in all groups is the test of Breslow and Day
[1]_ with Tarone's correction [2]_; whether, popularity per group accounted for, the pair is bound
at all is that of Cochran, Mantel and Haenszel [3]_. Odds ratios are compared, since a lift cannot
exceed 1 over the larger share and so differs between groups merely because popularity does.

Both tests lean on large counts: pairs with less than a chosen number expected in any cell of any
group are not tested. Over the tested pairs Benjamini and Hochberg's procedure bounds the share of
false discoveries; leaving pairs out by their margins does not harm it [4]_.

References
----------
.. [1] Breslow and Day (1980). Statistical Methods in Cancer Research, volume I. IARC, eq. 4.30.
.. [2] Tarone (1985). On heterogeneity tests based on efficient scores. Biometrika 72, 91-95.
.. [3] Mantel and Haenszel (1959). Statistical aspects of the analysis of data from retrospective
   studies of disease. Journal of the National Cancer Institute 22, 719-748.
.. [4] Bourgon, Gentleman and Huber (2010). Independent filtering increases detection power for
   high-throughput experiments. PNAS 107, 9546-9551.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.affinities import incidence as incidences
from layoutlab.retail.affinities import lift
from layoutlab.retail.affinities.grouping import Groups
from layoutlab.retail.affinities.incidence import Incidence


@dataclass(frozen=True)
class Homogeneity:
    """Tests of many pairs, each over the same groups; every array of shape (m,).

    Attributes
    ----------
    odds_ratio : ndarray of float
        Mantel and Haenszel's common odds ratio, at least 0; infinite or NaN where no group decides.
    p_value : ndarray of float
        That the odds ratio is the same in all groups; small where groups differ.
    common_p_value : ndarray of float
        That the common odds ratio is 1; small where the pair is bound within groups.
    least_expected : ndarray of float
        The smallest of all cells that a common odds ratio makes expected.
    """

    odds_ratio: np.ndarray
    p_value: np.ndarray
    common_p_value: np.ndarray
    least_expected: np.ndarray


def compare(
    incidence: Incidence, groups: Groups, *, min_expected: float = 5, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare every pair of categories between groups of baskets.

    Parameters
    ----------
    incidence : Incidence
    groups : Groups
        As `layoutlab.retail.affinities.grouping.of_baskets` forms them; at least two.
    min_expected : float
        Pairs with less expected in any cell of any group are left out; above 0.
    confidence : float
        Of each lift's interval, between 0 and 1.

    Returns
    -------
    DataFrame
        One row per tested pair, the surest difference first: first, second, odds_ratio, q_value
        (groups differ), common_q_value (bound within groups), and for every group ``baskets``,
        ``lift``, ``lift_low`` and ``lift_high``, each followed by a blank and the group's name.

    Raises
    ------
    InputError
        When there are fewer than two groups or a parameter is outside its range.
    """
    _check(groups, min_expected, confidence)
    first, second = np.triu_indices(len(incidence.categories), 1)
    together = [
        incidences.together(incidences.select(incidence, groups.codes == code))
        for code in range(len(groups.names))
    ]
    c = np.stack([counts[first, second] for counts in together])
    a = np.stack([counts.diagonal()[first] for counts in together])
    b = np.stack([counts.diagonal()[second] for counts in together])
    n = np.bincount(groups.codes[groups.codes >= 0], minlength=len(groups.names))[:, None]
    met = np.flatnonzero(((a > 0) & (b > 0)).all(axis=0))
    c, a, b, first, second = c[:, met], a[:, met], b[:, met], first[met], second[met]
    tested = homogeneity(c, a, b, n)
    kept = np.flatnonzero(tested.least_expected >= min_expected)
    frame = pd.DataFrame(
        {
            "first": incidence.categories[first[kept]],
            "second": incidence.categories[second[kept]],
            "odds_ratio": tested.odds_ratio[kept],
            "q_value": _q_values(tested.p_value[kept]),
            "common_q_value": _q_values(tested.common_p_value[kept]),
        }
    )
    order = np.argsort(tested.p_value[kept], kind="stable")
    kept = kept[order]
    lifts = _lifts(c[:, kept], a[:, kept], b[:, kept], n, groups.names, confidence)
    return pd.concat([frame.iloc[order].reset_index(drop=True), lifts], axis=1)


def homogeneity(c: np.ndarray, a: np.ndarray, b: np.ndarray, n: np.ndarray) -> Homogeneity:
    """Test pairs over groups.

    Parameters
    ----------
    c, a, b : ndarray of int, shape (groups, m)
        Baskets of each group with both, with the one and with the other category.
    n : ndarray of int, shape (groups, 1)
        All baskets of each group, at least 2.
    """
    c, a, b, n = (np.asarray(counts, dtype=float) for counts in (c, a, b, n))
    with np.errstate(divide="ignore", invalid="ignore"):
        agreeing = (c * (n - a - b + c) / n).sum(axis=0)
        odds = agreeing / ((a - c) * (b - c) / n).sum(axis=0)
        e = expected_together(odds, a, b, n)
        cells = np.stack([e, a - e, b - e, n - a - b + e])
        variance = 1 / (1 / cells).sum(axis=0)
        residual = c - e
        statistic = (residual**2 / variance).sum(axis=0)
        statistic -= residual.sum(axis=0) ** 2 / variance.sum(axis=0)
        spread = (a * b * (n - a) * (n - b) / (n**2 * (n - 1))).sum(axis=0)
        common = (c - a * b / n).sum(axis=0) ** 2 / spread
    return Homogeneity(
        odds,
        stats.chi2.sf(statistic, len(c) - 1),
        stats.chi2.sf(common, 1),
        np.nan_to_num(cells.min(axis=(0, 1)), nan=0.0),
    )


def expected_together(odds: np.ndarray, a: np.ndarray, b: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the baskets with both that give the margins a, b of n this odds ratio (eq. 4.31).

    The root of (1 - ψ) e² + (n - a - b + ψ (a + b)) e - ψ a b = 0 that leaves no cell negative,
    in the form that stays exact at ψ = 1.
    """
    linear = n - a - b + odds * (a + b)
    root = np.sqrt(np.maximum(linear**2 + 4 * (1 - odds) * odds * a * b, 0))
    return np.asarray(2 * odds * a * b / (linear + root))


def _lifts(
    c: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    n: np.ndarray,
    names: tuple[str, ...],
    confidence: float,
) -> pd.DataFrame:
    """Return baskets, lift and its limits of every pair in every group."""
    columns: dict[str, np.ndarray] = {}
    for code, name in enumerate(names):
        size = int(n[code, 0])
        low, high = lift.limits(c[code], a[code], b[code], size, confidence=confidence)
        scale = size / (a[code] * b[code])
        columns |= {
            f"baskets {name}": c[code],
            f"lift {name}": c[code] * scale,
            f"lift_low {name}": low * scale,
            f"lift_high {name}": high * scale,
        }
    return pd.DataFrame(columns)


def _q_values(p_value: np.ndarray) -> np.ndarray:
    return np.asarray(stats.false_discovery_control(p_value)) if len(p_value) else p_value


def _check(groups: Groups, min_expected: float, confidence: float) -> None:
    if len(groups.names) < 2:
        raise InputError(f"expected at least two groups to compare, got {', '.join(groups.names)}")
    if not min_expected > 0:
        raise InputError(f"expected min_expected above 0, got {min_expected}")
    if not 0 < confidence < 1:
        raise InputError(f"expected confidence between 0 and 1, got {confidence}")
