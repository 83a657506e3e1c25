"""Which basket holds which category? All baskets of a file as one sparse matrix, with their heads.

Where the pair counts alone do not say enough (resampling baskets, splitting them, grouping them),
this matrix X of zeros and ones does: X'X are the pair counts, X'WX those of weighted baskets.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.affinities.pairs import PairCounts
from layoutlab.retail.preparation import baskets


@dataclass(frozen=True)
class Incidence:
    """Baskets by categories.

    Attributes
    ----------
    categories : ndarray of str, shape (n,)
        Sorted.
    held : csr_array of int32, shape (n_baskets, n)
        1 where the basket holds the category; indices sorted.
    heads : DataFrame, shape (n_baskets, 3)
        time (UTC), store_id and customer_id of every basket; missing where unknown.
    """

    categories: np.ndarray
    held: sparse.csr_array
    heads: pd.DataFrame

    @property
    def n_baskets(self) -> int:
        """Baskets, those that hold none of the categories included."""
        return int(self.held.shape[0])


def read(baskets_path: str | Path) -> Incidence:
    """Read a baskets file as `layoutlab.retail.preparation.baskets.prepare` writes it.

    Raises
    ------
    InputError
        When it is no baskets file.
    """
    categories = np.array(baskets.read_categories(baskets_path))
    table = pq.read_table(baskets_path, columns=["time", "store_id", "customer_id", "items"])
    lists = table["items"].combine_chunks()
    start = lists.offsets.to_numpy()
    item = lists.values.to_numpy()[start[0] : start[-1]]
    held = sparse.csr_array(
        (np.ones(len(item), np.int32), item, start - start[0]), shape=(len(table), len(categories))
    )
    return Incidence(categories, held, table.drop_columns(["items"]).to_pandas())


def select(incidence: Incidence, chosen: np.ndarray) -> Incidence:
    """Return some of the baskets, by a mask or their numbers; all categories are kept."""
    return Incidence(
        incidence.categories,
        incidence.held[chosen],
        incidence.heads[chosen] if chosen.dtype == bool else incidence.heads.iloc[chosen],
    )


def frequent(incidence: Incidence, min_baskets: int) -> Incidence:
    """Return all baskets with only the categories in at least `min_baskets` of them.

    Raises
    ------
    InputError
        When `min_baskets` is less than 1 or no category is left.
    """
    if min_baskets < 1:
        raise InputError(f"expected min_baskets of at least 1, got {min_baskets}")
    kept = np.flatnonzero(popularity(incidence) >= min_baskets)
    if not len(kept):
        raise InputError(
            f"expected a category in at least {min_baskets} baskets, but there is none"
        )
    return Incidence(incidence.categories[kept], incidence.held[:, kept], incidence.heads)


def most_bought(incidence: Incidence, n: int) -> Incidence:
    """Return all baskets with only the `n` categories in most of them; of equals the earlier."""
    kept = np.sort(np.argsort(-popularity(incidence), kind="stable")[:n])
    return Incidence(incidence.categories[kept], incidence.held[:, kept], incidence.heads)


def popularity(incidence: Incidence) -> np.ndarray:
    """Return the baskets with each category, ndarray of int, shape (n,)."""
    return np.bincount(incidence.held.indices, minlength=len(incidence.categories))


def together(incidence: Incidence) -> np.ndarray:
    """Return the baskets with each two categories, ndarray of int, shape (n, n), symmetric."""
    return np.asarray((incidence.held.T @ incidence.held).toarray())


def count(incidence: Incidence) -> PairCounts:
    """Return the pair counts that `pairs.count` finds in the same baskets."""
    upper = sparse.csr_array(sparse.triu(incidence.held.T @ incidence.held, format="csr"))
    upper.sort_indices()
    return PairCounts(incidence.categories, incidence.n_baskets, upper)
