"""Who becomes a parent? Selection schemes on the fitness values of a population.

Each takes the fitness of every individual and how many to select, and returns the places of the
selected, with replacement. Larger is better. The DEAP programme and the compiled one share them.
"""

from collections.abc import Callable

import numpy as np

from layoutlab.errors import InputError

Selection = Callable[..., np.ndarray]


def roulette(fitness: np.ndarray, k: int, *, rng: np.random.Generator) -> np.ndarray:
    """Select with a probability in proportion to the fitness (the paper's figure 5).

    Parameters
    ----------
    fitness : ndarray of float, shape (individuals,)
        Every value at least 0, one of them above.
    k : int
        How many to select.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (k,)

    Raises
    ------
    InputError
        When a fitness is negative or all are 0: a slice of the wheel cannot be negative. DEAP's
        own ``selRoulette`` goes on and selects the best individual only.

    References
    ----------
    Holland, Adaptation in Natural and Artificial Systems, 1975.
    """
    _check_shares("roulette", fitness)
    return _spin(fitness, k, rng)


def windowed_roulette(fitness: np.ndarray, k: int, *, rng: np.random.Generator) -> np.ndarray:
    """Select in proportion to the fitness above the worst one, which is never selected.

    Bears fitness values of any sign. When all are equal, everyone has the same chance.

    References
    ----------
    Goldberg, Genetic Algorithms in Search, Optimization and Machine Learning, 1989, chapter 4,
    "windowing" with a window of one generation.
    """
    return _spin(_or_alike(fitness - fitness.min()), k, rng)


def sigma_roulette(
    fitness: np.ndarray, k: int, *, deviations: float = 2.0, rng: np.random.Generator
) -> np.ndarray:
    """Select in proportion to the fitness above the mean less some standard deviations.

    Who lies below that is never selected. Bears fitness values of any sign. When all are equal,
    everyone has the same chance.

    References
    ----------
    Forrest's sigma truncation, in Goldberg (1989), chapter 4, "fitness scaling".
    """
    floor = fitness.mean() - deviations * fitness.std()
    return _spin(_or_alike(np.maximum(fitness - floor, 0)), k, rng)


def stochastic_universal(fitness: np.ndarray, k: int, *, rng: np.random.Generator) -> np.ndarray:
    """Select in proportion to the fitness, with `k` marks at equal distances on the wheel.

    Everyone is selected as often as expected, rounded up or down; the order is shuffled, because
    neighbours are crossed with each other.

    Raises
    ------
    InputError
        As `roulette`.

    References
    ----------
    Baker, "Reducing Bias and Inefficiency in the Selection Algorithm", ICGA 1987.
    """
    _check_shares("sus", fitness)
    wheel = np.cumsum(fitness)
    marks = (rng.random() + np.arange(k)) * (wheel[-1] / k)
    return rng.permutation(_at(wheel, marks))


def tournament(
    fitness: np.ndarray, k: int, *, size: int = 3, rng: np.random.Generator
) -> np.ndarray:
    """Select the best of `size` individuals drawn evenly, `k` times.

    Parameters
    ----------
    fitness : ndarray of float, shape (individuals,)
    k : int
    size : int
        Individuals in a tournament, drawn with replacement, at least 1; at a tie the first drawn
        wins.
    rng : numpy.random.Generator

    References
    ----------
    Goldberg and Deb, "A Comparative Analysis of Selection Schemes Used in Genetic Algorithms",
    Foundations of Genetic Algorithms 1 (1991), section 2.3.
    """
    if size < 1:
        raise InputError(f"tournament: expected a size of at least 1, got {size}")
    drawn = (rng.random((k, size)) * len(fitness)).astype(np.intp)
    winners: np.ndarray = drawn[np.arange(k), fitness[drawn].argmax(axis=1)]
    return winners


