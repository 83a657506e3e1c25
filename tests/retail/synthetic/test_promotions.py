"""Are promotions' effects estimated right, and their baselines computed as stated?"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.synthetic import known_store, promotions
from layoutlab.retail.synthetic.known_trips import Settings


def planned(*rows):
    return pd.DataFrame(rows, columns=["category", "week"])


def poisson(n_weeks=60, ratio=2.0, seed=1):
    """Return weekly sales of three categories with a season, and one promotion of "b"."""
    week = np.arange(n_weeks)[:, None]
    wave = np.cos(2 * np.pi * (week * 7 + 3.5 - np.array([0, 90, 200])) / 365.25)
    rate = np.array([400.0, 200.0, 300.0]) * np.exp(0.5 * wave)
    rate[40, 1] *= ratio
    return pd.DataFrame(np.random.default_rng(seed).poisson(rate), columns=["a", "b", "c"])


def test_weekly_pieces_by_hand():
    day = pd.Timestamp("2026-01-05T10:00Z")
    lines = pa.table(
        {
            "time": [day, day + pd.Timedelta(days=6), day + pd.Timedelta(days=14)],
            "category": ["b", "b", "a"],
            "quantity": [2, 3, 7],
        }
    )
    sold = promotions.weekly_pieces(lines, "2026-01-05", 2)
    assert sold.columns.tolist() == ["a", "b"]
    assert sold.to_numpy().tolist() == [[0, 5], [0, 0]]


def test_the_regression_sees_through_the_season():
    found = [promotions.effects(poisson(seed=i), planned(("b", 40))).iloc[0] for i in range(12)]
    log_ratio = np.log([row["ratio"] for row in found])
    assert log_ratio.mean() == pytest.approx(np.log(2), abs=0.05)
    covered = [row["low"] <= 2 <= row["high"] for row in found]
    assert np.mean(covered) >= 0.75


def test_baselines_by_hand():
    sold = pd.DataFrame({"a": [10] * 30, "b": [10] * 30})
    sold.loc[20] = 20, 40
    row = promotions.effects(sold, planned(("b", 20))).iloc[0]
    assert row["before_after"] == pytest.approx(4)
    assert row["against_store"] == pytest.approx(2)


def test_a_season_needs_half_a_year():
    with pytest.raises(InputError) as error:
        promotions.effects(poisson().iloc[:25], planned(("b", 4)))
    assert str(error.value) == "sold: expected at least 26 weeks with sales, got 25"


def test_promoted_weeks_are_no_measure_and_the_first_week_has_none():
    sold = poisson()
    found = promotions.effects(sold, planned(("b", 0), ("b", 1), ("b", 2)))
    assert found["before_after"].isna().all()
    later = promotions.effects(sold, planned(("b", 39), ("b", 40)))
    assert later["before_after"][1] == pytest.approx(sold["b"][40] / sold["b"][36:39].mean())


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "planned: expected at least one promotion, got none"),
        (
            [("b", 40), ("x", 3)],
            "planned: expected promotions with sales in their week, got x in week 3",
        ),
        (
            [("b", 400)],
            "planned: expected promotions with sales in their week, got b in week 400",
        ),
    ],
)
def test_bad_plans(rows, message):
    with pytest.raises(InputError) as error:
        promotions.effects(poisson(), planned(*rows))
    assert str(error.value) == message


def test_on_a_simulated_store_it_beats_before_and_after():
    settings = Settings(n_customers=800, season_amplitude=0.5)
    run = known_store.simulate(settings, rng=np.random.default_rng(1))
    sold = promotions.weekly_pieces(run.lines, run.truth["first_day"], 52)
    found = promotions.effects(sold, pd.DataFrame(run.truth["promotions"]))
    errors = promotions.errors(found)
    assert errors["error"].idxmin() == "ratio"
    assert abs(errors.loc["ratio", "bias"]) < 0.06
    assert promotions.coverage(found) >= 0.8
