"""Are lifts, intervals and q-values what theory says, and is what was planted found?"""

import numpy as np
import pyarrow as pa
import pytest
from scipy import sparse, stats

from layoutlab.errors import InputError
from layoutlab.retail.affinities import affinity, lift
from layoutlab.retail.affinities.pairs import PairCounts
from layoutlab.retail.preparation import receipts


def counts_of(n_baskets, together, categories=None):
    """Return pair counts from an upper triangle."""
    together = sparse.csr_array(np.triu(together).astype(np.int32))
    names = categories or [chr(97 + i) for i in range(together.shape[0])]
    return PairCounts(np.array(names), n_baskets, together)


def test_a_lift_worked_by_hand():
    """20 of 100 baskets hold a, 10 hold b, 5 both: lift 5 · 100 / (20 · 10)."""
    found = affinity.estimate(counts_of(100, [[20, 5], [0, 10]]))
    assert found.lift[0, 1] == found.lift[1, 0] == pytest.approx(2.5)
    assert found.support == pytest.approx(np.array([[0.20, 0.05], [0.05, 0.10]]))
    assert found.lift.diagonal() == pytest.approx([5, 10])
    v = 1 - 5 / 20 - 5 / 10 + 2 * 25 / 200 - 5 / 100
    for limit in (found.lift_low[0, 1], found.lift_high[0, 1]):
        mean = limit * 20 * 10 / 100
        assert (5 - mean) ** 2 == pytest.approx(1.959964**2 * v * mean, rel=1e-5)
    assert found.lift_low[0, 1] < 2.5 < found.lift_high[0, 1]
    exact = min(1, 2 * stats.hypergeom.sf(4, 100, 20, 10))
    assert found.q_value[0, 1] == pytest.approx(exact)


def test_a_pair_never_bought_together():
    found = affinity.estimate(counts_of(1_000, [[100, 0], [0, 50]]))
    assert (found.lift[0, 1], found.lift_low[0, 1]) == (0, 0)
    assert found.lift_high[0, 1] == pytest.approx(1.959964**2 * 1_000 / (100 * 50), rel=1e-5)


def test_always_together_and_in_every_basket():
    found = affinity.estimate(counts_of(10, [[10, 10], [0, 10]]))
    assert found.lift == pytest.approx(np.ones((2, 2)))
    assert found.lift_low == pytest.approx(np.ones((2, 2)))
    assert found.q_value == pytest.approx(np.ones((2, 2)))


def test_p_values_are_those_of_scipy():
    rng = np.random.default_rng(1)
    n = 300
    a, b = rng.integers(1, n, (2, 3_000))
    c = np.clip(
        a * b // n + rng.integers(-12, 13, 3_000), np.maximum(0, a + b - n), np.minimum(a, b)
    )
    upper = stats.hypergeom.sf(c - 1, n, a, b)
    lower = stats.hypergeom.cdf(c, n, a, b)
    expected = np.minimum(2 * np.where(c * n >= a * b, upper, lower), 1)
    assert lift.p_values(c, a, b, n) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("n", "share_a", "share_b", "true", "at_least"),
    [
        (20_000, 0.2, 0.2, 1.0, 0.945),
        (20_000, 0.4, 0.3, 1.5, 0.945),
        (20_000, 0.02, 0.02, 2.0, 0.945),
        (5_000, 0.02, 0.01, 1.0, 0.935),
        (2_000, 0.02, 0.02, 3.0, 0.945),
        (500, 0.05, 0.05, 0.5, 0.925),
    ],
)
def test_intervals_hold_the_true_lift(n, share_a, share_b, true, at_least):
    """95 % intervals over 20,000 samples, expected counts from 0.6 to 3,600.

    The standard error of a share is 0.0015; at the smallest count, which takes few values, the
    interval is known to be a little short.
    """
    both = true * share_a * share_b
    cells = [both, share_a - both, share_b - both, 1 - share_a - share_b + both]
    c, only_a, only_b, _ = np.random.default_rng(3).multinomial(n, cells, 20_000).T
    a, b = c + only_a, c + only_b
    low, high = lift.limits(c, a, b, n, confidence=0.95)
    held = (low * n / (a * b) <= true) & (true <= high * n / (a * b))
    assert at_least <= held.mean() <= 0.965


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A simulated store's affinities, its truth, and the summary of the whole way."""
    folder = tmp_path_factory.mktemp("affinity")
    table, truth = receipts.load("simulated", rng=np.random.default_rng(21), n_baskets=8_000)
    receipts.write(folder / "receipts.parquet", table)
    summary = affinity.from_receipts(folder / "receipts.parquet", folder / "out")
    return affinity.load(folder / "out" / "affinity.npz"), truth, summary


