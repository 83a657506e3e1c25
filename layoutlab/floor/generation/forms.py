"""Where do fixtures stand in a grid, a racetrack and a free-form store?

All three line the walls and put tables by the entrance and racks at the checkouts; they differ in
the middle. A grid has parallel runs of gondolas; a racetrack a wide loop around blocks whose runs
point this way or that [1]_; a free-form store groups of fixtures at many angles.

References
----------
.. [1] Lewison (1994). Retailing, 5th edition, chapter on store layout (grid, loop, free-form).
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely
from shapely import box

from layoutlab.floor.generation.perimeter import (
    RACK_M,
    kept_free,
    rack_places,
    table_places,
    wall_places,
)
from layoutlab.floor.generation.places import Place, bays, halves, run
from layoutlab.floor.generation.shells import Measures, Shell

ENDCAP_M = 0.6
LONGEST_RUN_M, CAPPED_M = 15.0, 6.0
TRIES_PER_M2 = 6.0
BLOCK_M = (18.0, 9.0)
"""Longest and shortest side of a racetrack's blocks, about."""
PASSAGE_RUNS = 4
HALVED_M = 1.0
"""Gondolas no longer than this are two shelves back to back, each its own fixture."""
Rows = list[list[Place]]


def places(form: str, shell: Shell, sizes: Measures, *, rng: np.random.Generator) -> list[Place]:
    """Return the places of a store in the order in which a customer meets them."""
    racks, tables = rack_places(shell), table_places(shell, sizes)
    around = wall_places(shell, sizes)
    middle = FORMS[form](shell, _interior(shell, sizes, tables), sizes, rng=rng)
    if sizes.piece <= HALVED_M:
        middle = [half for place in middle for half in halves(place)]
    return [*tables, *around, *middle, *racks]


def _interior(shell: Shell, sizes: Measures, tables: list[Place]) -> shapely.Polygon:
    """Return where islands may stand: an aisle from walls, tables, doors and checkouts."""
    edge = shell.sales.buffer(-(sizes.wall_depth + sizes.aisle), join_style="mitre")
    around = [
        place.polygon().buffer(sizes.aisle, join_style="mitre", cap_style="square")
        for place in tables
    ]
    front = box(-1, -1, shell.outline.bounds[2] + 1, _front_m(shell, sizes, tables))
    taken = shapely.union_all([kept_free(shell, sizes), front, *around])
    return edge - taken


def _front_m(shell: Shell, sizes: Measures, tables: list[Place]) -> float:
    """Return how far from the front no island stands: past the checkouts, but for a wide gap."""
    _, _, right, top = shell.checkouts[-1].bounds
    left = min((place.polygon().bounds[0] for place in tables), default=np.inf)
    if len(shell.exits) > 1 and left - right < PASSAGE_RUNS * (sizes.gondola_depth + sizes.aisle):
        return float(top + RACK_M + sizes.main)
    return sizes.main


def grid(
    shell: Shell, inside: shapely.Polygon, sizes: Measures, *, rng: np.random.Generator
) -> list[Place]:
    """Return parallel runs of gondolas from front to back, with cross aisles when long."""
    del shell, rng
    return _runs(inside, inside.bounds, 90.0, sizes)


def racetrack(
    shell: Shell, inside: shapely.Polygon, sizes: Measures, *, rng: np.random.Generator
) -> list[Place]:
    """Return blocks of runs within a loop, each block's runs pointing one of two ways."""
    del shell
    ring = inside.buffer(-(sizes.main - sizes.aisle), join_style="mitre")
    left, low, right, high = ring.bounds
    across, along = (_blocks(size, sizes) for size in (right - left, high - low))
    wide = (right - left - (across - 1) * sizes.main) / across
    tall = (high - low - (along - 1) * sizes.main) / along
    found: list[Place] = []
    turned = rng.random((across, along)) < 0.5
    turned[0, 0] = not turned[-1, -1]
    for from_right, row in np.ndindex(across, along):
        column = across - 1 - from_right
        x, y = left + column * (wide + sizes.main), low + row * (tall + sizes.main)
        angle = 0.0 if turned[column, row] else 90.0
        found += _runs(ring, (x, y, x + wide, y + tall), angle, sizes)
    return found


