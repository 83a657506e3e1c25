"""Are item sets and rules those that counting by hand finds?"""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.affinities import rules
from layoutlab.retail.affinities.incidence import Incidence


def incidence_of(*held):
    names = sorted(set("".join(held)))
    matrix = np.array([[name in basket for name in names] for basket in held], dtype=np.int32)
    heads = pd.DataFrame({"time": pd.NaT, "store_id": "s", "customer_id": None}, range(len(held)))
    return Incidence(np.array(names), sparse.csr_array(matrix), heads)


BASKETS = st.lists(
    st.sets(st.sampled_from("abcde"), min_size=1).map(lambda held: "".join(sorted(held))),
    min_size=1,
    max_size=15,
)


@settings(max_examples=40, deadline=None)
@given(BASKETS, st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_frequent_sets_are_those_of_brute_force(held, least):
    whole = incidence_of(*held)
    found = rules.frequent_sets(whole, min_support=least)
    brute = {}
    for size in range(1, 6):
        for items in combinations(range(len(whole.categories)), size):
            names = {str(whole.categories[item]) for item in items}
            baskets = sum(names <= set(basket) for basket in held)
            if baskets >= least * len(held) and baskets:
                brute[items] = baskets
    assert dict(zip(found["items"], found["baskets"], strict=True)) == brute
    assert found["items"].tolist() == sorted(brute, key=lambda items: (len(items), items))


def test_rules_worked_by_hand():
    """bread in 4 of 6, milk in 3, both in 3; eggs in 2, both with bread and milk."""
    found = rules.mine(
        incidence_of("bm", "bme", "bme", "b", "x", "x"), min_support=0.3, min_confidence=0.7
    )
    assert found.columns.tolist() == rules.COLUMNS
    said = {(row["if"], row["then"]): row for _, row in found.iterrows()}
    assert set(said) == {
        ("e", "m"), ("b + e", "m"), ("e", "b"), ("e + m", "b"), ("m", "b"), ("b", "m"),
    }  # fmt: skip
    one = said["b", "m"]
    assert one["baskets"] == 3
    assert one[["support", "confidence", "lift", "leverage"]].tolist() == pytest.approx(
        [3 / 6, 3 / 4, 3 / 4 / (3 / 6), 3 / 6 - 4 / 6 * 3 / 6]
    )
    assert found["lift"].is_monotonic_decreasing
    assert said["b + e", "m"]["baskets"] == 2


def test_sets_can_be_kept_small():
    whole = incidence_of("abc", "abc")
    assert rules.frequent_sets(whole, min_support=1)["items"].map(len).max() == 3
    assert rules.frequent_sets(whole, min_support=1, max_items=2)["items"].map(len).max() == 2


def test_nothing_frequent_makes_no_rules():
    whole = incidence_of("a", "b", "c", "d")
    assert len(rules.frequent_sets(whole, min_support=0.5)) == 0
    none = rules.mine(whole, min_support=0.25)
    assert (len(none), none.columns.tolist()) == (0, rules.COLUMNS)
    assert len(rules.mine(incidence_of("ab", "a", "a", "b", "b"), min_support=0.2)) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"min_support": 0}, "expected min_support above 0 and at most 1, got 0"),
        ({"min_support": 2}, "expected min_support above 0 and at most 1, got 2"),
        ({"min_confidence": 1.1}, "expected min_confidence above 0 and at most 1, got 1.1"),
        ({"max_items": 0}, "expected max_items of at least 1, got 0"),
    ],
)
def test_parameters_outside_their_range(arguments, message):
    with pytest.raises(InputError) as caught:
        rules.mine(incidence_of("ab"), **arguments)
    assert str(caught.value) == message
