"""Which receipts would a store with known affinities print? A simulator whose truth is known.

Every category is bought with its own probability, independently of the others, except for planted
pairs of categories: of those the joint probability is set so that their lift is the planted one
while each keeps its own probability. An empty basket prints no receipt; among the receipts every
lift is therefore the planted one (1 for all other pairs) times the share of baskets that are not
empty, exactly. A known number of bad lines of every kind is planted beside the good ones.
"""

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

CANCELLED = "C"
CURRENCY = "EUR"
STORE = "store-1"
DAYS = 28
OPENS, CLOSES = 8, 20
FIRST_DAY = np.datetime64("2026-03-02", "us")
SKUS_PER_CATEGORY = 5
CUSTOMERS = 3_000
WITH_CARD = 0.6
MOST_BOUGHT, LEAST_BOUGHT = 0.35, 0.02
WEAKEST, STRONGEST = 1.25, 2.5
KINDS = (
    "missing_field",
    "time_unreadable",
    "quantity_unreadable",
    "cancelled",
    "quantity_not_positive",
    "price_unreadable",
    "price_not_positive",
    "duplicate",
)
NAMES = (  # noqa: SIM905 -- one word each, from the most to the least bought
    "milk bread bananas eggs tomatoes yoghurt cheese apples coffee pasta butter potatoes chicken "
    "onions rice juice carrots water chocolate ham salad biscuits sausages cereals oranges beer "
    "flour sugar tea crisps wine frozen-pizza detergent fish toilet-paper honey pet-food candles "
    "nappies batteries"
).split()


def receipts(
    n_baskets: int = 20_000,
    n_categories: int = 40,
    n_planted: int = 8,
    bad_lines: int = 40,
    *,
    rng: np.random.Generator,
) -> tuple[pa.Table, dict[str, Any]]:
    """Simulate four weeks of one store's receipts.

    Parameters
    ----------
    n_baskets : int
        Receipts with at least one item, at least 1.
    n_categories : int
        From 1 to 40, from the most to the least bought.
    n_planted : int
        Pairs of categories with a planted lift, from `WEAKEST` to `STRONGEST`; no category is in
        two. At most half of `n_categories`.
    bad_lines : int
        Planted lines of each of `KINDS`, at most the number of good lines.
    rng : numpy.random.Generator

    Returns
    -------
    lines : pyarrow.Table
        The columns of the receipts contract, time as text and bad lines among the good, ordered by
        time; ``currency`` in the schema's metadata.
    truth : dict
        ``n_baskets``, ``n_lines`` (good ones), ``bad_lines`` per kind, ``categories`` (sorted),
        ``pairs`` (first, second, lift; first before second) and ``independent_lift`` of all others.

    Raises
    ------
    ValueError
        When a number is outside its range.
    """
    _check(n_baskets, n_categories, n_planted, bad_lines)
    probability = np.geomspace(MOST_BOUGHT, LEAST_BOUGHT, n_categories)
    pairs = rng.permutation(n_categories)[: 2 * n_planted].reshape(n_planted, 2)
    lift = np.linspace(WEAKEST, STRONGEST, n_planted)
    bought, some = _baskets(n_baskets, probability, pairs, lift, rng)
    good = _lines(bought, rng)
    bad = [_spoilt(good, kind, bad_lines, rng) for kind in KINDS]
    lines = pd.concat([good, *bad]).sort_index(kind="stable")
    table = pa.Table.from_pandas(lines, preserve_index=False)
    named = [sorted((NAMES[first], NAMES[second])) for first, second in pairs]
    truth = {
        "n_baskets": n_baskets,
        "n_lines": len(good),
        "bad_lines": dict.fromkeys(KINDS, bad_lines),
        "categories": sorted(NAMES[:n_categories]),
        "pairs": [
            {"first": first, "second": second, "lift": float(planted * some)}
            for (first, second), planted in zip(named, lift, strict=True)
        ],
        "independent_lift": some,
    }
    return table.replace_schema_metadata({"currency": CURRENCY}), truth


