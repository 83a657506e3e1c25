"""What is left to search of a quadratic assignment problem? The free objects, in whole numbers.

Fixed objects become linear costs of the others. A pair of matrices is split into symmetric and
skew-symmetric parts, which do not mix, so that one symmetric matrix makes the other symmetric.
"""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import pdist

from layoutlab.floor.assignment.quadratic import Problem

NARROW, WIDEST = 2.0**30 - 2, 2.0**60
PENALTY_SHARE = 2 / 9


@dataclass(frozen=True)
class Reduced:
    """A problem of the free objects alone, in the layers and integers the kernel takes.

    A change of cost by `divisor` is a change by 2 in the kernel; 0 means numbers were rounded.
    """

    objects: np.ndarray
    locations: np.ndarray
    allowed: np.ndarray
    flows: np.ndarray
    distances: np.ndarray
    linear: np.ndarray
    divisor: int


def reduce(problem: Problem) -> Reduced:
    """Fold fixed objects and diagonals into the linear costs, and the rest into layers."""
    single = problem.allowed.sum(axis=1) == 1
    at = problem.allowed[single].argmax(axis=1)
    objects = np.flatnonzero(~single)
    locations = np.setdiff1d(np.arange(problem.n), at)
    flows, distances = problem.flows, problem.distances
    linear = problem.linear + np.outer(np.diag(flows), np.diag(distances))
    linear = linear + flows[:, single] @ distances[:, at].T + flows[single].T @ distances[at]
    pairs = np.ix_(objects, locations)
    layers = (
        _layers(flows[np.ix_(objects, objects)]),
        _layers(distances[np.ix_(locations, locations)]),
    )
    if not (layers[0][1].any() and layers[1][1].any()):
        layers = layers[0][:1], layers[1][:1]
    allowed = problem.allowed[pairs]
    if len(objects) < 2:
        return Reduced(objects, locations, allowed, *layers, linear[pairs], 0)
    return Reduced(objects, locations, allowed, *_whole(*layers, 2 * linear[pairs], allowed))


def _layers(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix plus, and minus, its transpose, without diagonals."""
    both = np.stack([matrix + matrix.T, matrix - matrix.T])
    both[0][np.diag_indices(len(matrix))] = 0
    return both


def _whole(
    flows: np.ndarray, distances: np.ndarray, linear: np.ndarray, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Return the three in the narrowest integers that hold every exchange, and the divisor.

    Whole numbers lose common divisors only. Others are multiplied by up to a million where that
    makes them whole, and rounded to 24 bits where not.
    """
    if linear.dtype.kind == "i":
        by_flows = int(np.gcd.reduce([*flows.ravel(), *linear.ravel()])) or 1
        linear = linear // by_flows
        by_distances = int(np.gcd.reduce([*distances.ravel(), *linear.ravel()])) or 1
        parts = [flows // by_flows, distances // by_distances, linear // by_distances]
        divisor = by_flows * by_distances
    else:
        units = _decimals(flows), _decimals(distances)
        parts = [flows * units[0], distances * units[1], linear * (units[0] * units[1])]
        divisor = 0
    while (span := _span(parts, allowed)) >= WIDEST:
        parts, divisor = [parts[0] / 2, parts[1] / 2, parts[2] / 4], 0
    kind = np.int32 if span < NARROW else np.int64
    flows, distances, linear = (np.rint(part).astype(kind) for part in parts)
    linear[~allowed] += kind(PENALTY_SHARE * span)
    return flows, distances, linear, divisor


def _decimals(matrix: np.ndarray) -> float:
    """Return the power of ten that makes a matrix whole, else what gives its largest 24 bits."""
    for power in range(7):
        scaled = matrix * 10.0**power
        if np.allclose(scaled, np.rint(scaled), rtol=1e-13, atol=0):
            return 10.0**power
    return float(2.0**24 / np.abs(matrix).max())


def _span(parts: list[np.ndarray], allowed: np.ndarray) -> float:
    """Return a number that no exchange can add, or take away, with the penalties of its ends."""
    flows, distances, linear = (part.astype(float) for part in parts)
    once = 4 * np.abs(linear).max()
    for one, other in zip(flows, distances, strict=True):
        once += min(_contrast(one) * np.ptp(other), np.ptp(one) * _contrast(other))
    return float(once + 1) * (1 if allowed.all() else 9)


def _contrast(matrix: np.ndarray) -> float:
    """Return the largest sum of differences between two rows."""
    return float(pdist(matrix, "cityblock").max())
