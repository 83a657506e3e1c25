"""Are the tests between groups those of statsmodels, and do they find what was planted?"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from statsmodels.stats.contingency_tables import StratifiedTable

from layoutlab.errors import InputError
from layoutlab.retail.affinities import affinity_groups
from layoutlab.retail.affinities.grouping import Groups
from layoutlab.retail.affinities.incidence import Incidence


def tables(groups, m, rng):
    n = rng.integers(200, 800, (groups, 1))
    a, b = (rng.integers(30, 100, (groups, m)) for _ in range(2))
    c = rng.binomial(np.minimum(a, b), rng.uniform(0.1, 0.6, (groups, m)))
    return c, a, b, n


def test_both_tests_and_the_odds_ratio_are_those_of_statsmodels():
    c, a, b, n = tables(4, 40, np.random.default_rng(1))
    found = affinity_groups.homogeneity(c, a, b, n)
    for pair in range(40):
        cells = [
            np.array([[both, one - both], [two - both, size - one - two + both]], dtype=float)
            for both, one, two, size in zip(
                c[:, pair], a[:, pair], b[:, pair], n[:, 0], strict=True
            )
        ]
        theirs = StratifiedTable(cells)
        assert found.odds_ratio[pair] == pytest.approx(theirs.oddsratio_pooled)
        assert found.p_value[pair] == pytest.approx(
            theirs.test_equal_odds(adjust=True).pvalue, rel=1e-6, abs=1e-14
        )
        assert found.common_p_value[pair] == pytest.approx(
            theirs.test_null_odds(correction=False).pvalue, rel=1e-6, abs=1e-14
        )


@pytest.mark.parametrize("odds", [0.2, 1.0, 1.0000001, 7.0])
def test_expected_cells_have_the_odds_ratio_asked_for(odds):
    a, b, n = np.array([30.0, 5.0]), np.array([50.0, 60.0]), np.array([200.0, 90.0])
    e = affinity_groups.expected_together(np.array(odds), a, b, n)
    assert e * (n - a - b + e) / ((a - e) * (b - e)) == pytest.approx(np.full(2, odds))
    assert (e > 0).all()


def simulated(n_baskets, changed, rng):
    """Ten categories in two groups; in the second, 0 and 1 are bought together more if changed.

    2 and 3 are both popular in the second group only: together more often overall, never within.
    """
    second = np.arange(n_baskets) % 2
    share = np.full((n_baskets, 10), 0.2)
    share[:, 2:4] = np.where(second, 0.4, 0.1)[:, None]
    held = rng.random((n_baskets, 10)) < share
    if changed:
        copied = (second == 1) & (rng.random(n_baskets) < 0.5)
        held[:, 1] = np.where(copied, held[:, 0], held[:, 1])
    names = np.array([f"c{i}" for i in range(10)])
    heads = pd.DataFrame({"time": pd.NaT, "store_id": "s", "customer_id": None}, range(n_baskets))
    incidence = Incidence(names, sparse.csr_array(held.astype(np.int32)), heads)
    return incidence, Groups("hour", ("early", "late"), second)


def test_a_pair_that_changes_is_found_and_popularity_alone_is_not():
    incidence, groups = simulated(4_000, True, np.random.default_rng(2))
    found = affinity_groups.compare(incidence, groups)
    assert len(found) == 45
    assert found.loc[0, ["first", "second"]].tolist() == ["c0", "c1"]
    assert found["q_value"].is_monotonic_increasing
    assert (found["q_value"] < 0.05).sum() == 1
    popular = found[(found["first"] == "c2") & (found["second"] == "c3")].iloc[0]
    assert popular["common_q_value"] > 0.05
    assert found.loc[0, "lift late"] > 2 > found.loc[0, "lift early"]
    assert (found["lift_low late"] <= found["lift late"]).all()
    inside = np.flatnonzero(groups.codes == 1)
    held = incidence.held.toarray()[inside]
    assert found.loc[0, "baskets late"] == (held[:, 0] & held[:, 1]).sum()


def test_without_change_p_values_are_uniform():
    rng = np.random.default_rng(3)
    small = 0
    for _ in range(40):
        incidence, groups = simulated(1_500, False, rng)
        counts = [incidence.held[groups.codes == code].toarray() for code in (0, 1)]
        both = [held.T @ held for held in counts]
        first, second = np.triu_indices(10, 1)
        c = np.stack([t[first, second] for t in both])
        a, b = (np.stack([t.diagonal()[side] for t in both]) for side in (first, second))
        p = affinity_groups.homogeneity(c, a, b, np.array([[750], [750]])).p_value
        small += (p < 0.05).sum()
    assert small / (40 * 45) == pytest.approx(0.05, abs=0.015)


def test_pairs_too_rare_to_test_are_left_out():
    incidence, groups = simulated(60, False, np.random.default_rng(4))
    assert len(affinity_groups.compare(incidence, groups, min_expected=50)) == 0
    assert affinity_groups.compare(incidence, groups, min_expected=50).columns[:3].tolist() == [
        "first", "second", "odds_ratio",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "arguments", "message"),
    [
        (("all",), {}, "expected at least two groups to compare, got all"),
        (("a", "b"), {"min_expected": 0}, "expected min_expected above 0, got 0"),
        (("a", "b"), {"confidence": 2}, "expected confidence between 0 and 1, got 2"),
    ],
)
def test_what_cannot_be_compared(names, arguments, message):
    incidence, groups = simulated(60, False, np.random.default_rng(4))
    with pytest.raises(InputError) as caught:
        affinity_groups.compare(incidence, Groups("x", names, groups.codes), **arguments)
    assert str(caught.value) == message
