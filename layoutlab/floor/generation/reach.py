"""Can a customer with a cart get to every face? A disc's free space, and what has to go for it."""

from collections.abc import Sequence

import numpy as np
import shapely

from layoutlab.floor.generation.places import Place, before
from layoutlab.floor.generation.shells import Shell

DISC_M = 1.2
MARGIN_M = 0.005


def walkable(
    shell: Shell, blocked: Sequence[shapely.Polygon], disc_m: float = DISC_M
) -> shapely.geometry.base.BaseGeometry:
    """Return where the centre of a disc can be that came in by the entrance."""
    free = shell.sales - shapely.union_all([*blocked, *shell.checkouts])
    room = free.buffer(-(disc_m / 2 + MARGIN_M))
    start = shapely.Point(before(shell.entrance.reverse(), disc_m / 2 + 2 * MARGIN_M))
    for part in shapely.get_parts(room):
        if part.distance(start) < 2 * MARGIN_M:
            return part
    return shapely.Polygon()


def reached(places: Sequence[Place], shell: Shell, disc_m: float = DISC_M) -> np.ndarray:
    """Say which places have each of their open sides before a disc's free space, bool (n,)."""
    room = walkable(shell, [place.polygon() for place in places], disc_m)
    shapely.prepare(room)
    away = disc_m / 2 + 3 * MARGIN_M
    return np.array(
        [bool(room.covers(shapely.points(place.approaches(away))).all()) for place in places]
    )


def only_reached(places: Sequence[Place], shell: Shell, disc_m: float = DISC_M) -> list[Place]:
    """Leave out places that overlap an earlier one or leave the floor, then those not reached."""
    kept: list[Place] = []
    shapes: list[shapely.Polygon] = []
    floor = shell.sales.buffer(1e-6, join_style="mitre")
    for place in places:
        shape = place.polygon()
        clear = not shapes or not np.any(shapely.area(shapely.intersection(shape, shapes)) > 1e-6)
        if clear and floor.covers(shape):
            kept.append(place)
            shapes.append(shape)
    while kept and not (good := reached(kept, shell, disc_m)).all():
        kept = [place for place, fine in zip(kept, good, strict=True) if fine]
    return kept