def _check(n_baskets: int, n_categories: int, n_planted: int, bad_lines: int) -> None:
    if n_baskets < 1:
        raise ValueError(f"expected n_baskets of at least 1, got {n_baskets}")
    if not 1 <= n_categories <= len(NAMES):
        raise ValueError(f"expected n_categories from 1 to {len(NAMES)}, got {n_categories}")
    if not 0 <= n_planted <= n_categories // 2:
        raise ValueError(
            f"expected n_planted from 0 to half of n_categories ({n_categories // 2}), "
            f"got {n_planted}"
        )
    if not 0 <= bad_lines <= n_baskets:
        raise ValueError(f"expected bad_lines from 0 to n_baskets ({n_baskets}), got {bad_lines}")


def _baskets(
    n_baskets: int,
    probability: np.ndarray,
    pairs: np.ndarray,
    lift: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, float]:
    """Return who bought what, bool of shape (n_baskets, n_categories), and P(not empty)."""
    first, second = pairs.T
    with_first = lift * probability[second]
    without = probability[second] * (1 - lift * probability[first]) / (1 - probability[first])
    none = 1 - probability
    none[second] = 1 - without
    some = float(1 - none.prod())
    kept: list[np.ndarray] = []
    while sum(map(len, kept)) < n_baskets:
        drawn = rng.random((n_baskets, len(probability)))
        bought = drawn < probability
        bought[:, second] = drawn[:, second] < np.where(bought[:, first], with_first, without)
        kept.append(bought[bought.any(axis=1)])
    return np.concatenate(kept)[:n_baskets], some


def _lines(bought: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return the good lines of the baskets, baskets in order of time."""
    n_baskets, n_categories = bought.shape
    basket, category = np.nonzero(bought)
    sku = category * SKUS_PER_CATEGORY + rng.geometric(0.5, len(category)).clip(
        max=SKUS_PER_CATEGORY
    )
    price = rng.lognormal(1.0, 0.6, n_categories * SKUS_PER_CATEGORY + 1).round(2).clip(min=0.05)
    day, hour = rng.integers(0, DAYS, n_baskets), _hours(n_baskets, rng)
    second = np.sort(day * 86_400 + (hour * 3_600).astype(int))
    time = np.datetime_as_string(FIRST_DAY + second.astype("timedelta64[s]"), unit="s")
    card = rng.integers(1, CUSTOMERS + 1, n_baskets)
    shown = rng.random(n_baskets) < WITH_CARD
    customer = pd.Series(card).map("card-{:04d}".format).where(np.asarray(shown))
    number = np.array([f"T{number:06d}" for number in range(n_baskets)])
    return pd.DataFrame(
        {
            "store_id": STORE,
            "transaction_id": number[basket],
            "time": np.char.add(time, "Z")[basket],
            "customer_id": customer.to_numpy()[basket],
            "sku": np.char.add("sku-", np.char.zfill(sku.astype(str), 3)),
            "category": np.array(NAMES)[category],
            "quantity": rng.geometric(0.75, len(basket)),
            "unit_price": price[sku],
        }
    )


def _hours(n_baskets: int, rng: np.random.Generator) -> np.ndarray:
    """Return times of day in hours: a peak before noon and a higher one after work."""
    hours = np.where(
        rng.random(n_baskets) < 0.4,
        rng.normal(11, 1.5, n_baskets),
        rng.normal(17.5, 1.5, n_baskets),
    )
    return hours.clip(OPENS, CLOSES - 1e-3)


def _spoilt(
    good: pd.DataFrame, kind: str, bad_lines: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Return copies of good lines, spoilt in one way, to stand right behind their originals."""
    chosen = rng.choice(len(good), bad_lines, replace=False)
    lines = good.iloc[np.sort(chosen)].copy()
    if kind == "missing_field":
        lines["category"] = None
    elif kind == "time_unreadable":
        lines["time"] = lines["time"].str.replace(":", "h", n=1)
    elif kind == "quantity_unreadable":
        lines["quantity"] = pd.array([None] * bad_lines, dtype="Int64")
    elif kind == "cancelled":
        lines["transaction_id"] = CANCELLED + lines["transaction_id"]
        lines["quantity"] = -lines["quantity"]
    elif kind == "quantity_not_positive":
        lines["quantity"] = -lines["quantity"]
    elif kind == "price_unreadable":
        lines["unit_price"] = np.nan
    elif kind == "price_not_positive":
        lines["unit_price"] = 0.0
    return lines
