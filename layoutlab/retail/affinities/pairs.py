"""How often was each pair of categories bought together? Exact counts from baskets, with Beam.

Every block of baskets becomes a sparse upper triangle of counts; the triangles are added up. No
support threshold, no approximation: a pair bought once is counted.
"""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import add
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from layoutlab import canonical, flow
from layoutlab.flow import beam
from layoutlab.retail.preparation import baskets

PAIRS_AT_ONCE = 4_000_000


@dataclass(frozen=True)
class PairCounts:
    """In how many baskets each category stands, and each two of them together.

    Attributes
    ----------
    categories : ndarray of str, shape (n,)
        Sorted.
    n_baskets : int
    together : csr_array of int32, shape (n, n)
        Baskets with both categories: an upper triangle, indices sorted, nothing stored for pairs
        never bought together; on the diagonal the baskets with the category.
    """

    categories: np.ndarray
    n_baskets: int
    together: sparse.csr_array

    @property
    def n_pairs(self) -> int:
        """Distinct pairs of two categories found together."""
        return int(self.together.nnz) - len(self.categories)

    @property
    def n_occurrences(self) -> int:
        """Pairs of two categories summed over the baskets."""
        return int(self.together.sum(dtype=np.int64) - self.together.diagonal().sum(dtype=np.int64))


def count(baskets_path: str | Path) -> PairCounts:
    """Count the pairs of categories in a baskets file.

    Parameters
    ----------
    baskets_path : str or Path
        As `layoutlab.retail.preparation.baskets.prepare` writes it.

    Raises
    ------
    InputError
        When it is no baskets file.
    """
    categories = np.array(baskets.read_categories(baskets_path))
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "pairs.npz"
        pipeline = flow.pipeline()
        pipeline | ReadBaskets(baskets_path) | CountPairs(len(categories)) | WriteCounts(found)
        flow.run(pipeline)
        together = sparse.csr_array(sparse.load_npz(found))
    return PairCounts(categories, pq.read_metadata(baskets_path).num_rows, together)


class ReadBaskets(beam.PTransform):
    """Read the items of a baskets file: one element, a list array, per row group."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = str(path)

    def expand(self, pipeline: beam.Pipeline) -> beam.PCollection:
        """Read each row group."""
        groups = range(pq.read_metadata(self.path).num_row_groups)
        return pipeline | beam.Create(groups) | beam.Map(_read_group, self.path)


class CountPairs(beam.PTransform):
    """Count pairs of items, an item with itself included: one element, a sparse triangle."""

    def __init__(self, n_categories: int) -> None:
        super().__init__()
        self.n_categories = n_categories

    def expand(self, blocks: beam.PCollection) -> beam.PCollection:
        """Add up the triangles of all blocks."""
        return blocks | beam.CombineGlobally(_Adding(self.n_categories)).without_defaults()


class WriteCounts(beam.PTransform):
    """Write a sparse triangle as npz."""

    def __init__(self, path: str | Path) -> None:
        super().__init__()
        self.path = str(path)

    def expand(self, counts: beam.PCollection) -> beam.PCollection:
        """Write the one element."""
        return counts | beam.Map(_write, self.path)


class _Adding(beam.CombineFn):
    """Add up the pair counts of blocks."""

    def __init__(self, n_categories: int) -> None:
        self.n_categories = n_categories

    def create_accumulator(self) -> sparse.csr_array:
        return sparse.csr_array((self.n_categories, self.n_categories), dtype=np.int32)

    def add_input(self, accumulator: sparse.csr_array, items: pa.ListArray) -> sparse.csr_array:
        return reduce(add, triangles(items, self.n_categories), accumulator)

    def merge_accumulators(self, accumulators: Iterable[sparse.csr_array]) -> sparse.csr_array:
        return reduce(add, accumulators)

    def extract_output(self, accumulator: sparse.csr_array) -> sparse.csr_array:
        return accumulator

    def get_accumulator_coder(self) -> beam.coders.Coder:
        return _TriangleCoder()


class _TriangleCoder(beam.coders.Coder):
    """Pickles, whose size need not be tried to be known."""

    def encode(self, value: sparse.csr_array) -> bytes:
        return pickle.dumps(value, protocol=5)

    def decode(self, encoded: bytes) -> sparse.csr_array:
        return pickle.loads(encoded)

    def estimate_size(self, value: sparse.csr_array) -> int:
        return int(value.data.nbytes + value.indices.nbytes)


beam.coders.registry.register_coder(sparse.csr_array, _TriangleCoder)


def triangles(items: pa.ListArray, n_categories: int) -> Iterator[sparse.csr_array]:
    """Count the pairs within each list, an item with itself included.

    Parameters
    ----------
    items : pyarrow.ListArray of int32
        Each list sorted, without repeats.
    n_categories : int
        Greater than every item.

    Yields
    ------
    csr_array of int32, shape (n_categories, n_categories)
        Upper triangle; one for about `PAIRS_AT_ONCE` pairs, to bound memory.
    """
    size = np.diff(items.offsets.to_numpy()).astype(np.int64)
    block = np.cumsum(size * (size + 1) // 2) // PAIRS_AT_ONCE
    cuts = [0, *(np.flatnonzero(np.diff(block)) + 1), len(items)]
    for low, high in pairwise(cuts):
        yield _triangle(items[low:high], n_categories)


def _triangle(items: pa.ListArray, n_categories: int) -> sparse.csr_array:
    """List the key (first times n_categories plus second) of every pair, sort, and count runs."""
    start = items.offsets.to_numpy()
    item = items.values.to_numpy()[start[0] : start[-1]]
    position = np.arange(len(item), dtype=np.int32)
    partners = np.repeat(start[1:] - start[0], np.diff(start)) - position
    shift = (position + partners - np.cumsum(partners)).astype(np.int32)
    second = np.repeat(shift, partners)
    second += np.arange(len(second), dtype=np.int32)
    keys = np.repeat(item.astype(np.int64) * n_categories, partners)
    keys += item[second]
    keys.sort()
    new = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    edges = np.flatnonzero(new)
    counts = np.diff(edges, append=len(keys)).astype(np.int32)
    keys = keys[edges]
    row = np.searchsorted(keys, np.arange(n_categories + 1) * n_categories)
    column = (keys - np.repeat(np.arange(n_categories) * n_categories, np.diff(row))).astype(
        np.int32
    )
    shape = (n_categories, n_categories)
    return sparse.csr_array((counts, column, row.astype(np.int32)), shape=shape)


def _read_group(row_group: int, path: str) -> pa.ListArray:
    with pq.ParquetFile(path) as file:
        table = file.read_row_group(row_group, columns=["items"], use_threads=False)
    return table["items"].combine_chunks()


def _write(counts: sparse.csr_array, path: str) -> None:
    with canonical.writing(path) as part:
        sparse.save_npz(part, counts, compressed=False)
