"""Parts do not mix, the baseline learns, and calibration comes from validation visits alone."""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.browsing import behaviour, scores
from layoutlab.retail.browsing.visit_columns import FEATURES, TARGET
from layoutlab.retail.browsing.visitors import simulate


@pytest.fixture(scope="module")
def visits():
    return simulate(3000, rng=np.random.default_rng(6))[0]


@pytest.mark.parametrize("way", ["time", "random"])
def test_every_visit_is_in_one_part(visits, way):
    split = behaviour.split_visits(visits, way, rng=np.random.default_rng(0))
    rows = np.concatenate([split.train, split.validation, split.test])
    np.testing.assert_array_equal(np.sort(rows), np.arange(len(visits)))


def test_split_by_time_respects_time(visits):
    shuffled = visits.sample(frac=1, random_state=1)
    split = behaviour.split_visits(
        shuffled, "time", rng=np.random.default_rng(0), validation_from=8, test_from=12
    )
    month = shuffled["month"].to_numpy()
    assert month[split.train].max() == 7
    assert set(month[split.validation]) == {8, 9, 10, 11}
    assert set(month[split.test]) == {12}


def test_random_split_keeps_the_share_of_buyers(visits):
    bought = visits[TARGET].to_numpy()
    first, second, other = (
        behaviour.split_visits(visits, "random", rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    for part, size in (("train", 1800), ("validation", 600), ("test", 600)):
        rows = getattr(first, part)
        assert len(rows) == size
        assert abs(bought[rows].mean() - bought.mean()) <= 1 / size
        np.testing.assert_array_equal(rows, getattr(second, part))
    assert not np.array_equal(first.test, other.test)


def refused(visits, way="time", **months):
    with pytest.raises(InputError) as caught:
        behaviour.split_visits(visits, way, rng=np.random.default_rng(0), **months)
    return str(caught.value)


def test_unknown_way(visits):
    assert refused(visits, "tiem") == "expected split to be 'time' or 'random', got 'tiem'"


@pytest.mark.parametrize("months", [(1, 11), (11, 11), (9, 13)])
def test_months_must_rise(visits, months):
    message = refused(visits, validation_from=months[0], test_from=months[1])
    assert message == (
        f"expected 1 < validation_from < test_from <= 12, got {months[0]} and {months[1]}"
    )


def test_one_class_only(visits):
    buyers = visits[visits[TARGET]]
    assert refused(buyers, "random") == (
        "expected the visits to hold visits with and without a purchase, "
        f"got {len(buyers)} with one among {len(buyers)}"
    )
    others = visits[~visits[TARGET] | (visits["month"] < 11)]
    n = int((others["month"] >= 11).sum())
    assert refused(others) == (
        "expected the test part to hold visits with and without a purchase, "
        f"got 0 with one among {n}"
    )


def test_a_part_without_visits(visits):
    assert refused(visits[visits["month"] < 9]) == (
        "expected the validation part to hold visits with and without a purchase, "
        "got 0 with one among 0"
    )


def test_too_few_for_a_random_split(visits):
    few = visits[visits[TARGET] | (np.arange(len(visits)) == np.argmin(visits[TARGET]))]
    assert refused(few, "random") == (
        "expected at least 5 visits with and 5 without a purchase to split at random, "
        f"got {len(few) - 1} and 1"
    )


def test_features_without():
    assert behaviour.features_without() == FEATURES
    assert behaviour.features_without("month", "page_values") == tuple(
        name for name in FEATURES if name not in ("month", "page_values")
    )
    with pytest.raises(InputError) as caught:
        behaviour.features_without("page_value")
    assert str(caught.value) == (f"expected names among {', '.join(FEATURES)}, got ['page_value']")


def test_baseline_ranks_visits_it_has_not_seen(visits):
    train, test = visits.iloc[::2], visits.iloc[1::2]
    fitted = behaviour.fit_baseline(train)
    found = scores.auc(test[TARGET].to_numpy(), fitted.predict_proba(test[list(FEATURES)])[:, 1])
    assert found > 0.75


def test_baseline_takes_categories_it_has_not_seen(visits):
    names = behaviour.features_without("page_values")
    fitted = behaviour.fit_baseline(visits, names)
    strange = visits.head(3).assign(browser=77, traffic_type=99)
    given = fitted.predict_proba(strange[list(names)])[:, 1]
    assert ((given > 0) & (given < 1)).all()


def test_platt_finds_a_planted_slope_and_intercept():
    rng = np.random.default_rng(2)
    logit = rng.normal(-1, 2, 60_000)
    bought = rng.random(60_000) < 1 / (1 + np.exp(-(0.6 * logit + 0.4)))
    given = 1 / (1 + np.exp(-logit))
    slope, intercept = behaviour.platt(bought, given)
    assert slope == pytest.approx(0.6, abs=0.02)
    assert intercept == pytest.approx(0.4, abs=0.04)
    better = behaviour.rescaled(given, slope, intercept)
    assert scores.calibration_error(bought, better) < 0.01
    assert scores.calibration_error(bought, given) > 0.03
    assert better.mean() == pytest.approx(bought.mean(), abs=1e-4)


def test_rescaled_by_hand():
    np.testing.assert_allclose(behaviour.rescaled(np.array([0.5, 0.9]), 1, 0), [0.5, 0.9])
    # odds 9 to 1, slope 1/2: odds 3 to 1; intercept ln 3: odds 9 to 1
    np.testing.assert_allclose(behaviour.rescaled(np.array([0.9]), 0.5, np.log(3)), [0.9])
    edges = behaviour.rescaled(np.array([0.0, 1.0]), 1, 0)
    np.testing.assert_allclose(edges, [scores.SMALLEST, 1 - scores.SMALLEST])


def test_platt_needs_both_outcomes():
    with pytest.raises(InputError) as caught:
        behaviour.platt(np.zeros(3, dtype="bool"), np.array([0.1, 0.2, 0.3]))
    assert str(caught.value) == (
        "expected the validation part to hold visits with and without a purchase, "
        "got 0 with one among 3"
    )
