import numpy as np
import pandas as pd
import pytest

from layoutlab.retail.promise import omnichannel, planned_stores

FAMILIES = pd.DataFrame({"aisle_id": [7, 3, 5], "family": ["Milk", "Fresh fruits", "Soft drinks"]})
PRODUCTS = pd.DataFrame(
    {
        "product_name": ["Whole Milk", "Organic Skim Milk", "Bananas", "Green Apples", "Cola Soda"],
        "aisle_id": [7, 7, 3, 3, 5],
    }
)


def join(categories, groups=None, **more):
    groups = groups or [""] * len(categories)
    return omnichannel.join(categories, groups, PRODUCTS, FAMILIES, says={}, **more)


def test_words_are_singular_and_tell_something():
    assert omnichannel.words("Rolls/Buns, misc. Products (UHT)") == ["roll", "bun", "uht"]
    assert omnichannel.words("berries & glass of 7up") == ["berry", "glass"]


def test_a_category_meets_the_family_of_its_words():
    found = join(["butter milk", "soda", "banana", "fruit"], least_score=0.001)
    assert found["family"].tolist() == ["Milk", "Soft drinks", "Fresh fruits", "Fresh fruits"]
    assert found["category"].tolist() == ["butter milk", "soda", "banana", "fruit"]
    assert found["score"].between(0, 1).all()


def test_scores_by_hand():
    # all of the family's name and of the category's words are the same word; of 30 nearest
    # products two have it, among other words
    found = join(["milk"])
    assert found["family"].tolist() == ["Milk"]
    assert 0.5 < found["score"][0] < 0.5 + 2 / 30 / 2


def test_the_group_helps_where_the_own_words_do_not():
    alone, helped = join(["tropical"]), join(["tropical"], ["fruit"])
    assert alone["family"].tolist() == [""]
    assert helped["family"].tolist() == ["Fresh fruits"]


def test_what_no_family_is_near_to_has_none():
    found = join(["newspapers"])
    assert found["family"].tolist() == [""]
    assert found["score"].tolist() == [0.0]


def test_other_words_may_be_given():
    asked = (["pop"], [""], PRODUCTS, FAMILIES)
    found = omnichannel.join(*asked, says={"pop": "soft drinks"})
    assert found["family"].tolist() == ["Soft drinks"]
    assert found["said"].tolist() == [True]
    found = omnichannel.join(*asked, says={"pop": ""})
    assert found["family"].tolist() == [""]


def test_at_ties_the_first_family_is_taken():
    twice = pd.DataFrame({"aisle_id": [1, 2], "family": ["Tea", "Tea"]})
    products = pd.DataFrame({"product_name": ["Green", "Green"], "aisle_id": [1, 2]})
    assert omnichannel.join(["tea"], [""], products, twice)["family"].tolist() == ["Tea"]


def paired():
    return pd.DataFrame(
        {
            "category": ["milk", "cream", "news", "toys", "beer"],
            "price": [1.0, 4.0, np.nan, 9.0, np.nan],
            "dwell_s": [10.0, 40.0, np.nan, 90.0, 20.0],
            "impulse": [0.1, 0.4, np.nan, 0.9, 0.2],
        }
    )


def test_groups_have_the_means_of_their_purchases():
    groups = ["dairy", "dairy", "paper", "paper", "drinks"]
    found = omnichannel.by_group(paired(), groups, [2, 1, 9, 1, 5])
    assert found.categories == ("dairy", "drinks", "paper")
    assert found.dwell_s.tolist()[:2] == [20.0, 20.0]
    assert found.impulse[0] == pytest.approx(0.2)
    # one in ten purchases of paper is known: too few
    assert np.isnan(found.dwell_s[2])
    assert np.isnan(found.impulse[2])
    # no price: the mean of all purchases that count
    assert found.price.tolist() == [2.0, 2.0, 2.0]
    assert found.relative
    assert found.currency == "USD"


def test_half_of_the_purchases_are_enough():
    groups = ["dairy", "dairy", "paper", "paper", "drinks"]
    found = omnichannel.by_group(paired(), groups, [2, 1, 1, 1, 5])
    assert found.price.tolist() == [2.0, pytest.approx((2 + 4 + 9) / 4), 9.0]


def test_a_group_that_nobody_bought_is_unknown():
    found = omnichannel.by_group(paired(), ["a", "b", "c", "d", "e"], [1, 1, 1, 0, 1])
    assert np.isnan(found.dwell_s[3])
    assert found.price[3] == 2.5


def test_a_table_shows_the_most_bought_first():
    pairs = paired().assign(family="Milk", score=0.5, bought=[3, 3, 9, 1, 0])
    found = planned_stores.most_bought(pairs, 3)
    assert found["category"].tolist() == ["news", "cream", "milk"]
    assert planned_stores.most_bought(None, 3).empty


def test_what_was_joined_is_told():
    pairs = paired().assign(family=["Milk", "", "", "", ""], bought=[3, 1, 0, 0, 0])
    start = planned_stores.Start(None, None, {}, "", "", pairs)
    assert start.told == {"joined": {"categories": 1, "of": 5, "purchases": 0.75}}
    assert planned_stores.Start(None, None, {}, "", "").told == {}


def test_the_built_in_store_is_where_one_starts(tmp_path):
    from layoutlab.retail.optimise.constraints import Constraints
    from layoutlab.retail.shoppers import effects
    from layoutlab.retail.synthetic import known_store, known_trips

    settings = known_trips.Settings(n_customers=80, n_days=60, n_categories=12)
    run = known_store.simulate(settings, rng=np.random.default_rng(1))
    known_store.write(run, tmp_path / "lines.parquet", tmp_path / "truth.json")
    found = planned_stores.start("", str(tmp_path / "lines.parquet"), effects.load())
    carried = {name for thing in found.plan.of("fixture") for name in thing.departments}
    assert carried == set(found.wants.categories)
    assert found.wants.dwell_s is None
    assert Constraints.of(found.kept).locked_departments == ("fish",)
