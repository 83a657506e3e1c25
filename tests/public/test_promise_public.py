"""Can public receipts be put into a store, and does what is found on half of them hold?"""

import numpy as np
import pytest

from layoutlab.retail.optimise import searches
from layoutlab.retail.optimise import setting as settings
from layoutlab.retail.optimise.constraints import Budget, Constraints
from layoutlab.retail.promise import joining, judged, splits, wordy_departments
from layoutlab.retail.shoppers import effects

SIZES = effects.load()


@pytest.fixture(scope="module")
def online():
    return joining.case("online-retail")


@pytest.fixture(scope="module")
def groceries():
    return joining.case("groceries")


def test_online_retail_is_halved_at_its_middle_day(online):
    assert f"{online.parts.until:%Y-%m-%d}" == "2011-06-06"
    assert len(online.receipts.categories) == 30
    assert wordy_departments.REST in online.receipts.categories


def test_departments_come_from_early_names_alone():
    lines, chosen = joining.online_lines(30)
    assert lines.num_rows == 541_909
    assert chosen[:3] == ("bag", "heart", "box")


def test_groceries_stand_on_all_fixtures_of_the_convenience_store(groceries):
    carried = [thing.departments for thing in groceries.plan.of("fixture")]
    assert len(carried) == 79
    assert all(len(names) == 1 for names in carried)
    assert groceries.parts.judging == (splits.OTHERS,)


@pytest.mark.parametrize("name", ["online", "groceries"])
def test_a_small_search_keeps_its_budget_and_gains(name, request):
    case = request.getfixturevalue(name)
    demands = {
        part: splits.demand_of(case.receipts, case.parts, part, SIZES)
        for part in case.parts.baskets
    }
    rng = np.random.default_rng(1)
    first = judged.trips(demands[splits.SEARCH], SIZES, 50, rng=rng)
    store = settings.prepare(case.plan, Constraints(budget=Budget(at_most=10)), first, SIZES)

    def search(setting, rng):
        return searches.search(setting, "tabu", evaluations=40, rng=rng).layout

    found = judged.judge(store, demands, search, n_search=1000, n_judge=1000, rng=rng)
    assert 0 < found.moves <= 10
    assert all(gain.value > 0 for gain in found.realised.values())
