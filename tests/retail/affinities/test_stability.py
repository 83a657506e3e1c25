"""Do halves of baskets agree as far as they should?"""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from layoutlab.errors import InputError
from layoutlab.retail.affinities import incidence as incidences
from layoutlab.retail.affinities import stability
from layoutlab.retail.affinities.incidence import Incidence


def bound(n_baskets, rng):
    """Fourteen categories; 0 and 1, 2 and 3 are bought together, all else independently."""
    held = rng.random((n_baskets, 14)) < 0.15
    for first in (0, 2):
        copied = rng.random(n_baskets) < 0.6
        held[:, first + 1] = np.where(copied, held[:, first], held[:, first + 1])
    heads = pd.DataFrame({"time": pd.NaT, "store_id": "s", "customer_id": None}, range(n_baskets))
    names = np.array([f"c{i:02}" for i in range(14)])
    return Incidence(names, sparse.csr_array(held.astype(np.int32)), heads)


@pytest.fixture(scope="module")
def studied():
    whole = bound(4_001, np.random.default_rng(1))
    return stability.study(whole, splits=2, tops=(2, 1_000), rng=np.random.default_rng(2))


def test_halves_share_no_basket_and_leave_none_out():
    whole = bound(301, np.random.default_rng(1))
    one, two = stability.halves(whole, rng=np.random.default_rng(2))
    assert (one.n_baskets, two.n_baskets) == (150, 151)
    assert sorted([*one.heads.index, *two.heads.index]) == list(range(301))
    assert np.array_equal(
        incidences.together(one) + incidences.together(two), incidences.together(whole)
    )


def test_a_category_of_one_half_only_is_left_out():
    whole = bound(40, np.random.default_rng(1))
    held = whole.held.toarray()
    held[:, 5] = 0
    held[0, 5] = 1
    lone = Incidence(whole.categories, sparse.csr_array(held), whole.heads)
    one, two = stability.halves(lone, rng=np.random.default_rng(3))
    assert one.categories.tolist() == two.categories.tolist()
    assert "c05" not in one.categories


def test_planted_pairs_are_on_top_of_both_halves(studied):
    rankings, _ = studied
    assert rankings["ranking"].tolist() == [*stability.RANKINGS] * 2
    assert (rankings["top_2"] == 1).all()
    assert (rankings["top_1000"] == 1).all()
    assert (rankings["chance_1000"] == 1).all()
    assert rankings["chance_2"].tolist() == pytest.approx([2 / 91] * 14)
    assert rankings["rank_correlation"].between(-0.3, 0.6).all()


def test_real_pairs_keep_their_sign(studied):
    _, signs = studied
    assert signs["pairs"].tolist() == [91, 91]
    assert (signs["real"] >= 2).all()
    assert (signs["same_sign"] >= 0.6).all()
    assert (signs["real_again"] <= signs["same_sign"]).all()
    assert (signs["shrunk"] < signs["raw"]).all()


def test_agreement_worked_by_hand():
    found = stability.agreement(np.array([4, 3, 2, 1.0]), np.array([4, 2, 3, 1.0]), tops=(1, 2))
    assert found == {
        "top_1": 1.0, "chance_1": 0.25, "top_2": 0.5, "chance_2": 0.5,
        "rank_correlation": pytest.approx(0.8),
    }  # fmt: skip


def test_the_summary_is_the_mean_over_splits(studied):
    rankings, _ = studied
    means = stability.summary(rankings)
    assert means.index.tolist() == [*stability.RANKINGS]
    lift = rankings[rankings["ranking"] == "lift"]["rank_correlation"]
    assert means.loc["lift", "rank_correlation"] == pytest.approx(lift.mean())


def test_the_same_seed_gives_the_same_study():
    whole = bound(500, np.random.default_rng(5))
    one, two = (stability.study(whole, splits=1, rng=np.random.default_rng(6))[0] for _ in range(2))
    assert one.equals(two)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"splits": 0}, "expected splits of at least 1, got 0"),
        ({"tops": ()}, "expected tops of at least 1, got []"),
        ({"tops": (5, 0)}, "expected tops of at least 1, got [5, 0]"),
    ],
)
def test_parameters_outside_their_range(arguments, message):
    with pytest.raises(InputError) as caught:
        stability.study(bound(50, np.random.default_rng(1)), **arguments, rng=None)
    assert str(caught.value) == message


def test_too_few_categories():
    whole = bound(100, np.random.default_rng(1))
    few = Incidence(whole.categories[:4], whole.held[:, :4], whole.heads)
    with pytest.raises(InputError, match="expected at least 5 categories in both halves, got 4"):
        stability.halves(few, rng=np.random.default_rng(1))
