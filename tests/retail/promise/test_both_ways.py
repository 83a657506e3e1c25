import numpy as np
import pytest
from corner_shop import exchanged, shop

from layoutlab.retail.promise import both_ways, gains, judged

TODAY = np.array([1.0, 100.0])


def test_the_choice_is_better_both_ways_and_by_hand():
    tried = np.array([[1.5, 101], [1.10, 99], [1.05, 95], [1.02, 90], [0.9, 80]])
    # shares of the most (10 %, 10 %): (1, .1), (.5, .5), (.2, 1): the middle one
    assert both_ways.choose(TODAY, tried) == 2


def test_none_is_chosen_where_none_is_better_both_ways():
    assert both_ways.choose(TODAY, np.array([[1.5, 101], [0.9, 80], [1.0, 90]])) is None


def test_the_choice_does_not_depend_on_units():
    rng = np.random.default_rng(1)
    tried = TODAY * rng.uniform(0.9, 1.1, (30, 2))
    scale = np.array([7.0, 0.3])
    assert both_ways.choose(TODAY, tried) == both_ways.choose(TODAY * scale, tried * scale)


@pytest.fixture(scope="module")
def draws():
    store = shop()
    wants = store.shoppers.demand
    chances = np.random.default_rng(1).spawn(4)
    return [judged.facing(store, wants, 100, rng=each) for each in chances]


def test_both_are_means_over_draws_and_their_intervals_wider_than_of_one(draws):
    layout = exchanged(draws[0], 0, 4)
    both = both_ways.show(draws, layout)
    walks = [judged.gained(each, layout)["metres"].value for each in draws]
    one = gains.mean(walks)
    assert both.metres.value == pytest.approx(np.mean(walks))
    assert both.metres.high - both.metres.low > one.high - one.low
    assert both.shown == (both.unplanned_margin.low > 0 and both.metres.high < 0)


def test_today_is_not_shown_to_be_better_than_itself(draws):
    same = both_ways.show(draws, draws[0].today)
    assert (same.unplanned_margin.value, same.metres.value, same.shown) == (0.0, 0.0, False)
