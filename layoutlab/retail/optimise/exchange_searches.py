"""How far do single changes lead? Greedy, simulated annealing, tabu on the core, and null methods.

Each is a function of a `Hunt`; it returns when it has nothing left to try, and the judge ends it by
`judging.SpentError` when the effort is used up.
"""

from dataclasses import dataclass, replace

import numpy as np

from layoutlab.retail.optimise import additive_model, quadratic_core
from layoutlab.retail.optimise.judging import MARGIN, Judge
from layoutlab.retail.optimise.legality import Legality, changed, given_back, neighbours
from layoutlab.retail.optimise.screening import Screen, Tables, cautious, ranked

BATCH = 8
"""Candidates that go from the screen to the simulator at once."""
TABU_BATCH, WIDEST = 3, 12
"""Of tabu search: candidates at first, and after some rounds, one batch more each."""
FEW_MOVES = 2
"""Up to so many, tabu search goes through single changes before it walks."""
WALK_STEPS = 60
IDLE_ROUNDS = 20
WEIGHTS = (0.5, 0.8, 0.3, 0.65, 0.95, 0.4)
"""Of margin against walking, tried in turn on the core; the simulator alone decides."""
LESSONS = 400
"""Layouts that tabu search simulates, at least, before it learns from them."""
DOUBTS = (0.0, 1.0, 2.0)
"""Of the amounts learned, in turn: standard deviations by which they are drawn anew."""
HOT, COLD = 0.02, 0.0005
"""Accepted losses at the start and at the end of an annealing, as shares of today's margin."""


@dataclass(frozen=True, eq=False)
class Hunt:
    """All that a method may use.

    Attributes
    ----------
    judge : Judge
    legality : Legality
    start : ndarray of int64, shape (n_slots,)
        Legal.
    screen : callable
    tables : Tables
    rng : numpy.random.Generator
    """

    judge: Judge
    legality: Legality
    start: np.ndarray
    screen: Screen
    tables: Tables
    rng: np.random.Generator


def present(hunt: Hunt) -> None:
    """Leave all as it is."""


def popularity(hunt: Hunt) -> None:
    """Give the most bought departments the slots most in view: the rule of thumb, judged once.

    From the most bought department on, each of its slots takes, by a legal exchange, the place of
    the most exposed slot not yet given away.
    """
    slots, tally = hunt.judge.setting.slots, hunt.tables
    bought = tally.legs[:-2, :-2].sum(axis=0)
    seen = quadratic_core.core_of(tally, hunt.start).seen
    here, given = hunt.start.copy(), np.zeros(len(hunt.start), dtype=bool)
    for department in np.argsort(-bought, kind="stable"):
        for _ in range(int((slots.today == department).sum())):
            own = np.flatnonzero((here == department) & ~given)
            if not len(own):
                break
            target = _legal_target(hunt, here, given, int(own[np.argmin(seen[own])]), seen)
            given[target] = True
    hunt.judge.judged([here])


def _legal_target(
    hunt: Hunt, here: np.ndarray, given: np.ndarray, slot: int, seen: np.ndarray
) -> int:
    """Move what a slot holds to the most exposed free slot that the law allows; return it."""
    for target in np.argsort(-seen, kind="stable"):
        if given[target]:
            continue
        if here[target] == here[slot]:
            return int(target)
        here[slot], here[target] = here[target], here[slot]
        if hunt.legality.keeps(here):
            return int(target)
        here[slot], here[target] = here[target], here[slot]
    return slot


def at_random(hunt: Hunt) -> None:
    """Try legal layouts drawn at random: from the start, 1 to 30 chance changes away."""
    while True:
        tried = hunt.start
        for _ in range(int(hunt.rng.integers(1, 31))):
            tried = changed(hunt.legality, tried, rng=hunt.rng)
        hunt.judge.judged([tried])


def greedy(hunt: Hunt) -> None:
    """Take the first better change, most promising on the screen first, until none is better."""
    here = hunt.start
    key = hunt.judge.key(hunt.judge.judged([here])[0])
    while True:
        near = neighbours(hunt.legality, here)
        order = ranked(hunt.screen, hunt.judge.setting.slots.today, near)
        for first in range(0, len(order), BATCH):
            batch = near[order[first : first + BATCH]]
            keys = [hunt.judge.key(values) for values in hunt.judge.judged(batch)]
            if max(keys) > key:
                key, here = max(keys), batch[keys.index(max(keys))]
                break
        else:
            return


def annealing(hunt: Hunt) -> None:
    """Walk by chance changes, losses accepted ever more rarely; beyond a limit, never.

    The temperature falls geometrically from `HOT` to `COLD` over the evaluations, or over 2,000
    where only time is limited, and then starts again.

    References
    ----------
    Kirkpatrick, Gelatt and Vecchi, "Optimization by Simulated Annealing", Science 220 (1983).
    """
    judge = hunt.judge
    here, value = hunt.start, judge.judged([hunt.start])[0]
    length = judge.effort.evaluations or 2000
    while True:
        at = (len(judge.values) % length) / length
        heat = judge.today[MARGIN] * HOT * (COLD / HOT) ** at
        tried = changed(hunt.legality, here, rng=hunt.rng)
        found = judge.judged([tried])[0]
        better = judge.key(found) >= judge.key(value)
        worse_by = value[MARGIN] - found[MARGIN]
        lucky = hunt.rng.random() < np.exp(-max(worse_by, 0.0) / heat)
        if better or (judge.keeps_limits(found) and lucky):
            here, value = tried, found


