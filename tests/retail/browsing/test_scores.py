"""Measures agree with hand-worked cases and with scikit-learn; intervals are paired."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from layoutlab.errors import InputError
from layoutlab.retail.browsing import scores

BOUGHT = np.array([True, False, True, False])
GIVEN = np.array([0.9, 0.6, 0.5, 0.1])


@pytest.fixture(scope="module")
def case():
    rng = np.random.default_rng(4)
    given = rng.random(400).round(1)  # many ties
    return rng.random(400) < given, given


def test_measures_by_hand():
    found = scores.score(BOUGHT, GIVEN)
    assert found["auc"] == 3 / 4  # of four pairs only (0.5, 0.6) is in the wrong order
    assert found["average_precision"] == pytest.approx((1 + 2 / 3) / 2)
    assert found["accuracy"] == 3 / 4  # 0.6 is wrong; one half says "buys", which is right
    assert found["brier"] == pytest.approx((0.01 + 0.36 + 0.25 + 0.01) / 4)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.4, 0.5, 0.9]).mean())
    # every visit is alone in its bin of width 1 / 15
    assert found["calibration_error"] == pytest.approx((0.1 + 0.6 + 0.5 + 0.1) / 4)


def test_calibration_error_nets_within_a_bin_only():
    # 0.41 and 0.45 share the bin from 6/15 to 7/15: gaps +0.59 and -0.45 net to 0.14
    bought, given = np.array([True, False, True]), np.array([0.41, 0.45, 1.0])
    assert scores.calibration_error(bought, given) == pytest.approx(0.14 / 3)
    # 0.39 lies in the bin below, and nothing nets
    assert scores.calibration_error(bought, np.array([0.39, 0.45, 1.0])) == pytest.approx(
        (0.61 + 0.45) / 3
    )


def test_perfect_and_worst():
    sure = BOUGHT.astype("float64")
    best, worst = scores.score(BOUGHT, sure), scores.score(BOUGHT, 1 - sure)
    assert [best[name] for name in ("auc", "average_precision", "accuracy")] == [1, 1, 1]
    assert [best[name] for name in ("brier", "calibration_error")] == [0, 0]
    assert best["log_loss"] == pytest.approx(scores.SMALLEST)
    assert [worst[name] for name in ("auc", "accuracy", "brier")] == [0, 0, 1]


def test_measures_agree_with_scikit_learn_also_at_ties(case):
    bought, given = case
    found = scores.score(bought, given)
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(bought, given))
    assert found["average_precision"] == pytest.approx(
        metrics.average_precision_score(bought, given)
    )
    assert found["brier"] == pytest.approx(metrics.brier_score_loss(bought, given))
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(bought, given >= 0.5))
    clipped = np.clip(given, scores.SMALLEST, 1 - scores.SMALLEST)
    assert found["log_loss"] == pytest.approx(metrics.log_loss(bought, clipped))


@pytest.mark.parametrize("name", scores.MEASURES)
def test_measures_work_along_the_last_axis(case, name):
    bought, given = (values.reshape(2, 4, 50) for values in case)
    measure = scores.MEASURES[name]
    alone = [[measure(bought[i, j], given[i, j]) for j in range(4)] for i in range(2)]
    np.testing.assert_allclose(measure(bought, given), alone)


def test_compare_holds_the_points_and_is_reproducible(case):
    bought, given = case
    baseline = np.clip(given + 0.1, 0, 1)
    first, second = (
        scores.compare(bought, given, baseline, rng=np.random.default_rng(2), n_resamples=200)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(first, second)
    assert first["model"].to_dict() == pytest.approx(scores.score(bought, given))
    assert first["baseline"].to_dict() == pytest.approx(scores.score(bought, baseline))
    assert (first["difference"] == first["model"] - first["baseline"]).all()
    ranks = first.loc[["auc", "average_precision", "brier"]]
    assert (ranks["model_low"] < ranks["model"]).all()
    assert (ranks["model"] < ranks["model_high"]).all()


def test_a_model_beside_itself_is_a_tie(case):
    bought, given = case
    table = scores.compare(bought, given, given, rng=np.random.default_rng(2), n_resamples=50)
    assert (table[["difference", "difference_low", "difference_high"]] == 0).all(axis=None)
    assert set(scores.verdicts(table)) == {"tie"}


def test_differences_are_paired(case):
    bought, given = case
    nearly = np.clip(given + 0.01, 0, 1)
    table = scores.compare(bought, given, nearly, rng=np.random.default_rng(2), n_resamples=200)
    width = table["difference_high"] - table["difference_low"]
    assert width["brier"] < 0.1 * (table["model_high"] - table["model_low"])["brier"]


def test_verdicts_know_what_is_better_lower():
    index = pd.Index(["auc", "brier", "log_loss", "accuracy"], name="measure")
    table = pd.DataFrame(
        {
            "difference": [0.1, 0.1, -0.1, 0.1],
            "difference_low": [0.05, 0.05, -0.2, -0.01],
            "difference_high": [0.2, 0.2, -0.05, 0.2],
        },
        index=index,
    )
    assert scores.verdicts(table).tolist() == ["better", "worse", "better", "tie"]


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        given = rng.random(150)
        bought = rng.random(150) < given
        table = scores.compare(bought, given, given, rng=rng, n_resamples=200)
        # E[(p - y)²] = E[p (1 - p)] = 1/6 for uniform p
        held += table.loc["brier", "model_low"] < 1 / 6 < table.loc["brier", "model_high"]
    assert 51 <= held <= 60  # 57 expected; binomial(60, 0.95) is below 51 once in 500


def test_reliability_by_hand():
    groups = scores.reliability(BOUGHT, GIVEN, 2)
    assert groups["visits"].tolist() == [2, 2]
    assert groups["said"].tolist() == pytest.approx([0.3, 0.75])
    assert groups["bought"].tolist() == [0.5, 0.5]
    assert (groups["bought_low"] < 0.5).all()
    assert (groups["bought_high"] > 0.5).all()


@pytest.mark.parametrize(
    ("bought", "given", "message"),
    [
        (BOUGHT, GIVEN[:3], "expected one probability per visit, got (3,) for (4,)"),
        (
            BOUGHT,
            GIVEN + 0.2,
            "expected probabilities between 0 and 1, got some outside or not a number",
        ),
        (
            BOUGHT,
            GIVEN * np.nan,
            "expected probabilities between 0 and 1, got some outside or not a number",
        ),
        (
            BOUGHT | True,
            GIVEN,
            (
                "expected the scored visits to hold visits with and without a purchase, "
                "got 4 with one among 4"
            ),
        ),
        (
            BOUGHT[:0],
            GIVEN[:0],
            (
                "expected the scored visits to hold visits with and without a purchase, "
                "got 0 with one among 0"
            ),
        ),
    ],
)
def test_what_cannot_be_scored(bought, given, message):
    with pytest.raises(InputError) as caught:
        scores.score(bought, given)
    assert str(caught.value) == message


def test_auc_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    truth = 0.7602499  # Phi(1 / sqrt 2): two normals one standard deviation apart
    inside = 0
    for _ in range(300):
        bought = np.arange(200) < 60
        middle, low, high = scores.auc_interval(bought, rng.normal(bought.astype(float)))
        inside += low <= truth <= high
        assert 0 <= low <= middle <= high <= 1
    assert 0.91 <= inside / 300 <= 0.98


def test_auc_interval_agrees_with_auc_and_its_ties(case):
    bought, given = case
    assert scores.auc_interval(bought, given)[0] == pytest.approx(scores.auc(bought, given))
    assert scores.auc_interval(BOUGHT[:2], GIVEN[:2]) == (1.0, 0.0, 1.0)
    with pytest.raises(InputError, match="expected the scored visits to hold"):
        scores.auc_interval(np.zeros(3, dtype="bool"), np.zeros(3))
