"""What do populations of layouts find? A genetic algorithm, NSGA-II and NSGA-III.

Crossovers are the floor study's: masks of one point, two points or single slots say what a child
takes from its second parent; `legality.crossed` keeps it legal.
"""

from functools import partial

import numpy as np

from layoutlab.floor.store import pareto
from layoutlab.retail.optimise.exchange_searches import Hunt
from layoutlab.retail.optimise.legality import changed, crossed
from layoutlab.retail.optimise.setting import SIGNS

POPULATION, ELITE, TOURNAMENT = 24, 2, 2
CROSSOVER = 0.8
CROSSOVERS = ("one_point", "two_point", "uniform")
FOREVER = 10**6


def mask_of(crossover: str, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Return which of n slots a child takes from its second parent, bool (n,)."""
    if crossover == "uniform":
        return rng.random(n) < 0.5
    cuts = np.sort(rng.integers(0, n + 1, 1 if crossover == "one_point" else 2))
    low, high = (cuts[0], n) if len(cuts) == 1 else cuts
    at = np.arange(n)
    mask: np.ndarray = (low <= at) & (at < high)
    return mask


def genetic(hunt: Hunt, crossover: str = "uniform") -> None:
    """Breed by tournaments under the judge's order, crossover and mutation; the best two stay."""
    judge, rng = hunt.judge, hunt.rng
    people = _first(hunt)
    keys = [judge.key(values) for values in judge.judged(people)]
    while True:
        children = []
        for _ in range(POPULATION - ELITE):
            one, other = (_winner(keys, rng) for _ in range(2))
            child = people[one]
            if rng.random() < CROSSOVER:
                mask = mask_of(crossover, len(child), rng=rng)
                child = crossed(hunt.legality, child, people[other], mask, rng=rng)
            children.append(changed(hunt.legality, child, rng=rng))
        new = [judge.key(values) for values in judge.judged(children)]
        elite = sorted(range(len(people)), key=lambda at: keys[at], reverse=True)[:ELITE]
        people = [people[at] for at in elite] + children
        keys = [keys[at] for at in elite] + new


def compromises(hunt: Hunt, selection: str) -> None:
    """Search all five objectives at once by the floor study's NSGA-II or NSGA-III."""
    judge, legality = hunt.judge, hunt.legality
    waiting = iter(_first(hunt))

    def create(*, rng: np.random.Generator) -> np.ndarray:
        return next(waiting)

    def cross(layout: np.ndarray, other: np.ndarray, /, *, rng: np.random.Generator) -> np.ndarray:
        mask = mask_of("uniform", len(layout), rng=rng)
        return crossed(legality, layout, other, mask, rng=rng)

    def value(number: int, layout: np.ndarray) -> float:
        return float(SIGNS[number] * judge.judged([layout])[0][number])

    problem = pareto.Problem(
        create=create,
        mutate=partial(changed, legality),
        cross=cross,
        objectives=tuple(partial(value, number) for number in range(len(SIGNS))),
    )
    settings = pareto.Settings(POPULATION, selection, CROSSOVER, divisions=4)
    pareto.search(problem, settings, FOREVER, rng=hunt.rng)


def _first(hunt: Hunt) -> list[np.ndarray]:
    """Return the start and layouts 1 to 8 chance changes away from it."""
    people = [hunt.start]
    while len(people) < POPULATION:
        one = hunt.start
        for _ in range(int(hunt.rng.integers(1, 9))):
            one = changed(hunt.legality, one, rng=hunt.rng)
        people.append(one)
    return people


def _winner(keys: list[tuple[float, float]], rng: np.random.Generator) -> int:
    entered = rng.integers(len(keys), size=TOURNAMENT)
    return int(max(entered, key=lambda at: keys[at]))
