"""What do exchanges of two slots add to walking and to exposure? The quadratic assignment core.

Walks between slots are flows between what they hold times the distance between the slots; what is
seen at a slot is taken to stay as it is, and a content gains by it in proportion. That is a
quadratic assignment problem with a linear term (Koopmans and Beckmann 1957).
"""

from dataclasses import dataclass

import numpy as np

from layoutlab.retail.optimise.legality import Legality
from layoutlab.retail.optimise.screening import Tables, exposures


@dataclass(frozen=True, eq=False)
class Core:
    """The problem around one assignment; what a slot holds keeps its share of its department.

    Attributes
    ----------
    flows : ndarray of float, shape (s + 2, s + 2)
        Walks per trip between what stands in the slots; the last two are the doors.
    metres : ndarray of float, shape (s + 2, s + 2)
    worth : ndarray of float, shape (s,)
        Unplanned margin per metre of exposure of what stands in each slot.
    seen : ndarray of float, shape (s,)
        Metres of exposure of each slot.
    """

    flows: np.ndarray
    metres: np.ndarray
    worth: np.ndarray
    seen: np.ndarray


def core_of(tables: Tables, assignment: np.ndarray) -> Core:
    """Return the core around an assignment."""
    n, n_departments = len(assignment), len(tables.margin)
    space = np.bincount(assignment, tables.shelf_m, minlength=n_departments)
    share = np.append(tables.shelf_m / space[assignment], [1.0, 1.0])
    department = np.append(assignment, [n_departments, n_departments + 1])
    flows = tables.legs[np.ix_(department, department)] * np.outer(share, share)
    metres = tables.metres.copy()
    np.fill_diagonal(flows, 0.0)
    np.fill_diagonal(metres, 0.0)
    seen = exposures(tables, assignment[None])[1][0].astype(float)
    return Core(flows, metres, (tables.margin / tables.exposure)[assignment], seen[:n])


def exchanges(core: Core) -> tuple[np.ndarray, np.ndarray]:
    """Return what each exchange of two slots adds: metres and margin per trip, both (s, s)."""
    s = len(core.worth)
    at = core.flows @ core.metres.T + core.flows.T @ core.metres
    at, own = at[:s, :s], np.diag(at)[:s]
    flows, metres = core.flows[:s, :s], core.metres[:s, :s]
    both = (flows + flows.T) * (metres + metres.T)
    walked = at + at.T - own[:, None] - own[None] + both
    gained = np.subtract.outer(core.worth, core.worth) * -np.subtract.outer(core.seen, core.seen)
    return walked, gained


def exchanged(core: Core, one: int, other: int) -> Core:
    """Return the core after what stands in two slots has changed places."""
    order = np.arange(len(core.flows))
    order[[one, other]] = other, one
    return Core(
        core.flows[np.ix_(order, order)],
        core.metres,
        core.worth[order[: len(core.worth)]],
        core.seen,
    )


def walk(
    tables: Tables,
    legality: Legality,
    start: np.ndarray,
    weight: float,
    *,
    steps: int,
    rng: np.random.Generator,
) -> list[np.ndarray]:
    """Walk by tabu search over legal exchanges; return the assignments met, best of the core first.

    Parameters
    ----------
    tables : Tables
    legality : Legality
    start : ndarray of int64, shape (n_slots,)
    weight : float
        Of margin, 0 to 1, against walking, each as a share of today's. Every weight leads to other
        compromises; which is best is the simulator's to say.
    steps : int
    rng : numpy.random.Generator
        Of the tenures.

    References
    ----------
    Taillard, "Robust taboo search for the quadratic assignment problem", Parallel Computing 17
    (1991): a slot may not get a department back that it lately lost, unless that beats the best.
    """
    core, here = core_of(tables, start), start.copy()
    scale = weight / tables.margin.sum(), (1 - weight) / float((core.flows * core.metres).sum())
    until = np.zeros(legality.allowed.shape, dtype=np.int64)
    cost, best = 0.0, 0.0
    met: list[tuple[float, np.ndarray]] = []
    for step in range(1, steps + 1):
        walked, gained = exchanges(core)
        found = _chosen(walked * scale[1] - gained * scale[0], legality, here, until, step,
                        best - cost)  # fmt: skip
        if found is None:
            break
        one, other, added = found
        tenure = step + rng.integers(4, 5 + len(here) // 4, 2)
        until[one, here[one]], until[other, here[other]] = tenure
        here[one], here[other] = here[other], here[one]
        core = exchanged(core, one, other)
        cost += added
        best = min(best, cost)
        met.append((cost, here.copy()))
    met.sort(key=lambda entry: entry[0])
    return [assignment for _, assignment in met]


def _chosen(
    added: np.ndarray,
    legality: Legality,
    here: np.ndarray,
    until: np.ndarray,
    step: int,
    room: float,
) -> tuple[int, int, float] | None:
    """Return the least costly legal exchange that is not barred, or that beats the best met."""
    one, other = np.triu_indices(len(here), 1)
    worth_trying = here[one] != here[other]
    worth_trying &= legality.allowed[one, here[other]] & legality.allowed[other, here[one]]
    barred = (until[one, here[other]] > step) | (until[other, here[one]] > step)
    worth_trying &= ~barred | (added[one, other] < room - 1e-12)
    one, other = one[worth_trying], other[worth_trying]
    tried = here.copy()
    for at in np.argsort(added[one, other], kind="stable"):
        r, s = int(one[at]), int(other[at])
        tried[r], tried[s] = here[s], here[r]
        if legality.keeps(tried):
            return r, s, float(added[r, s])
        tried[r], tried[s] = here[r], here[s]
    return None
