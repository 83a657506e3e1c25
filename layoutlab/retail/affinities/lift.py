"""How sure is the lift of one pair of categories, and can it be chance?

Two categories stand in a and b of n baskets, together in c. The lift is c n / (a b).

Interval. By the delta method the logarithm of the lift has the variance v / c with
v = 1 - c/a - c/b + 2 c²/(a b) - c/n, which becomes (1 - a/n)(1 - b/n) under independence. Solving
(c - m)² = z² v m for m, the form of Wilson's score interval [1]_, gives limits that hold for rare
pairs too, where log(lift) ± z sqrt(v / c) fails: for c = 0 they are 0 and z² n / (a b).

Chance. Given a and b, c is hypergeometric under independence; twice the smaller tail is the exact
two-sided p-value [2]_.

References
----------
.. [1] Wilson (1927). Probable inference, the law of succession, and statistical inference. Journal
   of the American Statistical Association 22, 209-212.
.. [2] Agresti (2013). Categorical Data Analysis, third edition, section 3.5.
"""

import numpy as np
from scipy import special, stats

NEGLIGIBLE = 1e-17


def limits(
    c: np.ndarray, a: np.ndarray, b: np.ndarray, n: int, *, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of c's expectation, to be divided by a b / n for those of the lift.

    Parameters
    ----------
    c, a, b : ndarray of number
        Baskets with both, with the one and with the other category; broadcast together.
    n : int
        All baskets.
    confidence : float
        Between 0 and 1.

    References
    ----------
    The module's docstring derives it.
    """
    v = 1 - (c / a + c / b) + 2 * c * c / (a * b) - c / n
    half = stats.norm.ppf((1 + confidence) / 2) ** 2 * np.maximum(v, 0) / 2
    spread = np.sqrt(half * (half + 2 * c))
    return np.maximum(c + half - spread, 0), c + half + spread


def p_values(c: np.ndarray, a: np.ndarray, b: np.ndarray, n: int) -> np.ndarray:
    """Return exact two-sided p-values of independence: twice the smaller hypergeometric tail.

    Parameters
    ----------
    c, a, b : ndarray of int, shape (m,)
        Baskets with both, with the one and with the other category.
    n : int
        All baskets.

    Returns
    -------
    ndarray of float, shape (m,)
        At most 1. The tail beyond c on c's side of its expectation is summed term by term, until
        terms no longer count; `scipy.stats.hypergeom` gives the same, one pair at a time.
    """
    c, a, b = (np.asarray(numbers, dtype=float) for numbers in (c, a, b))
    step = np.where(c * n >= a * b, 1.0, -1.0)
    head = np.exp(
        _log_choose(a, c) + _log_choose(n - a, b - c) - _log_choose(np.full_like(a, n), b)
    )
    tail, term, k = np.ones_like(c), np.ones_like(c), c.copy()
    active = np.arange(len(c))
    while len(active):
        k1, a1, b1, up = k[active], a[active], b[active], step[active] > 0
        more = (a1 - k1) * (b1 - k1) / ((k1 + 1) * (n - a1 - b1 + k1 + 1))
        with np.errstate(divide="ignore"):
            less = k1 * (n - a1 - b1 + k1) / ((a1 - k1 + 1) * (b1 - k1 + 1))
        term[active] *= np.where(up, more, less)
        tail[active] += term[active]
        k[active] += step[active]
        active = active[term[active] > NEGLIGIBLE * tail[active]]
    return np.asarray(np.minimum(2 * head * tail, 1))


def _log_choose(n: np.ndarray, k: np.ndarray) -> np.ndarray:
    result: np.ndarray = (
        special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    )
    return result
