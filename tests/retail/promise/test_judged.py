import numpy as np
import pytest
from corner_shop import SIZES, best_exchange, bought, exchanged, shop
from scipy import stats

from layoutlab.errors import InputError
from layoutlab.retail.promise import judged, splits
from layoutlab.retail.promise.splits import CHECK, LATER, LATER_OTHERS, OTHERS, SEARCH


@pytest.fixture(scope="module")
def store():
    return shop()


@pytest.fixture(scope="module")
def demands():
    receipts = bought()
    parts = splits.quarters(receipts)
    return {name: splits.demand_of(receipts, parts, name, SIZES) for name in parts.baskets}


def as_it_is(setting, rng):
    return setting.today


def test_as_many_trips_come_as_are_asked_for(demands):
    drawn = judged.trips(demands[SEARCH], SIZES, 321, rng=np.random.default_rng(1))
    assert len(drawn) == 321
    assert drawn.day[-1] == drawn.n_days - 1
    with pytest.raises(InputError, match="trips: expected at least 1, got 0"):
        judged.trips(demands[SEARCH], SIZES, 0, rng=np.random.default_rng(1))


def test_judges_are_tempted_as_their_own_receipts_say(store, demands):
    first, second = (
        judged.facing(store, demands[LATER], 2000, rng=np.random.default_rng(seed))
        for seed in (1, 1)
    )
    assert first.shoppers.rate.tolist() == second.shoppers.rate.tolist()
    assert first.shoppers.rate.tolist() != store.shoppers.rate.tolist()
    from layoutlab.retail.optimise import setting as settings

    tally = settings.outcome(first, first.today).tally
    wanted = first.shoppers.left_to_chance * 2000
    assert tally.expected == pytest.approx(wanted, rel=0.05)


def test_sums_over_units_are_those_of_all_trips(store):
    from layoutlab.retail.optimise import setting as settings

    layout = exchanged(store, 1, 4)
    found, whole = judged.summed(store, layout), settings.outcome(store, layout)
    assert found["metres"].sum() == pytest.approx(whole.column("metres").sum())
    expected = settings.expected_margin(whole, SIZES).sum() * len(store.shoppers)
    assert found["unplanned_margin"].sum() == pytest.approx(expected)
    planned = found["margin"].sum() - found["unplanned_margin"].sum()
    assert planned == pytest.approx(whole.column("planned_margin").sum())
    few = store.facing(judged.trips(store.shoppers.demand, SIZES, 9, rng=np.random.default_rng(1)))
    with pytest.raises(InputError, match="trips: expected at least 10, got 9"):
        judged.summed(few, layout)


def test_who_changes_nothing_gains_nothing(store, demands):
    rng = np.random.default_rng(1)
    found = judged.judge(store, demands, as_it_is, n_search=100, n_judge=100, rng=rng)
    assert (found.moves, found.promised.value, found.corrected.value) == (0, 0.0, 0.0)
    assert tuple(found.realised) == (LATER, OTHERS, LATER_OTHERS)
    assert {each.value for part in found.changes.values() for each in part.values()} == {0.0}


def test_what_judges_draw_does_not_depend_on_what_the_search_draws(store, demands):
    fixed = exchanged(store, 0, 4)

    def wasteful(setting, rng):
        rng.random(1000)
        return fixed

    one, other = (
        judged.judge(store, demands, search, n_search=n, n_judge=300, rng=np.random.default_rng(5))
        for search, n in ((wasteful, 100), (lambda setting, rng: fixed, 200))
    )
    assert one.corrected == other.corrected
    assert one.realised == other.realised
    assert one.promised != other.promised


def test_the_correction_is_unbiased_for_winners_and_the_promise_is_not(store, demands):
    """Many searches on few trips: their promise and its correction beside the layouts' worth."""
    three = {name: demands[name] for name in (SEARCH, CHECK, LATER)}
    found = judged.repeated(
        store, three, best_exchange, n_search=30, n_judge=600, seeds=40,
        rng=np.random.default_rng(3),
    )  # fmt: skip
    truth = judged.facing(store, demands[CHECK], 20_000, rng=np.random.default_rng(4))
    worth = {}
    for each in found:
        key = each.layout.assignment.tobytes()
        if key not in worth:
            worth[key] = judged.gained(truth, each.layout)["unplanned_margin"].value
    true = np.array([worth[each.layout.assignment.tobytes()] for each in found])
    too_high = np.array([each.promised.value for each in found]) - true
    off = np.array([each.corrected.value for each in found]) - true
    assert stats.ttest_1samp(too_high, 0, alternative="greater").pvalue < 0.01
    assert abs(off.mean()) < 2 * stats.sem(off)
    assert abs(off.mean()) < 0.2 * too_high.mean()


def test_the_table_and_its_summary_by_hand(store, demands):
    found = judged.repeated(
        store, demands, best_exchange, n_search=100, n_judge=200, seeds=3,
        rng=np.random.default_rng(2),
    )  # fmt: skip
    table, summed = judged.by_seed(found), judged.summary(found)
    assert len(table) == 3 * 5
    assert summed.index.tolist() == ["promised", "corrected", LATER, OTHERS, LATER_OTHERS]
    later = table[table["part"] == LATER]["gain"]
    assert summed.gain[LATER] == pytest.approx(later.mean())
    promised = table[table["part"] == "promised"]["gain"]
    assert summed.ratio[LATER] == pytest.approx(later.mean() / promised.mean())
    assert summed.loc["promised", ["ratio", "ratio_low", "ratio_high"]].tolist() == pytest.approx(
        [1, 1, 1]
    )
    assert (table["moves"] == 2).all()


def test_lacking_parts_and_seeds_are_refused(store, demands):
    rng = np.random.default_rng(1)
    with pytest.raises(InputError, match=r"demands: expected the parts 'search', 'check' and one"):
        judged.judge(store, {SEARCH: demands[SEARCH]}, as_it_is, n_search=19, n_judge=19, rng=rng)
    with pytest.raises(InputError, match="seeds: expected at least 2, got 1"):
        judged.repeated(store, demands, as_it_is, n_search=19, n_judge=19, seeds=1, rng=rng)
