"""How does a search over layouts leave a dead end? By walks at many temperatures that swap places.

Each walk keeps its temperature for a round; then neighbours in temperature change places, the
likelier the better the hotter one's layout is (parallel tempering; Geyer, 1991). All share the
weight of broken shape rules, which follows how often the colder walks keep them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from layoutlab.floor.areas.kernels import (
    ALLOWED,
    BEST,
    COST,
    EVALUATIONS,
    EXCESS,
    SCALE,
    WEIGHT,
    Facility,
    facility_of,
)
from layoutlab.floor.areas.problem import Problem

COLD, HOT = 0.005, 0.3
PATIENCE = 4_000_000
ALLOWED_SHARE, WEIGHT_STEP = 0.1, 1.05
LIGHTEST, HEAVIEST = 1e-2, 1e3


class Form(NamedTuple):
    """A way to write a layout as a code, and how to walk among the codes.

    Attributes
    ----------
    start : callable
        ``start(facility, rng=)`` gives a walk with ``best`` and ``ledger``.
    anneal : callable
        ``anneal(walk, facility, steps, heat, rng)`` walks on.
    layout : callable
        ``layout(code, facility)`` gives the rectangles, shape (n, 4).
    ways : tuple of bool
        Searched side by side: False the facility as stated, True turned by 90 degrees.
    """

    start: Callable[..., Any]
    anneal: Callable[..., None]
    layout: Callable[..., np.ndarray]
    ways: tuple[bool, ...]


@dataclass
class Ladder:
    """Walks at rising temperatures over the same facility.

    Attributes
    ----------
    facility : Facility
    turned : bool
    walks : list
        The walk at each temperature, the coldest first.
    heats : ndarray of float, shape (rungs,)
        Temperatures in units of `scale`.
    scale : float
        Mean cost of random layouts for each department.
    weight : float
        Of the excess over the shape rules.
    rngs : list of Generator
        One for each temperature, and one for the changes of place.
    rounds : int
        Walked so far.
    lowest, improved_at : float, int
        Best cost at the last look, and the evaluations at which it was met.
    """

    facility: Facility
    turned: bool
    walks: list[Any]
    heats: np.ndarray
    scale: float
    weight: float
    rngs: list[np.random.Generator]
    rounds: int = 0
    lowest: float = np.inf
    improved_at: int = 0

    @property
    def best(self) -> Any:
        """The walk that met the best layout, the coldest at ties."""
        return min(self.walks, key=lambda walk: walk.ledger[BEST])

    @property
    def cost(self) -> float:
        """Cost of the best layout met; infinite while none kept the rules."""
        return float(self.best.ledger[BEST])

    @property
    def evaluations(self) -> int:
        """Layouts looked at."""
        return int(sum(walk.ledger[EVALUATIONS] for walk in self.walks))


def is_stuck(ladder: Ladder) -> bool:
    """Look at a ladder after a round; say whether it has walked in vain for too long.

    Too long is as many evaluations as its best layout took, and at least `PATIENCE`.
    """
    ladder.rounds += 1
    if ladder.cost < ladder.lowest:
        ladder.lowest, ladder.improved_at = ladder.cost, ladder.evaluations
    in_vain = ladder.evaluations - ladder.improved_at
    return in_vain > max(PATIENCE, ladder.improved_at)


def new_ladder(
    problem: Problem, form: Form, rungs: int, *, turned: bool, rng: np.random.Generator
) -> Ladder:
    """Return a ladder of walks that begin at random layouts."""
    facility = facility_of(problem, turned=turned)
    rngs = rng.spawn(rungs + 1)
    walks = [form.start(facility, rng=child) for child in rngs[:-1]]
    scale = float(np.mean([walk.ledger[SCALE] for walk in walks]))
    for walk in walks:
        walk.ledger[SCALE] = scale
    heats = np.geomspace(COLD, HOT, rungs)
    return Ladder(facility, turned, walks, heats, scale, scale, rngs)


def walk_on(ladder: Ladder, rung: int, form: Form, steps: int, cooled: float) -> None:
    """Let the walk on a rung take so many steps; `cooled` goes from 0, all hot, to 1."""
    walk = ladder.walks[rung]
    walk.ledger[WEIGHT], walk.ledger[ALLOWED] = ladder.weight, 0
    heat = float(HOT * (ladder.heats[rung] / HOT) ** cooled)
    form.anneal(walk, ladder.facility, steps, heat, ladder.rngs[rung])


def change_places(ladder: Ladder) -> None:
    """Let neighbours on the ladder change places (Metropolis' rule on both), the coldest first."""
    heats, walks = ladder.heats * ladder.scale, ladder.walks
    uniform = ladder.rngs[-1].random(len(walks) - 1)
    energy = [walk.ledger[COST] + ladder.weight * walk.ledger[EXCESS] for walk in walks]
    for k in range(len(walks) - 1):
        gain = (energy[k] - energy[k + 1]) * (1 / heats[k] - 1 / heats[k + 1])
        if uniform[k] < np.exp(min(gain, 0.0)):
            walks[k], walks[k + 1] = walks[k + 1], walks[k]
            energy[k], energy[k + 1] = energy[k + 1], energy[k]


def follow_weight(ladder: Ladder, steps: int) -> None:
    """Raise the weight of broken shapes when the colder third is seldom allowed, else lower it."""
    colder = ladder.walks[: len(ladder.walks) // 3]
    share = np.mean([walk.ledger[ALLOWED] for walk in colder]) / steps
    factor = WEIGHT_STEP if share < ALLOWED_SHARE else 1 / WEIGHT_STEP
    low, high = LIGHTEST * ladder.scale, HEAVIEST * ladder.scale
    ladder.weight = min(max(ladder.weight * factor, low), high)
