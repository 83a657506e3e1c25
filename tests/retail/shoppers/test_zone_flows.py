"""Are flows counted rightly, and does the gravity model keep to its constraints?"""

import numpy as np
import pytest

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import simulation, visits, zone_flows


def test_flows_by_hand():
    found = zone_flows.flows([[0, 1, 1, 2], [2, 1], [0]], 3)
    assert found.tolist() == [[0, 1, 0], [0, 1, 1], [0, 1, 0]]


def test_common_part_by_hand():
    one, other = np.array([[1.0, 3.0]]), np.array([[2.0, 2.0]])
    assert zone_flows.common_part(one, other) == pytest.approx(0.75)
    assert zone_flows.common_part(one, 5 * one) == 1
    with pytest.raises(InputError, match="expected flows above 0"):
        zone_flows.common_part(one, 0 * one)


def test_gravity_finds_the_deterrence_it_was_made_with():
    rng = np.random.default_rng(1)
    metres = rng.uniform(1, 30, (6, 6))
    known = rng.uniform(1, 9, 6)[:, None] * rng.uniform(1, 9, 6) * np.exp(-0.1 * metres)
    model, deterrence = zone_flows.gravity(known, metres)
    assert deterrence == pytest.approx(0.1)
    assert model == pytest.approx(known, rel=1e-4)
    assert model.sum(axis=0) == pytest.approx(known.sum(axis=0))


def test_simulated_flows_run_from_entrance_to_checkout(floor, goods, shoppers, sizes):
    outcome = simulation.simulate(floor, goods, shoppers, sizes)
    log = visits.events(floor, goods, outcome, sizes)
    zone = np.concatenate([floor.fixture, [5], [6], [7]])
    found = zone_flows.simulated(outcome, log, zone, 8)
    stops = (
        sum(outcome.column(name).sum() for name in ("wanted",)) - outcome.column("gave_up").sum()
    )
    assert found.sum() == len(shoppers) + stops
    assert found[5].sum() == len(shoppers) == found[:, 6].sum()
    assert found[:, 5].sum() == found[6].sum() == 0


def test_zone_metres_are_symmetric_means(floor):
    zone = np.concatenate([floor.fixture, [5], [6], [7]])
    metres = zone_flows.zone_metres(floor, zone, 8)
    n = len(floor.cells)
    assert metres[5, 6] == floor.legs.metres.reshape(n, n)[floor.checkouts[0], floor.entrances[0]]
    assert metres == pytest.approx(metres.T)
