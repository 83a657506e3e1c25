"""Where do cold, water and power come out? Lines at the fixtures that need them.

Mains run at the backs of fixtures that stand against something, and through the middle of others:
one line for each thing needed, as long as the fixtures that follow each other in a row.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from layoutlab.floor.generation.shells import Shell
from layoutlab.floor.plans.plan import Thing

CARRIED = ("cold", "water", "power")
JOINED_M = 0.05


def utilities(fixtures: Sequence[Thing], building: Shell) -> list[Thing]:
    """Return the mains and the back room's door, each as a line on the sales floor."""
    things = [
        Thing(f"{kind}-{number}", "utility", line, name=kind, type=kind)
        for kind in CARRIED
        for number, line in enumerate(_mains(fixtures, kind), 1)
    ]
    door = Thing("back-door", "utility", building.back_door, name="back room", type="back room")
    return [*things, door]


def _mains(fixtures: Sequence[Thing], kind: str) -> list[shapely.LineString]:
    backs = [_back(thing) for thing in fixtures if kind in thing.needs]
    lines: list[list[np.ndarray]] = []
    for back in backs:
        if lines and _continues(lines[-1], back):
            lines[-1][1] = back[1]
        else:
            lines.append([back[0], back[1]])
    return [shapely.LineString(np.round(line, 3)) for line in lines]


def _back(thing: Thing) -> np.ndarray:
    """Return the line along a fixture: its back at a wall, else its middle; float (2, 2)."""
    four = np.asarray(thing.shape.exterior.coords)[:4]
    if len(thing.faces) == 1:
        return four[:2]
    return np.array([(four[0] + four[3]) / 2, (four[1] + four[2]) / 2])


def _continues(line: Sequence[np.ndarray], back: np.ndarray) -> bool:
    touching = np.hypot(*(back[0] - line[1])) < JOINED_M
    one, other = line[1] - line[0], back[1] - back[0]
    turn = abs(one[0] * other[1] - one[1] * other[0])
    return bool(touching and turn < JOINED_M and one @ other > 0)
