"""Which assignments are kept, and what starts the next walk? Crossover, shakes and repairs."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from layoutlab.errors import InputError


@dataclass(frozen=True)
class Settings:
    """How the search goes about it; one setting serves problems of every size and family.

    Attributes
    ----------
    population : int
        Assignments kept, at least 2.
    brood : int
        Children made from one state of the population; so many can be worked on side by side.
    walk : int
        Exchanges a child walks by tabu search; fewer for n above 200, as a walk's work is capped.
    shortest, longest : float
        Bounds of the random tabu tenure, in n exchanges; 4 are added to the longest.
    patience : float
        A pair of object and location not met for so many n² exchanges is forced.
    stagnation : int
        Children in a row that enter no population before it is shaken.
    shaken : float
        Share of the objects that change places at a shake.
    """

    population: int = 15
    brood: int = 4
    walk: int = 5000
    shortest: float = 0.9
    longest: float = 1.1
    patience: float = 5.0
    stagnation: int = 30
    shaken: float = 0.3

    def __post_init__(self) -> None:
        for name, least in {"population": 2, "brood": 1, "walk": 1, "shortest": 0}.items():
            if getattr(self, name) < least:
                raise InputError(f"{name}: expected at least {least}, got {getattr(self, name)}")
        if self.longest < self.shortest:
            raise InputError(
                f"longest: expected at least the shortest, {self.shortest}, got {self.longest}"
            )


def repaired(p: np.ndarray, allowed: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `p`, or where it breaks a lock an assignment that keeps the most of it."""
    n = len(p)
    if allowed[np.arange(n), p].all():
        return p
    moves = 1 + rng.random((n, n)) / n
    moves[np.arange(n), p] = 0
    moved = linear_sum_assignment(np.where(allowed, moves, np.inf))[1]
    return moved.astype(np.int32)


def crossed(one: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uniform crossover: each object at its place in a random parent, what clashes at random.

    References
    ----------
    Benlic and Hao, "Memetic search for the quadratic assignment problem", Expert Systems with
    Applications 42 (2015), section 2.4.
    """
    n = len(one)
    order = rng.permutation(n)
    wanted = np.where(rng.random(n) < 0.5, one, other)[order]
    first = np.unique(wanted, return_index=True)[1]
    child = np.full(n, -1, np.int32)
    child[order[first]] = wanted[first]
    for parent in (one, other):
        child = np.where((child < 0) & ~np.isin(parent, child), parent, child)
    left = np.setdiff1d(np.arange(n), child)
    child[child < 0] = rng.permutation(left)
    return child.astype(np.int32)


def shaken(p: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return `p` with a share of its objects, at least two, moved among their places."""
    moving = rng.choice(len(p), max(2, int(share * len(p))), replace=False)
    changed = p.copy()
    changed[moving] = p[rng.permutation(moving)]
    return changed


class Population:
    """The assignments kept, the starts that wait for a walk, and how long nothing got better."""

    def __init__(self, n: int, settings: Settings, rng: np.random.Generator) -> None:
        self.n, self.settings, self.rng = n, settings, rng
        self.members: list[tuple[int | float, np.ndarray]] = []
        self.waiting = self._random_starts()
        self.idle = self.shakes = 0
        self.shaken_at: float = np.inf

    def starts(self) -> list[np.ndarray]:
        """Return the next brood: waiting starts first, then children of two random members."""
        brood = self.settings.brood
        if self.idle > self.settings.stagnation:
            self._shake()
        if self.waiting:
            now, self.waiting = self.waiting[:brood], self.waiting[brood:]
            return now
        return [self._child() for _ in range(brood)]

    def _shake(self) -> None:
        """Move all but the best; harder each time it stays the best, and in the end start anew."""
        best = min(range(len(self.members)), key=lambda place: self.members[place][0])
        self.shakes = 0 if self.members[best][0] < self.shaken_at else self.shakes + 1
        self.shaken_at = self.members[best][0]
        share = self.settings.shaken * (1 + self.shakes / 2)
        kept = [self.members.pop(best)]
        if share >= 1:
            self.shakes, self.shaken_at, kept = 0, np.inf, []
            self.waiting = self._random_starts()
        else:
            self.waiting = [shaken(p, share, self.rng) for _, p in self.members]
        self.members, self.idle = kept, 0

    def _random_starts(self) -> list[np.ndarray]:
        return [
            self.rng.permutation(self.n).astype(np.int32) for _ in range(self.settings.population)
        ]

    def _child(self) -> np.ndarray:
        one, other = self.rng.choice(len(self.members), 2, replace=False)
        return crossed(self.members[one][1], self.members[other][1], self.rng)

    def enter(self, cost: int | float, p: np.ndarray) -> None:
        """Keep an assignment while there is room, or instead of the worst one it beats."""
        if len(self.members) < self.settings.population:
            self.members.append((cost, p))
            return
        worst = max(range(len(self.members)), key=lambda place: self.members[place][0])
        known = any(cost == held and np.array_equal(p, q) for held, q in self.members)
        if known or cost >= self.members[worst][0]:
            self.idle += 1
            return
        self.members[worst] = (cost, p)
        self.idle = 0
