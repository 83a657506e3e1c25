"""How do blocks change? Crossover and mutation of one or two individuals, as DEAP's toolbox asks.

The contracts are DEAP's: a crossover alters two individuals in place and returns both; a mutation
alters one in place and returns it in a tuple. Unlike DEAP's own operators, which draw from Python's
global generator, each takes its generator as `rng`. An individual is a list of `Block`. The same
operators on whole populations are in `layoutlab.floor.breeding`; from the same generator they do
the same, draw by draw.
"""

import difflib
from collections.abc import Callable, Mapping, MutableSequence
from typing import Any, TypeVar

import numpy as np

from layoutlab.errors import InputError
from layoutlab.floor.genome import Block, Floor, block_from, moved_inside

Individual = MutableSequence[Block]
Operator = TypeVar("Operator", bound=Callable[..., Any])

# A mutation draws six numbers: which block, a choice, and four for a block drawn anew.
MUTATION_DRAWS = 6
ANY = ("block", "shift", "turn", "lengthen")


def cross_one_point(
    one: Individual, other: Individual, *, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange all blocks from one cut on; the cut leaves both sides at least one block."""
    cut = 1 + int(rng.random() * (len(one) - 1))
    one[cut:], other[cut:] = other[cut:], one[cut:]
    return one, other


def cross_two_point(
    one: Individual, other: Individual, *, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange the blocks between two cuts (the paper's figure 4), drawn as DEAP draws them.

    The cuts are two different ones of 1 to n, so that the first block is never exchanged.
    """
    first = 1 + int(rng.random() * len(one))
    second = 1 + int(rng.random() * (len(one) - 1))
    second += second >= first
    low, high = min(first, second), max(first, second)
    one[low:high], other[low:high] = other[low:high], one[low:high]
    return one, other


def cross_uniform(
    one: Individual, other: Individual, *, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange each block with probability one half (Syswerda, ICGA 1989)."""
    for place in np.flatnonzero(rng.random(len(one)) < 0.5).tolist():
        one[place], other[place] = other[place], one[place]
    return one, other


def cross_rectangle(
    one: Individual, other: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual, Individual]:
    """Exchange the blocks whose middle lies in one rectangle of the floor.

    Two cells drawn evenly are opposite corners of the rectangle. The k-th such block of one parent
    is exchanged with the k-th of the other; where one has more, the last ones stay.
    """
    across, across_too, down, down_too = rng.random(4).tolist()
    left, right = sorted((int(across * floor.columns), int(across_too * floor.columns)))
    top, bottom = sorted((int(down * floor.rows), int(down_too * floor.rows)))

    def inside(individual: Individual) -> list[int]:
        middles = [_middle(block) for block in individual]
        return [
            place
            for place, (x, y) in enumerate(middles)
            if left <= x <= right and top <= y <= bottom
        ]

    for here, there in zip(inside(one), inside(other), strict=False):
        one[here], other[there] = other[there], one[here]
    return one, other


def _middle(block: Block) -> tuple[int, int]:
    is_vertical, x, y, length = block
    half = (length - 1) // 2
    return (x, y + half) if is_vertical else (x + half, y)


def mutate_block(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Draw one block anew: the "random modification of the chromosome" of section IV."""
    return _mutate(individual, "block", floor, rng)


def mutate_field(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Draw one field of one block anew; under ``edge="inside"`` the block is moved back inside."""
    return _mutate(individual, "field", floor, rng)


def mutate_shift(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Shift one block by one cell, left, right, up or down; one at the edge may stay."""
    return _mutate(individual, "shift", floor, rng)


def mutate_turn(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Turn one block about its first cell; under ``edge="inside"`` it is moved back inside."""
    return _mutate(individual, "turn", floor, rng)


def mutate_lengthen(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Give one block the next longer or shorter allowed length; the ends of the list may stay."""
    return _mutate(individual, "lengthen", floor, rng)


def mutate_any(
    individual: Individual, *, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    """Draw anew, shift, turn or lengthen one block, each as likely."""
    return _mutate(individual, "any", floor, rng)


def _mutate(
    individual: Individual, name: str, floor: Floor, rng: np.random.Generator
) -> tuple[Individual]:
    where, choice, *draws = rng.random(MUTATION_DRAWS).tolist()
    place = int(where * len(individual))
    chosen = ANY[int(choice * len(ANY))] if name == "any" else name
    changed = _CHANGES[chosen](individual[place], choice, draws, floor)
    individual[place] = moved_inside(changed, floor)
    return (individual,)


def _anew(block: Block, choice: float, draws: list[float], floor: Floor) -> Block:
    return block_from(draws, floor)


def _field(block: Block, choice: float, draws: list[float], floor: Floor) -> Block:
    name = Block._fields[int(choice * len(Block._fields))]
    return block._replace(**{name: getattr(block_from(draws, floor), name)})


def _shift(block: Block, choice: float, draws: list[float], floor: Floor) -> Block:
    step = 1 if draws[1] < 0.5 else -1
    return block._replace(x=block.x + step) if draws[0] < 0.5 else block._replace(y=block.y + step)


def _turn(block: Block, choice: float, draws: list[float], floor: Floor) -> Block:
    return block._replace(is_vertical=not block.is_vertical)


def _lengthen(block: Block, choice: float, draws: list[float], floor: Floor) -> Block:
    place = floor.lengths.index(block.length) + (1 if draws[0] < 0.5 else -1)
    return block._replace(length=floor.lengths[min(max(place, 0), len(floor.lengths) - 1)])


_CHANGES: dict[str, Callable[[Block, float, list[float], Floor], Block]] = {
    "block": _anew,
    "field": _field,
    "shift": _shift,
    "turn": _turn,
    "lengthen": _lengthen,
}
CROSSOVERS: dict[str, Callable[..., tuple[Individual, Individual]]] = {
    "one_point": cross_one_point,
    "two_point": cross_two_point,
    "uniform": cross_uniform,
    "rectangle": cross_rectangle,
}
MUTATIONS: dict[str, Callable[..., tuple[Individual]]] = {
    "block": mutate_block,
    "field": mutate_field,
    "shift": mutate_shift,
    "turn": mutate_turn,
    "lengthen": mutate_lengthen,
    "any": mutate_any,
}


def named(kind: str, name: str, known: Mapping[str, Operator]) -> Operator:
    """Return the operator called `name`.

    Raises
    ------
    InputError
        When there is none; the message gives the nearest name, if one is near, and all of them.
    """
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"{kind}: expected one of {', '.join(known)}, got {name!r}{hint}")
