"""Which layouts keep all constraints, and which constraints collide when none does?

Of constraints that collide, the smallest set is found by hitting sets: a smallest set that hits
every set of constraints whose dropping mends the model is tried; while it can still be kept, it is
grown as far as it goes, and what is left over is one more set to hit [1]_.

References
----------
.. [1] A. Ignatiev, A. Previti, M. Liffiton, J. Marques-Silva (2015), "Smallest MUS Extraction with
   Minimal Hitting Set Dualization", CP, LNCS 9255, algorithm 1.
"""

from collections.abc import Collection, Sequence

import numpy as np

from layoutlab.cp_sat import cp_model
from layoutlab.errors import InputError
from layoutlab.retail.optimise.feasibility import Problem


def nearest(problem: Problem, *, seconds: float = 10.0) -> np.ndarray:
    """Return an assignment that keeps all constraints and the most slots as they are today.

    Parameters
    ----------
    problem : Problem
    seconds : float
        Of CPU time, above 0; after it the best one found, which may then change more than it need.

    Raises
    ------
    InputError
        No assignment keeps them all; names a smallest set of those that collide.
    """
    solver = _solver(seconds)
    status = _solve(problem.model.clone(), solver, problem, problem.assumptions)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _assignment(problem, solver)
    if status == cp_model.INFEASIBLE:
        collide = "; ".join(smallest_conflict(problem))
        raise InputError(f"constraints: expected ones that can be kept together, got {collide}")
    raise InputError(f"constraints: expected an answer within {seconds:g} s, got none; allow more")


def kept(problem: Problem, assignment: np.ndarray) -> tuple[str, ...]:
    """Return the constraints, in words, that an assignment does not keep."""
    broken = []
    for words in problem.assumptions:
        model = problem.model.clone()
        for row, department in zip(problem.holds, assignment.tolist(), strict=True):
            model.add(row[department] == 1)
        if _solve(model, _solver(), problem, [words]) == cp_model.INFEASIBLE:
            broken.append(words)
    return tuple(broken)


def smallest_conflict(problem: Problem) -> tuple[str, ...]:
    """Return a smallest set of constraints that no assignment keeps together, in their order.

    Empty when all can be kept. Of several smallest sets, the one found first.
    """
    every = list(problem.assumptions)
    to_hit: list[list[str]] = []
    while True:
        chosen = _smallest_hitting_set(every, to_hit)
        if not _can_be_kept(problem, chosen):
            return tuple(words for words in every if words in chosen)
        for words in every:
            if words not in chosen and _can_be_kept(problem, [*chosen, words]):
                chosen.append(words)
        left_over = [words for words in every if words not in chosen]
        if not left_over:
            return ()
        to_hit.append(left_over)


def _smallest_hitting_set(every: Sequence[str], to_hit: Sequence[Sequence[str]]) -> list[str]:
    model = cp_model.CpModel()
    taken = {words: model.new_bool_var(words) for words in every}
    for one in to_hit:
        model.add_bool_or([taken[words] for words in one])
    model.minimize(sum(taken.values()))
    solver = _solver()
    solver.solve(model)
    return [words for words in every if solver.value(taken[words])]


def _can_be_kept(problem: Problem, chosen: Collection[str]) -> bool:
    """Return False only where that is proved; within 10 s a doubt is taken for a yes."""
    solver = _solver(10.0)
    solver.parameters.stop_after_first_solution = True
    status = _solve(problem.model.clone(), solver, problem, chosen)
    return bool(status != cp_model.INFEASIBLE)


def _solver(seconds: float | None = None) -> cp_model.CpSolver:
    """Return a solver that gives the same answer every time."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = (
        2  # who stands where is an assignment: its bound is LP's
    )
    if seconds is not None:
        solver.parameters.max_deterministic_time = seconds
    return solver


def _solve(
    model: cp_model.CpModel, solver: cp_model.CpSolver, problem: Problem, chosen: Collection[str]
) -> int:
    model.add_bool_and([problem.assumptions[words] for words in chosen])
    return int(solver.solve(model))


def _assignment(problem: Problem, solver: cp_model.CpSolver) -> np.ndarray:
    values = [[solver.value(held) for held in row] for row in problem.holds]
    assignment: np.ndarray = np.argmax(values, axis=1)
    return assignment
