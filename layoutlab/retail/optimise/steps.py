"""In which steps can a store carry out a change of layout, and in which order?

A step is the least that leaves every department somewhere: departments that change places in a ring
go together, a shelf that only changes hands goes alone, and so does a fixture that is moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np

from layoutlab.retail.optimise.layouts import Change, Layout


@dataclass(frozen=True)
class Step:
    """Slots that change hands together, or fixtures that are moved together."""

    slots: tuple[int, ...] = ()
    fixtures: tuple[int, ...] = ()

    @property
    def moves(self) -> int:
        """Slots and fixtures of the step."""
        return len(self.slots) + len(self.fixtures)


@dataclass(frozen=True, eq=False)
class Done:
    """A step in its turn: the layout after it, and what that is worth."""

    step: Step
    layout: Layout
    worth: float


def steps_of(before: Layout, after: Layout, change: Change) -> tuple[Step, ...]:
    """Return the steps from one layout to another, in no particular order.

    Rings are taken as short as they can be found: exchanges of two first.
    """
    handed = nx.MultiDiGraph()
    for slot in change.slots:
        was, now = int(before.assignment[slot]), int(after.assignment[slot])
        handed.add_edge(was, now, key=slot)
    steps = [Step(slots=ring) for ring in _rings(handed)]
    steps += [Step(slots=(slot,)) for _, _, slot in sorted(handed.edges(keys=True))]
    return (*steps, *(Step(fixtures=(fixture,)) for fixture in change.fixtures))


def _rings(handed: nx.MultiDiGraph) -> list[tuple[int, ...]]:
    """Take the rings out of the graph of departments, shortest first, and return their slots."""
    rings: list[tuple[int, ...]] = []
    while True:
        found = [ring for node in sorted(handed) if (ring := _shortest_ring(handed, node))]
        if not found:
            return rings
        ring = min(found, key=lambda nodes: (len(nodes), nodes))
        slots = []
        for was, now in zip(ring, [*ring[1:], ring[0]], strict=True):
            slots.append(min(handed[was][now]))
            handed.remove_edge(was, now, slots[-1])
        rings.append(tuple(sorted(slots)))


def _shortest_ring(handed: nx.MultiDiGraph, node: int) -> list[int] | None:
    ways = [
        nx.shortest_path(handed, follower, node)
        for follower in sorted(handed.successors(node))
        if nx.has_path(handed, follower, node)
    ]
    return [node, *min(ways, key=len)[:-1]] if ways else None


def taken(layout: Layout, after: Layout, step: Step) -> Layout:
    """Return the layout once a step is done."""
    assignment, shift = layout.assignment.copy(), layout.shift.copy()
    assignment[list(step.slots)] = after.assignment[list(step.slots)]
    shift[list(step.fixtures)] = after.shift[list(step.fixtures)]
    return replace(layout, assignment=assignment, shift=shift)


def in_order(
    before: Layout,
    after: Layout,
    steps: Sequence[Step],
    worth: Callable[[Layout], float],
    legal: Callable[[Layout], bool],
) -> tuple[list[Done], tuple[Step, ...]]:
    """Put steps in an order in which each leaves a legal layout, the most worth per move first.

    Steps none of which is legal alone are joined, two by two first, then all that are left.

    Parameters
    ----------
    before, after : Layout
    steps : sequence of Step
    worth : callable
        What a layout is worth; more is better.
    legal : callable
        Whether a layout may stand over night.

    Returns
    -------
    done : list of Done
    stuck : tuple of Step
        Steps that no order makes legal; empty when `after` is legal itself.
    """
    done: list[Done] = []
    layout, value, left = before, worth(before), list(steps)
    while left:
        tried = _legal_ones(layout, after, left, legal)
        if not tried:
            return done, tuple(left)
        ranked = [(worth(reached), step, reached) for step, reached in tried]
        gain, step, layout = max(
            ranked, key=lambda entry: ((entry[0] - value) / entry[1].moves, -min(_key(entry[1])))
        )
        value = gain
        done.append(Done(step, layout, value))
        left = [other for other in left if not set(_key(other)) <= set(_key(step))]
    return done, ()


def _key(step: Step) -> tuple[int, ...]:
    """Return the step's parts as numbers: slots from 0 up, fixtures from -1 down."""
    return (*step.slots, *(-1 - fixture for fixture in step.fixtures))


def _legal_ones(
    layout: Layout, after: Layout, left: Sequence[Step], legal: Callable[[Layout], bool]
) -> list[tuple[Step, Layout]]:
    pairs = [_joined(one, other) for at, one in enumerate(left) for other in left[at + 1 :]]
    for size in (list(left), pairs, [_joined(*left)]):
        reached = [(step, taken(layout, after, step)) for step in size]
        if found := [(step, new) for step, new in reached if legal(new)]:
            return found
    return []


def _joined(*steps: Step) -> Step:
    slots = tuple(sorted(slot for step in steps for slot in step.slots))
    fixtures = tuple(sorted(fixture for step in steps for fixture in step.fixtures))
    return Step(slots, fixtures)


def gains(before_worth: float, done: Sequence[Done]) -> np.ndarray:
    """Return what each step added, in their order."""
    added: np.ndarray = np.diff([before_worth, *(one.worth for one in done)])
    return added
