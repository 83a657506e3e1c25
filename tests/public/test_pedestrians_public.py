"""Do our shoppers walk in the convenience store as an independent engine's agents do?"""

import gzip
import json

import numpy as np
import pytest

from layoutlab import datasets
from layoutlab.floor.formats import reading
from layoutlab.retail.shoppers import (
    effects,
    itineraries,
    pedestrian_flows,
    pedestrian_ground,
    pedestrians,
    simulation,
    visits,
    zone_journeys,
)

TRIPS = 60


@pytest.fixture(scope="module")
def sizes():
    return effects.load()


@pytest.fixture(scope="module")
def store(sizes):
    files = datasets.fetch("floorplans/convenience_store")
    recorded = json.loads(gzip.decompress(files["zone_paths.json.gz"].read_bytes()))
    plan = reading.read(files["fixtures.geojson"]).plan
    rng = np.random.default_rng(1)
    return zone_journeys.read(plan, recorded, sizes, rng=rng, trips=2_092).store


@pytest.fixture(scope="module")
def trips(store, sizes):
    outcome = simulation.simulate(store.floor, store.goods, store.shoppers, sizes)
    log = visits.events(store.floor, store.goods, outcome, sizes)
    chosen = itineraries.busiest(store.shoppers, 3600.0)[:TRIPS]
    return itineraries.of_trips(store.floor, outcome, log, sizes, chosen)


@pytest.fixture(scope="module")
def empty(store, trips, sizes):
    return pedestrians.walk(store.plan, store.floor, trips, sizes, alone=True)


def test_all_standing_points_lie_on_the_ground_as_they_are(store, sizes):
    _, points = pedestrian_ground.walkable(store.plan, store.floor, sizes)
    moved = np.hypot(*(points - itineraries.standing_points(store.floor)).T)
    assert moved.max() < 0.26


def test_the_other_engine_walks_a_little_less(store, trips, sizes, empty):
    grid = [itineraries.on_grid(store.floor, each) for each in trips]
    routes = pedestrian_ground.routes(store.plan, store.floor, trips, sizes)
    busy = pedestrians.walk(store.plan, store.floor, trips, sizes)
    found = pedestrian_flows.ratios(trips, grid, routes, empty, busy)
    assert 0.9 < found["empty"]["metres"] < found["routes"]["metres"] < 0.97
    assert 1.1 < found["crowding"]["all_legs"] < 1.8
    assert found["stuck"] == {"empty": 0, "busy": 0}


def test_flows_agree_better_than_straight_lines_do(store, trips, empty):
    share = pedestrian_flows.walkable_share(store.floor, 1.0)
    theirs, ours, null = (
        pedestrian_flows.flow(store.floor, ways, 1.0)[0]
        for ways in (
            empty.ways,
            [itineraries.on_grid(store.floor, each) for each in trips],
            [itineraries.straight(store.floor, each) for each in trips],
        )
    )
    agreed = pedestrian_flows.agreement(ours, theirs, share)
    assert agreed["common_part"] > 0.75
    assert agreed["common_part"] > pedestrian_flows.agreement(null, theirs, share)["common_part"]
    assert agreed["rank_correlation"] > 0.85
