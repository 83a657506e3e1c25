from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from little_store import DEPARTMENTS, baskets

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import attributes, demand, drawn_trips, simulation
from layoutlab.retail.shoppers.attributes import Attributes

FIRST = DEPARTMENTS[0]


def table(tmp_path, text):
    path = tmp_path / "known.csv"
    path.write_text(text, encoding="utf-8")
    return path


def known(**given):
    """Attributes of the first department alone, the others unknown."""
    columns = {name: np.array([given.get(name, np.nan)]) for name in attributes.KNOWN}
    more = {name: value for name, value in given.items() if name not in attributes.KNOWN}
    return Attributes((FIRST,), **columns, **more)


def wanting(sizes, told=None, **more):
    start, item = baskets()
    return demand.of_baskets(DEPARTMENTS, start, item, sizes, attributes=told, **more)


def test_a_table_is_read(tmp_path):
    path = table(tmp_path, "category,price,dwell_s,impulse\nmilk,1.2,20,0\ntea,,35,0.25\n")
    found = attributes.read(path)
    assert found.categories == ("milk", "tea")
    assert found.price.tolist()[:1] == [1.2]
    assert np.isnan(found.price[1])
    assert found.dwell_s.tolist() == [20.0, 35.0]
    assert found.impulse.tolist() == [0.0, 0.25]
    assert not found.relative
    assert attributes.of(found, "dwell_s", ["tea", "soap"])[0] == 35.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("category\nmilk\n", "known.csv: expected the column category and one or more of price"),
        ("category,prize\nmilk,1\n", "impulse, got category, prize"),
        ("name,price\nmilk,1\n", "got name, price"),
        ("category,price\nmilk,1\nmilk,2\n", "known.csv: expected each category once, got milk"),
        ("category,price\nmilk,1\n,2\n", "known.csv: expected a category on line 3, got none"),
        ("category,price\nmilk,0\n", "price of milk: expected a price above 0, got 0"),
        ("category,price\nmilk,cheap\n", "price of milk: expected a price above 0, got cheap"),
        ("category,dwell_s\nmilk,-3\n", "dwell_s of milk: expected seconds above 0, got -3"),
        ("category,dwell_s\nmilk,inf\n", "dwell_s of milk: expected seconds above 0, got inf"),
        ("category,impulse\nmilk,1.01\n", "impulse of milk: expected a share from 0 to 1"),
        ("category,impulse\nmilk,21%\n", "expected a share from 0 to 1, got 21%"),
        ("", "known.csv: expected a table as csv"),
        ("category,price\nmilk,1,2,3\n4\n5,6,7,8,9\n", "known.csv: expected a table as csv"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path, text, said):
    with pytest.raises(InputError) as raised:
        attributes.read(table(tmp_path, text))
    assert said in str(raised.value)


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="expected a table of attributes, but there is no file"):
        attributes.read(tmp_path / "none.csv")


def test_categories_that_the_receipts_do_not_have_are_named():
    nothing = np.full(3, np.nan)
    told = Attributes(("tea", "milk", "wax"), nothing, nothing, nothing)
    assert attributes.unknown(told, ["milk", "soap"]) == ("tea", "wax")
    with pytest.raises(InputError, match=r"categories of the receipts \(soap\), got none of them"):
        attributes.unknown(told, ["soap"])


def test_prices_stand_in_only_where_receipts_have_none(sizes):
    told = known(price=9.0, currency="USD")
    found = wanting(sizes, told)
    assert found.price.tolist() == [9.0] + [sizes.price_default] * (len(DEPARTMENTS) - 1)
    assert found.currency == "USD"
    paid = np.full(len(DEPARTMENTS), 2.0)
    found = wanting(sizes, told, price=paid, currency="EUR")
    assert (found.price == 2.0).all()
    assert found.currency == "EUR"


def test_hours_follow_the_table_where_receipts_have_no_times(sizes):
    hourly = np.zeros(24)
    hourly[[9, 17]] = 1.0, 3.0
    found = wanting(sizes, known(arrivals=hourly))
    assert found.arrivals[[9, 17]] == pytest.approx(np.array([0.25, 0.75]) * sizes.trips_per_day)
    assert found.arrivals.sum() == pytest.approx(sizes.trips_per_day)


