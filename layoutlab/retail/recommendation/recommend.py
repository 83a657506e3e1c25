"""What should we show this customer, what goes with this basket, and why?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layoutlab.errors import InputError
from layoutlab.retail.recommendation import counting
from layoutlab.retail.recommendation.candidate_features import describe
from layoutlab.retail.recommendation.histories import Histories
from layoutlab.retail.recommendation.next_basket import MODEL, Fitted

N_REASONS = 2
LEAST_LIFT = 1.2


@dataclass(frozen=True)
class Recommendation:
    """An item, its place's score (comparable within one answer only) and what drove it.

    Each reason is a mapping with ``kind``: ``bought`` (``times``, ``baskets_ago``), ``leads_to``
    (``item`` bought before, ``share`` of its buyers whose next basket held this one),
    ``goes_with`` (``item``, ``share`` of its baskets that held this one, ``lift``) or ``popular``
    (``share`` of customers' newest baskets that held it).
    """

    item: str
    score: float
    reasons: tuple[dict[str, Any], ...]


def recommend(
    fitted: Fitted,
    history: Sequence[Collection[int | str]],
    k: int = 10,
    exclude: Collection[int | str] = (),
    stock: Mapping[Any, float] | None = None,
) -> list[Recommendation]:
    """Return the k items a customer will most likely want next, best first, with reasons.

    Parameters
    ----------
    fitted : Fitted
    history : sequence of collections of item ids
        The customer's baskets, oldest first. Items never seen in training are passed over; when
        none is left, the answer is what sells best in the newest baskets.
    k : int
        From 1; fewer come back when fewer may be offered.
    exclude : collection of item ids
        Never offered.
    stock : mapping of item id to number, optional
        Items at 0 are not offered; an item it does not name is.

    Raises
    ------
    InputError
        When k is below 1, a basket is no collection of items, or stock is negative or no number.
    """
    barred = _barred(fitted, k, exclude, stock)
    asked = _histories(fitted, history)
    items, worth = _scored(fitted, asked)
    allowed = ~np.isin(items, barred)
    items, worth = items[allowed], worth[allowed]
    best = np.argsort(-worth, kind="stable")[:k]
    items, worth = items[best], worth[best]
    if len(items) < k:
        rest = np.argsort(-fitted.memory.late, kind="stable")
        rest = rest[~np.isin(rest, np.r_[items, barred])][: k - len(items)]
        below = worth.min(initial=0.0) - 1 - np.arange(len(rest))
        items, worth = np.r_[items, rest], np.r_[worth, below]
    had = np.unique(asked.codes)
    leads = fitted.memory.pairs[had].toarray()[:, items]
    return [
        Recommendation(
            str(fitted.items[item]), float(one), _why(fitted, asked, item, had, leads[:, place])
        )
        for place, (item, one) in enumerate(zip(items, worth, strict=True))
    ]


def goes_with(
    fitted: Fitted,
    basket: Collection[int | str],
    k: int = 10,
    exclude: Collection[int | str] = (),
    stock: Mapping[Any, float] | None = None,
) -> list[Recommendation]:
    """Return the k items that most often join those in a basket beyond chance, best first.

    An item's score adds up, over the basket's items, by how much its share among their baskets
    (drawn towards nothing for rare items) is above its share among all. Items in the basket are
    not offered; a basket of unknown items alone is answered with what sells best.

    Parameters and errors are those of `recommend`.
    """
    barred = _barred(fitted, k, exclude, stock)
    asked = _histories(fitted, [basket])
    memory = fitted.memory
    share = memory.popular / max(len(fitted.known.first_line) - 1, 1)
    rows = memory.together[asked.codes].toarray()
    worth = np.maximum(rows - share, 0).sum(axis=0) if len(rows) else share
    worth[np.r_[barred, asked.codes]] = -1
    best = np.lexsort((-share, -worth))[:k]
    return [
        Recommendation(
            str(fitted.items[item]), float(worth[item]), _joined(fitted, asked.codes, item)
        )
        for item in best
        if worth[item] >= 0
    ]


def _barred(
    fitted: Fitted,
    k: int,
    exclude: Collection[int | str],
    stock: Mapping[Any, float] | None,
) -> np.ndarray:
    """Return the places of items that must not be offered."""
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise InputError(f"expected k as a whole number of at least 1, got {k!r}")
    barred = set(map(str, exclude))
    for item, number in (stock or {}).items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
            raise InputError(f"expected stock of at least 0 for item {item}, got {number!r}")
        if number == 0:
            barred.add(str(item))
    return _places(fitted, barred)


def _places(fitted: Fitted, wanted: Collection[str]) -> np.ndarray:
    """Return the catalogue's places of known items, ascending."""
    code = fitted.place_of
    return np.array(sorted({code[item] for item in wanted if item in code}), dtype=np.int64)


def _histories(fitted: Fitted, history: Sequence[Collection[int | str]]) -> Histories:
    """Return one customer's baskets as arrays, without unknown items and empty baskets."""
    for basket in history:
        if isinstance(basket, str | bytes) or not isinstance(basket, Collection):
            raise InputError(f"expected baskets as collections of items, got {basket!r:.40}")
    baskets = [_places(fitted, set(map(str, basket))) for basket in history]
    baskets = [basket for basket in baskets if len(basket)]
    codes = np.concatenate([np.empty(0, np.int64), *baskets])
    first_line = np.cumsum([0, *map(len, baskets)])
    return Histories(np.array(["asked"]), np.array([0, len(baskets)]), first_line, codes)


def _scored(fitted: Fitted, asked: Histories) -> tuple[np.ndarray, np.ndarray]:
    """Return candidate items and their scores by the chosen method, each (c,)."""
    width = len(fitted.items)
    if not len(asked.codes) or fitted.chosen == "popularity":
        return np.arange(width), fitted.memory.late.astype(float)
    if fitted.chosen == MODEL:
        candidates = describe(fitted.memory, asked)
        return candidates.items[0], fitted.score(candidates.features)[0]
    score = counting.personal(width)
    if fitted.chosen == "tifu_knn":
        score = counting.tifu(fitted.train, width, fitted.habits)
    popular = fitted.popular / (1 + fitted.popular.max())
    return np.arange(width), score(asked)[0] + 1e-6 * popular


def _why(
    fitted: Fitted, asked: Histories, item: int, had: np.ndarray, leads: np.ndarray
) -> tuple[dict[str, Any], ...]:
    """Return what drove an item: own purchases, then the item whose buyers most went on to it.

    `leads` (len(had),) is the share of those who had an item whose next basket held this one.
    """
    basket_of = np.repeat(np.arange(len(asked.first_line) - 1), np.diff(asked.first_line))
    times = basket_of[asked.codes == item]
    reasons: list[dict[str, Any]] = []
    if len(times):
        ago = int(asked.first_basket[1] - times.max())
        reasons.append({"kind": "bought", "times": len(times), "baskets_ago": ago})
    usual = fitted.memory.late[item] / max(len(fitted.memory.before), 1)
    leads = np.where(had == item, 0, leads)
    if leads.max(initial=0) > LEAST_LIFT * usual:
        best = int(leads.argmax())
        lead = {"kind": "leads_to", "item": str(fitted.items[had[best]])}
        reasons.append(lead | {"share": float(leads[best])})
    return tuple(reasons) or ({"kind": "popular", "share": float(usual)},)


def _joined(fitted: Fitted, codes: np.ndarray, item: int) -> tuple[dict[str, Any], ...]:
    """Return the basket's items that an item goes with most, strongest first."""
    memory = fitted.memory
    usual = memory.popular[item] / max(len(fitted.known.first_line) - 1, 1)
    share = memory.together[codes, [item] * len(codes)] if len(codes) else np.empty(0)
    reasons = [
        {
            "kind": "goes_with",
            "item": str(fitted.items[codes[place]]),
            "share": float(share[place]),
            "lift": float(share[place] / usual),
        }
        for place in np.argsort(-share, kind="stable")[:N_REASONS]
        if share[place] > usual > 0
    ]
    return tuple(reasons) or ({"kind": "popular", "share": float(usual)},)
