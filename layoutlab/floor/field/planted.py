"""For which made-up layout problems do we know the best answer? Planted ones, and enumerated ones.

The planted assignments follow the idea of Palubeckis (2000, "An algorithm for construction of test
cases for the quadratic assignment problem", Informatica 11): a sum of small pieces, each of which
cannot cost less than it costs in one common assignment, is optimal there. All data are simulated.
"""

import itertools

import numpy as np

from layoutlab.compiled import compiled
from layoutlab.errors import InputError
from layoutlab.floor.areas.problem import Problem as Areas
from layoutlab.floor.areas.problem import from_mapping as areas_from
from layoutlab.floor.rows.problem import Problem as Row

MOST_ENUMERATED = 9


def grid_distances(rows: int, columns: int) -> np.ndarray:
    """Return the walks along rows and columns between the cells of a grid, row by row.

    Returns
    -------
    ndarray of int64, shape (rows * columns, rows * columns)
    """
    y, x = np.divmod(np.arange(rows * columns), columns)
    return np.abs(x[:, None] - x) + np.abs(y[:, None] - y)


def planted_assignment(
    rows: int, columns: int, *, share: float = 0.5, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int, np.ndarray]:
    """Make flows between the cells of a grid whose best assignment is known, and hide it.

    Pieces of equal flow among all of three cells in a row or corner, or of four in a square, are
    added up. Cells at distance 1 are of different colours, as on a chess board; so of three cells
    at most two pairs, of four at most four pairs are at distance 1, the others at 2 or more. No
    assignment can bring a piece below 4 or 8 times its flow, and the planted one has exactly that.

    Parameters
    ----------
    rows, columns : int
        At least 2 each.
    share : float
        Probability that a piece is taken, in (0, 1].
    rng : numpy.random.Generator

    Returns
    -------
    flows, distances : ndarray of int64, shape (n, n)
        Symmetric, zero diagonals.
    optimum : int
        Least sum over all i, j of flow(i, j) * distance(p(i), p(j)): each pair counted twice.
    permutation : ndarray of int64, shape (n,)
        An assignment p that attains it: the location of each department.

    Raises
    ------
    InputError
        When an argument is out of range.
    """
    if rows < 2 or columns < 2 or not 0 < share <= 1:
        raise InputError(
            "expected a grid of at least 2 x 2 and a share in (0, 1], got "
            f"{rows} x {columns} and {share}"
        )
    distances, n = grid_distances(rows, columns), rows * columns
    flows, optimum = np.zeros((n, n), dtype=np.int64), 0
    for piece in _pieces(rows, columns):
        if rng.random() < share:
            weight = int(rng.integers(1, 10))
            flows[np.ix_(piece, piece)] += weight
            optimum += weight * int(distances[np.ix_(piece, piece)].sum())
    np.fill_diagonal(flows, 0)
    permutation = rng.permutation(n)
    return flows[np.ix_(permutation, permutation)], distances, optimum, permutation


def _pieces(rows: int, columns: int) -> list[list[int]]:
    """Return the cells of every straight or bent piece of three and every square of four."""
    shapes = [[(0, 0), (0, 1), (0, 2)], [(0, 0), (1, 0), (2, 0)]]
    square = [(0, 0), (0, 1), (1, 0), (1, 1)]
    shapes += [square, *(list(corner) for corner in itertools.combinations(square, 3))]
    return [
        [(y + dy) * columns + x + dx for dy, dx in shape]
        for shape in shapes
        for y in range(rows - max(dy for dy, _ in shape))
        for x in range(columns - max(dx for _, dx in shape))
    ]


