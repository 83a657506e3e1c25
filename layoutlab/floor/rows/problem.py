"""What does an order of departments along one aisle cost? Single-row facility layout (SRFLP).

Departments of given lengths stand side by side on a line. The flows between all pairs, each times
the distance from centre to centre, add up to the cost.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layoutlab.errors import InputError


@dataclass(frozen=True)
class Problem:
    """Departments of a row.

    Attributes
    ----------
    lengths : ndarray of float, shape (n,)
        At least 0, n at least 2.
    flows : ndarray of float, shape (n, n)
        Symmetric, zero diagonal. A flow below 0 pushes two departments apart.
    """

    lengths: np.ndarray
    flows: np.ndarray

    def __post_init__(self) -> None:
        lengths, flows = np.asarray(self.lengths, float), np.asarray(self.flows, float)
        _check(lengths, flows)
        object.__setattr__(self, "lengths", np.ascontiguousarray(lengths))
        object.__setattr__(self, "flows", np.ascontiguousarray(flows))


def load(path: str | Path) -> Problem:
    """Read an instance: n, the n lengths, then n rows of flows, by white space or commas.

    The flows are symmetric, or stand in one triangle only, the other being 0. What stands on the
    diagonal is not looked at: a department is at no distance from itself.

    Raises
    ------
    InputError
        When the file is missing, has too few or too many numbers, or letters, when n is below 2, a
        length is negative, a number is not finite, or the flows are not symmetric.
    """
    name = Path(path).name
    try:
        words = re.split(r"[\s,;]+", Path(path).read_text(encoding="utf-8").strip(" \r\n\t,;"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: expected a text file of numbers, {error}") from error
    numbers = np.array([_number(word, name) for word in words])
    if not numbers[0].is_integer() or numbers[0] < 2:
        raise InputError(f"{name}: expected at least 2 departments, got n = {words[0]}")
    n = int(numbers[0])
    if len(numbers) != 1 + n + n * n:
        raise InputError(
            f"{name}: expected {1 + n + n * n} numbers (n = {n}, {n} lengths, {n} x {n} flows), "
            f"got {len(numbers)}"
        )
    flows = numbers[1 + n :].reshape(n, n)
    np.fill_diagonal(flows, 0)
    if not np.triu(flows).any() or not np.tril(flows).any():
        flows = flows + flows.T
    try:
        return Problem(numbers[1 : 1 + n], flows)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def cost(problem: Problem, order: Sequence[int] | np.ndarray) -> float:
    """Return the sum over pairs of flow times distance between centres.

    Parameters
    ----------
    problem : Problem
    order : sequence of int, length n
        Departments from left to right, counted from 0.

    Returns
    -------
    float
        An int when it is a whole number.

    Raises
    ------
    InputError
        When `order` does not hold each department once.
    """
    standing, n = np.asarray(order), len(problem.lengths)
    if standing.shape != (n,) or not np.array_equal(np.sort(standing), np.arange(n)):
        raise InputError(f"order: expected each of 0 to {n - 1} once, got {list(order)}")
    lengths = problem.lengths[standing]
    twice = 2 * np.cumsum(lengths) - lengths
    flows = np.triu(problem.flows[np.ix_(standing, standing)])
    total = float((flows * (twice[None, :] - twice[:, None])).sum()) / 2
    return int(total) if total.is_integer() else total


def _number(word: str, name: str) -> float:
    try:
        return float(word.replace("_", "x"))
    except ValueError:
        raise InputError(f"{name}: expected numbers, got {word!r}") from None


def _check(lengths: np.ndarray, flows: np.ndarray) -> None:
    """Refuse a row that is none."""
    n = lengths.size
    if lengths.ndim != 1 or n < 2:
        raise InputError(f"lengths: expected at least 2 in one row, got shape {lengths.shape}")
    if flows.shape != (n, n):
        raise InputError(f"flows: expected shape ({n}, {n}), got {flows.shape}")
    if not (np.isfinite(lengths).all() and np.isfinite(flows).all()):
        raise InputError("lengths and flows: expected finite numbers, got NaN or infinity")
    if lengths.min() < 0:
        where = int(lengths.argmin())
        raise InputError(f"lengths: expected at least 0, got {lengths[where]:g} of {where + 1}")
    uneven = np.argwhere(flows != flows.T)
    if len(uneven):
        i, j = uneven[0]
        raise InputError(
            f"flows: expected a symmetric matrix or one triangle, got {flows[i, j]:g} from {i + 1} "
            f"to {j + 1} and {flows[j, i]:g} back"
        )
    if np.diagonal(flows).any():
        raise InputError("flows: expected zeros on the diagonal")
