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
