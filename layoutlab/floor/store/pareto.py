"""Which layouts are the best compromises between several objectives? NSGA-II and NSGA-III.

Layouts are arrays of any one shape; objectives are functions from a layout to a number that should
be small; `mutate` and `cross` are functions too. The state between generations is plain arrays and
a generator's state: saved and loaded at any generation, a search goes on to the same bits.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from deap import tools

from layoutlab import canonical
from layoutlab.errors import InputError
from layoutlab.floor.genome import check_reading
from layoutlab.floor.store.nondominated import select_nsga2, select_nsga3, tournaments

SELECTIONS = ("nsga2", "nsga3")
Objective = Callable[[np.ndarray], float]


class Create(Protocol):
    """Makes a layout."""

    def __call__(self, *, rng: np.random.Generator) -> np.ndarray: ...  # noqa: D102


class Mutate(Protocol):
    """Makes a changed copy of a layout."""

    def __call__(self, layout: np.ndarray, /, *, rng: np.random.Generator) -> np.ndarray: ...  # noqa: D102


class Cross(Protocol):
    """Makes a layout from two."""

    def __call__(  # noqa: D102
        self, layout: np.ndarray, other: np.ndarray, /, *, rng: np.random.Generator
    ) -> np.ndarray: ...


@dataclass(frozen=True)
class Problem:
    """What is searched: how layouts are made and changed, and what they should be good at.

    Attributes
    ----------
    create, mutate, cross : functions
    objectives : tuple of functions
        At least one; each returns a finite number, smaller being better.
    """

    create: Create
    mutate: Mutate
    cross: Cross
    objectives: tuple[Objective, ...]


@dataclass(frozen=True)
class Settings:
    """How it is searched.

    Attributes
    ----------
    population : int
        Layouts in a generation, at least 2.
    selection : {"nsga2", "nsga3"}
    crossover_probability : float
        Chance that a child comes from two parents, from 0 to 1; every child is mutated.
    divisions : int
        Steps along an axis between the reference points of NSGA-III, at least 1.
    """

    population: int = 24
    selection: str = "nsga2"
    crossover_probability: float = 0.8
    divisions: int = 6

    def __post_init__(self) -> None:
        for name, least in (("population", 2), ("divisions", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name}: expected at least {least}, got {getattr(self, name)}")
        if not 0 <= self.crossover_probability <= 1:
            raise InputError(
                f"crossover_probability: expected from 0 to 1, got {self.crossover_probability:g}"
            )
        check_reading("selection", self.selection, SELECTIONS)


@dataclass(frozen=True, eq=False)
class State:
    """A search between two generations.

    Attributes
    ----------
    layouts : ndarray, shape (population, ...)
    values : ndarray of float, shape (population, m)
        Their objectives.
    seen : ndarray of float, shape (evaluations, m)
        Objectives of every layout so far, in the order they were evaluated.
    generator : dict
        State of the generator (PCG64) that the next generation draws from.
    """

    layouts: np.ndarray
    values: np.ndarray
    seen: np.ndarray
    generator: dict[str, object]

    @property
    def generation(self) -> int:
        """Generations made from the first population."""
        return len(self.seen) // len(self.layouts) - 1


def first_state(problem: Problem, settings: Settings, *, rng: np.random.Generator) -> State:
    """Create and evaluate the first population; `rng` gives the search a generator of its own."""
    own = np.random.Generator(np.random.PCG64(rng.integers(2**63)))
    layouts = np.stack([problem.create(rng=own) for _ in range(settings.population)])
    values = _evaluate(problem, layouts)
    return State(layouts, values, values, dict(own.bit_generator.state))


def next_state(state: State, problem: Problem, settings: Settings) -> State:
    """Breed one generation: parents by tournament, children crossed and mutated, survivors of both.

    NSGA-III chooses its parents evenly, as its authors do; NSGA-II by dominance and crowding.
    """
    rng = _generator(state)
    size = len(state.layouts)
    if settings.selection == "nsga2":
        parents = tournaments(state.values, 2 * size, rng=rng)
    else:
        parents = rng.integers(size, size=2 * size)
    children = []
    for one, other in parents.reshape(size, 2):
        child = state.layouts[one]
        if rng.random() < settings.crossover_probability:
            child = problem.cross(child, state.layouts[other], rng=rng)
        children.append(problem.mutate(child, rng=rng))
    layouts = np.concatenate([state.layouts, np.stack(children)])
    new = _evaluate(problem, layouts[size:])
    values = np.concatenate([state.values, new])
    if settings.selection == "nsga2":
        kept = select_nsga2(values, size)
    else:
        reference = tools.uniform_reference_points(values.shape[1], settings.divisions)
        kept = select_nsga3(values, size, reference, rng=rng)
    seen = np.concatenate([state.seen, new])
    return State(layouts[kept], values[kept], seen, dict(rng.bit_generator.state))


def search(
    problem: Problem,
    settings: Settings,
    generations: int,
    *,
    rng: np.random.Generator,
    callback: Callable[[State], None] | None = None,
) -> State:
    """Search for so many generations; `callback` sees every state, the first one included.

    Raises
    ------
    InputError
        For generations below 0 or an objective that is not a finite number.
    """
    if generations < 0:
        raise InputError(f"generations: expected at least 0, got {generations}")
    state = first_state(problem, settings, rng=rng)
    return resume(state, problem, settings, generations, callback=callback)


def resume(
    state: State,
    problem: Problem,
    settings: Settings,
    generations: int,
    *,
    callback: Callable[[State], None] | None = None,
) -> State:
    """Go on until so many generations are done in all, to the bits of an unbroken search."""
    if callback is not None:
        callback(state)
    while state.generation < generations:
        state = next_state(state, problem, settings)
        if callback is not None:
            callback(state)
    return state


def random_search(
    problem: Problem, settings: Settings, generations: int, *, rng: np.random.Generator
) -> State:
    """Create as many layouts as a search evaluates; NSGA-II keeps the best `population` of them."""
    own = np.random.Generator(np.random.PCG64(rng.integers(2**63)))
    count = settings.population * (generations + 1)
    layouts = np.stack([problem.create(rng=own) for _ in range(count)])
    values = _evaluate(problem, layouts)
    kept = select_nsga2(values, settings.population)
    return State(layouts[kept], values[kept], values, dict(own.bit_generator.state))


def _evaluate(problem: Problem, layouts: np.ndarray) -> np.ndarray:
    values = np.array([[aim(layout) for aim in problem.objectives] for layout in layouts])
    if not np.isfinite(values).all():
        raise InputError("objectives: expected finite numbers, got one that is not")
    return values


def _generator(state: State) -> np.random.Generator:
    rng = np.random.Generator(np.random.PCG64())
    rng.bit_generator.state = state.generator
    return rng


def save_state(path: str | Path, state: State) -> None:
    """Write a state as npz; a killed write leaves the file that was there."""
    canonical.write_npz(
        path,
        layouts=state.layouts,
        values=state.values,
        seen=state.seen,
        generator=np.array(json.dumps(state.generator, sort_keys=True)),
    )


def load_state(path: str | Path) -> State:
    """Read a state that `save_state` wrote.

    Raises
    ------
    InputError
        When there is no such file.
    """
    if not Path(path).is_file():
        raise InputError(f"expected a saved search at {path}, found no such file")
    with np.load(path) as saved:
        return State(
            saved["layouts"], saved["values"], saved["seen"], json.loads(str(saved["generator"]))
        )
