"""What did each customer buy, basket after basket? Histories as a few flat arrays.

Rules: a basket is a set, so repeated items count once; an empty basket is left out; a customer
without any basket is left out; a customer with one basket has an empty history, and is answered
with what sells best. Each is counted in `Study.left_out`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from layoutlab.errors import InputError

PARTS = ("train", "validate", "test")


@dataclass(frozen=True)
class Histories:
    """Baskets of customers, one after another.

    `users` (n,) ids as text. Baskets of customer u are `first_basket[u]` to `first_basket[u + 1]`
    in time order; items of basket b are ``codes[first_line[b]:first_line[b + 1]]``, ascending
    places in the study's catalogue, each once.
    """

    users: np.ndarray
    first_basket: np.ndarray
    first_line: np.ndarray
    codes: np.ndarray

    def __len__(self) -> int:
        return len(self.users)


@dataclass(frozen=True)
class Study:
    """The catalogue (`items`, ids as text, numbers in numeric order) and the three parts.

    `left_out` counts repeated items, empty baskets and customers without any basket.
    """

    items: np.ndarray
    train: Histories
    validate: Histories
    test: Histories
    left_out: dict[str, int]


def study(
    parts: dict[str, dict[str, list[Any]]],
    name: str = "histories",
    left_out: dict[str, int] | None = None,
) -> Study:
    """Return a study of baskets given as lists, by part and customer.

    Raises
    ------
    InputError
        For what `read` refuses in baskets and items.
    """
    _once(name, parts)
    lists = {part: _checked(f"{name}: {part}", parts[part]) for part in PARTS}
    items = sorted(
        {item for users in lists.values() for held in users.values() for b in held for item in b},
        key=_order,
    )
    code = {item: place for place, item in enumerate(items)}
    counts = {"repeated_items": 0, "empty_baskets": 0, "customers_without_basket": 0}
    flat = {part: _flat(lists[part], code, counts) for part in PARTS}
    for part, found in flat.items():
        if not len(found):
            raise InputError(f"{name}: expected customers with baskets in {part}, got none")
    return Study(np.array(items, dtype=str), **flat, left_out=counts | (left_out or {}))


def split_last(histories: Histories, width: int) -> tuple[Histories, sparse.csr_array]:
    """Return what comes before each customer's last basket, and that basket, as `cut` does."""
    return cut(histories, np.diff(histories.first_basket) - 1, width)


def cut(
    histories: Histories, n_before: np.ndarray, width: int
) -> tuple[Histories, sparse.csr_array]:
    """Return each customer's first baskets and the basket after them.

    Parameters
    ----------
    histories : Histories
    n_before : ndarray of int, shape (n,)
        Baskets to come before, from 0 to one less than the customer has.
    width : int
        Items of the catalogue.

    Returns
    -------
    before : Histories
        The same customers.
    after : scipy.sparse.csr_array of bool, shape (n, width)
    """
    start = histories.first_basket[:-1]
    before = _take(histories.users, histories, n_before, places(start, n_before))
    after = start + n_before
    sizes = np.diff(histories.first_line)[after]
    columns = histories.codes[places(histories.first_line[after], sizes)]
    rows = np.r_[0, np.cumsum(sizes)]
    ones = np.ones(len(columns), bool)
    return before, sparse.csr_array((ones, columns, rows), shape=(len(histories), width))


def take(histories: Histories, chosen: np.ndarray) -> Histories:
    """Return the customers at places `chosen`, which may repeat."""
    n_baskets = np.diff(histories.first_basket)[chosen]
    keep = places(histories.first_basket[chosen], n_baskets)
    return _take(histories.users[chosen], histories, n_baskets, keep)


def joined(first: Histories, second: Histories) -> Histories:
    """Return the customers of both, those of `first` before those of `second`."""
    return Histories(
        np.r_[first.users, second.users],
        np.r_[first.first_basket, first.first_basket[-1] + second.first_basket[1:]],
        np.r_[first.first_line, first.first_line[-1] + second.first_line[1:]],
        np.r_[first.codes, second.codes],
    )


def places(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return ``starts[0], starts[0] + 1, ...``, `sizes[0]` of them, then those of the next."""
    ends = np.cumsum(sizes)
    within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - sizes, sizes)
    every: np.ndarray = np.repeat(starts, sizes) + within
    return every


def _take(users: np.ndarray, old: Histories, n_baskets: np.ndarray, keep: np.ndarray) -> Histories:
    sizes = np.diff(old.first_line)[keep]
    codes = old.codes[places(old.first_line[keep], sizes)]
    return Histories(users, np.r_[0, np.cumsum(n_baskets)], np.r_[0, np.cumsum(sizes)], codes)


def lines(histories: Histories) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for every line its customer's place, the basket's age and the item's code.

    The age counts baskets from the customer's last, which has 0.
    """
    n_baskets = np.diff(histories.first_basket)
    user = np.repeat(np.arange(len(histories)), n_baskets)
    age = histories.first_basket[1:][user] - 1 - np.arange(len(user))
    sizes = np.diff(histories.first_line)
    return np.repeat(user, sizes), np.repeat(age, sizes), histories.codes


def _checked(name: str, users: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Refuse items that are neither whole numbers of at least 0 nor text."""
    for user, baskets in users.items():
        for item in (item for basket in baskets for item in basket):
            number = isinstance(item, int) and not isinstance(item, bool) and item >= 0
            if not number and not (isinstance(item, str) and item.strip()):
                raise InputError(
                    f"{name}: expected items as whole numbers of at least 0 or as text, "
                    f"got {item!r:.40} for customer {user}"
                )
    return users


def _once(name: str, parts: dict[str, dict[str, list[Any]]]) -> None:
    seen: dict[str, str] = {}
    for part in PARTS:
        for user in parts[part]:
            if user in seen:
                raise InputError(f"{name}: customer {user} is in {seen[user]} and in {part}")
            seen[user] = part


def _order(item: int | str) -> tuple[int, int, str]:
    return (0, item, "") if isinstance(item, int) else (1, 0, item)


def _flat(
    users: dict[str, list[Any]], code: dict[int | str, int], counts: dict[str, int]
) -> Histories:
    """Turn lists into arrays, leaving out and counting what the rules say."""
    kept, n_baskets, sizes = [], [], []
    codes: list[int] = []
    for user, baskets in users.items():
        sets = [sorted({code[item] for item in basket}) for basket in baskets if basket]
        counts["empty_baskets"] += len(baskets) - len(sets)
        counts["repeated_items"] += sum(map(len, baskets)) - sum(map(len, sets))
        counts["customers_without_basket"] += not sets
        if sets:
            kept.append(user)
            n_baskets.append(len(sets))
            sizes += [len(items) for items in sets]
            codes += [item for items in sets for item in items]
    return Histories(
        np.array(kept, dtype=str),
        np.cumsum([0, *n_baskets]),
        np.cumsum([0, *sizes]),
        np.array(codes, dtype=np.int64),
    )
