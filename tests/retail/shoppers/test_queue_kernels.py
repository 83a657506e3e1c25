"""Does the queue let shoppers through as an event by event simulation does?"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layoutlab.retail.shoppers.queue_kernels import queue


def by_events(day, ready, service, n_checkouts):
    """Serve one event after the other: arrivals join one line, checkouts that fall free take on."""
    waited = np.zeros(len(day))
    for today in sorted(set(day.tolist())):
        line = [t for t in np.lexsort((ready, day)) if day[t] == today and service[t] > 0]
        busy_until = []
        while line:
            now = ready[line[0]]
            busy_until = sorted(busy_until)
            if len(busy_until) == n_checkouts:
                now = max(now, busy_until.pop(0))
            trip = line.pop(0)
            waited[trip] = now - ready[trip]
            busy_until.append(now + service[trip])
    return waited


def queued(day, ready, service, n_checkouts):
    order = np.lexsort((ready, day))
    return queue(day, ready, service, order, n_checkouts)


def test_by_hand():
    day = np.array([0, 0, 0, 0, 1])
    ready = np.array([0.0, 1.0, 2.0, 30.0, 0.0])
    service = np.full(5, 10.0)
    assert queued(day, ready, service, 1).tolist() == [0, 9, 18, 0, 0]
    assert queued(day, ready, service, 2).tolist() == [0, 0, 8, 0, 0]
    assert queued(day, ready, service, 3).tolist() == [0, 0, 0, 0, 0]


def test_who_buys_nothing_does_not_queue():
    day, ready = np.zeros(3, np.int64), np.array([0.0, 1.0, 2.0])
    assert queued(day, ready, np.array([10.0, 0.0, 10.0]), 1).tolist() == [0, 0, 8]


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 60), st.integers(0, 15)),
        min_size=1, max_size=40,
    ),
    st.integers(1, 4),
)  # fmt: skip
def test_as_event_by_event(trips, n_checkouts):
    day, ready, service = (np.array(column) for column in zip(*trips, strict=True))
    day, ready, service = day.astype(np.int64), ready.astype(float), service.astype(float)
    found = queued(day, ready, service, n_checkouts)
    assert found.tolist() == by_events(day, ready, service, n_checkouts).tolist()
