"""Do item sets and rules of public baskets number what was published? By ``make test-public``."""

import numpy as np
import pytest

from layoutlab.retail.affinities import incidence, rules
from layoutlab.retail.preparation import baskets, receipts


def baskets_of(name, folder):
    lines, _ = receipts.load(name, rng=np.random.default_rng(0))
    receipts.write(folder / "receipts.parquet", lines)
    baskets.prepare(
        folder / "receipts.parquet", folder / "baskets.parquet", folder / "rejects.parquet"
    )
    return incidence.read(folder / "baskets.parquet")


@pytest.fixture(scope="module")
def groceries(tmp_path_factory):
    return baskets_of("groceries", tmp_path_factory.mktemp("groceries"))


def test_rules_of_groceries_are_those_of_arules(groceries):
    found = rules.mine(groceries, min_support=0.001, min_confidence=0.5)
    assert len(found) == 5_668
    assert found["lift"].max() == pytest.approx(18.995654, abs=5e-7)
    size = found["if"].str.count(r" \+ ") + 2
    assert size.value_counts().sort_index().tolist() == [11, 1_461, 3_211, 939, 46]
    assert len(rules.mine(groceries, min_support=0.001, min_confidence=0.6)) == 2_918


def test_sets_of_groceries(groceries):
    found = rules.frequent_sets(groceries, min_support=0.001)
    assert len(found) == 13_492
    assert (found["items"].map(len) == 1).sum() == 157
    assert len(rules.frequent_sets(groceries, min_support=0.01)) == 333


def test_sets_of_the_belgian_receipts(tmp_path):
    belgian = baskets_of("belgian-retail", tmp_path)
    assert len(rules.frequent_sets(belgian, min_support=0.001)) == 7_589
