"""Do shoppers walk the convenience store, and foretell its zone flows?"""

import gzip
import json

import numpy as np
import pytest

from layoutlab import datasets
from layoutlab.floor.formats import reading
from layoutlab.retail.shoppers import effects, zone_journeys


@pytest.fixture(scope="module")
def journeys():
    files = datasets.fetch("floorplans/convenience_store")
    plan = reading.read(files["fixtures.geojson"]).plan
    recorded = json.loads(gzip.decompress(files["zone_paths.json.gz"].read_bytes()))
    assert len(recorded) == 10_000
    return zone_journeys.read(plan, recorded, effects.load(), rng=np.random.default_rng(1))


def test_every_fixture_can_be_reached(journeys):
    assert journeys.store.floor.unreachable == ()
    assert len(journeys.store.floor.fixtures) == 79


def test_most_of_the_unseen_flow_is_foretold(journeys):
    part, low, high = journeys.measure("behaved")
    assert part >= 0.65
    assert low <= part <= high


def test_the_journeys_were_made_in_random_order(journeys):
    # the set is synthetic: a shopper without any sense of distance foretells it best
    parts = {order: journeys.measure(order)[0] for order in ("random", "nearest", "shortest")}
    assert parts["random"] > parts["nearest"] > parts["shortest"]
    assert zone_journeys.rivals(journeys)["gravity_deterrence_per_m"] == 0
