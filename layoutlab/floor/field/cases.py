"""Which layout instances do we measure ourselves on? Public ones, and made-up ones with a proof."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from layoutlab import datasets
from layoutlab.errors import InputError
from layoutlab.floor.areas import solver as areas
from layoutlab.floor.areas.bay_exact import best_layout
from layoutlab.floor.assignment import qaplib, quadratic
from layoutlab.floor.field import planted
from layoutlab.floor.rows import solver as rows

LOADERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "qaplib": ("dat/{}.dat", qaplib.load),
    "srflp": ("dat/{}.txt", rows.load),
    "uaflp": ("instances/{}.json", areas.load),
}


@dataclass(frozen=True)
class Case:
    """An instance and what is known of it.

    Attributes
    ----------
    name : str
    n : int
        Departments.
    problem : quadratic.Problem, rows.Problem or areas.Problem
    best_known : float
    proved : bool
        Whether no layout can cost less.
    """

    name: str
    n: int
    problem: Any
    best_known: float
    proved: bool


def public_cases(dataset: str, names: Sequence[str]) -> list[Case]:
    """Read instances of a public set with their best known costs.

    Parameters
    ----------
    dataset : {"qaplib", "srflp", "uaflp"}
    names : sequence of str

    Raises
    ------
    InputError
        When the set has no such instance, or as `datasets.fetch` raises it.
    """
    pattern, load = LOADERS[dataset]
    files = datasets.fetch(dataset)
    table = datasets.read(dataset, "best_known").set_index("instance")
    known: dict[Any, Any] = table.to_dict(orient="index")
    unknown = [name for name in names if name not in known]
    if unknown:
        raise InputError(f"expected instances of {dataset}, got {', '.join(unknown)}")
    return [
        Case(
            name,
            int(known[name]["n"]),
            load(files[pattern.format(name)]),
            float(known[name]["best_known"]),
            known[name]["proven_optimal"] == "yes",
        )
        for name in names
    ]


def made_up_assignments(*, rng: np.random.Generator) -> list[Case]:
    """Return four assignments on grids: two enumerated, of 8 and 9, two planted, of 20 and 30."""
    cases = []
    for size in ((2, 4), (3, 3)):
        flows, distances = planted.random_assignment(*size, rng=rng)
        best = planted.enumerated_optimum(flows, distances)
        cases.append(_assignment("random", flows, distances, best))
    for size in ((4, 5), (5, 6)):
        flows, distances, best, _ = planted.planted_assignment(*size, rng=rng)
        cases.append(_assignment("planted", flows, distances, best))
    return cases


def made_up_rows(*, rng: np.random.Generator) -> list[Case]:
    """Return rows of 16 to 22 departments, the third all of one length, solved over subsets."""
    cases = []
    for n, equal in ((16, False), (20, False), (20, True), (22, False)):
        row = planted.random_row(n, equal=equal, rng=rng)
        best = rows.solve(row, iterations=1, exact=n, rng=rng).cost
        cases.append(Case(f"{'equal' if equal else 'random'} {n}", n, row, best, True))
    return cases


def made_up_areas(*, rng: np.random.Generator) -> list[Case]:
    """Return three plans of 6, 7 and 8 departments; best known are all flexible-bay layouts'."""
    cases = []
    for n in (6, 7, 8):
        problem = planted.random_areas(n, rng=rng)
        cases.append(Case(f"random {n}", n, problem, best_layout(problem)[0], False))
    return cases


def _assignment(kind: str, flows: np.ndarray, distances: np.ndarray, best: int) -> Case:
    n = len(flows)
    return Case(f"{kind} {n}", n, quadratic.state(flows, distances), best, True)