def test_planted_pairs_are_found(found):
    estimated, truth, summary = found
    recovery = affinity.recovered(estimated, truth, 0.05)
    assert recovery["planted"] == 8
    assert recovery["precision"] >= 0.8
    assert recovery["recall"] >= 0.6
    assert 0.93 <= recovery["coverage"] <= 0.97
    assert summary["real_pairs"] == len(affinity.ranked(estimated, 0.05))
    assert summary["pairs"] == 780
    assert summary["accepted"] == truth["n_lines"]


def test_without_planted_pairs_hardly_any_are_called_real():
    rng = np.random.default_rng(2)
    bought = rng.random((4_000, 40)) < rng.uniform(0.02, 0.3, 40)
    counts = counts_of(
        4_000, bought.T.astype(int) @ bought.astype(int), [f"{i:02}" for i in range(40)]
    )
    assert len(affinity.ranked(affinity.estimate(counts), 0.05)) <= 1


def test_ranked_pairs_are_in_order_and_symmetric(found):
    estimated, _, _ = found
    ranked = affinity.ranked(estimated)
    assert len(ranked) == 780
    assert ranked["lift_low"].is_monotonic_decreasing
    assert (ranked["first"] < ranked["second"]).all()
    for name in ("support", "lift", "lift_low", "lift_high", "q_value"):
        matrix = getattr(estimated, name)
        assert np.array_equal(matrix, matrix.T)
    assert (estimated.lift_low <= estimated.lift).all()
    assert (estimated.lift <= estimated.lift_high).all()


def test_min_baskets_keeps_frequent_categories_and_their_numbers():
    counts = counts_of(100, [[20, 5, 1], [0, 10, 2], [0, 0, 3]])
    kept = affinity.estimate(counts, min_baskets=10)
    assert kept.categories.tolist() == ["a", "b"]
    assert np.array_equal(kept.lift, affinity.estimate(counts).lift[:2, :2])


def test_saved_affinities_come_back(found, tmp_path):
    estimated, _, _ = found
    affinity.save(tmp_path / "a.npz", estimated)
    again = affinity.load(tmp_path / "a.npz")
    assert again.n_baskets == estimated.n_baskets
    assert np.array_equal(again.lift_high, estimated.lift_high)
    assert again.categories.tolist() == estimated.categories.tolist()
    affinity.save(tmp_path / "b.npz", again)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_most_bought_come_first():
    lifts = affinity.most_bought(
        affinity.estimate(counts_of(9, [[2, 1, 1], [0, 7, 2], [0, 0, 3]])), 2
    )
    assert lifts.index.tolist() == lifts.columns.tolist() == ["b", "c"]
    assert lifts.loc["b", "c"] == pytest.approx(2 * 9 / 21)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"min_baskets": 0}, "expected min_baskets of at least 1, got 0"),
        ({"confidence": 1.0}, "expected confidence between 0 and 1, got 1.0"),
        ({"confidence": 95}, "expected confidence between 0 and 1, got 95"),
        (
            {"min_baskets": 30},
            (
                "expected 1 to 5000 categories in at least 30 baskets, but 0 of 2 are: choose "
                "another min_baskets"
            ),
        ),
    ],
)
def test_parameters_outside_their_range(arguments, message):
    with pytest.raises(InputError) as caught:
        affinity.estimate(counts_of(100, [[20, 5], [0, 10]]), **arguments)
    assert str(caught.value) == message


def test_a_wrong_parameter_is_refused_before_work_starts(tmp_path):
    with pytest.raises(InputError, match="expected min_baskets of at least 1, got 0"):
        affinity.from_receipts(tmp_path / "no.parquet", tmp_path, min_baskets=0)


def test_a_file_that_holds_no_affinities(tmp_path):
    np.savez(tmp_path / "x.npz", a=np.arange(3))
    with pytest.raises(InputError) as caught:
        affinity.load(tmp_path / "x.npz")
    assert str(caught.value).startswith(f"expected affinities as npz in {tmp_path / 'x.npz'}: ")


def test_one_category_has_no_pairs(tmp_path):
    row = {
        "store_id": "s",
        "transaction_id": "1",
        "time": None,
        "customer_id": None,
        "sku": "x",
        "category": "x",
        "quantity": 1,
        "unit_price": None,
    }
    receipts.write(tmp_path / "r.parquet", pa.Table.from_pylist([row]))
    summary = affinity.from_receipts(tmp_path / "r.parquet", tmp_path / "out")
    assert (summary["pairs"], summary["real_pairs"], summary["top_pairs"]) == (0, 0, [])


def test_pairs_bought_apart_are_listed_the_surest_first(found):
    estimated, _, _ = found
    apart = affinity.ranked_apart(estimated)
    assert (apart["lift"] < 1).all()
    assert apart["lift_high"].is_monotonic_increasing
    assert len(apart) == (affinity.ranked(estimated)["lift"] < 1).sum()
    few = affinity.ranked_apart(
        affinity.estimate(counts_of(1_000, [[300, 20, 90], [0, 300, 90], [0, 0, 300]])), 0.05
    )
    assert few[["first", "second"]].to_numpy().tolist() == [["a", "b"]]
