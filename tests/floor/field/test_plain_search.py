"""Random orders and descents: what they count, and that they find what is easy."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.floor.field import plain_search

SEARCHES = [plain_search.random_orders, plain_search.restarted_descents]


def inversions(orders: np.ndarray) -> np.ndarray:
    """0 for the identity alone."""
    first, second = np.triu_indices(orders.shape[1], 1)
    return (orders[:, first] > orders[:, second]).sum(axis=1)


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("evaluations", [1, 7, 5000])
def test_exactly_the_evaluations_given_are_used(search, evaluations: int) -> None:
    priced = []

    def price(orders: np.ndarray) -> np.ndarray:
        assert (np.sort(orders, axis=1) == np.arange(6)).all()
        priced.append(inversions(orders))
        return priced[-1]

    best = search(price, 6, evaluations, rng=np.random.default_rng(1))
    every = np.concatenate(priced)
    assert len(every) == evaluations
    assert best == every.min()


@pytest.mark.parametrize("search", SEARCHES)
def test_what_is_easy_is_found_and_the_same_seed_finds_the_same(search) -> None:
    found = [search(inversions, 5, 3000, rng=np.random.default_rng(2)) for _ in range(2)]
    assert found == [0, 0]


def test_a_descent_beats_random_orders() -> None:
    evaluations, n = 3000, 15
    random, descent = (
        search(inversions, n, evaluations, rng=np.random.default_rng(3)) for search in SEARCHES
    )
    assert descent < random


@pytest.mark.parametrize("search", SEARCHES)
def test_no_evaluations_are_refused(search) -> None:
    with pytest.raises(InputError, match="evaluations: expected at least 1, got 0"):
        search(inversions, 5, 0, rng=np.random.default_rng(0))
