"""What is remembered of closed windows: block by block the same lines are left as in a batch."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layoutlab.retail.preparation import lines, returns, sessions
from layoutlab.retail.streaming import remembering
from layoutlab.retail.streaming.settling import END
from layoutlab.retail.streaming.windows import BEGINNING, Windows, judged, microseconds

MIN = 60_000_000
DAY = 24 * 60
SCHEMA = lines.VALID.append(pa.field("line_number", pa.string()))


def table(*rows):
    """Lines from (transaction, customer, sku, minute, quantity, number), numbered by place."""
    records = [
        {
            "store_id": "s",
            "transaction_id": transaction,
            "time": minute * MIN,
            "customer_id": customer,
            "sku": sku,
            "category": sku,
            "quantity": quantity,
            "unit_price": 1.0,
            "line": place,
            "line_number": number,
        }
        for place, (transaction, customer, sku, minute, quantity, number) in enumerate(rows)
    ]
    return pa.Table.from_pylist(records, SCHEMA)


def batched(whole, gap_min):
    """What is left in a batch, by line, and why the others are not."""
    repeated = lines.repeated(whole)
    rejects = dict.fromkeys(whole.filter(pa.array(repeated))["line"].to_pylist(), "duplicate")
    kept, returned = returns.match(whole.filter(pa.array(~repeated)))
    if gap_min and len(kept):
        kept = sessions.sessionise(kept, gap_min=gap_min)
    return left(kept), rejects | reasons(returned)


def left(kept):
    columns = (kept[name].to_pylist() for name in ("line", "quantity", "transaction_id"))
    return {line: rest for line, *rest in zip(*columns, strict=True)}


def reasons(rejects):
    return dict(zip(rejects["line"].to_pylist(), rejects["reason"].to_pylist(), strict=True))


def streamed(whole, windows, horizon_min, gap_min, cuts):
    """The same from the steps alone, block by block, and the lines that came too late."""
    horizon_us, newest = horizon_min * MIN, BEGINNING
    waiting, visits = SCHEMA.empty_table(), SCHEMA.empty_table()
    seen = remembering.SEEN.empty_table()
    wide = SCHEMA.append(remembering.LEFT)
    held, found, rejects, too_late, most = wide.empty_table(), {}, {}, [], 0
    cuts = [0, *sorted(cuts), len(whole), len(whole)]
    for number, (low, high) in enumerate(pairwise(cuts)):
        ending = number == len(cuts) - 2
        block = whole.slice(low, high - low)
        late, newest = judged(microseconds(block), windows, newest)
        too_late += block.filter(pa.array(late))["line"].to_pylist()
        waiting = pa.concat_tables([waiting, block.filter(pa.array(~late))])
        still = (windows.ends(microseconds(waiting)) > windows.watermark(newest)) & (not ending)
        closing, waiting = waiting.filter(pa.array(~still)), waiting.filter(pa.array(still))
        boundary = END if ending else windows.closed_to(newest)
        part = pa.concat_tables([closing, remembering.padded(seen, SCHEMA)])
        once = dict(remembering.once(part, windows, horizon_us, boundary))
        seen, rejects = once["seen"], rejects | reasons(once["rejects"])
        part = pa.concat_tables([remembering.padded(once["valid"], wide), held])
        back = dict(remembering.take_back(part, windows, horizon_us, boundary))
        held, rejects, settled = back["held"], rejects | reasons(back["rejects"]), back["settled"]
        if gap_min:
            boundary = END if ending else windows.closed_to(newest, horizon_us)
            part = pa.concat_tables([settled, visits])
            if len(part):
                ended = dict(remembering.end_visits(part, gap_min, boundary))
                settled, visits = ended["settled"], ended["open"]
        assert not found.keys() & left(settled).keys()
        found |= left(settled)
        most = max(most, len(held))
    assert len(held) == len(visits) == len(waiting) == len(seen) == 0
    return found, rejects, too_late, most


customer, sku = st.sampled_from(["a", "b"]), st.sampled_from("xy")
minute, quantity = st.integers(0, 3 * DAY), st.integers(-2, 4).filter(bool)
number = st.sampled_from([None, "1", "2"])
with_transactions = st.tuples(
    st.sampled_from("123"), customer | st.none(), sku, minute, quantity, number
)  # fmt: skip
without = st.tuples(st.none(), customer, sku, minute, quantity, st.sampled_from([None, "1"]))
cut = st.lists(st.integers(0, 30), max_size=5)
window = st.sampled_from([60, 6 * 60, DAY])
doubled = st.lists(st.integers(0, 14), max_size=6)


def some_twice(rows, again):
    return [*rows, *(rows[i] for i in again if i < len(rows))]


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(with_transactions, min_size=1, max_size=15)
    | st.lists(without, min_size=1, max_size=15),
    again=doubled,
    order=st.randoms(use_true_random=False),
    cuts=cut,
    length=window,
    lateness=st.sampled_from([0, 90, 3 * DAY]),
)
def test_lines_in_any_order_and_any_blocks_end_as_in_a_batch_of_those_in_time(
    rows, again, order, cuts, length, lateness
):
    """Late and repeated lines, returns and visits across windows; the horizon holds them all."""
    rows = some_twice(rows, again)
    order.shuffle(rows)
    whole = table(*rows)
    gap_min = 45 if rows[0][0] is None else 0
    windows = Windows(length * 60, lateness * 60)
    cuts = [min(at, len(rows)) for at in cuts]
    found, rejects, too_late, _ = streamed(whole, windows, 4 * DAY, gap_min, cuts)
    late = judged(microseconds(whole), windows)[0]
    assert sorted(too_late) == np.flatnonzero(late).tolist()
    assert (found, rejects) == batched(whole.filter(pa.array(~late)), gap_min)
    assert sorted([*found, *rejects, *too_late]) == list(range(len(rows)))


@settings(max_examples=20, deadline=None)
@given(
    rows=st.lists(with_transactions, min_size=1, max_size=15),
    again=doubled,
    cuts=cut,
    length=window,
    horizon=st.integers(0, 2 * DAY),
)
def test_beyond_the_horizon_too_the_blocks_make_no_difference(rows, again, cuts, length, horizon):
    whole = table(*some_twice(rows, again))
    windows = Windows(length * 60, 3 * DAY * 60)
    cuts = [min(at, len(whole)) for at in cuts]
    assert (
        streamed(whole, windows, horizon, 0, cuts)[:3]
        == (streamed(whole, windows, horizon, 0, [])[:3])
    )


DAYS = [("1", "a", "x", 0, 5, None), ("C2", "a", "x", 3 * DAY + 1, -2, None)]


@pytest.mark.parametrize(("horizon", "matched"), [(2 * DAY, False), (2 * DAY + 2, True)])
def test_a_return_undoes_a_sale_up_to_the_horizon_behind_its_window(horizon, matched):
    found, rejects, _, _ = streamed(table(*DAYS), Windows(86_400, 0), horizon, 0, [1])
    assert found == {0: [3 if matched else 5, "1"]}
    assert rejects == {1: "return_matched" if matched else "return_unmatched"}


def test_two_returns_in_two_windows_take_a_sale_back_that_shows_what_it_was():
    rows = [*DAYS, ("C3", "a", "x", 5 * DAY, -3, None), ("4", "a", "x", 9 * DAY, 1, None)]
    found, rejects, _, _ = streamed(table(*rows), Windows(86_400, 0), 7 * DAY, 0, [1, 2, 3])
    assert found == {3: [1, "4"]}
    assert rejects == {1: "return_matched", 2: "return_matched", 0: "sale_returned"}


def test_sales_are_held_for_the_horizon_and_no_longer_those_of_nobody_not_at_all():
    rows = [(str(day), "a", "x", day * DAY, 1, None) for day in range(20)]
    nobody = [(str(day), None, "x", day * DAY, 1, None) for day in range(20)]
    for some, expected in ((rows, 7), (nobody, 0)):
        most = streamed(table(*some), Windows(86_400, 0), 7 * DAY, 0, list(range(20)))[3]
        assert most == expected


def test_a_line_number_that_comes_again_days_later_is_a_repeat_unless_it_is_forgotten():
    rows = [("1", "a", "x", day * DAY, 1, "7") for day in (0, 3, 6, 12)]
    _, rejects, _, _ = streamed(table(*rows), Windows(86_400, 0), 4 * DAY, 0, [1, 2, 3])
    assert rejects == {1: "duplicate", 2: "duplicate"}


def test_a_visit_stays_open_over_the_end_of_a_window_until_the_gap_is_over():
    part = table((None, "a", "x", DAY - 10, 1, None), (None, "b", "x", DAY - 50, 1, None))
    ended = dict(remembering.end_visits(part, 30, DAY * MIN))
    assert ended["open"]["customer_id"].to_pylist() == ["a"]
    assert ended["settled"]["transaction_id"].to_pylist() == ["b@1970-01-01T23:10:00.000000Z"]
    more = pa.concat_tables([ended["open"], table((None, "a", "y", DAY + 20, 1, None))])
    over = DAY + 20 + 30
    assert len(dict(remembering.end_visits(more, 30, over * MIN))["settled"]) == 0
    whole = dict(remembering.end_visits(more, 30, (over + 1) * MIN))["settled"]
    assert set(whole["transaction_id"].to_pylist()) == {"a@1970-01-01T23:50:00.000000Z"}
