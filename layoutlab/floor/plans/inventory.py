"""What does each department of a plan have? Fixtures, shelf metres, faces and distance to the door.

Of a fixture with several departments each has an equal part.
"""

from typing import Any

import numpy as np
import pandas as pd
import shapely

from layoutlab.floor.plans.plan import Plan

COLUMNS = ("department", "fixtures", "shelf_m", "faces_m", "floor_m2", "from_entrance_m", "types")


def by_department(plan: Plan) -> pd.DataFrame:
    """Return a row for each department, most shelf metres first, then most fixtures, then by name.

    Returns
    -------
    DataFrame
        ``department``; ``fixtures`` (float, parts count as parts); ``shelf_m`` and ``faces_m``
        (running metres) and ``floor_m2``, each of the fixtures where they say so;
        ``from_entrance_m`` (straight line from the nearest entrance to the middle of the nearest
        of its fixtures, NaN without an entrance); ``types`` (of fixtures, in the order of the
        plan). Fixtures without a department are not in it.
    """
    doors = shapely.union_all([door.shape for door in plan.of("entrance")])
    rows = []
    for thing in plan.of("fixture"):
        part = 1 / max(len(thing.departments), 1)
        away = np.nan if doors.is_empty else thing.shape.centroid.distance(doors)
        faces = sum(face.length for face in thing.faces)
        rows += [
            (name, part, part * (thing.shelf_m or 0.0), part * faces, part * thing.shape.area, away,
             thing.type)
            for name in thing.departments
        ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    ways: dict[str, Any] = dict.fromkeys(("fixtures", "shelf_m", "faces_m", "floor_m2"), "sum")
    ways |= {"from_entrance_m": "min", "types": _joined}
    found = table.groupby("department", as_index=False).agg(ways)
    ordered = found.sort_values(["shelf_m", "fixtures", "department"],
                                ascending=[False, False, True], ignore_index=True)  # fmt: skip
    return ordered[list(COLUMNS)]


def _joined(types: pd.Series) -> str:
    return ", ".join(dict.fromkeys(kind for kind in types if kind))


def totals(plan: Plan) -> dict[str, float]:
    """Return what a plan has in all: numbers of things, areas in m², running metres.

    ``fixtures_share`` is the share of the outline that fixtures cover.
    """
    fixtures = plan.of("fixture")
    covered = float(sum(thing.shape.area for thing in fixtures))
    return {
        "area_m2": float(plan.outline.area),
        "fixtures": len(fixtures),
        "departments": len({name for thing in fixtures for name in thing.departments}),
        "faces": sum(len(thing.faces) for thing in fixtures),
        "faces_m": float(sum(face.length for thing in fixtures for face in thing.faces)),
        "shelf_m": float(sum(thing.shelf_m or 0.0 for thing in fixtures)),
        "fixtures_m2": covered,
        "fixtures_share": covered / float(plan.outline.area),
        "locked": sum(thing.locked for thing in fixtures),
        "checkouts": len(plan.of("checkout")),
        "entrances": len(plan.of("entrance")),
        "exits": len(plan.of("exit")),
    }
