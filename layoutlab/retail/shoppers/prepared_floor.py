"""What does a plan look like to a walker? Standing points, walks between them, and what is seen.

All that depends on where things stand is worked out here once; which department is where is the
matter of `assortment`, and changing it changes nothing here.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.plans.plan import Plan
from layoutlab.floor.walking import WalkingDistances, walking_field
from layoutlab.retail.shoppers import floor_rasters, leg_kernels
from layoutlab.retail.shoppers.effects import Effects
from layoutlab.retail.shoppers.standing_points import (
    Piece,
    pieces_of,
    standing_cell,
)

FINE_M, COARSE_M = 0.25, 0.5
LARGE_M2 = 600.0


class Legs(NamedTuple):
    """The shortest walks between all standing points; number ``to * n + from``.

    Attributes
    ----------
    metres, edge_m, winding : ndarray of float, shape (n * n,)
        Length; metres of it on the perimeter; radians counter-clockwise about the floor's middle.
        A walk that does not exist is infinitely long.
    seen_start, tile_start : ndarray of int64, shape (n * n + 1,)
    seen_place : ndarray of int32
        Places in view on the way.
    seen_m : ndarray of float32
        For how many metres of walking.
    tile : ndarray of int32
        Squares of the floor walked through, the first one included.
    tile_m : ndarray of float32
    """

    metres: np.ndarray
    edge_m: np.ndarray
    winding: np.ndarray
    seen_start: np.ndarray
    seen_place: np.ndarray
    seen_m: np.ndarray
    tile_start: np.ndarray
    tile: np.ndarray
    tile_m: np.ndarray


@dataclass(frozen=True, eq=False)
class Floor:
    """A plan made ready for walking: standing points before faces, then those at doors and tills.

    Attributes
    ----------
    name : str
    cell_m : float
    origin : ndarray of float, shape (2,)
        Lower left corner of the grid, metres.
    walkable : ndarray of bool, shape (rows, columns)
        Where the middle of a person can be and get to from an entrance.
    cells : ndarray of int64, shape (n, 2)
        Of the standing points, (x, y); the first `n_places` are before faces.
    n_places : int
    fixtures : tuple of str
        All fixtures of the plan with a face that can be reached.
    fixture : ndarray of int64, shape (n_places,)
        Position in `fixtures`.
    begins, ends : ndarray of float, shape (n_places,)
        Of the piece along its face, 0 to 1.
    shelf_m : ndarray of float, shape (n_places,)
    entrances, checkouts, exits : ndarray of int64
        Numbers of standing points.
    legs : Legs
    fields : ndarray of float, shape (n, rows, columns)
        Walking lengths to each standing point, in cells.
    at_edge : ndarray of bool, shape (n,)
        Standing points on the perimeter.
    angle : ndarray of float, shape (n,)
        About the floor's middle, radians.
    loop_m : float
        Length of the outline of the walkable floor's box.
    tile_of : ndarray of int32, shape (rows, columns)
        Square of the floor, numbered from 0.
    n_tiles : int
        Squares with a walkable cell.
    unreachable : tuple of str
        Fixtures no face of which can be reached.
    """

    name: str
    cell_m: float
    origin: np.ndarray
    walkable: np.ndarray
    cells: np.ndarray
    n_places: int
    fixtures: tuple[str, ...]
    fixture: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    shelf_m: np.ndarray
    entrances: np.ndarray
    checkouts: np.ndarray
    exits: np.ndarray
    legs: Legs
    fields: np.ndarray
    at_edge: np.ndarray
    angle: np.ndarray
    loop_m: float
    tile_of: np.ndarray
    n_tiles: int
    unreachable: tuple[str, ...]


def prepare(plan: Plan, effects: Effects, *, cell_m: float | None = None) -> Floor:
    """Work out all that walking and seeing need of a plan.

    Parameters
    ----------
    plan : Plan
    effects : Effects
        Body width, distance kept to faces, field of regard.
    cell_m : float, optional
        Side of a cell; 0.25 m up to 600 m2, 0.5 m above, when not given.

    Returns
    -------
    Floor

    Raises
    ------
    InputError
        For a plan without an entrance, a checkout, a fixture, or with a checkout or all fixtures
        out of reach. Single fixtures out of reach are named in the result.
    """
    floor_rasters.check(plan)
    if cell_m is None:
        cell_m = FINE_M if plan.outline.area <= LARGE_M2 else COARSE_M
    free, opaque, origin = floor_rasters.rasters(plan, effects, cell_m)
    doors = floor_rasters.doors(plan, free, origin, cell_m)
    reached = np.isfinite(walking_field(~free, doors["entrance"][0], neighbours=8))
    floor_rasters.check_reached(plan, doors, reached)
    pieces = pieces_of(plan, effects.face_piece_m)
    stood = [
        standing_cell(piece, reached, origin, cell_m, effects.standing_off_m) for piece in pieces
    ]
    kept = [(piece, cell) for piece, cell in zip(pieces, stood, strict=True) if cell is not None]
    if not kept:
        raise InputError(f"{plan.name}: expected fixtures within reach of an entrance, got none")
    cells = np.array(
        [cell for _, cell in kept] + doors["entrance"] + doors["checkout"] + doors["exit"]
    )
    return _assembled(
        plan, effects, cell_m, reached, opaque, origin, cells, [p for p, _ in kept], doors
    )


def _assembled(
    plan: Plan,
    effects: Effects,
    cell_m: float,
    reached: np.ndarray,
    opaque: np.ndarray,
    origin: np.ndarray,
    cells: np.ndarray,
    pieces: list[Piece],
    doors: dict[str, list[tuple[int, int]]],
) -> Floor:
    n_places = len(pieces)
    ids = [piece.fixture for piece in pieces]
    fixtures = tuple(dict.fromkeys(ids))
    middle = np.array([np.mean(np.nonzero(reached)[1]), np.mean(np.nonzero(reached)[0])])
    tile_of, n_tiles = floor_rasters.tiles(reached, max(1, round(effects.zone_side_m / cell_m)))
    edge = floor_rasters.perimeter(plan, reached, origin, cell_m, effects.perimeter_band_m)
    fields = WalkingDistances(~reached, cells, neighbours=8).fields_m()
    legs = _legs(
        fields, cells, middle, edge, tile_of, n_tiles, opaque, reached, pieces, origin, cell_m,
        effects,
    )  # fmt: skip
    ends = np.cumsum([n_places, *(len(doors[kind]) for kind in ("entrance", "checkout", "exit"))])
    entrances, checkouts, exits = (
        np.arange(ends[kind], ends[kind + 1], dtype=np.int64) for kind in range(3)
    )
    rows, columns = np.nonzero(reached)
    return Floor(
        name=plan.name,
        cell_m=cell_m,
        origin=origin,
        walkable=reached,
        cells=cells,
        n_places=n_places,
        fixtures=fixtures,
        fixture=np.array([fixtures.index(name) for name in ids], dtype=np.int64),
        begins=np.array([piece.begins for piece in pieces]),
        ends=np.array([piece.ends for piece in pieces]),
        shelf_m=np.array([piece.shelf_m for piece in pieces]),
        entrances=entrances,
        checkouts=checkouts,
        exits=exits,
        legs=legs,
        fields=fields,
        at_edge=edge[cells[:, 1], cells[:, 0]],
        angle=np.arctan2(cells[:, 1] - middle[1], cells[:, 0] - middle[0]),
        loop_m=2 * cell_m * float(np.ptp(rows) + np.ptp(columns) + 2),
        tile_of=tile_of,
        n_tiles=n_tiles,
        unreachable=tuple(
            thing.id for thing in plan.of("fixture") if thing.id not in set(fixtures)
        ),
    )


def _legs(
    fields: np.ndarray,
    cells: np.ndarray,
    middle: np.ndarray,
    edge: np.ndarray,
    tile_of: np.ndarray,
    n_tiles: int,
    opaque: np.ndarray,
    reached: np.ndarray,
    pieces: list[Piece],
    origin: np.ndarray,
    cell_m: float,
    effects: Effects,
) -> Legs:
    start, place, toward = leg_kernels.visible_places(
        opaque,
        reached,
        cells[: len(pieces)],
        np.array([piece.middle for piece in pieces]),
        np.array([piece.normal for piece in pieces]),
        origin,
        cell_m,
        effects.regard_depth_m,
        np.cos(np.deg2rad(effects.regard_grazing_deg)),
    )
    turn = np.cos(np.deg2rad(effects.regard_turn_deg))
    found = [
        leg_kernels.legs_to(
            field,
            cells,
            middle,
            edge,
            tile_of,
            n_tiles,
            len(pieces),
            start,
            place,
            toward,
            turn,
            cell_m,
        )
        for field in fields
    ]
    edge_m, winding, seen_n, tile_n, seen, seen_m, tile, tile_m = map(
        np.concatenate, zip(*found, strict=True)
    )
    metres = fields[:, cells[:, 1], cells[:, 0]].ravel() * cell_m
    starts = (
        np.concatenate([[0], np.cumsum(count)]).astype(np.int64) for count in (seen_n, tile_n)
    )
    seen_start, tile_start = starts
    return Legs(metres, edge_m, winding, seen_start, seen, seen_m, tile_start, tile, tile_m)


def walk_between(floor: Floor, start: int, goal: int) -> np.ndarray:
    """Return the cells of the walk from one standing point to another, int64 (steps + 1, 2)."""
    column, row = floor.cells[start]
    cells: np.ndarray = leg_kernels.walk_cells(floor.fields[goal], column, row)
    return cells


def steps(floor: Floor, leg_counts: np.ndarray) -> np.ndarray:
    """Return how often each cell was stepped on, int64 (rows, columns).

    Parameters
    ----------
    floor : Floor
    leg_counts : ndarray of int64, shape (n * n,)
        How often each leg was walked.
    """
    n = len(floor.cells)
    total = np.zeros(floor.walkable.shape, dtype=np.int64)
    for goal, counts in enumerate(leg_counts.reshape(n, n)):
        leg_kernels.add_steps(floor.fields[goal], floor.cells, counts, total)
    return total
