"""How far from the best known layouts do searches end, given as many evaluations as ours?

A case is an instance with its best known cost. Ours runs first; random orders and restarted
descents then get as many evaluations as it used, and scipy's methods as many as they take.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import quadratic_assignment

from layoutlab.floor.areas import solver as areas
from layoutlab.floor.assignment import solver as assignment
from layoutlab.floor.field import planted
from layoutlab.floor.field.cases import Case
from layoutlab.floor.field.plain_search import Price, random_orders, restarted_descents
from layoutlab.floor.rows import solver as rows

OURS, DESCENTS, RANDOM = "ours", "restarted descents", "random orders"
SCIPY = {"scipy faq": "faq", "scipy 2opt": "2opt"}
SEARCHES = (OURS, *SCIPY, DESCENTS, RANDOM)
MET = 1e-6
BAYS, SLICING = "ours, flexible bays", "ours, slicing trees"


def compare_rows(cases: Iterable[Case], iterations: int, seeds: Sequence[int]) -> pd.DataFrame:
    """Search each row from each seed; also scipy's, where all departments have one length.

    Returns
    -------
    DataFrame
        One row a run: instance, n, proved, search, seed, cost, gap (percent above the best known),
        evaluations (0: not counted).
    """
    lines: list[dict[str, Any]] = []
    for case in cases:
        row, places = case.problem, np.arange(case.n) * case.problem.lengths[0]
        equal = np.ptp(row.lengths) == 0
        matrices = (row.flows, np.abs(places[:, None] - places)) if equal else None
        for seed in seeds:
            rng = np.random.default_rng(seed)
            found = rows.solve(row, iterations=iterations, exact=0, rng=rng)
            lines.append(_line(case, OURS, seed, found.cost, found.evaluations))
            price = _row_price(row)
            lines += _peers(case, seed, price, max(1, found.evaluations), matrices, half=True)
    return pd.DataFrame(lines)


def compare_assignments(
    cases: Iterable[Case], iterations: int, seeds: Sequence[int]
) -> pd.DataFrame:
    """Search each assignment from each seed, as `compare_rows` does for rows."""
    lines: list[dict[str, Any]] = []
    for case in cases:
        matrices = case.problem.flows, case.problem.distances
        for seed in seeds:
            rng = np.random.default_rng(seed)
            found = assignment.solve(case.problem, iterations=iterations, rng=rng)
            lines.append(_line(case, OURS, seed, found.cost, found.evaluations))
            price = _assignment_price(*matrices)
            lines += _peers(case, seed, price, max(1, found.evaluations), matrices)
    return pd.DataFrame(lines)


def compare_areas(
    cases: Iterable[Case], iterations: int, seeds: Sequence[int]
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Search each plan from each seed, in flexible bays and in slicing trees.

    Returns
    -------
    DataFrame
        As of `compare_rows`.
    dict of str to ndarray
        The best layout met of each instance, shape (n, 4): x0, y0, width and height.
    """
    lines, best = [], {}
    for case in cases:
        least = np.inf
        for search, form in ((BAYS, "bays"), (SLICING, "slicing")):
            for seed in seeds:
                rng = np.random.default_rng(seed)
                found = areas.solve(case.problem, form=form, iterations=iterations, rng=rng)
                lines.append(_line(case, search, seed, found.cost, found.evaluations))
                if found.cost < least:
                    least, best[case.name] = found.cost, found.layout
    return pd.DataFrame(lines), best


def mean_gaps(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the mean gap of each instance (row, in the order met) and search (column)."""
    table = gaps.pivot_table(index=["instance", "n", "proved"], columns="search", values="gap")
    order = gaps.drop_duplicates(["instance", "n", "proved"])[["instance", "n", "proved"]]
    searches = sorted(gaps["search"].unique(), key=[*SEARCHES, BAYS, SLICING].index)
    return table.loc[list(order.itertuples(index=False, name=None)), searches]


def in_words(gaps: pd.DataFrame) -> str:
    """Return a sentence on each search: its mean gap and how many runs met the best known cost."""
    sentences = [
        f"**{search}** ends {part['gap'].mean():.3f} % above the best known cost in the mean and "
        f"meets or betters it in {int((part['gap'] <= MET).sum())} of {len(part)} runs"
        for search in (*SEARCHES, BAYS, SLICING)
        if len(part := gaps[gaps["search"] == search])
    ]
    return "; ".join(sentences) + "."


def _peers(
    case: Case,
    seed: int,
    price: Price,
    evaluations: int,
    matrices: tuple[np.ndarray, np.ndarray] | None,
    *,
    half: bool = False,
) -> Iterator[dict[str, Any]]:
    """Yield a line for each other search; scipy counts both directions of a pair."""
    if matrices is not None:
        for name, method in SCIPY.items():
            options: dict[str, Any] = {"rng": np.random.default_rng(seed)}
            if method == "faq":
                options["P0"] = "randomized"
            cost = float(quadratic_assignment(*matrices, method=method, options=options).fun)
            yield _line(case, name, seed, cost / 2 if half else cost, 0)
    for name, search in ((DESCENTS, restarted_descents), (RANDOM, random_orders)):
        cost = search(price, case.n, evaluations, rng=np.random.default_rng(seed))
        yield _line(case, name, seed, cost, evaluations)


def _line(case: Case, search: str, seed: int, cost: float, evaluations: int) -> dict[str, Any]:
    gap = 100 * (cost / case.best_known - 1)
    return {
        "instance": case.name,
        "n": case.n,
        "proved": case.proved,
        "search": search,
        "seed": seed,
        "cost": float(cost),
        "gap": round(gap, 9) + 0.0,
        "evaluations": int(evaluations),
    }


def _row_price(row: rows.Problem) -> Price:
    return lambda orders: planted.row_costs(row, orders)


def _assignment_price(flows: np.ndarray, distances: np.ndarray) -> Price:
    return lambda orders: planted.assignment_costs(flows, distances, orders)
