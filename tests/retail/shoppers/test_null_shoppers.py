"""Is a difference over the card's rows what it is by hand, and unclear where it is chance?"""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import null_shoppers


def card(misses):
    rows = [
        {"regularity": f"r{i}", "shoppers": who, "role": role, "miss": miss, "passes": miss == 0}
        for who, values in misses.items()
        for i, (miss, role) in enumerate(zip(values, ["judged"] * 4 + ["input"], strict=True))
    ]
    return pd.DataFrame(rows)


def test_by_hand():
    found = null_shoppers.worse(
        card(
            {"behaved": [0, 0, 0.1, 0, 9], "far": [0.5, 0.5, 0.6, 0.5, 0], "as": [0.4, 0, 0, 0, 0]}
        ),
        rng=np.random.default_rng(1),
    ).set_index("shoppers")
    assert list(found.index) == ["far", "as"]
    assert found.loc["far", ["rows", "miss", "low", "high"]].tolist() == pytest.approx(
        [4, 0.5, 0.5, 0.5]
    )
    assert found.at["far", "clear"]
    assert found.at["far", "passes"] == 3
    assert found.at["as", "miss"] == pytest.approx(0.075)
    assert found.at["as", "low"] < 0 < found.at["as", "high"]
    assert not found.at["as", "clear"]
    assert found.at["as", "passes"] == 0


def test_same_seed_same_interval():
    cards = card({"behaved": [0, 0, 0.1, 0, 0], "other": [0.3, 0, 0.9, 0.1, 0]})
    one, again = (null_shoppers.worse(cards, rng=np.random.default_rng(3)) for _ in range(2))
    assert one.equals(again)


def test_what_cannot_be_compared_is_refused():
    cards = card({"behaved": [0, 0, 0, 0, 0]})
    with pytest.raises(InputError, match="draws: expected at least 100, got 9"):
        null_shoppers.worse(cards, rng=np.random.default_rng(1), draws=9)
    with pytest.raises(InputError, match="judged rows of the shopper 'us' on the card, got none"):
        null_shoppers.worse(cards, rng=np.random.default_rng(1), ours="us")


def test_over_stores_by_hand():
    one = card({"behaved": [0, 0, 0.2, 0, 9], "far": [0.4, 0.4, 0.6, 0.4, 0]})
    other = card({"behaved": [0, 0, 0, 0, 9], "far": [0.6, 0.6, 0.6, 0.6, 0]})
    found = null_shoppers.worse_over_stores([one, other]).iloc[0]
    # 0.4 and 0.6 farther; half of Student's interval of two values: 12.706 x 0.1
    assert [found["miss"], found["low"], found["high"]] == pytest.approx(
        [0.5, 0.5 - 1.2706, 0.5 + 1.2706], abs=1e-4
    )
    assert found["stores"] == 2
    assert not found["clear"]
    assert found["passes"] == pytest.approx(3.5)  # 3 and 4 rows more
    assert found["passes_low"] < 3.5 < found["passes_high"]
    assert null_shoppers.worse_over_stores([other, other]).iloc[0]["clear"]
    with pytest.raises(InputError, match="cards: expected at least 2 stores, got 1"):
        null_shoppers.worse_over_stores([one])
