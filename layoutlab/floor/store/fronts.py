"""How good are whole sets of compromises? Hypervolume and attainment, from moocore.

Points are rows of objectives, all to be made small.
"""

from collections.abc import Sequence

import moocore
import numpy as np

from layoutlab.errors import InputError


def front_of(values: np.ndarray) -> np.ndarray:
    """Return the rows that no other row dominates, sorted by their columns; equal ones once."""
    front: np.ndarray = np.unique(moocore.filter_dominated(np.asarray(values, dtype=float)), axis=0)
    return front


def hypervolume(values: np.ndarray, reference: np.ndarray) -> float:
    """Return the volume that rows dominate within a reference point; rows beyond it add nothing.

    References
    ----------
    Zitzler and Thiele, "Multiobjective Evolutionary Algorithms: A Comparative Case Study and the
    Strength Pareto Approach", IEEE Trans. Evolutionary Computation 3 (1999); Fonseca, Paquete and
    Lopez-Ibanez (2006) for the algorithm in moocore.
    """
    return float(moocore.hypervolume(np.asarray(values, dtype=float), ref=reference))


def hypervolume_growth(seen: np.ndarray, reference: np.ndarray, every: int) -> np.ndarray:
    """Return the hypervolume of all that was seen after each `every` evaluations.

    Parameters
    ----------
    seen : ndarray of float, shape (evaluations, m)
        In the order of evaluation.
    reference : ndarray of float, shape (m,)
    every : int
        From 1 to the number of evaluations.

    Returns
    -------
    ndarray of float, shape (evaluations // every,)
    """
    if not 1 <= every <= len(seen):
        raise InputError(f"every: expected from 1 to {len(seen)} evaluations, got {every}")
    grown = []
    front = np.empty((0, seen.shape[1]))
    for end in range(every, len(seen) + 1, every):
        front = front_of(np.concatenate([front, seen[end - every : end]]))
        grown.append(hypervolume(front, reference))
    return np.array(grown)


def attainment(runs: Sequence[np.ndarray], shares: Sequence[float]) -> dict[float, np.ndarray]:
    """Return what a share of the runs attains at least: a front for each share.

    Parameters
    ----------
    runs : sequence of ndarray of float, shape (n_i, 2)
        The objectives each run saw; two of them.
    shares : sequence of float
        Above 0 and at most 1: the smallest share is the best front, 1 what every run attains.

    Returns
    -------
    dict of float to ndarray of float, shape (k, 2)
        Corners of the front, the first objective rising.

    References
    ----------
    Grunert da Fonseca, Fonseca and Hall, "Inferential Performance Assessment of Stochastic
    Optimisers and the Attainment Function", EMO 2001; `moocore.eaf`.
    """
    if not runs or any(run.ndim != 2 or run.shape[1] != 2 for run in runs):
        raise InputError("runs: expected at least one, each with two objectives a row")
    if not all(0 < share <= 1 for share in shares):
        raise InputError(f"shares: expected above 0 and at most 1, got {list(shares)}")
    points = np.concatenate(runs)
    sets = np.repeat(np.arange(len(runs)), [len(run) for run in runs])
    # moocore counts runs by rounding up; a whole number of runs is asked for exactly
    wanted = [np.ceil(share * len(runs) - 1e-9) / len(runs) * 100 for share in shares]
    levels = moocore.eaf(points, sets, percentiles=sorted(set(wanted)))
    fronts = {}
    for share, percentile in zip(shares, wanted, strict=True):
        front = levels[np.isclose(levels[:, 2], percentile)][:, :2]
        fronts[share] = front[np.argsort(front[:, 0], kind="stable")]
    return fronts
