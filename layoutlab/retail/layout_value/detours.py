"""How far does a shopper really walk between two stops? The mean over the detours of a trip.

The simulator's shoppers turn aside for places near their way (see `walking_kernels.wander`); here
the mean is worked out, with slots in the role of places.
"""

import numpy as np
from scipy import stats

from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.trip_tables import MOST_DETOURS

LIKINGS = 7


def expected_walks(
    enter: np.ndarray,
    leave: np.ndarray,
    apart: np.ndarray,
    through: float,
    places: np.ndarray,
    at_edge: np.ndarray,
    effects: Effects,
) -> np.ndarray:
    """Return the mean metres walked between slots, the entrance and the checkouts.

    Parameters
    ----------
    enter, leave : ndarray of float, shape (s,)
        Shortest ways from the entrance and to the checkouts, metres.
    apart : ndarray of float, shape (s, s)
    through : float
        Straight from the entrance to the checkouts.
    places, at_edge : ndarray of float, shape (s,)
        How many standing points each slot has, and how many of them on the perimeter.
    effects : Effects

    Returns
    -------
    ndarray of float, shape (s + 1, s + 1)
        From [row] to [column]; the last row is the entrance, the last column the checkouts.
    """
    n = len(enter)
    direct = np.block([[apart, leave[:, None]], [enter[None, :], np.array([[through]])]])
    share = _shares(places, at_edge, effects.perimeter_share)
    choices = round(effects.detour_choice)
    often = _how_many(direct, effects)
    walked = np.empty_like(direct)
    for there in range(n + 1):
        past = direct[:, :n] + direct[:n, there][None, :]
        chosen = _chosen(past, share, choices)
        aside = (chosen * direct[:, :n]).sum(axis=1)
        mean = direct[:, there]
        walked[:, there] = often[0, :, there] * mean
        for number in range(1, MOST_DETOURS + 1):
            mean = aside + chosen @ mean[:n] + (1 - chosen.sum(axis=1)) * mean
            walked[:, there] += often[number, :, there] * mean
    return walked


def _how_many(direct: np.ndarray, effects: Effects) -> np.ndarray:
    """Return how likely each number of detours is on each way, (MOST_DETOURS + 1, s + 1, s + 1).

    Poisson, mixed over the trips' likings for detours (lognormal, by Gauss-Hermite quadrature).
    """
    at, weight = np.polynomial.hermite_e.hermegauss(LIKINGS)
    spread = effects.detour_spread
    liking = np.exp(spread * at - spread**2 / 2)
    number = np.arange(MOST_DETOURS)[:, None, None]
    fewer = sum(
        part * stats.poisson.pmf(number, effects.detours_per_m * direct * one)
        for part, one in zip(weight / weight.sum(), liking, strict=True)
    )
    return np.concatenate([fewer, 1 - fewer.sum(axis=0, keepdims=True)])


def _shares(places: np.ndarray, at_edge: np.ndarray, edge: float) -> list[tuple[float, np.ndarray]]:
    """Return the kinds of detour: how often, and how likely each slot is thought of."""
    anywhere = places / places.sum()
    if at_edge.sum() == 0:
        return [(1 - edge, anywhere), (edge, np.zeros(len(places)))]
    return [(1 - edge, anywhere), (edge, at_edge / at_edge.sum())]


def _chosen(past: np.ndarray, shares: list[tuple[float, np.ndarray]], choices: int) -> np.ndarray:
    """Return how likely each slot (column) is the nearest to the way of those thought of."""
    order = np.argsort(past, axis=1, kind="stable")
    total = np.zeros_like(past)
    for often, share in shares:
        passed = np.cumsum(share[order], axis=1)
        before = np.clip(passed - share[order], 0.0, 1.0)
        nearest = (1 - before) ** choices - np.clip(1 - passed, 0.0, 1.0) ** choices
        sized = np.empty_like(past)
        np.put_along_axis(sized, order, nearest, axis=1)
        total += often * sized
    return total
