"""What building does a store stand in? Outline, back room, doors and checkouts.

The front is at the bottom, the back room at the back; customers come in at the right of the front
and leave at its left, past the checkouts.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import box

SMALL_M2, LARGE_M2 = 400.0, 1500.0
WALL_M = 0.2
LANE_M = 1.25
"""Between two checkouts."""
L_SHAPED = 0.3
"""Share of the stores of `SMALL_M2` and more."""


@dataclass(frozen=True)
class Measures:
    """Sizes that go with the size of the store, all in metres.

    Attributes
    ----------
    aisle, main : float
        Widths of side and main aisles.
    wall_depth, gondola_depth : float
        Of places along walls, and of gondolas.
    piece : float
        Length of a fixture.
    vestibule, checkout : float
        Between front and checkouts; length of a checkout.
    door : float
        Width of entrance and exit.
    """

    aisle: float
    main: float
    wall_depth: float
    gondola_depth: float
    piece: float
    vestibule: float
    checkout: float
    door: float


@dataclass(frozen=True, eq=False)
class Shell:
    """A building without fixtures.

    Attributes
    ----------
    outline, sales, back_room : Polygon
        The sales floor is the outline without back room and its walls.
    walls : Polygon
        Between sales floor and back room.
    back_door : LineString
        On the sales floor's edge.
    entrance, exits : LineString and tuple of LineString
        On the outline; the exits after the first are for emergencies.
    checkouts, accessible : tuple of Polygon and tuple of bool
        From left to right.
    """

    outline: shapely.Polygon
    sales: shapely.Polygon
    back_room: shapely.Polygon
    walls: shapely.Polygon
    back_door: shapely.LineString
    entrance: shapely.LineString
    exits: tuple[shapely.LineString, ...]
    checkouts: tuple[shapely.Polygon, ...]
    accessible: tuple[bool, ...]


def measures(area_m2: float, piece_m: float, *, rng: np.random.Generator) -> Measures:
    """Draw the sizes that suit a store of this area, with fixtures of this length."""
    tier = int(area_m2 >= SMALL_M2) + int(area_m2 >= LARGE_M2)
    low, main = ((1.3, 1.5), (1.9, 2.4), (2.2, 3.0))[tier]
    aisle = round(float(rng.uniform(low, low + (0.1, 0.3, 0.3)[tier])), 2)
    depth = round(float(rng.uniform((0.9, 1.0, 1.1)[tier], (1.0, 1.2, 1.3)[tier])), 2)
    door = (1.6, 2.4, 4.0)[tier]
    vestibule, checkout = (1.5, 2.6, 3.2)[tier], (1.8, 2.2, 2.6)[tier]
    return Measures(aisle, main, 1.0, depth, piece_m, vestibule, checkout, door)


def checkout_count(area_m2: float) -> int:
    """Return how many checkouts a store of this area has: 2 at 150 m², 5 at 800, 20 at 6,000."""
    return max(1, round(0.07 * area_m2**0.65))


def accessible_count(checkouts: int, area_m2: float) -> int:
    """Return how many checkouts have to be accessible.

    References
    ----------
    2010 ADA Standards for Accessible Design, table 227.2; section 227.2 exception for less than
    5,000 square feet (465 m²).
    """
    if area_m2 < 465 or checkouts <= 4:
        return 1
    if checkouts <= 15:
        return 2 if checkouts <= 8 else 3
    return 3 + int(np.ceil(0.2 * (checkouts - 15)))


def shell(
    area_m2: float, sizes: Measures, *, rng: np.random.Generator, aspect: float | None = None
) -> Shell:
    """Draw a building.

    Parameters
    ----------
    area_m2 : float
        Of the outline, from 150 to 6,000; met within 3 %.
    sizes : Measures
    rng : numpy.random.Generator
    aspect : float, optional
        Width by depth of a plain rectangle; drawn, and the shape sometimes an L, when not given.
    """
    small = area_m2 < SMALL_M2
    cut = (0.0, 0.0)
    if aspect is None:
        aspect = float(rng.uniform(0.8, 1.1) if small else rng.uniform(1.2, 1.6))
        drawn = rng.random(), rng.uniform(0.25, 0.4), rng.uniform(0.25, 0.4)
        cut = (float(drawn[1]), float(drawn[2])) if drawn[0] < L_SHAPED and not small else cut
    full = area_m2 / (1 - cut[0] * cut[1])
    wide = round(float(np.sqrt(full * aspect)), 1)
    deep = round(full / wide, 1)
    left_cut = bool(rng.random() < 0.5)
    notch = box(0, deep - round(cut[1] * deep, 1), round(cut[0] * wide, 1), deep)
    notch = notch if left_cut else _mirrored(notch, wide)
    outline = shapely.Polygon(box(0, 0, wide, deep) - notch if cut[0] else box(0, 0, wide, deep))
    room, walls = _back_room(outline, small, left_cut)
    sales = shapely.Polygon(shapely.normalize(outline - room - walls).exterior)
    checkouts = _checkouts(area_m2, sizes)
    return Shell(
        outline, sales, room, walls, _back_door(walls, wide),
        shapely.LineString(_door(wide - 1.8 - sizes.door / 2 - 0.06 * wide, sizes)),
        (shapely.LineString(_door(1.4 + sizes.door / 2, sizes)), *_emergency(area_m2, sales)),
        checkouts, _accessible(len(checkouts), area_m2),
    )  # fmt: skip


def _mirrored(shape: shapely.Polygon, wide: float) -> shapely.Polygon:
    left, low, right, high = shape.bounds
    return box(round(wide - right, 2), low, round(wide - left, 2), high)


def _back_room(
    outline: shapely.Polygon, small: bool, at_left: bool
) -> tuple[shapely.Polygon, shapely.Polygon]:
    """Return back room and its wall: a corner of small stores, the whole back of others."""
    _, _, wide, deep = outline.bounds
    depth = round(max(2.2, 0.13 * deep), 1)
    if small:
        room = box(0, deep - depth, round(0.35 * wide, 1), deep)
        room = room if at_left else _mirrored(room, wide)
    else:
        room = box(0, deep - depth, wide, deep) & outline
    left, low, right, high = room.bounds
    wall = box(left, low, right, low + WALL_M)
    if small:
        side = right - WALL_M if at_left else left
        wall = shapely.union(wall, box(side, low, side + WALL_M, high))
    return shapely.Polygon((room - wall).exterior), wall


def _back_door(walls: shapely.Polygon, wide: float) -> shapely.LineString:
    left, low, right, _ = walls.bounds
    middle = round((left + right) / 2, 1)
    half = 0.6 if wide < 20 else 0.9
    return shapely.LineString([(middle - half, low), (middle + half, low)])


def _door(middle: float, sizes: Measures) -> list[tuple[float, float]]:
    middle = round(middle, 1)
    return [(middle - sizes.door / 2, 0.0), (middle + sizes.door / 2, 0.0)]


def _emergency(area_m2: float, sales: shapely.Polygon) -> list[shapely.LineString]:
    """Return doors of 1.2 m in the sides: one from 465 m², two from 2,000 m²."""
    _, _, wide, _ = sales.bounds
    doors = []
    for x, least in ((0.0, 465.0), (wide, 2000.0)):
        on_side = [y for px, y in sales.exterior.coords if abs(px - x) < 1e-9]
        middle = round(0.6 * max(on_side), 1)
        if area_m2 >= least:
            doors.append(shapely.LineString([(x, middle - 0.6), (x, middle + 0.6)]))
    return doors


def _checkouts(area_m2: float, sizes: Measures) -> tuple[shapely.Polygon, ...]:
    left = 1.4 if area_m2 < SMALL_M2 else 2.4
    pitch = 1.0 + LANE_M
    return tuple(
        box(left + i * pitch, sizes.vestibule, left + i * pitch + 1.0,
            sizes.vestibule + sizes.checkout)
        for i in range(checkout_count(area_m2))
    )  # fmt: skip


def _accessible(count: int, area_m2: float) -> tuple[bool, ...]:
    needed = accessible_count(count, area_m2)
    return tuple(number >= count - needed for number in range(count))
