"""Ranking measures against sums written out, one customer and one place at a time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.recommendation.ranking import bootstrap, hits, measures, report, top


def by_hand(ranked, basket, k):
    found = [item in basket for item in ranked[:k]]
    gain = sum(1 / math.log2(place + 2) for place, hit in enumerate(found) if hit)

    def ideal(n):
        return sum(1 / math.log2(place + 2) for place in range(n))

    return {
        "recall": sum(found) / len(basket),
        "ndcg": gain / ideal(min(k, len(basket))),
        "ndcg_full": gain / ideal(len(basket)),
        "phr": float(any(found)),
    }


@given(st.data())
def test_measures_equal_sums_written_out(data):
    m, k = data.draw(st.integers(4, 12)), data.draw(st.integers(1, 4))
    items = st.lists(st.integers(0, m - 1), min_size=1, unique=True)
    baskets = data.draw(st.lists(items, min_size=1, max_size=5))
    ranked = np.array([data.draw(st.permutations(range(m))) for _ in baskets])
    truth = np.array([np.isin(range(m), basket) for basket in baskets])
    met = hits(ranked, sparse.csr_array(truth))
    found = measures(met, truth.sum(axis=1), k)
    for user, basket in enumerate(baskets):
        wanted = by_hand(ranked[user].tolist(), basket, k)
        assert {name: values[user] for name, values in found.items()} == pytest.approx(wanted)


def test_a_small_case_by_hand():
    truth = sparse.csr_array(np.array([[1, 0, 1, 1]], bool))
    found = measures(hits(np.array([[2, 1]]), truth), np.array([3]), 2)
    assert found["recall"][0] == pytest.approx(1 / 3)
    assert found["ndcg"][0] == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert found["ndcg_full"][0] == pytest.approx(1 / (1 + 1 / math.log2(3) + 1 / 2))
    assert found["phr"][0] == 1


def test_ties_go_to_the_popular_and_then_to_the_lower_column():
    scores = np.array([[1.0, 1.0, 2.0, 1.0]])
    assert top(scores, 4, np.array([1, 5, 0, 5])).tolist() == [[2, 1, 3, 0]]
    assert top(scores, 2).tolist() == [[2, 0]]


def test_no_item_is_never_a_hit():
    truth = sparse.csr_array(np.array([[0, 1], [0, 1]], bool))
    assert hits(np.array([[1, -1], [-1, -1]]), truth).tolist() == [[True, False], [False, False]]


def test_parts_split_recall_by_what_was_bought_before():
    ranked = np.tile(np.r_[0:20], (2, 1))
    truth = sparse.csr_array((np.arange(30) % 15 == 0)[None, :].repeat(2, axis=0))
    bought = sparse.csr_array((np.arange(30) < 10)[None, :].repeat(2, axis=0))
    parts = report(ranked, truth, bought, 10, rng=np.random.default_rng(1)).parts
    assert parts == {
        "repeat_share": 0.5,
        "repeat_recall_at_10": 1.0,
        "repeat_recall_at_20": 1.0,
        "repeat_share_of_top_10": 1.0,
        "explore_recall_at_10": 0.0,
        "explore_recall_at_20": 1.0,
        "explore_share_of_top_10": 0.0,
    }


def test_bootstrap_intervals_hold_the_mean_and_narrow_with_more_customers():
    rng = np.random.default_rng(1)
    few, many = rng.random((50, 1)), rng.random((5000, 1))
    width = []
    for table in (few, many):
        low, high = bootstrap(table, rng=np.random.default_rng(2))
        assert low[0] < table.mean() < high[0]
        width.append(high[0] - low[0])
    assert 6 < width[0] / width[1] < 16


def test_wrong_numbers_are_refused():
    with pytest.raises(InputError, match="expected k of at least 1, got 0"):
        top(np.ones((1, 2)), 0)
    with pytest.raises(InputError, match="expected at least 3 ranked items, got 2"):
        measures(np.ones((1, 2), bool), np.array([1]), 3)
    with pytest.raises(InputError, match="expected baskets of at least one item"):
        measures(np.ones((1, 2), bool), np.array([0]), 2)
