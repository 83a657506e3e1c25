"""Does the matrix of baskets and categories say the same as the baskets and the pair counts?"""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.affinities import incidence, pairs
from layoutlab.retail.affinities.incidence import Incidence
from layoutlab.retail.preparation import baskets, receipts


def incidence_of(*held):
    """Return an incidence from baskets as strings of one-letter categories."""
    names = sorted(set("".join(held)))
    matrix = np.array([[name in basket for name in names] for basket in held], dtype=np.int32)
    heads = pd.DataFrame({"time": pd.NaT, "store_id": "s", "customer_id": None}, range(len(held)))
    return Incidence(np.array(names), sparse.csr_array(matrix), heads)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("incidence")
    table, _ = receipts.load("simulated", rng=np.random.default_rng(4), n_baskets=700)
    receipts.write(folder / "r.parquet", table)
    baskets.prepare(folder / "r.parquet", folder / "b.parquet", folder / "x.parquet")
    return folder / "b.parquet"


def test_it_counts_what_beam_counts(written):
    read = incidence.read(written)
    beam, ours = pairs.count(written), incidence.count(read)
    assert ours.n_baskets == beam.n_baskets == read.n_baskets == 700
    assert ours.categories.tolist() == beam.categories.tolist()
    for name in ("data", "indices", "indptr"):
        assert np.array_equal(getattr(ours.together, name), getattr(beam.together, name))
    both = incidence.together(read)
    assert np.array_equal(np.triu(both), beam.together.toarray())
    assert np.array_equal(both.diagonal(), incidence.popularity(read))


def test_heads_stand_beside_their_baskets(written):
    read = incidence.read(written)
    assert read.heads.columns.tolist() == ["time", "store_id", "customer_id"]
    assert read.heads["time"].is_monotonic_increasing
    assert set(read.heads["store_id"]) == {"store-1"}
    assert 0.5 < read.heads["customer_id"].notna().mean() < 0.7


def test_baskets_are_selected_by_mask_or_number():
    whole = incidence_of("ab", "b", "abc")
    by_mask = incidence.select(whole, np.array([True, False, True]))
    by_number = incidence.select(whole, np.array([2, 0]))
    assert by_mask.held.toarray().tolist() == [[1, 1, 0], [1, 1, 1]]
    assert by_number.held.toarray().tolist() == [[1, 1, 1], [1, 1, 0]]
    assert by_number.heads.index.tolist() == [2, 0]


def test_rare_categories_are_left_out_and_their_baskets_kept():
    kept = incidence.frequent(incidence_of("ab", "b", "c"), 2)
    assert kept.categories.tolist() == ["b"]
    assert kept.held.toarray().tolist() == [[1], [1], [0]]


@pytest.mark.parametrize(
    ("least", "message"),
    [
        (0, "expected min_baskets of at least 1, got 0"),
        (4, "expected a category in at least 4 baskets, but there is none"),
    ],
)
def test_impossible_frequencies(least, message):
    with pytest.raises(InputError) as caught:
        incidence.frequent(incidence_of("ab", "b", "c"), least)
    assert str(caught.value) == message


def test_a_file_that_holds_no_baskets(tmp_path):
    pa.parquet.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match="expected baskets as parquet with their categories in "):
        incidence.read(tmp_path / "a.parquet")


def test_the_most_bought_categories_are_kept():
    kept = incidence.most_bought(incidence_of("abc", "bc", "c", "da"), 2)
    assert kept.categories.tolist() == ["a", "c"]
    assert kept.held.toarray().tolist() == [[1, 1], [0, 1], [0, 1], [1, 0]]
