"""Do weighted counts equal those of baskets really drawn again?"""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from layoutlab.retail.affinities import bootstrap

HELD = st.lists(
    st.lists(st.booleans(), min_size=4, max_size=4).filter(any), min_size=1, max_size=12
)


def leverage(c, a, b, n):
    return c / n - a * b / n**2


@settings(max_examples=60, deadline=None)
@given(HELD)
def test_pairs_and_the_baskets_that_hold_them(rows):
    held = np.array(rows, dtype=np.int32)
    found, which = bootstrap.pair_incidence(sparse.csr_array(held))
    brute = {
        (i, j): np.flatnonzero(held[:, i] & held[:, j]).tolist()
        for i in range(4)
        for j in range(i, 4)
        if (held[:, i] & held[:, j]).any()
    }
    assert [tuple(pair) for pair in found.tolist()] == sorted(brute)
    for row, pair in enumerate(found.tolist()):
        assert np.flatnonzero(which[[row]].toarray()[0]).tolist() == brute[tuple(pair)]


def test_limits_are_quantiles_over_baskets_drawn_again():
    held = (np.random.default_rng(1).random((60, 3)) < 0.5).astype(np.int32)
    limits = bootstrap.limits(
        sparse.csr_array(held),
        {"leverage": leverage},
        confidence=0.9,
        replicates=40,
        rng=np.random.default_rng(2),
    )["leverage"]
    rng, values = np.random.default_rng(2), []
    for _ in range(40):
        again = held[rng.integers(60, size=60)]
        values.append(leverage(again.T @ again, *np.ix_(again.sum(0), again.sum(0)), 60))
    low, high = np.quantile(values, [0.05, 0.95], axis=0)
    assert limits[0] == pytest.approx(low, abs=1e-12)
    assert limits[1] == pytest.approx(high, abs=1e-12)


def test_a_pair_in_no_basket_has_no_limits():
    held = sparse.csr_array(np.array([[1, 0], [0, 1], [1, 0]], dtype=np.int32))
    low, _ = bootstrap.limits(
        held, {"x": leverage}, confidence=0.9, replicates=30, rng=np.random.default_rng(1)
    )["x"]
    assert np.isnan(low).tolist() == [[False, True], [True, False]]


def test_every_replicate_has_as_many_baskets():
    drawn = bootstrap.weights(50, 30, rng=np.random.default_rng(3))
    assert drawn.shape == (50, 30)
    assert set(drawn.sum(axis=0)) == {50}


def test_customers_are_drawn_whole():
    clusters = bootstrap.customers(pd.Series(["x", None, "y", "x", None]))
    assert clusters.tolist() == [0, 2, 1, 0, 3]
    drawn = bootstrap.weights(5, 30, clusters=clusters, rng=np.random.default_rng(3))
    assert np.array_equal(drawn[0], drawn[3])
    assert set((drawn[0] + drawn[1] + drawn[2] + drawn[4]).tolist()) == {4}


def test_alike_baskets_of_one_customer_widen_the_interval():
    """Fifty customers with ten equal baskets each know no more than fifty baskets."""
    rng = np.random.default_rng(5)
    held = np.repeat((rng.random((50, 2)) < 0.5).astype(np.int32), 10, axis=0)
    width = {}
    for name, clusters in {"baskets": None, "customers": np.repeat(np.arange(50), 10)}.items():
        low, high = bootstrap.limits(
            sparse.csr_array(held),
            {"x": leverage},
            confidence=0.95,
            replicates=300,
            clusters=clusters,
            rng=np.random.default_rng(6),
        )["x"]
        width[name] = (high - low)[0, 1]
    assert width["customers"] / width["baskets"] == pytest.approx(10**0.5, rel=0.2)
