"""Are real customers described and forecast as others found, and by whom best?"""

import numpy as np
import pytest

from layoutlab.retail.clientele import (
    bg_nbd,
    next_visit,
    next_visit_models,
    next_visit_scores,
    trips,
    undated,
)
from layoutlab.retail.preparation import receipts


@pytest.fixture(scope="module")
def visits(tmp_path_factory):
    path = tmp_path_factory.mktemp("online-retail") / "receipts.parquet"
    lines, _ = receipts.load("online-retail", rng=np.random.default_rng(0))
    receipts.write(path, lines)
    return trips.visits(trips.read(path)[0])


def test_bg_nbd_finds_what_the_lifetimes_library_finds(visits):
    # its tutorials on this data set print r 0.83, alpha 68.89 days, a 0.00
    end = int(visits["day"].max()) + 1
    known = next_visit.describe(visits, end)
    age = known["tenure_days"].to_numpy() - 1  # it counts to the last day, not to the day after
    last = known["tenure_days"].to_numpy() - known["recency_days"].to_numpy()
    told = bg_nbd.fit(bg_nbd.Histories(known["visits"].to_numpy().astype(int) - 1, last, age))
    assert len(known) == 4338
    assert told.r == pytest.approx(0.83, abs=0.01)
    assert told.alpha == pytest.approx(68.89, rel=0.01)
    assert told.a < 0.01


def test_learned_forecasts_of_the_next_visit_beat_bg_nbd(visits):
    train, asked = next_visit.parts(visits, n_periods=13, period_days=7)
    rng = np.random.default_rng(13)
    network, _ = next_visit_models.fit_hazard(train, rng=rng)
    hazards = {
        "BG/NBD": bg_nbd.hazards(train, asked),
        "boosting": next_visit_models.boosting(train, asked, rng=rng),
        "network": next_visit_models.predict(network, asked),
    }
    table = next_visit_scores.table(asked, hazards, baseline="BG/NBD", rng=rng)
    assert table.loc[["boosting", "network"], "verdict"].tolist() == ["better", "better"]
    assert table.loc["BG/NBD", "ranked_probability"] == pytest.approx(0.1824, abs=1e-3)


def test_ta_feng_is_read_in_order_and_whole():
    bought, counts = undated.read("nbr-tafeng")
    table = undated.habit_table(undated.visits(bought))
    assert counts["kept"] == len(bought) == 396_783
    assert table["frequency"].sum() == 73_355
    assert len(table) == 9_841
