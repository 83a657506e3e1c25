"""How much of the flow between zones is foretold? Simulated trips and the gravity model.

A flow counts how often one zone follows another on journeys: entrance, zones of the purchases in
order, checkout, exit (Ying et al. 2019, consecutive purchases of a basket). Two tables of flows are
compared by the common part of commuters, the share of the flow that both have.

References
----------
Ying, Wallis, Beguerisse-Díaz, Porter, Howison (2019). Customer mobility and congestion in
supermarkets. Physical Review E 100, 062304. Lenormand, Huet, Gargiulo, Deffuant (2012). A universal
model of commuting networks. PLoS ONE 7, e45985 (common part of commuters).
"""

from collections.abc import Sequence

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.shoppers.prepared_floor import Floor
from layoutlab.retail.shoppers.simulation import Outcome
from layoutlab.retail.shoppers.trip_tables import EXTRA, LEFT, Log

DETERRENCE_PER_M = tuple(0.01 * step for step in range(31))
ROUNDS = 100


def flows(journeys: Sequence[Sequence[int]], n_zones: int) -> np.ndarray:
    """Count how often each zone is followed by each other, float (n_zones, n_zones)."""
    sizes = np.array([len(journey) for journey in journeys])
    zone = np.concatenate([np.asarray(journey, dtype=np.int64) for journey in journeys])
    within = np.ones(len(zone) - 1, dtype=bool)
    within[np.cumsum(sizes)[:-1] - 1] = False
    return _counted(zone[:-1][within], zone[1:][within], n_zones)


def simulated(outcome: Outcome, log: Log, zone: np.ndarray, n_zones: int) -> np.ndarray:
    """Count the flows of simulated trips.

    Parameters
    ----------
    outcome : Outcome
    log : Log
        As `visits.events` returns it. What was given up and what was not planned is left out.
    zone : ndarray of int64, shape (n,)
        Of each standing point.
    n_zones : int
    """
    shoppers = outcome.shoppers
    kept = (log.event_kind != LEFT) & (log.event_kind != EXTRA)
    trip = np.repeat(np.arange(len(shoppers)), np.diff(log.event_start))[kept]
    entrance, till = (outcome.column(name).astype(np.int64) for name in ("entrance", "checkout"))
    everyone = np.arange(len(shoppers))
    who = np.concatenate([everyone, trip, everyone])
    where = np.concatenate([entrance, log.event_place[kept], till])
    when = np.concatenate(
        [np.full(len(shoppers), -1), np.arange(len(trip)), np.full(len(shoppers), len(trip))]
    )
    order = np.lexsort((when, who))
    who, at = who[order], zone[where[order]]
    same = who[1:] == who[:-1]
    return _counted(at[:-1][same], at[1:][same], n_zones)


def common_part(one: np.ndarray, other: np.ndarray) -> float:
    """Return the common part of two flows of equal size: from 0 to 1, both scaled to sum to 1.

    Raises
    ------
    InputError
        When a flow is empty.
    """
    if not one.sum() > 0 or not other.sum() > 0:
        raise InputError("expected flows above 0, got an empty one")
    return float(np.minimum(one / one.sum(), other / other.sum()).sum())


def gravity(known: np.ndarray, metres: np.ndarray) -> tuple[np.ndarray, float]:
    """Fit the doubly constrained gravity model, T_ij = A_i O_i B_j D_j exp(-b d_ij).

    Parameters
    ----------
    known : ndarray of float, shape (z, z)
        Flows to fit; their sums are the constraints.
    metres : ndarray of float, shape (z, z)
        Walking distances.

    Returns
    -------
    ndarray of float, shape (z, z)
        Of all deterrences tried, the one with the largest common part with `known`; ties: the
        smallest.
    float
        The deterrence b, 1/m.
    """
    best: tuple[float, np.ndarray, float] = (-1.0, known, 0.0)
    for deterrence in DETERRENCE_PER_M:
        model = _constrained(known.sum(axis=1), known.sum(axis=0), np.exp(-deterrence * metres))
        fit = common_part(model, known)
        if fit > best[0] + 1e-12:
            best = fit, model, deterrence
    return best[1], best[2]


def zone_metres(floor: Floor, zone: np.ndarray, n_zones: int) -> np.ndarray:
    """Return mean walking distances between the standing points of zones, (n_zones, n_zones)."""
    n = len(zone)
    member = np.zeros((n_zones, n))
    member[zone, np.arange(n)] = 1
    count = np.maximum(member.sum(axis=1), 1)
    metres: np.ndarray = member @ floor.legs.metres.reshape(n, n).T @ member.T
    return metres / np.outer(count, count)


def _constrained(out: np.ndarray, into: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """Balance a table of attractions to given row and column sums (Furness)."""
    rows, columns = np.ones(len(out)), np.ones(len(into))
    for _ in range(ROUNDS):
        rows = 1 / np.maximum(pull @ (columns * into), 1e-300)
        columns = 1 / np.maximum(pull.T @ (rows * out), 1e-300)
    table: np.ndarray = (rows * out)[:, None] * pull * (columns * into)
    return table


def _counted(before: np.ndarray, after: np.ndarray, n_zones: int) -> np.ndarray:
    counts = np.bincount(before * n_zones + after, minlength=n_zones**2)
    return counts.reshape(n_zones, n_zones).astype(float)
