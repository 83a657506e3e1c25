"""Are recorded journeys turned into a store whose shoppers can be held against them?"""

from dataclasses import replace

import numpy as np
import pytest
from little_store import little_plan

from layoutlab.errors import InputError
from layoutlab.retail.shoppers import effects, zone_journeys

ZONES = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "in": 5, "till": 6, "out": 7}


def zoned():
    plan = little_plan()
    things = (
        replace(thing, extra={"zone": ZONES[thing.id]}) if thing.id in ZONES else thing
        for thing in plan.things
    )
    return replace(plan, things=tuple(things))


def recorded(n=400):
    rng = np.random.default_rng(1)
    return [[5, *rng.permutation(5)[: rng.integers(1, 4)].tolist(), 6, 7] for _ in range(n)]


def test_flows_of_unseen_journeys_are_mostly_foretold():
    found = zone_journeys.read(
        zoned(), recorded(), effects.load(), rng=np.random.default_rng(1), trips=600
    )
    assert found.known.sum() == sum(len(each) - 2 for each in recorded()[:200])
    assert found.zone[found.store.floor.entrances].tolist() == [5]
    part, low, high = found.measure("random")
    assert 0.6 < low < part < high < 1
    rivals = zone_journeys.rivals(found)
    assert 0.6 < rivals["gravity"] < 1
    assert rivals["known_journeys"] < 1


def test_what_has_no_zone_is_refused():
    sizes, rng = effects.load(), np.random.default_rng(1)
    with pytest.raises(InputError, match="fixture a: expected a zone, got none"):
        zone_journeys.read(little_plan(), recorded(), sizes, rng=rng)
    with pytest.raises(InputError, match="expected two or more journeys"):
        zone_journeys.read(zoned(), [[5, 6]], sizes, rng=rng)