def tabu(hunt: Hunt) -> None:
    """Walk on the quadratic core by tabu search while that helps, then go by what was learned.

    The search climbs from the start by the single changes that the screen puts first, and goes on
    by rounds of walks. After a round that finds nothing better, and `LESSONS` layouts, the rounds
    are those of a model learned from all layouts simulated. Where no more than `FEW_MOVES` may
    change, it goes through all single changes first.
    """
    judge, turn, idle, stuck = hunt.judge, 0, 0, False
    if hunt.legality.most_moves <= FEW_MOVES:
        _step_by_step(hunt)
    if hunt.legality.most_moves <= 1:
        return
    _climb(hunt, hunt.start, TABU_BATCH)
    while idle < IDLE_ROUNDS:
        known, best = len(judge.values), judge.best
        turn = (_learned_round if stuck else _core_round)(hunt, turn)
        stuck = stuck or (judge.best == best and len(judge.values) > LESSONS)
        idle = idle + 1 if len(judge.values) == known else 0


def _core_round(hunt: Hunt, turn: int) -> int:
    """Walk with each of the `WEIGHTS`, and simulate the best that each walk met.

    Walks start in turn from the best layout so far, from the start, and from the best one shaken.
    After each, the search climbs from the best layout, or the best with some slots given back,
    which makes room.
    """
    count = min(TABU_BATCH * (1 + turn // len(WEIGHTS)), WIDEST)
    for weight in WEIGHTS:
        origin = _origin(hunt, turn)
        met = quadratic_core.walk(hunt.tables, hunt.legality, origin, weight, steps=WALK_STEPS,
                                  rng=hunt.rng)  # fmt: skip
        hunt.judge.judged(_promising(hunt, np.array(met), TABU_BATCH) if met else [])
        _climb(hunt, _roomy(hunt, turn), count)
        turn += 1
    return turn


def _learned_round(hunt: Hunt, turn: int) -> int:
    """Climb, with each of the `DOUBTS`, from the layout that is best by what was learned.

    After each, the search climbs from the best layout so far as after a walk. What was learned is
    the screen of both.
    """
    judge, problem = hunt.judge, hunt.judge.setting.problem
    for doubt in DOUBTS:
        model = additive_model.learned(judge)
        informed = replace(hunt, screen=model.screen)
        drawn = model.amounts(doubt, rng=hunt.rng)
        foreseen = additive_model.best_layout(problem, drawn, additive_model.room_of(judge))
        if foreseen is not None and hunt.legality.keeps(foreseen):
            _climb(informed, foreseen, BATCH)
        _climb(informed, _roomy(hunt, turn), BATCH)
        turn += 1
    return turn


def _step_by_step(hunt: Hunt) -> None:
    """Try the single changes of the start and of the best layout, most promising first, to the end.

    With one move these are all the layouts there are.
    """
    judge, before = hunt.judge, 0
    while len(judge.values) > before:
        before = len(judge.values)
        for here in (hunt.start, judge.assignments[judge.best]):
            near = neighbours(hunt.legality, here)
            judge.judged(_promising(hunt, near, BATCH))


def _climb(hunt: Hunt, here: np.ndarray, count: int) -> None:
    """Take the best of the most promising single changes as long as it is better."""
    key = hunt.judge.key(hunt.judge.judged([here])[0])
    while True:
        tried = _promising(hunt, neighbours(hunt.legality, here), count)
        keys = [hunt.judge.key(values) for values in hunt.judge.judged(tried)]
        if not keys or max(keys) <= key:
            return
        key, here = max(keys), tried[keys.index(max(keys))]


def _roomy(hunt: Hunt, turn: int) -> np.ndarray:
    """Return the best layout with none to four of its slots given back, in turn."""
    here = hunt.judge.assignments[hunt.judge.best]
    for _ in range((0, 2, 1, 3, 4)[turn % 5]):
        here = given_back(hunt.legality, here, rng=hunt.rng)
    return here


def _origin(hunt: Hunt, turn: int) -> np.ndarray:
    best = hunt.judge.assignments[hunt.judge.best]
    if turn % 3 == 0:
        return hunt.start if turn == 0 else best
    if turn % 3 == 1:
        return hunt.start
    for _ in range(3):
        best = changed(hunt.legality, best, rng=hunt.rng)
    return best


def _promising(hunt: Hunt, assignments: np.ndarray, count: int) -> list[np.ndarray]:
    """Return the first `count` on the screen that were not simulated yet.

    Where what was simulated so far is no better than the start, the order becomes `cautious`.
    """
    if not len(assignments):
        return []
    in_vain = hunt.judge.best == 0 and len(hunt.judge.values) > 1
    by = cautious if in_vain else ranked
    order = by(hunt.screen, hunt.judge.setting.slots.today, assignments)
    unknown = [at for at in order if assignments[at].tobytes() not in hunt.judge.known]
    return [assignments[at] for at in unknown[:count]]
