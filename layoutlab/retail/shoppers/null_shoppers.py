"""Are shoppers who know nothing but distance clearly worse than ours? Differences over the card."""

import numpy as np
import pandas as pd

from layoutlab.errors import InputError

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
    judged = card[card["role"] == "judged"]
    by = {
        name: each.set_index("regularity")[["miss", "passes"]].astype(float)
        for name, each in judged.groupby("shoppers", sort=False)
    }
    if ours not in by:
        raise InputError(f"expected judged rows of the shopper {ours!r} on the card, got none")
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


def _interval(values: np.ndarray) -> tuple[float, float]:
    side = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [side, 1 - side])
    return float(low), float(high)
