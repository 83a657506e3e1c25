"""Which layout is best of all? Every legal one simulated, where there are few enough."""

from collections.abc import Iterator

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.optimise.exchange_searches import Hunt
from layoutlab.retail.optimise.legality import Legality

MOST = 200_000


def enumerate_all(hunt: Hunt) -> None:
    """Judge every legal assignment.

    Raises
    ------
    InputError
        When there are more than `MOST`.
    """
    every = []
    for one in legal_assignments(hunt.legality):
        every.append(one)
        if len(every) > MOST:
            raise InputError(f"exact: expected at most {MOST:,} legal layouts, got more")
    hunt.judge.judged(every)


def legal_assignments(legality: Legality) -> Iterator[np.ndarray]:
    """Yield every legal assignment, those like today's in the first slots first."""
    n = len(legality.today)
    here = legality.today.copy()

    def rest(slot: int, moves: int) -> Iterator[np.ndarray]:
        if slot == n:
            if legality.keeps(here):
                yield here.copy()
            return
        now = int(legality.today[slot])
        options = np.flatnonzero(legality.allowed[slot])
        for department in sorted(options.tolist(), key=lambda one: (one != now, one)):
            moved = moves + (department != now)
            if moved <= legality.most_moves:
                here[slot] = department
                yield from rest(slot + 1, moved)
        here[slot] = now

    yield from rest(0, 0)
