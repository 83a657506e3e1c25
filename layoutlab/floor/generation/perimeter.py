"""What stands along the walls, behind the entrance and at the checkouts of every store?"""

import numpy as np
import shapely
from shapely import box

from layoutlab.floor.generation.places import Place, along_wall
from layoutlab.floor.generation.shells import Measures, Shell

RACK_M = 0.5


def kept_free(shell: Shell, sizes: Measures) -> shapely.Polygon:
    """Return where no fixture but a rack may stand: before doors and around checkouts."""
    _, _, right, top = shell.checkouts[-1].bounds
    front = box(0, 0, right + sizes.aisle, top + RACK_M + sizes.main)
    doors = [shell.entrance, *shell.exits[1:], shell.back_door]
    deep = sizes.main if len(shell.exits) > 1 else 1.6
    return shapely.union_all([
        front,
        shell.entrance.buffer(sizes.main, cap_style="flat"),
        *(door.buffer(deep, cap_style="flat") for door in doors),
    ])  # fmt: skip


def wall_places(shell: Shell, sizes: Measures) -> list[Place]:
    """Line the walls, from the entrance counter-clockwise; the front stays open."""
    corners = np.asarray(shapely.orient_polygons(shell.sales).exterior.coords)[:-1]
    first = int(np.lexsort((-corners[:, 0], corners[:, 1]))[0])
    corners = np.roll(corners, -first, axis=0)
    free = kept_free(shell, sizes)
    doors = [shell.back_door, *shell.exits[1:]]
    found = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if start[1] == end[1] == 0 or np.hypot(*(end - start)) < 2 * sizes.wall_depth:
            continue
        side = shapely.LineString([start, end])
        gaps = [_span(side, door) for door in doors if side.distance(door) < 1e-6]
        found += along_wall(start, end, sizes.piece, sizes.wall_depth, gaps)
    return [place for place in found if not place.polygon().intersects(free)]


def _span(side: shapely.LineString, door: shapely.LineString) -> tuple[float, float]:
    ends = sorted(side.project(shapely.Point(point)) for point in door.coords)
    return round(ends[0] - 0.3, 2), round(ends[-1] + 0.3, 2)


def rack_places(shell: Shell) -> list[Place]:
    """Return a rack at the inner end of each checkout."""
    bounds = [checkout.bounds for checkout in shell.checkouts]
    return [
        Place("rack", (left + right) / 2, top, 0.0, right - left, RACK_M)
        for left, _, right, top in bounds
    ]


def table_places(shell: Shell, sizes: Measures) -> list[Place]:
    """Return tables in rows behind the entrance, beside the checkouts."""
    _, _, wide, deep = shell.sales.bounds
    _, _, right, top = shell.checkouts[-1].bounds
    length, depth = (2.0, 1.2) if sizes.main > 2 else (1.5, 0.9)
    low, left = sizes.main + 0.2, right + 2 * sizes.aisle
    high = max(top + RACK_M, low + 2 * depth + sizes.aisle, 0.3 * deep)
    columns = min(5, int((wide - sizes.wall_depth - left) / (length + sizes.aisle)))
    rows = min(4, int((high - low + sizes.aisle + 1e-9) / (depth + sizes.aisle)))
    start = wide - sizes.wall_depth - columns * (length + sizes.aisle)
    found = [
        Place("table", start + column * (length + sizes.aisle) + length / 2,
              low + row * (depth + sizes.aisle), 0.0, length, depth)
        for row in range(rows) for column in reversed(range(columns))
    ]  # fmt: skip
    free = kept_free(shell, sizes)
    return [place for place in found if not place.polygon().intersects(free)]
