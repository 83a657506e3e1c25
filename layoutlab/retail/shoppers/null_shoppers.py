"""Are shoppers who know nothing but distance clearly worse than ours? Differences over the card."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from layoutlab.errors import InputError
from layoutlab.retail.shoppers.trip_measures import mean_over_stores

OURS = "behaved"
CONFIDENCE = 0.95


def worse(
    card: pd.DataFrame, *, rng: np.random.Generator, draws: int = 10_000, ours: str = OURS
) -> pd.DataFrame:
    """Return how much farther from the accepted ranges each null shopper lies than ours.

    Rows of the card are paired, and drawn with replacement: the interval is of which regularities
    happen to be on the card, as if they were independent of each other, which they are not quite.

    Parameters
    ----------
    card : DataFrame
        As `validation.card` returns it; judged rows count.
    rng : numpy.random.Generator
    draws : int
        At least 100.
    ours : str
        The shopper that the others are held against.

    Returns
    -------
    DataFrame
        One row per null shopper: shoppers, rows (of the card), miss (mean distance of the null
        shopper less ours, in widths of the range), low and high (95 %, percentiles), passes (rows
        ours passes less those it passes), passes_low, passes_high, clear (the interval of the
        distance lies above 0).

    Raises
    ------
    InputError
        For too few draws, or a card without judged rows of ours.
    """
    if draws < 100:
        raise InputError(f"draws: expected at least 100, got {draws}")
    by = _judged(card, ours)
    base = by.pop(ours)
    drawn = rng.integers(len(base), size=(draws, len(base)))
    rows = []
    for name, each in by.items():
        off = each.loc[base.index] - base
        miss, passes = off["miss"].to_numpy(), -off["passes"].to_numpy()
        low, high = _interval(miss[drawn].mean(axis=1))
        fewest, most = _interval(passes[drawn].sum(axis=1))
        rows.append(
            {
                "shoppers": name,
                "rows": len(base),
                "miss": float(miss.mean()),
                "low": low,
                "high": high,
                "passes": int(passes.sum()),
                "passes_low": fewest,
                "passes_high": most,
                "clear": low > 0,
            }
        )
    return pd.DataFrame(rows)


def worse_over_stores(cards: Sequence[pd.DataFrame], *, ours: str = OURS) -> pd.DataFrame:
    """Return how much farther off each null shopper is on the same card in several stores.

    Stores are paired; the interval is of which stores, shoppers and luck happened to be drawn, the
    regularities being those of the card (Student's t).

    Parameters
    ----------
    cards : sequence of DataFrame
        One per store, at least 2, as `validation.card` returns them.
    ours : str

    Returns
    -------
    DataFrame
        As `worse`, with ``stores`` in place of ``rows``; passes are means over stores.

    Raises
    ------
    InputError
        For fewer than two cards, or one without judged rows of ours.
    """
    if len(cards) < 2:
        raise InputError(f"cards: expected at least 2 stores, got {len(cards)}")
    means = [
        pd.DataFrame({name: each.mean() for name, each in _judged(card, ours).items()})
        for card in cards
    ]
    count = len(_judged(cards[0], ours)[ours])
    rows = []
    for name in means[0].columns.drop(ours):
        off = np.array([each[name] - each[ours] for each in means])
        (miss, low, high), (less, most, fewest) = map(mean_over_stores, off.T)
        rows.append(
            {
                "shoppers": name,
                "stores": len(cards),
                "miss": miss,
                "low": low,
                "high": high,
                "passes": -less * count,
                "passes_low": -fewest * count,
                "passes_high": -most * count,
                "clear": low > 0,
            }
        )
    return pd.DataFrame(rows)


def _judged(card: pd.DataFrame, ours: str) -> dict[str, pd.DataFrame]:
    """Return miss and passes of the judged rows by shopper, ours among them."""
    judged = card[card["role"] == "judged"]
    by = {
        str(name): each.set_index("regularity")[["miss", "passes"]].astype(float)
        for name, each in judged.groupby("shoppers", sort=False)
    }
    if ours not in by:
        raise InputError(f"expected judged rows of the shopper {ours!r} on the card, got none")
    return by


def _interval(values: np.ndarray) -> tuple[float, float]:
    side = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [side, 1 - side])
    return float(low), float(high)
