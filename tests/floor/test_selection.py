import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.errors import InputError
from layoutlab.floor.selection import (
    SELECTIONS,
    exponential_rank,
    linear_rank,
    roulette,
    sigma_roulette,
    stochastic_universal,
    tournament,
    truncation,
    windowed_roulette,
)

DRAWS = 60_000


def shares(select, *values, **how):
    places = select(np.array(values, float), DRAWS, rng=np.random.default_rng(4), **how)
    return np.bincount(places, minlength=len(values)) / DRAWS


def test_roulette_selects_in_proportion_to_fitness():
    np.testing.assert_allclose(shares(roulette, 1, 0, 3, 4), [1 / 8, 0, 3 / 8, 4 / 8], atol=0.01)


def test_windowed_roulette_selects_in_proportion_above_the_worst():
    np.testing.assert_allclose(shares(windowed_roulette, -3, -2, 0), [0, 1 / 4, 3 / 4], atol=0.01)
    np.testing.assert_allclose(shares(windowed_roulette, -1, -1), [1 / 2, 1 / 2], atol=0.01)


def test_tournament_selects_the_best_of_those_drawn():
    # the best of 3 drawn out of 4 with replacement has rank i with (i**3 - (i - 1)**3) / 64
    np.testing.assert_allclose(
        shares(tournament, 1, 2, 3, 4), [1 / 64, 7 / 64, 19 / 64, 37 / 64], atol=0.01
    )
    np.testing.assert_allclose(shares(tournament, 1, 2, size=1), [1 / 2, 1 / 2], atol=0.01)


def test_rank_selects_linearly_and_shares_ranks_at_ties():
    np.testing.assert_allclose(shares(linear_rank, 10, 1, 1.1), [2 / 3, 0, 1 / 3], atol=0.01)
    np.testing.assert_allclose(
        shares(linear_rank, 1, 2, 3, pressure=1.5), [1 / 6, 2 / 6, 3 / 6], atol=0.01
    )
    np.testing.assert_allclose(shares(linear_rank, 5, 5, 7), [1 / 6, 1 / 6, 4 / 6], atol=0.01)


@pytest.mark.parametrize("values", [(-0.1, 0.5), (0.0, 0.0), (-2.0, -1.0)])
def test_roulette_refuses_what_it_cannot_weigh(values):
    with pytest.raises(InputError) as error:
        roulette(np.array(values), 2, rng=np.random.default_rng(0))
    assert str(error.value) == (
        "roulette: expected fitness values of at least 0, not all 0, got "
        f"{min(values):g} to {max(values):g}: "
        "select by rank, tournament or windowed_roulette instead"
    )


def test_pressure_and_size_out_of_range_are_refused():
    with pytest.raises(InputError, match=r"^rank: expected a pressure from 1 to 2, got 2\.5$"):
        linear_rank(np.array([1.0, 2.0]), 1, pressure=2.5, rng=np.random.default_rng(0))
    with pytest.raises(InputError, match=r"^tournament: expected a size of at least 1, got 0$"):
        tournament(np.array([1.0, 2.0]), 1, size=0, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("select", "how", "message"),
    [
        (
            exponential_rank,
            {"ratio": 1.0},
            "exponential_rank: expected a ratio between 0 and 1, got 1",
        ),
        (truncation, {"share": 0.0}, "truncation: expected a share above 0 and up to 1, got 0"),
    ],
)
def test_other_parameters_out_of_range_are_refused(select, how, message):
    with pytest.raises(InputError) as error:
        select(np.array([1.0, 2.0]), 1, rng=np.random.default_rng(0), **how)
    assert str(error.value) == message


def test_sigma_roulette_selects_in_proportion_above_two_deviations_below_the_mean():
    values = np.array([1.0, 2.0, 6.0])
    slices = values - (values.mean() - 2 * values.std())
    np.testing.assert_allclose(shares(sigma_roulette, *values), slices / slices.sum(), atol=0.01)
    np.testing.assert_allclose(shares(sigma_roulette, 3, 3), [1 / 2, 1 / 2], atol=0.01)


def test_exponential_rank_falls_by_its_ratio():
    np.testing.assert_allclose(
        shares(exponential_rank, 5, 9, 7, ratio=0.5), [1 / 7, 4 / 7, 2 / 7], atol=0.01
    )


def test_truncation_selects_evenly_among_the_best():
    np.testing.assert_allclose(
        shares(truncation, 4, 1, 3, 2, share=0.5), [1 / 2, 0, 1 / 2, 0], atol=0.01
    )
    np.testing.assert_allclose(shares(truncation, 1, 1, 1, share=0.1), [1, 0, 0], atol=0.0)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(0, 9), min_size=2, max_size=12).filter(any),
    k=st.integers(1, 30),
    seed=st.integers(0, 10_000),
)
def test_stochastic_universal_sampling_rounds_the_expected_number_up_or_down(values, k, seed):
    fitness = np.array(values, float)
    places = stochastic_universal(fitness, k, rng=np.random.default_rng(seed))
    expected = k * fitness / fitness.sum()
    counted = np.bincount(places, minlength=len(values))
    assert len(places) == k
    assert (np.floor(expected - 1e-9) <= counted).all()
    assert (counted <= np.ceil(expected + 1e-9)).all()


@pytest.mark.parametrize("select", SELECTIONS.values(), ids=SELECTIONS)
def test_selections_return_k_places_and_the_same_again(select):
    fitness = np.array([1.0, 2.0, 3.0])
    places = select(fitness, 7, rng=np.random.default_rng(1))
    assert places.shape == (7,)
    assert set(places) <= {0, 1, 2}
    assert (places == select(fitness, 7, rng=np.random.default_rng(1))).all()


@pytest.mark.parametrize("select", SELECTIONS.values(), ids=SELECTIONS)
def test_the_better_is_selected_at_least_as_often(select):
    chosen = shares(select, 1, 2, 4, 8)
    assert (np.diff(chosen) > -0.01).all()
    assert chosen[3] > chosen[0]
