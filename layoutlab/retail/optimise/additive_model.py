"""What does each department add in each slot, as far as the layouts simulated so far tell?

Margin, walking and what is not found are taken to change by an amount of their own for every slot
that gets another department. These amounts are learned by a Bayesian linear regression, and an
integer program finds the legal layout that is best by them: the search by regression, drawing and
exact maximising of Baptista and Poloczek [1]_, with a first-order model and limits that are
regressed too.

References
----------
.. [1] R. Baptista, M. Poloczek (2018), "Bayesian Optimization of Combinatorial Structures", ICML,
   PMLR 80, sections 3.1 and 3.2.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from layoutlab.cp_sat import cp_model
from layoutlab.retail.optimise.feasibility import Problem
from layoutlab.retail.optimise.judging import FOUND_RATE, MARGIN, METRES, Judge

PRIOR = 0.1
"""Variance of what is left unexplained, as a share of that of an amount nothing is known of."""
UNITS = 10**5
"""CP-SAT knows integers: amounts are counted in thousandths of a per cent."""
UNLIMITED = 100.0
"""A limit a hundred times today's value away is none."""
SOLVER_S = 2.0
"""Of CP-SAT's deterministic time, for one layout."""


@dataclass(frozen=True, eq=False)
class Additive:
    """What is known of the amounts: margin, metres as shares of today's, and share not found.

    Attributes
    ----------
    today : ndarray of int64, shape (n_slots,)
    met : ndarray of int64, shape (k,)
        Slots with departments that were tried there, as ``slot * n_departments + department``.
    mean : ndarray of float, shape (k, 3)
    root : ndarray of float, shape (k, k)
        Lower Cholesky factor of the precision, in units of the spread's inverse square.
    spread : ndarray of float, shape (3,)
        Root mean square of what the model leaves unexplained.
    n_departments : int
    """

    today: np.ndarray
    met: np.ndarray
    mean: np.ndarray
    root: np.ndarray
    spread: np.ndarray
    n_departments: int

    def amounts(self, doubt: float, *, rng: np.random.Generator) -> np.ndarray:
        """Return amounts drawn from what is known, float (n_slots, n_departments, 3).

        Parameters
        ----------
        doubt : float
            Times the standard deviation; 0 gives the mean, and 0 where nothing is known.
        rng : numpy.random.Generator
        """
        n_slots = len(self.today)
        drawn = rng.standard_normal((n_slots * self.n_departments, 3)) / np.sqrt(PRIOR)
        drawn[self.met] = linalg.solve_triangular(
            self.root.T, rng.standard_normal(self.mean.shape), lower=False
        )
        drawn *= doubt * self.spread
        drawn[self.met] += self.mean
        amounts: np.ndarray = drawn.reshape(n_slots, self.n_departments, 3)
        amounts[np.arange(n_slots), self.today] = 0.0
        return amounts

    def screen(self, assignments: np.ndarray) -> np.ndarray:
        """Return margin and metres as multiples of today's: a `screening.Screen`."""
        mean = np.zeros((len(self.today) * self.n_departments, 2))
        mean[self.met] = self.mean[:, :2]
        pair = np.arange(len(self.today)) * self.n_departments + assignments
        estimated: np.ndarray = 1.0 + mean[pair].sum(axis=1)
        return estimated


def learned(judge: Judge) -> Additive:
    """Return the regression of all that was simulated; today's layout is its origin."""
    today, n_departments = judge.setting.slots.today, len(judge.setting.slots.departments)
    assignments, values = np.array(judge.assignments), np.array(judge.values)
    row, slot = np.nonzero(assignments != today)
    pair = slot * n_departments + assignments[row, slot]
    met, column = np.unique(pair, return_inverse=True)
    holds = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(len(assignments), len(met)))
    changed = _changed(judge, values)
    precision = (holds.T @ holds).toarray() + PRIOR * np.eye(len(met))
    root = linalg.cholesky(precision, lower=True)
    mean = linalg.cho_solve((root, True), holds.T @ changed)
    spread = np.sqrt(np.square(changed - holds @ mean).mean(axis=0))
    return Additive(today, met, mean, root, spread, n_departments)


def best_layout(problem: Problem, amounts: np.ndarray, room: np.ndarray) -> np.ndarray | None:
    """Return a legal assignment with the most margin that keeps the limits, by given amounts.

    Parameters
    ----------
    problem : Problem
    amounts : ndarray of float, shape (n_slots, n_departments, 3)
    room : ndarray of float, shape (2,)
        What metres and the share not found may add.

    Returns
    -------
    ndarray of int64, shape (n_slots,), or None
        The best one found within `SOLVER_S`; None where there is none.
    """
    model = problem.model.clone()
    counted = np.round(amounts * UNITS).astype(np.int64)
    pairs = np.argwhere(problem.allowed & counted.any(axis=2)).tolist()
    margin, *beyond = (
        cp_model.LinearExpr.weighted_sum(
            [problem.holds[slot][department] for slot, department in pairs],
            [int(counted[slot, department, at]) for slot, department in pairs],
        )
        for at in range(3)
    )
    for added, most in zip(beyond, room.tolist(), strict=True):
        model.add(added <= int(most * UNITS))
    model.add_bool_and(list(problem.assumptions.values()))
    model.maximize(margin)
    solver = _solver()
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    held = [[solver.value(one) for one in row] for row in problem.holds]
    assignment: np.ndarray = np.argmax(held, axis=1).astype(np.int64)
    return assignment


def room_of(judge: Judge) -> np.ndarray:
    """Return what the limits leave to metres, as a share of today's, and to the share not found."""
    room: np.ndarray = np.array(
        [judge.limits.metres / judge.today[METRES], judge.limits.found_rate]
    )
    return room.clip(max=UNLIMITED)


def _changed(judge: Judge, values: np.ndarray) -> np.ndarray:
    today = judge.today
    scale = np.where(today[[MARGIN, METRES]] > 0, today[[MARGIN, METRES]], 1.0)
    shares = (values[:, [MARGIN, METRES]] - today[[MARGIN, METRES]]) / scale
    return np.column_stack([shares, today[FOUND_RATE] - values[:, FOUND_RATE]])


def _solver() -> cp_model.CpSolver:
    """Return a solver that gives the same answer every time, and leaves Ctrl-C to Python."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.catch_sigint_signal = False
    solver.parameters.max_deterministic_time = SOLVER_S
    return solver
