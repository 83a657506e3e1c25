"""Is a row of several stores the mean of theirs, and judged like one?"""

import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import mean_card, validation


def card(coverage, flow=0.7):
    rows = [
        {"regularity": name, "shoppers": "behaved", **validation.row_of(name, measured)}
        for name, measured in (
            ("coverage", (coverage, coverage - 0.01, coverage + 0.01)),
            ("zone_flow", (flow, flow - 0.1, flow + 0.1)),
        )
    ]
    ranges = validation.targets().drop(columns=["low", "high"])
    return pd.DataFrame(rows).join(ranges, on="regularity")


def test_by_hand():
    found = mean_card.over_stores([card(0.4), card(0.6), card(0.8)]).set_index("regularity")
    row = found.loc["coverage"]
    assert row["value"] == pytest.approx(0.6)
    # Student's interval of three values: 4.3027 x 0.2 / sqrt(3)
    assert row["high"] - row["value"] == pytest.approx(0.49683, abs=1e-4)
    assert row["value"] - row["low"] == pytest.approx(0.49683, abs=1e-4)
    assert not row["passes"]  # at most half of the store
    assert row["miss"] == pytest.approx(0.1 / 0.5)
    assert found.loc["zone_flow", ["value", "low", "high"]].tolist() == pytest.approx(
        [0.7, 0.6, 0.8]
    )  # the same in all stores: the interval it came with


def test_one_store_stays_as_it_is():
    alone = card(0.4)
    pd.testing.assert_frame_equal(mean_card.over_stores([alone]), alone)


def test_cards_that_do_not_match_are_refused():
    with pytest.raises(InputError, match="cards: expected at least 1 store, got 0"):
        mean_card.over_stores([])
    with pytest.raises(InputError, match="same regularities and shoppers"):
        mean_card.over_stores([card(0.4), card(0.4).iloc[:1]])
