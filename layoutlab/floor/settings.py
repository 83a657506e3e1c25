"""How is a search set up? Its sizes, operators, probabilities and ends, checked before any work."""

import math
from dataclasses import dataclass
from functools import partial

from layoutlab.errors import InputError
from layoutlab.floor.genome import check_reading
from layoutlab.floor.operators import CROSSOVERS, MUTATIONS, named
from layoutlab.floor.selection import SELECTIONS, Selection

REPLACEMENTS = ("generational", "steady_state")


@dataclass(frozen=True)
class Settings:
    """How to search.

    Attributes
    ----------
    population, generations : int
        The paper's 100 and 100; a population has at least 2, generations may be 0.
    selection, crossover, mutation : str
        Names out of `selection.SELECTIONS`, `operators.CROSSOVERS` and `operators.MUTATIONS`.
    crossover_probability, mutation_probability : float
        Chance of a pair to be crossed and of an individual to be mutated, from 0 to 1. The paper
        does not state them; 0.5 and 0.2 are those of the examples in DEAP's documentation.
    elite : int
        Best individuals carried over unchanged, in place of the last offspring; 0 in ``eaSimple``.
    replacement : {"generational", "steady_state"}
        All offspring replace all parents; or pair by pair they replace the two worst (Whitley's
        GENITOR, ICGA 1989), population / 2 pairs counting as a generation.
    tournament_size : int
        Individuals in a tournament, at least 1.
    rank_pressure : float
        Expected copies of the best under rank selection, from 1 to 2.
    patience : int
        End after so many generations without a better floor; 0: never.
    target : float
        End when a floor of this fitness is found.
    restart_below : float
        When the share of different individuals falls below it, all but the best are drawn anew;
        0: never.

    Raises
    ------
    InputError
        When a value is out of range or an operator unknown.
    """

    population: int = 100
    generations: int = 100
    selection: str = "roulette"
    crossover: str = "two_point"
    mutation: str = "block"
    crossover_probability: float = 0.5
    mutation_probability: float = 0.2
    elite: int = 0
    replacement: str = "generational"
    tournament_size: int = 3
    rank_pressure: float = 2.0
    patience: int = 0
    target: float = math.inf
    restart_below: float = 0.0

    def __post_init__(self) -> None:
        leasts = (
            ("population", 2),
            ("generations", 0),
            ("elite", 0),
            ("tournament_size", 1),
            ("patience", 0),
        )
        for name, least in leasts:
            if getattr(self, name) < least:
                raise InputError(f"{name}: expected at least {least}, got {getattr(self, name)}")
        if self.elite >= self.population:
            raise InputError(
                f"elite: expected less than the population of {self.population}, got {self.elite}"
            )
        for name in ("crossover_probability", "mutation_probability", "restart_below"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name}: expected from 0 to 1, got {getattr(self, name):g}")
        if not 1 <= self.rank_pressure <= 2:
            raise InputError(f"rank_pressure: expected from 1 to 2, got {self.rank_pressure:g}")
        if math.isnan(self.target):
            raise InputError("target: expected a number, got nan")
        check_reading("replacement", self.replacement, REPLACEMENTS)
        named("selection", self.selection, SELECTIONS)
        named("crossover", self.crossover, CROSSOVERS)
        named("mutation", self.mutation, MUTATIONS)


def selection_of(settings: Settings) -> Selection:
    """Return the selection with its own parameter filled in."""
    select = SELECTIONS[settings.selection]
    if settings.selection == "tournament":
        return partial(select, size=settings.tournament_size)
    if settings.selection == "rank":
        return partial(select, pressure=settings.rank_pressure)
    return select
