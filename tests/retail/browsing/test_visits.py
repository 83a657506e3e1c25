"""Visits are read in one form, bad ones are named, and the simulator's truth is true."""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.browsing import scores
from layoutlab.retail.browsing.visit_columns import (
    COLUMNS,
    FEATURES,
    ONLINE_SHOPPERS_COLUMNS,
    TARGET,
    TRUTH,
)
from layoutlab.retail.browsing.visitors import purchase_probability, simulate
from layoutlab.retail.browsing.visits import load, purchase_rates, validated


@pytest.fixture(scope="module")
def visits():
    return simulate(500, rng=np.random.default_rng(3))[0]


def one_visit(**changed):
    visit = {
        "administrative": 0,
        "administrative_duration_s": 0.0,
        "informational": 0,
        "informational_duration_s": 0.0,
        "product_related": 1,
        "product_related_duration_s": 540.0,
        "bounce_rates": 0.0,
        "exit_rates": 0.0,
        "page_values": 0.0,
        "special_day": 0.0,
        "month": 1,
        "operating_system": 1,
        "browser": 1,
        "region": 1,
        "traffic_type": 1,
        "visitor_type": "returning",
        "weekend": False,
        "bought": False,
    }
    return pd.DataFrame([visit | changed])


def test_the_contract_is_the_source_in_order():
    assert tuple(ONLINE_SHOPPERS_COLUMNS.values()) == COLUMNS
    assert len(FEATURES) == 17
    assert COLUMNS[-1] == TARGET == "bought"


def test_simulated_visits_keep_the_contract(visits):
    pd.testing.assert_frame_equal(validated(visits), visits)


def test_the_publishers_form_is_understood():
    ours = one_visit(month=6, visitor_type="new", weekend=True, bought=True)
    names = {ours_: theirs for theirs, ours_ in ONLINE_SHOPPERS_COLUMNS.items()}
    theirs = ours.rename(columns=names).assign(
        Month="June", VisitorType="New_Visitor", Weekend=1, Revenue=1, Extra="left out"
    )
    pd.testing.assert_frame_equal(validated(theirs), ours, check_dtype=True)


def test_load_gives_visits_and_their_truth():
    seen, truth = load("simulated", rng=np.random.default_rng(5), n_visits=50)
    assert len(seen) == len(truth) == 50
    np.testing.assert_allclose(truth[TRUTH], purchase_probability(seen), rtol=0)


def test_load_of_real_visits_has_an_empty_truth(monkeypatch, visits):
    from layoutlab import datasets

    monkeypatch.setattr(datasets, "read", lambda name, table: visits)
    seen, truth = load("online-shoppers", rng=np.random.default_rng(0))
    assert len(seen) == 500
    assert list(truth) == [TRUTH]
    assert truth.empty
    assert truth[TRUTH].dtype == "float64"


def test_same_generator_state_same_visits():
    first, second = (simulate(100, rng=np.random.default_rng(8)) for _ in range(2))
    pd.testing.assert_frame_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])


def test_visits_come_in_the_order_of_months(visits):
    assert visits["month"].is_monotonic_increasing
    assert set(visits["month"]) == set(range(1, 13))


def test_truth_by_hand():
    # nine minutes on products: 0.6 ln(10 / 11)² of the logit; nothing else applies
    logit = -2.6 - 0.6 * np.log(10 / 11) ** 2
    assert purchase_probability(one_visit())[0] == pytest.approx(1 / (1 + np.exp(-logit)))
    logit += 3.6 * np.tanh(1) + 0.9 * np.log1p(0.1) + 0.7 + 0.5
    visit = one_visit(page_values=12.0, visitor_type="new", month=11, traffic_type=2)
    assert purchase_probability(visit)[0] == pytest.approx(1 / (1 + np.exp(-logit)))


def test_truth_is_recovered_from_what_was_bought():
    visits, probability = simulate(40_000, rng=np.random.default_rng(1))
    groups = scores.reliability(visits[TARGET].to_numpy(), probability, 20)
    deviation = (groups["bought"] - groups["said"]) / np.sqrt(
        groups["said"] * (1 - groups["said"]) / groups["visits"]
    )
    assert np.abs(deviation).max() < 4
    assert 8 < (deviation**2).sum() < 45  # chi-squared, 20 degrees: 0.8 % and 99.9 %
    assert 0.08 < probability.mean() < 0.2