def _blocks(long_m: float, sizes: Measures) -> int:
    """Return into how many blocks to cut a length so that runs fill them best."""
    pitch = sizes.gondola_depth + sizes.aisle
    fewest, most = (max(1, int(long_m // size)) for size in BLOCK_M)

    def waste(count: int) -> float:
        block = (long_m - (count - 1) * sizes.main) / count
        return float((block + sizes.aisle) % pitch) / max(int((block + sizes.aisle) / pitch), 1)

    return min(range(fewest, most + 1), key=waste)


def free(
    shell: Shell, inside: shapely.Polygon, sizes: Measures, *, rng: np.random.Generator
) -> list[Place]:
    """Return groups of one to three fixtures side by side or in a row, at any angle."""
    del shell
    left, low, right, high = inside.bounds
    tries = int(TRIES_PER_M2 * inside.area) + 60
    spots = rng.uniform((left, low), (right, high), (tries, 2)).round(2)
    angles = rng.choice(np.arange(0, 180, 15), tries) + rng.integers(-4, 5, tries)
    kinds = rng.integers(0, 3, tries)
    shapely.prepare(inside)
    shapes: list[shapely.Polygon] = []
    middles = np.full((tries, 2), np.inf)
    near = 2 * (3 * sizes.piece + sizes.aisle)
    groups: Rows = []
    for spot, angle, kind in zip(spots, angles, kinds, strict=True):
        group = _group(spot, float(angle), int(kind), sizes)
        shape = shapely.union_all([place.polygon() for place in group])
        if not inside.covers(shape):
            continue
        close = np.flatnonzero(np.hypot(*(middles[: len(shapes)] - spot).T) < near)
        if any(shape.distance(shapes[other]) < sizes.aisle for other in close):
            continue
        middles[len(shapes)] = spot
        shapes.append(shape)
        groups.append(group)
    groups.sort(key=lambda group: (round(group[0].y / 8.0), -group[0].x))
    return [place for group in groups for place in group]


def _group(spot: np.ndarray, angle: float, kind: int, sizes: Measures) -> list[Place]:
    """Return one fixture, two in a row, or two side by side with an aisle between."""
    turn = np.deg2rad(angle)
    side = np.array([-np.sin(turn), np.cos(turn)]) * (sizes.gondola_depth + sizes.aisle)
    starts = [spot, spot + side] if kind == 2 else [spot]
    lengths = np.full(2 if kind == 1 else 1, sizes.piece)
    return [
        place
        for start in starts
        for place in run("island", start, angle, lengths, sizes.gondola_depth)
    ]


def _runs(
    inside: shapely.Polygon,
    bounds: tuple[float, float, float, float],
    angle: float,
    sizes: Measures,
) -> list[Place]:
    """Fill a rectangle with parallel runs from right to left, or from the top down."""
    if angle == 0.0:
        turned = _runs(_swapped(inside), _swapped(box(*bounds)).bounds, 90.0, sizes)
        return [_swapped_place(place) for place in turned]
    left, low, right, high = bounds
    depth, wide = sizes.gondola_depth, right - left
    lanes = int((wide + sizes.aisle + 1e-9) / (depth + sizes.aisle))
    if lanes < 1:
        return []
    gap = (wide - lanes * depth) / max(lanes - 1, 1)
    first = left if lanes > 1 else left + gap / 2
    starts = [round(first + lane * (depth + gap), 2) for lane in reversed(range(lanes))]
    open_ = [_longest(inside, box(x, low, x + depth, high)) for x in starts]
    spans = _spans(open_, sizes)
    return [
        place
        for x, lane in zip(starts, open_, strict=True)
        for span in spans
        for place in _lane(x, max(span[0], lane[0]), min(span[1], lane[1]), sizes)
    ]


def _longest(inside: shapely.Polygon, strip: shapely.Polygon) -> tuple[float, float]:
    """Return from where to where an upright strip lies inside; its longest part."""
    _, low, _, high = strip.bounds
    missing = strip - inside.buffer(0.02, join_style="mitre")
    cut = [part.bounds for part in shapely.get_parts(missing) if not part.is_empty]
    edges = np.array([low, *(edge for _, one, _, other in cut for edge in (one, other)), high])
    order = np.unique(edges.round(2))
    parts = [
        (float(one), float(other))
        for one, other in pairwise(order)
        if not any(below < (one + other) / 2 < above for _, below, _, above in cut)
    ]
    return max(parts, key=lambda part: part[1] - part[0], default=(low, low))


def _spans(open_: list[tuple[float, float]], sizes: Measures) -> list[tuple[float, float]]:
    """Return from where to where blocks of runs reach, main aisles between them."""
    low, high = (float(end) for end in np.median(open_, axis=0))
    blocks = max(1, int(np.ceil((high - low) / LONGEST_RUN_M)))
    block = (high - low - (blocks - 1) * sizes.main) / blocks
    starts = [round(low + number * (block + sizes.main), 2) for number in range(blocks)]
    spans = [(start, round(start + block, 2)) for start in starts]
    spans[0] = (min(end[0] for end in open_), spans[0][1])
    spans[-1] = (spans[-1][0], max(end[1] for end in open_))
    return spans


def _lane(x: float, low: float, high: float, sizes: Measures) -> list[Place]:
    """Return one run, from the back to the front, with a cap at each end when it is long."""
    depth = sizes.gondola_depth
    caps = ENDCAP_M if high - low >= CAPPED_M and depth >= 0.95 else 0.0
    lengths = bays(high - low - 2 * caps, sizes.piece) if high - low > 2 * caps else np.empty(0)
    if not len(lengths):
        return []
    spare = high - low - 2 * caps - lengths.sum()
    y = round(high - spare / 2 - caps, 2)
    middle = run("island", (x, y), 270.0, lengths, depth)
    if not caps:
        return middle
    across, end = x + depth / 2, y - float(lengths.sum())
    back, front = (across, y, 0.0), (across, end, 180.0)
    return [Place("endcap", *back, depth, ENDCAP_M), *middle,
            Place("endcap", *front, depth, ENDCAP_M)]  # fmt: skip


def _swapped(shape: shapely.Polygon) -> shapely.Polygon:
    """Return a shape with its axes swapped."""
    return shapely.transform(shape, lambda points: points[:, ::-1])


def _swapped_place(place: Place) -> Place:
    """Return a place with its axes swapped; its back is then at what was its front."""
    turn = np.deg2rad(place.angle_deg)
    forward = np.array([-np.sin(turn), np.cos(turn)])[::-1] * place.depth_m
    angle = (90.0 - place.angle_deg) % 360.0
    if place.site == "endcap":
        return replace(place, x=place.y, y=place.x, angle_deg=(angle + 180.0) % 360.0)
    x, y = np.array([place.y, place.x]) + forward
    return replace(place, x=float(x), y=float(y), angle_deg=angle)


FORMS: dict[str, Callable[..., list[Place]]] = {"grid": grid, "racetrack": racetrack, "free": free}
