"""Into which groups do baskets fall: by part of the day, weekday, store, or kind of customer?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from layoutlab.errors import InputError

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_PARTS = 4
MOST_STORES = 7
SEGMENTS = ("no card", "seldom", "now and then", "often")
NEEDS = {"hour": "time", "weekday": "time", "store": "store_id", "segment": "customer_id"}


@dataclass(frozen=True)
class Groups:
    """Groups of baskets.

    Attributes
    ----------
    by : str
        What they are formed by.
    names : tuple of str
    codes : ndarray of int, shape (n_baskets,)
        Position in `names`; -1 for baskets in no group.
    """

    by: str
    names: tuple[str, ...]
    codes: np.ndarray

    @property
    def sizes(self) -> dict[str, int]:
        """Baskets of each group, by name."""
        counted = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))
        return dict(zip(self.names, counted.tolist(), strict=True))


def available(heads: pd.DataFrame) -> tuple[str, ...]:
    """Return the ways of grouping that leave at least two groups of these baskets."""
    ways = [by for by, column in NEEDS.items() if heads[column].notna().any()]
    return tuple(by for by in ways if len(of_baskets(heads, by).names) > 1)


def of_baskets(
    heads: pd.DataFrame, by: str, *, segments: Mapping[str, str] | None = None
) -> Groups:
    """Group baskets.

    Parameters
    ----------
    heads : DataFrame
        time, store_id and customer_id of every basket.
    by : str
        ``hour``: `DAY_PARTS` parts of the day, cut between full hours (UTC) so that they hold
        about equally many baskets; ``weekday``; ``store``: the `MOST_STORES` with most baskets;
        ``segment``: a customer's segment, baskets without customer apart.
    segments : mapping of str to str, optional
        Segment of each customer; customers it does not name are in no group. Without it the
        customers are cut into three about equally large parts by how often they came.

    Returns
    -------
    Groups
        Those with at least one basket; baskets without the column asked for are in none, except
        that `segment` gives baskets without customer a group.

    Raises
    ------
    InputError
        When `by` is none of these or no basket has what it needs.
    """
    if by not in NEEDS:
        raise InputError(f"expected by of {', '.join(NEEDS)}, got {by!r}")
    column = heads[NEEDS[by]]
    if not column.notna().any():
        raise InputError(
            f"expected baskets with {NEEDS[by]} to group them by {by}, but none of "
            f"{len(heads)} has it"
        )
    if by == "segment":
        names, codes = _segments(column, segments)
    else:
        ways: dict[str, Callable[[pd.Series], tuple[list[str], np.ndarray]]] = {
            "hour": _day_parts,
            "weekday": _weekdays,
            "store": _stores,
        }
        names, codes = ways[by](column)
    return _without_empty(by, names, codes)


def _day_parts(time: pd.Series) -> tuple[list[str], np.ndarray]:
    hour = time.dt.hour.fillna(-1).to_numpy(dtype=int)
    share = np.cumsum(np.bincount(hour[hour >= 0], minlength=24)) / (hour >= 0).sum()
    inner = [int(np.abs(share - k / DAY_PARTS).argmin()) + 1 for k in range(1, DAY_PARTS)]
    opens, closes = int(hour[hour >= 0].min()), int(hour.max()) + 1
    cuts = sorted({opens, *inner, closes})
    names = [f"{low:02}–{high:02} h" for low, high in pairwise(cuts)]
    return names, np.where(hour < 0, -1, np.searchsorted(cuts, hour, side="right") - 1)


def _weekdays(time: pd.Series) -> tuple[list[str], np.ndarray]:
    return list(WEEKDAYS), time.dt.day_of_week.fillna(-1).to_numpy(dtype=int)


def _stores(store: pd.Series) -> tuple[list[str], np.ndarray]:
    sizes = store.value_counts().rename_axis("store").reset_index(name="size")
    sizes = sizes.sort_values(["size", "store"], ascending=[False, True])
    names = sorted(sizes["store"].head(MOST_STORES))
    return names, _codes(store, names)


def _segments(
    customer: pd.Series, segments: Mapping[str, str] | None
) -> tuple[list[str], np.ndarray]:
    if segments is not None:
        names = ["no card", *sorted(set(segments.values()) - {"no card"})]
        named = customer.map(dict(segments)).where(customer.notna(), "no card")
    else:
        names = list(SEGMENTS)
        visits = customer.value_counts().sort_index()
        third = np.searchsorted(np.quantile(visits, [1 / 3, 2 / 3]), visits, side="left")
        often = pd.Series(np.array(names)[third + 1], index=visits.index)
        named = customer.map(often).where(customer.notna(), "no card")
    return names, _codes(named, names)


def _codes(values: pd.Series, names: list[str]) -> np.ndarray:
    """Return where each value stands in `names`, -1 for those that do not."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(values)), dtype=int)


def _without_empty(by: str, names: list[str], codes: np.ndarray) -> Groups:
    """Leave out the groups without a basket."""
    used = np.unique(codes[codes >= 0])
    place = np.full(len(names) + 1, -1)
    place[used] = np.arange(len(used))
    return Groups(by, tuple(names[code] for code in used), place[codes])
