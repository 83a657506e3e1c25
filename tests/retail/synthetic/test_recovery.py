"""Does the comparison with the truth count right, and is the truth found again?"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.affinities import affinity
from layoutlab.retail.affinities.affinity import Affinity
from layoutlab.retail.affinities.pairs import PairCounts
from layoutlab.retail.synthetic import known_store, recovery
from layoutlab.retail.synthetic.known_trips import Settings

SETTINGS = Settings(n_customers=500, n_days=182, segment_strength=1.0)


@pytest.fixture(scope="module")
def run():
    return known_store.simulate(SETTINGS, rng=np.random.default_rng(1))


def of(lift, low, high):
    """Return an affinity of three categories from its three pairs."""
    matrices = []
    for values in (lift, low, high):
        matrix = np.ones((3, 3))
        matrix[np.triu_indices(3, 1)] = values
        matrices.append(np.triu(matrix) + np.triu(matrix, 1).T)
    counts = PairCounts(np.array(["a", "b", "c"]), 9, sparse.csr_array(np.eye(3, dtype=np.int32)))
    given = affinity.estimate(counts)
    return Affinity(
        **{
            **{name: getattr(given, name) for name in given.__dataclass_fields__},
            "lift": matrices[0],
            "lift_low": matrices[1],
            "lift_high": matrices[2],
        }
    )


def test_affinity_by_hand():
    true = np.full((3, 3), np.nan)
    true[0, 1] = true[1, 0] = 2.0
    true[0, 2] = true[2, 0] = 1.05
    true[1, 2] = true[2, 1] = 0.5
    estimated = of([1.8, 0.9, 0.7], [1.5, 0.8, 0.6], [2.2, 0.99, 0.8])
    found = recovery.affinity(estimated, np.array(["a", "b", "c"]), true)
    assert found["pairs"] == 3
    assert found["coverage"] == pytest.approx(1 / 3)
    assert found["clear"] == 2
    assert found["clear_found"] == 1.0
    assert found["called"] == 3
    assert found["wrong_side"] == pytest.approx(1 / 3)
    assert found["rank_correlation"] == 1.0


def test_affinity_of_a_simulated_store(run):
    frame = run.lines.to_pandas()
    bought = pd.crosstab(frame["transaction_id"], frame["category"]) > 0
    table = sparse.csr_array(bought.to_numpy().astype(np.int32))
    together = sparse.csr_array(sparse.triu(table.T @ table)).astype(np.int32)
    counts = PairCounts(bought.columns.to_numpy().astype(str), len(bought), together)
    found = recovery.affinity(
        affinity.estimate(counts), run.arrays["categories"], run.arrays["lift"]
    )
    assert found["coverage"] >= 0.93
    assert found["rank_correlation"] > 0.9


def test_unknown_categories_are_refused():
    with pytest.raises(InputError, match="expected categories of the truth, got 'c'"):
        recovery.affinity(
            of([1, 1, 1], [1, 1, 1], [1, 1, 1]), np.array(["a", "b"]), np.ones((2, 2))
        )


def test_purchases_count_receipts_not_pieces(run):
    counts, rfm = recovery.purchases(run.lines, min_trips=5)
    frame = run.lines.to_pandas()
    name = counts.index[0]
    own = frame[frame["customer_id"] == name]
    assert rfm.loc[name, "frequency"] == own["transaction_id"].nunique() >= 5
    assert counts.loc[name, "milk"] == (own["category"] == "milk").sum()
    spend = (own["quantity"] * own["unit_price"]).sum() / own["transaction_id"].nunique()
    assert rfm.loc[name, "spend"] == pytest.approx(spend)
    assert rfm["recency"].min() >= 0
    assert (rfm.index == counts.index).all()


def test_nobody_with_so_many_receipts(run):
    with pytest.raises(InputError) as error:
        recovery.purchases(run.lines, min_trips=10_000)
    assert str(error.value) == "expected a customer with at least 10000 receipts, found none"


def test_shares_find_segments_that_rfm_does_not(run):
    scores, confusion = recovery.segments(
        run.lines, run.truth, run.arrays, rng=np.random.default_rng(0)
    )
    rand = scores["adjusted_rand"]
    assert rand["category shares"] > 0.6 > rand["recency, frequency, spend"]
    assert confusion.to_numpy().sum() <= SETTINGS.n_customers
    assert np.trace(confusion.to_numpy()) / confusion.to_numpy().sum() == pytest.approx(
        scores.loc["category shares", "accuracy"]
    )


def test_two_plain_segments_are_told_apart():
    counts = pd.DataFrame(
        [[20, 0, 5], [18, 1, 4], [0, 20, 5], [1, 18, 4]],
        index=list("wxyz"),
        columns=["a", "b", "c"],
    )
    group = recovery.by_shares(counts, 2, rng=np.random.default_rng(0))
    assert group[0] == group[1] != group[2] == group[3]
    shares = np.array([[0.1, 0.7, 0.2], [0.7, 0.1, 0.2]])
    known = recovery.by_true_shares(counts, np.array(["a", "b", "c"]), shares)
    assert known.tolist() == [1, 1, 0, 0]
    best = recovery.silhouettes(counts, [2, 3], rng=np.random.default_rng(0))
    assert best.idxmax() == 2
