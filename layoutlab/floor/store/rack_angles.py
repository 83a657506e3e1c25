"""Are racks seen more when they stand at an acute angle to the main aisle?

A straight main aisle with parallel racks on one side, as in Mowrey, Parikh and Gue (2018): racks
are lines with two faces, the shopper walks along the middle of the aisle and turns the head no
farther than the field of regard allows. Racks hide each other; people and heights are left out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.floor.visibility import Regard

RACKS = 21


def rack_exposure(
    angle_deg: float,
    regard: Regard,
    *,
    rack_m: float = 6.0,
    gap_m: float = 2.4,
    aside_m: float = 1.5,
    pieces: int = 60,
    step_m: float = 0.25,
) -> np.ndarray:
    """Return which pieces of the middle rack's two faces a shopper sees who passes once.

    Parameters
    ----------
    angle_deg : float
        Between the direction of walking and the rack, seen from the aisle, above 0 and below 180
        degrees. Below 90, acute: the rack leans forward, and one looks into the gaps.
    regard : Regard
    rack_m, gap_m, aside_m : float
        Length of a rack; distance between neighbours, measured across; distance from the line
        walked to the ends of the racks. Metres, above 0.
    pieces : int
        Pieces that each face is cut into; a piece counts as seen where its middle is.
    step_m : float
        Between the points from which the shopper looks.

    Returns
    -------
    ndarray of bool, shape (2, pieces)
        The face on the shopper's side, then the other, from the aisle inwards.

    Raises
    ------
    InputError
        When the angle is not between 0 and 180 degrees.
    """
    if not 0 < angle_deg < 180:
        raise InputError(f"angle_deg: expected between 0 and 180 degrees, got {angle_deg:g}")
    angle = np.deg2rad(angle_deg)
    along = np.array([np.cos(angle), np.sin(angle)])
    pitch = gap_m / np.sin(angle)
    starts = np.column_stack([np.arange(RACKS) * pitch, np.full(RACKS, aside_m)])
    middle = starts[RACKS // 2] + (np.arange(pieces)[:, None] + 0.5) / pieces * rack_m * along
    others = np.delete(starts, RACKS // 2, axis=0)
    span = regard.depth_m + rack_m
    walked = starts[RACKS // 2, 0] + np.arange(-span, span, step_m)
    front = np.array([-along[1], along[0]])
    seen = np.zeros((2, pieces), dtype=bool)
    for x in walked:
        line = middle - (x, 0.0)
        distance = np.hypot(line[:, 0], line[:, 1])
        ahead = line[:, 0] >= np.cos(np.deg2rad(regard.turn_deg)) * distance - 1e-12
        inside = ahead & (distance <= regard.depth_m)
        inside &= ~_hidden(np.array([x, 0.0]), middle, others, along * rack_m)
        facing = line @ front
        seen[0] |= inside & (facing < 0)
        seen[1] |= inside & (facing > 0)
    return seen


def _hidden(
    eye: np.ndarray, points: np.ndarray, starts: np.ndarray, rack: np.ndarray
) -> np.ndarray:
    """Say for each point whether a rack, from a start along `rack`, crosses the line to it."""
    line = points - eye
    across = line[:, 0] * rack[1] - line[:, 1] * rack[0]
    to_start = starts - eye
    with np.errstate(divide="ignore", invalid="ignore"):
        on_line = (to_start[:, 0] * rack[1] - to_start[:, 1] * rack[0]) / across[:, None]
        on_rack = (to_start[:, 0] * line[:, 1, None] - to_start[:, 1] * line[:, 0, None]) / across[
            :, None
        ]
    crossed: np.ndarray = ((on_line > 0) & (on_line < 1) & (on_rack >= 0) & (on_rack <= 1)).any(
        axis=1
    )
    return crossed


def angle_study(
    angles_deg: Sequence[float], head_turns_deg: Sequence[float], *, depth_m: float = 12.0
) -> pd.DataFrame:
    """Return how much of a rack is seen, by its angle and by how far shoppers turn their heads.

    Returns
    -------
    DataFrame
        angle_deg, head_turn_deg, one_way and both_ways: share of the length of both faces that is
        seen by shoppers who pass in one direction, and by those of both directions together.
    """
    rows = []
    for head in head_turns_deg:
        regard = Regard(depth_m, head)
        for angle in angles_deg:
            there = rack_exposure(angle, regard)
            back = rack_exposure(180 - angle, regard)[::-1]
            rows.append((angle, head, there.mean(), (there | back).mean()))
    return pd.DataFrame(rows, columns=["angle_deg", "head_turn_deg", "one_way", "both_ways"])
