import numpy as np
import pandas as pd
import pytest
from corner_shop import DEPARTMENTS, SIZES, bought, exchanged

from layoutlab.errors import InputError
from layoutlab.floor.generation.departments import Department
from layoutlab.retail.optimise.constraints import Constraints
from layoutlab.retail.promise import many_stores, splits
from layoutlab.retail.promise.splits import CHECK, LATER, SEARCH


@pytest.fixture(scope="module")
def demands():
    receipts = bought()
    parts = splits.quarters(receipts)
    return {name: splits.demand_of(receipts, parts, name, SIZES) for name in (SEARCH, CHECK, LATER)}


METHODS = {
    "nothing": lambda setting, rng: setting.today,
    "an exchange": lambda setting, rng: exchanged(setting, 0, len(setting.slots.today) - 1),
}


def table(demands, places=None):
    if places is None:
        places = many_stores.made_up(
            ["grid"], [160, 220], [Department(name) for name in DEPARTMENTS],
            rng=np.random.default_rng(1),
        )  # fmt: skip
    return many_stores.study(
        places, demands, METHODS, Constraints(), SIZES, n_search=60, n_judge=60,
        rng=np.random.default_rng(2),
    )  # fmt: skip


def test_every_store_meets_every_method(demands):
    found = table(demands)
    assert found.groupby("store")["method"].apply(list).tolist() == [list(METHODS)] * 2
    still = found[found["method"] == "nothing"]
    assert (still[["moves", "promised", "corrected", LATER]] == 0).all(axis=None)
    assert (found[found["method"] == "an exchange"]["moves"] == 2).all()
    again = table(demands)
    pd.testing.assert_frame_equal(found, again)


def by_hand():
    return pd.DataFrame(
        {
            "store": [0, 0, 1, 1, 2, 2],
            "form": ["grid", "grid", "grid", "grid", "free", "free"],
            "area_m2": [100, 100, 200, 200, 300, 300],
            "slots": [9, 9, 8, 8, 7, 7],
            "method": ["rule", "search"] * 3,
            "promised": [0.1, 0.2, 0.1, 0.3, 0.1, 0.4],
            LATER: [0.05, 0.1, 0.05, 0.05, 0.05, 0.3],
            f"{LATER} low": [-0.01, 0.05, 0.01, -0.01, 0.01, 0.2],
        }
    )


def test_methods_are_ranked_by_hand():
    found = many_stores.methods_compared(by_hand(), LATER, best="search")
    assert found.index.tolist() == ["search", "rule"]
    assert found["rank"].tolist() == pytest.approx([3.5 / 3, 5.5 / 3])
    assert found["wins"].tolist() == [2, 2]
    assert found["behind"].tolist() == pytest.approx([0, -0.1])
    assert found.ratio["search"] == pytest.approx(0.45 / 0.9)
    assert found.ratio_low["rule"] == pytest.approx(0.5)


def test_who_gains_by_hand():
    found = many_stores.who_gains(by_hand(), LATER, "search")
    assert found["by_form"] == pytest.approx({"free": 0.3, "grid": 0.075})
    assert found["area_m2"] == pytest.approx(0.5)
    assert found["slots"] == pytest.approx(-0.5)


def test_nothing_to_study_and_an_unknown_rival_are_refused(demands):
    with pytest.raises(InputError, match="expected stores and methods, got 0 stores and 2"):
        table(demands, places=[])
    with pytest.raises(InputError, match="best: expected one of rule, search, got 'tabu'"):
        many_stores.methods_compared(by_hand(), LATER, best="tabu")
