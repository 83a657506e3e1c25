"""Does the fit find the parameters of another simulated store, and come nearer to the unseen?"""

from dataclasses import replace

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.synthetic import basket_samples, fitting, known_trips
from layoutlab.retail.synthetic.basket_samples import Sample
from layoutlab.retail.synthetic.known_trips import Settings

TRUE = Settings(
    n_customers=500, n_days=182, basket_size=14.0, size_dispersion=0.7, mission_strength=0.5,
    gap_days=12.0, gap_shape=1.2, gap_spread=0.6,
)  # fmt: skip


def target(settings=TRUE, seed=1):
    opening, shopping = np.random.default_rng(seed).spawn(2)
    store = known_trips.open_store(settings, rng=opening)
    return basket_samples.of_trips(known_trips.draw_trips(settings, store, rng=shopping))


@pytest.fixture(scope="module")
def fit():
    return fitting.fit(target(), n_trips=2_000, rng=np.random.default_rng(5))


def test_parameters_come_back(fit):
    for name, within in {
        "basket_size": 0.2, "size_dispersion": 0.2, "gap_days": 0.2, "gap_shape": 0.25,
        "gap_spread": 0.25,
    }.items():  # fmt: skip
        assert getattr(fit.settings, name) == pytest.approx(getattr(TRUE, name), rel=within), name
    assert fit.settings.mission_strength < 0.8


def test_the_fit_is_nearer_to_unseen_baskets(fit):
    assert set(fit.before) == set(fit.after) == set(fit.floor) == set(basket_samples.DISTANCES)
    assert all(fit.after[name] < fit.before[name] for name in ("size", "log_lift", "gap"))


def test_same_seed_same_fit():
    small = target(replace(TRUE, n_customers=100))
    one, again, other = (
        fitting.fit(small, n_trips=200, rng=np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert one == again != other


def test_untimed_baskets_have_no_gaps(fit):
    timed = target()
    untimed = Sample(timed.bought, np.full(len(timed.day), -1), np.zeros(len(timed.day), int))
    found = fitting.fit(untimed, n_trips=200, rng=np.random.default_rng(5))
    assert "gap" not in found.after
    assert found.settings.gap_days == Settings().gap_days
    assert found.settings.n_days == fitting.UNTIMED_DAYS


def test_start_has_the_targets_scale():
    given = fitting.start(target(), 3_000)
    assert given.n_categories == 40
    assert given.n_days == 182
    simulated = fitting.simulated(given, 1)
    assert len(simulated.sizes) == pytest.approx(3_000, rel=0.15)


def test_simulations_are_repeatable_and_move_with_the_settings():
    given = fitting.start(target(), 1_000)
    one, again = fitting.simulated(given, 3), fitting.simulated(given, 3)
    assert np.array_equal(one.sizes, again.sizes)
    larger = fitting.simulated(replace(given, basket_size=12.0), 3)
    assert larger.sizes.mean() > one.sizes.mean()


def test_one_category_is_too_few():
    single = Sample(np.ones((50, 1), bool), np.full(50, -1), np.zeros(50, int))
    with pytest.raises(InputError) as error:
        fitting.fit(single, rng=np.random.default_rng(0))
    assert str(error.value) == "target: expected 2 categories or more, got 1"
