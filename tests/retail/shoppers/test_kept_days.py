"""Are the days that an interrupted simulation keeps those of the whole one?"""

import numpy as np
import pytest

from layoutlab.retail.shoppers import drawn_trips, simulation


@pytest.fixture(scope="module")
def many(wants, sizes):
    """Five days of some 2,000 trips, so that no block ends where a day does."""
    return drawn_trips.draw(wants, sizes, rng=np.random.default_rng(4), n_days=5)


@pytest.mark.parametrize("workers", [1, 3])
def test_the_day_begun_is_finished_and_the_rest_left_out(floor, goods, many, sizes, workers):
    told = []

    def go_on(done):
        told.append(done)
        return False

    kept = simulation.simulate(floor, goods, many, sizes, workers=workers, go_on=go_on)
    assert told == [simulation.BLOCK]
    days = int(many.day[simulation.BLOCK - 1]) + 1
    assert 1 < days < many.n_days
    assert len(kept.shoppers) == np.searchsorted(many.day, days)
    assert kept.totals.days == kept.shoppers.n_days == days
    alone = drawn_trips.first_trips(many, len(kept.shoppers))
    again = simulation.simulate(floor, goods, alone, sizes)
    assert kept.trips.tobytes() == again.trips.tobytes()
    assert kept.wait_s.tobytes() == again.wait_s.tobytes()
    for one, other in zip(kept.tally, again.tally, strict=True):
        assert one.tobytes() == other.tobytes()
    assert kept.totals == again.totals


def test_who_goes_on_gets_all(floor, goods, many, sizes):
    told = []
    watched = simulation.simulate(
        floor, goods, many, sizes, go_on=lambda done: told.append(done) is None
    )
    assert told == list(range(simulation.BLOCK, len(many) + simulation.BLOCK, simulation.BLOCK))
    assert watched.totals == simulation.simulate(floor, goods, many, sizes).totals


def test_a_no_at_the_very_end_changes_nothing(floor, goods, many, sizes):
    last = simulation.simulate(floor, goods, many, sizes, go_on=lambda done: done < len(many))
    assert len(last.shoppers) == len(many)
    assert last.totals == simulation.simulate(floor, goods, many, sizes).totals


def test_calibration_tells_its_rounds(floor, goods, wants, sizes):
    few = drawn_trips.draw(wants, sizes, rng=np.random.default_rng(4))
    told = []
    simulation.calibrated(floor, goods, few, sizes, tell=told.append)
    assert told == list(range(1, simulation.ROUNDS + 1))