def test_attributes_that_say_nothing_change_nothing(sizes, floor, goods):
    plain, told = wanting(sizes), wanting(sizes, known())
    totals = []
    for wants in (plain, told):
        drawn = drawn_trips.draw(wants, sizes, rng=np.random.default_rng(3), n_days=2)
        shoppers = simulation.calibrated(floor, goods, drawn, sizes)
        totals.append(simulation.simulate(floor, goods, shoppers, sizes))
    assert totals[0].trips.tobytes() == totals[1].trips.tobytes()
    assert totals[0].tally.place_s.tobytes() == totals[1].tally.place_s.tobytes()


def test_one_dwells_as_long_as_the_table_says(sizes, floor, goods, shoppers):
    still = replace(sizes, dwell_spread=0.0)
    seconds = np.arange(1.0, len(DEPARTMENTS) + 1)
    seconds[-1] = np.nan
    there = replace(shoppers, demand=replace(shoppers.demand, dwell_s=seconds))
    found = simulation.simulate(floor, goods, there, still)
    usual = np.where(np.isnan(seconds), sizes.dwell_item_s, seconds)
    bought = found.tally.planned + found.tally.unplanned
    assert found.column("dwell_s").sum() == pytest.approx((usual * bought).sum())


def test_what_is_never_bought_on_impulse_stays_on_the_lists(sizes):
    drawn = drawn_trips.draw(
        wanting(sizes, known(impulse=0.0)), sizes, rng=np.random.default_rng(1), n_days=2
    )
    assert drawn.left_to_chance[0] == 0
    assert (drawn.left_to_chance[1:] > 0).all()


def test_what_is_always_bought_on_impulse_stays_only_where_it_is_all(sizes):
    start, item = np.array([0, 2, 3]), np.array([0, 1, 0])
    told = Attributes(("a", "b"), np.ones(2), np.ones(2), np.array([1.0, 0.0]))
    wants = demand.of_baskets(("a", "b"), start, item, sizes, attributes=told)
    drawn = drawn_trips.draw(wants, sizes, rng=np.random.default_rng(1))
    assert (np.diff(drawn.start) == 1).all()
    assert drawn.item.tolist() == np.where(drawn.basket == 0, 1, 0).tolist()
    assert drawn.left_to_chance == pytest.approx([np.mean(drawn.basket == 0), 0])


def test_relative_rates_keep_the_share_over_all(sizes):
    n = len(DEPARTMENTS)
    told = Attributes(
        DEPARTMENTS, np.full(n, np.nan), np.full(n, np.nan), np.arange(1.0, n + 1), relative=True
    )
    wants = wanting(sizes, told)
    shares = drawn_trips._unplanned_share(wants, sizes)
    assert shares[1] / shares[0] == pytest.approx(2)
    assert shares[wants.item].mean() == pytest.approx(sizes.unplanned_share)


def test_shares_by_hand():
    # weights 0.5 and 1.5 of the mean 2; the unknown one has the mean share
    found = attributes.unplanned_shares(np.array([1.0, 3.0, np.nan]), np.array([10, 10, 20]), 0.2)
    assert found == pytest.approx([0.1, 0.3, 0.2])
    # 0.2 and 1.4 would be asked for: the second is full, the first has the rest
    found = attributes.unplanned_shares(np.array([1.0, 7.0]), np.array([10, 10]), 0.8)
    assert found == pytest.approx([0.6, 1.0])
    # nothing but the second can be unplanned
    found = attributes.unplanned_shares(np.array([0.0, 7.0]), np.array([10, 10]), 0.8)
    assert found.tolist() == [0.0, 1.0]
    assert attributes.unplanned_shares(np.zeros(2), np.ones(2), 0.3).tolist() == [0.3, 0.3]


@given(
    st.lists(st.tuples(st.floats(0.01, 10.0), st.integers(1, 50)), min_size=1, max_size=8),
    st.floats(0.0, 1.0),
)
def test_shares_are_shares_and_meet_their_mean(rows, overall):
    rates = np.array([rate for rate, _ in rows])
    bought = np.array([count for _, count in rows])
    found = attributes.unplanned_shares(rates, bought, overall)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert np.average(found, weights=bought) == pytest.approx(overall, abs=1e-9)
    order = np.argsort(rates, kind="stable")
    assert (np.diff(found[order]) >= -1e-12).all()