def random_assignment(
    rows: int, columns: int, *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Make whole flows of 0 to 10, half of them 0, between departments on a grid, as Nugent's are.

    Returns
    -------
    flows, distances : ndarray of int64, shape (n, n)
        Symmetric, zero diagonals.

    References
    ----------
    Nugent, Vollmann and Ruml (1968), "An experimental comparison of techniques for the assignment
    of facilities to locations", Operations Research 16.
    """
    n = rows * columns
    flows = np.triu(rng.integers(1, 11, (n, n)) * rng.integers(0, 2, (n, n)), 1)
    return flows + flows.T, grid_distances(rows, columns)


def random_row(n: int, *, equal: bool = False, rng: np.random.Generator) -> Row:
    """Make a row of n departments: lengths of 1 to 15, or all 1, whole flows of 0 to 10."""
    flows = np.triu(rng.integers(0, 11, (n, n)), 1)
    lengths = np.ones(n) if equal else rng.integers(1, 16, n)
    return Row(lengths, flows + flows.T)


def random_areas(n: int, *, rng: np.random.Generator) -> Areas:
    """Make n departments of 4 to 36 square units that fill a facility 12 wide.

    Half of the pairs have a whole flow of 1 to 10; no side is longer than four times the other.
    """
    area = rng.integers(4, 37, n)
    first, second = np.triu_indices(n, 1)
    flow = rng.integers(1, 11, len(first)) * rng.integers(0, 2, len(first))
    content = {
        "width": 12.0,
        "height": float(area.sum()) / 12,
        "metric": "rectilinear",
        "shape_rule": "max_aspect_ratio",
        "area": area.tolist(),
        "limit": [4.0] * n,
        "flows": np.column_stack([first + 1, second + 1, flow])[flow > 0].tolist(),
    }
    return areas_from(content, name=f"made-up {n}")


def enumerated_optimum(flows: np.ndarray, distances: np.ndarray) -> int:
    """Return the least cost over all n! assignments of at most nine departments.

    Raises
    ------
    InputError
        When there are more than nine.
    """
    n = len(flows)
    if n > MOST_ENUMERATED:
        raise InputError(f"expected at most {MOST_ENUMERATED} departments, got {n}")
    rest = np.array(list(itertools.permutations(range(n - 1))), dtype=np.int64)
    least = np.inf
    for first in range(n):
        others = np.delete(np.arange(n), first)[rest]
        p = np.hstack([np.full((len(rest), 1), first), others])
        least = min(least, int(assignment_costs(flows, distances, p).min()))
    return int(least)


def assignment_costs(
    flows: np.ndarray, distances: np.ndarray, permutations: np.ndarray
) -> np.ndarray:
    """Return the cost of each assignment: sum over i, j of flow(i, j) * distance(p(i), p(j)).

    Parameters
    ----------
    flows, distances : ndarray, shape (n, n)
    permutations : ndarray of int64, shape (count, n)

    Returns
    -------
    ndarray of float64, shape (count,)
    """
    if (distances == distances.T).all():
        flows = np.triu(flows + flows.T, 1) + np.diag(np.diagonal(flows))
    pairs = np.argwhere(flows)
    weights = flows[pairs[:, 0], pairs[:, 1]]
    return _sums(permutations, pairs, weights.astype(float), distances.astype(float))


@compiled
def _sums(
    permutations: np.ndarray, pairs: np.ndarray, weights: np.ndarray, distances: np.ndarray
) -> np.ndarray:
    costs = np.zeros(len(permutations))
    for k in range(len(permutations)):
        for m in range(len(pairs)):
            i, j = permutations[k, pairs[m, 0]], permutations[k, pairs[m, 1]]
            costs[k] += weights[m] * distances[i, j]
    return costs


def row_costs(row: Row, orders: np.ndarray) -> np.ndarray:
    """Return the cost of each order of a row, as `rows.cost` counts it.

    Parameters
    ----------
    row : Problem
    orders : ndarray of int64, shape (count, n)

    Returns
    -------
    ndarray of float64, shape (count,)
    """
    standing = row.lengths[orders]
    centres = np.empty_like(standing)
    np.put_along_axis(centres, orders, np.cumsum(standing, axis=1) - standing / 2, axis=1)
    centres = np.ascontiguousarray(centres.T)
    costs = np.zeros(len(orders))
    for i, j in zip(*np.nonzero(np.triu(row.flows)), strict=True):
        costs += row.flows[i, j] * np.abs(centres[i] - centres[j])
    return costs
