"""Where must one walk back the way one came, how far, and can one turn there?

On the skeleton where a body passes: whatever falls away when loose ends are taken off again and
again, doors kept, leads nowhere. Going round an island in it counts as a way on. A dead end begins
at the last place where its sides face each other; it ends at the wall before one.
"""

from dataclasses import dataclass

import numpy as np

from layoutlab.floor.rules.skeleton import Skeleton

FACING = -0.98
ALONG = -0.3
"""Cosine of the angle between the sides: below it a way goes on, above it into a corner."""


@dataclass(frozen=True)
class DeadEnd:
    """A way that leads nowhere.

    Attributes
    ----------
    length_m, mouth_m : float
        From the mouth to the end; width of the mouth.
    turning_m : float
        Largest disc in it, as its diameter.
    mouth, end : (float, float)
    between : tuple of str
        The things on both sides of the mouth.
    """

    length_m: float
    mouth_m: float
    turning_m: float
    mouth: tuple[float, float]
    end: tuple[float, float]
    between: tuple[str, ...]


def find(
    skeleton: Skeleton,
    doors_m: np.ndarray,
    *,
    passable_m: float,
    up_to_m: float,
    times_width: float = 1.0,
) -> tuple[DeadEnd, ...]:
    """Return the dead ends of a floor.

    Parameters
    ----------
    skeleton : Skeleton
    doors_m : ndarray of float, shape (n,)
        Largest disc at each point that touches a door; 0 elsewhere.
    passable_m : float
        Narrowest way that counts.
    up_to_m : float
        Widest mouth that counts: what is wider is a room.
    times_width : float
        Only dead ends longer than so many widths of their mouth.
    """
    ways = np.nonzero(skeleton.width_m >= passable_m)[0]
    tree = _loose(skeleton, ways, doors_m >= passable_m)
    if not tree:
        return ()
    depth, end, disc = _depths(skeleton, tree)
    found: list[DeadEnd] = []
    inside: set[int] = set()
    for child, parent, ridge in reversed(tree):  # from the loops inwards
        if parent in inside:
            inside.add(child)
            continue
        mouth = skeleton.width_m[ridge]
        if skeleton.opposite[ridge] > FACING or mouth > up_to_m:
            continue
        before_m = _before(skeleton, child, parent, ridge)
        if before_m < -1e-9:
            continue  # still before the mouth, whose corners are the nearest samples there
        length = depth[child] + before_m
        if length > times_width * mouth:
            inside.add(child)
            found.append(
                DeadEnd(
                    length, float(mouth), max(disc[child], float(mouth)),
                    _place(skeleton.middle[ridge]), _place(skeleton.points[end[child]]),
                    skeleton.between(ridge),
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.mouth, one.length_m)))


def _before(skeleton: Skeleton, child: int, parent: int, ridge: int) -> float:
    """Return how far before a point, on the way in, the chord between the sides lies, metres."""
    way = skeleton.points[parent] - skeleton.points[child]
    chord = skeleton.samples[skeleton.sides[ridge]].mean(axis=0)
    return float((chord - skeleton.points[child]) @ way / max(np.linalg.norm(way), 1e-12))


def _place(point: np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _loose(skeleton: Skeleton, ways: np.ndarray, doors: np.ndarray) -> list[tuple[int, int, int]]:
    """Return (point, the next one towards the loops, ridge), outermost first."""
    around: dict[int, dict[int, int]] = {}
    for ridge in ways.tolist():
        first, second = skeleton.ends[ridge].tolist()
        around.setdefault(first, {})[ridge] = second
        around.setdefault(second, {})[ridge] = first
    waiting = [point for point, ways_on in around.items() if len(ways_on) == 1 and not doors[point]]
    taken = []
    while waiting:
        point = waiting.pop()
        if len(around[point]) != 1:
            continue
        ridge, parent = around[point].popitem()
        taken.append((point, parent, ridge))
        del around[parent][ridge]
        if len(around[parent]) == 1 and not doors[parent]:
            waiting.append(parent)
    return taken


def _depths(
    skeleton: Skeleton, tree: list[tuple[int, int, int]]
) -> tuple[dict[int, float], dict[int, int], dict[int, float]]:
    """Return, for each loose point, how far the wall behind it is, the last point, the widest disc.

    Ways into a corner do not count as going on.
    """
    points = {point for taken in tree for point in taken[:2]}
    depth = {point: float(skeleton.clearance_m[point]) for point in points}
    end = {point: point for point in points}
    disc = {point: 2 * float(skeleton.clearance_m[point]) for point in points}
    for child, parent, ridge in tree:
        disc[parent] = max(disc[parent], disc[child])
        further = depth[child] + float(skeleton.length_m[ridge])
        if skeleton.opposite[ridge] < ALONG and further > depth[parent]:
            depth[parent], end[parent] = further, end[child]
    return depth, end, disc