def linear_rank(
    fitness: np.ndarray, k: int, *, pressure: float = 2.0, rng: np.random.Generator
) -> np.ndarray:
    """Select with a probability that grows linearly with the rank of the fitness.

    Of n individuals the worst has probability ``(2 - pressure) / n``, the best ``pressure / n``;
    equal fitness shares the mean of its ranks.

    Parameters
    ----------
    fitness : ndarray of float, shape (individuals,)
    k : int
    pressure : float
        Expected copies of the best among n selected, from 1 (everyone alike) to 2.
    rng : numpy.random.Generator

    References
    ----------
    Baker, "Adaptive Selection Methods for Genetic Algorithms", ICGA 1985.
    """
    if not 1 <= pressure <= 2:
        raise InputError(f"rank: expected a pressure from 1 to 2, got {pressure:g}")
    slope = 2 * (pressure - 1) / max(len(fitness) - 1, 1)
    return _spin(2 - pressure + slope * _ranks(fitness), k, rng)


def exponential_rank(
    fitness: np.ndarray, k: int, *, ratio: float = 0.97, rng: np.random.Generator
) -> np.ndarray:
    """Select with a probability that falls by the same ratio from each rank to the next worse.

    Parameters
    ----------
    fitness : ndarray of float, shape (individuals,)
    k : int
    ratio : float
        Above 0 and below 1; equal fitness shares the mean of its ranks.
    rng : numpy.random.Generator

    References
    ----------
    Blickle and Thiele, "A Comparison of Selection Schemes Used in Evolutionary Algorithms",
    Evolutionary Computation 4 (1996), section 6.
    """
    if not 0 < ratio < 1:
        raise InputError(f"exponential_rank: expected a ratio between 0 and 1, got {ratio:g}")
    return _spin(ratio ** (len(fitness) - 1 - _ranks(fitness)), k, rng)


def truncation(
    fitness: np.ndarray, k: int, *, share: float = 0.5, rng: np.random.Generator
) -> np.ndarray:
    """Select evenly among the best `share` of the individuals; at a tie the earlier is better.

    Parameters
    ----------
    fitness : ndarray of float, shape (individuals,)
    k : int
    share : float
        Above 0 and up to 1; at least one individual is left.
    rng : numpy.random.Generator

    References
    ----------
    Mühlenbein and Schlierkamp-Voosen, "Predictive Models for the Breeder Genetic Algorithm",
    Evolutionary Computation 1 (1993).
    """
    if not 0 < share <= 1:
        raise InputError(f"truncation: expected a share above 0 and up to 1, got {share:g}")
    left = max(int(share * len(fitness)), 1)
    best = np.argsort(-fitness, kind="stable")[:left]
    return best[(rng.random(k) * left).astype(np.intp)]


def _check_shares(name: str, fitness: np.ndarray) -> None:
    if fitness.min() < 0 or fitness.sum() <= 0:
        raise InputError(
            f"{name}: expected fitness values of at least 0, not all 0, got "
            f"{fitness.min():g} to {fitness.max():g}: "
            "select by rank, tournament or windowed_roulette instead"
        )


def _or_alike(slices: np.ndarray) -> np.ndarray:
    return slices if slices.any() else np.ones_like(slices)


def _ranks(fitness: np.ndarray) -> np.ndarray:
    """Return the rank of each value, from 0 for the least; equal values share their mean."""
    ordered = np.sort(fitness)
    below = np.searchsorted(ordered, fitness, side="left")
    return (below + np.searchsorted(ordered, fitness, side="right") - 1) / 2


def _spin(slices: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return `k` places, each drawn with a probability in proportion to its slice."""
    wheel = np.cumsum(slices)
    return _at(wheel, rng.random(k) * wheel[-1])


def _at(wheel: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """Return the slice that holds each mark; rounding never leads past the last one."""
    return np.minimum(np.searchsorted(wheel, marks, side="right"), len(wheel) - 1)


SELECTIONS: dict[str, Selection] = {
    "roulette": roulette,
    "windowed_roulette": windowed_roulette,
    "sigma_roulette": sigma_roulette,
    "sus": stochastic_universal,
    "tournament": tournament,
    "rank": linear_rank,
    "exponential_rank": exponential_rank,
    "truncation": truncation,
}
