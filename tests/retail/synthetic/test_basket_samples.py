"""Are samples read, split, summarised and compared as stated?"""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.preparation import baskets
from layoutlab.retail.synthetic import basket_samples, known_store, known_trips
from layoutlab.retail.synthetic.basket_samples import Sample
from layoutlab.retail.synthetic.known_trips import Settings

SMALL = Settings(n_customers=150, n_days=70, n_categories=12)


def trips():
    opening, shopping, _ = np.random.default_rng(1).spawn(3)
    store = known_trips.open_store(SMALL, rng=opening)
    return known_trips.draw_trips(SMALL, store, rng=shopping)


def hand():
    bought = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 1]], bool)
    return Sample(bought, np.array([0, 0, 1, 0]), np.array([2, 5, 0, 5]))


def test_summary_by_hand():
    found = basket_samples.summarise(hand())
    assert found.sizes.tolist() == [2, 1, 3, 1]
    assert found.shares == pytest.approx(np.array([3, 2, 2]) / 7)
    assert np.exp(found.log_lifts) == pytest.approx(
        np.sort([2.5 / 2, 1.5 / 2, 1.5 / 1.5]), abs=1e-12
    )
    assert found.gaps.tolist() == [3]
    assert found.gap_customer.tolist() == [0]


def test_distances_by_hand():
    one = basket_samples.summarise(hand())
    assert basket_samples.distances(one, one) == dict.fromkeys(basket_samples.DISTANCES, 0.0)
    other = basket_samples.summarise(
        Sample(np.array([[1, 0], [0, 1]], bool), np.array([-1, -1]), np.zeros(2, int))
    )
    found = basket_samples.distances(one, other)
    assert found["size"] == pytest.approx(0.75)
    assert found["share"] == pytest.approx(2 / 7)
    assert "gap" not in found


def test_reading_a_baskets_file_gives_what_was_simulated(tmp_path):
    run = known_store.simulate(SMALL, rng=np.random.default_rng(1))
    known_store.write(run, tmp_path / "r.parquet", tmp_path / "t.json")
    baskets.prepare(tmp_path / "r.parquet", tmp_path / "b.parquet", tmp_path / "x.parquet")
    read = basket_samples.read(tmp_path / "b.parquet")
    direct = basket_samples.of_trips(trips())
    assert np.array_equal(read.bought.sum(axis=1), direct.bought.sum(axis=1))
    assert np.array_equal(read.day, direct.day - direct.day.min())
    shares = [basket_samples.summarise(each).shares for each in (read, direct)]
    assert shares[0] == pytest.approx(shares[1])
    fewer = basket_samples.read(tmp_path / "b.parquet", most_categories=3)
    assert fewer.bought.shape[1] == 3
    assert fewer.bought.any(axis=1).all()


def test_halves_keep_customers_together_and_lose_nothing():
    whole = basket_samples.of_trips(trips())
    one, other = basket_samples.halves(whole, rng=np.random.default_rng(0))
    assert not set(one.customer) & set(other.customer)
    assert len(one.bought) + len(other.bought) == len(whole.bought)


def test_unknown_customers_are_split_by_basket():
    sample = Sample(np.ones((1000, 2), bool), np.full(1000, -1), np.zeros(1000, int))
    one, _ = basket_samples.halves(sample, rng=np.random.default_rng(0))
    assert 400 < len(one.bought) < 600


def test_bad_input(tmp_path):
    with pytest.raises(InputError) as error:
        basket_samples.read(tmp_path / "none.parquet", most_categories=1)
    assert str(error.value) == "most_categories: expected at least 2, got 1"
    with pytest.raises(InputError, match="expected baskets as parquet with their categories in"):
        basket_samples.read(tmp_path / "none.parquet")
    single = Sample(np.ones((1, 2), bool), np.array([-1]), np.zeros(1, int))
    with pytest.raises(InputError, match="expected baskets enough for two halves, got too few"):
        basket_samples.halves(single, rng=np.random.default_rng(0))
