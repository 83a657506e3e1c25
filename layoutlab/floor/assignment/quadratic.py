"""What does it cost to put these objects at these places? The quadratic assignment problem.

Object i at location p(i) costs ``sum_ij flows[i, j] * distances[p(i), p(j)]`` and, where some
places suit an object better than others, ``sum_i linear[i, p(i)]``. Locks say where an object must
or must not stand.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from layoutlab.errors import InputError

LARGEST = 2**62


@dataclass(frozen=True)
class Problem:
    """A quadratic assignment problem that has a solution; made by `state` or by `qaplib.load`.

    Attributes
    ----------
    name : str
    flows, distances, linear : ndarray of int64 or of float64, shape (n, n)
        All three of one kind. Any sign, diagonals count, symmetry is not needed.
    allowed : ndarray of bool, shape (n, n)
        Whether object i (row) may stand at location k (column).
    """

    name: str
    flows: np.ndarray
    distances: np.ndarray
    linear: np.ndarray
    allowed: np.ndarray

    @property
    def n(self) -> int:
        """How many objects, and locations."""
        return len(self.flows)


def state(
    flows: Any,
    distances: Any,
    *,
    linear: Any = None,
    fixed: Mapping[int, int] | None = None,
    forbidden: Iterable[tuple[int, int]] = (),
    name: str = "",
) -> Problem:
    """Check the parts of a problem and put them together.

    Parameters
    ----------
    flows, distances : array_like of int or float, shape (n, n), n at least 2
    linear : array_like of int or float, shape (n, n), optional
        What object i (row) costs at location k (column) whatever the others do; 0 if not given.
    fixed : mapping of int to int, optional
        Objects and the location, both from 0, where each must stand.
    forbidden : iterable of (int, int)
        Pairs of an object and a location, both from 0, that may not meet.
    name : str
        Named in messages and results.

    Returns
    -------
    Problem
        In int64 when every number is whole, else in float64.

    Raises
    ------
    InputError
        When a matrix is not square or of another size, a number is not finite or costs could
        leave int64, or the locks leave no assignment.
    """
    named = {"flows": flows, "distances": distances}
    if linear is not None:
        named["linear"] = linear
    matrices = {part: _matrix(part, values) for part, values in named.items()}
    n = len(matrices["flows"])
    if n < 2:
        raise InputError(f"flows: expected at least 2 objects, got {n}")
    for part, matrix in matrices.items():
        if matrix.shape != (n, n):
            rows, columns = matrix.shape
            raise InputError(f"{part}: expected a matrix of {n} × {n}, got {rows} × {columns}")
    kind = np.result_type(*matrices.values())
    matrices.setdefault("linear", np.zeros((n, n), kind))
    first, second, third = (
        matrices[part].astype(kind) for part in ("flows", "distances", "linear")
    )
    _check_size(first, second, third)
    return Problem(name, first, second, third, _allowed(n, fixed or {}, forbidden))


def _matrix(part: str, values: Any) -> np.ndarray:
    matrix = np.asarray(values)
    if matrix.ndim != 2 or matrix.dtype.kind not in "iufb":
        raise InputError(
            f"{part}: expected a matrix of numbers, got {matrix.ndim} dimensions of {matrix.dtype}"
        )
    if matrix.dtype.kind == "f":
        if not np.isfinite(matrix).all():
            raise InputError(f"{part}: expected finite numbers, got NaN or infinity")
        return matrix.astype(np.float64)
    if matrix.dtype.kind == "u" and matrix.size and int(matrix.max()) > LARGEST:
        raise InputError(f"{part}: expected numbers up to 2**62, got {matrix.max()}")
    return matrix.astype(np.int64)


def _check_size(flows: np.ndarray, distances: np.ndarray, linear: np.ndarray) -> None:
    sizes = [np.abs(part.astype(float)) for part in (flows, distances, linear)]
    largest = 4 * (sizes[0].sum() * sizes[1].max() + sizes[2].max(axis=1).sum())
    most = LARGEST if flows.dtype.kind == "i" else 1e300
    if not largest < most:
        raise InputError(f"flows × distances: expected costs below {most:.3g}, got {largest:.3g}")


def _allowed(n: int, fixed: Mapping[int, int], forbidden: Iterable[tuple[int, int]]) -> np.ndarray:
    """Return which object may stand where; objects and locations are named from 1 in messages."""
    forbidden = list(forbidden)
    for lock, pairs in (("fixed", fixed.items()), ("forbidden", forbidden)):
        for i, k in pairs:
            if not (0 <= i < n and 0 <= k < n):
                raise InputError(
                    f"{lock}: expected an object and a location of 1 to {n}, got {i + 1}:{k + 1}"
                )
    allowed = np.ones((n, n), bool)
    for i, k in forbidden:
        allowed[i, k] = False
    for i, k in fixed.items():
        if not allowed[i, k]:
            raise InputError(
                f"fixed: expected a location allowed to object {i + 1}, got {k + 1}, "
                "which is forbidden or taken by another fixed object"
            )
        allowed[i, :] = allowed[:, k] = False
        allowed[i, k] = True
    for i in range(n):
        if not allowed[i].any():
            raise InputError(f"locks: expected a location for object {i + 1}, got all forbidden")
    placed = int((maximum_bipartite_matching(csr_array(allowed), perm_type="column") >= 0).sum())
    if placed < n:
        raise InputError(f"locks: expected room for {n} objects, got room for {placed} at most")
    return allowed


def check_permutation(permutation: Any, n: int) -> np.ndarray:
    """Return a permutation of 0 to n - 1 as an array of int64, or raise `InputError`."""
    values = np.asarray(permutation)
    if values.shape != (n,) or values.dtype.kind not in "iu":
        raise InputError(
            f"permutation: expected {n} whole numbers, got shape {values.shape} of {values.dtype}"
        )
    if not np.array_equal(np.sort(values), np.arange(n)):
        raise InputError(
            f"permutation: expected each of 0 to {n - 1} once, got {values.tolist()!s:.60}"
        )
    return values.astype(np.int64)


def cost(problem: Problem, permutation: Any) -> int | float:
    """Return what an assignment costs, counted from scratch; locks are not looked at.

    Parameters
    ----------
    problem : Problem
    permutation : array_like of int, shape (n,)
        The location of each object, both from 0.

    Returns
    -------
    int or float
        Exact for whole numbers; otherwise the float nearest to the sum of the products.

    References
    ----------
    Koopmans and Beckmann, "Assignment Problems and the Location of Economic Activities",
    Econometrica 25 (1957), equation 3.
    """
    p = check_permutation(permutation, problem.n)
    terms = problem.flows * problem.distances[np.ix_(p, p)]
    own = problem.linear[np.arange(problem.n), p]
    if terms.dtype.kind == "i":
        return int(terms.sum() + own.sum())
    return math.fsum(terms.ravel().tolist() + own.tolist())


def bound(problem: Problem) -> int | float:
    """Return a number no assignment costs less than: the Gilmore–Lawler bound.

    For floats it is lowered by more than rounding can add.

    References
    ----------
    Gilmore, "Optimal and Suboptimal Algorithms for the Quadratic Assignment Problem", SIAM J. 10
    (1962); Lawler, "The Quadratic Assignment Problem", Management Science 9 (1963), section 4.
    """
    n = problem.n
    off = ~np.eye(n, dtype=bool)
    flows = np.sort(problem.flows[off].reshape(n, n - 1), axis=1)
    distances = np.sort(problem.distances[off].reshape(n, n - 1), axis=1)[:, ::-1]
    least = flows @ distances.T + problem.linear
    least = least + np.outer(np.diag(problem.flows), np.diag(problem.distances))
    forbidding = np.where(problem.allowed, least.astype(float), np.inf)
    total = least[linear_sum_assignment(forbidding)].sum()
    if total.dtype.kind == "i":
        return int(total)
    sizes = [np.abs(part) for part in (problem.flows, problem.distances, problem.linear)]
    rounding = 1e-13 * (sizes[0].sum() * sizes[1].max() + n * sizes[2].max())
    return float(total - rounding)
