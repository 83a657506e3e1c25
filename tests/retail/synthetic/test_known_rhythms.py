"""The truth's own answers: hazards of a renewal process, and groups held against segments."""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.synthetic import (
    known_returns,
    known_segments,
    known_store,
    known_trips,
    trading,
)

HORIZON = {"landmark": 70, "n_periods": 4, "period_days": 7}


def test_busy_time_undoes_opening_time():
    busy = np.linspace(0, trading.busy_days(21), 50)
    np.testing.assert_allclose(trading.busy_time(trading.opening_time(busy, 21), 21), busy)


def test_without_a_rhythm_the_past_does_not_matter():
    arrays = {"customer_id": np.array(["a", "b"]), "customer_gap_days": np.array([7.0, 14.0])}
    asked = np.array(["a", "a", "b"])
    found = known_returns.hazards(
        arrays, {"gap_shape": 1.0, "n_days": 98}, asked, np.array([1.0, 30.0, 5.0]), **HORIZON
    )
    # visits at random: once in 7 busy days, and a week has 7 of them
    np.testing.assert_allclose(found[:2], 1 - np.exp(-1))
    np.testing.assert_allclose(found[2], 1 - np.exp(-0.5))


def test_with_a_rhythm_who_waited_longer_is_likelier_to_come():
    arrays = {"customer_id": np.array(["a"]), "customer_gap_days": np.array([14.0])}
    asked, settings = np.array(["a", "a"]), {"gap_shape": 8.0, "n_days": 98}
    found = known_returns.hazards(arrays, settings, asked, np.array([1.0, 13.0]), **HORIZON)
    assert found[0, 0] < 0.2 < found[1, 0]
    assert ((found > 0) & (found < 1)).all()


def test_hazards_foretell_simulated_returns():
    settings = known_trips.Settings(n_customers=1500, n_days=98, basket_size=40.0, card_share=1.0)
    run = known_store.simulate(settings, rng=np.random.default_rng(3))
    lines = run.lines.to_pandas()
    first = pd.Timestamp(run.truth["first_day"], tz="UTC")
    lines["day"] = (lines["time"].dt.tz_convert("UTC") - first).dt.days
    last = lines[lines["day"] < 70].groupby("customer_id")["day"].max()
    later = lines[lines["day"] >= 70].groupby("customer_id")["day"].min().reindex(last.index)
    told = known_returns.hazards(
        run.arrays, run.truth["settings"], last.index.to_numpy(), 70 - last.to_numpy(), **HORIZON
    )
    away = np.cumprod(1 - told, axis=1)
    for period in range(4):
        back = (later - 70 < 7 * (period + 1)).mean()
        assert 1 - away[:, period].mean() == pytest.approx(back, abs=0.03)
    with pytest.raises(InputError, match="expected customers of the truth, got 'me'"):
        known_returns.hazards(
            run.arrays, run.truth["settings"], np.array(["me"]), np.array([3.0]), **HORIZON
        )


def test_agreement_with_true_segments():
    truth = {
        "segments": {"x": {}, "y": {}},
        "customers": {f"c{i}": "xy"[i % 2] for i in range(40)},
    }
    names = list(truth["customers"])
    right = pd.Series([1, 0] * 20, names)
    rng = np.random.default_rng(0)
    scores, tables = known_segments.agreement(
        truth, {"right": right, "three": pd.Series([0, 1, 2, 1] * 10, names)}, rng=rng
    )
    assert scores.loc["right"].tolist() == [40, 1, 1, 1, 1]
    assert tables["right"].to_numpy().tolist() == [[20, 0], [0, 20]]
    assert scores.loc["three", "accuracy"] == 0.75
    assert scores.loc["three", "low"] <= scores.loc["three", "adjusted_rand"] < 1
    assert tables["three"].to_numpy().sum() == 40
    with pytest.raises(InputError, match="expected customers of the truth, got 'me'"):
        known_segments.agreement(truth, {"odd": pd.Series([0], ["me"])}, rng=rng)
