"""Are the measures and their intervals what their formulas and sources say?"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

from layoutlab.errors import InputError
from layoutlab.retail.affinities import measures
from layoutlab.retail.affinities.incidence import Incidence


def incidence_from(held, names=None):
    held = np.asarray(held, dtype=np.int32)
    heads = pd.DataFrame({"time": pd.NaT, "store_id": "s", "customer_id": None}, range(len(held)))
    names = names or [chr(97 + i) for i in range(held.shape[1])]
    return Incidence(np.array(names), sparse.csr_array(held), heads)


def twenty():
    """20 baskets: 8 hold a, 5 hold b, 4 both; c alone in 3 and never with another."""
    rows = [[1, 1, 0]] * 4 + [[1, 0, 0]] * 4 + [[0, 1, 0]] + [[0, 0, 1]] * 3 + [[0, 0, 0]] * 8
    return incidence_from(rows)


@pytest.fixture(scope="module")
def found():
    return measures.estimate(twenty(), rng=np.random.default_rng(1))


def test_measures_worked_by_hand(found):
    by_hand = {
        "support": 4 / 20,
        "jaccard": 4 / 9,
        "lift": 4 * 20 / (8 * 5),
        "pmi": 1,
        "leverage": 4 / 20 - 8 * 5 / 400,
        "npmi": 1 / -np.log2(0.2),
    }
    for name, value in by_hand.items():
        assert found[name].value[0, 1] == found[name].value[1, 0] == pytest.approx(value), name
    assert found["confidence"].value[0, 1] == 4 / 8
    assert found["confidence"].value[1, 0] == 4 / 5


def test_a_pair_never_met(found):
    values = {name: float(measure.value[0, 2]) for name, measure in found.items()}
    assert values == {
        "support": 0, "confidence": 0, "jaccard": 0, "lift": 0, "pmi": -np.inf,
        "leverage": pytest.approx(-8 * 3 / 400), "npmi": -1,
    }  # fmt: skip
    for name, measure in found.items():
        assert measure.low[0, 2] == measure.value[0, 2], name
        assert measure.high[0, 2] > measure.value[0, 2], name


def test_exact_limits_are_those_of_the_binomial_test(found):
    for name, tried in {"support": 20, "confidence": 8, "jaccard": 9}.items():
        exact = stats.binomtest(4, tried).proportion_ci(0.95, method="exact")
        assert found[name].low[0, 1] == pytest.approx(exact.low), name
        assert found[name].high[0, 1] == pytest.approx(exact.high), name
    exact = stats.binomtest(4, 5).proportion_ci(0.95, method="exact")
    assert (found["confidence"].low[1, 0], found["confidence"].high[1, 0]) == pytest.approx(
        (exact.low, exact.high)
    )


def test_limits_hold_their_values_and_pmi_is_a_logarithm(found):
    for name, measure in found.items():
        assert (measure.low <= measure.value + 1e-12).all(), name
        assert (measure.value <= measure.high + 1e-12).all(), name
    assert found["pmi"].high == pytest.approx(np.log2(found["lift"].high))


@pytest.mark.parametrize(("p", "lift"), [(0.3, 1.0), (0.15, 1.6), (0.05, 2.0)])
def test_intervals_hold_the_true_value(p, lift):
    """95 % intervals of 150 samples of 1,000 baskets; a share of 150 is known to 1.8 points."""
    true = {
        "leverage": p * p * (lift - 1),
        "npmi": np.log2(lift) / -np.log2(p * p * lift),
        "jaccard": p * p * lift / (2 * p - p * p * lift),
        "confidence": p * lift,
    }
    rng = np.random.default_rng(8)
    held = dict.fromkeys(true, 0)
    for _ in range(150):
        first = rng.random(1_000) < p
        second = rng.random(1_000) < np.where(first, lift * p, p * (1 - lift * p) / (1 - p))
        found = measures.estimate(incidence_from(np.stack([first, second], 1)), rng=rng)
        for name, value in true.items():
            held[name] += found[name].low[0, 1] <= value <= found[name].high[0, 1]
    for name, times in held.items():
        assert 0.90 <= times / 150 <= 0.995, (name, times)


def test_always_together():
    found = measures.estimate(
        incidence_from([[1, 1]] * 5 + [[0, 0]] * 5), rng=np.random.default_rng(1)
    )
    assert found["npmi"].value[0, 1] == found["jaccard"].value[0, 1] == 1
    every = measures.estimate(incidence_from([[1, 1]] * 5), rng=np.random.default_rng(1))
    assert every["npmi"].value[0, 1] == 0
    assert every["lift"].value[0, 1] == 1


def test_the_table_has_one_row_per_pair_and_both_confidences(found):
    table = measures.table(twenty().categories, found)
    assert table[["first", "second"]].to_numpy().tolist() == [["a", "b"], ["a", "c"], ["b", "c"]]
    assert table.loc[0, ["confidence", "confidence_back"]].tolist() == [0.5, 0.8]
    assert len(table.columns) == 2 + 3 * 8
    assert table["lift_low"].tolist() == found["lift"].low[[0, 0, 1], [1, 2, 2]].tolist()


def test_the_same_seed_gives_the_same_intervals():
    one, two = (measures.estimate(twenty(), rng=np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(one["npmi"].low, two["npmi"].low)


@pytest.mark.parametrize(
    ("held", "arguments", "message"),
    [
        ([[1, 1]], {"confidence": 0}, "expected confidence between 0 and 1, got 0"),
        ([[1, 1]], {"replicates": 5}, "expected replicates of at least 20, got 5"),
        (
            [[1, 0]],
            {},
            "expected every category in a basket, but 1 are in none, say 'b'",
        ),
    ],
)
def test_what_cannot_be_estimated(held, arguments, message):
    with pytest.raises(InputError) as caught:
        measures.estimate(incidence_from(held), rng=np.random.default_rng(1), **arguments)
    assert str(caught.value) == message
