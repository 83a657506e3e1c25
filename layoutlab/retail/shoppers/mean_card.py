"""What does the validation card say over several stores? Means, judged like single values."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import validation
from layoutlab.retail.shoppers.trip_measures import Measured, mean_over_stores


def over_stores(cards: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the card of the means over stores.

    Parameters
    ----------
    cards : sequence of DataFrame
        One per store, at least 1, as `validation.card` returns them, all with the same rows.

    Returns
    -------
    DataFrame
        With the columns of the first card. Intervals are of which stores, shoppers and luck were
        drawn (Student's t); where all stores say the same, or there is one, the first one's stays.

    Raises
    ------
    InputError
        For no cards, or cards with other rows.
    """
    if not cards:
        raise InputError("cards: expected at least 1 store, got 0")
    keys = ["regularity", "shoppers"]
    indexed = [card.set_index(keys) for card in cards]
    if any(not each.index.equals(indexed[0].index) for each in indexed):
        raise InputError("cards: expected the same regularities and shoppers in all stores")
    first = cards[0].copy()
    values = np.array([card["value"].to_numpy(float) for card in cards]).T
    ends = first[["low", "high"]].to_numpy(float)
    rows = [
        validation.row_of(name, _mean(one, end))
        for name, one, end in zip(first["regularity"], values, ends, strict=True)
    ]
    found = pd.DataFrame(rows, index=first.index)
    first[found.columns] = found
    return first


def _mean(values: np.ndarray, ends: np.ndarray) -> Measured:
    same = float(values[0]), float(ends[0]), float(ends[1])
    return same if np.ptp(values) == 0 else mean_over_stores(values)
