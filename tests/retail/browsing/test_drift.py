"""Alarms ring for a shift that was planted, seldom otherwise, and count as SciPy counts."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.browsing import drift, drift_plots, held_out
from layoutlab.retail.browsing.visit_columns import TARGET
from layoutlab.retail.browsing.visitors import simulate


@pytest.fixture(scope="module")
def visits():
    frame, probability = simulate(3000, rng=np.random.default_rng(3))
    mixed = np.random.default_rng(4).permutation(len(frame))  # months no longer in order
    return frame.iloc[mixed].reset_index(drop=True), probability[mixed]


@pytest.fixture
def parts(visits):
    frame, said = visits
    return frame[:2000], frame[2000:], said[:2000], said[2000:]


def test_feature_tests_are_scipys(parts):
    before, now, *_ = parts
    table = drift.feature_tests(before, now, ("page_values", "region"))
    assert table["test"].tolist() == ["Kolmogorov-Smirnov", "chi-square"]
    expected = stats.ks_2samp(before["page_values"], now["page_values"], method="asymp")
    assert table.loc["page_values", "p_value"] == expected.pvalue
    counts = [part["region"].value_counts().sort_index() for part in (before, now)]
    assert table.loc["region", "statistic"] == pytest.approx(
        stats.chi2_contingency(counts, correction=False).statistic
    )
    smaller, larger = sorted(table["p_value"])
    assert sorted(table["q_value"]) == pytest.approx([min(2 * smaller, larger), larger])


def test_a_category_that_never_changes_is_no_alarm(parts):
    before, now, *_ = (part.assign(region=1) if hasattr(part, "assign") else part for part in parts)
    row = drift.feature_tests(before, now, ("region",)).loc["region"]
    assert (row["p_value"], row["psi"], row["alarm"]) == (1, 0, False)


def test_stability_index_by_hand():
    before = pd.Series(["a", "a", "b", "b"], name="region")
    now = pd.Series(["a", "a", "a", "b"], name="region")
    expected = 0.25 * np.log(0.75 / 0.5) - 0.25 * np.log(0.25 / 0.5)
    assert drift.stability_index(before, now) == pytest.approx(expected)
    assert drift.stability_index(before, before) == 0
    new = pd.Series(["c"] * 4, name="region")  # an empty bin counts as half a visit
    shares = np.array([2, 2, 0.5]) / 4.5, np.array([0.5, 0.5, 4]) / 5
    expected = ((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum()
    assert drift.stability_index(before, new) == pytest.approx(expected)


def test_stability_index_of_a_number_uses_deciles_of_before():
    before = pd.Series(np.arange(100.0), name="exit_rates")
    assert drift.stability_index(before, before.sample(frac=1, random_state=1)) == 0
    shifted = pd.Series(np.full(100, 95.0), name="exit_rates")
    assert drift.stability_index(before, shifted) > drift.PSI_ALARM


def test_a_planted_shift_rings_every_alarm_of_the_inputs(parts):
    before, now, said_before, said_now = parts
    moved = now.assign(
        exit_rates=now["exit_rates"] * 0.5,
        page_values=now["page_values"] + 5,
        **{TARGET: np.arange(len(now)) % 4 > 0},
    )
    found = drift.watch(
        before, moved, said_before, said_now, rng=np.random.default_rng(1), names=drift.WATCHED
    )
    assert list(found) == list(drift.KINDS)
    assert all(one["alarm"] for one in found.values())
    assert {"exit_rates", "page_values"} <= set(found["features"]["changed"])
    assert found["purchase_rate"]["change"] == pytest.approx(0.75 - before[TARGET].mean())


def test_no_shift_leaves_the_strong_alarms_silent(parts):
    found = drift.watch(*parts, rng=np.random.default_rng(1))
    assert not found["psi"]["alarm"]
    assert not found["calibration"]["alarm"]
    assert found["classifier"]["auc_low"] < 0.55


def test_mean_change_is_welchs():
    before, now = np.array([0.0, 0, 1, 1, 0]), np.array([1.0, 1, 1, 0])
    found = drift.mean_change(before, now)
    tested = stats.ttest_ind(now, before, equal_var=False)
    assert found["change"] == pytest.approx(0.35)
    assert (found["change_low"], found["change_high"]) == pytest.approx(
        tuple(tested.confidence_interval(0.95))
    )
    assert found["alarm"] is bool(tested.pvalue < 0.05)


def test_false_alarms_are_rare_and_reproducible(parts):
    small = [part[:400] for part in parts]
    names = ("exit_rates", "page_values", "region")
    runs = [
        drift.false_alarms(*small, names, permutations=40, rng=np.random.default_rng(8))
        for _ in range(2)
    ]
    pd.testing.assert_frame_equal(*runs)
    assert runs[0].index.tolist() == list(drift.KINDS)
    assert (runs[0]["rate_low"] <= 0.05).all()
    assert (runs[0]["permutations"] == 40).all()


def test_wrong_input_is_told(parts):
    before, now, said_before, said_now = parts
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="expected at least 2 visits of before and of now, got 1"):
        drift.feature_tests(before[:1], now)
    with pytest.raises(InputError, match="expected at least 4 visits of before and of now"):
        drift.classifier_test(before[:3], now, rng=rng)
    with pytest.raises(InputError, match=r"expected false_discovery_rate between 0 and 1, got 1"):
        drift.feature_tests(before, now, false_discovery_rate=1)
    with pytest.raises(InputError, match=r"one probability per visit, got \(5,\) for 1000"):
        drift.watch(before, now, said_before, said_now[:5], rng=rng)
    with pytest.raises(InputError, match="expected at least 1 permutation, got 0"):
        drift.false_alarms(before, now, said_before, said_now, permutations=0, rng=rng)


def test_cross_fitted_never_sees_the_visit(visits):
    frame = visits[0][:200]
    seen = []

    def fit_predict(train, test):
        assert not set(train.index) & set(test.index)
        seen.extend(test.index)
        return np.full(len(test), train[TARGET].mean())

    given = held_out.cross_fitted(frame, fit_predict, folds=4, rng=np.random.default_rng(1))
    assert sorted(seen) == list(frame.index)
    assert given == pytest.approx(frame[TARGET].mean(), abs=0.02)
    with pytest.raises(InputError, match=r"expected folds from 2 to \d+, got 1"):
        held_out.cross_fitted(frame, fit_predict, folds=1, rng=np.random.default_rng(1))


def test_monthly_gaps_by_hand():
    frame = pd.DataFrame({"month": [10, 10, 11, 11, 12], TARGET: [True, False, True, True, False]})
    said = np.array([0.25, 0.25, 0.5, 0.5, 0.1])
    table = held_out.monthly_gaps(frame, said, watched_from=11)
    assert table.index.tolist() == ["Oct", "Nov", "Dec"]
    assert table["gap"].tolist() == pytest.approx([0.25, 0.5, -0.1])
    assert table["watched"].tolist() == [False, True, True]
    assert table.loc["Nov", ["gap_low", "gap_high"]].tolist() == pytest.approx([0.5, 0.5])
    assert table.loc["Dec", ["gap_low", "gap_high"]].tolist() == pytest.approx([-0.1, -0.1])
    with pytest.raises(InputError, match="one probability per visit"):
        held_out.monthly_gaps(frame, said[:3], watched_from=11)


def test_figures_show_what_they_are_given(visits):
    frame, said = visits
    psi = drift.feature_tests(frame[:2000], frame[2000:])["psi"]
    ax = drift_plots.draw_shifts({"Nov": psi, "Dec": psi}, threshold=0.2, caption="seen")
    assert [text.get_text() for text in ax.get_yticklabels()][:1] == ["administrative"]
    assert len(ax.containers) == 2
    gaps = held_out.monthly_gaps(frame, said, watched_from=11)
    ax = drift_plots.draw_gaps(gaps)
    assert [label.get_text() for label in ax.get_xticklabels()] == gaps.index.tolist()
