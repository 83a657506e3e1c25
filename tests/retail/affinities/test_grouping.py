"""Do baskets fall into the groups they belong to?"""

import numpy as np
import pandas as pd
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.affinities import grouping


def heads_of(**columns):
    size = len(next(iter(columns.values())))
    filled = {"time": [pd.NaT] * size, "store_id": [None] * size, "customer_id": [None] * size}
    heads = pd.DataFrame(filled | columns)
    return heads.assign(time=pd.to_datetime(heads["time"], utc=True))


def test_parts_of_the_day_hold_about_equally_many():
    hours = [8] * 5 + [9] * 5 + [12] * 10 + [17] * 10 + [18] * 3 + [19] * 7
    times = [f"2026-03-02T{hour:02}:30:00Z" for hour in hours]
    groups = grouping.of_baskets(heads_of(time=[*times, None]), "hour")
    assert groups.sizes == {"08–10 h": 10, "10–13 h": 10, "13–18 h": 10, "18–20 h": 10}
    assert groups.codes[-1] == -1


def test_all_baskets_of_one_hour_are_one_group():
    heads = heads_of(time=["2026-03-02T09:00:00Z"] * 3)
    assert grouping.of_baskets(heads, "hour").names == ("09–10 h",)
    assert grouping.available(heads) == ()


def test_weekdays_without_a_basket_are_no_group():
    times = ["2026-03-02T23:59:59Z", "2026-03-07T00:00:00Z", "2026-03-09T00:00:00Z"]
    groups = grouping.of_baskets(heads_of(time=times), "weekday")
    assert groups.names == ("Monday", "Saturday")
    assert groups.codes.tolist() == [0, 1, 0]


def test_the_largest_stores_are_kept():
    stores = [f"s{i:02}" for i in range(14) for _ in range(i + 1)]
    groups = grouping.of_baskets(heads_of(store_id=stores), "store")
    assert groups.names == tuple(f"s{i:02}" for i in range(7, 14))
    assert groups.codes[[0, 27, 28, 36]].tolist() == [-1, -1, 0, 1]


def test_segments_by_how_often_customers_came():
    customers = ["a", "b", "b", "c", "c", "c", "c", None]
    groups = grouping.of_baskets(heads_of(customer_id=customers), "segment")
    assert groups.sizes == {"no card": 1, "seldom": 1, "now and then": 2, "often": 4}


def test_segments_given_by_the_caller():
    heads = heads_of(customer_id=["a", "b", None, "z"])
    groups = grouping.of_baskets(heads, "segment", segments={"a": "family", "b": "single"})
    assert groups.names == ("no card", "family", "single")
    assert groups.codes.tolist() == [1, 2, 0, -1]


def test_what_can_be_grouped_is_told():
    times = ["2026-03-02T09:00:00Z", "2026-03-03T15:00:00Z"]
    heads = heads_of(time=times, store_id=["s", "s"])
    assert grouping.available(heads) == ("hour", "weekday")


@pytest.mark.parametrize(
    ("by", "message"),
    [
        ("colour", "expected by of hour, weekday, store, segment, got 'colour'"),
        ("hour", "expected baskets with time to group them by hour, but none of 2 has it"),
        (
            "segment",
            "expected baskets with customer_id to group them by segment, but none of 2 has it",
        ),
    ],
)
def test_what_cannot_be_grouped(by, message):
    with pytest.raises(InputError) as caught:
        grouping.of_baskets(heads_of(store_id=["s", "t"]), by)
    assert str(caught.value) == message


def test_codes_are_whole_numbers():
    groups = grouping.of_baskets(heads_of(store_id=["s", "t"]), "store")
    assert np.issubdtype(groups.codes.dtype, np.integer)
