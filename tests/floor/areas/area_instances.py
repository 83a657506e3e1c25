"""Instances for the tests of unequal-area layout."""

import numpy as np

from layoutlab.floor.areas.problem import from_mapping


def random_problem(
    n,
    *,
    rng,
    metric="rectilinear",
    rule="max_aspect_ratio",
    limit=0.0,
    area=None,
    sides=(6, 4),
    fill=1.0,
):
    """Departments of random areas that fill a share of the facility, with random flows."""
    if area is None:
        share = rng.random(n) + 0.4
        area = sides[0] * sides[1] * fill * share / share.sum()
    rows, columns = np.triu_indices(n, 1)
    flows = [
        [int(i) + 1, int(j) + 1, float(f)]
        for i, j, f in zip(rows, columns, rng.integers(0, 9, len(rows)), strict=True)
    ]
    return from_mapping(
        {
            "name": f"random{n}",
            "width": sides[0],
            "height": sides[1],
            "metric": metric,
            "shape_rule": rule,
            "area": [float(a) for a in area],
            "limit": [limit] * n,
            "flows": flows,
        }
    )


SEVEN = {
    "name": "seven",
    "n": 7,
    "width": 9.0,
    "height": 12.0,
    "metric": "rectilinear",
    "shape_rule": "max_aspect_ratio",
    "area": [12.0, 18.0, 12.0, 30.0, 12.0, 6.0, 18.0],
    "limit": [4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0],
    "flows": [[4, 1, 6], [4, 2, 3], [3, 4, 2.5], [5, 4, 4], [7, 1, 1], [7, 5, 2], [6, 2, 3]],
}


def seven():
    """Seven invented departments."""
    return from_mapping(SEVEN)
