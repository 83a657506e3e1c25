"""What does this file of QAPLIB say? Reading problems and solutions, whatever their layout.

QAPLIB (Burkard, Karisch and Rendl, "QAPLIB - a quadratic assignment problem library", Journal of
Global Optimization 10, 1997) circulates in copies that differ: in line layout, in where a
permutation counts from, in whether it or its inverse is written, and in headers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.assignment.quadratic import LARGEST, Problem, cost, state

WHOLE = re.compile(r"[+-]?[0-9]+")
DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def numbers(path: str | Path) -> list[str]:
    """Return the numbers of a text file, as they are written; blanks, commas and lines part them.

    Raises
    ------
    InputError
        When the file cannot be read as text, is empty, or holds something else than numbers.
    """
    path = Path(path)
    try:
        tokens = path.read_text(encoding="utf-8-sig").replace(",", " ").split()
    except OSError as error:
        raise InputError(f"{path}: expected a readable file, got: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: expected numbers as text, got other bytes") from error
    if not tokens:
        raise InputError(f"{path.name}: expected numbers, got an empty file")
    for place, token in enumerate(tokens, 1):
        if not DECIMAL.fullmatch(token):
            raise InputError(f"{path.name}: expected number {place} to be one, got {token[:40]!r}")
    return tokens


def pair(text: str) -> tuple[int, int]:
    """Return an object and a location, both from 1, of ``OBJECT:LOCATION`` as one types it.

    Raises
    ------
    InputError
        When it is anything else than two whole numbers and a colon.
    """
    parts = text.split(":")
    if len(parts) != 2 or not all(map(WHOLE.fullmatch, parts)):
        raise InputError(f"pair: expected OBJECT:LOCATION, such as 3:7, got {text!r}")
    return int(parts[0]), int(parts[1])


def _values(tokens: Sequence[str]) -> np.ndarray:
    """Return numbers as int64 when all are whole, else as float64."""
    if all(WHOLE.fullmatch(token) for token in tokens):
        whole = [int(token) for token in tokens]
        if max(map(abs, whole)) <= LARGEST:
            return np.array(whole, np.int64)
    return np.array([float(token) for token in tokens])


def load(
    path: str | Path,
    *,
    linear: str | Path | None = None,
    fixed: Mapping[int, int] | None = None,
    forbidden: Iterable[tuple[int, int]] = (),
) -> Problem:
    """Read a QAPLIB file: n, then the n² flows, then the n² distances, in any line layout.

    Parameters
    ----------
    path : str or Path
    linear : str or Path, optional
        A file with the n² linear costs, object by object.
    fixed, forbidden
        Locks as `state` takes them.

    Raises
    ------
    InputError
        When a file is no list of numbers or holds too few or too many, or as `state` says.
    """
    path = Path(path)
    head, *tokens = numbers(path)
    if not WHOLE.fullmatch(head) or int(head) < 2:
        raise InputError(f"{path.name}: expected n of at least 2 as first number, got {head[:40]}")
    n = int(head)
    if len(tokens) != 2 * n * n:
        raise InputError(
            f"{path.name}: expected two matrices of {n} × {n}, {2 * n * n} numbers after n, "
            f"got {len(tokens)}"
        )
    flows, distances = (_values(part).reshape(n, n) for part in (tokens[: n * n], tokens[n * n :]))
    return state(
        flows,
        distances,
        linear=None if linear is None else _load_linear(Path(linear), n),
        fixed=fixed,
        forbidden=forbidden,
        name=path.stem,
    )


def _load_linear(path: Path, n: int) -> np.ndarray:
    tokens = numbers(path)
    if len(tokens) != n * n:
        raise InputError(f"{path.name}: expected {n} × {n} = {n * n} numbers, got {len(tokens)}")
    return _values(tokens).reshape(n, n)


@dataclass(frozen=True)
class StatedSolution:
    """A solution as a file states it, seen against its problem.

    Attributes
    ----------
    permutation : ndarray of int64, shape (n,)
        The location of each object, from 0, whatever the file's convention.
    cost, stated : int or float
        What the permutation costs, and what the file's header says.
    agrees : bool
        Whether the two are equal.
    convention : {"location of each object", "object at each location", "either"}
        How the file's permutation is to be read. When neither reading costs what the header says,
        the cheaper one.
    first : {0, 1}
        From where the file counts.
    """

    permutation: np.ndarray
    cost: int | float
    stated: int | float
    agrees: bool
    convention: str
    first: int


def read_solution(path: str | Path, problem: Problem) -> StatedSolution:
    """Read a QAPLIB solution: n, its cost, and a permutation from 1 or from 0, p or its inverse.

    Raises
    ------
    InputError
        When the file is of another size than the problem, or holds no permutation.
    """
    path, n = Path(path), problem.n
    head, stated, *rest = [*numbers(path), ""]
    values = rest[:-1]
    if head != str(n) or len(values) != n or not all(map(WHOLE.fullmatch, values)):
        raise InputError(
            f"{path.name}: expected n = {n}, a cost and {n} whole numbers, "
            f"got n = {head} and {len(values)} numbers after the cost"
        )
    listed = np.array([int(value) for value in values])
    first = int(listed.min())
    if first not in (0, 1) or not np.array_equal(np.sort(listed), np.arange(n) + first):
        raise InputError(f"{path.name}: expected a permutation from 0 or 1, got {values!s:.60}")
    claim = _values([stated])[0].item()
    readings = {
        "location of each object": listed - first,
        "object at each location": np.argsort(listed),
    }
    costs = {reading: cost(problem, p) for reading, p in readings.items()}
    chosen = min(costs, key=lambda reading: (costs[reading] != claim, costs[reading]))
    same = len(set(costs.values())) == 1
    return StatedSolution(
        readings[chosen],
        costs[chosen],
        claim,
        costs[chosen] == claim,
        "either" if same else chosen,
        first,
    )