def test_purchase_rates_by_hand():
    visits = pd.concat([one_visit(month=2, bought=flag) for flag in (True, False, False, True)])
    visits = pd.concat([visits, one_visit(month=11)], ignore_index=True)
    rates = purchase_rates(visits, "month")
    assert rates.index.tolist() == ["Feb", "Nov"]
    assert rates["visits"].tolist() == [4, 1]
    assert rates["bought"].tolist() == [0.5, 0.0]
    # Wilson: (p + z²/2n ± z √(p q / n + z²/4n²)) / (1 + z²/n), p = 1/2, n = 4
    half = 1.959964 * np.sqrt(1 / 16 + 1.959964**2 / 64) / (1 + 1.959964**2 / 4)
    assert rates.loc["Feb", "bought_low"] == pytest.approx(0.5 - half, abs=1e-6)
    assert rates.loc["Feb", "bought_high"] == pytest.approx(0.5 + half, abs=1e-6)


def refused(frame):
    with pytest.raises(InputError) as caught:
        validated(frame)
    return str(caught.value)


def test_missing_columns_are_named_with_the_nearest(visits):
    frame = visits.rename(columns={"page_values": "page_value"}).drop(columns="region")
    assert refused(frame) == (
        "expected the column(s) of visits, but missing: "
        "page_values (did you mean 'page_value'?), region"
    )


def test_no_visits(visits):
    assert refused(visits.head(0)) == "expected at least one visit, got a table without rows"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"page_values": "much"},
            "expected numbers in page_values, got str such as 'much'",
        ),
        (
            {"bounce_rates": -0.1},
            "expected shares from 0 to 1 in bounce_rates, got -0.1 in row 0 (1 such row(s))",
        ),
        (
            {"exit_rates": np.nan},
            "expected shares from 0 to 1 in exit_rates, got nan in row 0 (1 such row(s))",
        ),
        (
            {"exit_rates": 20.0},
            "expected shares from 0 to 1 in exit_rates, got 20.0 in row 0 (1 such row(s))",
        ),
        (
            {"administrative_duration_s": np.inf},
            (
                "expected numbers of at least 0 in administrative_duration_s, got inf in row 0 "
                "(1 such row(s))"
            ),
        ),
        (
            {"product_related": 1.5},
            (
                "expected whole numbers of at least 0 in product_related, got 1.5 in row 0 "
                "(1 such row(s))"
            ),
        ),
        ({"bought": 2}, "expected 0 or 1 in bought, got 2.0 in row 0 (1 such row(s))"),
        (
            {"month": 13},
            "expected month to be one of 1 to 12, got 13 in row 0 (1 such row(s))",
        ),
        (
            {"month": "Mrz"},
            (
                "expected month to be one of Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, "
                "Nov, Dec, got 'Mrz' in row 0 (1 such row(s))"
            ),
        ),
        (
            {"visitor_type": "robot"},
            (
                "expected visitor_type to be one of returning, new, other, got 'robot' in row 0 "
                "(1 such row(s))"
            ),
        ),
    ],
)
def test_bad_values_are_named(change, message):
    assert refused(one_visit(**change)) == message


def test_a_column_given_twice_is_named():
    both = one_visit().assign(Region=3)
    assert refused(both) == "expected each column of visits once, got twice: region"


def test_visits_still_to_be_foretold_need_no_outcome(visits):
    asked = validated(visits.drop(columns=TARGET), outcome=False)
    pd.testing.assert_frame_equal(asked, visits[list(FEATURES)])
    assert refused(visits.drop(columns=TARGET)) == (
        "expected the column(s) of visits, but missing: bought"
    )


def test_codes_never_seen_are_allowed():
    seen = validated(one_visit(browser=99, region=10_000, traffic_type=0))
    assert seen[["browser", "region", "traffic_type"]].to_numpy().tolist() == [[99, 10_000, 0]]


def test_bad_rows_are_counted():
    frame = pd.concat([one_visit(), one_visit(region=-1), one_visit(region=-2)])
    assert refused(frame) == (
        "expected whole numbers of at least 0 in region, got -1.0 in row 1 (2 such row(s))"
    )


def test_nothing_to_simulate():
    with pytest.raises(InputError) as caught:
        simulate(0, rng=np.random.default_rng(0))
    assert str(caught.value) == "expected n_visits of at least 1, got 0"
